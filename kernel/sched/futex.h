/* Futexes, between futex.c (queues, waiting, waking) and futex_pi.c (locks with priority inheritance). */
#ifndef SCHED_FUTEX_H
#define SCHED_FUTEX_H

#include <core/list.h>
#include <core/spinlock.h>
#include <core/pi.h>
#include <sched/task.h>

struct page;
struct pi_state;

struct futex_key {
	unsigned long object;		/* mm or mapping */
	unsigned long word;		/* address, or page index */
	unsigned offset;		/* in the page; bit 31 marks a mapping's key */
	struct page *page;		/* held, or NULL */
};

struct futex_bucket {
	spinlock_t lock;		/* RANK_FUTEX */
	struct list_head waiters;
};

struct futex_waiter {
	struct list_head link;		/* bucket's; under its lock */
	struct futex_key key;
	struct futex_bucket *bucket;	/* changes under both locks when requeued */
	struct task *task;
	u32 bitset;
	bool woken;
	struct pi_state *state;		/* of the lock it waits for; NULL: plain */
	struct pi_waiter pi;
	const struct futex_key *requeue;	/* FUTEX_WAIT_REQUEUE_PI: the lock it may be moved to; else NULL */
};

struct futex_bucket *futex_bucket_of(const struct futex_key *k);
bool futex_key_equal(const struct futex_key *a, const struct futex_key *b);
int futex_key_get(struct futex_key *k, u32 __user *uaddr, bool shared, bool write);	/* write: the word must be writable */
void futex_key_put(struct futex_key *k);
void futex_wake_waiter(struct futex_waiter *w);		/* bucket locked; w may be gone when this returns */
/* Locks the bucket of w as it is now. */
struct futex_bucket *futex_lock_bucket_of(struct futex_waiter *w);
void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b);
void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b);
/* Compares and queues: 0 with current's state set to TASK_INTERRUPTIBLE; -EAGAIN, -EFAULT. w->key and w->bucket are set. */
int futex_queue_if(struct futex_waiter *w, u32 __user *uaddr, u32 val);
/* Sleeps until woken, a signal, or the deadline. */
void futex_sleep(struct futex_waiter *w, nsec_t deadline);
/* Copies the word with faults off (the bucket is locked); -EFAULT: futex_fault_in() and again. */
int futex_read_locked(u32 *val, u32 __user *uaddr);
int futex_cmpxchg_locked(u32 *was, u32 __user *uaddr, u32 old, u32 new);
int futex_fault_in(u32 __user *uaddr);			/* for writing; 0 or -EFAULT */

/* futex_pi.c */
int futex_lock_pi(u32 __user *uaddr, bool shared, nsec_t deadline, bool trylock);
int futex_unlock_pi(u32 __user *uaddr, bool shared);
int futex_wait_requeue_pi(u32 __user *uaddr, bool shared, u32 val, nsec_t deadline, u32 __user *uaddr2);
int futex_cmp_requeue_pi(u32 __user *uaddr, bool shared, int nr_wake, int nr_requeue, u32 __user *uaddr2, u32 val);
void futex_exit_pi(struct task *t);			/* what it held goes to who waits */

#endif
