/*
 * answers FILE: asks a shell for something every other second, by the guest's own clock, until FILE is there; tells how
 * often it was asked and the slowest answer in milliseconds.
 */
#include "../../guest/testing.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static int ask(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/sh", "sh", "-c", "test $(ls / | wc -l) -gt 3", (char *)0);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

int main(int argc, char **argv)
{
	long long slowest = 0;
	unsigned asked = 0;

	if (argc < 2)
		return 2;
	while (access(argv[1], F_OK)) {
		long long start = now();

		if (!ask())
			return 1;
		asked++;
		if (now() - start > slowest)
			slowest = now() - start;
		sleep(2);
	}
	test_say("asked %u times, slowest %lld ms", asked, slowest);
	return 0;
}
