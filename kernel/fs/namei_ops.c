/*
 * Changing names: create, link, unlink, rename. The do_*at() calls walk to the parent, take its rwsem and the mount's
 * write count, and call the vfs_*() functions, which check permissions and call the filesystem. The vfs_*() functions
 * expect the parent's rwsem write-held and a dentry looked up under it.
 */
#include <fs/acl.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/capability.h>

int vfs_create(struct path *dir, struct dentry *d, umode_t mode)
{
	struct inode *i = dir->dentry->inode;
	int error = may_create(i, d);

	if (error)
		return error;
	if (!i->op->create)
		return -EACCES;
	error = i->op->create(i, d, (mode & 07777) | S_IFREG);
	if (!error)
		notify_name(i, IN_CREATE, d, false);
	return error;
}

int vfs_mkdir(struct path *dir, struct dentry *d, umode_t mode)
{
	struct inode *i = dir->dentry->inode;
	int error = may_create(i, d);

	if (error)
		return error;
	if (!i->op->mkdir)
		return -EPERM;
	error = i->op->mkdir(i, d, mode & (0777 | S_ISVTX));
	if (!error)
		notify_name(i, IN_CREATE, d, true);
	return error;
}

int vfs_mknod(struct path *dir, struct dentry *d, umode_t mode, dev_t rdev)
{
	struct inode *i = dir->dentry->inode;
	int error = may_create(i, d);

	if (error)
		return error;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		return -EPERM;
	if (!i->op->mknod)
		return -EPERM;
	error = i->op->mknod(i, d, mode, rdev);
	if (!error)
		notify_name(i, IN_CREATE, d, false);
	return error;
}

int vfs_symlink(const struct path *dir, struct dentry *d, const char *target)
{
	struct inode *i = dir->dentry->inode;
	int error = may_create(i, d);

	if (error)
		return error;
	if (!i->op->symlink)
		return -EPERM;
	error = i->op->symlink(i, d, target);
	if (!error)
		notify_name(i, IN_CREATE, d, false);
	return error;
}

int vfs_link(struct dentry *old, const struct path *dir, struct dentry *d)
{
	struct inode *inode = old->inode, *i = dir->dentry->inode;
	int error;

	if (!inode)
		return -ENOENT;
	error = may_create(i, d);
	if (error)
		return error;
	if (i->sb != inode->sb)
		return -EXDEV;
	if (inode->flags & (S_APPEND | S_IMMUTABLE))
		return -EPERM;
	if (!i->op->link)
		return -EPERM;
	if (S_ISDIR(inode->mode))
		return -EPERM;
	down_write(&inode->rwsem);
	/* The last name may have gone meanwhile; O_TMPFILE's inode has none yet and says so by I_LINKABLE. */
	if (inode->nlink == 0 && !(inode->state & I_LINKABLE))
		error = -ENOENT;
	else
		error = i->op->link(old, i, d);
	if (!error)
		inode->state &= ~I_LINKABLE;
	up_write(&inode->rwsem);
	if (!error) {
		notify_dentry(old, IN_ATTRIB);
		notify_name(i, IN_CREATE, d, false);
	}
	return error;
}

int vfs_unlink(struct path *dir, struct dentry *d)
{
	struct inode *i = dir->dentry->inode, *inode = d->inode;
	int error = may_delete(i, d, false);

	if (error)
		return error;
	if (!i->op->unlink)
		return -EPERM;
	if (d->flags & DCACHE_MOUNTED)
		return -EBUSY;
	down_write(&inode->rwsem);
	error = i->op->unlink(i, d);
	up_write(&inode->rwsem);
	if (!error) {
		notify_name(i, IN_DELETE, d, false);
		notify_self(inode, IN_ATTRIB);
		d_delete(d);
	}
	return error;
}

int vfs_rmdir(struct path *dir, struct dentry *d)
{
	struct inode *i = dir->dentry->inode, *inode = d->inode;
	int error = may_delete(i, d, true);

	if (error)
		return error;
	if (!i->op->rmdir)
		return -EPERM;
	if (d->flags & DCACHE_MOUNTED)
		return -EBUSY;
	dcache_shrink_children(d);
	down_write_nested(&inode->rwsem);
	error = i->op->rmdir(i, d);
	if (!error)
		inode->flags |= S_DEAD;
	up_write(&inode->rwsem);
	if (!error) {
		notify_name(i, IN_DELETE, d, true);
		d_delete(d);
	}
	return error;
}

/* ---- with a path ---- */

