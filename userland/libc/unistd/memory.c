/* Address space. The break is cached, since the kernel answers the current one to any request it refuses. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "thread.h"

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if (offset & 0xfff || (uint64_t)offset >> 44) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return (void *)SYS6(mmap2, address, length, protection, flags, fd, offset >> 12);
}

int munmap(void *address, size_t length)
{
	return SYS2(munmap, address, length);
}

int mprotect(void *address, size_t length, int protection)
{
	return SYS3(mprotect, address, length, protection);
}

void *mremap(void *old, size_t old_length, size_t length, int flags, ...)
{
	va_list arguments;
	void *address;

	va_start(arguments, flags);
	address = va_arg(arguments, void *);
	va_end(arguments);
	return (void *)SYS5(mremap, old, old_length, length, flags, address);
}

int msync(void *address, size_t length, int flags)
{
	return CP3(msync, address, length, flags);
}

int madvise(void *address, size_t length, int advice)
{
	return SYS3(madvise, address, length, advice);
}

/* Dropping pages is more than POSIX's DONTNEED allows. */
int posix_madvise(void *address, size_t length, int advice)
{
	if (advice == MADV_DONTNEED)
		return 0;
	return (int)-__syscall(SYS_madvise, (long)address, (long)length, (long)advice);
}

int mincore(void *address, size_t length, unsigned char *pages)
{
	return SYS3(mincore, address, length, pages);
}

int mlock(const void *address, size_t length)
{
	return SYS2(mlock, address, length);
}

int munlock(const void *address, size_t length)
{
	return SYS2(munlock, address, length);
}

int mlockall(int flags)
{
	return SYS1(mlockall, flags);
}

int munlockall(void)
{
	return SYS0(munlockall);
}

int memfd_create(const char *name, unsigned flags)
{
	return SYS2(memfd_create, name, flags);
}

static int shared_name(const char *name, char path[256])
{
	while (*name == '/')
		name++;
	for (const char *c = name; *c; c++)
		if (*c == '/' || c - name > 240)
			name = "";
	if (!*name) {
		errno = EINVAL;
		return -1;
	}
	snprintf(path, 256, "/dev/shm/%s", name);
	return 0;
}

int shm_open(const char *name, int flags, mode_t mode)
{
	char path[256];

	if (shared_name(name, path) < 0)
		return -1;
	return open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode);
}

int shm_unlink(const char *name)
{
	char path[256];

	if (shared_name(name, path) < 0)
		return -1;
	return unlink(path);
}

static uintptr_t end_of_data;

int brk(void *end)
{
	end_of_data = (uintptr_t)__syscall(SYS_brk, (long)end);
	if (end_of_data != (uintptr_t)end) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

void *sbrk(intptr_t increment)
{
	uintptr_t old;

	if (!end_of_data)
		end_of_data = (uintptr_t)__syscall(SYS_brk, 0L);
	old = end_of_data;
	if (increment && brk((void *)(old + (uintptr_t)increment)) < 0)
		return (void *)-1;
	return (void *)old;
}
