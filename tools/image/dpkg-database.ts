/** What dpkg knows of an image's packages: /var/lib/dpkg, as dpkg itself would have it (dpkg(1), deb-control(5)). */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { PackageError } from '../errors.js';
import { unpackDeb } from './deb.js';
import { readTar } from './tar-reader.js';
import type { Contents, RootTree, TreeNode } from './tree.js';

/** A package whose files are in a tree. */
export interface InstalledPackage {
	name: string;
	/** Of the package, and its checksum. */
	file: string;
	sha256: string;
	/** What was put into the tree, by the archive's names. */
	files: ReadonlyMap<string, TreeNode>;
}

const folder = '/var/lib/dpkg';

/**
 * Makes the database, in a tree that has dpkg to read it; where a package has put a file of its own it stays. Packages
 * count as installed, though their scripts did not run: with what they depend on they are complete, and what is installed
 * later has them to depend on.
 *
 * @throws PackageError when a package is damaged
 */
export async function writeDpkgDatabase(
	tree: RootTree,
	packages: readonly InstalledPackage[],
	mtime: number,
	cache: string,
): Promise<void> {
	if (tree.find('/usr/bin/dpkg') === undefined) return;
	const add = (name: string, bytes: Uint8Array | string, mode = 0o644) => {
		const contents = { kind: 'bytes' as const, bytes: Buffer.from(bytes) };
		tree.add(`${folder}/${name}`, { type: 'file', mode, uid: 0, gid: 0, mtime, contents }, 'keep');
	};
	const stanzas: string[] = [];
	for (const one of [...packages].sort((a, b) => (a.name < b.name ? -1 : 1))) {
		const parts = await controlParts(one, cache);
		const control = parts.get('control')?.bytes.toString().trimEnd() ?? '';
		const field = (name: string) => new RegExp(`^${name}: *(.*)`, 'm').exec(control)?.[1];
		if (field('Package') !== one.name) throw new PackageError(`the description of package ${one.name} is of another`);
		const name = field('Multi-Arch') === 'same' ? `${one.name}:${field('Architecture')}` : one.name;
		for (const [part, { bytes, mode }] of parts) if (part !== 'control') add(`info/${name}.${part}`, bytes, mode);
		add(`info/${name}.list`, [...one.files.keys()].map((file) => `/${file === '' ? '.' : file}\n`).join(''));
		const status = control.replace(/^(Package: .*)$/m, '$1\nStatus: install ok installed');
		stanzas.push(`${status}\n${conffiles(one, parts.get('conffiles')?.bytes.toString())}\n`);
	}
	add('status', stanzas.join(''));
	add('info/format', '1\n');
	for (const name of ['available', 'diversions', 'statoverride']) add(name, '');
	for (const name of ['updates', 'triggers', 'alternatives', 'parts'])
		tree.add(
			`${folder}/${name}`,
			{ type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime, children: new Map() },
			'keep',
		);
}

async function controlParts(one: InstalledPackage, cache: string) {
	const archive = readFileSync(await unpackDeb(one.file, one.sha256, cache, 'control'));
	const files = readTar(archive).filter(({ type }) => type === 'file');
	return new Map(
		files.map(({ path, offset, size, mode }) => [path, { bytes: archive.subarray(offset, offset + size), mode }]),
	);
}

/** The field that remembers configuration files as the package brought them, so that a change of theirs is seen. */
function conffiles({ files }: InstalledPackage, list: string | undefined): string {
	const lines: string[] = [];
	for (const line of (list ?? '').split('\n')) {
		const node = line.startsWith('/') ? files.get(line.slice(1)) : undefined;
		if (node?.type !== 'file') continue;
		lines.push(` ${line} ${createHash('md5').update(readContents(node.contents)).digest('hex')}`);
	}
	return lines.length === 0 ? '' : `Conffiles:\n${lines.join('\n')}\n`;
}

function readContents(contents: Contents): Uint8Array {
	if (contents.kind === 'bytes') return contents.bytes;
	const bytes = Buffer.alloc(contents.size);
	const fd = openSync(contents.file, 'r');
	try {
		readSync(fd, bytes, 0, bytes.length, contents.offset);
	} finally {
		closeSync(fd);
	}
	return bytes;
}
