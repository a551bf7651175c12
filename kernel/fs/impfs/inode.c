/*
 * Inodes: read from and put into their table blocks, attributes, and the end of their lives.
 *
 * A change of anything but times puts the inode into its block within the handle that makes the change; times alone
 * mark it dirty and follow by write_inode().
 */
#include "impfs.h"

#include <core/time.h>
#include <fs/acl.h>

/* Flags that a new inode has of its directory. */
#define INHERITED (IMPFS_FL_SYNC | IMPFS_FL_NODUMP | IMPFS_FL_NOATIME | IMPFS_FL_JOURNAL_DATA)

/* What is wrong with an inode as read, or NULL. */
static const char *inode_problem(const struct impfs_inode *d)
{
	switch (d->mode & S_IFMT) {
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	case S_IFDIR:
		if (d->size == 0 || d->size % IMPFS_BLOCK_SIZE || d->size >> 32)
			return "directory of impossible size";
		break;
	case S_IFLNK:
		if (d->size == 0 || d->size > IMPFS_SYMLINK_MAX)
			return "symbolic link of impossible length";
		break;
	default:
		return "inode of impossible type";
	}
	if ((s64)d->size < 0)
		return "impossible size";
	if (d->atime_ns >= NSEC_PER_SEC || d->mtime_ns >= NSEC_PER_SEC || d->ctime_ns >= NSEC_PER_SEC ||
	    d->btime_ns >= NSEC_PER_SEC)
		return "impossible time";
	return NULL;
}

void impfs_flags_to_vfs(struct inode *inode)
{
	const struct impfs *fs = impfs_of(inode->sb);
	u32 flags = impfs_i(inode)->flags;

	inode->flags &= ~(S_IMMUTABLE | S_APPEND | S_NOATIME | S_SYNC);
	if (flags & IMPFS_FL_SYNC)
		inode->flags |= S_SYNC;
	if (flags & IMPFS_FL_IMMUTABLE)
		inode->flags |= S_IMMUTABLE;
	if (flags & IMPFS_FL_APPEND)
		inode->flags |= S_APPEND;
	if (flags & IMPFS_FL_NOATIME)
		inode->flags |= S_NOATIME;
	impfs_i(inode)->log_data = S_ISREG(inode->mode) && impfs_can_log_data(fs) &&
				   (fs->log_data || flags & IMPFS_FL_JOURNAL_DATA) && !impfs_fault(FAULT_DATA_DIRECT);
}

void impfs_set_ops(struct inode *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		inode->op = &impfs_file_inode_ops;
		inode->fop = &impfs_file_ops;
		inode->data.ops = &impfs_aops;
		break;
	case S_IFDIR:
		inode->op = &impfs_dir_inode_ops;
		inode->fop = &impfs_dir_ops;
		break;
	case S_IFLNK:
		inode->op = &impfs_symlink_ops;
		break;
	default:
		inode_init_special(inode, inode->mode, inode->rdev);
		inode->op = &impfs_special_ops;
		break;
	}
	inode->data.gfp = GFP_NOFS | GFP_USER;
	impfs_flags_to_vfs(inode);
}

static void inode_from_disk(struct inode *inode, const struct impfs_inode *d)
{
	struct impfs_node *node = impfs_i(inode);

	inode->mode = d->mode;
	inode->nlink = d->links;
	inode->uid = d->uid;
	inode->gid = d->gid;
	inode->size = (loff_t)d->size;
	inode->blocks = d->blocks << (IMPFS_BLOCK_SHIFT - 9);
	inode->generation = d->generation;
	inode->rdev = MKDEV(d->rdev_major, d->rdev_minor);
	inode->atime = (struct timespec64){ d->atime, (long)d->atime_ns };
	inode->mtime = (struct timespec64){ d->mtime, (long)d->mtime_ns };
	inode->ctime = (struct timespec64){ d->ctime, (long)d->ctime_ns };
	inode->btime = (struct timespec64){ d->btime, (long)d->btime_ns };
	memcpy(node->map, d->map, sizeof(node->map));
	memcpy(node->reserved, d->reserved, sizeof(node->reserved));
	node->xattr_block = d->xattr_block;
	node->flags = d->flags;
	node->parent = d->parent;
	node->next_orphan = d->next_orphan;
	node->version = d->version;
	node->goal = 0;
}

/* `stale`: the number is a guest's: what is not in use is no damage, but -ESTALE. */
static struct inode *get_inode(struct super_block *sb, u32 ino, bool stale)
{
	struct impfs *fs = impfs_of(sb);
	const struct impfs_inode *d;
	const char *problem;
	struct inode *inode;
	struct buffer *b;
	u32 offset;
	int err;

