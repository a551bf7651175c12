/*
 * remap_file_pages: pages of a shared mapping show others of the file, in any order, and are still the file's. As Linux has
 * done since 4.0, each becomes a mapping of its own: errors, locks and protection follow from that.
 */
#define _GNU_SOURCE
#include "../../guest/testing.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE 4096ul
#define PAGES 8ul
#define RW (PROT_READ | PROT_WRITE)

static int file;

static int remap(const volatile void *start, size_t size, int prot, size_t page, int flags)
{
	return (int)syscall(SYS_remap_file_pages, start, size, prot, page, flags);
}

static char at(unsigned long page)
{
	char c = 0;

	pread(file, &c, 1, (off_t)(page * PAGE));
	return c;
}

static void refusals(volatile char *shared)
{
	volatile char *private = mmap(0, PAGE, RW, MAP_PRIVATE, file, 0), *gap = mmap(0, 4 * PAGE, RW, MAP_SHARED, file, 0);

	ERRNO(remap(shared, PAGE, PROT_READ, 0, 0), EINVAL);		/* protection is not asked for */
	ERRNO(remap(shared, 0, 0, 0, 0), EINVAL);
	ERRNO(remap(shared, PAGE - 1, 0, 0, 0), EINVAL);		/* rounds to nothing */
	ERRNO(remap(shared, 2 * PAGE, 0, ~0ul, 0), EINVAL);		/* beyond what a file can have */
	ERRNO(remap(private, PAGE, 0, 1, 0), EINVAL);
	ERRNO(remap((void *)0x10000, PAGE, 0, 0, 0), EINVAL);		/* nothing is there */
	ERRNO(remap((void *)-PAGE, 2 * PAGE, 0, 0, 0), EINVAL);
	munmap((void *)(gap + PAGE), PAGE);
	ERRNO(remap(gap, 3 * PAGE, 0, 0, 0), EINVAL);			/* a hole on the way */
	mprotect((void *)(gap + 3 * PAGE), PAGE, PROT_READ);
	ERRNO(remap(gap + 2 * PAGE, 2 * PAGE, 0, 0, 0), EINVAL);	/* of two kinds */
	IS(gap[3 * PAGE], 3);
	munmap((void *)(private), PAGE);
	munmap((void *)(gap), 4 * PAGE);
}

/* What lies beyond the file's end is found when it is touched. */
static void beyond(volatile char *shared)
{
	int status = 0;

	IS(remap(shared, PAGE, 0, PAGES + 5, 0), 0);
	if (!fork())
		_exit(*shared);
	wait(&status);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "status %x", status);
	IS(remap(shared, PAGE, 0, 0, 0), 0);
	IS(shared[0], 0);
}

static void locked(void)
{
	volatile char *p = mmap(0, 2 * PAGE, RW, MAP_SHARED, file, 0);
	unsigned char in[2] = { 0, 0 };

	BAIL_UNLESS(mlock((void *)p, 2 * PAGE) == 0, "mlock");
	IS(remap(p, 2 * PAGE, 0, 4, MAP_NONBLOCK), 0);
	IS(mincore((void *)p, 2 * PAGE, in), 0);
	OK((in[0] & 1) && (in[1] & 1), "what was locked is there again");
	IS(p[PAGE], 'w');
	munmap((void *)(p), 2 * PAGE);
}

int main(void)
{
	volatile char *shared;		/* the same page is seen at several places */
	int bad = 0, status;

	file = memfd_create("pages", 0);
	BAIL_UNLESS(file >= 0 && ftruncate(file, PAGES * PAGE) == 0, "file");
	for (unsigned long i = 0; i < PAGES; i++) {
		char c = (char)i;

		pwrite(file, &c, 1, (off_t)(i * PAGE));
	}
	shared = mmap(0, PAGES * PAGE, RW, MAP_SHARED, file, 0);
	BAIL_UNLESS(shared != MAP_FAILED, "mmap");
	refusals(shared);
	for (unsigned long i = 0; i < PAGES; i++)
		bad += remap(shared + i * PAGE, PAGE, 0, PAGES - 1 - i, i & 1 ? MAP_NONBLOCK : 0) != 0;
	IS(bad, 0);
	for (unsigned long i = 0; i < PAGES; i++)
		bad += shared[i * PAGE] != (char)(PAGES - 1 - i);
	IS(bad, 0);
	shared[2 * PAGE] = 'w';
	IS(at(PAGES - 3), 'w');
	/* The same page twice, and from the middle of an address: both are rounded down. */
	IS(remap(shared + 1, 2 * PAGE + 5, 0, 3, 0), 0);
	OK(shared[0] == 3 && shared[PAGE] == 4 && shared[4 * PAGE] == 3, "%d %d %d", shared[0], shared[PAGE], shared[4 * PAGE]);
	shared[0] = 'x';
	IS(shared[4 * PAGE], 'x');
	if (!fork()) {
		shared[PAGE] = 'c';
		_exit(shared[0] != 'x');
	}
	wait(&status);
	IS(status, 0);
	IS(at(4), 'c');
	beyond(shared);
	locked();
	return test_done();
}
