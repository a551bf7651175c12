import { chmodSync, existsSync, lchownSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../errors.js';

/** The numbers of "nobody" and its group, who own no file of a host. */
const nobody = 65534;

/**
 * Whom commands of ports run as, as options of a process: when root builds, somebody whose mistakes cannot harm the host.
 * An ordinary user's cannot in any case.
 */
export function portRights(): { uid?: number; gid?: number } {
	return byRoot() ? { uid: nobody, gid: nobody } : {};
}

/** Lets the commands of a port write a folder with all below. */
export function giveToPort(folder: string): void {
	if (byRoot()) own(folder, nobody);
}

/** Takes a folder back: no later port can change it. */
export function takeFromPort(folder: string): void {
	if (byRoot()) own(folder, 0);
}

/** @throws BuildError when one of these is closed to whom commands of ports run as */
export function checkReach(files: readonly string[]): void {
	if (!byRoot()) return;
	for (const file of files.filter((name) => existsSync(name))) {
		const closed = closedPart(realpathSync(file));
		if (closed === undefined) continue;
		throw new BuildError(`ports are compiled as "nobody" when root builds, who cannot reach ${file}`, {
			hint: `${closed} is closed to others: open it (chmod o+rX), or build as an ordinary user`,
		});
	}
}

/** The outermost folder on the way to a file that others cannot pass, or the file itself if they cannot read it. */
function closedPart(file: string): string | undefined {
	const folders: string[] = [];
	for (let at = path.dirname(file); at !== path.dirname(at); at = path.dirname(at)) folders.unshift(at);
	const barred = folders.find((folder) => (statSync(folder).mode & 0o001) === 0);
	return barred ?? ((statSync(file).mode & 0o004) === 0 ? file : undefined);
}

function byRoot(): boolean {
	return process.getuid?.() === 0;
}

function own(folder: string, id: number): void {
	const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
	for (const name of [folder, ...entries.map((entry) => path.join(entry.parentPath, entry.name))]) {
		const { mode } = lstatSync(name);
		lchownSync(name, id, id);
		// A change of owner takes these bits away.
		if ((mode & 0o6000) !== 0) chmodSync(name, mode & 0o7777);
	}
}
