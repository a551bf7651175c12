/*
 * impfs inside the kernel. The format is drawn in abi/impfs.h; these are the structures in memory and the calls
 * between the files of this folder.
 *
 * Lock order, outermost first (ranks in core/lockrank.h):
 *   inode rwsem (VFS) > page lock > journal barrier, held for reading by every handle (RANK_JOURNAL) >
 *   map_lock of one inode > alloc_lock > orphan_lock (all RANK_FS, nested in this order) > a buffer's lock.
 * commit_lock (RANK_FS_HIGH) comes before page locks: a commit writes data back. So nothing that holds a page lock or
 * a handle may wait for a commit; journal_room() is called before either is taken.
 *
 * Changes of metadata follow one pattern: journal_room(), journal_begin(), journal_access() on each buffer before it is
 * changed, journal_end(). What was changed between begin and end reaches the disk together or not at all.
 *
 * Unless said otherwise calls may sleep and return 0 or a negative errno: -EUCLEAN for damaged metadata (reported, and
 * the filesystem is read-only from then on), -EIO, -ENOMEM, -ENOSPC, -EROFS.
 */
#ifndef FS_IMPFS_H
#define FS_IMPFS_H

#include <abi/impfs.h>
#include <core/mutex.h>
#include <core/string.h>
#include <fs/buffer.h>
#include <fs/pagecache.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>

#include "faults.h"
#include "journal.h"

/* Locks: I immutable after mount, a alloc_lock */
struct impfs_group_info {
	struct buffer *desc_buf;	/* I */
	struct impfs_group *desc;	/* a in desc_buf */
	struct buffer *block_bitmap;	/* a NULL: not read yet */
	struct buffer *inode_bitmap;	/* a NULL: not read yet */
	u8 *busy;			/* a bits of blocks freed by transactions that are not committed; NULL: none yet */
	u32 busy_count;			/* a */
	u32 inode_hint;			/* a no free inode below this bit */
	u32 block_hint;			/* a no free block below this bit, busy ones apart */
	bool dirty;			/* a checksums in the descriptor are to be computed at commit */
};

/* Locks: I immutable after mount, a alloc_lock, o orphan_lock, s super buffer by a handle */
struct impfs {
	struct super_block *sb;			/* I */
	struct block_device *bdev;		/* I */
	struct buffer *super_buf;		/* I */
	struct impfs_superblock *super;		/* s in super_buf */
	u32 seed;				/* I crc of the uuid */
	u32 hash_seed[2];			/* I */
	u32 blocks, groups, group_inodes;	/* I */
	u32 first_ino, link_max, symlink_max;	/* I */
	u32 reserved_blocks;			/* I for those without CAP_SYS_RESOURCE */
	struct buffer **desc_bufs;		/* I */
	u32 desc_blocks;			/* I */
	struct impfs_group_info *group;		/* I the array */
	struct mutex alloc_lock;
	u32 free_blocks, free_inodes;		/* a */
	u32 busy_blocks;			/* a part of free_blocks that only a commit makes usable */
	struct mutex orphan_lock;
	struct list_head orphans;		/* o impfs_node.orphan, in the order of the list on disk */
	struct journal journal;
	bool may_reserve;			/* I the volume knows unwritten blocks */
	bool log_data;				/* I data=journal */
	bool failed;				/* damage was met: read-only */
};

/* Locks: m map_lock, o orphan_lock, j a handle and the inode's rwsem, O journal's list_lock */
struct impfs_node {
	struct inode vfs;
	struct mutex map_lock;
	u32 map[IMPFS_MAP_SLOTS];	/* m */
	u32 xattr_block;		/* j */
	u32 flags;			/* j IMPFS_FL_* */
	u32 parent;			/* j of a directory */
	u32 next_orphan;		/* o */
	u32 goal;			/* m block after the last one allocated */
	u64 version;			/* j */
	u64 sync_tid;			/* j last transaction that changed the inode */
	u64 datasync_tid;		/* j last one that changed size or map */
	struct list_head orphan;	/* o */
	struct list_head ordered;	/* O */
	bool log_data;			/* j data goes through the journal */
	bool flushing;			/* O a commit is writing its data */
	u8 reserved[72];		/* I as read from disk */
};

static inline struct impfs *impfs_of(const struct super_block *sb) { return sb->fs_info; }
static inline struct impfs_node *impfs_i(const struct inode *inode)
{
	return container_of(inode, struct impfs_node, vfs);
}
static inline u32 impfs_ino(const struct inode *inode) { return (u32)inode->ino; }

/* Whether files of the volume can have their data in the journal. */
static inline bool impfs_can_log_data(const struct impfs *fs) { return fs->journal.on && fs->may_reserve; }

/* True for a symlink whose target is in the map. */
static inline bool impfs_inline_link(const struct inode *inode)
{
	return (inode->mode & S_IFMT) == S_IFLNK && inode->size <= IMPFS_INLINE_MAX;
}

