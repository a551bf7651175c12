import { readFileSync } from 'node:fs';
import type { Declaration } from './declaration.js';
import type { Contents, RootTree } from './tree.js';

/** Lines of a colon-separated database by their name, those that are there already first. */
type Database = Map<string, string>;

/**
 * Writes /etc/passwd, /etc/group and /etc/shadow: what a layer brought, with the declared users and groups
 * added or put in place of those with the same name. Homes are made.
 */
export function addUsers(tree: RootTree, declaration: Declaration): void {
	const { users, groups, time } = declaration;
	if (users.length === 0 && groups.length === 0) return;
	const passwd = readDatabase(tree, '/etc/passwd');
	const group = readDatabase(tree, '/etc/group');
	const shadow = readDatabase(tree, '/etc/shadow');
	const days = Math.floor(time / 86400);
	for (const entry of groups) group.set(entry.name, `${entry.name}:x:${entry.gid}:${entry.members.join(',')}`);
	for (const entry of users) {
		passwd.set(entry.name, `${entry.name}:x:${entry.uid}:${entry.gid}:${entry.gecos}:${entry.home}:${entry.shell}`);
		shadow.set(entry.name, `${entry.name}:${entry.password}:${days}:0:99999:7:::`);
		if (entry.home !== '/nonexistent' && tree.find(entry.home) === undefined) {
			const mode = entry.uid === 0 ? 0o700 : 0o755;
			tree.add(entry.home, {
				type: 'directory',
				mode,
				uid: entry.uid,
				gid: entry.gid,
				mtime: time,
				children: new Map(),
			});
		}
	}
	writeDatabase(tree, '/etc/passwd', passwd, 0o644, time);
	writeDatabase(tree, '/etc/group', group, 0o644, time);
	writeDatabase(tree, '/etc/shadow', shadow, 0o600, time);
}

function readDatabase(tree: RootTree, file: string): Database {
	const node = tree.find(file);
	if (node?.type !== 'file') return new Map();
	const lines = Buffer.from(readContents(node.contents))
		.toString('utf8')
		.split('\n')
		.filter((line) => line !== '');
	return new Map(lines.map((line) => [line.split(':')[0] ?? '', line]));
}

function writeDatabase(tree: RootTree, file: string, database: Database, mode: number, mtime: number): void {
	const bytes = Buffer.from([...database.values()].map((line) => `${line}\n`).join(''));
	tree.add(file, { type: 'file', mode, uid: 0, gid: 0, mtime, contents: { kind: 'bytes', bytes } });
}

/** The bytes of a file of a tree. */
export function readContents(contents: Contents): Uint8Array {
	if (contents.kind === 'bytes') return contents.bytes;
	return readFileSync(contents.file).subarray(contents.offset, contents.offset + contents.size);
}
