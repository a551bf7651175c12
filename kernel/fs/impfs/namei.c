/*
 * The operations on names. The VFS holds the directories' rwsems for writing and has checked permissions; each
 * operation is one handle, so that a crash shows all of it or nothing.
 */
#include "impfs.h"

#include <core/time.h>

static struct dentry *lookup(struct inode *dir, struct dentry *d)
{
	struct impfs *fs = impfs_of(dir->sb);
	struct inode *inode = NULL;
	struct impfs_entry e;
	int err;

	if (d->name.len > IMPFS_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	err = impfs_dir_find(dir, &d->name, &e);
	if (err && err != -ENOENT)
		return ERR_PTR(err);
	if (!err) {
		inode = impfs_iget(dir->sb, e.ino);
		if (IS_ERR(inode))
			return ERR_CAST(inode);
		if ((inode->mode & S_IFMT) >> 12 != e.type) {
			iput(inode);
			return ERR_PTR(impfs_damaged(fs, e.ino, 0, "directory entry and inode differ in type"));
		}
	}
	if (inode)
		return d_splice_alias(inode, d);
	d_add(d, NULL);
	return NULL;
}

static int begin(struct handle *h, struct inode *dir)
{
	journal_room(impfs_of(dir->sb));
	return journal_begin(h, impfs_of(dir->sb));
}

static int touch_dir(struct handle *h, struct inode *dir)
{
	ktime_get_coarse_real(&dir->mtime);
	dir->ctime = dir->mtime;
	return impfs_put_inode(h, dir);
}

static int touch(struct handle *h, struct inode *inode)
{
	ktime_get_coarse_real(&inode->ctime);
	return impfs_put_inode(h, inode);
}

static u8 dirent_type(const struct inode *inode) { return (inode->mode & S_IFMT) >> 12; }

/* A failed creation: the inode goes again, after the handle, when its last reference does. */
static void drop_new(struct inode *inode)
{
	inode->nlink = 0;
	iput(inode);
}

/* Names a new inode: links are set, the rest of it is filled. Ends the handle. */
static int finish_new(struct handle *h, struct inode *dir, struct dentry *d, struct inode *inode)
{
	int err = impfs_put_new_acls(h, inode);

	if (!err)
		err = impfs_dir_insert(h, dir, &d->name, impfs_ino(inode), dirent_type(inode));
	if (!err)
		err = impfs_put_inode(h, inode);
	if (!err && (inode->mode & S_IFMT) == S_IFDIR && !impfs_fault(FAULT_NO_LINK_COUNT))
		dir->nlink++;
	if (!err)
		err = touch_dir(h, dir);
	journal_end(h);
	if (err)
		drop_new(inode);
	else
		d_instantiate(d, inode);
	return err;
}

static int mknod(struct inode *dir, struct dentry *d, umode_t mode, dev_t rdev)
{
	struct inode *inode;
	struct handle h;
	int err = begin(&h, dir);

	if (err)
		return err;
	inode = impfs_new_inode(&h, dir, mode, rdev);
	if (IS_ERR(inode)) {
		journal_end(&h);
		return PTR_ERR(inode);
	}
	inode->nlink = 1;
	return finish_new(&h, dir, d, inode);
}

static int create(struct inode *dir, struct dentry *d, umode_t mode)
{
	return mknod(dir, d, (mode & ~S_IFMT) | S_IFREG, 0);
}

static int mkdir(struct inode *dir, struct dentry *d, umode_t mode)
{
	struct inode *inode;
	struct handle h;
	int err;

	if (dir->nlink >= impfs_of(dir->sb)->link_max)
		return -EMLINK;
	err = begin(&h, dir);
	if (err)
		return err;
	inode = impfs_new_inode(&h, dir, (mode & ~S_IFMT) | S_IFDIR, 0);
	if (IS_ERR(inode)) {
		journal_end(&h);
		return PTR_ERR(inode);
	}
	inode->nlink = 2;
	err = impfs_dir_format(&h, inode);
	if (err) {
		journal_end(&h);
		drop_new(inode);
		return err;
	}
	return finish_new(&h, dir, d, inode);
}

static int symlink(struct inode *dir, struct dentry *d, const char *target)
{
	u32 len = (u32)strlen(target);
	struct inode *inode;
	struct handle h;
	int err;

	if (len == 0 || len > impfs_of(dir->sb)->symlink_max)
		return len ? -ENAMETOOLONG : -ENOENT;
	err = begin(&h, dir);
	if (err)
		return err;
	inode = impfs_new_inode(&h, dir, S_IFLNK | 0777, 0);
	if (IS_ERR(inode)) {
		journal_end(&h);
		return PTR_ERR(inode);
	}
	inode->nlink = 1;
	err = impfs_symlink_fill(&h, inode, target, len);
	if (err) {
		journal_end(&h);
		drop_new(inode);
		return err;
	}
	return finish_new(&h, dir, d, inode);
}

static int tmpfile(struct inode *dir, struct dentry *d, umode_t mode)
{
	struct inode *inode;
	struct handle h;
	int err = begin(&h, dir);

	if (err)
		return err;
	inode = impfs_new_inode(&h, dir, (mode & ~S_IFMT) | S_IFREG, 0);
	if (IS_ERR(inode)) {
		journal_end(&h);
		return PTR_ERR(inode);
	}
	err = impfs_put_new_acls(&h, inode);
	if (!err)
		err = impfs_put_inode(&h, inode);
	if (!err)
		err = impfs_orphan_add(&h, inode);
	journal_end(&h);
	if (err)
		drop_new(inode);
	else
		d_instantiate(d, inode);
	return err;
}

static int link(struct dentry *old, struct inode *dir, struct dentry *d)
{
	struct inode *inode = old->inode;
	struct handle h;
	int err;

	if (inode->nlink >= impfs_of(dir->sb)->link_max)
		return -EMLINK;
	err = begin(&h, dir);
	if (err)
		return err;
	err = impfs_dir_insert(&h, dir, &d->name, impfs_ino(inode), dirent_type(inode));
	if (!err) {
		/* A file made by O_TMPFILE gets its first name. */
		if (inode->nlink == 0)
			err = impfs_orphan_del(&h, inode);
		inode_inc_nlink(inode);
		if (!err)
			err = touch(&h, inode);
		if (!err)
			err = touch_dir(&h, dir);
	}
	journal_end(&h);
	if (!err)
		d_instantiate(d, iget(inode));
	return err;
}

/* An inode lost a name; one without names is on the orphan list until it is freed. */
static int drop_link(struct handle *h, struct inode *inode)
{
	inode_drop_nlink(inode);
	if (inode->nlink == 0) {
		int err = impfs_orphan_add(h, inode);

		if (err)
			return err;
	}
	return touch(h, inode);
}

static int unlink(struct inode *dir, struct dentry *d)
{
	struct handle h;
	int err = begin(&h, dir);

	if (err)
		return err;
	err = impfs_dir_remove(&h, dir, &d->name);
	if (!err)
		err = touch_dir(&h, dir);
	if (!err && impfs_fault(FAULT_SPLIT_UNLINK))
		err = impfs_fault_split(&h);
	if (!err)
		err = drop_link(&h, d->inode);
	journal_end(&h);
	return err;
}

/* A directory that has lost its name: it has no links at all, and the one above has one less. */
static int drop_dir(struct handle *h, struct inode *parent, struct inode *inode)
{
	int err;

	inode_set_nlink(inode, 0);
	inode->flags |= S_DEAD;
	parent->nlink--;
	err = impfs_orphan_add(h, inode);
	return err ? err : touch(h, inode);
}

static int rmdir(struct inode *dir, struct dentry *d)
{
	struct handle h;
	int err = impfs_dir_empty(d->inode);

	if (err <= 0)
		return err ? err : -ENOTEMPTY;
	err = begin(&h, dir);
	if (err)
		return err;
	err = impfs_dir_remove(&h, dir, &d->name);
	if (!err)
		err = drop_dir(&h, dir, d->inode);
	if (!err)
		err = touch_dir(&h, dir);
	journal_end(&h);
	return err;
}

/* A directory moved from one to another: its parent and their links follow. */
static void reparent(struct inode *inode, struct inode *from, struct inode *to)
{
	if ((inode->mode & S_IFMT) != S_IFDIR || from == to)
		return;
	impfs_i(inode)->parent = impfs_ino(to);
	from->nlink--;
	to->nlink++;
}

static int exchange(struct handle *h, struct inode *odir, struct dentry *od, struct inode *ndir, struct dentry *nd)
{
	int err = impfs_dir_retarget(h, odir, &od->name, impfs_ino(nd->inode), dirent_type(nd->inode));

	if (!err)
		err = impfs_dir_retarget(h, ndir, &nd->name, impfs_ino(od->inode), dirent_type(od->inode));
	if (err)
		return err;
	reparent(od->inode, odir, ndir);
	reparent(nd->inode, ndir, odir);
	return touch(h, nd->inode);
}

static int move(struct handle *h, struct inode *odir, struct dentry *od, struct inode *ndir, struct dentry *nd)
{
	struct inode *inode = od->inode, *replaced = nd->inode;
	int err;

	if (replaced)
		err = impfs_dir_retarget(h, ndir, &nd->name, impfs_ino(inode), dirent_type(inode));
	else
		err = impfs_dir_insert(h, ndir, &nd->name, impfs_ino(inode), dirent_type(inode));
	if (!err && impfs_fault(FAULT_SPLIT_RENAME))
		err = impfs_fault_split(h);
	if (!err)
		err = impfs_dir_remove(h, odir, &od->name);
	if (err)
		return err;
	reparent(inode, odir, ndir);
	if (!replaced)
		return 0;
	return (replaced->mode & S_IFMT) == S_IFDIR ? drop_dir(h, ndir, replaced) : drop_link(h, replaced);
}

static int rename(struct inode *odir, struct dentry *od, struct inode *ndir, struct dentry *nd, unsigned flags)
{
	struct impfs *fs = impfs_of(odir->sb);
	bool directory = (od->inode->mode & S_IFMT) == S_IFDIR;
	struct handle h;
	int err;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (flags & RENAME_NOREPLACE && nd->inode)
		return -EEXIST;
	if (!(flags & RENAME_EXCHANGE) && nd->inode && (nd->inode->mode & S_IFMT) == S_IFDIR) {
		err = impfs_dir_empty(nd->inode);
		if (err <= 0)
			return err ? err : -ENOTEMPTY;
	}
	if (directory && odir != ndir && !nd->inode && ndir->nlink >= fs->link_max)
		return -EMLINK;
	err = begin(&h, odir);
	if (err)
		return err;
	err = flags & RENAME_EXCHANGE ? exchange(&h, odir, od, ndir, nd) : move(&h, odir, od, ndir, nd);
	if (!err)
		err = touch(&h, od->inode);
	if (!err)
		err = touch_dir(&h, odir);
	if (!err && ndir != odir)
		err = touch_dir(&h, ndir);
	journal_end(&h);
	return err;
}

const struct inode_ops impfs_dir_inode_ops = {
	.lookup = lookup,
	.create = create,
	.link = link,
	.unlink = unlink,
	.symlink = symlink,
	.mkdir = mkdir,
	.rmdir = rmdir,
	.mknod = mknod,
	.rename = rename,
	.tmpfile = tmpfile,
	.setattr = impfs_setattr,
	.getattr = impfs_getattr,
	.getxattr = impfs_getxattr,
	.setxattr = impfs_setxattr,
	.listxattr = impfs_listxattr,
	.removexattr = impfs_removexattr,
	.set_acl = impfs_set_acl,
};
