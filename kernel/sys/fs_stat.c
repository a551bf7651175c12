/* stat in its generations, statx, statfs, access. */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/mount.h>

static int stat_path(int dfd, const char __user *name, unsigned flags, struct kstat *st)
{
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
	struct path p;
	int error;

	if (flags & AT_EMPTY_PATH)
		how |= LOOKUP_EMPTY;
	error = user_path_at(dfd, name, how, &p);
	if (unlikely(error))
		return error;
	error = vfs_getattr(&p, st);
	path_put(&p);
	return error;
}

static int stat_fd(unsigned fd, struct kstat *st)
{
	struct file *f = fd_get_raw(fd);
	int error;

	if (!f)
		return -EBADF;
	error = vfs_getattr(&f->path, st);
	file_put(f);
	return error;
}

/* ---- what user space sees ---- */

static long put64(const struct kstat *k, struct abi_stat64 __user *u)
{
	struct abi_stat64 s;

	s.st_dev = k->dev;
	memset(s.__pad0, 0, sizeof(s.__pad0));
	s.__st_ino = (u32)k->ino;
	s.st_mode = k->mode;
	s.st_nlink = k->nlink;
	s.st_uid = k->uid;
	s.st_gid = k->gid;
	s.st_rdev = k->rdev;
	memset(s.__pad3, 0, sizeof(s.__pad3));
	s.st_size = k->size;
	s.st_blksize = k->blksize;
	s.st_blocks = k->blocks;
	s.st_atime = (u32)k->atime.tv_sec;
	s.st_atime_nsec = k->atime.tv_nsec;
	s.st_mtime = (u32)k->mtime.tv_sec;
	s.st_mtime_nsec = k->mtime.tv_nsec;
	s.st_ctime = (u32)k->ctime.tv_sec;
	s.st_ctime_nsec = k->ctime.tv_nsec;
	s.st_ino = k->ino;
	return copy_to_user(u, &s, sizeof(s)) ? -EFAULT : 0;
}

/* Values that the old structures cannot hold. */
static bool too_big(const struct kstat *k)
{
	return k->size > 0x7fffffff || (k->ino >> 32) || k->nlink > 0xffff;
}

static inline u16 id16(u32 id) { return id > 0xffff ? 65534 : (u16)id; }

static long put32(const struct kstat *k, struct abi_stat __user *u)
{
	struct abi_stat s = {
		.st_dev = k->dev, .st_ino = (u32)k->ino, .st_mode = k->mode, .st_nlink = (u16)k->nlink, .st_uid = id16(k->uid),
		.st_gid = id16(k->gid), .st_rdev = k->rdev, .st_size = (u32)k->size, .st_blksize = k->blksize,
		.st_blocks = (u32)k->blocks, .st_atime = (u32)k->atime.tv_sec, .st_atime_nsec = k->atime.tv_nsec,
		.st_mtime = (u32)k->mtime.tv_sec, .st_mtime_nsec = k->mtime.tv_nsec, .st_ctime = (u32)k->ctime.tv_sec,
		.st_ctime_nsec = k->ctime.tv_nsec,
	};

	if (too_big(k))
		return -EOVERFLOW;
	return copy_to_user(u, &s, sizeof(s)) ? -EFAULT : 0;
}

static inline u16 old_dev(dev_t d) { return (u16)((MAJOR(d) & 0xff) << 8 | (MINOR(d) & 0xff)); }

static long put_old(const struct kstat *k, struct abi_old_stat __user *u)
{
	struct abi_old_stat s;

	if (too_big(k) || k->ino > 0xffff)
		return -EOVERFLOW;
	memset(&s, 0, sizeof(s));
	s.st_dev = old_dev(k->dev);
	s.st_ino = (u16)k->ino;
	s.st_mode = k->mode;
	s.st_nlink = (u16)k->nlink;
	s.st_uid = id16(k->uid);
	s.st_gid = id16(k->gid);
	s.st_rdev = old_dev(k->rdev);
	s.st_size = (u32)k->size;
	s.st_atime = (u32)k->atime.tv_sec;
	s.st_mtime = (u32)k->mtime.tv_sec;
	s.st_ctime = (u32)k->ctime.tv_sec;
	return copy_to_user(u, &s, sizeof(s)) ? -EFAULT : 0;
}

#define STAT(get, put) ({ \
	struct kstat k; \
	long _r = (get); \
	_r ? _r : (put); })