/* super.c */
/* Reports damage, remembers it on disk and makes the filesystem read-only. Returns -EUCLEAN. */
int impfs_damaged(struct impfs *fs, u32 ino, u32 block, const char *what);
/* 0, or -EROFS once damage or a failed commit made the filesystem read-only. */
int impfs_writable(const struct impfs *fs);
u32 impfs_crc_words(u32 seed, const u32 *words, unsigned n);
/* Start of the checksum of an indirect, directory or xattr block. */
u32 impfs_owner_seed(const struct inode *inode, u32 block);
/* A block of metadata, referenced; the log tells of one that the disk cannot read. ERR_PTR(-EIO, -ENOMEM) */
struct buffer *impfs_read_block(struct impfs *fs, u32 block);
/* A metadata block with its checksum verified, referenced. -EUCLEAN, -EIO, -ENOMEM. */
int impfs_read_owned(const struct inode *inode, u32 block, struct buffer **out);
/* A zeroed buffer for a block just allocated, part of the handle's transaction, referenced. */
int impfs_fresh(struct handle *h, u32 block, u32 seed, struct buffer **out);
/* Called by a commit with no handle open: completes checksums that are left until then. */
void impfs_seal(struct impfs *fs);
/* Writes the superblock at once, outside any transaction; mount and unmount only. */
int impfs_write_super(struct impfs *fs);

/* hash.c */
u32 impfs_bucket(const struct impfs *fs, const char *name, u32 len);	/* lowest key of the name's bucket */

/* balloc.c */
/* Takes up to *count neighbouring blocks near goal; *count says how many. */
int impfs_alloc_blocks(struct handle *h, u32 goal, u32 *start, u32 *count);
/* After an operation failed with err, without a handle: if -ENOSPC, commits what was freed. True: try again. */
bool impfs_more_room(struct impfs *fs, int err);
/* Gives blocks back; they are not used again before the commit. */
int impfs_free_blocks(struct handle *h, u32 start, u32 count);
/* A committed transaction's frees: the blocks may be used again. */
void impfs_unbusy(struct impfs *fs, u32 start, u32 count);
/* A metadata block is freed: as above, and nothing writes or replays it any more. */
int impfs_free_metadata(struct handle *h, u32 block);
int impfs_load_bitmap(struct impfs *fs, u32 group, bool inodes, struct buffer **out);	/* alloc_lock held; borrowed */

/* ialloc.c */
int impfs_alloc_inode(struct handle *h, u32 near, bool directory, u32 *ino);
int impfs_free_inode(struct handle *h, u32 ino, bool directory);
/* The buffer that holds a disk inode, referenced, and the offset in it. */
void impfs_seal_inode(const struct impfs *fs, u32 ino, struct impfs_inode *disk);
int impfs_inode_buffer(struct impfs *fs, u32 ino, struct buffer **out, u32 *offset);

/* inode.c */
struct inode *impfs_iget(struct super_block *sb, u32 ino);	/* ERR_PTR */
struct inode *impfs_inode_of_handle(struct super_block *sb, ino_t ino, const u32 *generation);
ino_t impfs_parent_of(const struct inode *dir);
/* Puts the inode into its table block as part of the handle's transaction. */
int impfs_put_inode(struct handle *h, struct inode *inode);
int impfs_write_inode(struct inode *inode, bool sync);
void impfs_evict_inode(struct inode *inode);
int impfs_setattr(struct dentry *d, struct iattr *attr);
int impfs_getattr(const struct path *path, struct kstat *st);
void impfs_set_ops(struct inode *inode);
void impfs_flags_to_vfs(struct inode *inode);
/* A new inode near dir, linked nowhere, referenced. The caller sets nlink and calls impfs_put_inode(). ERR_PTR */
struct inode *impfs_new_inode(struct handle *h, struct inode *dir, umode_t mode, dev_t rdev);

/* map.c */
/* The block at a logical position, 0 for a hole. */
int impfs_map(struct inode *inode, u32 logical, u32 *block);
/* How many blocks from `logical` on, up to max, are neighbours on disk (or holes, if *block is 0). */
int impfs_map_run(struct inode *inode, u32 logical, u32 max, u32 *block, u32 *count);
/* As impfs_map(), and fills a hole. *fresh tells that the block has no contents yet. The caller puts the inode. */
int impfs_map_alloc(struct handle *h, struct inode *inode, u32 logical, u32 *block, bool *fresh);
/* As impfs_map_run(), and tells holes from blocks that are reserved and unwritten, which the others take for holes. */
int impfs_map_extent(struct inode *inode, u32 logical, u32 max, u32 *block, u32 *count, bool *reserved);
/*
 * Reserves blocks for the holes from `logical` on; with `empty`, blocks that are there become unwritten too. Does a part
 * that fits a transaction: *count, up to max, valid on failure too. The caller puts the inode, on failure too.
 */
