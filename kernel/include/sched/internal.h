/* What the files of sched/ share among themselves. */
#ifndef SCHED_INTERNAL_H
#define SCHED_INTERNAL_H

#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>

extern struct pid pid_zero;
void pid_init(void);
void task_init(void);
void cred_init(void);
void signal_init(void);
struct task *task_alloc(void);			/* a copy of current with an own stack, count 2; NULL */
void task_free_new(struct task *t);		/* one that never ran */
struct sighand *sighand_alloc(void);
void sighand_put(struct sighand *s);
struct signal_struct *signal_alloc(void);	/* one thread; limits of current */
void signal_put(struct signal_struct *s);

void sched_set_prio(struct task *t, int prio);	/* core.c, for pi.c: the effective one; interrupts off */
__noreturn void schedule_dead(void);		/* current's last switch */

/* exit.c. The reaper of `t`: out of every list, the table's reference gone. */
void release_task(struct task *t);
void vfork_release(struct task *t);		/* lets a parent in vfork() go on */
/* tasklist_lock held: would the end, stop or move of a member of `pgrp` orphan it while it has stopped members? */
bool pgrp_stopped_orphan(struct pid *pgrp, struct task *ignored);

/* signal.c; sighand->lock held. */
int signal_take_locked(u64 mask, struct abi_siginfo *info);	/* current's */
int signal_send_locked(int sig, const struct abi_siginfo *info, struct task *t, bool group, bool force);
bool signal_default_fatal(int sig);
bool signal_action_ignores(int sig, const struct abi_sigaction *a);
void signal_remove(u64 mask, struct list_head *queue, u64 *set);
/* A record of a timer of current's group leaves its queue unread. */
void signal_unqueue(struct sigqueue *q);
/* A timer's own record, made once. */
struct sigqueue *sigqueue_alloc_timer(struct posix_timer *timer);
int signal_send_record(struct sigqueue *q, struct task *t, bool group);

#endif
