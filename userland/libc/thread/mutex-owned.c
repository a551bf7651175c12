/*
 * Mutexes whose word names their owner: robust ones, and those whose owner inherits the priority of who waits.
 *
 * A held robust mutex is linked into its owner's list, which the kernel walks when the thread ends: it marks
 * the word with FUTEX_OWNER_DIED and wakes one waiter. pending names the mutex whose word and list are being
 * changed. Robust links are those of the member __next; the list's head has the same form (struct thread).
 * __owner is DOUBTFUL between an owner's death and pthread_mutex_consistent().
 */
#include <limits.h>
#include <unistd.h>
#include "mutex.h"

#define DOUBTFUL 0x7ffffffe
#define LOST FUTEX_TID_MASK		/* the word of one that was unlocked while doubtful */
#define WAITERS ((int)FUTEX_WAITERS)

static uint32_t link_of(const pthread_mutex_t *mutex)
{
	return (uint32_t)(uintptr_t)&mutex->__next | (mutex->__kind & KIND_INHERIT ? 1 : 0);
}

static pthread_mutex_t *mutex_of(uint32_t link)
{
	return (pthread_mutex_t *)((link & ~1U) - offsetof(pthread_mutex_t, __next));
}

static void prepare_list(struct thread *self)
{
	if (self->robust_registered)
		return;
	self->robust.list.next = (uint32_t)(uintptr_t)&self->robust;
	self->robust.futex_offset = (int)offsetof(pthread_mutex_t, __word) - (int)offsetof(pthread_mutex_t, __next);
	(void)__syscall(SYS_set_robust_list, (long)&self->robust, (long)sizeof(self->robust));	/* cannot fail */
	self->robust_registered = 1;
}

/* Links point to the member __next of both neighbours; the head is the list's own first word. */
static void link_in(struct thread *self, pthread_mutex_t *mutex)
{
	uint32_t head = (uint32_t)(uintptr_t)&self->robust, first = self->robust.list.next;

	mutex->__next = (void *)(uintptr_t)first;
	mutex->__previous = (void *)(uintptr_t)head;
	if ((first & ~1U) != head)
		mutex_of(first)->__previous = (void *)(uintptr_t)link_of(mutex);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	self->robust.list.next = link_of(mutex);
}

static void link_out(struct thread *self, pthread_mutex_t *mutex)
{
	uint32_t head = (uint32_t)(uintptr_t)&self->robust;
	uint32_t next = (uint32_t)(uintptr_t)mutex->__next, previous = (uint32_t)(uintptr_t)mutex->__previous;

	if ((next & ~1U) != head)
		mutex_of(next)->__previous = (void *)(uintptr_t)previous;
	if ((previous & ~1U) == head)
		self->robust.list.next = next;
	else
		mutex_of(previous)->__next = (void *)(uintptr_t)next;
}

static int again(pthread_mutex_t *mutex, const struct request *request)
{
	switch (mutex->__kind & KIND_TYPE) {
	case PTHREAD_MUTEX_RECURSIVE:
		if (mutex->__count == UINT_MAX)
			return EAGAIN;
		mutex->__count++;
		return 0;
	case PTHREAD_MUTEX_ERRORCHECK:
		return request->try ? EBUSY : EDEADLK;
	default:
		return request->try ? EBUSY : -1;
	}
}

/* Robust without inheritance. */
static int take_robust(pthread_mutex_t *mutex, int tid, const struct request *request, int *died)
{
	int waiters = 0;

	for (;;) {
		int word = mutex->__word, error;

		if (word == LOST)
			return ENOTRECOVERABLE;
		if (!(word & FUTEX_TID_MASK)) {
			if (!compare_exchange(&mutex->__word, word, tid | (word & WAITERS) | waiters))
				continue;
			*died = (word & FUTEX_OWNER_DIED) != 0;
			return 0;
		}
		if (request->try)
			return EBUSY;
		if (!__valid_time(request->clock, request->until))
			return EINVAL;
		if (!(word & WAITERS) && !compare_exchange(&mutex->__word, word, word | WAITERS))
			continue;
		/* The kernel wakes with a shared key, whatever the mutex is. */
		error = __futex_wait(&mutex->__word, word | WAITERS, request->clock, request->until, 1);
		if (error == ETIMEDOUT || error == EINVAL)
			return error;
		/* Others may wait behind this one. */
		waiters = WAITERS;
	}
}

