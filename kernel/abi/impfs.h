/*
 * impfs on disk. Kernel, guest tools and host tools share this file; tools/abi/impfs.ts holds the
 * same tables, and a generated header of static asserts breaks the build when the two differ.
 *
 * All integers are little-endian. Blocks are 4096 bytes and numbered from 0 in 32 bits.
 *
 *   the volume      | group 0 | group 1 | ... | group n-1 |        32768 blocks a group (the last may be shorter)
 *
 *   group 0         | superblock | descriptors | bitmaps | inode table | journal | data ... | backup |
 *                     block 0      d blocks      2         t blocks      j blocks             d + 1
 *   other groups    | bitmaps | inode table | data ... |
 *                     2         t blocks
 *
 *   the backup      | descriptors | superblock |       ends with the last block of group 0, so it is found at
 *                                                      block 32767, or at the last block of a smaller volume
 *
 * Block 0 keeps its first 1024 bytes free; the superblock is the 512 bytes (one sector, so that it
 * is written whole or not at all) that follow. The backup superblock lies at the same offset in
 * its block. Backups are written by mkfs and fsck and by nobody else.
 *
 *   a file          | inode: map[0..11] | -> data
 *                   | map[12]           | -> indirect block -> data               1023 pointers and a
 *                   | map[13]           | -> double         -> indirect -> data   checksum in each
 *                   | map[14]           | -> triple         -> double -> ...
 *
 * A zero pointer is a hole. A pointer to a regular file's data that has IMPFS_PTR_UNWRITTEN set is a block that the file
 * holds and nothing was written to: it reads as zeros, whatever the block has. Blocks may be held beyond the size.
 * A symlink of up to 60 bytes lives in the map itself, padded with zeros.
 *
 *   a directory     a B+ tree in the directory's own blocks. Logical block 0 is the root: a leaf at first.
 *   an index block  | header | key, block | key, block | ...             | checksum |
 *   a leaf          | header | slot | slot | ... ->   free   <- | record | checksum |
 *
 * Slots are sorted by key. A key is unique in its directory, lies between IMPFS_KEY_MIN and
 * IMPFS_KEY_MAX, and stays with its entry until the entry goes: it is the readdir cookie, and fits
 * the 31 bits that old callers have. The upper 24 bits are the bucket, HalfSipHash-1-3 of the name
 * under the volume's seed; the lower 7 tell names of one bucket apart. "." and ".." are not
 * stored: the inode has the parent. A key k is in the child whose entry has the largest key <= k;
 * the first entry of an index block counts as 0. A directory's blocks have no holes, its size is a
 * whole number of blocks.
 *
 *   the journal     | journal super | log: a ring of blocks                                  |
 *   a transaction   | descriptor | block ... block | descriptor | ... | revoke | ... | commit |
 *
 * Checksums are crc32c (reflected polynomial 0x82f63b78) without final inversion; each sits in the
 * last four bytes of what it covers and covers everything before. "seed" is the crc of the uuid, begun with ~0.
 *
 *   superblock, journal super        begun with ~0
 *   group descriptor                 begun with seed, then the group number (32 bits)
 *   bitmap                           begun with seed, then the group number; whole block; kept in the descriptor
 *   inode                            begun with seed, then the inode number
 *   indirect, directory, xattr       begun with seed, then inode number, generation and block number (32 bits each)
 *   descriptor, revoke, commit       begun with seed, then the sequence (64 bits)
 *   a block in the log               begun with seed, then the sequence; whole block as it goes home; kept in its tag
 */
#ifndef ABI_IMPFS_H
#define ABI_IMPFS_H

#include <abi/int.h>

#define IMPFS_MAGIC		0x66706d69
#define IMPFS_REVISION		1u
#define IMPFS_SUPER_OFFSET	1024u		/* bytes into block 0 */
#define IMPFS_BLOCK_SIZE	4096u
#define IMPFS_BLOCK_SHIFT	12u
#define IMPFS_CSUM_OFFSET	4092u		/* of a block that ends with its checksum */
#define IMPFS_GROUP_BLOCKS	32768u		/* one bitmap block's worth */
#define IMPFS_MIN_BLOCKS	4096u		/* 16 MiB */
#define IMPFS_MAX_BLOCKS	268435456u	/* 1 TiB */
#define IMPFS_INODE_SIZE	256u
#define IMPFS_INODES_PER_BLOCK	16u
#define IMPFS_GROUP_DESC_SIZE	64u
#define IMPFS_GROUP_DESCS_PER_BLOCK 64u

