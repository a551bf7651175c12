import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from './paths.js';

/** Kept by a plain clean: what came over the network, disks that somebody keeps, and the workshop that is running. */
const kept = new Set(['cache', 'node', 'js', 'persist']);

/**
 * Removes what was built.
 *
 * @param all also downloads, kept disks, and the compiled workshop itself
 * @param root the repository
 * @returns the removed paths
 */
export function clean(all: boolean, root = repositoryRoot): string[] {
	const removed: string[] = [];
	const remove = (file: string) => {
		rmSync(file, { recursive: true, force: true });
		removed.push(file);
	};
	const build = path.join(root, 'build');
	for (const name of existing(build)) {
		if (all ? name !== 'node' : !kept.has(name)) remove(path.join(build, name));
	}
	for (const name of existing(root)) {
		if (name === 'compile_commands.json' || name === '.tap') remove(path.join(root, name));
	}
	return removed;
}

function existing(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
