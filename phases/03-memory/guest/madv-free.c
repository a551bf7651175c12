/*
 * MADV_FREE: pages stay until memory is short, then go without being written, unless they were written to before; with
 * and without swap, over fork, in swap, locked, and where it is refused. The program is told which of these by its caller:
 * with "swap" there is an area.
 */
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define PAGE 4096
#define PAGES 512
#ifndef MADV_FREE
#define MADV_FREE 8
#endif
#define MADV_DONTNEED_LOCKED_ 24

static char *fresh(unsigned pages)
{
	char *p = mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (unsigned i = 0; i < pages; i++)
		memset(p + i * PAGE, 'a' + i % 26, PAGE);
	return p;
}

/* Pages that have what was written, or that are zero; -1: something else. */
static int pages_like(const char *p, unsigned from, unsigned to, int written)
{
	int n = 0;

	for (unsigned i = from; i < to; i++) {
		char c = p[i * PAGE];

		for (unsigned k = 1; k < PAGE; k++)
			if (p[i * PAGE + k] != c)
				return -1;
		if (c && c != (char)('a' + i % 26))
			return -1;
		n += written ? c != 0 : c == 0;
	}
	return n;
}

static long lazy_free(void)
{
	return proc_figure("/proc/self/smaps_rollup", "LazyFree");
}

/* Somebody else takes memory until so many pages that were given up have gone, or there is none, and ends. */
static void squeeze(int pages)
{
	long had = proc_figure("/proc/vmstat", "pglazyfreed"), limit;
	int status;

	limit = (proc_figure("/proc/meminfo", "MemFree") + proc_figure("/proc/meminfo", "Cached") +
		 proc_figure("/proc/meminfo", "SwapFree")) / 4 + PAGES;
	if (!fork()) {
		volatile char *p = mmap(0, limit * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		for (long i = 0; i < limit; i++) {
			p[i * PAGE] = 1;
			if (i % 16 == 0 && proc_figure("/proc/vmstat", "pglazyfreed") >= had + pages)
				_exit(0);
		}
		_exit(1);
	}
	wait(&status);
	OK(status == 0, "whoever needed the memory got it: %x", (unsigned)status);
}

static void test_refusals(void)
{
	char *p = fresh(4), *shared, *file;
	int fd = open("/etc/passwd", O_RDONLY);

	shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ERRNO(madvise(shared, PAGE, MADV_FREE), EINVAL);
	file = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ERRNO(madvise(file, PAGE, MADV_FREE), EINVAL);
	IS(mlock(p, PAGE), 0);
	ERRNO(madvise(p, PAGE, MADV_FREE), EINVAL);
	ERRNO(madvise(p, PAGE, MADV_DONTNEED), EINVAL);
	IS(p[0], 'a');
	IS(madvise(p, PAGE, MADV_DONTNEED_LOCKED_), 0);
	IS(p[0], 0);
	munmap(p + PAGE, PAGE);
	ERRNO(madvise(p + PAGE, 2 * PAGE, MADV_FREE), ENOMEM);
	ERRNO(madvise(p + 2 * PAGE + 1, PAGE, MADV_FREE), EINVAL);
	ERRNO(madvise(p + 2 * PAGE, PAGE, 12), EINVAL);
	ERRNO(madvise(p + 2 * PAGE, PAGE, 14), EINVAL);
	ERRNO(madvise(p + 2 * PAGE, PAGE, 100), EINVAL);
}

/* Without need nothing goes; with need what was not written to again does, whole. */
static void test_pressure(void)
{
	char *p = fresh(PAGES), *kept = fresh(64);
	long before = lazy_free();
	int status;

	IS(madvise(p, PAGES * PAGE, MADV_FREE), 0);
	IS(pages_like(p, 0, PAGES, 1), PAGES);
	IS(lazy_free() - before, PAGES * PAGE / 1024);
	for (unsigned i = 0; i < 100; i++)
		p[i * PAGE + 7] = (char)('a' + i % 26);		/* these are in use again */
	IS(lazy_free() - before, (PAGES - 100) * PAGE / 1024);
	IS(mlock(p + 400 * PAGE, 12 * PAGE), 0);
	squeeze(250);
	IS(pages_like(p, 0, 100, 1), 100);
	IS(pages_like(p, 400, 412, 1), 12);
	OK(pages_like(p, 100, 400, 0) > 200, "%d of 300 have gone", pages_like(p, 100, 400, 0));
	IS(pages_like(kept, 0, 64, 1), 64);
	munlock(p + 400 * PAGE, 12 * PAGE);
	/* They are memory like any other. */
	for (unsigned i = 0; i < PAGES; i++)
		memset(p + i * PAGE, 'a' + i % 26, PAGE);
	IS(pages_like(p, 0, PAGES, 1), PAGES);
	/* A child has the pages as they are; what it writes is its own. */
	IS(madvise(p, PAGES * PAGE, MADV_FREE), 0);
	if (!fork()) {
		for (unsigned i = 0; i < 50; i++)
			p[i * PAGE] = p[i * PAGE + 1];
		_exit(pages_like(p, 0, 50, 1) != 50 || pages_like(p, 0, PAGES, 1) < 0);
	}
	wait(&status);
	IS(status, 0);
	squeeze(100);
	OK(pages_like(p, 0, PAGES, 0) >= 0, "each page is whole or empty after fork");
	munmap(p, PAGES * PAGE);
	munmap(kept, 64 * PAGE);
}

/* Pages that are in swap: their slots are given back, or what was read back goes without being written. */
static void test_swap(void)
{
	char *p = fresh(PAGES);
	long used;

	used = proc_figure("/proc/meminfo", "SwapFree");
	for (int i = 0; i < 50 && proc_figure("/proc/meminfo", "SwapFree") > used - PAGES * 4 * 9 / 10; i++) {
		struct timespec t = { 0, 20000000 };

		madvise(p, PAGES * PAGE, MADV_PAGEOUT);
		nanosleep(&t, 0);
	}
	IS(pages_like(p, 0, PAGES / 2, 1), PAGES / 2);		/* half comes back */
	IS(madvise(p, PAGES * PAGE, MADV_FREE), 0);
	OK(proc_figure("/proc/meminfo", "SwapFree") >= used - 64, "the slots are free again");
	OK(pages_like(p, 0, PAGES / 2, 1) == PAGES / 2, "what was in memory is");
	IS(pages_like(p, PAGES / 2, PAGES, 0), PAGES / 2);
	munmap(p, PAGES * PAGE);
}

int main(int argc, char **argv)
{
	int swap = argc > 1 && !strcmp(argv[1], "swap");

	TEST_PLAN(swap ? 34 : 29);
	test_refusals();
	test_pressure();
	if (swap)
		test_swap();
	OK(proc_figure("/proc/vmstat", "pglazyfreed") > 200, "vmstat counts them");
	return test_done();
}
