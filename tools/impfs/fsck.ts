/**
 * Checks a volume and repairs it. Passes in order: superblock and journal, descriptors, inodes with their maps,
 * bitmaps and counts, directories, links, orphans, backups. Every pass may rely on what those before it established.
 */
import { groupLayout, IMPFS, inodeLayout, type Superblock } from '../abi/impfs.js';
import { ImageError } from '../errors.js';
import { ImpfsCore, readSuperblock, sealSuperblock, type Time } from './core.js';
import { crc32c, crc32cWords } from './crc32c.js';
import type { Device } from './device.js';
import { ImpfsDir } from './dir.js';
import { checkDirectories, checkLinks, freeInode } from './fsck-dirs.js';
import { checkInodes } from './fsck-inodes.js';
import { unshare } from './fsck-shared.js';
import { FsckState, type Problem } from './fsck-state.js';
import { findSuperblock } from './fsck-super.js';
import { type GroupGeometry, groupPlaces } from './geometry.js';
import { type JournalScan, replayed, resetJournal, scanJournal } from './journal.js';
import { mapTruncate } from './map.js';
import { setBits, writeBackup } from './mkfs.js';
import { S_IFDIR, S_IFMT } from './volume.js';

export type { Problem } from './fsck-state.js';

export interface FsckOptions {
	/** Repair what is found; without, nothing is written. */
	repair?: boolean;
	/** Becomes the time of the check. */
	time: Time;
	/** Told each finding as it is made. */
	report?: (problem: Problem) => void;
	/** The log as it is on the device, if the caller has scanned it already. */
	scan?: JournalScan;
}

export interface FsckResult {
	/** What was wrong, in the order it was found. */
	problems: Problem[];
	/** True if nothing is wrong with the volume now. */
	clean: boolean;
	/** What is as it may be after a crash and needs no repair: transactions to replay, orphans to free. */
	notes: string[];
	files: number;
	directories: number;
	blocksUsed: number;
	blocks: number;
}

const BLOCK = IMPFS.BLOCK_SIZE;

/**
 * Checks, and with `repair` mends, the volume on a device.
 * @throws ImageError if no superblock can be found
 */
export function fsck(device: Device, options: FsckOptions): FsckResult {
	const first = pass(device, options);
	if (!options.repair) return first;
	if (first.problems.length > 0) {
		// What a repair made must stand up to the same check.
		const second = pass(device, { time: options.time });
		return { ...second, problems: first.problems, notes: first.notes, clean: second.clean };
	}
	return first;
}

function pass(device: Device, options: FsckOptions): FsckResult {
	const repair = options.repair ?? false;
	const early: Problem[] = [];
	const notes: string[] = [];
	const report = (problem: Problem): void => {
		early.push(problem);
		options.report?.(problem);
	};
	const { superblock, overlay } = openVolume(device, { repair, notes, report, scan: options.scan });
	const core = new ImpfsCore(device, superblock, !repair);
	for (const [block, contents] of overlay) core.overlay(block, contents);
	const state = new FsckState(core, groupPlaces(superblock), repair, (problem) => options.report?.(problem));
	state.problems.push(...early);
	if (superblock.state & IMPFS.STATE_ERROR)
		state.found('superblock', `the kernel met damage ${superblock.errors} times`);

	checkGroups(state);
	state.holdTables();
	checkInodes(state);
	if (!isDirectory(state, IMPFS.ROOT_INO)) makeRoot(state);
	const orphans = checkOrphans(state);
	checkBitmaps(state);
	unshare(state);
	checkDirectories(state);
	checkLinks(state);
	if (repair) freeOrphans(state, orphans);
	else if (orphans.length > 0) notes.push(`${orphans.length} orphans wait to be freed`);
	checkBackup(state);
	if (repair) finish(state, options.time);
	let blocksUsed = 0;
	for (const [i, group] of core.groups.entries()) blocksUsed += core.groupBlocks(i) - group.free_blocks;
	const directories = [...state.inodes.values()].filter(({ inode }) => (inode.mode & S_IFMT) === S_IFDIR).length;
	return {
		problems: state.problems,
		clean: state.problems.length === 0,
		notes,
		files: state.inodes.size - directories,
		directories,
		blocksUsed,
		blocks: superblock.blocks,
	};
}

