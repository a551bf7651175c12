/*
 * Events of files for inotify. The calls are cheap while nobody watches anything, may be made with sleeping locks and
 * dcache_lock not held, and never fail: what cannot be queued becomes an overflow event. mask: IN_* of abi/inotify.h.
 */
#ifndef FS_NOTIFY_H
#define FS_NOTIFY_H

#include <fs/vfs.h>
#include <abi/inotify.h>

extern unsigned notify_watches;		/* in the whole system */

void notify_dentry_slow(struct dentry *d, u32 mask);
void notify_name_slow(struct inode *dir, u32 mask, const struct dentry *child, bool isdir);
void notify_self_slow(struct inode *inode, u32 mask);
void notify_gone_slow(struct inode *inode);
void notify_unmount_slow(struct super_block *sb);

/* About a file: told to who watches it, and with its name to who watches its directory. */
static inline void notify_dentry(struct dentry *d, u32 mask)
{
	if (unlikely(READ_ONCE(notify_watches)))
		notify_dentry_slow(d, mask);
}
/* About a name in a directory. */
static inline void notify_name(struct inode *dir, u32 mask, const struct dentry *child, bool isdir)
{
	if (unlikely(READ_ONCE(notify_watches)))
		notify_name_slow(dir, mask, child, isdir);
}
/* About an inode, whatever its names. */
static inline void notify_self(struct inode *inode, u32 mask)
{
	if (unlikely(!list_empty(&inode->watches)))
		notify_self_slow(inode, mask);
}
/* A dentry lets go of an inode without names: if that is watched, it is gone. */
static inline void notify_dropped(struct inode *inode)
{
	if (unlikely(!list_empty(&inode->watches)) && (!inode->nlink || (inode->flags & S_DEAD)))
		notify_gone_slow(inode);
}
static inline void notify_unmount(struct super_block *sb)
{
	if (unlikely(READ_ONCE(notify_watches)))
		notify_unmount_slow(sb);
}

/* F_NOTIFY. flush: `table` closes a descriptor of f. */
struct files;
long dnotify_set(unsigned fd, struct file *f, unsigned long arg);
void dnotify_flush(struct file *f, struct files *table);

/* A rename: the names are taken before, events sent after. */
struct notify_move {
	char *old;			/* NULL: nobody watches */
	u32 old_len;
};
void notify_move_begin(struct notify_move *m, const struct dentry *old);
void notify_move_end(struct notify_move *m, bool done, struct inode *odir, struct inode *ndir, struct dentry *moved,
		     struct inode *target);

#endif