int impfs_map_reserve(struct handle *h, struct inode *inode, u32 logical, u32 max, bool empty, u32 *count);
/* Frees logical blocks [from, to) in as many transactions as it takes. No handle may be open. */
int impfs_free_range(struct inode *inode, u32 from, u64 to);

/* file.c */
extern const struct file_ops impfs_file_ops;
extern const struct inode_ops impfs_file_inode_ops;
extern const struct address_space_ops impfs_aops;
int impfs_fsync(struct file *f, loff_t start, loff_t end, bool datasync);
/* Zeroes the rest of the block that a new, smaller size ends in, so that growing again shows zeros. */
int impfs_zero_tail(struct inode *inode, loff_t size);
/* Part of a page was zeroed: it is to be written to its block, or logged. Locked and uptodate. */
int impfs_page_changed(struct inode *inode, struct page *page, u32 block);

/* data.c: file data through the journal. `page` is a locked one of the file, uptodate. */
struct data_change {
	struct handle handle;
	struct buffer *buffer;
};
/* Before a page is changed: takes a block for it if it has none, and opens a handle that impfs_data_end() closes. */
int impfs_data_begin(struct inode *inode, u32 index, struct data_change **out);
/* The page has what is to be logged, the inode the size that goes with it. */
int impfs_data_end(struct inode *inode, struct data_change *c, const struct page *page);
int impfs_data_log(struct inode *inode, const struct page *page);	/* both, for a page that was changed */
/* Fills a page with what a block of data will hold once it is home; false: the disk has that. */
bool impfs_data_cached(struct impfs *fs, u32 block, struct page *page);
/* The block of a page may not be written in place. Only asked if journal_has_data(). */
bool impfs_data_logged(struct inode *inode, u32 index);
int impfs_data_writepages(struct address_space *m, struct writeback_control *wbc);
bool impfs_committing(const struct impfs *fs);		/* the caller is a commit, which takes no data in */

/* space.c */
long impfs_fallocate(struct file *f, int mode, loff_t off, loff_t len);
int impfs_fiemap(struct inode *inode, u64 start, u64 len, void *ctx,
		 int (*emit)(void *ctx, u64 logical, u64 phys, u64 len, u32 flags));

/* flags.c */
long impfs_ioctl(struct file *f, unsigned cmd, unsigned long arg);

/* dir.c */
struct impfs_entry {
	u32 ino;
	u8 type;			/* S_IFMT >> 12 */
};
extern const struct file_ops impfs_dir_ops;
int impfs_dir_find(struct inode *dir, const struct qstr *name, struct impfs_entry *out);	/* -ENOENT */
int impfs_dir_insert(struct handle *h, struct inode *dir, const struct qstr *name, u32 ino, u8 type);	/* -EEXIST */
int impfs_dir_remove(struct handle *h, struct inode *dir, const struct qstr *name);
int impfs_dir_retarget(struct handle *h, struct inode *dir, const struct qstr *name, u32 ino, u8 type);
int impfs_dir_format(struct handle *h, struct inode *dir);	/* a new directory's first block */
int impfs_dir_empty(struct inode *dir);				/* 1, 0 or -errno */

/* namei.c, symlink.c */
extern const struct inode_ops impfs_dir_inode_ops;
extern const struct inode_ops impfs_symlink_ops;
extern const struct inode_ops impfs_special_ops;
int impfs_symlink_fill(struct handle *h, struct inode *inode, const char *target, u32 len);

/* xattr.c */
ssize_t impfs_getxattr(struct inode *inode, const char *name, void *value, size_t size);
int impfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags);
ssize_t impfs_listxattr(struct inode *inode, char *list, size_t size);
int impfs_removexattr(struct inode *inode, const char *name);
/* Sets, replaces or (value NULL) removes one. The caller puts the inode, on failure too. -ENOSPC, -ENODATA, -EEXIST, -ERANGE */
int impfs_put_xattr(struct handle *h, struct inode *inode, const char *name, const void *value, u32 size, int flags);

/* acl.c */
int impfs_load_acls(struct inode *inode);	/* of an inode just read; 0 or -ENOMEM */
int impfs_set_acl(struct inode *inode, umode_t mode, int type, struct acl *acl);
/* As part of a handle; the caller puts the inode, on failure too. */
int impfs_put_new_acls(struct handle *h, struct inode *inode);		/* what a new inode has inherited */
int impfs_put_acl_mode(struct handle *h, struct inode *inode, umode_t mode);	/* chmod(), before the mode changes */

/* orphan.c */
/* Inodes that a crash must not leave behind: without names but open, or about to be cut. */
int impfs_orphan_add(struct handle *h, struct inode *inode);
int impfs_orphan_del(struct handle *h, struct inode *inode);
int impfs_orphans_clean(struct impfs *fs);	/* at mount */

#endif
