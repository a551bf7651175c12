/*
 * memory-bomb RUNS: programs that take all memory there is die, alone: bystanders with less memory than a bomb keep what
 * they had and answer, memory comes back. Bombs are of several kinds, by turns. Swap is on or not, as the caller has it.
 */
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE 4096
#define BYSTANDERS 3
#define BYSTANDER_PAGES 128
#define NOBODY 65534

static struct { pid_t pid; int ask, answer; } bystander[BYSTANDERS];

/* Keeps its pages, and says on request whether they are what they were. */
static void stand_by(int ask, int answer)
{
	char *p = mmap(0, BYSTANDER_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), c;

	for (unsigned i = 0; i < BYSTANDER_PAGES; i++)
		memset(p + i * PAGE, 'a' + i % 26, PAGE);
	while (read(ask, &c, 1) == 1) {
		c = 'y';
		for (unsigned i = 0; i < BYSTANDER_PAGES; i++)
			for (unsigned k = 0; k < PAGE; k += 127)
				if (p[i * PAGE + k] != (char)('a' + i % 26))
					c = 'n';
		write(answer, &c, 1);
	}
	_exit(0);
}

static void start_bystanders(void)
{
	for (unsigned i = 0; i < BYSTANDERS; i++) {
		int ask[2], answer[2];

		BAIL_UNLESS(!pipe(ask) && !pipe(answer), "pipes");
		bystander[i].pid = fork();
		if (!bystander[i].pid) {
			close(ask[1]);
			close(answer[0]);
			for (unsigned k = 0; k < i; k++)
				close(bystander[k].ask);
			stand_by(ask[0], answer[1]);
		}
		close(ask[0]);
		close(answer[1]);
		bystander[i].ask = ask[1];
		bystander[i].answer = answer[0];
	}
}

static int all_well(void)
{
	char c = 0;

	for (unsigned i = 0; i < BYSTANDERS; i++)
		if (write(bystander[i].ask, "?", 1) != 1 || read(bystander[i].answer, &c, 1) != 1 || c != 'y')
			return 0;
	return 1;
}

/* ---- bombs: none returns unless memory was refused ---- */

static void touch_all(void)
{
	for (;;) {
		char *p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return;
		for (unsigned at = 0; at < 1 << 20; at += PAGE)
			p[at] = 1;
	}
}

static void heap(void)
{
	char *p;

	while ((p = sbrk(65536)) != (char *)-1)
		for (unsigned at = 0; at < 65536; at += PAGE)
			p[at] = 1;
}

static void memory_file(void)
{
	static char page[65536];
	int fd = memfd_create("bomb", 0);

	memset(page, 'x', sizeof(page));
	while (write(fd, page, sizeof(page)) == sizeof(page))
		;
}

/* Copies what it shared with a child. */
static void copies(void)
{
	unsigned size = 4 << 20;
	char *p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 1, size);
	while (fork() >= 0)
		for (unsigned at = 0; at < size; at += PAGE)
			p[at]++;
	for (;;)
		pause();
}

/* As many processes as may be, each with memory. */
static void fork_bomb(void)
{
	const struct rlimit limit = { 40, 40 };

	if (setrlimit(RLIMIT_NPROC, &limit) || setuid(NOBODY))
		_exit(9);
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			continue;
		touch_all();
		if (pid < 0)
			pause();
	}
}

static void (*const bombs[])(void) = { touch_all, heap, memory_file, copies, fork_bomb };

/* Runs a bomb in a group of its own; what is left of it after the leader's end is ended, and gone. True: it came to an end. */
static int explode(void (*bomb)(void))
{
	int status = 0, family = bomb == copies || bomb == fork_bomb;
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		if (family) {
			/* Its children die by turns; it is over when it has had its time. */
			alarm(2);
		}
		bomb();
		_exit(0);
	}
	BAIL_UNLESS(pid > 0, "the next bomb cannot be started");
	setpgid(pid, pid);
	if (waitpid(pid, &status, 0) != pid)
		return 0;
	/* The killed hold their memory until they are gone. */
	while (kill(-pid, SIGKILL) == 0)
		usleep(1000);
	if (family)
		return WIFSIGNALED(status);
	return status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* In KiB: what is free when the dead are gone, swap included; pages that are in both places count once. */
static long settled(void)
{
	long now = -1, before;

	do {
		before = now;
		usleep(200000);
		now = proc_figure("/proc/meminfo", "MemAvailable") + proc_figure("/proc/meminfo", "SwapFree") + proc_figure("/proc/meminfo", "SwapCached");
	} while (now > before);
	return now;
}

int main(int argc, char **argv)
{
	int runs = argc > 1 ? atoi(argv[1]) : 5, ended = 0, well = 0;
	long before, after;

	TEST_PLAN(3);
	start_bystanders();
	BAIL_UNLESS(all_well(), "bystanders");
	before = settled();
	for (int i = 0; i < runs; i++) {
		ended += explode(bombs[i % (sizeof(bombs) / sizeof(bombs[0]))]);
		well += all_well();
	}
	IS(ended, runs);
	IS(well, runs);
	after = settled();
	OK(after + 2048 >= before, "memory has come back");
	DIAG("%ld KiB before, %ld after", before, after);
	return test_done();
}
