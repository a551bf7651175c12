/*
 * Wait queues: a task sleeps until somebody who changed the condition wakes the queue. Wakers may be in an
 * interrupt; sleepers must not hold spin locks. wait_event*() re-test the condition after each wake-up.
 * Implemented in sched/wait.c.
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include <core/list.h>
#include <core/spinlock.h>

struct task;
struct wait_entry;

/* Returns non-zero if it woke (consumes an exclusive wake-up). key: poll events, or NULL. Called with the queue locked. */
typedef int (*wait_func_t)(struct wait_entry *w, void *key);

struct wait_queue {
	spinlock_t lock;		/* RANK_WAIT */
	struct list_head entries;	/* exclusive ones at the tail */
};

struct wait_entry {
	struct list_head link;
	struct task *task;
	wait_func_t func;
	bool exclusive;
	void *private;
};

#define WAIT_QUEUE_INIT(name)	{ SPINLOCK_INIT(RANK_WAIT), LIST_HEAD_INIT((name).entries) }
#define DEFINE_WAIT_QUEUE(name)	struct wait_queue name = WAIT_QUEUE_INIT(name)
#define MAX_SCHEDULE_TIMEOUT	((nsec_t)-1)

static inline void wait_queue_init(struct wait_queue *q)
{
	spin_lock_init(&q->lock, RANK_WAIT);
	list_init(&q->entries);
}
static inline bool wait_queue_active(const struct wait_queue *q) { return !list_empty(&q->entries); }

int wake_task_func(struct wait_entry *w, void *key);	/* the default: wakes w->task, unlinks w */
void wait_entry_init(struct wait_entry *w, bool exclusive);
void wait_queue_add(struct wait_queue *q, struct wait_entry *w);	/* for poll: stays until removed */
void wait_queue_remove(struct wait_queue *q, struct wait_entry *w);
/* Queue w (if it is not) and set current's state; pair with finish_wait(). */
void prepare_to_wait(struct wait_queue *q, struct wait_entry *w, int state);
void finish_wait(struct wait_queue *q, struct wait_entry *w);
void wake_up_key(struct wait_queue *q, int exclusive_count, void *key);	/* wakes all others and that many exclusive */
#define wake_up(q)		wake_up_key(q, 1, NULL)
#define wake_up_all(q)		wake_up_key(q, 0x7fffffff, NULL)
#define wake_up_poll(q, ev)	wake_up_key(q, 1, (void *)(unsigned long)(ev))

void schedule(void);
void schedule_from(unsigned long ip);	/* the same; /proc/PID/wchan names the function that ip lies in */
/* Sleep until woken or that long; returns what is left, 0 when time is up. State set by the caller before. */
nsec_t schedule_timeout(nsec_t ns);
bool signal_pending(const struct task *t);
bool fatal_signal_pending(const struct task *t);

#define TASK_RUNNING		0
#define TASK_INTERRUPTIBLE	1	/* any unblocked signal wakes it */
#define TASK_UNINTERRUPTIBLE	2
#define TASK_KILLABLE		4	/* only SIGKILL wakes it */
#define TASK_STOPPED		8
#define TASK_TRACED		16
#define TASK_ZOMBIE		32
#define TASK_DEAD		64

#define wait_event_full(q, cond, state, excl, sleep, interrupted) ({ \
	struct wait_entry _w; \
	long _ret = 0; \
	if (!(cond)) { \
		wait_entry_init(&_w, excl); \
		for (;;) { \
			prepare_to_wait(q, &_w, state); \
			if (cond) \
				break; \
			if (interrupted) { \
				_ret = -512 /* ERESTARTSYS */; \
				break; \
			} \
			sleep; \
		} \
		finish_wait(q, &_w); \
	} \
	_ret; })

#define wait_event(q, cond) \
	(void)wait_event_full(q, cond, TASK_UNINTERRUPTIBLE, false, schedule(), false)
/* 0, or -ERESTARTSYS when a signal came first. */
#define wait_event_interruptible(q, cond) \
	wait_event_full(q, cond, TASK_INTERRUPTIBLE, false, schedule(), signal_pending(current))
#define wait_event_interruptible_exclusive(q, cond) \
	wait_event_full(q, cond, TASK_INTERRUPTIBLE, true, schedule(), signal_pending(current))
#define wait_event_killable(q, cond) \
	wait_event_full(q, cond, TASK_KILLABLE, false, schedule(), fatal_signal_pending(current))
/* *left: nanoseconds (MAX_SCHEDULE_TIMEOUT: for ever), updated; 0 when time is up. Returns 0 or -ERESTARTSYS. */
#define wait_event_interruptible_timeout(q, cond, left) \
	wait_event_full(q, (cond) || *(left) == 0, TASK_INTERRUPTIBLE, false, *(left) = schedule_timeout(*(left)), \
			signal_pending(current))

struct completion {
	bool done;
	struct wait_queue wait;
};
static inline void completion_init(struct completion *c) { c->done = false; wait_queue_init(&c->wait); }
/* The waiter may free the completion as soon as it sees done: nothing runs between the two stores of one processor. */
static inline void complete(struct completion *c)
{
	preempt_disable();
	WRITE_ONCE(c->done, true);
	wake_up_all(&c->wait);
	preempt_enable();
}
#define wait_for_completion(c) wait_event(&(c)->wait, READ_ONCE((c)->done))

#endif
