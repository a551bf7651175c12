/*
 * Futexes: a user word names a queue. Waiters compare the word under the queue's lock, so a waker that changed the
 * word first and then called finds either the sleeper or nobody who would sleep.
 *
 * Key: (mm, address) for private ones; for shared ones the page that holds the word, so that every mapping of it
 * meets: (mapping, index, offset) of a page-cache page, (mm, address) of an anonymous one. A key of a page-cache
 * page holds the page, which keeps its mapping's identity in place while somebody waits.
 *
 * Locks: hash bucket (RANK_FUTEX); two buckets in address order. Wait queues are not used: a waiter is on exactly
 * one bucket's list until its waker takes it off.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <core/time.h>
#include <core/wait.h>
#include <mm/mm.h>
#include <mm/page.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/errno.h>
#include <abi/futex.h>
#include <abi/time.h>
#include "futex.h"

#define BUCKET_BITS 8

static struct futex_bucket buckets[1 << BUCKET_BITS];

static int __init futex_init(void)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++) {
		spin_lock_init(&buckets[i].lock, RANK_FUTEX);
		list_init(&buckets[i].waiters);
	}
	return 0;
}
core_initcall(futex_init);

struct futex_bucket *futex_bucket_of(const struct futex_key *k)
{
	return &buckets[hash_32((u32)(k->object ^ (k->word << 4) ^ k->offset), BUCKET_BITS)];
}

bool futex_key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->word == b->word && a->offset == b->offset;
}

void futex_key_put(struct futex_key *k)
{
	if (k->page)
		page_put(k->page);
	k->page = NULL;
}

int futex_key_get(struct futex_key *k, u32 __user *uaddr, bool shared, bool write)
{
	unsigned long addr = (unsigned long)uaddr;
	struct page *page;
	int error;

	if (addr & 3)
		return -EINVAL;
	if (!access_ok(uaddr, 4))
		return -EFAULT;
	*k = (struct futex_key){ (unsigned long)current->mm, addr, 0, NULL };
	if (!shared)
		return 0;
	error = vm_get_page(current->mm, addr, write, &page);
	if (error)
		return error;
	if (!page->mapping || page_test(page, PG_ANON)) {
		page_put(page);		/* private memory: only this address space can mean it */
		return 0;
	}
	*k = (struct futex_key){ (unsigned long)page->mapping, page->index, (addr & ~PAGE_MASK) | BIT(31), page };
	return 0;
}

/* Bucket locked. The waiter may be gone as soon as woken is seen. */
void futex_wake_waiter(struct futex_waiter *w)
{
	struct task *t = task_get(w->task);

	list_del_init(&w->link);
	WRITE_ONCE(w->woken, true);
	wake_up_process(t);
	task_put(t);
}

static int futex_wake(u32 __user *uaddr, bool shared, int count, u32 bitset)
{
	struct futex_waiter *w, *next;
	struct futex_bucket *b;
	struct futex_key k;
	int woken = 0, error;

	if (!bitset)
		return -EINVAL;
	error = futex_key_get(&k, uaddr, shared, false);
	if (error)
		return error;
	b = futex_bucket_of(&k);
	spin_lock(&b->lock);
	list_for_each_entry_safe(w, next, &b->waiters, link) {
		if (!futex_key_equal(&w->key, &k))
			continue;
		if (w->state || w->requeue) {	/* its owner's to give: other calls */
			woken = -EINVAL;
			break;
		}
		if (!(w->bitset & bitset))
			continue;
		futex_wake_waiter(w);
		if (++woken >= count)
			break;
	}
	spin_unlock(&b->lock);
	futex_key_put(&k);
	return woken;
}

struct futex_bucket *futex_lock_bucket_of(struct futex_waiter *w)
{
	for (;;) {
		struct futex_bucket *b = READ_ONCE(w->bucket);

		spin_lock(&b->lock);
		if (b == w->bucket)
			return b;
		spin_unlock(&b->lock);
	}
}

