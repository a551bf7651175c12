/* What a process has to give back to System V semaphores at its end. Implemented in sys/ipc/sem_undo.c. */
#ifndef SCHED_SEM_UNDO_H
#define SCHED_SEM_UNDO_H

#include <core/types.h>

struct task;

int sem_undo_fork(struct task *child, bool share);	/* CLONE_SYSVSEM: one list for both; 0 or -ENOMEM */
void sem_undo_exit(struct task *t);			/* current leaves its list: the last one undoes; sleeps */

#endif
