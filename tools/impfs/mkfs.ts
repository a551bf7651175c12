/** Makes an empty volume. */
import {
	dirHeaderLayout,
	type Group,
	groupLayout,
	IMPFS,
	inodeLayout,
	journalSuperLayout,
	superblockLayout,
} from '../abi/impfs.js';
import { ImageError } from '../errors.js';
import { encodeGroup, ImpfsCore, sealSuperblock, type Time } from './core.js';
import { crc32c } from './crc32c.js';
import type { Device } from './device.js';
import { FILE_BLOCKS_MAX, type Geometry, type GeometryOptions, geometry } from './geometry.js';
import { ImpfsVolume } from './volume.js';

export interface MkfsOptions extends GeometryOptions {
	/** 16 bytes. */
	uuid: Uint8Array;
	/** 16 bytes: the seed of the directory hash. */
	hashSeed: Uint8Array;
	/** Becomes every time stamp. */
	time: Time;
	/** At most 32 bytes of UTF-8. */
	label?: string;
	/** Blocks that only a privileged writer may take, in percent; default 1. */
	reservedPercent?: number;
	/** Permissions of the root directory; default 0755. */
	rootMode?: number;
	/** Make `lost+found`; default true. */
	lostAndFound?: boolean;
}

const BLOCK = IMPFS.BLOCK_SIZE;

/** Sets the bits `from` to `to`, the last not included. */
export function setBits(bitmap: Uint8Array, from: number, to: number): void {
	let bit = from;
	const one = () => {
		bitmap[bit >> 3] = (bitmap[bit >> 3] as number) | (1 << (bit & 7));
		bit++;
	};
	while (bit < to && bit & 7) one();
	if (bit < to) bitmap.fill(0xff, bit >> 3, to >> 3);
	bit = Math.max(bit, to & ~7);
	while (bit < to) one();
}

function makeSuperblock(shape: Geometry, options: MkfsOptions): ReturnType<typeof superblockLayout.blank> {
	const label = new TextEncoder().encode(options.label ?? '');
	if (label.length > 32) throw new ImageError(`the label "${options.label}" has more than 32 bytes`);
	if (options.uuid.length !== 16 || options.hashSeed.length !== 16)
		throw new ImageError('uuid and hash seed have 16 bytes each');
	const percent = options.reservedPercent ?? 1;
	if (!(percent >= 0 && percent <= 50)) throw new ImageError(`${percent} percent reserved: 0 to 50 can be had`);
	const seed = new DataView(options.hashSeed.buffer, options.hashSeed.byteOffset);
	const superblock = superblockLayout.blank();
	Object.assign(superblock, {
		magic: IMPFS.MAGIC,
		revision: IMPFS.REVISION,
		compat: (shape.journalBlocks ? IMPFS.COMPAT_JOURNAL : 0) | IMPFS.COMPAT_XATTR,
		incompat: IMPFS.INCOMPAT_UNWRITTEN,
		state: IMPFS.STATE_CLEAN,
		blocks: shape.blocks,
		block_size: BLOCK,
		group_blocks: IMPFS.GROUP_BLOCKS,
		groups: shape.groups.length,
		group_inodes: shape.groupInodes,
		inode_size: IMPFS.INODE_SIZE,
		desc_size: IMPFS.GROUP_DESC_SIZE,
		desc_start: shape.descStart,
		desc_blocks: shape.descBlocks,
		backup_start: shape.backupStart,
		first_ino: IMPFS.FIRST_INO,
		journal_start: shape.journalStart,
		journal_blocks: shape.journalBlocks,
		name_max: IMPFS.NAME_MAX,
		symlink_max: IMPFS.SYMLINK_MAX,
		link_max: IMPFS.LINK_MAX,
		file_blocks_max: FILE_BLOCKS_MAX,
		uuid: Uint8Array.from(options.uuid),
		hash_seed: [0, 4, 8, 12].map((at) => seed.getUint32(at, true)),
		hash_version: 1,
		reserved_blocks: Math.floor((shape.blocks * percent) / 100),
		made_time: options.time.sec,
		write_time: options.time.sec,
		check_time: options.time.sec,
	});
	superblock.label.set(label);
	return superblock;
}

