/* Scheduling, and clone(). */
#ifndef LIBC_SCHED_H
#define LIBC_SCHED_H

#include <bits/cpuset.h>
#include <bits/types.h>
#include <abi/sched.h>

struct sched_param {
	int sched_priority;
};

int clone(int (*function)(void *), void *stack, int flags, void *argument, ...);
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
int sched_getcpu(void);
int sched_getparam(pid_t pid, struct sched_param *parameters);
int sched_getscheduler(pid_t pid);
int sched_rr_get_interval(pid_t pid, struct timespec *interval);
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set);
int sched_setparam(pid_t pid, const struct sched_param *parameters);
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *parameters);
int sched_yield(void);
int unshare(int flags);

#endif
