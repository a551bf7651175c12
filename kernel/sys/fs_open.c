/* System calls that make, duplicate and close descriptors. */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/memfd.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>

#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC | O_ASYNC | \
		    O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE)

static long open_resolve(int dfd, const char __user *path, unsigned flags, umode_t mode, unsigned resolve)
{
	struct name_buffer nb;
	struct file *f;
	int fd, error;

	flags &= OPEN_FLAGS;
	if ((flags & (O_TMPFILE & ~O_DIRECTORY)) && (flags & O_TMPFILE) != O_TMPFILE)
		return -EINVAL;
	error = name_fetch(&nb, path, false);
	if (unlikely(error))
		return error;
	fd = fd_alloc(0, flags);
	if (likely(fd >= 0)) {
		f = do_filp_open(dfd, nb.name, flags, mode, resolve);
		if (likely(!IS_ERR(f))) {
			fd_install(fd, f);
		} else {
			fd_release(fd);
			fd = PTR_ERR(f);
			if (fd == -ERESTARTSYS)
				fd = -EINTR;
		}
	}
	name_drop(&nb);
	return fd;
}

long sys_open(const char __user *path, int flags, umode_t mode)
{
	return open_resolve(AT_FDCWD, path, flags, mode, 0);
}

long sys_openat(int dfd, const char __user *path, int flags, umode_t mode)
{
	return open_resolve(dfd, path, flags, mode, 0);
}

long sys_creat(const char __user *path, umode_t mode)
{
	return open_resolve(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, 0);
}

long sys_openat2(int dfd, const char __user *path, const void __user *how, size_t size)
{
	struct abi_open_how h;
	u8 extra;

	if (size < sizeof(h))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (copy_from_user(&h, how, sizeof(h)))
		return -EFAULT;
	for (size_t i = sizeof(h); i < size; i++) {
		if (get_user_1(&extra, (const u8 __user *)how + i))
			return -EFAULT;
		if (extra)
			return -E2BIG;
	}
	if ((h.flags & ~(u64)OPEN_FLAGS) || (h.resolve & ~(u64)(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS |
								RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED)))
		return -EINVAL;
	if ((h.resolve & RESOLVE_BENEATH) && (h.resolve & RESOLVE_IN_ROOT))
		return -EINVAL;
	if (h.resolve & RESOLVE_CACHED)
		return -EAGAIN;		/* no walk is promised to stay in the cache */
	if ((h.mode & ~07777ull) || (h.mode && !(h.flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))))
		return -EINVAL;
	return open_resolve(dfd, path, (unsigned)h.flags, (umode_t)h.mode, (unsigned)h.resolve);
}

long sys_close(unsigned fd)
{
	int error = fd_close(fd);

	/* The descriptor is gone: starting over could close somebody else's. */
	return error == -ERESTARTSYS ? -EINTR : error;
}

long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	unsigned fd;
	int error;

	if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)))
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		error = files_unshare_current();
		if (error)
			return error;
	}
	for (fd = first; (fd = fd_next_open(current->files, fd)) <= last && fd != ~0u; fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			fd_set_cloexec(fd, true);
		else
			(void)fd_close(fd);	/* as close_range(2): errors of single closes are not reported */
	}
	return 0;
}

long sys_dup(unsigned fd)
{
	struct file *f = fd_get_raw(fd);
	int new;

	if (!f)
		return -EBADF;
	new = fd_alloc(0, 0);
	if (new < 0)
		file_put(f);
	else
		fd_install(new, f);
	return new;
}

static long dup_to(unsigned old, unsigned new, unsigned flags)
{
	struct file *f = fd_get_raw(old);
	int error;

	if (!f)
		return -EBADF;
	error = fd_replace(new, f, flags);
	file_put(f);
	return error ? error : (long)new;
}

long sys_dup2(unsigned old, unsigned new)
{
	if (old == new) {
		struct file *f = fd_get_raw(old);

		if (!f)
			return -EBADF;
		file_put(f);
		return new;
	}
	return dup_to(old, new, 0);
}

long sys_dup3(unsigned old, unsigned new, int flags)
{
	if ((flags & ~O_CLOEXEC) || old == new)
		return -EINVAL;
	return dup_to(old, new, flags);
}

long sys_pipe2(int __user *fds, int flags)
{
	struct file *ends[2];
	int fd[2], error;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	error = pipe_create(ends, flags);
	if (error)
		return error;
	error = fd[0] = fd_alloc(0, flags);
	if (fd[0] < 0)
		goto fail;
	error = fd[1] = fd_alloc(0, flags);
	if (fd[1] < 0)
		goto fail_fd;
	if (copy_to_user(fds, fd, sizeof(fd))) {
		error = -EFAULT;
		fd_release(fd[1]);
		goto fail_fd;
	}
	fd_install(fd[0], ends[0]);
	fd_install(fd[1], ends[1]);
	return 0;
fail_fd:
	fd_release(fd[0]);
fail:
	file_put(ends[0]);
	file_put(ends[1]);
	return error;
}

long sys_pipe(int __user *fds)
{
	return sys_pipe2(fds, 0);
}

long sys_umask(int mask)
{
	umode_t old = current->fs->umask;

	current->fs->umask = mask & 0777;
	return old;
}

#define MFD_CLOEXEC		1u
#define MFD_ALLOW_SEALING	2u

long sys_memfd_create(const char __user *uname, unsigned flags)
{
	char name[256] = "memfd:";
	ssize_t n;
	struct file *f;
	int fd;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	n = strncpy_from_user(name + 6, uname, 250);
	if (n < 0)
		return n;
	if (n >= 250)
		return -EINVAL;
	fd = fd_alloc(0, flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
	if (fd < 0)
		return fd;
	f = memfd_create(name, flags & MFD_ALLOW_SEALING);
	if (IS_ERR(f)) {
		fd_release(fd);
		return PTR_ERR(f);
	}
	fd_install(fd, f);
	return fd;
}