	inode = iget_locked(sb, ino);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!(inode->state & I_NEW))
		return inode;
	err = impfs_inode_buffer(fs, ino, &b, &offset);
	if (err)
		goto out_failed;
	d = (const struct impfs_inode *)((const u8 *)b->data + offset);
	if (crc32c(impfs_crc_words(fs->seed, &ino, 1), d, offsetof(struct impfs_inode, checksum)) != d->checksum) {
		err = stale ? -ESTALE : impfs_damaged(fs, ino, (u32)b->block, "inode: wrong checksum");
		goto out_put;
	}
	if (stale && d->links == 0) {
		err = -ESTALE;
		goto out_put;
	}
	if (d->mode == 0 && d->links == 0) {
		err = impfs_damaged(fs, ino, (u32)b->block, "free inode in use");
		goto out_put;
	}
	problem = inode_problem(d);
	if (problem) {
		err = impfs_damaged(fs, ino, (u32)b->block, problem);
		goto out_put;
	}
	inode_from_disk(inode, d);
	buffer_put(b);
	err = impfs_load_acls(inode);
	if (err)
		goto out_failed;
	impfs_set_ops(inode);
	unlock_new_inode(inode);
	return inode;

out_put:
	buffer_put(b);
out_failed:
	iget_failed(inode);
	return ERR_PTR(err);
}

struct inode *impfs_iget(struct super_block *sb, u32 ino)
{
	return get_inode(sb, ino, false);
}

struct inode *impfs_inode_of_handle(struct super_block *sb, ino_t ino, const u32 *generation)
{
	const struct impfs *fs = impfs_of(sb);
	struct inode *inode;
	u32 n = (u32)ino - 1;

	if (ino < IMPFS_ROOT_INO || ino > fs->groups * fs->group_inodes ||
	    n % fs->group_inodes >= fs->group[n / fs->group_inodes].desc->inodes_ready)
		return ERR_PTR(-ESTALE);
	inode = get_inode(sb, (u32)ino, true);
	if (!IS_ERR(inode) && (!inode->nlink || (generation && inode->generation != *generation))) {
		iput(inode);
		return ERR_PTR(-ESTALE);
	}
	return inode;
}

ino_t impfs_parent_of(const struct inode *dir)
{
	return impfs_i(dir)->parent;
}

static void inode_to_disk(const struct inode *inode, struct impfs_inode *d)
{
	const struct impfs_node *node = impfs_i(inode);

	d->mode = inode->mode;
	d->pad0 = 0;
	d->flags = node->flags;
	d->uid = inode->uid;
	d->gid = inode->gid;
	d->links = inode->nlink;
	d->generation = inode->generation;
	d->size = (u64)inode->size;
	d->blocks = inode->blocks >> (IMPFS_BLOCK_SHIFT - 9);
	d->version = node->version;
	d->parent = node->parent;
	d->rdev_major = MAJOR(inode->rdev);
	d->rdev_minor = MINOR(inode->rdev);
	d->atime = inode->atime.tv_sec;
	d->mtime = inode->mtime.tv_sec;
	d->ctime = inode->ctime.tv_sec;
	d->btime = inode->btime.tv_sec;
	d->atime_ns = (u32)inode->atime.tv_nsec;
	d->mtime_ns = (u32)inode->mtime.tv_nsec;
	d->ctime_ns = (u32)inode->ctime.tv_nsec;
	d->btime_ns = (u32)inode->btime.tv_nsec;
	memcpy(d->map, node->map, sizeof(d->map));
	memcpy(d->reserved, node->reserved, sizeof(d->reserved));
	d->xattr_block = node->xattr_block;
	d->next_orphan = node->next_orphan;
}

int impfs_put_inode(struct handle *h, struct inode *inode)
{
	struct impfs_node *node = impfs_i(inode);
	u32 ino = impfs_ino(inode), offset;
	struct impfs_inode *d;
	struct buffer *b;
	int err = impfs_inode_buffer(h->fs, ino, &b, &offset);

	if (err)
		return err;
	err = journal_access(h, b);
	if (!err) {
		node->version++;
		d = (struct impfs_inode *)((u8 *)b->data + offset);
		inode_to_disk(inode, d);
		impfs_seal_inode(h->fs, ino, d);
		node->sync_tid = h->tid;
	}
	buffer_put(b);
	return err;
}

/* Called by write-back for inodes that only times have changed of, and for whatever else was left dirty. */
int impfs_write_inode(struct inode *inode, bool sync)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct handle h;
	int err = journal_begin(&h, fs);

	if (err)
		return err;
	err = impfs_put_inode(&h, inode);
	journal_end(&h);
	if (!err && sync)
		err = journal_commit(fs, h.tid);
	return err;
}

struct inode *impfs_new_inode(struct handle *h, struct inode *dir, umode_t mode, dev_t rdev)
{
	bool directory = (mode & S_IFMT) == S_IFDIR;
	struct impfs_node *node;
	struct inode *inode;
	struct buffer *b;
	u32 ino, offset;
	int err;

