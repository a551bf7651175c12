/**
 * The tables of `kernel/abi/impfs.h`, where the format is drawn and explained. A header generated from this
 * file asserts each constant, offset and size under the target compiler.
 */
import { ACL, aclEntryLayout, aclHeaderLayout } from './acl.js';
import { type Decoded, layout } from './layout.js';

/** Constants of the format, named as in the header without the prefix `IMPFS_`. */
export const IMPFS = {
	MAGIC: 0x66706d69,
	REVISION: 1,
	SUPER_OFFSET: 1024,
	BLOCK_SIZE: 4096,
	BLOCK_SHIFT: 12,
	CSUM_OFFSET: 4092,
	GROUP_BLOCKS: 32768,
	MIN_BLOCKS: 4096,
	MAX_BLOCKS: 268435456,
	INODE_SIZE: 256,
	INODES_PER_BLOCK: 16,
	GROUP_DESC_SIZE: 64,
	GROUP_DESCS_PER_BLOCK: 64,
	ROOT_INO: 2,
	FIRST_INO: 11,
	DIRECT: 12,
	MAP_SLOTS: 15,
	PTRS: 1023,
	PTR_UNWRITTEN: 0x80000000,
	INLINE_MAX: 60,
	NAME_MAX: 255,
	SYMLINK_MAX: 4095,
	LINK_MAX: 65000,
	STATE_CLEAN: 1,
	STATE_ERROR: 2,
	COMPAT_JOURNAL: 1,
	COMPAT_XATTR: 2,
	COMPAT_KNOWN: 3,
	RO_QUOTA: 1,
	RO_KNOWN: 0,
	INCOMPAT_RECOVER: 1,
	INCOMPAT_UNWRITTEN: 2,
	INCOMPAT_KNOWN: 3,
	FL_SYNC: 0x8,
	FL_IMMUTABLE: 0x10,
	FL_APPEND: 0x20,
	FL_NODUMP: 0x40,
	FL_NOATIME: 0x80,
	FL_JOURNAL_DATA: 0x4000,
	FL_KNOWN: 0x40f8,
	DIR_MAGIC: 0x52494449,
	DIR_HEADER: 24,
	DIR_LEVELS: 4,
	DIR_FANOUT: 508,
	KEY_SHIFT: 7,
	BUCKET_MIN: 1,
	BUCKET_MAX: 0xfffffe,
	KEY_MIN: 0x80,
	KEY_MAX: 0x7fffff7f,
	XATTR_MAGIC: 0x54415849,
	XATTR_HEADER: 24,
	XATTR_USER: 1,
	XATTR_TRUSTED: 2,
	XATTR_SECURITY: 3,
	XATTR_SYSTEM: 4,
	JOURNAL_MAGIC: 0x4c4e524a,
	JOURNAL_SUPER: 1,
	JOURNAL_DESC: 2,
	JOURNAL_REVOKE: 3,
	JOURNAL_COMMIT: 4,
	JOURNAL_MIN_BLOCKS: 256,
	JOURNAL_MAX_BLOCKS: 8192,
	JOURNAL_SEQUENCE_MAX: 2 ** 48,
	JOURNAL_HEADER: 32,
	JOURNAL_TAGS: 253,
	JOURNAL_REVOKES: 1015,
	TAG_ESCAPED: 1,
	TAG_DATA: 2,
} as const;

export const superblockLayout = layout('impfs_superblock', [
	['magic', 'u32'],
	['revision', 'u32'],
	['compat', 'u32'],
	['ro_compat', 'u32'],
	['incompat', 'u32'],
	['state', 'u32'],
	['blocks', 'u64'],
	['block_size', 'u32'],
	['group_blocks', 'u32'],
	['groups', 'u32'],
	['group_inodes', 'u32'],
	['inode_size', 'u32'],
	['desc_size', 'u32'],
	['desc_start', 'u32'],
	['desc_blocks', 'u32'],
	['backup_start', 'u32'],
	['first_ino', 'u32'],
	['journal_start', 'u32'],
	['journal_blocks', 'u32'],
	['name_max', 'u32'],
	['symlink_max', 'u32'],
	['link_max', 'u32'],
	['orphan_head', 'u32'],
	['file_blocks_max', 'u64'],
	['uuid', 'bytes', 16],
	['label', 'bytes', 32],
	['hash_seed', 'u32', 4],
	['hash_version', 'u32'],
	['reserved_blocks', 'u32'],
	['made_time', 's64'],
	['mount_time', 's64'],
	['write_time', 's64'],
	['check_time', 's64'],
	['mounts', 'u32'],
	['errors', 'u32'],
	['error_time', 's64'],
	['error_ino', 'u32'],
	['error_block', 'u32'],
	['quota_ino', 'u32', 3],
	['pad', 'u32'],
	['last_mounted', 'bytes', 64],
	['reserved', 'bytes', 196],
	['checksum', 'u32'],
]);