function isDirectory(state: FsckState, ino: number): boolean {
	return ((state.inodes.get(ino)?.inode.mode ?? 0) & S_IFMT) === S_IFDIR;
}

/** Finds a superblock, the primary or a backup, and replays the log onto the device or into an overlay. */
function openVolume(
	device: Device,
	{
		repair,
		notes,
		report,
		scan: scanned,
	}: { repair: boolean; notes: string[]; report(problem: Problem): void; scan: JournalScan | undefined },
): { superblock: Superblock; overlay: Map<number, Uint8Array> } {
	const { superblock: found, primary, problems } = findSuperblock(device);
	for (const message of problems) report({ pass: 'superblock', message });
	if (found === undefined) {
		throw new ImageError(`no impfs volume here: ${problems.join(', ')}, and there is no backup of it`, {
			hint: 'imposos mkfs makes an empty volume',
		});
	}
	let superblock = found;
	if (superblock.incompat & ~IMPFS.INCOMPAT_KNOWN || superblock.ro_compat & ~IMPFS.RO_KNOWN) {
		throw new ImageError('the volume has features that this fsck does not know');
	}
	const overlay = new Map<number, Uint8Array>();
	if (!superblock.journal_blocks) return { superblock, overlay };
	const scan = scanned ?? scanJournal(device, superblock);
	if (scan.problem) {
		report({ pass: 'journal', message: scan.problem });
		if (repair) {
			// Sequences of the old log are unknown, so that none of its blocks may be left.
			const zeros = new Uint8Array(BLOCK);
			for (let i = 1; i < superblock.journal_blocks; i++) device.write(zeros, (superblock.journal_start + i) * BLOCK);
			resetJournal(device, superblock, 1, 1);
		}
	} else if (scan.transactions.length > 0) {
		notes.push(`${scan.transactions.length} transactions to replay`);
		for (const [block, contents] of replayed(scan)) {
			if (repair) device.write(contents, block * BLOCK);
			else overlay.set(block, contents);
			if (block !== 0) continue;
			superblock = superblockOf(contents) ?? superblock;
		}
		if (repair) {
			device.flush();
			resetJournal(device, superblock, scan.sequence, scan.head);
			device.flush();
		}
	}
	if (!primary && repair) device.write(sealSuperblock(superblock), IMPFS.SUPER_OFFSET);
	return { superblock, overlay };
}

function superblockOf(block: Uint8Array): Superblock | undefined {
	return readSuperblock(
		{
			size: IMPFS.MAX_BLOCKS * BLOCK,
			readonly: true,
			read: (into, offset) => into.set(block.subarray(offset, offset + into.length)),
			write() {},
			flush() {},
			close() {},
		},
		IMPFS.SUPER_OFFSET,
	).superblock;
}

function checkGroups(state: FsckState): void {
	const { core } = state;
	const bad = new Set<number>();
	core.loadGroups((index) => {
		bad.add(index);
		state.found('groups', `group descriptor ${index} has a wrong checksum`);
	});
	for (const [index, place] of state.places.entries()) {
		const group = core.group(index);
		const right =
			group.block_bitmap === place.blockBitmap &&
			group.inode_bitmap === place.inodeBitmap &&
			group.inode_table === place.inodeTable &&
			group.inodes_ready % IMPFS.INODES_PER_BLOCK === 0 &&
			group.inodes_ready <= core.superblock.group_inodes;
		if (!right && !bad.has(index)) state.found('groups', `group descriptor ${index} points to the wrong places`);
		if (right && !bad.has(index)) {
			const used = usedInodes(core, index);
			if (used <= group.inodes_ready) continue;
			state.found('groups', `group descriptor ${index} says that inodes in use were never written`);
			group.inodes_ready = used;
			if (state.repair) core.groupDirty(index);
			continue;
		}
		// Counts and checksums are corrected with the bitmaps.
		core.groups[index] = {
			...groupLayout.blank(),
			block_bitmap: place.blockBitmap,
			inode_bitmap: place.inodeBitmap,
			inode_table: place.inodeTable,
			inodes_ready: writtenInodes(core, place),
		};
		if (state.repair) core.groupDirty(index);
	}
}