	inode = new_inode(dir->sb);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode_init_owner(inode, dir, mode);
	err = acl_inherit(dir, inode);
	if (!err)
		err = impfs_alloc_inode(h, impfs_ino(dir), directory, &ino);
	if (err)
		goto out_put;
	err = impfs_inode_buffer(h->fs, ino, &b, &offset);
	if (err) {
		(void)impfs_free_inode(h, ino, directory);	/* the first error is the one to tell */
		goto out_put;
	}
	inode->ino = ino;
	inode->generation = ((const struct impfs_inode *)((const u8 *)b->data + offset))->generation + 1;
	buffer_put(b);
	inode->rdev = rdev;
	inode->nlink = 0;
	ktime_get_coarse_real(&inode->btime);
	inode->atime = inode->mtime = inode->ctime = inode->btime;
	node = impfs_i(inode);
	/* Append-only and its like stay with the directory; the rest is inherited. */
	node->flags = impfs_i(dir)->flags & INHERITED;
	node->parent = directory ? impfs_ino(dir) : 0;
	impfs_set_ops(inode);
	inode_hash(inode);
	return inode;

out_put:
	/* No number yet: evict must not give one back. */
	inode->ino = 0;
	inode->nlink = 1;
	iput(inode);
	return ERR_PTR(err);
}

/* Frees what a nameless inode holds, and its number. */
static void free_inode_now(struct inode *inode)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct impfs_node *node = impfs_i(inode);
	bool directory = (inode->mode & S_IFMT) == S_IFDIR;
	struct impfs_inode *d;
	struct handle h;
	struct buffer *b;
	u32 ino = impfs_ino(inode), offset;

	if (impfs_writable(fs))
		return;		/* it stays on the orphan list for the next mount or fsck */
	if (!impfs_inline_link(inode) && impfs_free_range(inode, 0, ~0ull))
		return;
	if (journal_begin(&h, fs))
		return;
	if (node->xattr_block && impfs_free_metadata(&h, node->xattr_block))
		goto out;
	node->xattr_block = 0;
	if (impfs_orphan_del(&h, inode) || impfs_inode_buffer(fs, ino, &b, &offset))
		goto out;
	if (journal_access(&h, b) == 0) {
		d = (struct impfs_inode *)((u8 *)b->data + offset);
		memset(d, 0, sizeof(*d));
		d->generation = inode->generation;
		impfs_seal_inode(fs, ino, d);
		(void)impfs_free_inode(&h, ino, directory);	/* damage is reported there; the inode is cleared all the same */
	}
	buffer_put(b);
out:
	journal_end(&h);
}

void impfs_evict_inode(struct inode *inode)
{
	truncate_inode_pages(&inode->data, 0);
	journal_unorder(inode);
	if (inode->nlink == 0 && inode->ino != 0)
		free_inode_now(inode);
}

/* Cuts or grows a file. The new size is on disk before blocks go, and the orphan list finishes what a crash cuts short. */
static int set_size(struct inode *inode, loff_t size)
{
	struct impfs *fs = impfs_of(inode->sb);
	bool cut = size < inode->size;
	struct handle h;
	int err, err2;

	if (size > inode->sb->max_bytes)
		return -EFBIG;
	if (cut) {
		err = impfs_zero_tail(inode, size);
		if (err)
			return err;
	}
	journal_room(fs);
	err = journal_begin(&h, fs);
	if (err)
		return err;
	if (cut)
		err = impfs_orphan_add(&h, inode);
	if (!err) {
		inode->size = size;
		inode_now(inode, ATTR_MTIME | ATTR_CTIME);
		err = impfs_put_inode(&h, inode);
		impfs_i(inode)->datasync_tid = h.tid;
	}
	journal_end(&h);
	if (err || !cut)
		return err;
	truncate_pagecache(inode, size);
	err = impfs_free_range(inode, (u32)((u64)(size + IMPFS_BLOCK_SIZE - 1) >> IMPFS_BLOCK_SHIFT), ~0ull);
	err2 = journal_begin(&h, fs);
	if (err2)
		return err ? err : err2;
	err2 = impfs_orphan_del(&h, inode);
	journal_end(&h);
	return err ? err : err2;
}

int impfs_setattr(struct dentry *d, struct iattr *attr)
{
	struct inode *inode = d->inode;
	struct impfs *fs = impfs_of(inode->sb);
	struct handle h;
	int err = setattr_prepare(d, attr), err2;

	if (err)
		return err;
	if (attr->valid & ATTR_SIZE && attr->size != inode->size) {
		err = set_size(inode, attr->size);
		if (err)
			return err;
	}
	journal_room(fs);
	err = journal_begin(&h, fs);
	if (err)
		return err;
	if (attr->valid & ATTR_MODE && inode->acl)
		err = impfs_put_acl_mode(&h, inode, attr->mode);
	if (!err)
		setattr_copy(inode, attr);
	err2 = impfs_put_inode(&h, inode);
	journal_end(&h);
	return err ? err : err2;
}

int impfs_getattr(const struct path *path, struct kstat *st)
{
	const struct inode *inode = path->dentry->inode;
	u32 flags = impfs_i(inode)->flags;

	generic_fillattr(inode, st);
	st->btime = inode->btime;
	st->has_btime = true;
	st->attributes |= flags & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP);
	st->attributes_mask |= STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP;
	return 0;
}