#define IMPFS_ROOT_INO		2u
#define IMPFS_FIRST_INO		11u		/* 1 and 3 to 10 are reserved */

#define IMPFS_DIRECT		12u
#define IMPFS_MAP_SLOTS		15u
#define IMPFS_PTRS		1023u		/* pointers in an indirect block */
#define IMPFS_PTR_UNWRITTEN	0x80000000u	/* block numbers need 28 bits */
#define IMPFS_INLINE_MAX	60u		/* bytes of a symlink inside the inode */
#define IMPFS_NAME_MAX		255u
#define IMPFS_SYMLINK_MAX	4095u
#define IMPFS_LINK_MAX		65000u

/* superblock.state */
#define IMPFS_STATE_CLEAN	0x1u	/* unmounted in order; cleared while mounted for writing */
#define IMPFS_STATE_ERROR	0x2u	/* the kernel met corruption: fsck is due */

/* Features. Unknown bits: compat is ignored, ro refuses writing, incompat refuses the volume. */
#define IMPFS_COMPAT_JOURNAL	0x1u	/* journal_start and journal_blocks are valid */
#define IMPFS_COMPAT_XATTR	0x2u	/* inodes may have an xattr block */
#define IMPFS_COMPAT_KNOWN	0x3u
#define IMPFS_RO_QUOTA		0x1u	/* the quota inodes are kept up to date */
#define IMPFS_RO_KNOWN		0x0u
#define IMPFS_INCOMPAT_RECOVER	0x1u	/* the log may hold transactions: replay before anything is read */
#define IMPFS_INCOMPAT_UNWRITTEN 0x2u	/* pointers to data may have IMPFS_PTR_UNWRITTEN; mkfs sets it */
#define IMPFS_INCOMPAT_KNOWN	0x3u

struct impfs_superblock {
	__u32 magic;
	__u32 revision;
	__u32 compat;
	__u32 ro_compat;
	__u32 incompat;
	__u32 state;
	__u64 blocks;		/* of the volume, backup included */
	__u32 block_size;
	__u32 group_blocks;		/* blocks in a group */
	__u32 groups;
	__u32 group_inodes;		/* inodes in a group, a multiple of 16 */
	__u32 inode_size;
	__u32 desc_size;
	__u32 desc_start;		/* first block of the descriptor table */
	__u32 desc_blocks;
	__u32 backup_start;		/* first block of the backup descriptors */
	__u32 first_ino;		/* first inode that is free for use */
	__u32 journal_start;
	__u32 journal_blocks;	/* journal super included */
	__u32 name_max;
	__u32 symlink_max;
	__u32 link_max;
	__u32 orphan_head;		/* first inode of the orphan list, 0 = none; inode.next_orphan goes on */
	__u64 file_blocks_max;	/* of one file; the largest size in blocks */
	__u8 uuid[16];
	__u8 label[32];		/* NUL-padded */
	__u32 hash_seed[4];		/* the first two key HalfSipHash; the rest is reserved */
	__u32 hash_version;		/* 1: HalfSipHash-1-3 */
	__u32 reserved_blocks;	/* only a privileged writer may take the last ones */
	__s64 made_time;		/* seconds since 1970 */
	__s64 mount_time;
	__s64 write_time;
	__s64 check_time;		/* last fsck */
	__u32 mounts;		/* since the last fsck */
	__u32 errors;		/* corruption met since the last fsck */
	__s64 error_time;		/* of the last one */
	__u32 error_ino;
	__u32 error_block;
	__u32 quota_ino[3];		/* user, group, project; reserved */
	__u32 pad;
	__u8 last_mounted[64];	/* where, NUL-padded */
	__u8 reserved[196];
	__u32 checksum;
};
_Static_assert(sizeof(struct impfs_superblock) == 512, "superblock is one sector");

