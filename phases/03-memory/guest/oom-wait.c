/*
 * Calls that need memory of the kernel's while a program holds all there is: that one is killed, the calls wait for its
 * memory and succeed. One of several ways by its name: pipes, processes, copies; and `lock`, where the one to die
 * waits for a lock that the call holds which waits for its memory.
 *
 * A page fault kills and waits by itself, which would do the calls' part for them. So there is none: our memory is locked
 * (reclaim would take the program's text), the children touch none of theirs, and the kernel's log has to say in the end
 * that it was us who asked.
 */
#define _GNU_SOURCE
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define PAGE 4096
#define MIB (1 << 20)
#define LEFT 3072		/* KiB that the holder leaves */
#define TASK 12		/* KiB that a task needs at least: a stack and its records */
#define MAX_TASKS 1000

static void adjust(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (write(fd, score, strlen(score)) < 0)
		test_diag("oom_score_adj: errno %d", errno);
	close(fd);
}

/* Takes all but LEFT, says so, then does what `after` does. */
static pid_t holder(void (*after)(void))
{
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		char *p = mmap(0, 64 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		adjust("500");
		for (unsigned i = 0; i < 64 * MIB; i += PAGE) {
			p[i] = 1;
			if (i % (32 * PAGE) == 0 && proc_figure("/proc/meminfo", "MemFree") < LEFT)
				break;
		}
		write(ready[1], "r", 1);
		for (;;)
			after();
	}
	close(ready[1]);
	(void)!read(ready[0], &c, 1);
	close(ready[0]);
	return pid;
}

static void rest(void)
{
	pause();
}

/* A process with less than the holder, which nobody has reason to kill. */
static pid_t bystander(void)
{
	pid_t pid = fork();

	if (!pid) {
		char *p = mmap(0, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		adjust("0");
		memset(p, 1, MIB);
		for (;;)
			pause();
	}
	usleep(100000);
	return pid;
}

static char block[65536];
static pid_t tasks[MAX_TASKS];
static unsigned ntasks;

static int pipes(unsigned kib)
{
	for (unsigned done = 0; done < kib; done += 64) {
		int ends[2];

		if (pipe2(ends, O_NONBLOCK) || write(ends[1], block, sizeof(block)) != sizeof(block))
			return errno;
	}
	return 0;
}

#define REACH (1024u * MIB)
#define TABLE (2 * MIB)		/* what one page table maps */

static char *sparse;

/* Much address space with a page here and there: a copy needs page tables, which fork() makes with our areas locked. */
static void spread(void)
{
	sparse = mmap(0, REACH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	BAIL_UNLESS(sparse != MAP_FAILED, "address space");
	for (unsigned i = 0; i < REACH; i += TABLE)
		sparse[i] = 1;
}

/* A child that does nothing, not even touch its memory. */
static int clone_idle(unsigned flags)
{
	static char stack[64];
	int result;

	__asm__ volatile("int $0x80\n\t"
			 "test %%eax, %%eax\n\t"
			 "jnz 1f\n"
			 "0:	mov $29, %%eax\n\t"	/* pause */
			 "int $0x80\n\t"
			 "jmp 0b\n"
			 "1:"
			 : "=a"(result)
			 : "a"(120), "b"(flags | SIGCHLD), "c"(stack + sizeof(stack)), "d"(0), "S"(0), "D"(0)
			 : "memory");
	if (result < 0)
		return -result;
	tasks[ntasks++] = result;
	return 0;
}

static int copies(unsigned kib)
{
	int error = 0;

	for (unsigned done = 0; done < kib && !error; done += REACH / TABLE * PAGE / 1024)
		error = clone_idle(0);
	return error;
}

/* Locks the caller's areas, too: for whoever reads another's memory. */
static void read_parent(void)
{
	char byte;
	struct iovec mine = { &byte, 1 }, theirs = { sparse, 1 };

	(void)syscall(SYS_process_vm_readv, getppid(), &mine, 1, &theirs, 1, 0);
}

/* Tasks that share everything: only the kernel needs memory for them. */
static int processes(unsigned kib)
{
	int error = 0;

	while (!error && ntasks < kib / TASK && ntasks < MAX_TASKS)
		error = clone_idle(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND);
	return error;
}

/* Whether the kernel says that this program needed the memory that it killed for. */
static int we_asked(void)
{
	static char log[65536];
	char line[32];
	int n = klogctl(3 /* read all */, log, sizeof(log) - 1);

	snprintf(line, sizeof(line), "oom-wait (%d) asked", getpid());
	log[n > 0 ? n : 0] = 0;
	return strstr(log, line) != NULL;
}

static const struct way {
	const char *name;
	int (*take)(unsigned);
	void (*after)(void);		/* what the holder does then */
	void (*before)(void);
} ways[] = {
	{ "pipes", pipes, rest, NULL }, { "processes", processes, rest, NULL }, { "copies", copies, rest, spread },
	{ "lock", copies, read_parent, spread },
};

static void check(const struct way *way)
{
	long before = proc_figure("/proc/vmstat", "oom_kill");
	int status, error;
	pid_t large, other;

	adjust("-900");
	memset(block, 'x', sizeof(block));
	other = bystander();
	BAIL_UNLESS(!mlockall(MCL_CURRENT), "locked memory");
	if (way->before)
		way->before();
	large = holder(way->after);
	BAIL_UNLESS(large > 0 && other > 0, "processes");
	memset(tasks, 1, sizeof(tasks));	/* shared with the holder until it is written */
	error = way->take(2 * LEFT + 1024);
	IS(error, 0);
	if (error || proc_figure("/proc/vmstat", "oom_kill") == before)
		kill(large, SIGKILL);
	for (unsigned i = 0; i < ntasks; i++)
		kill(tasks[i], SIGKILL);
	for (unsigned i = 0; i < ntasks; i++)
		waitpid(tasks[i], 0, 0);
	IS(waitpid(large, &status, 0) == large && WIFSIGNALED(status) ? WTERMSIG(status) : -1, SIGKILL);
	IS(waitpid(other, &status, WNOHANG), 0);
	IS(proc_figure("/proc/vmstat", "oom_kill") - before, 1);
	OK(we_asked(), "a call of ours asked for the memory");
	kill(other, SIGKILL);
	waitpid(other, 0, 0);
}

int main(int argc, char **argv)
{
	TEST_PLAN(5);
	for (unsigned i = 0; argc > 1 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name))
			check(&ways[i]);
	return test_done();
}
