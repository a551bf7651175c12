/*
 * Thread groups: locks under contention, the ends of threads and of groups, exec from a thread, many of them.
 *
 *	threads COUNT		starts COUNT threads at once
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#define WORKERS 20
#define ROUNDS 500

static volatile int guard, counter, gate, passed;

static int work(void *argument)
{
	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		lock(&guard);
		counter++;
		if (i % 50 == 0)
			sched_yield();
		unlock(&guard);
	}
	return 0;
}

static int sleep_long(void *argument)
{
	(void)argument;
	for (;;)
		pause();
	return 0;
}

static int execute(void *argument)
{
	usleep(5000);
	execl(argument, argument, "done", (char *)NULL);
	_exit(99);
}

static int fault(void *argument)
{
	(void)argument;
	usleep(2000);
	__asm__ volatile("movl $1, 8" ::: "memory");
	return 0;
}

static int pass_gate(void *argument)
{
	(void)argument;
	__sync_fetch_and_add(&passed, 1);
	while (!gate)
		futex(&gate, 0, 0, NULL, NULL, 0);
	return 0;
}

static void test_locks(void)
{
	static struct thread t[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		BAIL_UNLESS(thread_start(&t[i], work, NULL) == 0, "no thread");
	for (int i = 0; i < WORKERS; i++)
		thread_join(&t[i]);
	IS(counter, WORKERS * ROUNDS);
}

enum end { BY_EXEC, BY_EXIT, BY_KILL, BY_FAULT, LEADER_FIRST, BY_TERM };

/* A child with ten sleeping threads that ends in the given way: its wait status. */
static int group_end(enum end how, char *self)
{
	static struct thread t[12];
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < 10; i++)
			thread_start(&t[i], sleep_long, NULL);
		switch (how) {
		case BY_EXEC:
			thread_start(&t[10], execute, self);
			break;
		case BY_EXIT:
			_exit(12);
		case BY_KILL:
			kill(getpid(), SIGKILL);
			break;
		case BY_FAULT:
			thread_start(&t[10], fault, NULL);
			break;
		case LEADER_FIRST:
			thread_start(&t[10], execute, self);
			syscall(SYS_exit, 3);
			break;
		case BY_TERM:
			break;
		}
		sleep_long(NULL);
	}
	if (how == BY_TERM) {
		usleep(5000);
		kill(pid, SIGSTOP);
		if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
			return -2;
		kill(pid, SIGCONT);
		if (waitpid(pid, &status, WCONTINUED) != pid || !WIFCONTINUED(status))
			return -3;
		kill(pid, SIGTERM);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void test_many(int count)
{
	struct thread *t = calloc((size_t)count, sizeof(*t));
	struct sysinfo before, during, after;
	int started = 0;

	sysinfo(&before);
	while (started < count && thread_start(&t[started], pass_gate, NULL) == 0)
		started++;
	IS(started, count);
	while (passed < started)
		usleep(1000);
	sysinfo(&during);
	OK(during.procs >= before.procs + count, "sysinfo counts them");
	gate = 1;
	futex(&gate, 1 /* FUTEX_WAKE */, INT_MAX, NULL, NULL, 0);
	for (int i = 0; i < started; i++)
		thread_join(&t[i]);
	/* The last ones leave the table after they have cleared their ids. */
	for (int i = 0; i < 4000 && (sysinfo(&after), after.procs > before.procs); i++)
		usleep(5000);
	OK(after.procs <= before.procs, "and none is left");
	DIAG("a thread costs %ld KiB", (long)((before.freeram - during.freeram) * before.mem_unit / 1024) / count);
	free(t);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "done") == 0)
		return 77;
	TEST_PLAN(10);
	test_locks();
	IS(group_end(BY_EXEC, argv[0]), 77 << 8);
	IS(group_end(BY_EXIT, argv[0]), 12 << 8);
	IS(group_end(BY_KILL, argv[0]), SIGKILL);
	IS(group_end(BY_FAULT, argv[0]) & 127, SIGSEGV);
	IS(group_end(LEADER_FIRST, argv[0]), 77 << 8);
	IS(group_end(BY_TERM, argv[0]), SIGTERM);
	test_many(argc > 1 ? atoi(argv[1]) : 200);
	return test_done();
}
