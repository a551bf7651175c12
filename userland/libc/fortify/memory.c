/*
 * What compiled code calls with _FORTIFY_SOURCE: the functions of their names, after a look at whether what is
 * written fits into what the compiler knows of the target. What does not ends the process.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wchar.h>
#include <bits/fortify.h>

void __chk_fail(void)
{
	static const char message[] = "*** buffer overflow detected ***: terminated\n";

	(void)!write(2, message, sizeof(message) - 1);	/* whether anybody hears it or not */
	abort();
}

static void must_fit(size_t length, size_t room)
{
	if (length > room)
		__chk_fail();
}

void *__memcpy_chk(void *__restrict to, const void *__restrict from, size_t length, size_t room)
{
	must_fit(length, room);
	return memcpy(to, from, length);
}

void *__memmove_chk(void *to, const void *from, size_t length, size_t room)
{
	must_fit(length, room);
	return memmove(to, from, length);
}

void *__mempcpy_chk(void *__restrict to, const void *__restrict from, size_t length, size_t room)
{
	must_fit(length, room);
	return mempcpy(to, from, length);
}

void *__memset_chk(void *to, int byte, size_t length, size_t room)
{
	must_fit(length, room);
	return memset(to, byte, length);
}

void __explicit_bzero_chk(void *to, size_t length, size_t room)
{
	must_fit(length, room);
	explicit_bzero(to, length);
}

char *__strcpy_chk(char *__restrict to, const char *__restrict from, size_t room)
{
	must_fit(strlen(from) + 1, room);
	return strcpy(to, from);
}

char *__stpcpy_chk(char *__restrict to, const char *__restrict from, size_t room)
{
	must_fit(strlen(from) + 1, room);
	return stpcpy(to, from);
}

char *__strncpy_chk(char *__restrict to, const char *__restrict from, size_t length, size_t room)
{
	must_fit(length, room);
	return strncpy(to, from, length);
}

char *__stpncpy_chk(char *__restrict to, const char *__restrict from, size_t length, size_t room)
{
	must_fit(length, room);
	return stpncpy(to, from, length);
}

char *__strcat_chk(char *__restrict to, const char *__restrict from, size_t room)
{
	size_t used = strnlen(to, room);

	must_fit(used + strlen(from) + 1, room);
	return strcat(to, from);
}

char *__strncat_chk(char *__restrict to, const char *__restrict from, size_t length, size_t room)
{
	size_t used = strnlen(to, room);

	must_fit(used + strnlen(from, length) + 1, room);
	return strncat(to, from, length);
}

ssize_t __read_chk(int fd, void *to, size_t length, size_t room)
{
	must_fit(length, room);
	return read(fd, to, length);
}

ssize_t __pread_chk(int fd, void *to, size_t length, off_t offset, size_t room)
{
	must_fit(length, room);
	return pread(fd, to, length, offset);
}

ssize_t __readlink_chk(const char *path, char *to, size_t length, size_t room)
{
	must_fit(length, room);
	return readlink(path, to, length);
}

char *__getcwd_chk(char *to, size_t length, size_t room)
{
	must_fit(length, room);
	return getcwd(to, length);
}

char *__realpath_chk(const char *path, char *to, size_t room)
{
	must_fit(4096, room);
	return realpath(path, to);
}

int __gethostname_chk(char *to, size_t length, size_t room)
{
	must_fit(length, room);
	return gethostname(to, length);
}

int __ttyname_r_chk(int fd, char *to, size_t length, size_t room)
{
	must_fit(length, room);
	return ttyname_r(fd, to, length);
}

ssize_t __recv_chk(int fd, void *to, size_t length, size_t room, int flags)
{
	must_fit(length, room);
	return recv(fd, to, length, flags);
}

int __poll_chk(struct pollfd *polls, nfds_t count, int timeout, size_t room)
{
	must_fit(count, room / sizeof(*polls));
	return poll(polls, count, timeout);
}

long __fdelt_chk(long fd)
{
	if (fd < 0 || fd >= FD_SETSIZE)
		__chk_fail();
	return fd / (long)(8 * sizeof(long));
}

wchar_t *__wmemcpy_chk(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count, size_t room)
{
	must_fit(count, room);
	return wmemcpy(to, from, count);
}

wchar_t *__wmemset_chk(wchar_t *to, wchar_t wide, size_t count, size_t room)
{
	must_fit(count, room);
	return wmemset(to, wide, count);
}

wchar_t *__wcscpy_chk(wchar_t *__restrict to, const wchar_t *__restrict from, size_t room)
{
	must_fit(wcslen(from) + 1, room);
	return wcscpy(to, from);
}
