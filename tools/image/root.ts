import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ImageError } from '../errors.js';
import { unpackDeb } from './deb.js';
import type { Declaration, PlacedLayer } from './declaration.js';
import { type InstalledPackage, writeDpkgDatabase } from './dpkg-database.js';
import { addHostTree, symlinkNode } from './host-tree.js';
import type { CollisionRule, Entry, Layer } from './layer.js';
import type { PackageStore } from './packages.js';
import { readTar, type TarEntry } from './tar-reader.js';
import { type Collisions, RootTree, type TreeNode } from './tree.js';
import { addUsers } from './users.js';

export interface RootSources {
	packages: PackageStore;
	/** Cache folder for unpacked packages. */
	cache: string;
	/** Staged tree of our own user space. */
	userland: string;
	/** What programs from elsewhere compile against. */
	sysroot: string;
	/** What compiled ports installed, by name. */
	ports: ReadonlyMap<string, string>;
	signal: AbortSignal;
}

/**
 * Puts a root filesystem together, layer by layer, in memory. The result depends on the declaration, the lock
 * file and the contents of the files that are copied: not on their times, owners or the umask.
 *
 * @throws ImageError, PackageError
 */
export async function buildRoot(declaration: Declaration, sources: RootSources): Promise<RootTree> {
	const tree = new RootTree(declaration.time);
	const installed = new Map<string, InstalledPackage>();
	for (const placed of declaration.layers) {
		sources.signal.throwIfAborted();
		await addLayer(tree, placed, declaration, { ...sources, installed });
	}
	await writeDpkgDatabase(tree, [...installed.values()], declaration.time, sources.cache);
	addUsers(tree, declaration);
	return tree;
}

async function addLayer(
	tree: RootTree,
	{ layer, folder }: PlacedLayer,
	declaration: Declaration,
	sources: RootSources & { installed: Map<string, InstalledPackage> },
): Promise<void> {
	const { time } = declaration;
	if ('packages' in layer) await addPackages(tree, layer, sources);
	else if ('userland' in layer) addHostTree(tree, sources.userland, '/', time, collisionRule(layer.collisions));
	else if ('sysroot' in layer) addSysroot(tree, sources.sysroot, time);
	else if ('port' in layer) {
		const root = sources.ports.get(layer.port);
		if (root === undefined) throw new ImageError(`port ${layer.port} is not compiled`);
		addHostTree(tree, root, '/', time, 'replace');
	} else if ('tree' in layer)
		addHostTree(tree, path.resolve(folder, layer.tree), layer.to, time, collisionRule(layer.collisions));
	else if ('links' in layer) {
		const { target, folder: into, names } = layer.links;
		const rule = collisionRule(layer.collisions);
		for (const name of names) tree.add(`${into}/${name}`, symlinkNode(target, time), rule);
	} else for (const entry of layer.entries) addEntry(tree, entry, folder, time);
}

/** Headers and libraries for a compiler in the image. The shared library is the loader, which is there. */
function addSysroot(tree: RootTree, sysroot: string, time: number): void {
	const libraries = '/usr/lib/imposos';
	addHostTree(tree, path.join(sysroot, 'include'), '/usr/include', time, 'replace');
	addHostTree(tree, path.join(sysroot, 'lib'), libraries, time, 'replace', (name) =>
		/^(?!libc\.so$).*\.[ao]$/.test(name),
	);
	tree.add(`${libraries}/libc.so`, symlinkNode('../ld-imposos.so.1', time));
}

function collisionRule(rule: CollisionRule): Collisions {
	if (typeof rule === 'string') return rule;
	return (name, existing, newcomer) => {
		if (same(existing, newcomer)) return undefined;
		return rule.except.includes(name) ? name : `${rule.aside}/${path.posix.basename(name)}`;
	};
}