struct dentry *path_create_begin(int dfd, const char *name, struct nameidata *nd, bool is_dir)
{
	struct dentry *d;
	int error = path_parent(dfd, name, 0, nd), readonly;

	if (error)
		return ERR_PTR(error);
	if (nd->last_type != LAST_NORM) {
		nd_done(nd);
		return ERR_PTR(-EEXIST);
	}
	readonly = mnt_want_write(nd->path.mnt);
	down_write(&nd->path.dentry->inode->rwsem);
	d = lookup_child(nd->path.dentry, nd->last, nd->last_len, 0);
	error = PTR_ERR(d);
	if (IS_ERR(d))
		goto fail;
	error = -EEXIST;
	if (d->inode)
		goto fail_put;
	error = -ENOENT;
	if (nd->last_slash && !is_dir)
		goto fail_put;
	error = readonly;
	if (!readonly)
		return d;
fail_put:
	dput(d);
fail:
	up_write(&nd->path.dentry->inode->rwsem);
	if (!readonly)
		mnt_drop_write(nd->path.mnt);
	nd_done(nd);
	return ERR_PTR(error);
}

void path_create_end(struct nameidata *nd, struct dentry *d)
{
	up_write(&nd->path.dentry->inode->rwsem);
	dput(d);
	mnt_drop_write(nd->path.mnt);
	nd_done(nd);
}

int do_mknodat(int dfd, const char *name, umode_t mode, dev_t dev)
{
	struct nameidata nd;
	struct dentry *d;
	int error;

	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG: case S_IFCHR: case S_IFBLK: case S_IFIFO: case S_IFSOCK:
		break;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
	d = path_create_begin(dfd, name, &nd, false);
	if (IS_ERR(d))
		return PTR_ERR(d);
	mode = acl_new_mode(nd.path.dentry->inode, mode);
	if (S_ISREG(mode))
		error = vfs_create(&nd.path, d, mode);
	else
		error = vfs_mknod(&nd.path, d, mode, S_ISCHR(mode) || S_ISBLK(mode) ? dev : 0);
	path_create_end(&nd, d);
	return error;
}

int vfs_make_socket(const char *name, umode_t mode, struct path *out)
{
	struct nameidata nd;
	struct dentry *d = path_create_begin(AT_FDCWD, name, &nd, false);
	int error;

	if (IS_ERR(d))
		return PTR_ERR(d);
	error = vfs_mknod(&nd.path, d, S_IFSOCK | acl_new_mode(nd.path.dentry->inode, mode & 0777), 0);
	if (!error) {
		out->mnt = nd.path.mnt;
		out->dentry = d;
		path_get(out);
	}
	path_create_end(&nd, d);
	return error;
}

int do_mkdirat(int dfd, const char *name, umode_t mode)
{
	struct nameidata nd;
	struct dentry *d = path_create_begin(dfd, name, &nd, true);
	int error;

	if (IS_ERR(d))
		return PTR_ERR(d);
	error = vfs_mkdir(&nd.path, d, acl_new_mode(nd.path.dentry->inode, mode));
	path_create_end(&nd, d);
	return error;
}

int do_symlinkat(const char *target, int dfd, const char *name)
{
	struct nameidata nd;
	struct dentry *d = path_create_begin(dfd, name, &nd, false);
	int error;

	if (IS_ERR(d))
		return PTR_ERR(d);
	error = vfs_symlink(&nd.path, d, target);
	path_create_end(&nd, d);
	return error;
}

