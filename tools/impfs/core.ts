/**
 * The parts of a volume that all operations share: superblock, group descriptors, a cache of metadata blocks, and the
 * allocation of blocks and inodes. Changes stay in memory until `sync()`, which computes the checksums and writes in
 * ascending order.
 */
import {
	type Group,
	groupLayout,
	IMPFS,
	type Inode,
	inodeLayout,
	type Superblock,
	superblockLayout,
} from '../abi/impfs.js';
import { crc32c, crc32cWords } from './crc32c.js';
import type { Device } from './device.js';
import { ImpfsError } from './errors.js';

const BLOCK = IMPFS.BLOCK_SIZE;
const MODE = inodeLayout.offset('mode');
const LINKS = inodeLayout.offset('links');

/** A moment: seconds since 1970 (may be negative) and nanoseconds. */
export interface Time {
	sec: number;
	ns: number;
}

/** A run of neighbouring blocks. */
export interface Run {
	start: number;
	count: number;
}

/** Reads and checks the superblock at byte `at`; the reason why it cannot be used, if it cannot. */
export function readSuperblock(device: Device, at: number): { superblock?: Superblock; problem?: string } {
	if (at + superblockLayout.size > device.size) return { problem: 'lies beyond the end of the device' };
	const bytes = new Uint8Array(superblockLayout.size);
	device.read(bytes, at);
	const superblock = superblockLayout.decode(bytes);
	if (superblock.magic !== IMPFS.MAGIC) return { problem: 'has no impfs magic number' };
	if (crc32c(0xffffffff, bytes, 0, bytes.length - 4) !== superblock.checksum)
		return { problem: 'has a wrong checksum' };
	if (superblock.revision !== IMPFS.REVISION) return { problem: `has the unknown revision ${superblock.revision}` };
	const { blocks, groups, group_inodes, desc_start, desc_blocks } = superblock;
	const sane =
		superblock.first_ino > IMPFS.ROOT_INO &&
		superblock.first_ino <= group_inodes &&
		superblock.name_max <= IMPFS.NAME_MAX &&
		superblock.symlink_max <= IMPFS.SYMLINK_MAX &&
		superblock.block_size === BLOCK &&
		superblock.group_blocks === IMPFS.GROUP_BLOCKS &&
		superblock.inode_size === IMPFS.INODE_SIZE &&
		superblock.desc_size === IMPFS.GROUP_DESC_SIZE &&
		blocks >= IMPFS.MIN_BLOCKS &&
		blocks <= IMPFS.MAX_BLOCKS &&
		groups === Math.ceil(blocks / IMPFS.GROUP_BLOCKS) &&
		group_inodes > 0 &&
		group_inodes % IMPFS.INODES_PER_BLOCK === 0 &&
		group_inodes <= IMPFS.GROUP_BLOCKS &&
		desc_blocks === Math.ceil(groups / IMPFS.GROUP_DESCS_PER_BLOCK) &&
		desc_start + desc_blocks <= blocks &&
		superblock.journal_start + superblock.journal_blocks <= blocks;
	if (!sane) return { problem: 'has impossible values' };
	if (blocks * BLOCK > device.size) return { problem: `names ${blocks} blocks, more than the device has` };
	return { superblock };
}

export class ImpfsCore {
	readonly device: Device;
	readonly superblock: Superblock;
	readonly groups: Group[] = [];
	/** crc of the uuid: what most checksums begin with. */
	readonly seed: number;
	readonly readonly: boolean;
	#cache = new Map<number, Uint8Array>();
	/** Dirty blocks, with the start of the checksum for those that end with one. */
	#dirty = new Map<number, number | undefined>();
	#dirtyGroups = new Set<number>();
	#superDirty = false;
	/** Blocks whose last four bytes were found right, with what the checksum begins with. */
	#verified = new Map<number, number>();
	/** Where the search for free blocks goes on. */
	#cursor = 0;

	constructor(device: Device, superblock: Superblock, readonly: boolean) {
		this.device = device;
		this.superblock = superblock;
		this.readonly = readonly;
		this.seed = crc32c(0xffffffff, superblock.uuid);
	}