/** True when both would be the same file, because an earlier layer brought it. */
function same(a: TreeNode, b: TreeNode): boolean {
	if (a.type === 'symlink') return b.type === 'symlink' && a.target === b.target;
	if (a.type !== 'file' || b.type !== 'file') return false;
	return (
		a.contents.kind === 'part' &&
		b.contents.kind === 'part' &&
		a.contents.file === b.contents.file &&
		a.contents.offset === b.contents.offset
	);
}

async function addPackages(
	tree: RootTree,
	layer: Extract<Layer, { packages: string[] }>,
	sources: RootSources & { installed: Map<string, InstalledPackage> },
): Promise<void> {
	const fetched = await sources.packages.fetch({ names: layer.packages, dependencies: layer.dependencies });
	const left = (name: string) =>
		layer.without.some((folder) => `/${name}` === folder || `/${name}`.startsWith(`${folder}/`));
	for (const { path: file, sha256, name } of fetched) {
		const archive = await unpackDeb(file, sha256, sources.cache);
		const made = new Map<string, TreeNode>();
		sources.installed.set(name, { name, file, sha256, files: made });
		for (const entry of readTar(readFileSync(archive))) {
			if (left(entry.path)) continue;
			const node = entry.type === 'hardlink' ? made.get(entry.target) : tarNode(entry, archive);
			if (node === undefined)
				throw new ImageError(`package ${name}: ${entry.path} is a hard link to ${entry.target}, which is not there`);
			made.set(entry.path, tree.add(`/${entry.path}`, node, collisionRule(layer.collisions)));
		}
	}
}

function tarNode(entry: TarEntry, archive: string): TreeNode {
	const { type, mode, uid, gid, mtime, target, major, minor, offset, size } = entry;
	const base = { mode, uid, gid, mtime };
	switch (type) {
		case 'directory':
			return { ...base, type, children: new Map() };
		case 'symlink':
			return { ...base, mode: 0o777, type, target };
		case 'char':
		case 'block':
			return { ...base, type, major, minor };
		case 'fifo':
			return { ...base, type };
		default:
			return { ...base, type: 'file', contents: { kind: 'part', file: archive, offset, size } };
	}
}

function addEntry(tree: RootTree, entry: Entry, folder: string, mtime: number): void {
	if (entry.type === 'remove') {
		if (!tree.remove(entry.path)) throw new ImageError(`${entry.path} is to be removed and is not there`);
		return;
	}
	if (entry.type === 'symlink') {
		tree.add(entry.path, symlinkNode(entry.target, mtime));
		return;
	}
	if (entry.type === 'hardlink') {
		const target = tree.find(entry.target, false);
		if (target === undefined || target.type === 'directory')
			throw new ImageError(`${entry.path} is to be a hard link to ${entry.target}, which is no file`);
		tree.add(entry.path, target);
		return;
	}
	const base = { uid: entry.owner?.uid ?? 0, gid: entry.owner?.gid ?? 0, mtime };
	const mode = (usual: number) => entry.mode ?? usual;
	if (entry.type === 'directory')
		tree.add(entry.path, { ...base, mode: mode(0o755), type: 'directory', children: new Map() });
	else if (entry.type === 'file')
		tree.add(entry.path, {
			...base,
			mode: mode(0o644),
			type: 'file',
			contents: { kind: 'bytes', bytes: Buffer.from(entry.text) },
		});
	else if (entry.type === 'fifo') tree.add(entry.path, { ...base, mode: mode(0o644), type: 'fifo' });
	else if (entry.type === 'copy')
		tree.add(entry.path, copyNode(path.resolve(folder, entry.from), { ...base, mode: mode(0o644) }));
	else tree.add(entry.path, { ...base, mode: mode(0o600), type: entry.type, major: entry.major, minor: entry.minor });
}

function copyNode(file: string, base: { mode: number; uid: number; gid: number; mtime: number }): TreeNode {
	const status = statSync(file, { throwIfNoEntry: false });
	if (!status?.isFile()) throw new ImageError(`no file ${file} to copy into an image`);
	return { ...base, type: 'file', contents: { kind: 'part', file, offset: 0, size: status.size } };
}
