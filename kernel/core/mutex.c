/*
 * Mutexes and reader-writer semaphores. One processor and interrupts as the only concurrency below preemption:
 * the fast paths are a compare-and-exchange or a short section with preemption off.
 *
 * Fairness: waiters for a mutex queue by priority, then in order; unlock frees it and wakes the first, who stays in
 * the queue until it has the lock and competes with newcomers. While anybody waits, whoever holds it inherits.
 */
#include <core/irqflags.h>
#include <core/mutex.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <sched/task.h>
#include <abi/errno.h>

#ifdef CONFIG_DEBUG
#define acquired(l, nested)	lock_acquired(l, (l)->rank, (l)->name, nested)
#else
#define acquired(l, nested)	((void)(nested))
#endif

void mutex_init_named(struct mutex *m, enum lock_rank rank __maybe_unused, const char *name __maybe_unused)
{
	pi_lock_init(&m->pi);
#ifdef CONFIG_DEBUG
	m->name = name;
	m->rank = (u8)rank;
#endif
}

static void wake_first(struct mutex *m)
{
	unsigned long flags = irq_save();
	struct pi_waiter *w = pi_first(&m->pi);

	if (w)
		wake_up_process(w->task);
	irq_restore(flags);
}

static bool try(struct mutex *m)
{
	if (atomic_cmpxchg((atomic_t *)&m->pi.owner, 0, (int)current) != 0)
		return false;
	if (unlikely(!list_empty(&m->pi.waiters)))
		pi_own(&m->pi, current);	/* came before those that wait: they lend their priority to it now */
	return true;
}

static bool interrupted(int state)
{
	return state == TASK_KILLABLE ? fatal_signal_pending(current) : state == TASK_INTERRUPTIBLE && signal_pending(current);
}

static int lock_slow(struct mutex *m, int state)
{
	struct pi_waiter w;
	int error = 0;

	pi_wait(&m->pi, &w, current);
	for (;;) {
		set_current_state(state);
		if (try(m))
			break;
		if (interrupted(state)) {
			error = -EINTR;
			break;
		}
		schedule();
	}
	set_current_state(TASK_RUNNING);
	pi_leave(&w);
	/* This may have been the one woken: pass it on. */
	if (error && !mutex_is_locked(m))
		wake_first(m);
	return error;
}

static void lock(struct mutex *m, int nested)
{
	might_sleep();
	ASSERT(m->pi.owner != current);
	if (unlikely(!try(m)))
		(void)lock_slow(m, TASK_UNINTERRUPTIBLE);	/* cannot fail: not interruptible */
	acquired(m, nested);
}

void mutex_lock(struct mutex *m) { lock(m, 0); }
void mutex_lock_nested(struct mutex *m) { lock(m, 1); }

static int lock_signal(struct mutex *m, int state)
{
	might_sleep();
	ASSERT(m->pi.owner != current);
	if (unlikely(!try(m)) && lock_slow(m, state))
		return -EINTR;
	acquired(m, 0);
	return 0;
}

int mutex_lock_interruptible(struct mutex *m) { return lock_signal(m, TASK_INTERRUPTIBLE); }
int mutex_lock_killable(struct mutex *m) { return lock_signal(m, TASK_KILLABLE); }

bool mutex_trylock(struct mutex *m)
{
	if (!try(m))
		return false;
	acquired(m, 1);
	return true;
}

void mutex_unlock(struct mutex *m)
{
	ASSERT(m->pi.owner == current);
	lock_released(m);
	barrier();
	m->pi.owner = NULL;
	barrier();
	if (unlikely(!list_empty(&m->pi.waiters))) {
		pi_freed(&m->pi, current);
		wake_first(m);
	}
}

/* ---- reader-writer semaphores ---- */

void rwsem_init_named(struct rwsem *s, enum lock_rank rank __maybe_unused, const char *name __maybe_unused)
{
	s->count = 0;
	s->writers_waiting = 0;
	s->writer = NULL;
	wait_queue_init(&s->wait);
#ifdef CONFIG_DEBUG
	s->name = name;
	s->rank = (u8)rank;
#endif
}

static bool try_read(struct rwsem *s, bool pass_writers)
{
	bool ok;

	preempt_disable();
	ok = s->count >= 0 && (pass_writers || !s->writers_waiting);
	if (ok)
		s->count++;
	preempt_enable();
	return ok;
}

static bool try_write(struct rwsem *s)
{
	bool ok;

	preempt_disable();
	ok = s->count == 0;
	if (ok) {
		s->count = -1;
		s->writer = current;
	}
	preempt_enable();
	return ok;
}

void down_read(struct rwsem *s)
{
	might_sleep();
	if (unlikely(!try_read(s, false)))
		wait_event(&s->wait, try_read(s, false));
	acquired(s, 0);
}

int down_read_killable(struct rwsem *s)
{
	might_sleep();
	if (unlikely(!try_read(s, false)) && wait_event_killable(&s->wait, try_read(s, false)))
		return -EINTR;
	acquired(s, 0);
	return 0;
}

bool down_read_trylock(struct rwsem *s)
{
	if (!try_read(s, true))
		return false;
	acquired(s, 1);
	return true;
}

void up_read(struct rwsem *s)
{
	bool last;

	lock_released(s);
	preempt_disable();
	ASSERT(s->count > 0);
	last = --s->count == 0;
	preempt_enable();
	if (unlikely(last && wait_queue_active(&s->wait)))
		wake_up_all(&s->wait);
}

static int write_slow(struct rwsem *s, int state)
{
	long error;

	preempt_disable();
	s->writers_waiting++;
	preempt_enable();
	error = wait_event_full(&s->wait, try_write(s), state, false, schedule(),
				state == TASK_KILLABLE && fatal_signal_pending(current));
	preempt_disable();
	s->writers_waiting--;
	preempt_enable();
	if (error)
		wake_up_all(&s->wait);	/* readers that stood behind this writer */
	return error ? -EINTR : 0;
}

static void write_lock(struct rwsem *s, int nested)
{
	might_sleep();
	ASSERT(s->writer != current);
	if (unlikely(!try_write(s)))
		(void)write_slow(s, TASK_UNINTERRUPTIBLE);	/* cannot fail: not killable */
	acquired(s, nested);
}

void down_write(struct rwsem *s) { write_lock(s, 0); }
void down_write_nested(struct rwsem *s) { write_lock(s, 1); }

int down_write_killable(struct rwsem *s)
{
	might_sleep();
	if (unlikely(!try_write(s)) && write_slow(s, TASK_KILLABLE))
		return -EINTR;
	acquired(s, 0);
	return 0;
}

bool down_write_trylock(struct rwsem *s)
{
	if (!try_write(s))
		return false;
	acquired(s, 1);
	return true;
}

void up_write(struct rwsem *s)
{
	ASSERT(s->writer == current);
	lock_released(s);
	s->writer = NULL;
	barrier();
	WRITE_ONCE(s->count, 0);
	if (unlikely(wait_queue_active(&s->wait)))
		wake_up_all(&s->wait);
}

void downgrade_write(struct rwsem *s)
{
	ASSERT(s->writer == current);
	s->writer = NULL;
	barrier();
	WRITE_ONCE(s->count, 1);
	if (wait_queue_active(&s->wait))
		wake_up_all(&s->wait);
}
