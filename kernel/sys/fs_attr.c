/* System calls that change what is recorded about a file: mode, owner, times, size, extended attributes. */
#include <arch/uaccess.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/time.h>
#include <abi/xattr.h>

#define POS(low, high) ((loff_t)((u64)(high) << 32 | (low)))

static int change(const struct path *p, struct iattr *a)
{
	struct inode *inode = p->dentry->inode;
	int error = mnt_want_write(p->mnt);

	if (error)
		return error;
	down_write(&inode->rwsem);
	error = notify_change(p, a);
	up_write(&inode->rwsem);
	mnt_drop_write(p->mnt);
	return error;
}

static int change_path(int dfd, const char __user *name, unsigned how, struct iattr *a)
{
	struct path p;
	int error = user_path_at(dfd, name, how, &p);

	if (error)
		return error;
	error = change(&p, a);
	path_put(&p);
	return error;
}

static int change_fd(unsigned fd, struct iattr *a)
{
	struct file *f = fd_get(fd);
	int error;

	if (!f)
		return -EBADF;
	error = change(&f->path, a);
	file_put(f);
	return error;
}

/* ---- mode and owner ---- */

static struct iattr mode_attr(umode_t mode)
{
	return (struct iattr){ .valid = ATTR_MODE, .mode = mode & 07777 };
}

long sys_fchmodat(int dfd, const char __user *path, umode_t mode)
{
	struct iattr a = mode_attr(mode);

	return change_path(dfd, path, LOOKUP_FOLLOW, &a);
}

long sys_chmod(const char __user *path, umode_t mode)
{
	return sys_fchmodat(AT_FDCWD, path, mode);
}

long sys_fchmod(unsigned fd, umode_t mode)
{
	struct iattr a = mode_attr(mode);

	return change_fd(fd, &a);
}

static struct iattr owner_attr(uid_t uid, gid_t gid)
{
	struct iattr a = { .uid = uid, .gid = gid };

	if (uid != (uid_t)-1)
		a.valid |= ATTR_UID;
	if (gid != (gid_t)-1)
		a.valid |= ATTR_GID;
	return a;
}

/* A new owner takes setuid and setgid away from files; nobody's privilege keeps them. */
static int chown_path(const struct path *p, uid_t uid, gid_t gid)
{
	struct iattr a = owner_attr(uid, gid);

	if (!S_ISDIR(p->dentry->inode->mode))
		a.valid |= ATTR_KILL_PRIV;
	return change(p, &a);
}

long sys_fchownat(int dfd, const char __user *path, uid_t uid, gid_t gid, int flags)
{
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
	struct path p;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		how |= LOOKUP_EMPTY;
	error = user_path_at(dfd, path, how, &p);
	if (error)
		return error;
	error = chown_path(&p, uid, gid);
	path_put(&p);
	return error;
}

static inline uid_t wide(u16 id) { return id == 0xffff ? (uid_t)-1 : id; }

long sys_chown32(const char __user *path, uid_t uid, gid_t gid) { return sys_fchownat(AT_FDCWD, path, uid, gid, 0); }
long sys_lchown32(const char __user *path, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}
long sys_chown(const char __user *path, u16 uid, u16 gid) { return sys_chown32(path, wide(uid), wide(gid)); }
long sys_lchown(const char __user *path, u16 uid, u16 gid) { return sys_lchown32(path, wide(uid), wide(gid)); }

long sys_fchown32(unsigned fd, uid_t uid, gid_t gid)
{
	struct file *f = fd_get(fd);
	int error;

	if (!f)
		return -EBADF;
	error = chown_path(&f->path, uid, gid);
	file_put(f);
	return error;
}

long sys_fchown(unsigned fd, u16 uid, u16 gid) { return sys_fchown32(fd, wide(uid), wide(gid)); }

/* ---- times ---- */

