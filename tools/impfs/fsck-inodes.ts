/** fsck's pass over the inode tables: every inode's own fields, its map and its xattr block; who holds which block. */
import { IMPFS, type Inode, inodeLayout } from '../abi/impfs.js';
import { checkAcls } from './fsck-acls.js';
import { holdOwned, inlineTarget, isTable, letGo } from './fsck-shared.js';
import type { FsckState } from './fsck-state.js';
import { pointedBlock } from './map.js';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from './volume.js';
import { decodeXattrs } from './xattr.js';

const kinds = new Set([S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK]);

function isZero(inode: Inode): boolean {
	const bytes = new Uint8Array(inodeLayout.size);
	inodeLayout.encode(inode, bytes);
	return bytes.every((byte) => byte === 0);
}

/** Walks all tables; inodes with a wrong checksum come last, so that they lose quarrels about blocks. */
export function checkInodes(state: FsckState): void {
	const { core } = state;
	const suspects: number[] = [];
	for (const [index, group] of core.groups.entries()) {
		for (let i = 0; i < group.inodes_ready; i++) {
			const ino = index * core.superblock.group_inodes + i + 1;
			const { sealed, free } = core.probeInode(ino);
			if (!sealed) suspects.push(ino);
			else if (!free) checkInode(state, ino, core.inode(ino, true), true);
		}
	}
	for (const ino of suspects) {
		const inode = core.inode(ino, true);
		state.found('inodes', `inode ${ino} has a wrong checksum`);
		checkInode(state, ino, inode, false);
	}
	letGo(state);
}

function clear(state: FsckState, ino: number, inode: Inode): void {
	state.writeInode(ino, { ...inodeLayout.blank(), generation: inode.generation });
}

function checkInode(state: FsckState, ino: number, inode: Inode, trusted: boolean): void {
	const { superblock } = state.core;
	if (inode.mode === 0 && inode.links === 0) {
		if (!trusted) clear(state, ino, isZero(inode) ? inodeLayout.blank() : inode);
		return;
	}
	const complain = (message: string): void => state.found('inodes', `inode ${ino} ${message}`);
	if (ino < superblock.first_ino && ino !== IMPFS.ROOT_INO) {
		complain('is reserved and in use');
		clear(state, ino, inode);
		return;
	}
	const kind = inode.mode & S_IFMT;
	if (!kinds.has(kind)) {
		complain(`has the impossible mode ${inode.mode.toString(8)}`);
		clear(state, ino, inode);
		return;
	}
	if (inode.links === 0 && inode.next_orphan === 0 && !trusted) {
		clear(state, ino, inode);
		return;
	}
	let changed = !trusted;
	const mend = (wrong: boolean, message: string, fix: () => void): void => {
		if (!wrong) return;
		complain(message);
		fix();
		changed = true;
	};
	for (const name of ['atime_ns', 'mtime_ns', 'ctime_ns', 'btime_ns'] as const) {
		mend(inode[name] > 999_999_999, `has an impossible ${name}`, () => {
			inode[name] = 0;
		});
	}
	mend((inode.flags & ~IMPFS.FL_KNOWN) !== 0, 'has unknown flags', () => {
		inode.flags = (inode.flags & IMPFS.FL_KNOWN) >>> 0;
	});
	if (!sizeOk(state, inode)) {
		complain(`has the impossible size ${inode.size}`);
		if (kind === S_IFLNK || kind === S_IFDIR) {
			// A directory is rebuilt from its blocks; a symbolic link has nothing to go by.
			if (kind === S_IFLNK) {
				clear(state, ino, inode);
				return;
			}
			inode.size = IMPFS.BLOCK_SIZE;
		} else {
			inode.size = kind === S_IFREG ? Math.min(inode.size, superblock.file_blocks_max * IMPFS.BLOCK_SIZE) : 0;
		}
		changed = true;
	}
	const held = holdMap(state, ino, inode, trusted);
	changed ||= held.changed;
	if (inode.xattr_block !== 0) {
		if (xattrsOk(state, ino, inode)) {
			held.blocks++;
			if (checkAcls(state, ino, inode)) changed = true;
		} else {
			inode.xattr_block = 0;
			changed = true;
		}
	}
	mend(inode.blocks !== held.blocks, `counts ${inode.blocks} blocks and holds ${held.blocks}`, () => {
		inode.blocks = held.blocks;
	});
	if (changed) state.writeInode(ino, inode);
	state.inodes.set(ino, { inode, names: 0, subdirectories: 0, parent: 0, orphan: false });
}

