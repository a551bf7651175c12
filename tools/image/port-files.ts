import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, displayPath } from '../build/paths.js';
import { BuildError } from '../errors.js';
import { portRights, takeFromPort } from './port-rights.js';
import type { NamedRecipe } from './recipe.js';

/**
 * Makes what a port installed fit for an image: without what is unwanted, without symbols, and the same wherever it was
 * compiled.
 *
 * @throws BuildError when nothing is left, or a file names the folder that it was compiled in
 */
export async function finishPort(recipe: NamedRecipe, root: string, signal: AbortSignal): Promise<void> {
	const nothing = new BuildError(`port ${recipe.name} installs nothing`, {
		hint: `a line of "build" in ${displayPath(recipe.file)} has to install into $DESTDIR`,
	});
	if (!lstatSync(root, { throwIfNoEntry: false })?.isDirectory()) throw nothing;
	// By the port's rights: a link that it installed may lead anywhere.
	const options = { cancelSignal: signal, ...portRights() };
	const unwanted = recipe.without.map((name) => path.join(root, name));
	unwanted.push(...filesBelow(root).filter((name) => name.endsWith('.la')));
	if (unwanted.length > 0) await execa('rm', ['-rf', '--', ...unwanted], options);
	const kept = filesBelow(root);
	if (kept.length === 0) throw nothing;
	const programs = kept.filter(isElf);
	if (programs.length > 0) await execa('i686-linux-gnu-strip', ['--strip-unneeded', '--', ...programs], options);
	takeFromPort(root);
	const places = [buildRoot, path.dirname(root)];
	for (const file of kept) {
		const bytes = readFileSync(file);
		if (!places.some((place) => bytes.includes(place))) continue;
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
