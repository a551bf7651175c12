/** fsck: blocks that two hold. Data is copied; a block whose checksum names its owner stays with that one. */
import { IMPFS, type Inode } from '../abi/impfs.js';
import type { FsckState } from './fsck-state.js';
import { isUnwritten, mapPath, pointedBlock } from './map.js';
import { S_IFLNK, S_IFMT, S_IFREG } from './volume.js';

/** True for symbolic links whose target is in the inode. */
export function inlineTarget(inode: Inode): boolean {
	return (inode.mode & S_IFMT) === S_IFLNK && inode.size <= IMPFS.INLINE_MAX;
}

/** True for a block of the format's own. */
export function isTable(state: FsckState, block: number): boolean {
	const { superblock } = state.core;
	const index = Math.floor(block / IMPFS.GROUP_BLOCKS);
	const place = state.places[index];
	if (!place || block < place.start + place.head) return true;
	return block >= superblock.backup_start && block <= superblock.backup_start + superblock.desc_blocks;
}

/**
 * Holds a block whose checksum names its owner: an indirect block, one of a directory or of attributes. Who held it before
 * as data has to let go of it, in `letGo`.
 */
export function holdOwned(state: FsckState, block: number, complain: () => void): boolean {
	if (!state.hold(block)) {
		complain();
		if (!state.repair || state.owned.has(block) || isTable(state, block)) return false;
		state.reclaimed.add(block);
	}
	state.owned.add(block);
	return true;
}

/** Finds who holds reclaimed blocks as data: a file is to have a copy of its own, anything else a hole. */
export function letGo(state: FsckState): void {
	const { core, reclaimed } = state;
	if (reclaimed.size === 0) return;
	for (const [ino, { inode }] of state.inodes) {
		const regular = (inode.mode & S_IFMT) === S_IFREG;
		let changed = false;
		/** Whether the pointer stays. */
		const visit = (pointer: number, level: number, logical: number, own: boolean): boolean => {
			const block = level === 0 && regular ? pointedBlock(pointer) : pointer;
			if (level === 0) {
				if (!reclaimed.has(block) || own) return true;
				if (regular) {
					state.shared.push({ ino, logical });
					return true;
				}
				inode.blocks--;
				changed = true;
				return false;
			}
			const seed = core.ownerSeed(ino, inode.generation, block);
			const bytes = core.block(block);
			const view = new DataView(bytes.buffer, bytes.byteOffset);
			for (let i = 0; i < IMPFS.PTRS; i++) {
				const child = view.getUint32(i * 4, true);
				const at = logical + i * IMPFS.PTRS ** (level - 1);
				if (child === 0 || visit(child, level - 1, at, isOwn(child))) continue;
				view.setUint32(i * 4, 0, true);
				core.dirty(block, seed);
			}
			return true;
		};
		const isOwn = (block: number): boolean =>
			!regular && core.tailOk(block, core.ownerSeed(ino, inode.generation, block));
		let base = 0;
		for (const [slot, block] of inode.map.entries()) {
			const level = Math.max(0, slot - IMPFS.DIRECT + 1);
			if (block !== 0 && !inlineTarget(inode) && !visit(block, level, base, isOwn(block))) {
				inode.map[slot] = 0;
			}
			base += IMPFS.PTRS ** level;
		}
		if (changed) state.writeInode(ino, inode);
	}
}

/** Gives every later holder of a shared data block a copy of its own. Runs when the bitmaps are right. */
export function unshare(state: FsckState): void {
	const { core } = state;
	for (const { ino, logical } of state.repair ? state.shared : []) {
		const known = state.inodes.get(ino);
		if (!known) continue;
		const [slot, ...path] = mapPath(logical) as [number, ...number[]];
		const copy = core.allocate(1).start;
		const bytes = new Uint8Array(IMPFS.BLOCK_SIZE);
		let holder = 0;
		let at = known.inode.map[slot] as number;
		for (const index of path) {
			holder = at;
			const block = core.block(at);
			at = new DataView(block.buffer, block.byteOffset).getUint32(index * 4, true);
		}
		const pointer = isUnwritten(at) ? copy + IMPFS.PTR_UNWRITTEN : copy;
		if (!isUnwritten(at)) {
			core.device.read(bytes, at * IMPFS.BLOCK_SIZE);
			core.device.write(bytes, copy * IMPFS.BLOCK_SIZE);
		}
		if (holder === 0) {
			known.inode.map[slot] = pointer;
			core.writeInode(ino, known.inode);
		} else {
			const block = core.block(holder);
			new DataView(block.buffer, block.byteOffset).setUint32((path.at(-1) as number) * 4, pointer, true);
			core.dirty(holder, core.ownerSeed(ino, known.inode.generation, holder));
		}
	}
}