/* Off the list if still there; false if a waker had it first. */
static bool unqueue(struct futex_waiter *w)
{
	struct futex_bucket *b = futex_lock_bucket_of(w);
	bool queued = !w->woken;

	if (queued)
		list_del_init(&w->link);
	spin_unlock(&b->lock);
	return queued;
}

int futex_read_locked(u32 *val, u32 __user *uaddr)
{
	int error;

	pagefault_disable();
	error = get_user(*val, uaddr);
	pagefault_enable();
	return error;
}

int futex_cmpxchg_locked(u32 *was, u32 __user *uaddr, u32 old, u32 new)
{
	int error;

	pagefault_disable();
	error = cmpxchg_user(was, uaddr, old, new);
	pagefault_enable();
	return error;
}

/* Not there, or still shared by fork: a write that changes nothing makes it ours. */
int futex_fault_in(u32 __user *uaddr)
{
	u32 probe, was;

	return get_user(probe, uaddr) || cmpxchg_user(&was, uaddr, probe, probe) ? -EFAULT : 0;
}

int futex_queue_if(struct futex_waiter *w, u32 __user *uaddr, u32 val)
{
	u32 found;

	w->bucket = futex_bucket_of(&w->key);
	spin_lock(&w->bucket->lock);
	while (futex_read_locked(&found, uaddr)) {
		spin_unlock(&w->bucket->lock);
		if (get_user(found, uaddr))		/* bring the page in, look again */
			return -EFAULT;
		spin_lock(&w->bucket->lock);
	}
	if (found != val) {
		spin_unlock(&w->bucket->lock);
		return -EAGAIN;
	}
	list_add_tail(&w->link, &w->bucket->waiters);
	set_current_state(TASK_INTERRUPTIBLE);
	spin_unlock(&w->bucket->lock);
	return 0;
}

void futex_sleep(struct futex_waiter *w, nsec_t deadline)
{
	for (;;) {
		nsec_t now;

		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(w->woken) || signal_pending(current))
			break;
		if (deadline == MAX_SCHEDULE_TIMEOUT) {
			schedule();
			continue;
		}
		now = ktime_get();
		if (now >= deadline)
			break;
		schedule_timeout(deadline - now);
	}
	set_current_state(TASK_RUNNING);
}

static long wait_restart(struct task *t);

/* deadline: monotonic ns, or MAX_SCHEDULE_TIMEOUT for ever. */
static int futex_wait(u32 __user *uaddr, bool shared, u32 val, nsec_t deadline, u32 bitset)
{
	struct futex_waiter w = { .task = current, .bitset = bitset };
	int error;

	if (!bitset)
		return -EINVAL;
	error = futex_key_get(&w.key, uaddr, shared, false);
	if (error)
		return error;
	error = futex_queue_if(&w, uaddr, val);
	if (error)
		goto out;
	futex_sleep(&w, deadline);
	if (!unqueue(&w)) {
		error = 0;
	} else if (signal_pending(current)) {
		error = -ERESTARTSYS;
		if (deadline != MAX_SCHEDULE_TIMEOUT) {
			current->restart.fn = wait_restart;
			current->restart.args[0] = (u32)(unsigned long)uaddr;
			current->restart.args[1] = shared;
			current->restart.args[2] = val;
			current->restart.args[3] = bitset;
			current->restart.deadline = deadline;
			error = -ERESTART_RESTARTBLOCK;
		}
	} else {
		error = -ETIMEDOUT;
	}
out:
	futex_key_put(&w.key);
	return error;
}

static long wait_restart(struct task *t)
{
	return futex_wait((u32 __user *)(unsigned long)t->restart.args[0], t->restart.args[1], t->restart.args[2],
			  t->restart.deadline, t->restart.args[3]);
}

void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_lock(a < b ? &a->lock : &b->lock);
	if (a != b)
		spin_lock_nested(a < b ? &b->lock : &a->lock);
}

void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

