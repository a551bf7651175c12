/*
 * Priority ceilings: who holds a mutex with one runs at least at its priority (PTHREAD_PRIO_PROTECT).
 *
 * A thread's own policy and priority are the kernel's until it takes the first; from then on they are remembered in
 * the thread block, and the kernel's are whichever is higher. A thread without a real-time policy runs under
 * SCHED_FIFO meanwhile, which takes the right to do so.
 */
#include <limits.h>
#include <sched.h>
#include "mutex.h"

#define REAL_TIME(policy) (((policy) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO || ((policy) & ~SCHED_RESET_ON_FORK) == SCHED_RR)

/* The kernel's scheduling, from the thread's own and the highest ceiling that it holds. 0 or an errno. */
int __ceiling_apply(struct thread *thread, int tid)
{
	struct sched_param parameters = { thread->own_priority };
	int policy = thread->own_policy;

	if (thread->ceiling > thread->own_priority) {
		parameters.sched_priority = thread->ceiling;
		if (!REAL_TIME(policy))
			policy = SCHED_FIFO | (policy & SCHED_RESET_ON_FORK);
	}
	return (int)-__syscall(SYS_sched_setscheduler, (long)tid, (long)policy, (long)&parameters);
}

static void learn_own(struct thread *self)
{
	struct sched_param parameters = { 0 };

	self->own_policy = (int)__syscall(SYS_sched_getscheduler, 0L);
	(void)__syscall(SYS_sched_getparam, 0L, (long)&parameters);	/* cannot fail */
	self->own_priority = parameters.sched_priority;
}

static int enter(struct thread *self, int ceiling)
{
	int before = self->ceiling, error;

	if (!before)
		learn_own(self);
	if (self->own_priority > ceiling)
		return EINVAL;
	if (self->ceilings[ceiling] == USHRT_MAX)
		return EAGAIN;
	if (ceiling > before) {
		self->ceiling = ceiling;
		error = ceiling > self->own_priority ? __ceiling_apply(self, self->tid) : 0;
		if (error) {
			self->ceiling = before;
			return error;
		}
	}
	self->ceilings[ceiling]++;
	return 0;
}

int __ceiling_enter(int ceiling)
{
	struct thread *self = thread_self();
	sigset_t mask;
	int error;

	__block_all(&mask);
	__lock(&self->kill_lock);
	error = enter(self, ceiling);
	__unlock(&self->kill_lock);
	__restore_mask(&mask);
	return error;
}

void __ceiling_leave(int ceiling)
{
	struct thread *self = thread_self();
	int before = self->ceiling;
	sigset_t mask;

	__block_all(&mask);
	__lock(&self->kill_lock);
	self->ceilings[ceiling]--;
	while (self->ceiling && !self->ceilings[self->ceiling])
		self->ceiling--;
	if (self->ceiling != before && before > self->own_priority)
		(void)__ceiling_apply(self, self->tid);		/* to less than it has: not refused */
	__unlock(&self->kill_lock);
	__restore_mask(&mask);
}

static int ceiling_of(const pthread_mutex_t *mutex)
{
	return __atomic_load_n(&mutex->__kind, __ATOMIC_RELAXED) >> CEILING_SHIFT;
}

int __mutex_lock_protected(pthread_mutex_t *mutex, const struct request *request)
{
	int ceiling, error;

	/* Once more: counted or refused, and its ceiling is in force already. */
	if (mutex->__kind & KIND_TYPE && __mutex_held(mutex))
		return __mutex_take(mutex, request);
	for (;;) {
		ceiling = ceiling_of(mutex);
		error = __ceiling_enter(ceiling);
		if (error)
			return error;
		error = __mutex_take(mutex, request);
		if (!error && ceiling_of(mutex) == ceiling)
			return 0;
		/* Changed by its owner while this thread waited: anew, with the one that it has now. */
		if (!error)
			(void)__mutex_give(mutex);	/* it is ours */
		__ceiling_leave(ceiling);
		if (error)
			return error;
	}
}

int __mutex_unlock_protected(pthread_mutex_t *mutex)
{
	int ceiling = ceiling_of(mutex), last = !(mutex->__kind & KIND_TYPE) || mutex->__count == 1;
	int error = __mutex_give(mutex);

	if (!error && last)
		__ceiling_leave(ceiling);
	return error;
}

int pthread_mutex_getprioceiling(const pthread_mutex_t *__restrict mutex, int *__restrict ceiling)
{
	if (!(mutex->__kind & KIND_PROTECT))
		return EINVAL;
	*ceiling = ceiling_of(mutex);
	return 0;
}

static void set_ceiling(pthread_mutex_t *mutex, int ceiling)
{
	__atomic_store_n(&mutex->__kind, (mutex->__kind & KIND_BITS) | ceiling << CEILING_SHIFT, __ATOMIC_RELAXED);
}

/* Takes the mutex to do it, without its protocol: the caller's own priority does not matter. */
int pthread_mutex_setprioceiling(pthread_mutex_t *__restrict mutex, int ceiling, int *__restrict old)
{
	int before, held, error = 0;

	if (!(mutex->__kind & KIND_PROTECT) || ceiling < 1 || ceiling > CEILING_MAX)
		return EINVAL;
	held = mutex->__kind & KIND_TYPE && __mutex_held(mutex);
	if (held && (mutex->__kind & KIND_TYPE) == PTHREAD_MUTEX_ERRORCHECK)
		return EDEADLK;
	if (!held)
		error = __mutex_take(mutex, &(struct request){ .clock = CLOCK_MONOTONIC });
	if (error)
		return error;
	before = ceiling_of(mutex);
	if (held) {
		/* What is in force for its holder changes with it. */
		error = __ceiling_enter(ceiling);
		if (error)
			return error;
		__ceiling_leave(before);
	}
	set_ceiling(mutex, ceiling);
	if (!held)
		(void)__mutex_give(mutex);	/* it is ours */
	if (old)
		*old = before;
	return 0;
}
