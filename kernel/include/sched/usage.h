/* Resource usage of threads, groups and children (getrusage, wait4, times). tasklist_lock held where said. */
#ifndef SCHED_USAGE_H
#define SCHED_USAGE_H

#include <sched/task.h>
#include <abi/resource.h>

void usage_children_of(struct task *t, struct abi_rusage *u);	/* the group of t with its reaped children; tasklist_lock held */
void usage_of(struct task *t, int who, struct abi_rusage *u);	/* RUSAGE_*; takes the lock */

#endif