static int futex_requeue(u32 __user *uaddr, bool shared, int nr_wake, int nr_requeue, u32 __user *uaddr2, const u32 *expected)
{
	struct futex_key k1, k2;
	struct futex_bucket *b1, *b2;
	struct futex_waiter *w, *next;
	int error, done = 0;
	u32 val = 0;

	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	error = futex_key_get(&k1, uaddr, shared, false);
	if (error)
		return error;
	error = futex_key_get(&k2, uaddr2, shared, false);
	if (error)
		goto out_k1;
	b1 = futex_bucket_of(&k1);
	b2 = futex_bucket_of(&k2);
	for (;;) {
		futex_lock_two(b1, b2);
		if (!expected || !futex_read_locked(&val, uaddr))
			break;
		futex_unlock_two(b1, b2);
		if (get_user(val, uaddr)) {
			error = -EFAULT;
			goto out;
		}
	}
	if (expected && val != *expected) {
		futex_unlock_two(b1, b2);
		error = -EAGAIN;
		goto out;
	}
	list_for_each_entry_safe(w, next, &b1->waiters, link) {
		if (!futex_key_equal(&w->key, &k1))
			continue;
		if (w->state || w->requeue) {
			done = -EINVAL;
			break;
		}
		if (done < nr_wake) {
			futex_wake_waiter(w);
		} else {
			if (done - nr_wake >= nr_requeue)
				break;
			/* The page of its old key goes when nobody holds a lock: the caller's k1 keeps it until then. */
			list_move_tail(&w->link, &b2->waiters);
			if (k2.page)
				page_get(k2.page);
			if (w->key.page)
				atomic_dec(&w->key.page->refcount);	/* not the last: k1 holds it */
			w->key = k2;
			WRITE_ONCE(w->bucket, b2);
		}
		done++;
	}
	futex_unlock_two(b1, b2);
	error = done;
out:
	futex_key_put(&k2);
out_k1:
	futex_key_put(&k1);
	return error;
}

/* The operation on *uaddr2, atomically; *cmp says whether its old value passes the comparison. */
static int wake_op(u32 op, u32 __user *uaddr, bool *cmp)
{
	unsigned kind = (op >> 28) & 7, test = (op >> 24) & 15;
	s32 oparg = (s32)(op << 8) >> 20, cmparg = (s32)(op << 20) >> 20;
	u32 old, new, was;

	if (op & ((u32)FUTEX_OP_OPARG_SHIFT << 28)) {
		if (oparg < 0 || oparg > 31)
			return -EINVAL;
		oparg = (s32)(1u << oparg);
	}
	do {
		if (get_user(old, uaddr))
			return -EFAULT;
		switch (kind) {
		case FUTEX_OP_SET: new = (u32)oparg; break;
		case FUTEX_OP_ADD: new = old + (u32)oparg; break;
		case FUTEX_OP_OR: new = old | (u32)oparg; break;
		case FUTEX_OP_ANDN: new = old & ~(u32)oparg; break;
		case FUTEX_OP_XOR: new = old ^ (u32)oparg; break;
		default: return -ENOSYS;
		}
		if (cmpxchg_user(&was, uaddr, old, new))
			return -EFAULT;
	} while (was != old);
	switch (test) {
	case FUTEX_OP_CMP_EQ: *cmp = (s32)old == cmparg; break;
	case FUTEX_OP_CMP_NE: *cmp = (s32)old != cmparg; break;
	case FUTEX_OP_CMP_LT: *cmp = (s32)old < cmparg; break;
	case FUTEX_OP_CMP_GE: *cmp = (s32)old >= cmparg; break;
	case FUTEX_OP_CMP_LE: *cmp = (s32)old <= cmparg; break;
	case FUTEX_OP_CMP_GT: *cmp = (s32)old > cmparg; break;
	default: return -ENOSYS;
	}
	return 0;
}

static int wake_some(struct futex_bucket *b, const struct futex_key *k, int count)
{
	struct futex_waiter *w, *next;
	int woken = 0;

	list_for_each_entry_safe(w, next, &b->waiters, link) {
		if (woken >= count)
			break;
		if (futex_key_equal(&w->key, k)) {
			if (w->state || w->requeue)
				return -EINVAL;
			futex_wake_waiter(w);
			woken++;
		}
	}
	return woken;
}

