/*
 * call-pointers CALL...: every system call that takes pointers, with pointers that the caller may not use. A call is
 * NUMBER:NAME:KINDS, a letter an argument: s a path, p another pointer, f a file, d a folder's descriptor, n a length,
 * z the size of a signal set, c which of a call's calls, r what a limit is of, i anything else. The suite takes them
 * from the kernel's own table.
 *
 * Each call runs in a child of its own, with one pointer bad and with all of them. It must come back with an error
 * number that programs know, or succeed where the pointer does not matter; the child must not be killed, and what it
 * leaves behind at its end (robust lists, addresses to clear) must not hurt the kernel either.
 */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ERRNO_LAST 133
#define SECONDS 20

static int file;
static char *pages, *scratch;

static long good(char kind)
{
	switch (kind) {
	case 's': return (long)(uintptr_t)"/tmp/call-pointers/none";
	case 'p': return (long)(uintptr_t)scratch;
	case 'f': return file;
	case 'd': return AT_FDCWD;
	case 'n': return 64;
	case 'z': return 8;
	case 'c': return 1;
	case 'r': return RLIMIT_RSS;	/* none that ends the child: 0 s of processor time would */
	default: return 0;
	}
}

static int is_pointer(char kind)
{
	return kind == 's' || kind == 'p';
}

/* `which`: the argument that is bad, -1 for all pointers. Whether the outcome is a sane one. */
static int one(long number, const char *kinds, int which, long bad)
{
	long a[6] = {0}, result;
	pid_t self = getpid();

	for (int i = 0; kinds[i]; i++)
		a[i] = is_pointer(kinds[i]) && (which < 0 || which == i) ? bad : good(kinds[i]);
	memset(scratch, 0, 4096);
	errno = 0;
	result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (getpid() != self)
		_exit(0);
	if (result == -1 && (errno < 1 || errno > ERRNO_LAST || errno == ENOSYS)) {
		DIAG("call %ld with %lx as argument %d: errno %d", number, (unsigned long)bad, which, errno);
		return 0;
	}
	return 1;
}

static void child(long number, const char *kinds)
{
	const long bad[] = {1, 0xfff, (long)0x80000000u, (long)0x80100000u, (long)0xbffffffcu, (long)0xc0000000u,
			    (long)0xfffff000u, (long)0xfffffffcu, (long)(uintptr_t)(pages + 4096),
			    (long)(uintptr_t)(pages + 4095), (long)(uintptr_t)(pages + 4092), 2, 16, 0xff0,
			    (long)0x80000001u, (long)0x80000fffu, (long)0x8ffffff0u, (long)0x90000000u, (long)0xa0000000u,
			    (long)0xc0100000u, (long)0xe0000000u, (long)0xffffffffu};
	int fine = 1;

	alarm(SECONDS);
	for (unsigned n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		fine &= one(number, kinds, -1, bad[n]);
		for (int i = 0; kinds[i]; i++) {
			if (is_pointer(kinds[i]))
				fine &= one(number, kinds, i, bad[n]);
		}
	}
	_exit(fine ? 0 : 1);
}

/* Others may have left message queues, in which msgrcv() would wait. */
static void remove_queues(void)
{
	enum { RMID = 0, MSG_STAT = 11, MSG_INFO = 12 };
	long buffer[32];
	long last = syscall(SYS_msgctl, 0, MSG_INFO, buffer);

	for (long i = 0; i <= last; i++) {
		long id = syscall(SYS_msgctl, i, MSG_STAT, buffer);

		if (id >= 0)
			syscall(SYS_msgctl, id, RMID, NULL);
	}
}

int main(int argc, char **argv)
{
	remove_queues();
	pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	scratch = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS(pages != MAP_FAILED && scratch != MAP_FAILED && munmap(pages + 4096, 4096) == 0, "no pages");
	memset(pages, 'x', 4096);
	file = open("/tmp/call-pointers", O_RDWR | O_CREAT | O_TRUNC, 0600);
	BAIL_UNLESS(file >= 0, "no file");
	TEST_PLAN(argc - 1);
	for (int i = 1; i < argc; i++) {
		char *name = strchr(argv[i], ':'), *kinds = name ? strchr(name + 1, ':') : NULL;
		long number = atol(argv[i]);
		int status = -1;

		BAIL_UNLESS(kinds, "%s is no call", argv[i]);
		*kinds++ = 0;
		pid_t pid = fork();
		if (pid == 0)
			child(number, kinds);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		OK(pid > 0 && status == 0, "%s survives bad pointers", name + 1);
		if (status)
			DIAG("status %x", (unsigned)status);
	}
	unlink("/tmp/call-pointers");
	return test_done();
}
