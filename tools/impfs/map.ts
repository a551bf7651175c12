/** From a file's logical blocks to blocks of the volume: direct pointers and up to three levels of indirect blocks. */
import { IMPFS, type Inode } from '../abi/impfs.js';
import type { ImpfsCore } from './core.js';
import { ImpfsError } from './errors.js';

const { DIRECT, PTRS, PTR_UNWRITTEN, CSUM_OFFSET } = IMPFS;

/** The slot in the inode's map and the index in each indirect block on the way down. @throws ImpfsError EFBIG */
export function mapPath(logical: number): number[] {
	if (logical < DIRECT) return [logical];
	let rest = logical - DIRECT;
	if (rest < PTRS) return [DIRECT, rest];
	rest -= PTRS;
	if (rest < PTRS ** 2) return [DIRECT + 1, Math.floor(rest / PTRS), rest % PTRS];
	rest -= PTRS ** 2;
	if (rest < PTRS ** 3) {
		return [DIRECT + 2, Math.floor(rest / PTRS ** 2), Math.floor(rest / PTRS) % PTRS, rest % PTRS];
	}
	throw new ImpfsError('EFBIG', `logical block ${logical}`);
}

function pointers(block: Uint8Array): DataView {
	return new DataView(block.buffer, block.byteOffset, CSUM_OFFSET);
}

/** An indirect block's pointers, its checksum verified. @throws ImpfsError EUCLEAN */
function indirect(core: ImpfsCore, ino: number, inode: Inode, number: number): DataView {
	const view = pointers(core.block(number));
	if (!core.tailOk(number, core.ownerSeed(ino, inode.generation, number))) {
		throw new ImpfsError('EUCLEAN', `inode ${ino}`, `indirect block ${number} has a wrong checksum`);
	}
	return view;
}

/** True for a pointer to data that the file holds and that was never written to: it reads as zeros. */
export function isUnwritten(pointer: number): boolean {
	return pointer >= PTR_UNWRITTEN;
}

/** The block that a pointer to data names, marked or not. */
export function pointedBlock(pointer: number): number {
	return pointer % PTR_UNWRITTEN;
}

/** The block at a logical position, 0 for a hole and for one that nothing was written to. */
export function mapBlock(core: ImpfsCore, ino: number, inode: Inode, logical: number): number {
	const [slot, ...path] = mapPath(logical) as [number, ...number[]];
	let block = inode.map[slot] as number;
	for (const index of path) {
		if (block === 0) return 0;
		block = indirect(core, ino, inode, block).getUint32(index * 4, true);
	}
	return isUnwritten(block) ? 0 : block;
}

/**
 * Puts a block at a logical position that was a hole and makes the indirect blocks it takes. Counts them and the block in
 * `inode.blocks`; the caller writes the inode.
 */
export function mapSet(core: ImpfsCore, ino: number, inode: Inode, logical: number, block: number): void {
	const [slot, ...path] = mapPath(logical) as [number, ...number[]];
	const newIndirect = (): number => {
		const { start } = core.allocate(1);
		core.fresh(start);
		core.dirty(start, core.ownerSeed(ino, inode.generation, start));
		inode.blocks++;
		return start;
	};
	if (path.length === 0) {
		inode.map[slot] = block;
		inode.blocks++;
		return;
	}
	let at = inode.map[slot] as number;
	if (at === 0) {
		at = newIndirect();
		inode.map[slot] = at;
	}
	for (const [depth, index] of path.entries()) {
		const view = indirect(core, ino, inode, at);
		if (depth === path.length - 1) {
			view.setUint32(index * 4, block, true);
			core.dirty(at, core.ownerSeed(ino, inode.generation, at));
			inode.blocks++;
			return;
		}
		let next = view.getUint32(index * 4, true);
		if (next === 0) {
			next = newIndirect();
			view.setUint32(index * 4, next, true);
			core.dirty(at, core.ownerSeed(ino, inode.generation, at));
		}
		at = next;
	}
}

/** Frees what lies at logical block `keep` and beyond. The caller sets the size and writes the inode. */
export function mapTruncate(core: ImpfsCore, ino: number, inode: Inode, keep: number): void {
	const release = (pointer: number): void => {
		core.release(pointedBlock(pointer));
		inode.blocks--;
	};
	/** Frees from `from` on in the subtree under `block`; true if nothing is left of it. */
	const prune = (block: number, level: number, from: number): boolean => {
		const span = PTRS ** (level - 1);
		const view = indirect(core, ino, inode, block);
		for (let i = Math.floor(from / span); i < PTRS; i++) {
			const child = view.getUint32(i * 4, true);
			if (child === 0) continue;
			if (level > 1 && !prune(child, level - 1, Math.max(0, from - i * span))) continue;
			if (level === 1) release(child);
			view.setUint32(i * 4, 0, true);
		}
		if (from > 0) {
			core.dirty(block, core.ownerSeed(ino, inode.generation, block));
			return false;
		}
		release(block);
		return true;
	};
	for (let i = Math.min(keep, DIRECT); i < DIRECT; i++) {
		const block = inode.map[i] as number;
		if (block !== 0) release(block);
		inode.map[i] = 0;
	}
	let base: number = DIRECT;
	for (let level = 1; level <= 3; level++) {
		const span = PTRS ** level;
		const slot = DIRECT + level - 1;
		const block = inode.map[slot] as number;
		if (block !== 0 && keep < base + span && prune(block, level, Math.max(0, keep - base))) inode.map[slot] = 0;
		base += span;
	}
}

/** A data block that a file holds. */
export interface Mapped {
	logical: number;
	block: number;
	/** Nothing was written to it: it reads as zeros. */
	unwritten: boolean;
}

/** The data blocks of a file in order, holes left out. */
export function* mapEach(core: ImpfsCore, ino: number, inode: Inode): Generator<Mapped> {
	function* under(block: number, level: number, base: number): Generator<Mapped> {
		if (level === 0) {
			yield { logical: base, block: pointedBlock(block), unwritten: isUnwritten(block) };
			return;
		}
		const view = indirect(core, ino, inode, block);
		const span = PTRS ** (level - 1);
		for (let i = 0; i < PTRS; i++) {
			const child = view.getUint32(i * 4, true);
			if (child !== 0) yield* under(child, level - 1, base + i * span);
		}
	}
	let base = 0;
	for (let slot = 0; slot < IMPFS.MAP_SLOTS; slot++) {
		const level = Math.max(0, slot - DIRECT + 1);
		const block = inode.map[slot] as number;
		if (block !== 0) yield* under(block, level, base);
		base += PTRS ** level;
	}
}