static int futex_wake_op(u32 __user *uaddr, bool shared, int nr1, u32 __user *uaddr2, int nr2, u32 op)
{
	struct futex_key k1, k2;
	struct futex_bucket *b1, *b2;
	bool second = false;
	int error;

	error = futex_key_get(&k1, uaddr, shared, false);
	if (error)
		return error;
	error = futex_key_get(&k2, uaddr2, shared, true);
	if (error)
		goto out_k1;
	b1 = futex_bucket_of(&k1);
	b2 = futex_bucket_of(&k2);
	for (;;) {
		futex_lock_two(b1, b2);
		pagefault_disable();
		error = wake_op(op, uaddr2, &second);
		pagefault_enable();
		if (error != -EFAULT)
			break;
		futex_unlock_two(b1, b2);
		if (futex_fault_in(uaddr2))
			goto out;
	}
	if (!error) {
		error = wake_some(b1, &k1, nr1);
		if (second && error >= 0) {
			int more = wake_some(b2, &k2, nr2);

			error = more < 0 ? more : error + more;
		}
	}
	futex_unlock_two(b1, b2);
out:
	futex_key_put(&k2);
out_k1:
	futex_key_put(&k1);
	return error;
}

/* ---- a thread's end ---- */

/* One entry of the robust list: if the dying thread held it, its next owner learns so. */
static void robust_release(struct task *t, u32 __user *uaddr, bool pi, bool pending)
{
	u32 val, was;

	if ((unsigned long)uaddr & 3)
		return;
	for (;;) {
		if (get_user(val, uaddr))
			return;
		if (pending && !pi && !val) {		/* died between unlock and wake */
			futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY);
			return;
		}
		if ((val & FUTEX_TID_MASK) != (u32)t->pid)
			return;
		if (cmpxchg_user(&was, uaddr, val, (val & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
			return;
		if (was == val)
			break;
	}
	if ((val & FUTEX_WAITERS) && !pi)	/* a lock with inheritance goes to a waiter: futex_exit_pi() */
		futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY);
}

#define ROBUST_LIMIT 2048	/* a list that circles must not hold the thread for ever */

static void robust_walk(struct task *t)
{
	struct abi_robust_list_head head;
	u32 entry, next;
	unsigned n;

	if (!t->robust_list || copy_from_user(&head, t->robust_list, sizeof(head)))
		return;
	entry = head.list.next;
	for (n = 0; n < ROBUST_LIMIT && (entry & ~1u) != (u32)(unsigned long)t->robust_list; n++) {
		if (get_user(next, (u32 __user *)(unsigned long)(entry & ~1u)))
			break;
		if ((entry & ~1u) != (head.list_op_pending & ~1u))
			robust_release(t, (u32 __user *)(unsigned long)((entry & ~1u) + (u32)head.futex_offset), entry & 1, false);
		entry = next;
	}
	if (head.list_op_pending & ~1u)
		robust_release(t, (u32 __user *)(unsigned long)((head.list_op_pending & ~1u) + (u32)head.futex_offset),
			       head.list_op_pending & 1, true);
}

void futex_exit(struct task *t)
{
	robust_walk(t);
	t->robust_list = NULL;
	if (unlikely(!list_empty(&t->pi_locks)))
		futex_exit_pi(t);
	if (t->clear_child_tid && atomic_read(&t->mm->users) > 1) {
		/* A bad address is the program's own loss. */
		if (!put_user(0ul, t->clear_child_tid))
			futex_wake((u32 __user *)t->clear_child_tid, true, 1, FUTEX_BITSET_MATCH_ANY);
	}
	t->clear_child_tid = NULL;
}

/* timeout: what the caller passed, or NULL. Relative for FUTEX_WAIT, absolute for the others; FUTEX_LOCK_PI's is wall time. */
static int wait_deadline(unsigned cmd, int op, const struct timespec64 *timeout, nsec_t *deadline)
{
	nsec_t t, now = ktime_get();

	*deadline = MAX_SCHEDULE_TIMEOUT;
	if (!timeout)
		return 0;
	if (!timespec64_valid(timeout))
		return -EINVAL;
	t = timespec64_to_ns(timeout);
	if (cmd == FUTEX_WAIT) {
		t = now + t < now ? MAX_SCHEDULE_TIMEOUT - 1 : now + t;
	} else if ((op & FUTEX_CLOCK_REALTIME) || cmd == FUTEX_LOCK_PI) {
		struct timespec64 real;
		nsec_t real_now;

		ktime_get_real(&real);
		real_now = timespec64_to_ns(&real);
		t = t > real_now ? now + (t - real_now) : now;
	}
	*deadline = t;
	return 0;
}

static long futex(u32 __user *uaddr, int op, u32 val, const struct timespec64 *timeout, u32 val2, u32 __user *uaddr2, u32 val3)
{
	unsigned cmd = (unsigned)op & FUTEX_CMD_MASK;
	bool shared = !(op & FUTEX_PRIVATE_FLAG);
	nsec_t deadline;
	int error;

	if (op & FUTEX_CLOCK_REALTIME && cmd != FUTEX_WAIT && cmd != FUTEX_WAIT_BITSET &&
	    cmd != FUTEX_WAIT_REQUEUE_PI && cmd != FUTEX_LOCK_PI2)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT:
		val3 = FUTEX_BITSET_MATCH_ANY;
		__attribute__((fallthrough));
	case FUTEX_WAIT_BITSET:
		error = wait_deadline(cmd, op, timeout, &deadline);
		return error ? error : futex_wait(uaddr, shared, val, deadline, val3);
	case FUTEX_WAKE:
		val3 = FUTEX_BITSET_MATCH_ANY;
		__attribute__((fallthrough));
	case FUTEX_WAKE_BITSET:
		return futex_wake(uaddr, shared, (int)val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, shared, (int)val, (int)val2, uaddr2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, shared, (int)val, (int)val2, uaddr2, &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(uaddr, shared, (int)val, uaddr2, (int)val2, val3);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		error = wait_deadline(cmd, op, timeout, &deadline);
		return error ? error : futex_lock_pi(uaddr, shared, deadline, false);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(uaddr, shared, 0, true);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(uaddr, shared);
	case FUTEX_WAIT_REQUEUE_PI:
		error = wait_deadline(cmd, op, timeout, &deadline);
		return error ? error : futex_wait_requeue_pi(uaddr, shared, val, deadline, uaddr2);
	case FUTEX_CMP_REQUEUE_PI:
		return futex_cmp_requeue_pi(uaddr, shared, (int)val, (int)val2, uaddr2, val3);
	}
	return -ENOSYS;
}

static bool takes_timeout(int op)
{
	unsigned cmd = (unsigned)op & FUTEX_CMD_MASK;

	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2 ||
	       cmd == FUTEX_WAIT_REQUEUE_PI;
}

long sys_futex(u32 __user *uaddr, int op, u32 val, const struct abi_timespec32 __user *timeout, u32 __user *uaddr2, u32 val3)
{
	struct timespec64 ts;
	int error;

	if (!takes_timeout(op) || !timeout)
		return futex(uaddr, op, val, NULL, (u32)(unsigned long)timeout, uaddr2, val3);
	error = timespec_from_user32(&ts, timeout);
	return error ? error : futex(uaddr, op, val, &ts, 0, uaddr2, val3);
}

long sys_futex_time64(u32 __user *uaddr, int op, u32 val, const struct abi_timespec64 __user *timeout, u32 __user *uaddr2, u32 val3)
{
	struct timespec64 ts;
	int error;

	if (!takes_timeout(op) || !timeout)
		return futex(uaddr, op, val, NULL, (u32)(unsigned long)timeout, uaddr2, val3);
	error = timespec_from_user64(&ts, timeout);
	return error ? error : futex(uaddr, op, val, &ts, 0, uaddr2, val3);
}
