/*
 * Futexes with priority inheritance. The word holds the owner's thread id and FUTEX_WAITERS while somebody waits in
 * the kernel; the owner then unlocks here, and the lock passes to the most urgent waiter at once: its id is written
 * for it, so nobody can come in between.
 *
 * A struct pi_state stands for a lock from its first waiter to its last. It is found through the waiters of its key
 * in the bucket, changes under the bucket's lock, and goes when the last of them leaves.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <core/time.h>
#include <core/wait.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <mm/page.h>
#include <sched/signal.h>
#include <abi/errno.h>
#include <abi/futex.h>
#include "futex.h"

struct pi_state {
	struct pi_lock lock;
	struct futex_key key;		/* the page is the waiters' to hold */
	u32 __user *uaddr;		/* of a private one: the same in all threads */
	unsigned waiters;
};

/* ---- the word, with the bucket locked ---- */

static struct pi_state *state_of(struct futex_bucket *b, const struct futex_key *k, bool *plain)
{
	struct futex_waiter *w;

	*plain = false;
	list_for_each_entry(w, &b->waiters, link) {
		if (!futex_key_equal(&w->key, k))
			continue;
		*plain = !w->state;
		return w->state;
	}
	return NULL;
}

/* The living owner that the word names, referenced; or -ESRCH, -EPERM; -EBUSY: it ends, and its locks are about to pass on. */
static struct task *owner_of(u32 val)
{
	struct task *t = task_find_get((pid_t)(val & FUTEX_TID_MASK));

	if (!t)
		return ERR_PTR(-ESRCH);
	if ((t->flags & (PF_KTHREAD | PF_EXITING)) || !t->mm) {
		int error = t->flags & PF_KTHREAD ? -EPERM : t->mm ? -EBUSY : -ESRCH;

		task_put(t);
		return ERR_PTR(error);
	}
	return t;
}

#define TAKEN 1

/*
 * For `t`: TAKEN when the word is its now; 0 when it must wait for *state (made of `fresh`, if it was not there);
 * -EFAULT: fault the word in and try again; other errors are final.
 */
static int take_or_join(u32 __user *uaddr, struct futex_bucket *b, const struct futex_key *k, struct task *t, bool trylock,
			struct pi_state **fresh, struct pi_state **state)
{
	struct task *owner;
	bool plain;
	u32 val, was;

	*state = state_of(b, k, &plain);
	if (plain)
		return -EINVAL;		/* who waits there does not wait for a lock */
again:
	if (futex_read_locked(&val, uaddr))
		return -EFAULT;
	if ((val & FUTEX_TID_MASK) == (u32)t->pid)
		return -EDEADLK;
	if (!*state && !(val & FUTEX_TID_MASK)) {
		if (futex_cmpxchg_locked(&was, uaddr, val, (val & FUTEX_OWNER_DIED) | (u32)t->pid))
			return -EFAULT;
		if (was != val)
			goto again;
		return TAKEN;
	}
	if (trylock)
		return -EAGAIN;
	if (*state && (!(*state)->lock.owner || (val & FUTEX_TID_MASK) != (u32)(*state)->lock.owner->pid))
		return -EINVAL;		/* somebody scribbled over it */
	if (!(val & FUTEX_WAITERS)) {
		if (futex_cmpxchg_locked(&was, uaddr, val, val | FUTEX_WAITERS))
			return -EFAULT;
		if (was != val)
			goto again;
	}
	if (*state)
		return pi_would_deadlock((*state)->lock.owner, t) ? -EDEADLK : 0;
	owner = owner_of(val);
	if (IS_ERR(owner))
		return (int)PTR_ERR(owner);
	if (pi_would_deadlock(owner, t)) {
		task_put(owner);
		return -EDEADLK;
	}
	*state = *fresh;
	*fresh = NULL;
	pi_lock_init(&(*state)->lock);
	(*state)->lock.owner = owner;	/* no reference: an owner that ends passes the lock on first */
	(*state)->key = *k;
	(*state)->uaddr = uaddr;
	(*state)->waiters = 0;
	task_put(owner);
	return 0;
}

static void join(struct pi_state *s, struct futex_waiter *w)
{
	w->state = s;
	s->waiters++;
	pi_wait(&s->lock, &w->pi, w->task);
}

/* Bucket locked. The waiter has the lock, or gives up. Whoever finds the state empty frees it. */
static void leave(struct futex_waiter *w)
{
	struct pi_state *s = w->state;

	pi_leave(&w->pi);
	w->state = NULL;
	if (--s->waiters == 0) {
		pi_own(&s->lock, NULL);
		kfree(s);
	}
}