long sys_stat64(const char __user *p, struct abi_stat64 __user *st) { return STAT(stat_path(AT_FDCWD, p, 0, &k), put64(&k, st)); }
long sys_lstat64(const char __user *p, struct abi_stat64 __user *st)
{
	return STAT(stat_path(AT_FDCWD, p, AT_SYMLINK_NOFOLLOW, &k), put64(&k, st));
}
long sys_fstat64(unsigned fd, struct abi_stat64 __user *st) { return STAT(stat_fd(fd, &k), put64(&k, st)); }
long sys_fstatat64(int dfd, const char __user *p, struct abi_stat64 __user *st, int flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	return STAT(stat_path(dfd, p, flags, &k), put64(&k, st));
}
long sys_stat(const char __user *p, struct abi_stat __user *st) { return STAT(stat_path(AT_FDCWD, p, 0, &k), put32(&k, st)); }
long sys_lstat(const char __user *p, struct abi_stat __user *st)
{
	return STAT(stat_path(AT_FDCWD, p, AT_SYMLINK_NOFOLLOW, &k), put32(&k, st));
}
long sys_fstat(unsigned fd, struct abi_stat __user *st) { return STAT(stat_fd(fd, &k), put32(&k, st)); }
long sys_oldstat(const char __user *p, struct abi_old_stat __user *st) { return STAT(stat_path(AT_FDCWD, p, 0, &k), put_old(&k, st)); }
long sys_oldlstat(const char __user *p, struct abi_old_stat __user *st)
{
	return STAT(stat_path(AT_FDCWD, p, AT_SYMLINK_NOFOLLOW, &k), put_old(&k, st));
}
long sys_oldfstat(unsigned fd, struct abi_old_stat __user *st) { return STAT(stat_fd(fd, &k), put_old(&k, st)); }

static void statx_time(struct abi_statx_timestamp *out, const struct timespec64 *t)
{
	out->tv_sec = t->tv_sec;
	out->tv_nsec = t->tv_nsec;
}

long sys_statx(int dfd, const char __user *name, unsigned flags, unsigned mask, struct abi_statx __user *u)
{
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
	struct abi_statx s;
	struct kstat k;
	struct path p;
	long error;

	if (mask & STATX__RESERVED)
		return -EINVAL;
	if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)) ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		how |= LOOKUP_EMPTY;
	error = user_path_at(dfd, name, how, &p);
	if (error)
		return error;
	error = vfs_getattr(&p, &k);
	memset(&s, 0, sizeof(s));
	s.stx_mnt_id = p.mnt->id;
	s.stx_attributes = k.attributes | (p.dentry == p.mnt->root ? STATX_ATTR_MOUNT_ROOT : 0);
	path_put(&p);
	if (error)
		return error;
	s.stx_mask = STATX_BASIC_STATS | STATX_MNT_ID | (k.has_btime ? STATX_BTIME : 0);
	s.stx_blksize = k.blksize;
	s.stx_nlink = k.nlink;
	s.stx_uid = k.uid;
	s.stx_gid = k.gid;
	s.stx_mode = k.mode;
	s.stx_ino = k.ino;
	s.stx_size = k.size;
	s.stx_blocks = k.blocks;
	s.stx_attributes_mask = k.attributes_mask | STATX_ATTR_MOUNT_ROOT;
	statx_time(&s.stx_atime, &k.atime);
	statx_time(&s.stx_mtime, &k.mtime);
	statx_time(&s.stx_ctime, &k.ctime);
	if (k.has_btime)
		statx_time(&s.stx_btime, &k.btime);
	s.stx_rdev_major = MAJOR(k.rdev);
	s.stx_rdev_minor = MINOR(k.rdev);
	s.stx_dev_major = MAJOR(k.dev);
	s.stx_dev_minor = MINOR(k.dev);
	return copy_to_user(u, &s, sizeof(s)) ? -EFAULT : 0;
}

/* ---- statfs ---- */

static int statfs_of(const struct path *p, struct abi_statfs64 *st)
{
	struct super_block *sb = p->mnt->sb;
	unsigned m = p->mnt->flags;
	int error = -ENOSYS;

	memset(st, 0, sizeof(*st));
	if (sb->op && sb->op->statfs)
		error = sb->op->statfs(p->dentry, st);
	if (error)
		return error;
	if (!st->f_frsize)
		st->f_frsize = st->f_bsize;
	st->f_fsid[0] = st->f_fsid[0] ? st->f_fsid[0] : (s32)sb->dev;
	st->f_flags = ST_VALID;
	if ((m & MNT_RDONLY) || (sb->flags & MS_RDONLY))
		st->f_flags |= ST_RDONLY;
	st->f_flags |= (m & MNT_NOSUID ? ST_NOSUID : 0) | (m & MNT_NODEV ? ST_NODEV : 0) | (m & MNT_NOEXEC ? ST_NOEXEC : 0) |
		       (m & MNT_NOATIME ? ST_NOATIME : 0) | (m & MNT_NODIRATIME ? ST_NODIRATIME : 0) |
		       (m & MNT_RELATIME ? ST_RELATIME : 0) | (sb->flags & MS_SYNCHRONOUS ? ST_SYNCHRONOUS : 0);
	return 0;
}

