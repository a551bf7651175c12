import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { ImageError } from '../errors.js';
import { unpackDeb } from './deb.js';
import type { CollisionRule, Declaration, Entry, Layer, PlacedLayer } from './declaration.js';
import { type InstalledPackage, writeDpkgDatabase } from './dpkg-database.js';
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
	else if ('tree' in layer)
		addHostTree(tree, path.resolve(folder, layer.tree), layer.to, time, collisionRule(layer.collisions));
	else if ('links' in layer) {
		const { target, folder: into, names } = layer.links;
		const rule = collisionRule(layer.collisions);
		for (const name of names) tree.add(`${into}/${name}`, symlinkNode(target, time), rule);
	} else for (const entry of layer.entries) addEntry(tree, entry, folder, time);
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

/** Adds a folder of the host; everything belongs to root and modes are what they mean: 755 or 644, set-id bits kept. */
function addHostTree(tree: RootTree, from: string, to: string, mtime: number, collisions: Collisions): void {
	const links = new Map<string, TreeNode>();
	const visit = (hostFolder: string, folder: string) => {
		const entries = readdirSync(hostFolder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
		for (const entry of entries) {
			const hostFile = path.join(hostFolder, entry.name);
			const name = path.posix.join(folder, entry.name);
			if (entry.isDirectory()) {
				const { mode } = statSync(hostFile);
				tree.add(
					name,
					{ type: 'directory', mode: 0o755 | (mode & 0o1000), uid: 0, gid: 0, mtime, children: new Map() },
					'keep',
				);
				visit(hostFile, name);
			} else if (entry.isSymbolicLink()) {
				tree.add(name, symlinkNode(readlinkSync(hostFile), mtime), collisions);
			} else if (entry.isFile()) {
				const { ino, nlink, mode, size } = statSync(hostFile);
				const node = (nlink > 1 ? links.get(String(ino)) : undefined) ?? {
					type: 'file' as const,
					mode: (mode & 0o100 ? 0o755 : 0o644) | (mode & 0o6000),
					uid: 0,
					gid: 0,
					mtime,
					contents: { kind: 'part' as const, file: hostFile, offset: 0, size },
				};
				if (nlink > 1) links.set(String(ino), node);
				tree.add(name, node, collisions);
			} else
				throw new ImageError(`${hostFile} is neither a file, a folder nor a link`, {
					hint: 'device nodes belong into "entries"',
				});
		}
	};
	try {
		visit(from, to);
	} catch (cause) {
		if (cause instanceof ImageError) throw cause;
		throw new ImageError(`cannot take ${from} into an image: ${cause instanceof Error ? cause.message : ''}`, {
			cause,
		});
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

function symlinkNode(target: string, mtime: number): TreeNode {
	return { type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime, target };
}
