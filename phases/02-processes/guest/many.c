/*
 * many COUNT: that many processes at once, each of which waits; what one of them costs; that all go away again.
 */
#include "../../guest/testing.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

/* What one may cost at most, in KiB: its tables, its kernel stack, the pages that it wrote to. */
#define COST 60

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 200, made = 0, right = 0, status;
	pid_t *pids = malloc(sizeof(*pids) * (size_t)count);
	struct sysinfo before, during, after;

	BAIL_UNLESS(pids, "no memory");
	TEST_PLAN(5);
	sysinfo(&before);
	while (made < count) {
		pids[made] = fork();
		if (pids[made] == 0)
			for (;;)
				pause();
		if (pids[made] < 0)
			break;
		made++;
	}
	IS(made, count);
	usleep(100000);
	sysinfo(&during);
	OK(during.procs >= before.procs + made, "sysinfo counts them");
	unsigned long cost = (unsigned long)((unsigned long long)(before.freeram - during.freeram) * before.mem_unit / 1024) /
			     (unsigned long)(made ? made : 1);
	OK(cost < COST, "one costs %lu KiB", cost);
	for (int i = 0; i < made; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < made; i++)
		right += waitpid(pids[i], &status, 0) == pids[i] && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	IS(right, made);
	sysinfo(&after);
	OK(after.procs <= before.procs, "none is left");
	return test_done();
}
