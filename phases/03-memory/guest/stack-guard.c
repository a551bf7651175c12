/*
 * Stacks: they grow as they are used, down to their limit; what lies near keeps a gap, which cannot be jumped over page by
 * page; MAP_GROWSDOWN; a kernel's access to the stack below grows it too.
 */
#include "../../guest/testing.h"
#include "faults.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PAGE 4096
#define GAP (256 * PAGE)

/* The lowest address of the area that has p, as /proc/self/maps tells. */
static char *start_of(const void *p)
{
	static char text[65536];
	int fd = open("/proc/self/maps", O_RDONLY), n = 0, r;
	char *line = text;

	while ((r = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += r;
	close(fd);
	text[n] = 0;
	while (line && *line) {
		char *dash;
		unsigned long start = strtoul(line, &dash, 16), end = strtoul(dash + 1, 0, 16);

		if (start <= (unsigned long)p && (unsigned long)p < end)
			return (char *)start;
		line = strchr(line, '\n');
		line = line ? line + 1 : 0;
	}
	return 0;
}

/* How far below the stack's begin a store still makes it grow, in pages; at most `most`. */
static int grows(int most)
{
	char *low = start_of(__builtin_frame_address(0));
	int n = 0;

	while (n < most && !store(low - (n + 1) * PAGE))
		n++;
	return n;
}

static int child(int (*f)(void))
{
	int status;

	if (!fork())
		_exit(f());
	wait(&status);
	return status;
}

static int to_limit(void)
{
	struct rlimit limit = { 1 << 20, RLIM_INFINITY };
	char *here = __builtin_frame_address(0);

	setrlimit(RLIMIT_STACK, &limit);
	if (store(here - 800 * 1024))
		return 1;
	if (store(here - (1 << 20) - 64 * 1024) != SEGV_MAPERR)
		return 2;
	limit.rlim_cur = 2 << 20;
	setrlimit(RLIMIT_STACK, &limit);
	return store(here - (1 << 20) - 64 * 1024) ? 3 : 0;
}

/* A mapping below stops it a gap before. */
static int neighbour(void)
{
	char *low = start_of(__builtin_frame_address(0)), *at = low - GAP - 64 * PAGE;
	int n;

	if (mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		return 1;
	n = grows(200);
	test_diag("grows by %d pages", n);
	return n >= 62 && n <= 63 && code == SEGV_MAPERR ? 0 : 2;
}

/* What cannot be accessed at all needs no gap: it is one. */
static int guard_page(void)
{
	char *low = start_of(__builtin_frame_address(0)), *at = low - 64 * PAGE;

	if (mmap(at, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		return 1;
	return grows(200) == 63 ? 0 : 2;
}

/* A file is read to below the stack pointer: the kernel's stores grow it. */
static int by_kernel(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	char *here = __builtin_frame_address(0);

	return read(fd, here - 300 * 1024, PAGE) == PAGE ? 0 : 1;
}

static int grows_down(void)
{
	char *p = mmap((char *)0x30000000, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	for (unsigned i = 1; i < 100; i++)
		if (store(p - i * PAGE))
			return 2;
	return start_of(p) == p - 99 * PAGE ? 0 : 3;
}

int main(void)
{
	catch_faults();
	TEST_PLAN(7);
	OK(grows(100) == 100, "the stack grows page by page");
	IS(child(to_limit), 0);
	IS(child(neighbour), 0);
	IS(child(guard_page), 0);
	IS(child(by_kernel), 0);
	IS(child(grows_down), 0);
	IS(store((char *)__builtin_frame_address(0) - 64 * 1024), 0);
	return test_done();
}
