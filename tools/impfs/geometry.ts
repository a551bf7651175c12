/** Where everything of a volume lies, from its size alone. The drawing is in `kernel/abi/impfs.h`. */
import { IMPFS, type Superblock } from '../abi/impfs.js';
import { ImageError } from '../errors.js';

/** The most blocks that a file's map can name. */
export const FILE_BLOCKS_MAX = IMPFS.DIRECT + IMPFS.PTRS + IMPFS.PTRS ** 2 + IMPFS.PTRS ** 3;

export interface GeometryOptions {
	/** Bytes of volume for each inode; default 16384. */
	bytesPerInode?: number;
	/** Blocks of the journal, its super included; default: a 32nd of the volume, between 1 and 32 MiB. 0 means none. */
	journalBlocks?: number;
}

export interface GroupGeometry {
	start: number;
	/** Blocks in this group. */
	blocks: number;
	blockBitmap: number;
	inodeBitmap: number;
	inodeTable: number;
	/** Blocks from `start` on that hold metadata; data may begin after them. */
	head: number;
}

export interface Geometry {
	blocks: number;
	groups: GroupGeometry[];
	groupInodes: number;
	tableBlocks: number;
	descStart: number;
	descBlocks: number;
	/** First block of the backup descriptors; the backup superblock follows them. */
	backupStart: number;
	journalStart: number;
	journalBlocks: number;
}

/** The superblock's backup ends group 0, or a smaller volume. */
export function backupSuperBlock(blocks: number): number {
	return Math.min(blocks, IMPFS.GROUP_BLOCKS) - 1;
}

/** @throws ImageError for sizes and options that no volume can have. */
export function geometry(bytes: number, options: GeometryOptions = {}): Geometry {
	let blocks = Math.floor(bytes / IMPFS.BLOCK_SIZE);
	if (blocks < IMPFS.MIN_BLOCKS)
		throw new ImageError(`${bytes} bytes are too few for impfs: at least 16 MiB are needed`);
	if (blocks > IMPFS.MAX_BLOCKS)
		throw new ImageError(`${bytes} bytes are too many for impfs: at most 1 TiB can be used`);

	const bytesPerInode = options.bytesPerInode ?? 16384;
	if (!(bytesPerInode >= 4096 && bytesPerInode <= 2 ** 26))
		throw new ImageError(`${bytesPerInode} bytes per inode: 4096 to 67108864 can be had`);
	const firstBlocks = Math.min(blocks, IMPFS.GROUP_BLOCKS);
	const step = IMPFS.INODES_PER_BLOCK;
	const groupInodes = Math.max(64, Math.ceil((firstBlocks * IMPFS.BLOCK_SIZE) / bytesPerInode / step) * step);
	const tableBlocks = groupInodes / step;

	// A last group that could not even hold its own tables is left out.
	const rest = blocks % IMPFS.GROUP_BLOCKS;
	if (blocks > IMPFS.GROUP_BLOCKS && rest > 0 && rest < tableBlocks + 64) blocks -= rest;

	const count = Math.ceil(blocks / IMPFS.GROUP_BLOCKS);
	const descBlocks = Math.ceil(count / IMPFS.GROUP_DESCS_PER_BLOCK);
	const journalBlocks =
		options.journalBlocks ??
		Math.min(Math.max(Math.floor(blocks / 32), IMPFS.JOURNAL_MIN_BLOCKS), IMPFS.JOURNAL_MAX_BLOCKS);
	if (journalBlocks !== 0 && journalBlocks < IMPFS.JOURNAL_MIN_BLOCKS) {
		throw new ImageError(`a journal of ${journalBlocks} blocks is too small: at least ${IMPFS.JOURNAL_MIN_BLOCKS}`);
	}
	const backupStart = backupSuperBlock(blocks) - descBlocks;

	const groups: GroupGeometry[] = [];
	for (let i = 0; i < count; i++) {
		const start = i * IMPFS.GROUP_BLOCKS;
		const bitmaps = i === 0 ? 1 + descBlocks : start;
		groups.push({
			start,
			blocks: Math.min(IMPFS.GROUP_BLOCKS, blocks - start),
			blockBitmap: bitmaps,
			inodeBitmap: bitmaps + 1,
			inodeTable: bitmaps + 2,
			head: bitmaps + 2 + tableBlocks + (i === 0 ? journalBlocks : 0) - start,
		});
	}
	const first = groups[0] as GroupGeometry;
	if (first.head + 64 > backupStart) throw new ImageError('the tables and the journal leave no room for data');
	return {
		blocks,
		groups,
		groupInodes,
		tableBlocks,
		descStart: 1,
		descBlocks,
		backupStart,
		journalStart: journalBlocks === 0 ? 0 : first.inodeTable + tableBlocks,
		journalBlocks,
	};
}

/** Where the groups' tables of an existing volume lie. */
export function groupPlaces(superblock: Superblock): GroupGeometry[] {
	const tableBlocks = superblock.group_inodes / IMPFS.INODES_PER_BLOCK;
	return Array.from({ length: superblock.groups }, (_, i) => {
		const start = i * IMPFS.GROUP_BLOCKS;
		const bitmaps = i === 0 ? superblock.desc_start + superblock.desc_blocks : start;
		return {
			start,
			blocks: Math.min(IMPFS.GROUP_BLOCKS, superblock.blocks - start),
			blockBitmap: bitmaps,
			inodeBitmap: bitmaps + 1,
			inodeTable: bitmaps + 2,
			head: bitmaps + 2 + tableBlocks + (i === 0 ? superblock.journal_blocks : 0) - start,
		};
	});
}