function sizeOk(state: FsckState, inode: Inode): boolean {
	const { superblock } = state.core;
	switch (inode.mode & S_IFMT) {
		case S_IFREG:
			return inode.size <= superblock.file_blocks_max * IMPFS.BLOCK_SIZE;
		case S_IFDIR:
			return (
				inode.size > 0 && inode.size % IMPFS.BLOCK_SIZE === 0 && inode.size <= superblock.blocks * IMPFS.BLOCK_SIZE
			);
		case S_IFLNK:
			return inode.size > 0 && inode.size <= superblock.symlink_max;
		default:
			return inode.size === 0;
	}
}

function xattrsOk(state: FsckState, ino: number, inode: Inode): boolean {
	const { core } = state;
	const block = inode.xattr_block;
	const fail = (message: string): boolean => {
		state.found('inodes', `inode ${ino}: xattr block ${block} ${message}`);
		return false;
	};
	if (block >= core.superblock.blocks) return fail('lies beyond the volume');
	if (!core.tailOk(block, core.ownerSeed(ino, inode.generation, block))) return fail('has a wrong checksum');
	try {
		decodeXattrs(core.block(block), ino);
	} catch {
		return fail('has a wrong structure');
	}
	return holdOwned(state, block, () => fail('is held twice'));
}

/** Goes through a file's map and notes what it holds; pointers that cannot be right become holes. */
function holdMap(state: FsckState, ino: number, inode: Inode, trusted: boolean): { blocks: number; changed: boolean } {
	const { core } = state;
	const kind = inode.mode & S_IFMT;
	let blocks = 0;
	let changed = false;
	if (inlineTarget(inode)) return { blocks, changed };
	const complain = (block: number, message: string): 0 => {
		state.found('inodes', `inode ${ino}: block ${block} ${message}`);
		return 0;
	};
	const mayReserve = kind === S_IFREG && (core.superblock.incompat & IMPFS.INCOMPAT_UNWRITTEN) !== 0;
	const visit = (pointer: number, level: number, base: number): number => {
		const block = level === 0 && mayReserve ? pointedBlock(pointer) : pointer;
		if (block === 0) return complain(block, 'is marked as unwritten');
		if (block >= core.superblock.blocks) return complain(block, 'lies beyond the volume');
		const seed = core.ownerSeed(ino, inode.generation, block);
		if (level === 0) {
			if (kind === S_IFDIR && core.tailOk(block, seed)) {
				if (!holdOwned(state, block, () => complain(block, 'is held twice'))) return 0;
			} else if (!state.hold(block)) {
				if (!trusted || kind === S_IFDIR || isTable(state, block)) return complain(block, 'is held twice');
				complain(block, 'is held by another file too');
				state.shared.push({ ino, logical: base });
			}
			blocks++;
			return pointer;
		}
		if (!core.tailOk(block, seed)) return complain(block, 'is an indirect block with a wrong checksum');
		if (!holdOwned(state, block, () => complain(block, 'is an indirect block held twice'))) return 0;
		blocks++;
		const bytes = core.block(block);
		const view = new DataView(bytes.buffer, bytes.byteOffset);
		const span = IMPFS.PTRS ** (level - 1);
		for (let i = 0; i < IMPFS.PTRS; i++) {
			const child = view.getUint32(i * 4, true);
			if (child === 0 || visit(child, level - 1, base + i * span) === child) continue;
			if (!state.repair) continue;
			view.setUint32(i * 4, 0, true);
			core.dirty(block, seed);
		}
		return block;
	};
	const mapped = kind === S_IFREG || kind === S_IFDIR || kind === S_IFLNK;
	let base = 0;
	for (const [slot, block] of inode.map.entries()) {
		const level = Math.max(0, slot - IMPFS.DIRECT + 1);
		if (block !== 0) {
			const kept = mapped ? visit(block, level, base) : complain(block, 'is held by what has no contents');
			if (kept !== block) {
				inode.map[slot] = 0;
				changed = true;
			}
		}
		base += IMPFS.PTRS ** level;
	}
	return { blocks, changed };
}
