import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildRoot, fromRoot } from './paths.js';

/** Kept by a plain clean: what came over the network, and the workshop that is running. */
const kept = new Set(['cache', 'node', 'js']);

/**
 * Removes what was built.
 *
 * @param all also downloads, and the compiled workshop itself
 * @returns the removed paths
 */
export function clean(all: boolean): string[] {
	const removed: string[] = [];
	const remove = (file: string) => {
		rmSync(file, { recursive: true, force: true });
		removed.push(file);
	};
	for (const name of existing(buildRoot)) {
		if (all ? name !== 'node' : !kept.has(name)) remove(path.join(buildRoot, name));
	}
	for (const name of existing(fromRoot()))
		if (name === 'compile_commands.json' || name === '.tap') remove(fromRoot(name));
	return removed;
}

function existing(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
