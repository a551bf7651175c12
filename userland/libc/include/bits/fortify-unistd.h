/* Functions of <unistd.h> with _FORTIFY_SOURCE. */
#ifndef LIBC_BITS_FORTIFY_UNISTD_H
#define LIBC_BITS_FORTIFY_UNISTD_H

#include <bits/fortify.h>

#define __FORTIFIED_UNISTD extern __inline __attribute__((__always_inline__, __gnu_inline__, __artificial__))

extern ssize_t __read_unchecked(int fd, void *to, size_t length) __asm__("read");
__FORTIFIED_UNISTD ssize_t read(int fd, void *to, size_t length)
{
	size_t room = __builtin_object_size(to, 0);

	return room == (size_t)-1 ? __read_unchecked(fd, to, length) : __read_chk(fd, to, length, room);
}

extern ssize_t __readlink_unchecked(const char *__restrict path, char *__restrict to, size_t size) __asm__("readlink");
__FORTIFIED_UNISTD ssize_t readlink(const char *__restrict path, char *__restrict to, size_t size)
{
	size_t room = __builtin_object_size(to, _FORTIFY_SOURCE > 1);

	return room == (size_t)-1 ? __readlink_unchecked(path, to, size) : __readlink_chk(path, to, size, room);
}

extern char *__getcwd_unchecked(char *to, size_t size) __asm__("getcwd");
__FORTIFIED_UNISTD char *getcwd(char *to, size_t size)
{
	size_t room = __builtin_object_size(to, _FORTIFY_SOURCE > 1);

	return room == (size_t)-1 ? __getcwd_unchecked(to, size) : __getcwd_chk(to, size, room);
}

#endif
