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

/** Newest modification time (ms) of the folders at or below the paths, which changes with their entries; files do not count. */
export function newestFolderTime(...roots: string[]): number {
	let newest = 0;
	for (const root of roots) {
		const status = statSync(root, { throwIfNoEntry: false });
		if (!status?.isDirectory()) continue;
		newest = Math.max(newest, status.mtimeMs);
		for (const entry of readdirSync(root, { withFileTypes: true }))
			if (entry.isDirectory()) newest = Math.max(newest, newestFolderTime(path.join(root, entry.name)));
	}
	return newest;
}
