/* Scheduling of processes and threads by number. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include "libc.h"

int sched_yield(void)
{
	return SYS0(sched_yield);
}

int sched_get_priority_max(int policy)
{
	return SYS1(sched_get_priority_max, policy);
}

int sched_get_priority_min(int policy)
{
	return SYS1(sched_get_priority_min, policy);
}

int sched_getparam(pid_t pid, struct sched_param *parameters)
{
	return SYS2(sched_getparam, pid, parameters);
}

int sched_setparam(pid_t pid, const struct sched_param *parameters)
{
	return SYS2(sched_setparam, pid, parameters);
}

int sched_getscheduler(pid_t pid)
{
	return SYS1(sched_getscheduler, pid);
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *parameters)
{
	return SYS3(sched_setscheduler, pid, policy, parameters);
}

int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
	return SYS2(sched_rr_get_interval_time64, pid, interval);
}

/* The kernel fills as many bytes as it has processors for, and says how many. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	int filled = SYS3(sched_getaffinity, pid, size, set);

	if (filled < 0)
		return -1;
	memset((char *)set + filled, 0, size - (size_t)filled);
	return 0;
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	return SYS3(sched_setaffinity, pid, size, set);
}

int sched_getcpu(void)
{
	unsigned cpu;

	return SYS3(getcpu, &cpu, NULL, NULL) < 0 ? -1 : (int)cpu;
}

int __sched_cpu_count(size_t size, const cpu_set_t *set)
{
	int count = 0;

	for (size_t i = 0; i < size / sizeof(long); i++)
		count += __builtin_popcountl(set->__bits[i]);
	return count;
}
