/*
 * Priority inheritance: who holds a lock runs at least as urgently as the most urgent task that waits for it, and so
 * does whoever that one waits for. Real-time priorities only: among fair tasks a share is not urgency.
 *
 * Implemented in sched/pi.c. Interrupts are turned off inside; nothing sleeps. Lists stay small, waiters stand by priority, then in order.
 */
#ifndef CORE_PI_H
#define CORE_PI_H

#include <core/list.h>
#include <core/types.h>

struct task;

struct pi_lock {
	struct task *owner;		/* NULL: nobody's */
	struct list_head waiters;	/* the most urgent first */
	struct list_head held;		/* in the owner's pi_locks, while it has waiters */
};

struct pi_waiter {
	struct list_head link;
	struct task *task;
	struct pi_lock *lock;		/* NULL: waits no longer */
	int prio;			/* by which it was queued */
};

#define PI_LOCK_INIT(l) { NULL, LIST_HEAD_INIT((l).waiters), LIST_HEAD_INIT((l).held) }

static inline void pi_lock_init(struct pi_lock *l)
{
	l->owner = NULL;
	list_init(&l->waiters);
	list_init(&l->held);
}
void pi_wait(struct pi_lock *l, struct pi_waiter *w, struct task *t);	/* t waits for l; boosts */
void pi_leave(struct pi_waiter *w);			/* no longer; the boost goes. Harmless when not waiting */
void pi_own(struct pi_lock *l, struct task *owner);	/* l changes hands, NULL: nobody's */
void pi_freed(struct pi_lock *l, struct task *old);	/* old has cleared owner itself; another may have it already */
struct pi_waiter *pi_first(struct pi_lock *l);		/* NULL */
bool pi_would_deadlock(const struct task *owner, const struct task *t);	/* does owner wait for t, in the end? */
void pi_recompute(struct task *t);			/* its own priority has changed */

#endif
