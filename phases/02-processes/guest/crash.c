/*
 * A program with something to look at when it ends: two threads beside the first, one of them in a system call, a
 * known call chain, known values. Not a test by itself; cases dump its core and debug it.
 *
 * usage: crash [abort | segv | stop | spin]
 */
#include "thread.h"

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

static int spins(void *unused)
{
	(void)unused;
	for (;;)
		__sync_fetch_and_add(&rounds, 0);
	return 0;
}

static int sleeps(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	static struct thread threads[2];
	const char *how = argc > 1 ? argv[1] : "abort";

	rounds = twice(0);
	/* Memory that was never touched must not fill the file. */
	untouched = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (strcmp(how, "stop") != 0) {
		thread_start(&threads[0], spins, NULL);
		thread_start(&threads[1], sleeps, NULL);
		usleep(20000);
	}
	inner(how, 3);
	while (strcmp(how, "spin") == 0)
		pause();
	return found.number == 4711 ? 0 : 1;
}
