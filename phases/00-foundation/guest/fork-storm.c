/*
 * fork-storm COUNT: forks, executes itself and exits, over and over, and compares the free memory before and after.
 * Run by the suite in a machine that does nothing else.
 */
#include "../../guest/testing.h"

#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

/* Caches of the kernel may fill by this much, whatever the number of programs: 1 MiB. */
#define SLACK (1u << 20)

static unsigned long long free_memory(void)
{
	struct sysinfo info;

	BAIL_UNLESS(sysinfo(&info) == 0, "no sysinfo");
	return (unsigned long long)info.freeram * info.mem_unit;
}

static int once(char *self)
{
	char *argv[] = {self, (char *)"child", NULL}, *env[] = {NULL};
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return 0;
	if (pid == 0) {
		execve(self, argv, env);
		_exit(126);
	}
	return waitpid(pid, &status, 0) == pid && status == 7 << 8;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "child") == 0)
		return 7;
	int count = argc > 1 ? atoi(argv[1]) : 100, done = 0;

	TEST_PLAN(2);
	for (int i = 0; i < 50; i++)
		once(argv[0]);		/* so that what is cached once is cached */
	unsigned long long before = free_memory();
	while (done < count && once(argv[0]))
		done++;
	IS(done, count);
	unsigned long long after = free_memory();
	OK(after + SLACK >= before, "no memory is lost");
	DIAG("%llu bytes free before, %llu after %d programs", before, after, count);
	return test_done();
}