export const groupLayout = layout('impfs_group', [
	['block_bitmap', 'u32'],
	['inode_bitmap', 'u32'],
	['inode_table', 'u32'],
	['flags', 'u32'],
	['free_blocks', 'u32'],
	['free_inodes', 'u32'],
	['directories', 'u32'],
	['inodes_ready', 'u32'],
	['block_bitmap_csum', 'u32'],
	['inode_bitmap_csum', 'u32'],
	['reserved', 'u32', 5],
	['checksum', 'u32'],
]);

export const inodeLayout = layout('impfs_inode', [
	['mode', 'u16'],
	['pad0', 'u16'],
	['flags', 'u32'],
	['uid', 'u32'],
	['gid', 'u32'],
	['links', 'u32'],
	['generation', 'u32'],
	['size', 'u64'],
	['blocks', 'u64'],
	['version', 'u64'],
	['project', 'u32'],
	['parent', 'u32'],
	['rdev_major', 'u32'],
	['rdev_minor', 'u32'],
	['atime', 's64'],
	['mtime', 's64'],
	['ctime', 's64'],
	['btime', 's64'],
	['atime_ns', 'u32'],
	['mtime_ns', 'u32'],
	['ctime_ns', 'u32'],
	['btime_ns', 'u32'],
	['map', 'u32', 15],
	['xattr_block', 'u32'],
	['next_orphan', 'u32'],
	['reserved', 'bytes', 72],
	['checksum', 'u32'],
]);

export const dirHeaderLayout = layout('impfs_dir_header', [
	['magic', 'u32'],
	['level', 'u8'],
	['flags', 'u8'],
	['count', 'u16'],
	['ino', 'u32'],
	['heap', 'u16'],
	['garbage', 'u16'],
	['reserved', 'u32', 2],
]);

export const dirIndexLayout = layout('impfs_dir_index', [
	['key', 'u32'],
	['block', 'u32'],
]);

export const dirSlotLayout = layout('impfs_dir_slot', [
	['key', 'u32'],
	['offset', 'u16'],
	['name_len', 'u8'],
	['type', 'u8'],
]);

export const dirRecordLayout = layout('impfs_dir_record', [['ino', 'u32']]);

export const xattrHeaderLayout = layout('impfs_xattr_header', [
	['magic', 'u32'],
	['ino', 'u32'],
	['count', 'u16'],
	['used', 'u16'],
	['reserved', 'u32', 3],
]);

export const xattrEntryLayout = layout('impfs_xattr_entry', [
	['name_len', 'u8'],
	['space', 'u8'],
	['value_len', 'u16'],
]);

export const journalSuperLayout = layout('impfs_journal_super', [
	['magic', 'u32'],
	['type', 'u32'],
	['sequence', 'u64'],
	['head', 'u32'],
	['blocks', 'u32'],
	['reserved', 'bytes', 484],
	['checksum', 'u32'],
]);

export const journalHeaderLayout = layout('impfs_journal_header', [
	['magic', 'u32'],
	['type', 'u32'],
	['sequence', 'u64'],
	['count', 'u32'],
	['time_ns', 'u32'],
	['time', 's64'],
]);

export const journalTagLayout = layout('impfs_journal_tag', [
	['block', 'u32'],
	['flags', 'u32'],
	['checksum', 'u32'],
	['reserved', 'u32'],
]);

const layouts = [
	superblockLayout,
	groupLayout,
	inodeLayout,
	dirHeaderLayout,
	dirIndexLayout,
	dirSlotLayout,
	dirRecordLayout,
	xattrHeaderLayout,
	xattrEntryLayout,
	journalSuperLayout,
	journalHeaderLayout,
	journalTagLayout,
];

export type Superblock = ReturnType<typeof superblockLayout.decode>;
export type Group = ReturnType<typeof groupLayout.decode>;
export type Inode = ReturnType<typeof inodeLayout.decode>;
export type DirHeader = ReturnType<typeof dirHeaderLayout.decode>;
export type { Decoded };

/** The text of the header that asserts these tables against `kernel/abi`; kernel/fs/impfs includes it. */
export function impfsAsserts(): string {
	const lines = ["/* Generated from tools/abi: the host's tables against the headers. */"];
	for (const header of ['acl', 'impfs']) lines.push(`#include <abi/${header}.h>`);
	lines.push('');
	for (const [prefix, constants] of Object.entries({ ACL, IMPFS })) {
		for (const [name, value] of Object.entries(constants))
			lines.push(`_Static_assert(${prefix}_${name} == ${value}u, "${prefix}_${name} differs in tools/abi");`);
	}
	for (const { tag, size, fields } of [...layouts, aclHeaderLayout, aclEntryLayout]) {
		lines.push('', `_Static_assert(sizeof(struct ${tag}) == ${size}, "struct ${tag} differs in tools/abi");`);
		for (const { name, offset, size: length } of fields) {
			const ok = `__builtin_offsetof(struct ${tag}, ${name}) == ${offset} && sizeof(((struct ${tag} *)0)->${name}) == ${length}`;
			lines.push(`_Static_assert(${ok}, "${tag}.${name} differs in tools/abi");`);
		}
	}
	return `${lines.join('\n')}\n`;
}