/** Writes the bitmaps of a group and returns its descriptor. */
function makeGroup(core: ImpfsCore, shape: Geometry, index: number): Group {
	const place = shape.groups[index];
	if (!place) throw new RangeError(`group ${index}`);
	const used = place.head + (index === 0 ? shape.descBlocks + 1 : 0);
	const reserved = index === 0 ? IMPFS.FIRST_INO - 1 : 0;

	const blocks = core.fresh(place.blockBitmap);
	setBits(blocks, 0, place.head);
	if (index === 0) setBits(blocks, shape.backupStart, shape.backupStart + shape.descBlocks + 1);
	setBits(blocks, place.blocks, IMPFS.GROUP_BLOCKS);
	core.dirty(place.blockBitmap);

	const inodes = core.fresh(place.inodeBitmap);
	setBits(inodes, 0, reserved);
	setBits(inodes, shape.groupInodes, IMPFS.GROUP_BLOCKS);
	core.dirty(place.inodeBitmap);

	return {
		...groupLayout.blank(),
		block_bitmap: place.blockBitmap,
		inode_bitmap: place.inodeBitmap,
		inode_table: place.inodeTable,
		free_blocks: place.blocks - used,
		free_inodes: shape.groupInodes - reserved,
	};
}

function writeJournal(device: Device, shape: Geometry): void {
	const block = new Uint8Array(BLOCK);
	const journal = {
		...journalSuperLayout.blank(),
		magic: IMPFS.JOURNAL_MAGIC,
		type: IMPFS.JOURNAL_SUPER,
		sequence: 1,
		head: 1,
		blocks: shape.journalBlocks,
	};
	journalSuperLayout.encode(journal, block);
	journal.checksum = crc32c(0xffffffff, block, 0, journalSuperLayout.size - 4);
	journalSuperLayout.encode(journal, block);
	device.write(block, shape.journalStart * BLOCK);
	// What an earlier volume of the same uuid left at the head must not look like a transaction.
	device.write(new Uint8Array(BLOCK), (shape.journalStart + 1) * BLOCK);
}

/** Makes the root directory, whose number is not the allocator's to give. */
function makeRoot(core: ImpfsCore, options: MkfsOptions): void {
	const ino = IMPFS.ROOT_INO;
	const { start } = core.allocate(1, 0);
	const block = core.fresh(start);
	dirHeaderLayout.encode({ ...dirHeaderLayout.blank(), magic: IMPFS.DIR_MAGIC, ino, heap: IMPFS.CSUM_OFFSET }, block);
	core.dirty(start, core.ownerSeed(ino, 0, start));
	const { sec, ns } = options.time;
	const inode = inodeLayout.blank();
	Object.assign(inode, {
		mode: 0o040000 | (options.rootMode ?? 0o755),
		links: 2,
		size: BLOCK,
		blocks: 1,
		parent: ino,
		atime: sec,
		mtime: sec,
		ctime: sec,
		btime: sec,
		atime_ns: ns,
		mtime_ns: ns,
		ctime_ns: ns,
		btime_ns: ns,
	});
	inode.map[0] = start;
	core.group(0).directories++;
	core.writeInode(ino, inode);
}

/**
 * Makes an empty volume that takes the whole device. The same options give the same bytes.
 * @throws ImageError for sizes and options that no volume can have
 */
export function mkfs(device: Device, options: MkfsOptions): void {
	const shape = geometry(device.size, options);
	const superblock = makeSuperblock(shape, options);
	const core = new ImpfsCore(device, superblock, false);
	device.write(new Uint8Array(BLOCK), 0);
	for (const index of shape.groups.keys()) {
		core.groups.push(makeGroup(core, shape, index));
		core.groupDirty(index);
	}
	if (shape.journalBlocks) writeJournal(device, shape);
	// The first allocation beyond the reserved numbers makes the table block that they lie in.
	core.releaseInode(core.allocateInode(IMPFS.ROOT_INO, false), false);
	makeRoot(core, options);
	core.superDirty();
	core.sync();
	if (options.lostAndFound !== false) {
		const volume = ImpfsVolume.open(device, { clock: () => options.time });
		volume.mkdir('/lost+found', { mode: 0o700 });
		volume.close();
	}
	writeBackup(device);
}

/** Copies superblock and descriptors to their backup place. */
export function writeBackup(device: Device): void {
	const volume = ImpfsVolume.open(device, { readonly: true });
	const { superblock, seed, groups } = volume.core;
	const table = new Uint8Array((superblock.desc_blocks + 1) * BLOCK);
	for (const [i, group] of groups.entries()) {
		encodeGroup({ ...group }, seed, i, table, i * groupLayout.size);
	}
	table.set(sealSuperblock(superblock), superblock.desc_blocks * BLOCK + IMPFS.SUPER_OFFSET);
	device.write(table, superblock.backup_start * BLOCK);
	device.flush();
}
