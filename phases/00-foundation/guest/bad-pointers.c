/*
 * System calls given pointers that the caller may not use return EFAULT: into the kernel, to nothing, across
 * the end of what is mapped, around the end of the address space.
 */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static int file, pipe_ends[2];

#define FD		0x10000001	/* stands for a file that is open for reading and writing */
#define PIPE_IN		0x10000002
#define PIPE_OUT	0x10000003
#define BAD		0x10000004	/* the pointer under test */

static const struct {
	const char *name;
	long number;
	long args[6];
} calls[] = {
	{"read", SYS_read, {PIPE_OUT, BAD, 64}},
	{"write", SYS_write, {FD, BAD, 64}},
	{"write to a pipe", SYS_write, {PIPE_IN, BAD, 64}},
	{"readv", SYS_readv, {PIPE_OUT, BAD, 2}},
	{"writev", SYS_writev, {FD, BAD, 2}},
	{"open", SYS_open, {BAD, O_RDONLY}},
	{"access", SYS_access, {BAD, 0}},
	{"unlink", SYS_unlink, {BAD}},
	{"mkdir", SYS_mkdir, {BAD, 0700}},
	{"rmdir", SYS_rmdir, {BAD}},
	{"rename", SYS_rename, {BAD, BAD}},
	{"link", SYS_link, {BAD, BAD}},
	{"symlink", SYS_symlink, {BAD, BAD}},
	{"readlink", SYS_readlink, {BAD, BAD, 64}},
	{"chmod", SYS_chmod, {BAD, 0600}},
	{"chdir", SYS_chdir, {BAD}},
	{"stat64", SYS_stat64, {BAD, BAD}},
	{"fstat64", SYS_fstat64, {FD, BAD}},
	{"getcwd", SYS_getcwd, {BAD, 4096}},
	{"pipe", SYS_pipe, {BAD}},
	{"execve", SYS_execve, {BAD, 0, 0}},
	{"uname", SYS_uname, {BAD}},
	{"gettimeofday", SYS_gettimeofday, {BAD, 0}},
	{"clock_gettime", SYS_clock_gettime, {1, BAD}},
	{"nanosleep", SYS_nanosleep, {BAD, 0}},
	{"rt_sigaction", SYS_rt_sigaction, {SIGUSR1, BAD, 0, 8}},
	{"rt_sigprocmask", SYS_rt_sigprocmask, {SIG_BLOCK, BAD, 0, 8}},
	{"poll", SYS_poll, {BAD, 1, 0}},
	{"getrlimit", SYS_ugetrlimit, {7, BAD}},
	{"getrusage", SYS_getrusage, {0, BAD}},
	{"times", SYS_times, {BAD}},
	{"_llseek", SYS__llseek, {FD, 0, 0, BAD, 0}},
	{"set_thread_area", SYS_set_thread_area, {BAD}},
	{"sysinfo", SYS_sysinfo, {BAD}},
	{"getrandom", SYS_getrandom, {BAD, 64, 0}},
	{"getgroups", SYS_setgroups32, {2, BAD}},
};

#define COUNT (sizeof(calls) / sizeof(calls[0]))

static long argument(long value, long bad)
{
	switch (value) {
	case FD: return file;
	case PIPE_OUT: return pipe_ends[0];
	case PIPE_IN: return pipe_ends[1];
	case BAD: return bad;
	default: return value;
	}
}

/* A call may have moved the one byte that it could: more_than_none allows for that. */
static int refused(size_t i, long bad, int more_than_none)
{
	const long *a = calls[i].args;
	long result = syscall(calls[i].number, argument(a[0], bad), argument(a[1], bad), argument(a[2], bad),
			      argument(a[3], bad), argument(a[4], bad), argument(a[5], bad));

	if ((result == -1 && errno == EFAULT) || (more_than_none && result == 1))
		return 1;
	DIAG("%s with %lx: returned %ld, errno %d", calls[i].name, (unsigned long)bad, result, errno);
	return 0;
}

int main(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const long bad[] = {1, (long)0x80000000u, (long)0x80100000u, (long)0xc0000000u, (long)0xfffff000u, (long)0xffffffffu, 0};

	TEST_PLAN(COUNT);
	BAIL_UNLESS(pages != MAP_FAILED && munmap(pages + 4096, 4096) == 0, "no pages");
	memset(pages, 'x', 4096);
	file = open("/tmp/bad-pointers", O_RDWR | O_CREAT | O_TRUNC, 0600);
	BAIL_UNLESS(file >= 0 && pipe(pipe_ends) == 0 && write(pipe_ends[1], pages, 4000) == 4000, "no files");
	for (size_t i = 0; i < COUNT; i++) {
		int good = 1;
		for (const long *p = bad; *p; p++)
			good &= refused(i, *p, 0);
		/* Begins well and ends outside: one byte is left. */
		good &= refused(i, (long)(uintptr_t)(pages + 4095), 1);
		OK(good, "%s refuses", calls[i].name);
	}
	unlink("/tmp/bad-pointers");
	return test_done();
}
