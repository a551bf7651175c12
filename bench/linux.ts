import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildRoot, ensureFolder } from '../tools/build/paths.js';
import { cpioArchive } from '../tools/machine/cpio.js';

/** A RAM disk for Linux whose init is one static program. @returns its path */
export function writeProgramRoot(program: string): string {
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), 'linux-root.cpio');
	writeFileSync(
		out,
		cpioArchive([
			{ path: 'dev', mode: 0o040755 },
			{ path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
			{ path: 'tmp', mode: 0o041777 },
			{ path: 'init', mode: 0o100755, content: readFileSync(program) },
		]),
	);
	return out;
}
