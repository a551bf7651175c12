/* tmpfs: what its files share, and what devfs builds on. */
#ifndef FS_TMPFS_H
#define FS_TMPFS_H

#include <fs/vfs.h>
#include <mm/swap.h>

struct tmpfs_sb {
	spinlock_t lock;		/* RANK_INODE_STATE: the counts */
	u64 max_blocks, used_blocks;	/* pages; max 0: no limit */
	u64 max_inodes, used_inodes;
	ino_t next_ino;
	umode_t mode;			/* of the root, as mounted */
	uid_t uid;
	gid_t gid;
	bool noswap;
};

struct tmpfs_inode {
	struct inode vfs;
	struct list_head xattrs;	/* vfs.rwsem */
	u32 seals;			/* F_SEAL_* for memfd */
	unsigned long committed;	/* I pages promised when it was made (mm/commit.h) */
	struct radix_root swapped;	/* vfs.data.lock: slots of pages, in memory or not (swap.c) */
};

static inline struct tmpfs_inode *tmpfs_i(struct inode *i) { return container_of(i, struct tmpfs_inode, vfs); }
static inline struct tmpfs_sb *tmpfs_sb(struct super_block *sb) { return sb->fs_info; }

struct inode *tmpfs_new_inode(struct super_block *sb, const struct inode *dir, umode_t mode, dev_t rdev);	/* NULL: ENOSPC */
extern const struct super_ops tmpfs_super_ops;
int tmpfs_fill(struct super_block *sb, const char *data);
void tmpfs_kill(struct super_block *sb);
int tmpfs_mknod(struct inode *dir, struct dentry *d, umode_t mode, dev_t rdev);
int tmpfs_symlink(struct inode *dir, struct dentry *d, const char *target);
int tmpfs_unlink(struct inode *dir, struct dentry *d);

/* file.c */
extern const struct address_space_ops tmpfs_aops;
extern const struct file_ops tmpfs_file_ops;
extern const struct inode_ops tmpfs_file_inode_ops;
bool tmpfs_charge(struct super_block *sb, u64 blocks);	/* false: full */
void tmpfs_uncharge(struct super_block *sb, u64 blocks);
void tmpfs_add_blocks(struct inode *i, int pages);	/* of data */

/* swap.c */
swp_t tmpfs_slot(struct inode *i, unsigned long index);	/* 0: none */
bool tmpfs_next_index(struct inode *i, unsigned long *index);	/* to the next from there on that is in memory or in swap; false: none is */
int tmpfs_swap_in(struct page *p, swp_t e);		/* locked; reads and unlocks, later or now */
void tmpfs_forget_slot(struct page *p);			/* locked, not under write-back: the slot is free again */
void tmpfs_truncate_slots(struct inode *i, unsigned long first, unsigned long end);	/* of pages not in memory; end 0: all */
int tmpfs_setattr(struct dentry *d, struct iattr *attr);

/* xattr.c */
ssize_t tmpfs_getxattr(struct inode *inode, const char *name, void *value, size_t size);
int tmpfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags);
ssize_t tmpfs_listxattr(struct inode *inode, char *list, size_t size);
int tmpfs_removexattr(struct inode *inode, const char *name);
int tmpfs_set_acl(struct inode *inode, umode_t mode, int type, struct acl *acl);
void tmpfs_free_xattrs(struct inode *inode);

#endif
