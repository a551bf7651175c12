/** A directory: a B+ tree of `DirBlock`s keyed by the hash of the name. */
import { IMPFS, type Inode } from '../abi/impfs.js';
import type { ImpfsCore } from './core.js';
import { DirBlock, type DirEntry, recordSize } from './dir-block.js';
import { ImpfsError } from './errors.js';
import { bucketKey } from './hash.js';
import { mapBlock, mapSet } from './map.js';

const BUCKET = 1 << IMPFS.KEY_SHIFT;

function same(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && Buffer.compare(a, b) === 0;
}

interface Place {
	/** Logical blocks from the root to the leaf, and the child taken in each index block. */
	path: Array<{ block: number; child: number }>;
	leaf: DirBlock;
	logical: number;
	/** The first key that belongs to a later leaf; Infinity in the last one. */
	upper: number;
}

export class ImpfsDir {
	readonly #core: ImpfsCore;
	readonly #ino: number;
	readonly #inode: Inode;

	/** Works on a decoded inode, which operations change; the caller writes it. */
	constructor(core: ImpfsCore, ino: number, inode: Inode) {
		this.#core = core;
		this.#ino = ino;
		this.#inode = inode;
	}

	#physical(logical: number): number {
		const block =
			logical * IMPFS.BLOCK_SIZE < this.#inode.size ? mapBlock(this.#core, this.#ino, this.#inode, logical) : 0;
		if (block === 0) throw this.#damaged(logical, 'is missing');
		return block;
	}

	#damaged(logical: number, detail: string): ImpfsError {
		return new ImpfsError('EUCLEAN', `directory inode ${this.#ino}`, `block ${logical} ${detail}`);
	}

	#read(logical: number, level?: number): DirBlock {
		const number = this.#physical(logical);
		const block = new DirBlock(this.#core.block(number));
		if (!this.#core.tailOk(number, this.#seed(number))) throw this.#damaged(logical, 'has a wrong checksum');
		const problem = block.problem(this.#ino);
		if (problem) throw this.#damaged(logical, problem);
		if (level !== undefined && block.level !== level) throw this.#damaged(logical, `has level ${block.level}`);
		return block;
	}

	#seed(number: number): number {
		return this.#core.ownerSeed(this.#ino, this.#inode.generation, number);
	}

	#dirty(logical: number): void {
		const number = this.#physical(logical);
		this.#core.dirty(number, this.#seed(number));
	}

	/** The leaf that a key belongs to. */
	#descend(key: number): Place {
		const path: Place['path'] = [];
		let logical = 0;
		let block = this.#read(0);
		let upper = Number.POSITIVE_INFINITY;
		while (block.level > 0) {
			const child = block.child(key);
			if (child + 1 < block.count) upper = block.indexKey(child + 1);
			path.push({ block: logical, child });
			logical = block.indexBlock(child);
			block = this.#read(logical, block.level - 1);
		}
		return { path, leaf: block, logical, upper };
	}

	/** Where the name is. The names of one bucket may lie in two neighbouring leaves. */
	#find(name: Uint8Array): { leaf: DirBlock; logical: number; index: number } | undefined {
		const bucket = bucketKey(this.#core.superblock.hash_seed, name);
		for (let key = bucket; key < bucket + BUCKET; ) {
			const { leaf, logical, upper } = this.#descend(key);
			for (let i = leaf.search(key); i < leaf.count && leaf.slotKey(i) < bucket + BUCKET; i++) {
				if (same(leaf.entry(i).name, name)) return { leaf, logical, index: i };
			}
			key = upper;
		}
		return undefined;
	}

	/** Makes a new directory's first block, an empty leaf. */
	format(): void {
		this.#grow(0);
	}

	lookup(name: Uint8Array): DirEntry | undefined {
		const found = this.#find(name);
		return found?.leaf.entry(found.index);
	}

	/** Entries in key order from `key` on. The directory must not change meanwhile. */
	*entries(from = 0): Generator<DirEntry> {
		let key = from;
		while (Number.isFinite(key)) {
			const { leaf, upper } = this.#descend(key);
			for (let i = leaf.search(key); i < leaf.count; i++) yield leaf.entry(i);
			key = upper;
		}
	}

	get empty(): boolean {
		return this.entries().next().done === true;
	}

	/** Adds a name that is not there. @throws ImpfsError ENOSPC if 128 names share its bucket */
	insert(name: Uint8Array, ino: number, type: number): void {
		const key = this.#freeKey(name);
		const entry = { key, ino, type, name };
		for (;;) {
			const place = this.#descend(key);
			if (place.leaf.insert(entry)) {
				this.#dirty(place.logical);
				return;
			}
			this.#split(place);
		}
	}

	/** The lowest number in the name's bucket that no entry has. */
	#freeKey(name: Uint8Array): number {
		const bucket = bucketKey(this.#core.superblock.hash_seed, name);
		let free = bucket;
		for (const { key } of this.entries(bucket)) {
			if (key !== free) break;
			free++;
		}
		if (free >= bucket + BUCKET)
			throw new ImpfsError('ENOSPC', `directory inode ${this.#ino}`, 'too many names of one hash');
		return free;
	}

	remove(name: Uint8Array): void {
		const found = this.#find(name);
		if (!found) throw new ImpfsError('ENOENT', new TextDecoder().decode(name));
		found.leaf.remove(found.index);
		this.#dirty(found.logical);
	}

	/** Points a name at another inode. */
	retarget(name: Uint8Array, ino: number, type: number): void {
		const found = this.#find(name);
		if (!found) throw new ImpfsError('ENOENT', new TextDecoder().decode(name));
		found.leaf.setTarget(found.index, ino, type);
		this.#dirty(found.logical);
	}

	/** Adds a block to the directory and returns its logical number. */
	#grow(level: number): { logical: number; block: DirBlock } {
		const logical = this.#inode.size / IMPFS.BLOCK_SIZE;
		const { start } = this.#core.allocate(1);
		try {
			mapSet(this.#core, this.#ino, this.#inode, logical, start);
		} catch (error) {
			this.#core.release(start);
			throw error;
		}
		this.#inode.size += IMPFS.BLOCK_SIZE;
		const block = new DirBlock(this.#core.fresh(start)).format(this.#ino, level);
		this.#core.dirty(start, this.#seed(start));
		return { logical, block };
	}

	/** Makes room on the way to a full leaf by one split, in an index block above it if that is full too. */
	#split({ path, leaf, logical }: Place): void {
		// The highest block that must be split first: the lowest one whose parent has room.
		let depth = path.length;
		while (depth > 0) {
			const parent = this.#read((path[depth - 1] as { block: number }).block);
			if (parent.count < IMPFS.DIR_FANOUT) break;
			depth--;
		}
		if (depth === 0) {
			this.#raiseRoot();
			return;
		}
		const { block: parentLogical, child } = path[depth - 1] as { block: number; child: number };
		const target =
			depth === path.length ? { block: leaf, logical } : this.#at((path[depth] as { block: number }).block);
		const { logical: newLogical, block: upper } = this.#grow(target.block.level);
		const key = target.block.level === 0 ? splitLeaf(target.block, upper) : splitIndex(target.block, upper);
		const parent = this.#read(parentLogical);
		parent.insertIndex(child + 1, key, newLogical);
		this.#dirty(target.logical);
		this.#dirty(newLogical);
		this.#dirty(parentLogical);
	}

	#at(logical: number): { block: DirBlock; logical: number } {
		return { block: this.#read(logical), logical };
	}

	/** Moves the root's contents into a new block, so that the root becomes an index with one entry. */
	#raiseRoot(): void {
		const root = this.#read(0);
		const level = root.level;
		if (level + 1 >= IMPFS.DIR_LEVELS) throw new ImpfsError('ENOSPC', `directory inode ${this.#ino}`, 'is full');
		const { logical, block } = this.#grow(level);
		block.bytes.set(root.bytes.subarray(0, IMPFS.CSUM_OFFSET));
		root.format(this.#ino, level + 1);
		root.insertIndex(0, 0, logical);
		this.#dirty(0);
		this.#dirty(logical);
	}
}

/** Moves the upper half of a leaf's bytes to an empty one; returns the first key there. */
function splitLeaf(from: DirBlock, to: DirBlock): number {
	const entries = from.entries();
	const total = entries.reduce((sum, { name }) => sum + recordSize(name.length), 0);
	let cut = 0;
	for (let bytes = 0; cut < entries.length - 1 && (cut === 0 || bytes < total / 2); cut++) {
		bytes += recordSize((entries[cut] as DirEntry).name.length);
	}
	from.rebuild(entries.slice(0, cut));
	to.rebuild(entries.slice(cut));
	return (entries[cut] as DirEntry).key;
}

function splitIndex(from: DirBlock, to: DirBlock): number {
	const cut = from.count >> 1;
	for (let i = cut; i < from.count; i++) to.insertIndex(i - cut, from.indexKey(i), from.indexBlock(i));
	const key = from.indexKey(cut);
	from.bytes.fill(0, IMPFS.DIR_HEADER + cut * 8, IMPFS.DIR_HEADER + from.count * 8);
	from.count = cut;
	return key;
}
