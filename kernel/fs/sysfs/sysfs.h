/* sysfs: what its files share. */
#ifndef FS_SYSFS_INTERNAL_H
#define FS_SYSFS_INTERNAL_H

#include <fs/internal.h>
#include <fs/sysfs.h>

/*
 * A name of the tree. The tree counts it while it stands there, every inode of it too.
 * Locks: t sysfs_lock, I immutable, a atomic
 */
struct sysfs_entry {
	atomic_t count;			/* a */
	u32 ino;			/* I */
	u32 cookie, next_cookie;	/* I its place in the directory; t for the next child */
	umode_t mode;			/* t */
	u32 uid, gid;			/* t */
	u32 subdirs;			/* t */
	unsigned active;		/* t calls of attr's functions that run */
	bool dead;			/* t removed: no call begins any more */
	struct sysfs_entry *parent;	/* t NULL: the root, or removed */
	struct list_head children;	/* t in order of cookies */
	struct list_head sibling;	/* t */
	const struct sysfs_attr *attr;	/* I files that ask their owner */
	void *object;			/* I its owner's */
	char *text;			/* I what a constant file says, or where a link leads; owned */
	char name[];			/* I */
};
extern struct sysfs_entry *const sysfs_root;
extern spinlock_t sysfs_lock;		/* RANK_FS_STRUCT */

void sysfs_get(struct sysfs_entry *e);
void sysfs_put(struct sysfs_entry *e);
struct sysfs_entry *sysfs_find(struct sysfs_entry *dir, const char *name, size_t len);	/* counted; NULL */
/* Around each call of attr's functions. */
bool sysfs_activate(struct sysfs_entry *e);	/* false: removed */
void sysfs_deactivate(struct sysfs_entry *e);

/* files.c */
struct inode *sysfs_inode(struct super_block *sb, struct sysfs_entry *e);	/* NULL */
static inline struct sysfs_entry *sysfs_of(const struct inode *i) { return i->fs_private; }

#endif
