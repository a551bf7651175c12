/*
 * How late sleepers wake, in the guest's time: run with -icount, where the host's load does not count.
 *
 *	latency COUNT	makes COUNT sleeps of 1 ms each way
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/sched.h>
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
	pid_t busy[4];

	BAIL_UNLESS(late && count > 1, "no memory");
	TEST_PLAN(6);
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
	return test_done();
}