/* Bucket locked, the word is written: the lock is its first waiter's. */
static void hand_over(struct pi_state *s, struct futex_waiter *to)
{
	pi_own(&s->lock, to->task);
	leave(to);
	futex_wake_waiter(to);
}

/* ---- locking ---- */

/* The wait for a lock is over, one way or the other. 0: it is current's. */
static int finish(struct futex_waiter *w, int error)
{
	struct futex_bucket *b = futex_lock_bucket_of(w);

	if (w->woken) {
		error = 0;
	} else {
		list_del_init(&w->link);
		if (w->state)
			leave(w);
	}
	spin_unlock(&b->lock);
	return error;
}

/* The owner may be less urgent than we are: it must get the processor to end. */
static int wait_for_exit(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	schedule_timeout(NSEC_PER_MSEC);
	return signal_pending(current) ? -ERESTARTNOINTR : 0;
}

int futex_lock_pi(u32 __user *uaddr, bool shared, nsec_t deadline, bool trylock)
{
	struct futex_waiter w = { .task = current };
	struct pi_state *fresh = NULL, *state;
	int error = futex_key_get(&w.key, uaddr, shared, true);

	if (error)
		return error;
	if (!trylock) {
		error = -ENOMEM;
		fresh = kmalloc(sizeof(*fresh), GFP_KERNEL);
		if (!fresh)
			goto out;
	}
	w.bucket = futex_bucket_of(&w.key);
	for (;;) {
		spin_lock(&w.bucket->lock);
		error = take_or_join(uaddr, w.bucket, &w.key, current, trylock, &fresh, &state);
		if (error != -EFAULT && error != -EBUSY)
			break;
		spin_unlock(&w.bucket->lock);
		error = error == -EFAULT ? futex_fault_in(uaddr) : wait_for_exit();
		if (error)
			goto out;
	}
	if (error) {
		spin_unlock(&w.bucket->lock);
		error = error == TAKEN ? 0 : error;
		goto out;
	}
	list_add_tail(&w.link, &w.bucket->waiters);
	join(state, &w);
	spin_unlock(&w.bucket->lock);
	futex_sleep(&w, deadline);
	error = finish(&w, signal_pending(current) ? -ERESTARTNOINTR : -ETIMEDOUT);
out:
	kfree(fresh);
	futex_key_put(&w.key);
	return error;
}

static struct futex_waiter *first_waiter(struct pi_state *s)
{
	return container_of(pi_first(&s->lock), struct futex_waiter, pi);
}

/* 0, -EAGAIN: the word changed, again; -EFAULT. */
static int unlock_locked(u32 __user *uaddr, struct pi_state *s, u32 val)
{
	struct futex_waiter *to = s ? first_waiter(s) : NULL;
	u32 was, new = to ? (u32)to->task->pid | (s->waiters > 1 ? FUTEX_WAITERS : 0) : 0;

	if (futex_cmpxchg_locked(&was, uaddr, val, new))
		return -EFAULT;
	if (was != val)
		return -EAGAIN;
	if (to)
		hand_over(s, to);
	return 0;
}

int futex_unlock_pi(u32 __user *uaddr, bool shared)
{
	struct futex_bucket *b;
	struct futex_key k;
	struct pi_state *s;
	bool plain;
	u32 val;
	int error = futex_key_get(&k, uaddr, shared, true);

	if (error)
		return error;
	b = futex_bucket_of(&k);
	do {
		spin_lock(&b->lock);
		error = futex_read_locked(&val, uaddr);
		if (!error && (val & FUTEX_TID_MASK) != (u32)current->pid)
			error = -EPERM;
		s = state_of(b, &k, &plain);
		if (!error && (plain || (s && s->lock.owner != current)))
			error = -EINVAL;
		if (!error)
			error = unlock_locked(uaddr, s, val);
		spin_unlock(&b->lock);
		if (error == -EFAULT && !futex_fault_in(uaddr))
			error = -EAGAIN;
	} while (error == -EAGAIN);
	futex_key_put(&k);
	return error;
}

/* ---- condition variables ---- */

int futex_wait_requeue_pi(u32 __user *uaddr, bool shared, u32 val, nsec_t deadline, u32 __user *uaddr2)
{
	struct futex_key target;
	struct futex_waiter w = { .task = current, .bitset = FUTEX_BITSET_MATCH_ANY, .requeue = &target };
	bool moved;
	int error;

	if (uaddr == uaddr2)
		return -EINVAL;
	error = futex_key_get(&w.key, uaddr, shared, false);
	if (error)
		return error;
	error = futex_key_get(&target, uaddr2, shared, true);
	if (error)
		goto out_key;
	error = futex_queue_if(&w, uaddr, val);
	if (error)
		goto out;
	futex_sleep(&w, deadline);
	moved = READ_ONCE(w.state) != NULL;
	/* Not moved yet: as if woken for no reason, the caller tests its condition again. */
	error = finish(&w, !signal_pending(current) ? -ETIMEDOUT : moved ? -EINTR : -EAGAIN);
out:
	futex_key_put(&target);
out_key:
	futex_key_put(&w.key);
	return error;
}