	/** Reads the descriptors, from another place than the superblock's if told. Wrong ones are reported to `bad`. */
	loadGroups(bad: (group: number) => void, start = this.superblock.desc_start): void {
		this.groups.length = 0;
		const perBlock = IMPFS.GROUP_DESCS_PER_BLOCK;
		for (let i = 0; i < this.superblock.groups; i++) {
			const block = this.block(start + Math.floor(i / perBlock));
			const at = (i % perBlock) * groupLayout.size;
			const group = groupLayout.decode(block, at);
			if (crc32c(crc32cWords(this.seed, i), block, at, at + groupLayout.size - 4) !== group.checksum) bad(i);
			this.groups.push(group);
		}
	}

	group(index: number): Group {
		const group = this.groups[index];
		if (!group) throw new ImpfsError('EUCLEAN', `group ${index}`, 'is not in the volume');
		return group;
	}

	/** Blocks in a group; the last may be short. */
	groupBlocks(index: number): number {
		return Math.min(IMPFS.GROUP_BLOCKS, this.superblock.blocks - index * IMPFS.GROUP_BLOCKS);
	}

	get inodes(): number {
		return this.superblock.groups * this.superblock.group_inodes;
	}

	/** A block through the cache. Callers that change it call `dirty()`. @throws ImpfsError EUCLEAN beyond the volume. */
	block(number: number): Uint8Array {
		let block = this.#cache.get(number);
		if (!block) {
			if (!(number < this.superblock.blocks))
				throw new ImpfsError('EUCLEAN', `block ${number}`, 'lies beyond the volume');
			// Nobody changes what can only be read.
			block = this.readonly ? this.device.view?.(number * BLOCK, BLOCK) : undefined;
			if (!block) {
				block = new Uint8Array(BLOCK);
				this.device.read(block, number * BLOCK);
			}
			this.#cache.set(number, block);
		}
		return block;
	}

	/** A block of zeros in the cache, in place of what the device has. */
	fresh(number: number): Uint8Array {
		const block = new Uint8Array(BLOCK);
		this.#cache.set(number, block);
		this.#verified.delete(number);
		return block;
	}

	/** Marks a cached block as changed; `seed` is given for blocks that end with a checksum. */
	dirty(number: number, seed?: number): void {
		if (this.readonly) throw new ImpfsError('EROFS', `block ${number}`);
		this.#dirty.set(number, seed);
	}

	/** Forgets a cached block, changed or not. */
	forget(number: number): void {
		this.#cache.delete(number);
		this.#dirty.delete(number);
		this.#verified.delete(number);
	}

	/** Puts contents into the cache that only a later `dirty()` would write: a log replayed on a read-only volume. */
	overlay(number: number, contents: Uint8Array): void {
		this.#cache.set(number, contents);
		this.#verified.delete(number);
	}

	cached(number: number): Uint8Array | undefined {
		return this.#cache.get(number);
	}

	/** Start of the checksum of an indirect, directory or xattr block. */
	ownerSeed(ino: number, generation: number, block: number): number {
		return crc32cWords(this.seed, ino, generation, block);
	}

	/** True if the block's last four bytes are its checksum. */
	tailOk(number: number, seed: number): boolean {
		if (this.#dirty.has(number) || this.#verified.get(number) === seed) return true;
		const block = this.block(number);
		const stored = new DataView(block.buffer, block.byteOffset).getUint32(IMPFS.CSUM_OFFSET, true);
		if (crc32c(seed, block, 0, IMPFS.CSUM_OFFSET) !== stored) return false;
		this.#verified.set(number, seed);
		return true;
	}

	superDirty(): void {
		this.#superDirty = true;
	}

	groupDirty(index: number): void {
		this.#dirtyGroups.add(index);
	}

	bitmapChecksum(group: number, bitmap: number): number {
		return crc32c(crc32cWords(this.seed, group), this.block(bitmap));
	}

	/** Takes up to `want` neighbouring free blocks at or after `goal`, else anywhere. @throws ImpfsError ENOSPC */
	allocate(want: number, goal = this.#cursor): Run {
		const { groups } = this.superblock;
		const first = Math.min(Math.floor(goal / IMPFS.GROUP_BLOCKS), groups - 1);
		for (let n = 0; n <= groups; n++) {
			const index = (first + n) % groups;
			const group = this.group(index);
			if (group.free_blocks === 0) continue;
			const run = this.#takeRun(index, n === 0 ? goal % IMPFS.GROUP_BLOCKS : 0, want);
			if (!run) continue;
			group.free_blocks -= run.count;
			this.#dirtyGroups.add(index);
			this.dirty(group.block_bitmap);
			this.#cursor = run.start + run.count;
			return run;
		}
		throw new ImpfsError('ENOSPC', 'volume');
	}

	#takeRun(index: number, from: number, want: number): Run | undefined {
		const bitmap = this.block(this.group(index).block_bitmap);
		const limit = this.groupBlocks(index);
		const taken = (bit: number): number => (bitmap[bit >> 3] as number) & (1 << (bit & 7));
		let bit = from;
		while (bit < limit && taken(bit)) bit = (bit & 7) === 0 && bitmap[bit >> 3] === 0xff ? bit + 8 : bit + 1;
		if (bit >= limit) return undefined;
		let count = 0;
		while (count < want && bit + count < limit && !taken(bit + count)) {
			bitmap[(bit + count) >> 3] = (bitmap[(bit + count) >> 3] as number) | (1 << ((bit + count) & 7));
			count++;
		}
		return { start: index * IMPFS.GROUP_BLOCKS + bit, count };
	}