static int operation(int operation, const pthread_mutex_t *mutex)
{
	return operation | (mutex->__kind & KIND_SHARED ? 0 : FUTEX_PRIVATE_FLAG);
}

static int take_inheriting(pthread_mutex_t *mutex, int tid, const struct request *request, int *died)
{
	int call = FUTEX_LOCK_PI;
	long answer;

	if (mutex->__word == LOST)
		return ENOTRECOVERABLE;
	if (compare_exchange(&mutex->__word, 0, tid))
		return 0;
	if (!__valid_time(request->clock, request->until))
		return EINVAL;
	if (request->try)
		call = FUTEX_TRYLOCK_PI;
	else if (request->until && request->clock == CLOCK_MONOTONIC)
		call = FUTEX_LOCK_PI2;
	if (request->until && request->until->tv_sec < 0)
		return ETIMEDOUT;
	do
		answer = __syscall(SYS_futex_time64, (long)&mutex->__word, (long)operation(call, mutex), 0L,
				   (long)request->until, 0L, 0L);
	while (answer == -EINTR || (answer == -EAGAIN && !request->try));
	if (answer == -EAGAIN || (answer == -EDEADLK && request->try))
		return EBUSY;
	/* Its owner has ended without unlocking it, and nobody can any more. */
	if (answer == -ESRCH || answer == -EDEADLK) {
		if (mutex->__kind & KIND_TYPE)
			return (int)-answer;
		for (;;)
			pause();
	}
	if (answer)
		return (int)-answer;
	if (mutex->__word & FUTEX_OWNER_DIED) {
		__atomic_and_fetch(&mutex->__word, ~FUTEX_OWNER_DIED, __ATOMIC_SEQ_CST);
		*died = 1;
	}
	return 0;
}

int __mutex_lock_owned(pthread_mutex_t *mutex, const struct request *request)
{
	struct thread *self = thread_self();
	int robust = mutex->__kind & KIND_ROBUST, tid = self->tid, died = 0, error;

	if ((mutex->__word & FUTEX_TID_MASK) == tid) {
		error = again(mutex, request);
		if (error >= 0)
			return error;
	}
	if (robust) {
		prepare_list(self);
		self->robust.list_op_pending = link_of(mutex);
	}
	error = mutex->__kind & KIND_INHERIT ? take_inheriting(mutex, tid, request, &died) :
					       take_robust(mutex, tid, request, &died);
	if (!error) {
		if (robust)
			link_in(self, mutex);
		mutex->__count = 1;
		if (mutex->__owner == DOUBTFUL || died) {
			mutex->__owner = DOUBTFUL;
			error = EOWNERDEAD;
		} else {
			mutex->__owner = tid;
		}
	}
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (robust)
		self->robust.list_op_pending = 0;
	return error;
}

static void release(pthread_mutex_t *mutex, int tid, int word)
{
	if (mutex->__kind & KIND_INHERIT && word != LOST) {
		if (!compare_exchange(&mutex->__word, tid, 0))
			(void)__syscall(SYS_futex_time64, (long)&mutex->__word,
					(long)operation(FUTEX_UNLOCK_PI, mutex), 0L, 0L, 0L, 0L);
		return;
	}
	if (__atomic_exchange_n(&mutex->__word, word, __ATOMIC_RELEASE) & WAITERS)
		__futex_wake(&mutex->__word, word == LOST ? INT_MAX : 1, 1);
}

int __mutex_unlock_owned(pthread_mutex_t *mutex)
{
	struct thread *self = thread_self();
	int robust = mutex->__kind & KIND_ROBUST, doubtful = mutex->__owner == DOUBTFUL;

	if ((mutex->__word & FUTEX_TID_MASK) != self->tid)
		return EPERM;
	if ((mutex->__kind & KIND_TYPE) == PTHREAD_MUTEX_RECURSIVE && --mutex->__count)
		return 0;
	mutex->__owner = 0;
	if (robust) {
		self->robust.list_op_pending = link_of(mutex);
		link_out(self, mutex);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
	release(mutex, self->tid, robust && doubtful ? LOST : 0);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (robust)
		self->robust.list_op_pending = 0;
	return 0;
}

int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
	int tid = thread_self()->tid;

	if (!(mutex->__kind & KIND_ROBUST) || mutex->__owner != DOUBTFUL)
		return EINVAL;
	if ((mutex->__word & FUTEX_TID_MASK) != tid)
		return EPERM;
	mutex->__owner = tid;
	return 0;
}
