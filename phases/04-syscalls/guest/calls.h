/*
 * calls.h - for programs that make system calls by their numbers, whatever a library makes of them.
 *
 *	WORKS(dup, fd);                   the call does not fail; its result
 *	GIVES(3, write, fd, "abc", 3);    it returns just that
 *	FAILS(EBADF, dup, 999);           it fails so
 *	USER_FAILS(EPERM, chroot, "/");   it does for an ordinary user
 *
 * Each is a test named `CALL works` or `CALL fails with ERROR`, which the suite holds against the kernel's table. `!` where a
 * call would not come back or would change its caller for good: CHILD_WORKS makes it in a child.
 */
#ifndef CALLS_H
#define CALLS_H

#include "../../guest/testing.h"
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define FOLDER	"/var/tmp/every-call"
#define NOBODY	65534
#define NOFD	999
#define BADP	((void *)8)

__attribute__((unused)) static long works(const char *name, long result, int line)
{
	int error = errno;

	if (!test_ok(result != -1, "%s works", name))
		test_diag("line %d: errno %d", line, error);
	return result;
}

__attribute__((unused)) static long gives(const char *name, long expected, long result, int line)
{
	int error = errno;

	if (!test_ok(result == expected, "%s works", name))
		test_diag("line %d: %ld and not %ld, errno %d", line, result, expected, error);
	return result;
}

__attribute__((unused)) static void fails(const char *name, const char *error, int number, long result, int line)
{
	int found = errno;

	if (!test_ok(result == -1 && found == number, "%s fails with %s", name, error))
		test_diag("line %d: returned %ld, errno %d", line, result, found);
}

/* The status a child ends with. */
__attribute__((unused)) static int child_status(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + status;
}

__attribute__((unused)) static void become_user(void)
{
	if (syscall(__NR_setgroups32, 0, NULL) || syscall(__NR_setresgid32, NOBODY, NOBODY, NOBODY) ||
	    syscall(__NR_setresuid32, NOBODY, NOBODY, NOBODY))
		_exit(255);
}

#define WORKS(name, ...)	works(#name, syscall(__NR_##name, ##__VA_ARGS__), __LINE__)
#define GIVES(value, name, ...)	gives(#name, (long)(value), syscall(__NR_##name, ##__VA_ARGS__), __LINE__)
#define FAILS(error, name, ...)	fails(#name, #error, error, syscall(__NR_##name, ##__VA_ARGS__), __LINE__)
#define CHILD_WORKS(name, ...) do { \
	pid_t pid_ = fork(); \
	if (pid_ == 0) \
		_exit(syscall(__NR_##name, ##__VA_ARGS__) == -1 ? errno : 0); \
	errno = child_status(pid_); \
	works(#name, errno ? -1 : 0, __LINE__); \
} while (0)
#define USER_FAILS(error, name, ...) do { \
	pid_t pid_ = fork(); \
	if (pid_ == 0) { \
		become_user(); \
		_exit(syscall(__NR_##name, ##__VA_ARGS__) == -1 ? errno : 0); \
	} \
	errno = child_status(pid_); \
	fails(#name, #error, error, errno ? -1 : 0, __LINE__); \
} while (0)

#endif