struct impfs_group {
	__u32 block_bitmap;		/* block numbers */
	__u32 inode_bitmap;
	__u32 inode_table;
	__u32 flags;
	__u32 free_blocks;
	__u32 free_inodes;
	__u32 directories;		/* inodes in use that are directories */
	__u32 inodes_ready;		/* a multiple of 16; table entries from here on were never written and are not read */
	__u32 block_bitmap_csum;
	__u32 inode_bitmap_csum;
	__u32 reserved[5];
	__u32 checksum;
};
_Static_assert(sizeof(struct impfs_group) == IMPFS_GROUP_DESC_SIZE, "group descriptor");

/* inode.flags (FS_IOC_GETFLAGS carries the same bits) */
#define IMPFS_FL_SYNC		0x00000008u
#define IMPFS_FL_IMMUTABLE	0x00000010u
#define IMPFS_FL_APPEND		0x00000020u
#define IMPFS_FL_NODUMP		0x00000040u
#define IMPFS_FL_NOATIME	0x00000080u
#define IMPFS_FL_JOURNAL_DATA	0x00004000u
#define IMPFS_FL_KNOWN		0x000040f8u

/* A free inode has mode and links 0; its generation is kept, and grows by 1 with the next use. */
struct impfs_inode {
	__u16 mode;			/* type and permissions as in struct stat */
	__u16 pad0;
	__u32 flags;
	__u32 uid;
	__u32 gid;
	__u32 links;			/* a directory: 2 and one for each subdirectory */
	__u32 generation;
	__u64 size;			/* bytes; symlink: length of the target */
	__u64 blocks;		/* blocks held: data, indirect and xattr */
	__u64 version;		/* grows with every change */
	__u32 project;		/* quota project; reserved */
	__u32 parent;		/* a directory's parent inode; otherwise 0 */
	__u32 rdev_major;		/* of a device node */
	__u32 rdev_minor;
	__s64 atime;			/* seconds since 1970; nanoseconds below */
	__s64 mtime;
	__s64 ctime;
	__s64 btime;			/* birth */
	__u32 atime_ns;
	__u32 mtime_ns;
	__u32 ctime_ns;
	__u32 btime_ns;
	__u32 map[IMPFS_MAP_SLOTS];
	__u32 xattr_block;		/* 0 = none */
	__u32 next_orphan;		/* next on the orphan list, 0 = last or not on it */
	__u8 reserved[72];
	__u32 checksum;
};
_Static_assert(sizeof(struct impfs_inode) == IMPFS_INODE_SIZE, "inode");

#define IMPFS_DIR_MAGIC		0x52494449u	/* "IDIR" */
#define IMPFS_DIR_HEADER	24u
#define IMPFS_DIR_LEVELS	4u		/* a leaf root and up to three levels of index above the leaves */
#define IMPFS_DIR_FANOUT	508u		/* entries in an index block */
#define IMPFS_KEY_SHIFT		7u		/* key = bucket << 7 | number in the bucket */
#define IMPFS_BUCKET_MIN	1u		/* a hash outside is moved to the nearer end */
#define IMPFS_BUCKET_MAX	0xfffffeu
#define IMPFS_KEY_MIN		0x80u
#define IMPFS_KEY_MAX		0x7fffff7fu

/* The file type in a directory slot: S_IFMT >> 12. */
#define IMPFS_DT(mode)		(((mode) >> 12) & 15u)

struct impfs_dir_header {
	__u32 magic;
	__u8 level;			/* 0: leaf */
	__u8 flags;
	__u16 count;			/* slots or index entries */
	__u32 ino;			/* the directory */
	__u16 heap;			/* leaf: offset of the lowest record; IMPFS_CSUM_OFFSET when there is none */
	__u16 garbage;		/* leaf: bytes above heap that belong to no record */
	__u32 reserved[2];
};
_Static_assert(sizeof(struct impfs_dir_header) == IMPFS_DIR_HEADER, "directory header");

struct impfs_dir_index {
	__u32 key;
	__u32 block;			/* logical, in the directory */
};
_Static_assert(sizeof(struct impfs_dir_index) == 8, "index entry");

