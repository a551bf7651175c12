/**
 * Writes what is generated from the shared tables into `build/gen/`, each file only if it changed, so that
 * make sees no new time stamps. Run before the makefiles: `node build/js/tools/abi/main.js`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { impfsAsserts } from './impfs.js';
import { parseSyscalls, syscallArguments, syscallNumbers, syscallPrototypes, syscallTable } from './syscalls.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
const calls = parseSyscalls(readFileSync(join(root, 'kernel/abi/syscalls.tbl'), 'utf8'));

/** The generated files, by path under `build/gen/`. A new generator is a new line. */
const outputs: Record<string, () => string> = {
	'impfs_asserts.h': impfsAsserts,
	'syscall_prototypes.h': () => syscallPrototypes(calls),
	'syscall_table.inc': () => syscallTable(calls),
	'syscall_args.inc': () => syscallArguments(calls),
	'syscall_numbers.h': () => syscallNumbers(calls),
};

function writeIfChanged(path: string, text: string): void {
	let old: string | undefined;
	try {
		old = readFileSync(path, 'utf8');
	} catch {
		// Not there yet.
	}
	if (old === text) return;
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}

for (const [name, make] of Object.entries(outputs)) writeIfChanged(join(root, 'build/gen', name), make());
