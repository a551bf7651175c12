/* fcntl, flock, ioctl. */
#include <arch/uaccess.h>
#include <fs/fasync.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/memfd.h>
#include <fs/notify.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/fiemap.h>
#include <abi/ioctl.h>

#define SETTABLE (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)

static long set_flags(unsigned fd, struct file *f, unsigned long arg)
{
	unsigned new = (unsigned)arg & SETTABLE;

	if (((new ^ f->flags) & O_APPEND) && (f->inode->flags & S_APPEND))
		return -EPERM;
	if ((new & O_NOATIME) && !(f->flags & O_NOATIME) && !inode_owner_or_capable(f->inode))
		return -EPERM;
	if (!f->op->fasync) {
		new &= ~(unsigned)O_ASYNC;
	} else if ((new ^ f->flags) & O_ASYNC) {
		int error = f->op->fasync((int)fd, f, new & O_ASYNC);

		if (error)
			return error;
	}
	f->flags = (f->flags & ~(unsigned)SETTABLE) | new;
	return 0;
}

static long dup_from(struct file *f, unsigned long from, unsigned flags)
{
	int fd;

	if (from >= rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	fd = fd_alloc(from, flags);
	if (fd >= 0)
		fd_install(fd, file_get(f));
	return fd;
}

/* ---- record locks ---- */

static long lock_call(struct file *f, unsigned cmd, struct abi_flock64 *fl)
{
	switch (cmd) {
	case F_GETLK:
	case F_GETLK64:
		return locks_get(f, fl, false);
	case F_OFD_GETLK:
		return locks_get(f, fl, true);
	case F_SETLK:
	case F_SETLK64:
		return locks_set(f, fl, false, false);
	case F_SETLKW:
	case F_SETLKW64:
		return locks_set(f, fl, false, true);
	case F_OFD_SETLK:
		return locks_set(f, fl, true, false);
	default:
		return locks_set(f, fl, true, true);
	}
}

static long lock64(struct file *f, unsigned cmd, struct abi_flock64 __user *u)
{
	struct abi_flock64 fl;
	long r;

	if (copy_from_user(&fl, u, sizeof(fl)))
		return -EFAULT;
	r = lock_call(f, cmd, &fl);
	if (!r && (cmd == F_GETLK64 || cmd == F_OFD_GETLK) && copy_to_user(u, &fl, sizeof(fl)))
		r = -EFAULT;
	return r;
}

static long lock32(struct file *f, unsigned cmd, struct abi_flock __user *u)
{
	struct abi_flock s;
	struct abi_flock64 fl;
	long r;

	if (copy_from_user(&s, u, sizeof(s)))
		return -EFAULT;
	memset(&fl, 0, sizeof(fl));
	fl.l_type = s.l_type;
	fl.l_whence = s.l_whence;
	fl.l_start = s.l_start;
	fl.l_len = s.l_len;
	r = lock_call(f, cmd, &fl);
	if (r || cmd != F_GETLK)
		return r;
	s.l_type = fl.l_type;
	if (fl.l_type != F_UNLCK) {
		if (fl.l_start > 0x7fffffff || fl.l_len > 0x7fffffff)
			return -EOVERFLOW;
		s.l_whence = fl.l_whence;
		s.l_start = (s32)fl.l_start;
		s.l_len = (s32)fl.l_len;
		s.l_pid = fl.l_pid;
	}
	return copy_to_user(u, &s, sizeof(s)) ? -EFAULT : 0;
}

/* ---- who gets SIGIO ---- */

static long fcntl_owner(struct file *f, unsigned cmd, unsigned long arg)
{
	struct abi_f_owner_ex ex;
	u32 uids[2];

	switch (cmd) {
	case F_SETOWN:
		if ((long)arg == (long)0x80000000)
			return -EINVAL;
		return (long)arg < 0 ? file_set_owner_nr(f, OWNER_PGRP, -(pid_t)arg) : file_set_owner_nr(f, OWNER_PID, (pid_t)arg);
	case F_GETOWN:
		return file_owner_nr(f);
	case F_SETOWN_EX:
		if (copy_from_user(&ex, (void __user *)arg, sizeof(ex)))
			return -EFAULT;
		return ex.type < OWNER_TID || ex.type > OWNER_PGRP ? -EINVAL : file_set_owner_nr(f, ex.type, ex.pid);
	case F_GETOWN_EX:
		ex.type = f->owner.type;
		ex.pid = pid_nr(f->owner.pid);
		return copy_to_user((void __user *)arg, &ex, sizeof(ex)) ? -EFAULT : 0;
	case F_GETOWNER_UIDS:
		uids[0] = f->owner.uid;
		uids[1] = f->owner.euid;
		return copy_to_user((void __user *)arg, uids, sizeof(uids)) ? -EFAULT : 0;
	case F_SETSIG:
		if (arg > 64)
			return -EINVAL;
		f->owner.signum = (int)arg;
		return 0;
	default:
		return f->owner.signum;
	}
}

static long do_fcntl(unsigned fd, struct file *f, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case F_DUPFD:
		return dup_from(f, arg, 0);
	case F_DUPFD_CLOEXEC:
		return dup_from(f, arg, O_CLOEXEC);
	case F_GETFD:
		return fd_cloexec(fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		fd_set_cloexec(fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return f->flags & ~FILE_RANDOM;
	}
	if (f->mode & FMODE_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		return set_flags(fd, f, arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
		return lock32(f, cmd, (void __user *)arg);
	case F_GETLK64:
	case F_SETLK64:
	case F_SETLKW64:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return lock64(f, cmd, (void __user *)arg);
	case F_SETOWN:
	case F_GETOWN:
	case F_SETOWN_EX:
	case F_GETOWN_EX:
	case F_GETOWNER_UIDS:
	case F_SETSIG:
	case F_GETSIG:
		return fcntl_owner(f, cmd, arg);
	case F_GETPIPE_SZ:
		return pipe_get_size(f);
	case F_SETPIPE_SZ:
		return pipe_set_size(f, arg);
	case F_ADD_SEALS:
		return memfd_add_seals(f, (u32)arg);
	case F_GET_SEALS:
		return memfd_get_seals(f);
	case F_NOTIFY:
		return dnotify_set(fd, f, arg);
	case F_SETLEASE:
		return lease_set(fd, f, arg);
	case F_GETLEASE:
		return lease_get(f);
	}
	return -EINVAL;
}

long sys_fcntl64(unsigned fd, unsigned cmd, unsigned long arg)
{
	struct file *f = fd_get_raw(fd);
	long r;

	if (!f)
		return -EBADF;
	r = do_fcntl(fd, f, cmd, arg);
	file_put(f);
	return r;
}

long sys_fcntl(unsigned fd, unsigned cmd, unsigned long arg)
{
	return sys_fcntl64(fd, cmd, arg);
}

long sys_flock(unsigned fd, unsigned cmd)
{
	struct file *f = fd_get(fd);
	long r;

	if (!f)
		return -EBADF;
	r = locks_flock(f, cmd);
	file_put(f);
	return r;
}

/* ---- ioctl: what means the same on every file, then the file's own ---- */

static long file_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct inode *inode = f->inode;
	loff_t left;

	switch (cmd) {
	case FIONREAD:
		if (!S_ISREG(inode->mode))
			break;
		left = inode_size(inode) - f->pos;
		return put_user((u32)(left < 0 ? 0 : left > 0x7fffffff ? 0x7fffffff : left), (u32 __user *)arg);
	case FIGETBSZ:
		return put_user(inode->sb->blocksize, (u32 __user *)arg);
	case FIBMAP:
		return file_fibmap(f, (u32 __user *)arg);
	case FS_IOC_FIEMAP:
		return file_fiemap(f, (struct abi_fiemap __user *)arg);
	}
	return f->op->ioctl ? f->op->ioctl(f, cmd, arg) : -ENOTTY;
}

long sys_ioctl(unsigned fd, unsigned cmd, unsigned long arg)
{
	struct file *f = fd_get(fd);
	u32 on;
	long r = 0;

	if (!f)
		return -EBADF;
	switch (cmd) {
	case FIOCLEX:
		fd_set_cloexec(fd, true);
		break;
	case FIONCLEX:
		fd_set_cloexec(fd, false);
		break;
	case FIONBIO:
		r = get_user(on, (u32 __user *)arg);
		if (!r)
			f->flags = on ? f->flags | O_NONBLOCK : f->flags & ~(unsigned)O_NONBLOCK;
		break;
	case FIOASYNC:
		r = get_user(on, (u32 __user *)arg);
		if (!r && !f->op->fasync)
			r = -ENOTTY;
		if (!r)
			r = set_flags(fd, f, on ? f->flags | O_ASYNC : f->flags & ~(unsigned)O_ASYNC);
		break;
	case FIOQSIZE: {
		loff_t size = inode_size(f->inode);

		if (!S_ISREG(f->inode->mode) && !S_ISDIR(f->inode->mode) && !S_ISLNK(f->inode->mode))
			r = -ENOTTY;
		else
			r = copy_to_user((void __user *)arg, &size, sizeof(size)) ? -EFAULT : 0;
		break;
	}
	default:
		r = file_ioctl(f, cmd, arg);
		if (r == -515)		/* a driver's "not mine" */
			r = -ENOTTY;
	}
	file_put(f);
	return r;
}
