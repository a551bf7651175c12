/** Which superblock to believe: what mkfs wrote for good stands in two places, and the volume itself bears witness. */
import { groupLayout, IMPFS, journalSuperLayout, type Superblock } from '../abi/impfs.js';
import { readSuperblock } from './core.js';
import { crc32c, crc32cWords } from './crc32c.js';
import type { Device } from './device.js';
import { backupSuperBlock, FILE_BLOCKS_MAX, groupPlaces } from './geometry.js';

const BLOCK = IMPFS.BLOCK_SIZE;

/** Fields that nothing but mkfs sets. */
const fixed = [
	...(['blocks', 'groups', 'group_inodes', 'desc_start', 'desc_blocks', 'backup_start', 'first_ino'] as const),
	...(['journal_start', 'journal_blocks', 'name_max', 'symlink_max', 'link_max', 'file_blocks_max'] as const),
	...(['uuid', 'hash_seed', 'hash_version', 'reserved_blocks'] as const),
];

export interface FoundSuperblock {
	superblock: Superblock | undefined;
	/** It is the primary as it was found. */
	primary: boolean;
	problems: string[];
}

/** Finds the superblock: the primary, with what is fixed from the backup if that fits the volume better. */
export function findSuperblock(device: Device): FoundSuperblock {
	const first = readSuperblock(device, IMPFS.SUPER_OFFSET);
	const places = [backupSuperBlock(IMPFS.GROUP_BLOCKS), Math.floor(device.size / BLOCK) - 1];
	let backup: Superblock | undefined;
	for (const block of places) backup ??= readSuperblock(device, block * BLOCK + IMPFS.SUPER_OFFSET).superblock;
	const { superblock } = first;
	if (superblock === undefined)
		return { superblock: backup, primary: false, problems: [`the superblock ${first.problem}`] };
	const differing = backup === undefined ? [] : fixed.filter((name) => !same(superblock[name], backup?.[name]));
	if (backup === undefined || differing.length === 0 || witnesses(device, backup) < witnesses(device, superblock))
		return { superblock, primary: true, problems: [] };
	// The kernel rewrites the primary all the time and never touches the backup.
	const mended: Superblock = { ...superblock };
	for (const name of differing) Object.assign(mended, { [name]: backup[name] });
	const problems = differing.map(
		(name) => `${name} of the superblock is ${superblock[name]}, its backup has ${backup?.[name]}`,
	);
	return { superblock: mended, primary: false, problems };
}

function same(a: unknown, b: unknown): boolean {
	return String(a) === String(b);
}

/** How many structures lie where a superblock says, with checksums that fit it. */
function witnesses(device: Device, superblock: Superblock): number {
	const seed = crc32c(0xffffffff, superblock.uuid);
	const [first] = groupPlaces(superblock);
	const sealed = (at: number, length: number, begin: number): Uint8Array | undefined => {
		if (at + length > device.size) return undefined;
		const bytes = new Uint8Array(length);
		device.read(bytes, at);
		const stored = new DataView(bytes.buffer).getUint32(length - 4, true);
		return crc32c(begin, bytes, 0, length - 4) === stored ? bytes : undefined;
	};
	// Limits are what mkfs has always written.
	let count = Number(superblock.first_ino === IMPFS.FIRST_INO) + Number(superblock.name_max === IMPFS.NAME_MAX);
	count += Number(superblock.symlink_max === IMPFS.SYMLINK_MAX) + Number(superblock.link_max === IMPFS.LINK_MAX);
	count += Number(superblock.file_blocks_max === FILE_BLOCKS_MAX);
	const group = sealed(superblock.desc_start * BLOCK, groupLayout.size, crc32cWords(seed, 0));
	if (group !== undefined && first !== undefined) {
		const { block_bitmap, inode_bitmap, inode_table } = groupLayout.decode(group);
		count += Number(block_bitmap === first.blockBitmap) + Number(inode_bitmap === first.inodeBitmap);
		count += Number(inode_table === first.inodeTable);
	}
	const root = (first?.inodeTable ?? 0) * BLOCK + (IMPFS.ROOT_INO - 1) * IMPFS.INODE_SIZE;
	if (sealed(root, IMPFS.INODE_SIZE, crc32cWords(seed, IMPFS.ROOT_INO)) !== undefined) count++;
	// The log follows the first inode table, and begins with its own super.
	const table = superblock.group_inodes / IMPFS.INODES_PER_BLOCK;
	if (superblock.journal_blocks > 0 && superblock.journal_start === (first?.inodeTable ?? 0) + table) count++;
	const log = superblock.journal_blocks === 0 ? undefined : sealed(superblock.journal_start * BLOCK, 512, 0xffffffff);
	if (log !== undefined && journalSuperLayout.decode(log).blocks === superblock.journal_blocks) count++;
	return count;
}
