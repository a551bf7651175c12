/*
 * Who may do what to an inode, and changing its attributes. All checks go by the file system ids of current's
 * credentials. Callers of notify_change() hold the inode's rwsem for writing and mnt_want_write().
 */
#include <core/time.h>
#include <fs/acl.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/pagecache.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/mount.h>

int generic_permission(struct inode *inode, int mask)
{
	const struct cred *c = current_cred();
	umode_t mode = inode->mode;
	int want = mask & (MAY_READ | MAY_WRITE | MAY_EXEC), denied = -EACCES, listed = -EAGAIN;

	if (c->fsuid == inode->uid)
		mode >>= 6;
	else if (unlikely(inode->acl) && (listed = acl_permission(inode, want)) != -EAGAIN)
		mode = 0;
	else if (((mode >> 3) & 7) != (mode & 7) && in_group(c, inode->gid))
		mode >>= 3;
	if (listed == 0 || (want & ~mode) == 0)
		return 0;
	if (listed != -EAGAIN)
		denied = listed;
	if (S_ISDIR(inode->mode)) {
		if (!(want & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return 0;
		return capable(CAP_DAC_OVERRIDE) ? 0 : denied;
	}
	/* An executable needs one x bit at least, whoever asks. */
	if ((!(want & MAY_EXEC) || (inode->mode & 0111)) && capable(CAP_DAC_OVERRIDE))
		return 0;
	if (want == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return 0;
	return denied;
}

int inode_permission(struct inode *inode, int mask)
{
	if (mask & MAY_WRITE) {
		if ((inode->sb->flags & MS_RDONLY) &&
		    (S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISLNK(inode->mode)))
			return -EROFS;
		if (inode->flags & S_IMMUTABLE)
			return -EPERM;
	}
	if (inode->op && inode->op->permission)
		return inode->op->permission(inode, mask);
	return generic_permission(inode, mask);
}

int path_permission(const struct path *path, int mask)
{
	struct inode *inode = path->dentry->inode;

	if ((mask & MAY_WRITE) && (path->mnt->flags & MNT_RDONLY) &&
	    (S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISLNK(inode->mode)))
		return -EROFS;
	return inode_permission(inode, mask);
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current_cred()->fsuid == inode->uid || capable(CAP_FOWNER);
}

int may_delete(struct inode *dir, struct dentry *victim, bool isdir)
{
	struct inode *inode = victim->inode;
	int error;

	if (!inode)
		return -ENOENT;
	error = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (error)
		return error;
	if (dir->flags & S_APPEND)
		return -EPERM;
	if ((dir->mode & S_ISVTX) && current_cred()->fsuid != inode->uid && current_cred()->fsuid != dir->uid &&
	    !capable(CAP_FOWNER))
		return -EPERM;
	if (inode->flags & (S_APPEND | S_IMMUTABLE | S_SWAPFILE))
		return -EPERM;
	if (isdir) {
		if (!S_ISDIR(inode->mode))
			return -ENOTDIR;
		if (victim->parent == victim)
			return -EBUSY;
	} else if (S_ISDIR(inode->mode)) {
		return -EISDIR;
	}
	if (dir->flags & S_DEAD)
		return -ENOENT;
	return 0;
}

int may_create(struct inode *dir, struct dentry *child)
{
	if (child->inode)
		return -EEXIST;
	if (dir->flags & S_DEAD)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

int inode_newsize_ok(const struct inode *inode, loff_t size)
{
	if (size > inode->sb->max_bytes)
		return -EFBIG;
	if (size > inode->size && (u64)size > rlimit(RLIMIT_FSIZE)) {
		signal_send_thread(SIGXFSZ, current);
		return -EFBIG;
	}
	return inode->flags & S_SWAPFILE ? -ETXTBSY : 0;
}

int setattr_prepare(struct dentry *d, struct iattr *a)
{
	struct inode *inode = d->inode;
	const struct cred *c = current_cred();
	int error;

	if (a->valid & ATTR_SIZE) {
		if (a->size < 0)
			return -EINVAL;
		error = inode_newsize_ok(inode, a->size);
		if (error)
			return error;
	}
	if (a->valid & ATTR_FORCE)
		return 0;
	if ((a->valid & ATTR_UID) && (c->fsuid != inode->uid || a->uid != inode->uid) && !capable(CAP_CHOWN))
		return -EPERM;
	if ((a->valid & ATTR_GID) && (c->fsuid != inode->uid || (!in_group(c, a->gid) && a->gid != inode->gid)) &&
	    !capable(CAP_CHOWN))
		return -EPERM;
	if (a->valid & ATTR_MODE) {
		gid_t gid = (a->valid & ATTR_GID) ? a->gid : inode->gid;

		if (!inode_owner_or_capable(inode))
			return -EPERM;
		if (!in_group(c, gid) && !capable(CAP_FSETID))
			a->mode &= ~S_ISGID;
	}
	if ((a->valid & (ATTR_ATIME_SET | ATTR_MTIME_SET)) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

void setattr_copy(struct inode *inode, const struct iattr *a)
{
	spin_lock(&inode->lock);
	if (a->valid & ATTR_UID)
		inode->uid = a->uid;
	if (a->valid & ATTR_GID)
		inode->gid = a->gid;
	if (a->valid & ATTR_ATIME)
		inode->atime = a->atime;
	if (a->valid & ATTR_MTIME)
		inode->mtime = a->mtime;
	if (a->valid & ATTR_CTIME)
		inode->ctime = a->ctime;
	if (a->valid & ATTR_MODE) {
		inode->mode = (inode->mode & S_IFMT) | (a->mode & 07777);
		if (unlikely(inode->acl))
			acl_set_mode(inode->acl, a->mode);
	}
	spin_unlock(&inode->lock);
	inode_mark_dirty(inode, I_DIRTY);
}

static void notify_change_event(struct dentry *d, unsigned valid)
{
	u32 mask = 0;

	if (valid & (ATTR_UID | ATTR_GID | ATTR_MODE))
		mask |= IN_ATTRIB;
	if (valid & ATTR_SIZE)
		mask |= IN_MODIFY;
	if ((valid & (ATTR_ATIME | ATTR_MTIME)) == (ATTR_ATIME | ATTR_MTIME))
		mask |= IN_ATTRIB;
	else if (valid & ATTR_ATIME)
		mask |= IN_ACCESS;
	else if ((valid & ATTR_MTIME) && !(valid & ATTR_SIZE))
		mask |= IN_MODIFY;
	if (mask)
		notify_dentry(d, mask);
}

int notify_change(const struct path *path, struct iattr *a)
{
	struct inode *inode = path->dentry->inode;
	struct timespec64 now;
	int error;

	if (inode->flags & (S_IMMUTABLE | S_APPEND)) {
		if (a->valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_ATIME_SET | ATTR_MTIME_SET))
			return -EPERM;
		if ((inode->flags & S_IMMUTABLE) && (a->valid & ATTR_SIZE))
			return -EPERM;
	}
	ktime_get_coarse_real(&now);
	if (!(a->valid & ATTR_CTIME))
		a->ctime = now;
	a->valid |= ATTR_CTIME;
	if (!(a->valid & ATTR_ATIME_SET))
		a->atime = now;
	if (!(a->valid & ATTR_MTIME_SET))
		a->mtime = now;
	if (a->valid & ATTR_KILL_PRIV) {
		umode_t mode = (a->valid & ATTR_MODE) ? a->mode : inode->mode;
		umode_t kept = mode & ~S_ISUID;

		if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			kept &= ~S_ISGID;
		a->valid &= ~ATTR_KILL_PRIV;
		if (kept != mode) {
			a->mode = kept;
			/* Not the owner's doing: no permission is asked for it. */
			if (!(a->valid & ATTR_MODE)) {
				error = setattr_prepare(path->dentry, a);
				if (error)
					return error;
				a->valid |= ATTR_MODE | ATTR_FORCE;
			}
		}
	}
	if (!(a->valid & ~ATTR_CTIME))
		return 0;
	if (!inode->op || !inode->op->setattr)
		return -EPERM;
	error = inode->op->setattr(path->dentry, a);
	if (!error)
		notify_change_event(path->dentry, a->valid);
	return error;
}

/* Before data changes: drop setuid and setgid unless the writer is privileged. The rwsem is write-held. */
int file_remove_privs(struct file *f)
{
	struct inode *inode = f->inode;
	struct iattr a = { .valid = ATTR_KILL_PRIV | ATTR_FORCE };
	umode_t mode = inode->mode;

	if (likely(!(mode & (S_ISUID | S_ISGID))) || !S_ISREG(mode))
		return 0;
	if (!(mode & S_ISUID) && (mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP))
		return 0;
	if (capable(CAP_FSETID))
		return 0;
	return notify_change(&f->path, &a);
}

void generic_fillattr(const struct inode *inode, struct kstat *st)
{
	st->ino = inode->ino;
	st->dev = inode->sb->dev;
	st->rdev = inode->rdev;
	st->mode = inode->mode;
	st->nlink = inode->nlink;
	st->uid = inode->uid;
	st->gid = inode->gid;
	st->size = inode_size(inode);
	st->atime = inode->atime;
	st->mtime = inode->mtime;
	st->ctime = inode->ctime;
	st->btime = inode->btime;
	st->has_btime = inode->btime.tv_sec != 0;
	st->blksize = inode->sb->blocksize;
	st->blocks = inode->blocks;
	st->attributes = 0;
	st->attributes_mask = 0;
}

int vfs_getattr(const struct path *path, struct kstat *st)
{
	struct inode *inode = path->dentry->inode;

	if (inode->op && inode->op->getattr)
		return inode->op->getattr(path, st);
	generic_fillattr(inode, st);
	return 0;
}