struct impfs_dir_slot {
	__u32 key;
	__u16 offset;		/* of the record in the block, a multiple of 4 */
	__u8 name_len;
	__u8 type;			/* IMPFS_DT() of the inode's mode */
};
_Static_assert(sizeof(struct impfs_dir_slot) == 8, "directory slot");

/* A record is as long as this and the name, rounded up to 4. The name is not terminated. */
struct impfs_dir_record {
	__u32 ino;
};
_Static_assert(sizeof(struct impfs_dir_record) == 4, "directory record");

#define IMPFS_XATTR_MAGIC	0x54415849u	/* "IXAT" */
#define IMPFS_XATTR_HEADER	24u
#define IMPFS_XATTR_USER	1u		/* entry.space: the prefix that the name goes without */
#define IMPFS_XATTR_TRUSTED	2u
#define IMPFS_XATTR_SECURITY	3u
#define IMPFS_XATTR_SYSTEM	4u

/* The entries follow the header without gaps, in the order they were first set. */
struct impfs_xattr_header {
	__u32 magic;
	__u32 ino;
	__u16 count;
	__u16 used;			/* bytes, header included */
	__u32 reserved[3];
};
_Static_assert(sizeof(struct impfs_xattr_header) == IMPFS_XATTR_HEADER, "xattr header");

/* An entry is as long as this, the name and the value, rounded up to 4. */
struct impfs_xattr_entry {
	__u8 name_len;
	__u8 space;
	__u16 value_len;
};
_Static_assert(sizeof(struct impfs_xattr_entry) == 4, "xattr entry");

/*
 * The journal. Replay begins at journal super.head and expects its sequence; a transaction counts
 * when its descriptors, revokes and commit follow each other with that sequence and every checksum
 * holds, and the next must have the next sequence. A block is not written home when a revoke of
 * the same or a later transaction names it. Sequences are never used twice.
 */
#define IMPFS_JOURNAL_MAGIC	0x4c4e524au	/* "JRNL" */
#define IMPFS_JOURNAL_SUPER	1u		/* header.type */
#define IMPFS_JOURNAL_DESC	2u
#define IMPFS_JOURNAL_REVOKE	3u
#define IMPFS_JOURNAL_COMMIT	4u
#define IMPFS_JOURNAL_MIN_BLOCKS 256u
#define IMPFS_JOURNAL_MAX_BLOCKS 8192u
#define IMPFS_JOURNAL_SEQUENCE_MAX 0x1000000000000ull	/* where replay may begin: more than time suffices for */
#define IMPFS_JOURNAL_HEADER	32u
#define IMPFS_JOURNAL_TAGS	253u		/* tags in a descriptor */
#define IMPFS_JOURNAL_REVOKES	1015u		/* blocks in a revoke block */
#define IMPFS_TAG_ESCAPED	0x1u		/* the block began with the magic; these four bytes are zero in the log */
#define IMPFS_TAG_DATA		0x2u		/* file data (an inode with IMPFS_FL_JOURNAL_DATA) */

/* One sector at the start of the journal's first block; the rest of that block is zero. */
struct impfs_journal_super {
	__u32 magic;
	__u32 type;
	__u64 sequence;		/* of the transaction that is to be at head */
	__u32 head;			/* block in the journal, from 1 */
	__u32 blocks;		/* of the journal */
	__u8 reserved[484];
	__u32 checksum;
};
_Static_assert(sizeof(struct impfs_journal_super) == 512, "journal super is one sector");

/* Begins descriptor, revoke and commit blocks. Tags (or 32-bit block numbers) follow the first two. */
struct impfs_journal_header {
	__u32 magic;
	__u32 type;
	__u64 sequence;
	__u32 count;			/* descriptor: tags; revoke: blocks; commit: log blocks before this one */
	__u32 time_ns;		/* commit only, as is the next */
	__s64 time;
};
_Static_assert(sizeof(struct impfs_journal_header) == IMPFS_JOURNAL_HEADER, "journal header");

struct impfs_journal_tag {
	__u32 block;			/* home */
	__u32 flags;
	__u32 checksum;		/* of the block as it goes home */
	__u32 reserved;
};
_Static_assert(sizeof(struct impfs_journal_tag) == 16, "journal tag");

#endif
