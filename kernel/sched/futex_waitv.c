/* futex_waitv(2): waiting for any of several words. Each has a waiter of its own in its bucket; all name one task. */
#include <arch/uaccess.h>
#include <core/string.h>
#include <core/time.h>
#include <core/wait.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/errno.h>
#include <abi/futex.h>
#include <abi/time.h>
#include "futex.h"

#define WAITV_MAX	128u

struct waitv {
	u64 val, uaddr;
	u32 flags, reserved;
};

/* Takes the first n out of their queues. The index of one that was woken, the first of them; -1: none. */
static int unqueue(struct futex_waiter *w, unsigned n)
{
	int woken = -1;

	while (n--) {
		struct futex_bucket *b = futex_lock_bucket_of(&w[n]);

		if (w[n].woken)
			woken = (int)n;
		else
			list_del_init(&w[n].link);
		spin_unlock(&b->lock);
		futex_key_put(&w[n].key);
	}
	return woken;
}

/* *queued: how many are in queues, whatever the result. */
static int queue(const struct waitv *v, struct futex_waiter *w, unsigned n, unsigned *queued)
{
	for (*queued = 0; *queued < n; ++*queued) {
		const struct waitv *one = &v[*queued];
		struct futex_waiter *waiter = &w[*queued];
		u32 __user *uaddr = (u32 __user *)(unsigned long)one->uaddr;
		int error;

		if (one->reserved || one->flags & ~(FUTEX_32 | FUTEX_PRIVATE_FLAG) || !(one->flags & FUTEX_32) ||
		    one->uaddr >> 32 || one->val >> 32)
			return -EINVAL;
		waiter->task = current;
		waiter->bitset = FUTEX_BITSET_MATCH_ANY;
		error = futex_key_get(&waiter->key, uaddr, !(one->flags & FUTEX_PRIVATE_FLAG), false);
		if (error)
			return error;
		error = futex_queue_if(waiter, uaddr, (u32)one->val);
		set_current_state(TASK_RUNNING);	/* the next key may have to be paged in */
		if (error) {
			futex_key_put(&waiter->key);
			return error;
		}
	}
	return 0;
}

static bool any_woken(const struct futex_waiter *w, unsigned n)
{
	while (n--) {
		if (READ_ONCE(w[n].woken))
			return true;
	}
	return false;
}

static int sleep_any(const struct futex_waiter *w, unsigned n, nsec_t deadline)
{
	int error = 0;

	for (;;) {
		nsec_t now;

		set_current_state(TASK_INTERRUPTIBLE);
		if (any_woken(w, n))
			break;
		now = ktime_get();
		if (signal_pending(current))
			error = -ERESTARTSYS;
		else if (now >= deadline)
			error = -ETIMEDOUT;
		if (error)
			break;
		schedule_timeout(deadline == MAX_SCHEDULE_TIMEOUT ? deadline : deadline - now);
	}
	set_current_state(TASK_RUNNING);
	return error;
}

static int absolute(const struct abi_timespec64 __user *u, s32 clock, nsec_t *deadline)
{
	struct timespec64 ts, real;
	nsec_t now = ktime_get(), wall;

	*deadline = MAX_SCHEDULE_TIMEOUT;
	if (!u)
		return 0;
	if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME)
		return -EINVAL;
	if (timespec_from_user64(&ts, u))
		return -EFAULT;
	if (!timespec64_valid(&ts))
		return -EINVAL;
	*deadline = timespec64_to_ns(&ts);
	if (clock == CLOCK_REALTIME) {
		ktime_get_real(&real);
		wall = timespec64_to_ns(&real);
		*deadline = *deadline > wall ? now + (*deadline - wall) : now;
	}
	return 0;
}

long sys_futex_waitv(void __user *uwaiters, unsigned n, unsigned flags, struct abi_timespec64 __user *timeout, s32 clock)
{
	struct waitv *v;
	struct futex_waiter *w;
	unsigned queued = 0;
	nsec_t deadline;
	int error, woken;

	if (flags || !n || n > WAITV_MAX || !uwaiters)
		return -EINVAL;
	error = absolute(timeout, clock, &deadline);
	if (error)
		return error;
	v = kmalloc(n * sizeof(*v), GFP_KERNEL);
	w = kmalloc(n * sizeof(*w), GFP_KERNEL | GFP_ZERO);
	error = -ENOMEM;
	if (!v || !w)
		goto out;
	error = -EFAULT;
	if (copy_from_user(v, uwaiters, n * sizeof(*v)))
		goto out;
	error = queue(v, w, n, &queued);
	if (!error)
		error = sleep_any(w, n, deadline);
	woken = unqueue(w, queued);
	if (woken >= 0)
		error = woken;
out:
	kfree(w);
	kfree(v);
	return error;
}
