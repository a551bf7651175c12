/*
 * Wait queues and timed sleeps (core/wait.h). A queue's lock covers its list only; what the sleepers wait for has
 * its own. An entry lives on the sleeper's stack: finish_wait() before it goes.
 */
#include <core/wait.h>
#include <core/time.h>
#include <sched/task.h>

int wake_task_func(struct wait_entry *w, void *key)
{
	int woken;

	(void)key;
	woken = wake_up_task(w->task, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | TASK_KILLABLE);
	if (woken)
		list_del_init(&w->link);
	return woken;
}

void wait_entry_init(struct wait_entry *w, bool exclusive)
{
	list_init(&w->link);
	w->task = current;
	w->func = wake_task_func;
	w->exclusive = exclusive;
	w->private = NULL;
}

static void queue_entry(struct wait_queue *q, struct wait_entry *w)
{
	if (w->exclusive)
		list_add_tail(&w->link, &q->entries);
	else
		list_add(&w->link, &q->entries);
}

void wait_queue_add(struct wait_queue *q, struct wait_entry *w)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	queue_entry(q, w);
	spin_unlock_irqrestore(&q->lock, flags);
}

void wait_queue_remove(struct wait_queue *q, struct wait_entry *w)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_del_init(&w->link);
	spin_unlock_irqrestore(&q->lock, flags);
}

void prepare_to_wait(struct wait_queue *q, struct wait_entry *w, int state)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	if (list_empty(&w->link))
		queue_entry(q, w);
	current->state = state;
	spin_unlock_irqrestore(&q->lock, flags);
}

void finish_wait(struct wait_queue *q, struct wait_entry *w)
{
	current->state = TASK_RUNNING;
	barrier();
	if (!list_empty(&w->link))
		wait_queue_remove(q, w);
}

void wake_up_key(struct wait_queue *q, int exclusive_count, void *key)
{
	struct wait_entry *w, *next;
	unsigned long flags;

	if (list_empty(&q->entries))
		return;
	spin_lock_irqsave(&q->lock, flags);
	list_for_each_entry_safe(w, next, &q->entries, link) {
		bool exclusive = w->exclusive;

		if (w->func(w, key) && exclusive && --exclusive_count == 0)
			break;
	}
	spin_unlock_irqrestore(&q->lock, flags);
}

struct sleep_timer {
	struct timer timer;
	struct task *task;
};

static void sleep_over(struct timer *t)
{
	wake_up_sleeper(container_of(t, struct sleep_timer, timer)->task);
}

nsec_t schedule_timeout(nsec_t ns)
{
	struct sleep_timer s = { .task = current };
	nsec_t until, now;
	unsigned long ip = (unsigned long)__builtin_return_address(0);

	if (ns == MAX_SCHEDULE_TIMEOUT) {
		schedule_from(ip);
		return ns;
	}
	until = ktime_get() + ns;
	if (until < ns)
		until = MAX_SCHEDULE_TIMEOUT;
	timer_init(&s.timer, sleep_over);
	timer_arm(&s.timer, until);
	schedule_from(ip);
	timer_cancel(&s.timer);
	now = ktime_get();
	return now < until ? until - now : 0;
}

void sleep_ns(nsec_t ns)
{
	while (ns) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		ns = schedule_timeout(ns);
	}
	set_current_state(TASK_RUNNING);
}