/* t NULL: both now. */
static int set_times(int dfd, const char __user *name, const struct timespec64 *t, int flags)
{
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
	struct iattr a = { .valid = ATTR_ATIME | ATTR_MTIME };
	struct path p;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (t) {
		if (t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
			return 0;
		for (int i = 0; i < 2; i++) {
			unsigned which = i ? ATTR_MTIME : ATTR_ATIME, set = i ? ATTR_MTIME_SET : ATTR_ATIME_SET;

			if (t[i].tv_nsec == UTIME_OMIT)
				a.valid &= ~which;
			else if (t[i].tv_nsec != UTIME_NOW) {
				if ((unsigned long)t[i].tv_nsec >= NSEC_PER_SEC)
					return -EINVAL;
				*(i ? &a.mtime : &a.atime) = t[i];
				a.valid |= set;
			}
		}
	}
	if (!name) {
		struct file *f;

		if (dfd == AT_FDCWD || flags)
			return dfd == AT_FDCWD ? -EFAULT : -EINVAL;
		f = fd_get(dfd);
		if (!f)
			return -EBADF;
		p = f->path;
		path_get(&p);
		file_put(f);
	} else {
		if (flags & AT_EMPTY_PATH)
			how |= LOOKUP_EMPTY;
		error = user_path_at(dfd, name, how, &p);
		if (error)
			return error;
	}
	error = 0;
	/* Both to "now" needs only write permission; one of them alone, or a given time, needs the owner. */
	if (a.valid == (ATTR_ATIME | ATTR_MTIME)) {
		if (p.dentry->inode->flags & S_IMMUTABLE)
			error = -EPERM;
		else if (!inode_owner_or_capable(p.dentry->inode))
			error = inode_permission(p.dentry->inode, MAY_WRITE);
	} else if (!inode_owner_or_capable(p.dentry->inode)) {
		error = -EPERM;
	}
	if (!error)
		error = change(&p, &a);
	path_put(&p);
	return error;
}

long sys_utimensat(int dfd, const char __user *path, const struct abi_timespec32 __user *times, int flags)
{
	struct abi_timespec32 u[2];
	struct timespec64 t[2];

	if (!times)
		return set_times(dfd, path, NULL, flags);
	if (copy_from_user(u, times, sizeof(u)))
		return -EFAULT;
	for (int i = 0; i < 2; i++)
		t[i] = (struct timespec64){ u[i].tv_sec, u[i].tv_nsec };
	return set_times(dfd, path, t, flags);
}

long sys_utimensat_time64(int dfd, const char __user *path, const struct abi_timespec64 __user *times, int flags)
{
	struct abi_timespec64 u[2];
	struct timespec64 t[2];

	if (!times)
		return set_times(dfd, path, NULL, flags);
	if (copy_from_user(u, times, sizeof(u)))
		return -EFAULT;
	for (int i = 0; i < 2; i++)
		t[i] = (struct timespec64){ u[i].tv_sec, (long)u[i].tv_nsec };
	return set_times(dfd, path, t, flags);
}

long sys_futimesat(int dfd, const char __user *path, const struct abi_timeval __user *times)
{
	struct abi_timeval u[2];
	struct timespec64 t[2];

	if (!times)
		return set_times(dfd, path, NULL, 0);
	if (copy_from_user(u, times, sizeof(u)))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		if (u[i].tv_usec < 0 || u[i].tv_usec >= 1000000)
			return -EINVAL;
		t[i] = (struct timespec64){ u[i].tv_sec, u[i].tv_usec * 1000 };
	}
	return set_times(dfd, path, t, 0);
}

long sys_utimes(const char __user *path, const struct abi_timeval __user *times)
{
	return sys_futimesat(AT_FDCWD, path, times);
}

long sys_utime(const char __user *path, const struct abi_utimbuf __user *times)
{
	struct abi_utimbuf u;
	struct timespec64 t[2];

	if (!times)
		return set_times(AT_FDCWD, path, NULL, 0);
	if (copy_from_user(&u, times, sizeof(u)))
		return -EFAULT;
	t[0] = (struct timespec64){ u.actime, 0 };
	t[1] = (struct timespec64){ u.modtime, 0 };
	return set_times(AT_FDCWD, path, t, 0);
}

/* ---- size ---- */

static long truncate_path(const char __user *name, loff_t length)
{
	struct path p;
	struct inode *inode;
	int error;

	if (length < 0)
		return -EINVAL;
	error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &p);
	if (error)
		return error;
	inode = p.dentry->inode;
	error = S_ISDIR(inode->mode) ? -EISDIR : S_ISREG(inode->mode) ? 0 : -EINVAL;
	if (!error)
		error = mnt_want_write(p.mnt);
	if (!error) {
		error = inode_permission(inode, MAY_WRITE);
		if (!error && (inode->flags & S_APPEND))
			error = -EPERM;
		if (!error && atomic_read(&inode->write_count) < 0)
			error = -ETXTBSY;
		if (!error)
			error = lease_break(inode, O_WRONLY);
		if (!error)
			error = vfs_truncate(&p, length, NULL);
		mnt_drop_write(p.mnt);
	}
	path_put(&p);
	return error;
}

static long truncate_fd(unsigned fd, loff_t length)
{
	struct file *f;
	int error = -EINVAL;

	if (length < 0)
		return -EINVAL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	if (S_ISREG(f->inode->mode) && (f->mode & FMODE_WRITE))
		error = (f->inode->flags & S_APPEND) ? -EPERM : vfs_truncate(&f->path, length, f);
	file_put(f);
	return error;
}

long sys_truncate(const char __user *path, s32 length) { return truncate_path(path, length); }
long sys_truncate64(const char __user *path, u32 low, u32 high) { return truncate_path(path, POS(low, high)); }
long sys_ftruncate(unsigned fd, s32 length) { return truncate_fd(fd, length); }
long sys_ftruncate64(unsigned fd, u32 low, u32 high) { return truncate_fd(fd, POS(low, high)); }
