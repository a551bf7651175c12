import { statSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { userRoot, userSymbols, type Variant } from '../build/paths.js';
import { ToolError, UsageError } from '../errors.js';
import { findProgram } from './debug.js';
import type { RunContext } from './run.js';

export interface DebugCoreOptions {
	/** The core file, on the host. */
	core: string;
	/** The program: a file of the host, or the path or name of one of this repository in the guest. */
	program?: string;
	variant: Variant;
	/** Further arguments for gdb. */
	extra: readonly string[];
}

/** Folders of the libraries that tests of dynamic linking have. */
function testLibraries(variant: Variant): string[] {
	const folder = path.join(userRoot(variant), 'usr', 'libexec', 'imposos-tests', '05', 'lib');
	return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? [folder] : [];
}

/** What gdb is started with to look at a core file of the guest. @throws UsageError when a file is not there */
export function coreArguments({ core, program, variant, extra }: DebugCoreOptions): string[] {
	if (!statSync(core, { throwIfNoEntry: false })?.isFile())
		throw new UsageError(`no core file ${core}`, {
			hint: '`imposos exec` a program with `ulimit -c unlimited` writes one; copy it out of the guest',
		});
	const isFile = program !== undefined && statSync(program, { throwIfNoEntry: false })?.isFile() === true;
	const file = program === undefined || isFile ? program : findProgram(program, variant);
	// Libraries are the guest's: the host's of the same path would only mislead. Ours are found by their names.
	const libraries = [path.join(userSymbols(variant), 'usr', 'lib'), ...testLibraries(variant)].join(':');
	const settings = ['sysroot /nonexistent', `solib-search-path ${libraries}`, 'architecture i386'];
	return [
		'-q',
		...settings.flatMap((setting) => ['-iex', `set ${setting}`]),
		...extra,
		...(file === undefined ? [] : [file]),
		...(file === undefined ? [`--core=${core}`] : [core]),
	];
}

/** Opens gdb on a core file. @returns gdb's exit status */
export async function debugCore(options: DebugCoreOptions, { lifetime }: RunContext): Promise<number> {
	const args = coreArguments(options);
	const takeBack = lifetime.lendInterrupt();
	const { exitCode, code } = await execa('gdb', args, { stdio: 'inherit', reject: false }).finally(takeBack);
	if (code === 'ENOENT') throw new ToolError('gdb is not installed');
	return exitCode ?? 1;
}
