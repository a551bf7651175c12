/*
 * Overcommit: what /proc/sys/vm/overcommit_memory's three modes refuse and grant, what counts, and that all of it is
 * given back. Needs the machine for itself.
 */
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE 4096
#define MIB (1 << 20)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

static long committed(void) { return proc_figure("/proc/meminfo", "Committed_AS"); }

static void set(const char *what, const char *value)
{
	char path[64] = "/proc/sys/vm/";
	int fd = open(strcat(path, what), O_WRONLY);

	if (write(fd, value, strlen(value)) < 0)
		test_diag("%s: %d", path, errno);
	close(fd);
}

static void *take(unsigned long mib, int flags) { return mmap(0, mib * MIB, RW, flags, -1, 0); }

/* By how much these KiB are committed, to 64 KiB. */
static void test_counts(void)
{
	long base = committed();
	char *p = take(8, ANON), *q;
	int fd, status, gate[2];

	IS((committed() - base) / 64, 8192 / 64);
	munmap(p, 4 * MIB);
	IS((committed() - base) / 64, 4096 / 64);
	IS(mprotect(p + 4 * MIB, 2 * MIB, PROT_READ), 0);
	IS((committed() - base) / 64, 4096 / 64);	/* what was counted stays */
	q = mremap(p + 6 * MIB, 2 * MIB, 4 * MIB, MREMAP_MAYMOVE);
	OK(q != MAP_FAILED, "mremap");
	IS((committed() - base) / 64, 6144 / 64);
	munmap(p + 4 * MIB, 2 * MIB);
	munmap(q, 4 * MIB);
	IS((committed() - base) / 64, 0);
	p = take(8, ANON | MAP_NORESERVE);
	q = mmap(0, 8 * MIB, PROT_READ, ANON, -1, 0);
	IS((committed() - base) / 64, 0);
	IS(mprotect(q, 2 * MIB, RW), 0);		/* now it may be written to */
	IS((committed() - base) / 64, 2048 / 64);
	munmap(p, 8 * MIB);
	munmap(q, 8 * MIB);
	fd = open("/proc/self/exe", O_RDONLY);
	p = mmap(0, 4 * MIB, RW, MAP_PRIVATE, fd, 0);
	IS((committed() - base) / 64, 4096 / 64);
	munmap(p, 4 * MIB);
	p = take(4, MAP_SHARED | MAP_ANONYMOUS);
	IS((committed() - base) / 64, 4096 / 64);
	munmap(p, 4 * MIB);
	IS((committed() - base) / 64, 0);
	p = take(8, ANON);
	pipe(gate);
	if (!fork()) {
		char c;

		close(gate[1]);
		read(gate[0], &c, 1);
		_exit(0);
	}
	OK(committed() - base >= 16384, "a child counts as much again: %ld KiB", committed() - base);
	close(gate[1]);
	wait(&status);
	munmap(p, 8 * MIB);
	IS((committed() - base) / 64, 0);
}

static void test_modes(void)
{
	long total = proc_figure("/proc/meminfo", "MemTotal") / 1024, left;
	void *p, *q;
	int status;

	/* Guess: what could never be is refused. */
	ERRNO((long)take((unsigned long)total * 2, ANON), ENOMEM);
	p = take((unsigned long)total * 3 / 4, ANON);
	q = take((unsigned long)total * 3 / 4, ANON);
	OK(p != MAP_FAILED && q != MAP_FAILED, "more than there is, in parts");
	munmap(q, (unsigned long)total * 3 / 4 * MIB);
	munmap(p, (unsigned long)total * 3 / 4 * MIB);
	p = take((unsigned long)total * 2, ANON | MAP_NORESERVE);
	OK(p != MAP_FAILED, "MAP_NORESERVE");
	munmap(p, (unsigned long)total * 2 * MIB);
	/* Always. */
	set("overcommit_memory", "1");
	p = take(1024, ANON);
	OK(p != MAP_FAILED, "a GiB, in mode 1");
	munmap(p, 1024ul * MIB);
	/* Never: no more than the limit. */
	set("overcommit_memory", "2");
	set("overcommit_ratio", "50");
	left = (proc_figure("/proc/meminfo", "CommitLimit") - committed()) / 1024;
	OK(left > 4 && left < total / 2 + 1, "%ld MiB are left in mode 2", left);
	ERRNO((long)take((unsigned long)left + 2, ANON), ENOMEM);
	ERRNO((long)take((unsigned long)left + 2, ANON | MAP_NORESERVE), ENOMEM);
	p = take((unsigned long)left * 3 / 4, ANON);
	OK(p != MAP_FAILED, "what is left is granted");
	ERRNO((long)take((unsigned long)left / 2, ANON), ENOMEM);
	ERRNO(fork(), ENOMEM);		/* the child could write to all of it */
	q = sbrk(0);
	ERRNO((long)sbrk((int)left / 2 * MIB), ENOMEM);
	OK(sbrk(0) == q, "the heap has not grown");
	munmap(p, (unsigned long)left * 3 / 4 * MIB);
	if (!fork())
		_exit(0);
	IS(wait(&status) > 0 ? status : -1, 0);
	set("overcommit_memory", "0");
}

int main(void)
{
	TEST_PLAN(28);
	test_counts();
	test_modes();
	return test_done();
}