/** How far the bitmap says that a table is used, as far as there are inodes. */
function usedInodes(core: ImpfsCore, index: number): number {
	const { inode_bitmap, inode_table, inodes_ready } = core.group(index);
	const bitmap = core.block(inode_bitmap);
	const taken = (i: number) => ((bitmap[i >> 3] as number) & (1 << (i & 7))) !== 0;
	let used = core.superblock.group_inodes;
	while (used > Math.max(inodes_ready, IMPFS.FIRST_INO - 1) && !taken(used - 1)) used--;
	used = Math.ceil(used / IMPFS.INODES_PER_BLOCK) * IMPFS.INODES_PER_BLOCK;
	const written = (end: number) =>
		core.block(inode_table + end / IMPFS.INODES_PER_BLOCK - 1).some((byte) => byte !== 0);
	while (used > inodes_ready && !written(used)) used -= IMPFS.INODES_PER_BLOCK;
	return used;
}

/** How far a table was ever written, judging by what is in it. */
function writtenInodes(core: ImpfsCore, place: GroupGeometry): number {
	const blocks = core.superblock.group_inodes / IMPFS.INODES_PER_BLOCK;
	for (let i = blocks; i > 0; i--) {
		const block = core.block(place.inodeTable + i - 1);
		if (block.some((byte) => byte !== 0)) return i * IMPFS.INODES_PER_BLOCK;
		core.forget(place.inodeTable + i - 1);
	}
	return IMPFS.INODES_PER_BLOCK;
}

/** Makes an empty root where there is none; all else will be found without a name. */
function makeRoot(state: FsckState): void {
	state.found('inodes', 'there is no root directory');
	const inode = {
		...inodeLayout.blank(),
		mode: S_IFDIR | 0o755,
		links: 2,
		size: BLOCK,
		parent: IMPFS.ROOT_INO,
	};
	state.inodes.set(IMPFS.ROOT_INO, { inode, names: 0, subdirectories: 0, parent: 0, orphan: false });
}

/** The inodes on the orphan list; a list that cannot be followed is cut. */
function checkOrphans(state: FsckState): number[] {
	const { superblock } = state.core;
	const list: number[] = [];
	for (let ino = superblock.orphan_head; ino !== 0; ) {
		const known = state.inodes.get(ino);
		if (!known || known.orphan || list.includes(ino)) {
			state.found('orphans', `the orphan list leads to inode ${ino}, which cannot be on it`);
			break;
		}
		known.orphan = known.inode.links === 0;
		list.push(ino);
		ino = known.inode.next_orphan;
	}
	return list;
}

function freeOrphans(state: FsckState, orphans: number[]): void {
	for (const ino of orphans) {
		const known = state.inodes.get(ino);
		if (!known) continue;
		if (known.orphan) freeInode(state, ino, known);
		else {
			known.inode.next_orphan = 0;
			mapTruncate(state.core, ino, known.inode, Math.ceil(known.inode.size / BLOCK));
			state.core.writeInode(ino, known.inode);
		}
	}
	state.core.superblock.orphan_head = 0;
}

