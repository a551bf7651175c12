import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, displayPath } from '../build/paths.js';
import { BuildError } from '../errors.js';
import type { NamedRecipe } from './recipe.js';

/**
 * Makes what a port installed fit for an image: without what is unwanted, without symbols, and the same wherever it was
 * compiled.
 *
 * @throws BuildError when nothing is left, or a file names the folder that it was compiled in
 */
export async function finishPort(recipe: NamedRecipe, root: string, signal: AbortSignal): Promise<void> {
	for (const unwanted of recipe.without) rmSync(path.join(root, unwanted), { recursive: true, force: true });
	const files = filesBelow(root);
	for (const file of files.filter((name) => name.endsWith('.la'))) rmSync(file);
	const kept = files.filter((name) => !name.endsWith('.la'));
	if (kept.length === 0) {
		throw new BuildError(`port ${recipe.name} installs nothing`, {
			hint: `a line of "build" in ${displayPath(recipe.file)} has to install into $DESTDIR`,
		});
	}
	const programs = kept.filter(isElf);
	if (programs.length > 0)
		await execa('i686-linux-gnu-strip', ['--strip-unneeded', '--', ...programs], { cancelSignal: signal });
	const here = Buffer.from(buildRoot);
	for (const file of kept) {
		if (!readFileSync(file).includes(here)) continue;
		throw new BuildError(`port ${recipe.name}: /${path.relative(root, file)} names the folder it was compiled in`, {
			hint: `leave it out with "without" in ${displayPath(recipe.file)}, or compile it without that path`,
		});
	}
}

function filesBelow(folder: string): string[] {
	const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** Whether a file is a program or a shared library (ELF header, e_type at 16). */
function isElf(file: string): boolean {
	const header = Buffer.alloc(18);
	const fd = openSync(file, 'r');
	try {
		if (readSync(fd, header, 0, header.length, 0) < header.length) return false;
	} finally {
		closeSync(fd);
	}
	return header.readUInt32BE(0) === 0x7f454c46 && [2, 3].includes(header.readUInt16LE(16));
}
