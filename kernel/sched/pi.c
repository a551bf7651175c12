/*
 * Priority inheritance (core/pi.h). A task's effective priority is the most of its own and of those that wait for
 * what it holds; a change goes along the chain of waiting until it makes no difference, so that a circle ends, too.
 */
#include <core/irqflags.h>
#include <core/printk.h>
#include <sched/internal.h>
#include <core/pi.h>

static void enqueue(struct pi_waiter *w)
{
	struct pi_waiter *other;

	w->prio = w->task->prio;
	list_for_each_entry(other, &w->lock->waiters, link) {
		if (w->prio > other->prio) {
			list_add_tail(&w->link, &other->link);
			return;
		}
	}
	list_add_tail(&w->link, &w->lock->waiters);
}

struct pi_waiter *pi_first(struct pi_lock *l)
{
	return list_empty(&l->waiters) ? NULL : list_first_entry(&l->waiters, struct pi_waiter, link);
}

static int wanted(const struct task *t)
{
	struct pi_lock *l;
	int prio = t->rt_priority;

	list_for_each_entry(l, &t->pi_locks, held) {
		const struct pi_waiter *w = pi_first(l);

		if (w && w->prio > prio)
			prio = w->prio;
	}
	return prio;
}

/* Interrupts off. */
static void propagate(struct task *t)
{
	while (t) {
		struct pi_waiter *w = t->pi_blocked_on;
		int prio = wanted(t);

		if (prio != t->prio)
			sched_set_prio(t, prio);
		else if (!w || w->prio == prio)
			return;
		if (!w)
			return;
		list_del(&w->link);
		enqueue(w);
		t = w->lock->owner;
	}
}

void pi_recompute(struct task *t)
{
	unsigned long flags = irq_save();

	propagate(t);
	irq_restore(flags);
}

void pi_wait(struct pi_lock *l, struct pi_waiter *w, struct task *t)
{
	unsigned long flags = irq_save();

	ASSERT(!t->pi_blocked_on);
	w->task = t;
	w->lock = l;
	t->pi_blocked_on = w;
	enqueue(w);
	if (l->owner) {
		if (list_empty(&l->held))
			list_add(&l->held, &l->owner->pi_locks);
		propagate(l->owner);
	}
	irq_restore(flags);
}

void pi_leave(struct pi_waiter *w)
{
	struct pi_lock *l;
	unsigned long flags = irq_save();

	l = w->lock;
	if (l) {
		list_del(&w->link);
		w->lock = NULL;
		w->task->pi_blocked_on = NULL;
		if (l->owner) {
			if (list_empty(&l->waiters))
				list_del_init(&l->held);
			propagate(l->owner);
		}
	}
	irq_restore(flags);
}

void pi_own(struct pi_lock *l, struct task *owner)
{
	unsigned long flags = irq_save();
	struct task *old = l->owner;

	list_del_init(&l->held);
	l->owner = owner;
	if (owner && !list_empty(&l->waiters)) {
		list_add(&l->held, &owner->pi_locks);
		propagate(owner);
	}
	if (old)
		propagate(old);
	irq_restore(flags);
}

void pi_freed(struct pi_lock *l, struct task *old)
{
	unsigned long flags = irq_save();

	if (!l->owner)
		list_del_init(&l->held);
	propagate(old);
	irq_restore(flags);
}

bool pi_would_deadlock(const struct task *owner, const struct task *t)
{
	unsigned long flags = irq_save();
	unsigned steps = 0;
	bool found = false;

	while (owner && !found && steps++ < 1024) {
		found = owner == t;
		owner = owner->pi_blocked_on ? owner->pi_blocked_on->lock->owner : NULL;
	}
	irq_restore(flags);
	return found;
}