/** Compares bitmaps and counts with what the inodes hold. */
function checkBitmaps(state: FsckState): void {
	const { core } = state;
	const perGroup = core.superblock.group_inodes;
	const inodeBits = core.groups.map(() => new Uint8Array(BLOCK));
	const directories = core.groups.map(() => 0);
	const mark = (ino: number): void => {
		const bits = inodeBits[state.groupOf(ino)] as Uint8Array;
		const bit = (ino - 1) % perGroup;
		bits[bit >> 3] = (bits[bit >> 3] as number) | (1 << (bit & 7));
	};
	for (let ino = 1; ino < core.superblock.first_ino; ino++) mark(ino);
	for (const [ino, { inode }] of state.inodes) {
		mark(ino);
		const group = state.groupOf(ino);
		if ((inode.mode & S_IFMT) === S_IFDIR) directories[group] = (directories[group] ?? 0) + 1;
	}
	for (const [index, group] of core.groups.entries()) {
		const blocks = state.held.slice((index * IMPFS.GROUP_BLOCKS) / 8, ((index + 1) * IMPFS.GROUP_BLOCKS) / 8);
		const blockBits = new Uint8Array(BLOCK);
		blockBits.set(blocks);
		setBits(blockBits, core.groupBlocks(index), IMPFS.GROUP_BLOCKS);
		const bits = inodeBits[index] as Uint8Array;
		setBits(bits, perGroup, IMPFS.GROUP_BLOCKS);
		const seed = crc32cWords(core.seed, index);
		const right = {
			free_blocks: zeroBits(blockBits),
			free_inodes: zeroBits(bits),
			directories: directories[index] ?? 0,
			block_bitmap_csum: crc32c(seed, blockBits),
			inode_bitmap_csum: crc32c(seed, bits),
		};
		const wrong: string[] = [];
		for (const name of ['free_blocks', 'free_inodes', 'directories'] as const) {
			if (group[name] !== right[name]) wrong.push(`${name} is ${group[name]}, not ${right[name]}`);
		}
		const pairs = [
			['block', group.block_bitmap, blockBits, group.block_bitmap_csum, right.block_bitmap_csum],
			['inode', group.inode_bitmap, bits, group.inode_bitmap_csum, right.inode_bitmap_csum],
		] as const;
		for (const [what, number, expected, stored, computed] of pairs) {
			if (Buffer.compare(core.block(number), expected) !== 0) wrong.push(`the ${what} bitmap is wrong`);
			else if (stored !== computed) wrong.push(`the ${what} bitmap's checksum is wrong`);
		}
		for (const text of wrong) state.found('bitmaps', `group ${index}: ${text}`);
		if (wrong.length === 0 || !state.repair) continue;
		Object.assign(group, right);
		core.fresh(group.block_bitmap).set(blockBits);
		core.dirty(group.block_bitmap);
		core.fresh(group.inode_bitmap).set(bits);
		core.dirty(group.inode_bitmap);
		core.groupDirty(index);
	}
	// A root made by an earlier pass gets its block now that blocks can be had.
	const root = state.inodes.get(IMPFS.ROOT_INO);
	if (state.repair && root && root.inode.blocks === 0) {
		root.inode.size = 0;
		new ImpfsDir(core, IMPFS.ROOT_INO, root.inode).format();
		core.writeInode(IMPFS.ROOT_INO, root.inode);
	}
}

function zeroBits(bytes: Uint8Array): number {
	let count = 0;
	for (let i = 0; i < bytes.length; i++) {
		for (let rest = ~(bytes[i] as number) & 255; rest !== 0; rest &= rest - 1) count++;
	}
	return count;
}

/** The backup must describe the same volume; its counts and state may be old. */
function checkBackup(state: FsckState): void {
	const { core } = state;
	const { superblock } = core;
	const at = (superblock.backup_start + superblock.desc_blocks) * BLOCK + IMPFS.SUPER_OFFSET;
	const backup = readSuperblock(core.device, at);
	const same = (['blocks', 'group_inodes', 'desc_start', 'journal_start', 'journal_blocks'] as const).every(
		(name) => backup.superblock?.[name] === superblock[name],
	);
	if (!same) state.found('backup', `the backup superblock ${backup.problem ?? 'describes another volume'}`);
}

function finish(state: FsckState, time: Time): void {
	const { core } = state;
	const { superblock } = core;
	superblock.state = IMPFS.STATE_CLEAN;
	superblock.incompat &= ~IMPFS.INCOMPAT_RECOVER;
	superblock.mounts = 0;
	superblock.errors = 0;
	superblock.check_time = time.sec;
	core.superDirty();
	core.sync();
	writeBackup(core.device);
}
