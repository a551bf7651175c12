/*
 * A program with something to look at when it ends: two threads beside the first, one of them in a system call, a
 * known call chain, known values. Not a test by itself; cases dump its core and debug it.
 *
 * usage: crash [abort | segv | stop | spin | memory FILE LIBRARY]
 *
 * `memory` has a page of each kind that /proc/PID/coredump_filter knows, writes where, and aborts. LIBRARY is an ELF file.
 */
#include "thread.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct thing {
	int number;
	char name[16];
};

/* For a debugger to call. */
__attribute__((noinline, used)) int twice(int n)
{
	return 2 * n;
}

struct thing found = { 4711, "the thing" };
static char *volatile untouched;
volatile int rounds;
static volatile int begun;

__attribute__((noinline)) static void inner(const char *how, int depth)
{
	rounds++;
	if (depth > 0) {
		inner(how, depth - 1);
		rounds++;		/* not a tail call */
		return;
	}
	if (strcmp(how, "abort") == 0)
		abort();
	if (strcmp(how, "segv") == 0)
		*(volatile int *)(4096 + 0x123 * 4) = 1;
}

static char *page_of(const char *what, int fd, int flags)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		exit(2);
	if (flags & MAP_ANONYMOUS)
		snprintf(p, 4096, "here: %s", what);
	printf("%s %p\n", what, (void *)p);
	return p;
}

static void shows_memory(const char *path, const char *library)
{
	extern const char __executable_start[];
	int file = open(path, O_RDWR), elf = open(library, O_RDONLY), gone = open("deleted", O_RDWR | O_CREAT, 0600);

	write(gone, "here: deleted\n", 14);
	unlink("deleted");
	page_of("private", -1, MAP_PRIVATE | MAP_ANONYMOUS);
	page_of("shared", -1, MAP_SHARED | MAP_ANONYMOUS);
	page_of("deleted", gone, MAP_SHARED);
	page_of("file-private", file, MAP_PRIVATE);
	page_of("file-written", file, MAP_PRIVATE)[100] = 1;
	page_of("file-shared", file, MAP_SHARED);
	page_of("library", elf, MAP_PRIVATE);
	madvise(page_of("excluded", -1, MAP_PRIVATE | MAP_ANONYMOUS), 4096, MADV_DONTDUMP);
	printf("program %p\n", (const void *)__executable_start);
	fflush(stdout);
	abort();
}

static int spins(void *unused)
{
	(void)unused;
	__sync_fetch_and_add(&begun, 1);
	for (;;)
		__sync_fetch_and_add(&rounds, 0);
	return 0;
}

static int sleeps(void *unused)
{
	(void)unused;
	__sync_fetch_and_add(&begun, 1);
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	static struct thread threads[2];
	const char *how = argc > 1 ? argv[1] : "abort";

	if (argc > 3)
		shows_memory(argv[2], argv[3]);
	rounds = twice(0);
	/* Memory that was never touched must not fill the file. */
	untouched = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (strcmp(how, "stop") != 0) {
		thread_start(&threads[0], spins, NULL);
		thread_start(&threads[1], sleeps, NULL);
		while (begun < 2)
			usleep(1000);
		usleep(20000);
	}
	inner(how, 3);
	while (strcmp(how, "spin") == 0)
		pause();
	return found.number == 4711 ? 0 : 1;
}
