/*
 * open(): from a name and flags to an open file. O_CREAT needs the parent directory locked around lookup and create;
 * without it the walk alone decides. may_open() says whether the file found may be opened so.
 */
#include <fs/acl.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/mount.h>

#define SETFL_STATE (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)	/* not kept in file->flags */

static int write_count_get(struct inode *inode)
{
	int v;

	do {
		v = atomic_read(&inode->write_count);
		if (v < 0)
			return -ETXTBSY;
	} while (atomic_cmpxchg(&inode->write_count, v, v + 1) != v);
	return 0;
}

static int may_open(const struct path *path, unsigned flags)
{
	struct inode *inode = path->dentry->inode;
	unsigned acc = flags & O_ACCMODE;
	int mask = 0, error;

	/* Access mode 3 is Linux's "check for both, give neither". */
	if (acc != O_WRONLY)
		mask |= MAY_READ;
	if (acc != O_RDONLY || (flags & O_TRUNC))
		mask |= MAY_WRITE;
	switch (inode->mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		if (mask & MAY_WRITE)
			return -EISDIR;
		break;
	case S_IFBLK:
	case S_IFCHR:
		if (path->mnt->flags & MNT_NODEV)
			return -EACCES;
		break;
	}
	error = path_permission(path, mask);
	if (error)
		return error;
	if ((inode->flags & S_APPEND) && (mask & MAY_WRITE) && (!(flags & O_APPEND) || (flags & O_TRUNC)))
		return -EPERM;
	if ((flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

/* The file itself, for a path that may be opened so. */
static struct file *open_path(const struct path *path, unsigned flags)
{
	struct inode *inode = path->dentry->inode;
	struct file *f;
	int error;

	/* A terminal's open() still looks at O_NOCTTY, a disk's at O_EXCL. */
	f = file_alloc(path, flags & (~SETFL_STATE | O_NOCTTY | (S_ISBLK(inode->mode) ? O_EXCL : 0)), inode->fop);
	if (IS_ERR(f))
		return f;
	if ((f->mode & FMODE_WRITE) && (S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISBLK(inode->mode))) {
		if (!S_ISBLK(inode->mode)) {
			error = mnt_want_write(path->mnt);
			if (error)
				goto fail;
			f->mode |= FMODE_MNT_WRITE;
			error = write_count_get(inode);
			if (error)
				goto fail;
			f->mode |= FMODE_WRITER;
		}
	} else if (S_ISREG(inode->mode)) {
		atomic_inc(&inode->read_count);
		f->mode |= FMODE_READER;
	}
	error = lease_break(inode, flags);
	if (error)
		goto fail;
	error = -ENXIO;
	if (!f->op)
		goto fail;
	if (S_ISREG(inode->mode) || S_ISDIR(inode->mode))
		f->mode |= FMODE_ATOMIC_POS;
	f->mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	if (f->op->open) {
		error = f->op->open(inode, f);
		if (error)
			goto fail;
	}
	f->flags &= ~(unsigned)(O_NOCTTY | O_EXCL);
	if (!f->op->llseek || f->op->llseek == no_llseek)
		f->mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	notify_dentry(path->dentry, IN_OPEN);
	return f;
fail:
	f->op = NULL;		/* was not opened: nothing to release */
	file_put(f);
	return ERR_PTR(error);
}

struct file *dentry_open(const struct path *path, unsigned flags)
{
	return open_path(path, flags);
}

static struct file *open_opath(const struct path *path, unsigned flags)
{
	static const struct file_ops none = { .read = NULL };
	struct file *f = file_alloc(path, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), &none);

	if (!IS_ERR(f))
		f->mode = FMODE_PATH;
	return f;
}

static int truncate_opened(struct file *f)
{
	int error = mnt_want_write(f->path.mnt);

	if (error)
		return error;
	/* O_TRUNC needs a writer's standing even for O_RDONLY. */
	if (!(f->mode & FMODE_WRITER)) {
		error = write_count_get(f->inode);
		if (!error) {
			error = vfs_truncate(&f->path, 0, f);
			atomic_dec(&f->inode->write_count);
		}
	} else {
		error = vfs_truncate(&f->path, 0, f);
	}
	mnt_drop_write(f->path.mnt);
	return error;
}

static struct file *finish_open(const struct path *path, unsigned flags, bool created)
{
	struct file *f;
	int error = 0;

	if (flags & O_PATH)
		return open_opath(path, flags);
	if (created)
		flags &= ~O_TRUNC;
	else
		error = may_open(path, flags);
	/* A program that does not know of large files would see wrong positions in one. */
	if (!error && !(flags & O_LARGEFILE) && S_ISREG(path->dentry->inode->mode) && inode_size(path->dentry->inode) > 0x7fffffff)
		error = -EOVERFLOW;
	if (error)
		return ERR_PTR(error);
	f = open_path(path, flags);
	if (IS_ERR(f) || !(flags & O_TRUNC) || !S_ISREG(path->dentry->inode->mode))
		return f;
	error = truncate_opened(f);
	if (error) {
		file_put(f);
		return ERR_PTR(error);
	}
	return f;
}

struct file *path_open(const struct path *path, unsigned flags)
{
	return finish_open(path, flags, false);
}

/* The last component under its locked parent: found or made. The dentry is referenced; *created tells which. */
static struct dentry *open_child(struct nameidata *nd, unsigned flags, umode_t mode, bool *created)
{
	struct inode *dir = nd->path.dentry->inode;
	int readonly = mnt_want_write(nd->path.mnt), error = 0;
	struct dentry *d;

	*created = false;
	down_write(&dir->rwsem);
	d = lookup_child(nd->path.dentry, nd->last, nd->last_len, 0);
	if (IS_ERR(d))
		goto out;
	if (d->inode) {
		if (flags & O_EXCL)
			error = -EEXIST;
	} else if (readonly) {
		error = readonly;
	} else {
		error = vfs_create(&nd->path, d, acl_new_mode(dir, mode));
		*created = error == 0;
	}
	if (error) {
		dput(d);
		d = ERR_PTR(error);
	}
out:
	up_write(&dir->rwsem);
	if (!readonly)
		mnt_drop_write(nd->path.mnt);
	return d;
}

static struct file *open_create(int dfd, const char *name, unsigned flags, umode_t mode, unsigned resolve)
{
	struct nameidata nd;
	struct file *f;
	struct dentry *d;
	bool created;
	int error = path_parent_resolve(dfd, name, 0, resolve, &nd);

	if (error)
		return ERR_PTR(error);
	for (;;) {
		if (nd.last_type != LAST_NORM) {
			f = ERR_PTR(flags & O_EXCL ? -EEXIST : -EISDIR);
			break;
		}
		if (nd.last_slash) {
			f = ERR_PTR(-EISDIR);
			break;
		}
		d = open_child(&nd, flags, mode, &created);
		if (IS_ERR(d)) {
			f = ERR_CAST(d);
			break;
		}
		if (S_ISLNK(d->inode->mode) && !(flags & O_NOFOLLOW)) {
			error = path_follow_last(&nd, d);
			f = ERR_PTR(error);
			if (error)
				break;
			if (nd.last_type == LAST_ROOT && nd.last_len == 0 && !S_ISDIR(nd.path.dentry->inode->mode)) {
				f = finish_open(&nd.path, flags, false);	/* a /proc link */
				break;
			}
			continue;
		}
		dput(nd.path.dentry);
		nd.path.dentry = d;
		path_cross_down(&nd.path);
		if (S_ISDIR(d->inode->mode))
			f = ERR_PTR(-EISDIR);
		else if (flags & O_DIRECTORY)
			f = ERR_PTR(-ENOTDIR);
		else
			f = finish_open(&nd.path, flags, created);
		break;
	}
	nd_done(&nd);
	return f;
}

static struct file *open_tmpfile(const struct path *dir, unsigned flags, umode_t mode)
{
	static const struct qstr q = { 0, 8, "#tmpfile" };
	struct inode *i = dir->dentry->inode;
	struct path path = { dir->mnt, NULL };
	struct file *f;
	int error;

	if ((flags & O_ACCMODE) == O_RDONLY)
		return ERR_PTR(-EINVAL);
	error = mnt_want_write(dir->mnt);
	if (error)
		return ERR_PTR(error);
	error = inode_permission(i, MAY_WRITE | MAY_EXEC);
	if (!error && !i->op->tmpfile)
		error = -EOPNOTSUPP;
	if (!error && !(path.dentry = d_alloc(dir->dentry, &q)))
		error = -ENOMEM;
	if (!error) {
		down_read(&i->rwsem);		/* for what is inherited */
		error = i->op->tmpfile(i, path.dentry, acl_new_mode(i, mode & 07777) | S_IFREG);
		up_read(&i->rwsem);
	}
	if (error) {
		f = ERR_PTR(error);
	} else {
		if (!(flags & O_EXCL))
			path.dentry->inode->state |= I_LINKABLE;
		f = open_path(&path, flags);
	}
	dput(path.dentry);
	mnt_drop_write(dir->mnt);
	return f;
}

struct file *do_filp_open(int dfd, const char *name, unsigned flags, umode_t mode, unsigned resolve)
{
	unsigned how = (flags & O_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
	struct path path;
	struct file *f;
	int error;

	if ((flags & O_TMPFILE) == O_TMPFILE)
		how |= LOOKUP_DIRECTORY;
	else if ((flags & O_CREAT) && !(flags & O_PATH)) {
		if (flags & O_EXCL)
			flags |= O_NOFOLLOW;
		return open_create(dfd, name, flags, mode, resolve);
	}
	if (flags & O_DIRECTORY)
		how |= LOOKUP_DIRECTORY;
	error = path_at_resolve(dfd, name, how, resolve, &path);
	if (error)
		return ERR_PTR(error);
	if ((flags & O_TMPFILE) == O_TMPFILE && !(flags & O_PATH))
		f = open_tmpfile(&path, flags, mode);
	else
		f = finish_open(&path, flags, false);
	path_put(&path);
	return f;
}

struct file *do_open(int dfd, const char *name, unsigned flags, umode_t mode)
{
	return do_filp_open(dfd, name, flags, mode, 0);
}

struct file *file_open(const char *name, unsigned flags, umode_t mode)
{
	return do_filp_open(AT_FDCWD, name, flags, mode, 0);
}

struct file *open_exec(int dfd, const char *name, unsigned at_flags)
{
	struct path path;
	struct file *f;
	int error;

	error = path_at(dfd, name, ((at_flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) |
			((at_flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0), &path);
	if (error)
		return ERR_PTR(error);
	if (S_ISLNK(path.dentry->inode->mode))
		error = -ELOOP;
	else if (!S_ISREG(path.dentry->inode->mode) || (path.mnt->flags & MNT_NOEXEC))
		error = -EACCES;
	else
		error = inode_permission(path.dentry->inode, MAY_EXEC);
	f = error ? ERR_PTR(error) : open_path(&path, O_RDONLY);
	path_put(&path);
	if (!IS_ERR(f))
		f->mode |= FMODE_EXEC;
	return f;
}

ssize_t read_link_text(struct dentry *d, char *buf, size_t size)
{
	struct inode *inode = d->inode;
	void *cookie = NULL;
	const char *text;
	size_t n;

	if (!S_ISLNK(inode->mode))
		return -EINVAL;
	if (inode->op->jump_link && !inode->op->get_link) {
		struct path to;
		char *page = kmalloc(PATH_MAX, GFP_KERNEL), *p;
		ssize_t r;

		if (!page)
			return -ENOMEM;
		r = inode->op->jump_link(d, &to);
		if (!r) {
			p = d_path(&to, page, PATH_MAX);
			path_put(&to);
			r = PTR_ERR(p);
			if (!IS_ERR(p)) {
				n = min(strlen(p), size);
				memcpy(buf, p, n);
				r = n;
			}
		}
		kfree(page);
		return r;
	}
	if (!inode->op->get_link)
		return -EINVAL;
	text = inode->op->get_link(d, inode, &cookie);
	if (IS_ERR(text))
		return PTR_ERR(text);
	n = min(strlen(text), size);
	memcpy(buf, text, n);
	if (inode->op->put_link)
		inode->op->put_link(cookie);
	return n;
}

int vfs_truncate(const struct path *path, loff_t size, struct file *f)
{
	struct iattr a = { .valid = ATTR_SIZE | ATTR_KILL_PRIV, .size = size, .file = f };
	struct inode *inode = path->dentry->inode;
	int error;

	if (f)
		a.valid |= ATTR_MTIME | ATTR_CTIME;
	else if (size != inode_size(inode))
		a.valid |= ATTR_MTIME;
	if (current_cred()->fsuid == 0 || capable(CAP_FSETID))
		a.valid &= ~ATTR_KILL_PRIV;
	down_write(&inode->rwsem);
	error = notify_change(path, &a);
	up_write(&inode->rwsem);
	return error;
}
