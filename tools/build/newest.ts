import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Newest modification time (ms) of anything at or below the paths, folders included; 0 when none exists. */
export function newestTime(...roots: string[]): number {
	let newest = 0;
	for (const root of roots) {
		const status = statSync(root, { throwIfNoEntry: false });
		if (status === undefined) continue;
		newest = Math.max(newest, status.mtimeMs);
		if (!status.isDirectory()) continue;
		for (const name of readdirSync(root)) newest = Math.max(newest, newestTime(path.join(root, name)));
	}
	return newest;
}

/** Modification time (ms) of one path, 0 when it does not exist. */
export function fileTime(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
