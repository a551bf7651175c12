/*
 * AVX registers, when the processor has them, are a task's own: they survive other tasks that use them, signal handlers
 * that do, and fork(). Programs such as cksum use AVX without asking whether the system keeps it.
 */
#include "../../guest/testing.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

static void cpuid(uint32_t leaf, uint32_t *c)
{
	uint32_t a = leaf, b, d;

	*c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(*c), "=d"(d));
}

static void fill(uint8_t value)
{
	uint8_t bytes[32];

	memset(bytes, value, sizeof(bytes));
	__asm__ volatile("vmovups %0, %%ymm3" :: "m"(bytes) : "memory");
}

static int holds(uint8_t value)
{
	uint8_t bytes[32];

	__asm__ volatile("vmovups %%ymm3, %0" : "=m"(bytes) :: "memory");
	for (int i = 0; i < 32; i++) {
		if (bytes[i] != value)
			return 0;
	}
	return 1;
}

static void handler(int sig)
{
	fill((uint8_t)sig);
}

int main(void)
{
	const struct sigaction action = {.sa_handler = handler};
	uint32_t c, low = 0, high;
	int status = 0, kept;

	cpuid(1, &c);
	if (!(c & 1u << 28))
		TEST_SKIP_ALL("no AVX here");
	TEST_PLAN(5);
	OK(c & 1u << 27, "the system says that it keeps extended state");
	if (c & 1u << 27)
		__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	IS(low & 7, 7);
	sigaction(SIGUSR1, &action, NULL);
	fill(0x5a);
	raise(SIGUSR1);
	kept = holds(0x5a);
	OK(kept, "a handler's registers are not its program's");
	fill(0x33);
	pid_t pid = fork();
	if (pid == 0) {
		int same = holds(0x33);

		for (int i = 0; i < 50; i++) {
			fill((uint8_t)i);
			usleep(1000);
			same &= holds((uint8_t)i);
		}
		_exit(same ? 0 : 1);
	}
	kept = 1;
	for (int i = 100; i < 150; i++) {
		fill((uint8_t)i);
		usleep(1000);
		kept &= holds((uint8_t)i);
	}
	OK(kept, "another task's registers are its own");
	waitpid(pid, &status, 0);
	OK(status == 0, "a child begins with its parent's and keeps its own");
	return test_done();
}
