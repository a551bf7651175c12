/*
 * How late sleepers wake, in the guest's time: run with -icount, where the host's load does not count. The first
 * measure is of an idle machine, so it waits for what starts beside it, as the shells of the consoles, to be done. A
 * process of the idle class spins all the time: a processor that halts lets QEMU jump to the next timer, over hours
 * while the host is at work on a disk request.
 *
 *	latency COUNT	makes COUNT sleeps of 1 ms each way
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define MS 1000000

static void sort(unsigned *values, int n)
{
	/* Shell's: nothing of the C library is needed but this. */
	for (int gap = n / 2; gap > 0; gap /= 2)
		for (int i = gap; i < n; i++)
			for (int j = i - gap; j >= 0 && values[j] > values[j + gap]; j -= gap) {
				unsigned v = values[j];
				values[j] = values[j + gap];
				values[j + gap] = v;
			}
}

/* Fills late[] with how many ns after its time each sleep ended. */
static int measure(unsigned *late, int count, int absolute)
{
	struct timespec t = {0, MS};
	long long at = now();
	int early = 0;

	for (int i = 0; i < count; i++) {
		long long start = now();

		if (absolute) {
			start = at;
			at += MS;
			t.tv_sec = (time_t)(at / 1000000000);
			t.tv_nsec = (long)(at % 1000000000);
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		} else {
			nanosleep(&t, NULL);
		}
		long long took = now() - start;
		early += took < MS;
		late[i] = took < MS ? 0 : (unsigned)(took - MS);
	}
	sort(late, count);
	return early;
}

/* Context switches since the start, or -1. */
static long long switches(void)
{
	char line[256];
	FILE *f = fopen("/proc/stat", "r");
	long long n = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "ctxt %lld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/* Waits until 50 ms pass with no switches but this task's own; false when that takes over a minute. */
static int wait_until_idle(void)
{
	const struct timespec pause = {0, 50 * MS};

	for (int i = 0; i < 1200; i++) {
		long long before = switches();

		nanosleep(&pause, NULL);
		long long n = switches() - before;
		if (before >= 0 && n <= 4)
			return 1;
	}
	return 0;
}

static pid_t spin_idly(void)
{
	const struct sched_param none = {0};
	pid_t pid = fork();

	if (pid == 0) {
		if (sched_setscheduler(0, SCHED_IDLE, &none))
			_exit(1);
		for (;;)
			;
	}
	return pid;
}

static void load(pid_t *pids, int n)
{
	for (int i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			for (;;)
				if (i % 2)
					getppid();
	}
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 200;
	unsigned *late = malloc(sizeof(*late) * (size_t)count);
	struct sched_param priority = {50};
	pid_t busy[4], idler;

	BAIL_UNLESS(late && count > 1, "no memory");
	TEST_PLAN(7);
	idler = spin_idly();
	OK(idler > 0 && wait_until_idle(), "the machine comes to rest");
	IS(measure(late, count, 0), 0);
	OK(late[count - 1 - count / 1000] < 200000, "nanosleep(1 ms) takes 1.0 to 1.2 ms: at most %u ns late, half of them %u",
	   late[count - 1], late[count / 2]);
	load(busy, 4);
	BAIL_UNLESS(sched_setscheduler(0, SCHED_FIFO, &priority) == 0, "no real-time class");
	IS(measure(late, count, 0), 0);
	OK(late[count - 1 - count / 1000] <= 500000, "under load, SCHED_FIFO: at most %u ns late, half of them %u",
	   late[count - 1], late[count / 2]);
	IS(measure(late, count, 1), 0);
	OK(late[count - 1 - count / 1000] <= 500000, "until an absolute time: at most %u ns late, half of them %u",
	   late[count - 1], late[count / 2]);
	for (int i = 0; i < 4; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	kill(idler, SIGKILL);
	waitpid(idler, NULL, 0);
	return test_done();
}