	/** Gives a block back. @throws ImpfsError EUCLEAN if it was free */
	release(number: number): void {
		const index = Math.floor(number / IMPFS.GROUP_BLOCKS);
		const group = this.group(index);
		const bitmap = this.block(group.block_bitmap);
		const bit = number % IMPFS.GROUP_BLOCKS;
		const mask = 1 << (bit & 7);
		const byte = bitmap[bit >> 3] as number;
		if (!(byte & mask)) throw new ImpfsError('EUCLEAN', `block ${number}`, 'is freed twice');
		bitmap[bit >> 3] = byte & ~mask;
		group.free_blocks++;
		this.#dirtyGroups.add(index);
		this.dirty(group.block_bitmap);
		this.forget(number);
	}

	/** Takes a free inode, in `near`'s group if it has one, and returns its number. @throws ImpfsError ENOSPC */
	allocateInode(near: number, directory: boolean): number {
		const { groups, group_inodes, first_ino } = this.superblock;
		const first = Math.floor((near - 1) / group_inodes);
		for (let n = 0; n < groups; n++) {
			const index = (first + n) % groups;
			const group = this.group(index);
			if (group.free_inodes === 0) continue;
			const bitmap = this.block(group.inode_bitmap);
			let bit = index === 0 ? first_ino - 1 : 0;
			while (bit < group_inodes && (bitmap[bit >> 3] as number) & (1 << (bit & 7))) bit++;
			if (bit >= group_inodes) continue;
			bitmap[bit >> 3] = (bitmap[bit >> 3] as number) | (1 << (bit & 7));
			group.free_inodes--;
			if (directory) group.directories++;
			while (bit >= group.inodes_ready) this.#readyInodes(index);
			this.#dirtyGroups.add(index);
			this.dirty(group.inode_bitmap);
			return index * group_inodes + bit + 1;
		}
		throw new ImpfsError('ENOSPC', 'inodes', 'none left on the volume');
	}

