import { createHash, type Hash } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/**
 * A digest of what files are: path, type, mode, size and time of modification of everything at or below the
 * given paths. Contents are not read, so this is quick; a path that does not exist counts as absent.
 */
export function fingerprint(paths: readonly string[], facts: readonly unknown[]): string {
	const hash = createHash('sha256').update(JSON.stringify(facts));
	for (const file of paths) addPath(hash, file);
	return hash.digest('hex');
}

function addPath(hash: Hash, file: string): void {
	const status = lstatSync(file, { throwIfNoEntry: false });
	if (status === undefined) {
		hash.update(`${file} absent\n`);
		return;
	}
	if (status.isDirectory()) {
		hash.update(`${file} ${status.mode}\n`);
		for (const name of readdirSync(file).sort()) addPath(hash, path.join(file, name));
	} else if (status.isSymbolicLink()) hash.update(`${file} -> ${readlinkSync(file)}\n`);
	else hash.update(`${file} ${status.mode} ${status.size} ${status.mtimeMs} ${status.nlink}\n`);
}