/* Both buckets locked. Moves one waiter to the lock at uaddr2, or gives that to it: 1, 0; -EFAULT: nothing done yet. */
static int move_waiter(struct futex_waiter *w, u32 __user *uaddr2, struct futex_bucket *b2, const struct futex_key *k2,
		       struct pi_state **fresh)
{
	struct pi_state *state;
	int error = take_or_join(uaddr2, b2, k2, w->task, false, fresh, &state);

	if (error == TAKEN) {
		futex_wake_waiter(w);
		return 1;
	}
	if (error)
		return error;
	list_move_tail(&w->link, &b2->waiters);
	if (k2->page)
		page_get(k2->page);
	if (w->key.page)
		atomic_dec(&w->key.page->refcount);	/* not the last: the caller's key holds it */
	w->key = *k2;
	WRITE_ONCE(w->bucket, b2);
	join(state, w);
	return 0;
}

static int move_all(struct futex_bucket *b1, const struct futex_key *k1, u32 __user *uaddr2, struct futex_bucket *b2,
		    const struct futex_key *k2, int count, struct pi_state **fresh)
{
	struct futex_waiter *w, *next;
	int done = 0, error;

	list_for_each_entry_safe(w, next, &b1->waiters, link) {
		if (!futex_key_equal(&w->key, k1))
			continue;
		if (done >= count)
			break;
		if (!w->requeue || !futex_key_equal(w->requeue, k2))
			return done ? done : -EINVAL;
		error = move_waiter(w, uaddr2, b2, k2, fresh);
		if (error < 0)
			return done ? done : error == -EBUSY ? -EAGAIN : error;
		done++;
	}
	return done;
}

int futex_cmp_requeue_pi(u32 __user *uaddr, bool shared, int nr_wake, int nr_requeue, u32 __user *uaddr2, u32 val)
{
	struct pi_state *fresh;
	struct futex_key k1, k2;
	struct futex_bucket *b1, *b2;
	u32 found;
	int error;

	if (nr_wake != 1 || nr_requeue < 0 || uaddr == uaddr2)
		return -EINVAL;
	error = futex_key_get(&k1, uaddr, shared, false);
	if (error)
		return error;
	error = futex_key_get(&k2, uaddr2, shared, true);
	if (error)
		goto out_k1;
	error = -ENOMEM;
	fresh = kmalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		goto out_k2;
	b1 = futex_bucket_of(&k1);
	b2 = futex_bucket_of(&k2);
	do {
		futex_lock_two(b1, b2);
		error = futex_read_locked(&found, uaddr);
		if (!error)
			error = found != val ? -EAGAIN : move_all(b1, &k1, uaddr2, b2, &k2, nr_wake + nr_requeue, &fresh);
		futex_unlock_two(b1, b2);
	} while (error == -EFAULT && !get_user(found, uaddr) && !futex_fault_in(uaddr2));
	kfree(fresh);
out_k2:
	futex_key_put(&k2);
out_k1:
	futex_key_put(&k1);
	return error;
}

/* ---- a thread's end ---- */

/*
 * A word of shared memory is written through its page, which the waiters hold and have made dirty: it need not be
 * mapped here.
 */
static void write_word(struct pi_state *s, u32 val)
{
	if (s->key.page) {
		*(volatile u32 *)((char *)page_address(s->key.page) + (s->key.offset & ~BIT(31))) = val;
		return;
	}
	pagefault_disable();
	(void)put_user(val, s->uaddr);	/* unmapped by now: then nobody reads it either */
	pagefault_enable();
}

void futex_exit_pi(struct task *t)
{
	for (;;) {
		struct pi_state *s = NULL;
		struct futex_waiter *to;
		struct futex_bucket *b;

		preempt_disable();
		if (!list_empty(&t->pi_locks))
			s = container_of(list_first_entry(&t->pi_locks, struct pi_lock, held), struct pi_state, lock);
		if (!s) {
			preempt_enable();
			return;
		}
		b = futex_bucket_of(&s->key);
		spin_lock(&b->lock);		/* free: there is one processor, and preemption is off */
		to = first_waiter(s);
		write_word(s, (u32)to->task->pid | FUTEX_OWNER_DIED | (s->waiters > 1 ? FUTEX_WAITERS : 0));
		hand_over(s, to);
		spin_unlock(&b->lock);
		preempt_enable();
	}
}