	/** Makes the next table block of a group usable. */
	#readyInodes(index: number): void {
		const group = this.group(index);
		const number = group.inode_table + group.inodes_ready / IMPFS.INODES_PER_BLOCK;
		const block = this.fresh(number);
		const base = index * this.superblock.group_inodes + group.inodes_ready + 1;
		for (let i = 0; i < IMPFS.INODES_PER_BLOCK; i++) this.#sealInode(block, i * IMPFS.INODE_SIZE, base + i);
		this.dirty(number);
		group.inodes_ready += IMPFS.INODES_PER_BLOCK;
	}

	#sealInode(block: Uint8Array, at: number, ino: number): void {
		const end = at + IMPFS.INODE_SIZE - 4;
		const view = new DataView(block.buffer, block.byteOffset);
		view.setUint32(end, crc32c(crc32cWords(this.seed, ino), block, at, end), true);
	}

	/** Gives an inode number back; the caller has written the inode as free. */
	releaseInode(ino: number, directory: boolean): void {
		const index = Math.floor((ino - 1) / this.superblock.group_inodes);
		const group = this.group(index);
		const bitmap = this.block(group.inode_bitmap);
		const bit = (ino - 1) % this.superblock.group_inodes;
		bitmap[bit >> 3] = (bitmap[bit >> 3] as number) & ~(1 << (bit & 7));
		group.free_inodes++;
		if (directory) group.directories--;
		this.#dirtyGroups.add(index);
		this.dirty(group.inode_bitmap);
	}

	#inodePlace(ino: number): { number: number; at: number } {
		if (!(ino >= 1 && ino <= this.inodes)) throw new ImpfsError('EUCLEAN', `inode ${ino}`, 'is not in the volume');
		const index = Math.floor((ino - 1) / this.superblock.group_inodes);
		const within = (ino - 1) % this.superblock.group_inodes;
		const group = this.group(index);
		if (within >= group.inodes_ready) throw new ImpfsError('EUCLEAN', `inode ${ino}`, 'was never used');
		return {
			number: group.inode_table + Math.floor(within / IMPFS.INODES_PER_BLOCK),
			at: (within % IMPFS.INODES_PER_BLOCK) * IMPFS.INODE_SIZE,
		};
	}

	/** Reads an inode. @throws ImpfsError EUCLEAN if its checksum is wrong, unless `unchecked` */
	inode(ino: number, unchecked = false): Inode {
		const { number, at } = this.#inodePlace(ino);
		const block = this.block(number);
		const inode = inodeLayout.decode(block, at);
		if (!unchecked && crc32c(crc32cWords(this.seed, ino), block, at, at + IMPFS.INODE_SIZE - 4) !== inode.checksum) {
			throw new ImpfsError('EUCLEAN', `inode ${ino}`, 'has a wrong checksum');
		}
		return inode;
	}

	/** Whether an inode's checksum holds, and whether it is free, without taking it apart. */
	probeInode(ino: number): { sealed: boolean; free: boolean } {
		const { number, at } = this.#inodePlace(ino);
		const block = this.block(number);
		const view = new DataView(block.buffer, block.byteOffset);
		const end = at + IMPFS.INODE_SIZE - 4;
		return {
			sealed: crc32c(crc32cWords(this.seed, ino), block, at, end) === view.getUint32(end, true),
			free: view.getUint16(at + MODE, true) === 0 && view.getUint32(at + LINKS, true) === 0,
		};
	}

	writeInode(ino: number, inode: Inode): void {
		const { number, at } = this.#inodePlace(ino);
		const block = this.block(number);
		inodeLayout.encode(inode, block, at);
		this.#sealInode(block, at, ino);
		this.dirty(number);
	}

	/** Writes everything that changed and waits until it is durable. */
	sync(): void {
		if (this.readonly) return;
		for (const index of this.#dirtyGroups) this.#sealGroup(index);
		this.#dirtyGroups.clear();
		const { device } = this;
		for (const number of [...this.#dirty.keys()].sort((a, b) => a - b)) {
			const block = this.block(number);
			const seed = this.#dirty.get(number);
			if (seed !== undefined) {
				new DataView(block.buffer, block.byteOffset).setUint32(
					IMPFS.CSUM_OFFSET,
					crc32c(seed, block, 0, IMPFS.CSUM_OFFSET),
					true,
				);
			}
			device.write(block, number * BLOCK);
		}
		this.#dirty.clear();
		device.flush();
		if (this.#superDirty) {
			device.write(sealSuperblock(this.superblock), IMPFS.SUPER_OFFSET);
			this.forget(0);
			device.flush();
			this.#superDirty = false;
		}
	}

	#sealGroup(index: number): void {
		const group = this.group(index);
		group.block_bitmap_csum = this.bitmapChecksum(index, group.block_bitmap);
		group.inode_bitmap_csum = this.bitmapChecksum(index, group.inode_bitmap);
		const perBlock = IMPFS.GROUP_DESCS_PER_BLOCK;
		const number = this.superblock.desc_start + Math.floor(index / perBlock);
		encodeGroup(group, this.seed, index, this.block(number), (index % perBlock) * groupLayout.size);
		this.dirty(number);
	}
}

/** Encodes a descriptor with its checksum. */
export function encodeGroup(group: Group, seed: number, index: number, block: Uint8Array, at: number): void {
	groupLayout.encode(group, block, at);
	const end = at + groupLayout.size - 4;
	group.checksum = crc32c(crc32cWords(seed, index), block, at, end);
	new DataView(block.buffer, block.byteOffset).setUint32(end, group.checksum, true);
}

/** Encodes a superblock with its checksum. */
export function sealSuperblock(superblock: Superblock): Uint8Array {
	const bytes = new Uint8Array(superblockLayout.size);
	superblockLayout.encode(superblock, bytes);
	superblock.checksum = crc32c(0xffffffff, bytes, 0, bytes.length - 4);
	superblockLayout.encode(superblock, bytes);
	return bytes;
}
