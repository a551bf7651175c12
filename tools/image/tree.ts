import { ImageError } from '../errors.js';

/** Where a file's contents are. */
export type Contents =
	| { kind: 'bytes'; bytes: Uint8Array }
	| { kind: 'part'; file: string; offset: number; size: number };

interface NodeBase {
	/** Permission bits with set-id and sticky bits. */
	mode: number;
	uid: number;
	gid: number;
	/** Seconds since 1970. */
	mtime: number;
}

/** An inode of a tree. Two names with the same object are hard links of each other. */
export type TreeNode = NodeBase &
	(
		| { type: 'directory'; children: Map<string, TreeNode> }
		| { type: 'file'; contents: Contents }
		| { type: 'symlink'; target: string }
		| { type: 'char' | 'block'; major: number; minor: number }
		| { type: 'fifo' }
	);

export type DirectoryNode = Extract<TreeNode, { type: 'directory' }>;

/** What happens to a name that is already taken by something that is not a directory. */
export type Collisions =
	| 'replace'
	| 'keep'
	| 'refuse'
	| ((path: string, existing: TreeNode, newcomer: TreeNode) => string | undefined);

const maxLinks = 40;

/** A root filesystem in memory: names, inodes and where contents are to be found. */
export class RootTree {
	readonly root: DirectoryNode;

	constructor(mtime: number) {
		this.root = { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime, children: new Map() };
	}

	/**
	 * Adds a node. Symbolic links among the parents are followed, so that `/bin/x` lands in `/usr/bin` where
	 * `/bin` is a link; missing parents are made. A directory merges with a directory, or a link to one, of the
	 * same name; the newcomer's mode and owner win unless `collisions` is `keep`.
	 *
	 * @param collisions what to do when the name is taken: a function gives the path to use instead, or undefined to
	 *   leave the newcomer out
	 * @returns the node that now has the name
	 * @throws ImageError when a parent is not a directory, or a collision is refused
	 */
	add(path: string, node: TreeNode, collisions: Collisions = 'replace'): TreeNode {
		const parts = splitPath(path);
		const name = parts.pop();
		if (name === undefined) return this.#merge(this.root, node, collisions);
		const parent = this.#directory(parts, node.mtime, 0);
		const existing = parent.children.get(name);
		if (existing === undefined) {
			parent.children.set(name, node);
			return node;
		}
		if (node.type === 'directory') {
			const directory = existing.type === 'symlink' ? this.find(path) : existing;
			if (directory?.type === 'directory')
				return existing.type === 'symlink' ? directory : this.#merge(directory, node, collisions);
		}
		if (collisions === 'keep') return existing;
		if (collisions === 'refuse') throw new ImageError(`${path} is there already`);
		if (existing.type === 'directory') throw new ImageError(`${path} is a directory and cannot become a ${node.type}`);
		if (collisions === 'replace') {
			parent.children.set(name, node);
			return node;
		}
		const other = collisions(path, existing, node);
		return other === undefined ? existing : this.add(other, node, 'replace');
	}

	/** Finds a node, following symbolic links in the parents and, unless told otherwise, at the end. */
	find(path: string, followLast = true): TreeNode | undefined {
		return this.#walk(splitPath(path), followLast, 0);
	}

	/** Removes a name and what is below it; false when there is none. */
	remove(path: string): boolean {
		const parts = splitPath(path);
		const name = parts.pop();
		if (name === undefined) return false;
		const parent = this.#walk(parts, true, 0);
		return parent?.type === 'directory' && parent.children.delete(name);
	}

	/** All names but the root's, parents first, in the order of their bytes. */
	*entries(): Generator<[string, TreeNode]> {
		yield* walkSorted('', this.root);
	}

	#merge(directory: DirectoryNode, node: TreeNode, collisions: Collisions): TreeNode {
		if (node.type !== 'directory') throw new ImageError(`a ${node.type} cannot take the place of a directory`);
		if (collisions !== 'keep')
			Object.assign(directory, { mode: node.mode, uid: node.uid, gid: node.gid, mtime: node.mtime });
		for (const [name, child] of node.children) directory.children.set(name, child);
		return directory;
	}

	#directory(parts: string[], mtime: number, links: number): DirectoryNode {
		let current: DirectoryNode = this.root;
		for (const [at, part] of parts.entries()) {
			let next = current.children.get(part);
			if (next === undefined) {
				next = { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime, children: new Map() };
				current.children.set(part, next);
			}
			if (next.type === 'symlink') {
				if (links >= maxLinks) throw new ImageError(`too many symbolic links at /${parts.join('/')}`);
				return this.#directory(
					[...resolveLink(parts.slice(0, at), next.target), ...parts.slice(at + 1)],
					mtime,
					links + 1,
				);
			}
			if (next.type !== 'directory') throw new ImageError(`/${parts.slice(0, at + 1).join('/')} is not a directory`);
			current = next;
		}
		return current;
	}

	#walk(parts: string[], followLast: boolean, links: number): TreeNode | undefined {
		let current: TreeNode = this.root;
		for (const [at, part] of parts.entries()) {
			if (current.type !== 'directory') return undefined;
			const next: TreeNode | undefined = current.children.get(part);
			if (next === undefined) return undefined;
			if (next.type === 'symlink' && (followLast || at < parts.length - 1)) {
				if (links >= maxLinks) return undefined;
				return this.#walk(
					[...resolveLink(parts.slice(0, at), next.target), ...parts.slice(at + 1)],
					followLast,
					links + 1,
				);
			}
			current = next;
		}
		return current;
	}
}

function* walkSorted(prefix: string, directory: DirectoryNode): Generator<[string, TreeNode]> {
	const names = [...directory.children.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
	for (const name of names) {
		const node = directory.children.get(name);
		if (node === undefined) continue;
		yield [`${prefix}/${name}`, node];
		if (node.type === 'directory') yield* walkSorted(`${prefix}/${name}`, node);
	}
}

/** Parts of a path with `.` and `..` resolved; `..` of the root is the root. */
export function splitPath(path: string): string[] {
	const parts: string[] = [];
	for (const part of path.split('/')) {
		if (part === '..') parts.pop();
		else if (part !== '' && part !== '.') parts.push(part);
	}
	return parts;
}

function resolveLink(folder: string[], target: string): string[] {
	return splitPath(target.startsWith('/') ? target : `${folder.join('/')}/${target}`);
}
