/* System calls on names of files. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "thread.h"

static mode_t mode_argument(int flags, va_list arguments)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	return CP3(open, path, flags | O_LARGEFILE, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	return CP4(openat, directory, path, flags | O_LARGEFILE, mode);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int access(const char *path, int mode)
{
	return SYS2(access, path, mode);
}

/* The old call knows no flags; the new one is asked first only when there are some. */
int faccessat(int directory, const char *path, int mode, int flags)
{
	if (!flags)
		return SYS3(faccessat, directory, path, mode);
	return SYS4(faccessat2, directory, path, mode, flags);
}

int chdir(const char *path)
{
	return SYS1(chdir, path);
}

int fchdir(int fd)
{
	return SYS1(fchdir, fd);
}

int chroot(const char *path)
{
	return SYS1(chroot, path);
}

int chown(const char *path, uid_t owner, gid_t group)
{
	return SYS3(chown32, path, owner, group);
}

int lchown(const char *path, uid_t owner, gid_t group)
{
	return SYS3(lchown32, path, owner, group);
}

int fchown(int fd, uid_t owner, gid_t group)
{
	return SYS3(fchown32, fd, owner, group);
}

int fchownat(int directory, const char *path, uid_t owner, gid_t group, int flags)
{
	return SYS5(fchownat, directory, path, owner, group, flags);
}

int chmod(const char *path, mode_t mode)
{
	return SYS2(chmod, path, mode);
}

int fchmod(int fd, mode_t mode)
{
	return SYS2(fchmod, fd, mode);
}

/* Links have no modes of their own: asking for one is an error, as on Linux. */
int fchmodat(int directory, const char *path, mode_t mode, int flags)
{
	struct stat status;

	if (flags & ~AT_SYMLINK_NOFOLLOW) {
		errno = EINVAL;
		return -1;
	}
	if (flags & AT_SYMLINK_NOFOLLOW) {
		if (fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
		if (S_ISLNK(status.st_mode)) {
			errno = EOPNOTSUPP;
			return -1;
		}
	}
	return SYS3(fchmodat, directory, path, mode);
}

mode_t umask(mode_t mask)
{
	return SYS1(umask, mask);
}

int link(const char *from, const char *to)
{
	return SYS2(link, from, to);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	return SYS5(linkat, from_fd, from, to_fd, to, flags);
}

int symlink(const char *target, const char *path)
{
	return SYS2(symlink, target, path);
}

int symlinkat(const char *target, int directory, const char *path)
{
	return SYS3(symlinkat, target, directory, path);
}

ssize_t readlink(const char *__restrict path, char *__restrict buffer, size_t size)
{
	return SYS3(readlink, path, buffer, size);
}

ssize_t readlinkat(int directory, const char *__restrict path, char *__restrict buffer, size_t size)
{
	return SYS4(readlinkat, directory, path, buffer, size);
}

int unlink(const char *path)
{
	return SYS1(unlink, path);
}

int unlinkat(int directory, const char *path, int flags)
{
	return SYS3(unlinkat, directory, path, flags);
}

int rmdir(const char *path)
{
	return SYS1(rmdir, path);
}

int rename(const char *from, const char *to)
{
	return SYS2(rename, from, to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return SYS4(renameat, from_fd, from, to_fd, to);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	return SYS5(renameat2, from_fd, from, to_fd, to, flags);
}

int remove(const char *path)
{
	if (!unlink(path))
		return 0;
	return errno == EISDIR || errno == EPERM ? rmdir(path) : -1;
}

int mkdir(const char *path, mode_t mode)
{
	return SYS2(mkdir, path, mode);
}

int mkdirat(int directory, const char *path, mode_t mode)
{
	return SYS3(mkdirat, directory, path, mode);
}

int mknod(const char *path, mode_t mode, dev_t device)
{
	return SYS3(mknod, path, mode, device);
}

int mknodat(int directory, const char *path, mode_t mode, dev_t device)
{
	return SYS4(mknodat, directory, path, mode, device);
}

int mkfifo(const char *path, mode_t mode)
{
	return mknod(path, (mode & ~S_IFMT) | S_IFIFO, 0);
}

int mkfifoat(int directory, const char *path, mode_t mode)
{
	return mknodat(directory, path, (mode & ~S_IFMT) | S_IFIFO, 0);
}

int truncate(const char *path, off_t length)
{
	return SYS3(truncate64, path, LOW(length), HIGH(length));
}