static int statfs_path(const char __user *name, struct abi_statfs64 *st)
{
	struct path p;
	int error = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &p);

	if (error)
		return error;
	error = statfs_of(&p, st);
	path_put(&p);
	return error;
}

static int statfs_fd(unsigned fd, struct abi_statfs64 *st)
{
	struct file *f = fd_get_raw(fd);
	int error;

	if (!f)
		return -EBADF;
	error = statfs_of(&f->path, st);
	file_put(f);
	return error;
}

static long put_statfs(const struct abi_statfs64 *k, struct abi_statfs __user *u)
{
	struct abi_statfs s = {
		.f_type = k->f_type, .f_bsize = k->f_bsize, .f_blocks = (u32)k->f_blocks, .f_bfree = (u32)k->f_bfree,
		.f_bavail = (u32)k->f_bavail, .f_files = (u32)k->f_files, .f_ffree = (u32)k->f_ffree,
		.f_fsid = { k->f_fsid[0], k->f_fsid[1] }, .f_namelen = k->f_namelen, .f_frsize = k->f_frsize, .f_flags = k->f_flags,
	};

	if ((k->f_blocks | k->f_bfree | k->f_bavail | k->f_files | k->f_ffree) >> 32)
		return -EOVERFLOW;
	return copy_to_user(u, &s, sizeof(s)) ? -EFAULT : 0;
}

long sys_statfs(const char __user *path, struct abi_statfs __user *st)
{
	struct abi_statfs64 k;
	long r = statfs_path(path, &k);

	return r ? r : put_statfs(&k, st);
}

long sys_fstatfs(unsigned fd, struct abi_statfs __user *st)
{
	struct abi_statfs64 k;
	long r = statfs_fd(fd, &k);

	return r ? r : put_statfs(&k, st);
}

long sys_statfs64(const char __user *path, size_t size, struct abi_statfs64 __user *st)
{
	struct abi_statfs64 k;
	long r = size == sizeof(k) ? statfs_path(path, &k) : -EINVAL;

	return r ? r : copy_to_user(st, &k, sizeof(k)) ? -EFAULT : 0;
}

long sys_fstatfs64(unsigned fd, size_t size, struct abi_statfs64 __user *st)
{
	struct abi_statfs64 k;
	long r = size == sizeof(k) ? statfs_fd(fd, &k) : -EINVAL;

	return r ? r : copy_to_user(st, &k, sizeof(k)) ? -EFAULT : 0;
}

/* ---- access: by the real ids, unless AT_EACCESS ---- */

static const struct cred *real_cred(void)
{
	const struct cred *c = current_cred();
	struct cred *n;

	n = cred_prepare();
	if (!n)
		return NULL;
	n->fsuid = c->uid;
	n->fsgid = c->gid;
	n->cap_effective = c->uid ? 0 : c->cap_permitted;
	return n;
}

long sys_faccessat2(int dfd, const char __user *name, int mode, int flags)
{
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
	const struct cred *saved = NULL, *c = current_cred();
	struct path p;
	long error;

	if ((mode & ~7) || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		how |= LOOKUP_EMPTY;
	if (!(flags & AT_EACCESS) && (c->fsuid != c->uid || c->fsgid != c->gid || c->uid)) {
		const struct cred *n = real_cred();

		if (!n)
			return -ENOMEM;
		saved = c;
		current->cred = n;
	}
	error = user_path_at(dfd, name, how, &p);
	if (!error) {
		if (mode & MAY_EXEC && S_ISREG(p.dentry->inode->mode) && (p.mnt->flags & MNT_NOEXEC))
			error = -EACCES;
		else if (mode)
			error = path_permission(&p, mode);
		path_put(&p);
	}
	if (saved) {
		cred_put(current->cred);
		current->cred = saved;
	}
	return error;
}

long sys_faccessat(int dfd, const char __user *name, int mode)
{
	return sys_faccessat2(dfd, name, mode, 0);
}

long sys_access(const char __user *name, int mode)
{
	return sys_faccessat2(AT_FDCWD, name, mode, 0);
}