int do_linkat(int odfd, const char *oname, int ndfd, const char *nname, unsigned flags)
{
	unsigned how = (flags & AT_SYMLINK_FOLLOW) ? LOOKUP_FOLLOW : 0;
	struct nameidata nd;
	struct path old;
	struct dentry *d;
	int error;

	if ((flags & AT_EMPTY_PATH) && !*oname && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	error = path_at(odfd, oname, how, &old);
	if (error)
		return error;
	d = path_create_begin(ndfd, nname, &nd, false);
	if (IS_ERR(d)) {
		error = PTR_ERR(d);
		goto out;
	}
	error = -EXDEV;
	if (old.mnt == nd.path.mnt)
		error = vfs_link(old.dentry, &nd.path, d);
	path_create_end(&nd, d);
out:
	path_put(&old);
	return error;
}

int do_unlinkat(int dfd, const char *name)
{
	struct nameidata nd;
	struct inode *inode = NULL;
	struct dentry *d;
	int error = path_parent(dfd, name, 0, &nd);

	if (error)
		return error;
	error = -EISDIR;
	if (nd.last_type != LAST_NORM)
		goto out;
	error = mnt_want_write(nd.path.mnt);
	if (error)
		goto out;
	down_write(&nd.path.dentry->inode->rwsem);
	d = lookup_child(nd.path.dentry, nd.last, nd.last_len, 0);
	if (IS_ERR(d)) {
		error = PTR_ERR(d);
	} else {
		if (!d->inode)
			error = -ENOENT;
		else if (nd.last_slash)
			error = S_ISDIR(d->inode->mode) ? -EISDIR : -ENOTDIR;
		else {
			inode = iget(d->inode);
			error = vfs_unlink(&nd.path, d);
		}
		dput(d);
	}
	up_write(&nd.path.dentry->inode->rwsem);
	/* The file's blocks go here, without the directory locked. */
	iput(inode);
	mnt_drop_write(nd.path.mnt);
out:
	nd_done(&nd);
	return error;
}

int do_rmdirat(int dfd, const char *name)
{
	static const int wrong[] = { [LAST_DOT] = -EINVAL, [LAST_DOTDOT] = -ENOTEMPTY, [LAST_ROOT] = -EBUSY };
	struct nameidata nd;
	struct dentry *d;
	int error = path_parent(dfd, name, 0, &nd);

	if (error)
		return error;
	error = wrong[nd.last_type];
	if (nd.last_type != LAST_NORM)
		goto out;
	error = mnt_want_write(nd.path.mnt);
	if (error)
		goto out;
	down_write(&nd.path.dentry->inode->rwsem);
	d = lookup_child(nd.path.dentry, nd.last, nd.last_len, 0);
	if (IS_ERR(d)) {
		error = PTR_ERR(d);
	} else {
		error = d->inode ? vfs_rmdir(&nd.path, d) : -ENOENT;
		dput(d);
	}
	up_write(&nd.path.dentry->inode->rwsem);
	mnt_drop_write(nd.path.mnt);
out:
	nd_done(&nd);
	return error;
}

/* ---- rename ---- */

/*
 * Both parents, an ancestor before its descendant; renames between directories are one at a time in a filesystem, so
 * the tree stays as it is. Returns the child of one parent that is an ancestor of the other's, or NULL.
 */
static struct dentry *lock_parents(struct dentry *a, struct dentry *b)
{
	struct dentry *p;

	if (a == b) {
		down_write(&a->inode->rwsem);
		return NULL;
	}
	mutex_lock(&a->sb->rename_mutex);
	for (p = b; p->parent != p; p = p->parent)
		if (p->parent == a) {
			down_write(&a->inode->rwsem);
			down_write_nested(&b->inode->rwsem);
			return p;
		}
	for (p = a; p->parent != p; p = p->parent)
		if (p->parent == b) {
			down_write(&b->inode->rwsem);
			down_write_nested(&a->inode->rwsem);
			return p;
		}
	down_write(&a->inode->rwsem);
	down_write_nested(&b->inode->rwsem);
	return NULL;
}

static void unlock_parents(struct dentry *a, struct dentry *b)
{
	up_write(&a->inode->rwsem);
	if (a != b) {
		up_write(&b->inode->rwsem);
		mutex_unlock(&a->sb->rename_mutex);
	}
}

static int rename_allowed(struct inode *odir, struct dentry *od, struct inode *ndir, struct dentry *nd, unsigned flags)
{
	bool dir = S_ISDIR(od->inode->mode);
	int error = may_delete(odir, od, dir);

	if (error)
		return error;
	if (!nd->inode)
		error = may_create(ndir, nd);
	else if (flags & RENAME_EXCHANGE)
		error = may_delete(ndir, nd, S_ISDIR(nd->inode->mode));
	else
		error = may_delete(ndir, nd, dir);
	if (error)
		return error;
	/* A moved directory's ".." changes: it must be writable itself. */
	if (odir != ndir) {
		if (dir)
			error = inode_permission(od->inode, MAY_WRITE);
		if (!error && (flags & RENAME_EXCHANGE) && S_ISDIR(nd->inode->mode))
			error = inode_permission(nd->inode, MAY_WRITE);
	}
	return error;
}

static void lock_victims(struct inode *a, struct inode *b)
{
	/* Directories before files, files by address. A directory being moved needs no lock: its parents have theirs. */
	if (b && S_ISDIR(b->mode))
		down_write_nested(&b->rwsem);
	else if (b && !S_ISDIR(a->mode) && a != b) {
		down_write(a < b ? &a->rwsem : &b->rwsem);
		down_write_nested(a < b ? &b->rwsem : &a->rwsem);
		return;
	} else if (b)
		down_write(&b->rwsem);
	if (!S_ISDIR(a->mode) && a != b)
		down_write(&a->rwsem);
}

static void unlock_victims(struct inode *a, struct inode *b)
{
	if (b)
		up_write(&b->rwsem);
	if (!S_ISDIR(a->mode) && a != b)
		up_write(&a->rwsem);
}

static int vfs_rename(struct inode *odir, struct dentry *od, struct inode *ndir, struct dentry *nd, unsigned flags)
{
	struct inode *target = nd->inode, *source = od->inode;
	struct notify_move notice;
	int error;

	if (source == target)		/* two names of one file: nothing happens */
		return 0;
	error = rename_allowed(odir, od, ndir, nd, flags);
	if (error)
		return error;
	if (!odir->op->rename)
		return -EPERM;
	if ((od->flags | nd->flags) & DCACHE_MOUNTED)
		return -EBUSY;
	if (target && S_ISDIR(target->mode) && !(flags & RENAME_EXCHANGE))
		dcache_shrink_children(nd);
	notify_move_begin(&notice, od);
	iget(source);
	if (target)
		iget(target);
	lock_victims(source, target);
	error = odir->op->rename(odir, od, ndir, nd, flags);
	if (!error) {
		if (flags & RENAME_EXCHANGE) {
			d_exchange(od, nd);
		} else {
			if (target && S_ISDIR(target->mode))
				target->flags |= S_DEAD;
			d_move(od, nd);
		}
	}
	unlock_victims(source, target);
	notify_move_end(&notice, !error, odir, ndir, od, flags & RENAME_EXCHANGE ? NULL : target);
	iput(source);
	iput(target);
	return error;
}

static int rename_locked(struct nameidata *o, struct nameidata *n, unsigned flags, struct dentry *trap)
{
	struct dentry *od, *nd;
	int error;

	od = lookup_child(o->path.dentry, o->last, o->last_len, 0);
	if (IS_ERR(od))
		return PTR_ERR(od);
	error = -ENOENT;
	if (!od->inode)
		goto out_od;
	nd = lookup_child(n->path.dentry, n->last, n->last_len, 0);
	error = PTR_ERR(nd);
	if (IS_ERR(nd))
		goto out_od;
	error = -EEXIST;
	if ((flags & RENAME_NOREPLACE) && nd->inode)
		goto out;
	error = -ENOENT;
	if ((flags & RENAME_EXCHANGE) && !nd->inode)
		goto out;
	error = -ENOTDIR;
	if (!S_ISDIR(od->inode->mode) && (o->last_slash || (!(flags & RENAME_EXCHANGE) && n->last_slash)))
		goto out;
	if ((flags & RENAME_EXCHANGE) && !S_ISDIR(nd->inode->mode) && n->last_slash)
		goto out;
	error = -EINVAL;
	if (od == trap)		/* into its own descendant */
		goto out;
	error = (flags & RENAME_EXCHANGE) ? -EINVAL : -ENOTEMPTY;
	if (nd == trap)
		goto out;
	error = vfs_rename(o->path.dentry->inode, od, n->path.dentry->inode, nd, flags);
out:
	dput(nd);
out_od:
	dput(od);
	return error;
}

int do_renameat(int odfd, const char *oname, int ndfd, const char *nname, unsigned flags)
{
	struct nameidata o, n;
	struct dentry *trap;
	int error;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if ((flags & RENAME_NOREPLACE) && (flags & RENAME_EXCHANGE))
		return -EINVAL;
	error = path_parent(odfd, oname, 0, &o);
	if (error)
		return error;
	error = path_parent(ndfd, nname, 0, &n);
	if (error)
		goto out_o;
	error = -EXDEV;
	if (o.path.mnt != n.path.mnt)
		goto out;
	error = -EBUSY;
	if (o.last_type != LAST_NORM)
		goto out;
	if (n.last_type != LAST_NORM) {
		error = (flags & RENAME_NOREPLACE) ? -EEXIST : -EBUSY;
		goto out;
	}
	error = mnt_want_write(o.path.mnt);
	if (error)
		goto out;
	trap = lock_parents(o.path.dentry, n.path.dentry);
	error = rename_locked(&o, &n, flags, trap);
	unlock_parents(o.path.dentry, n.path.dentry);
	mnt_drop_write(o.path.mnt);
out:
	nd_done(&n);
out_o:
	nd_done(&o);
	return error;
}
