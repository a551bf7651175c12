/* System calls on open descriptors. */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>
#include "thread.h"

ssize_t read(int fd, void *buffer, size_t length)
{
	return CP3(read, fd, buffer, length);
}

ssize_t write(int fd, const void *buffer, size_t length)
{
	return CP3(write, fd, buffer, length);
}

ssize_t pread(int fd, void *buffer, size_t length, off_t offset)
{
	return CP5(pread64, fd, buffer, length, LOW(offset), HIGH(offset));
}

ssize_t pwrite(int fd, const void *buffer, size_t length, off_t offset)
{
	return CP5(pwrite64, fd, buffer, length, LOW(offset), HIGH(offset));
}

ssize_t readv(int fd, const struct iovec *vector, int count)
{
	return CP3(readv, fd, vector, count);
}

ssize_t writev(int fd, const struct iovec *vector, int count)
{
	return CP3(writev, fd, vector, count);
}

ssize_t preadv(int fd, const struct iovec *vector, int count, off_t offset)
{
	return CP5(preadv, fd, vector, count, LOW(offset), HIGH(offset));
}

ssize_t pwritev(int fd, const struct iovec *vector, int count, off_t offset)
{
	return CP5(pwritev, fd, vector, count, LOW(offset), HIGH(offset));
}

ssize_t sendfile(int to, int from, off_t *offset, size_t count)
{
	return SYS4(sendfile64, to, from, offset, count);
}

off_t lseek(int fd, off_t offset, int whence)
{
	off_t position;

	if (SYS5(_llseek, fd, HIGH(offset), LOW(offset), &position, whence) < 0)
		return -1;
	return position;
}

int close(int fd)
{
	return CP1(close, fd);
}

int dup(int fd)
{
	return SYS1(dup, fd);
}

int dup2(int fd, int to)
{
	return SYS2(dup2, fd, to);
}

int dup3(int fd, int to, int flags)
{
	return SYS3(dup3, fd, to, flags);
}

int pipe(int fds[2])
{
	return SYS1(pipe, fds);
}

int pipe2(int fds[2], int flags)
{
	return SYS2(pipe2, fds, flags);
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (command == F_SETLKW || command == F_OFD_SETLKW)
		return CP3(fcntl64, fd, command, argument);
	return SYS3(fcntl64, fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, request);
	argument = va_arg(arguments, long);
	va_end(arguments);
	return SYS3(ioctl, fd, request, argument);
}

int flock(int fd, int operation)
{
	return SYS2(flock, fd, operation);
}

int fsync(int fd)
{
	return CP1(fsync, fd);
}

int fdatasync(int fd)
{
	return CP1(fdatasync, fd);
}

int syncfs(int fd)
{
	return SYS1(syncfs, fd);
}

void sync(void)
{
	__syscall(SYS_sync);
}

int ftruncate(int fd, off_t length)
{
	return SYS3(ftruncate64, fd, LOW(length), HIGH(length));
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	return SYS6(fallocate, fd, mode, LOW(offset), HIGH(offset), LOW(length), HIGH(length));
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
	return (int)-__syscall(SYS_fallocate, (long)fd, 0L, LOW(offset), HIGH(offset), LOW(length),
			       HIGH(length));
}

int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
	return (int)-__syscall(SYS_fadvise64_64, (long)fd, LOW(offset), HIGH(offset), LOW(length),
			       HIGH(length), (long)advice);
}

int lockf(int fd, int command, off_t length)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = length };

	switch (command) {
	case F_ULOCK:
		lock.l_type = F_UNLCK;
		return fcntl(fd, F_SETLK, &lock);
	case F_LOCK:
		return fcntl(fd, F_SETLKW, &lock);
	case F_TLOCK:
		return fcntl(fd, F_SETLK, &lock);
	case F_TEST:
		if (fcntl(fd, F_GETLK, &lock) < 0)
			return -1;
		if (lock.l_type == F_UNLCK || lock.l_pid == getpid())
			return 0;
		errno = EACCES;
		return -1;
	default:
		errno = EINVAL;
		return -1;
	}
}
