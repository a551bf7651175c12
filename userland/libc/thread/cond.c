/*
 * Condition variables.
 *
 * One of a single process keeps a list of who waits, in order, each with a word of its own: a signal takes
 * the first one off, so no thread that comes later can take its place and none is forgotten. In memory that
 * is shared between processes the waiters' stacks cannot be reached; there everybody waits for the
 * sequence to move.
 */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include "thread.h"

struct waiter {
	struct waiter *previous, *next;
	volatile int signalled;
};

int pthread_cond_init(pthread_cond_t *__restrict condition,
		      const pthread_condattr_t *__restrict attributes)
{
	memset(condition, 0, sizeof(*condition));
	if (attributes) {
		condition->__clock = attributes->__clock;
		condition->__shared = attributes->__shared;
	}
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition)
{
	int waiters;

	if (condition->__shared) {
		/* They have been woken: they only have to leave. */
		while ((waiters = condition->__waiters))
			__futex_wait(&condition->__waiters, waiters, CLOCK_MONOTONIC, NULL, 1);
		return 0;
	}
	/* A signal that is under way still holds the lock. */
	__lock(&condition->__lock);
	waiters = condition->__first != NULL;
	__unlock(&condition->__lock);
	return waiters ? EBUSY : 0;
}

static void append(pthread_cond_t *condition, struct waiter *waiter)
{
	__lock(&condition->__lock);
	waiter->previous = condition->__last;
	if (waiter->previous)
		waiter->previous->next = waiter;
	else
		condition->__first = waiter;
	condition->__last = waiter;
	__unlock(&condition->__lock);
}

static void take_out(pthread_cond_t *condition, struct waiter *waiter)
{
	if (waiter->previous)
		waiter->previous->next = waiter->next;
	else
		condition->__first = waiter->next;
	if (waiter->next)
		waiter->next->previous = waiter->previous;
	else
		condition->__last = waiter->previous;
}

/* Returns 0 if signalled, else ETIMEDOUT or ECANCELED. */
static int wait_private(pthread_cond_t *condition, struct waiter *waiter, clockid_t clock,
			const struct timespec *until)
{
	int error;

	do
		error = __futex_wait_cancellable(&waiter->signalled, 0, clock, until, 0);
	while (!waiter->signalled && (!error || error == EINTR || error == EAGAIN));
	if (waiter->signalled)
		return 0;
	__lock(&condition->__lock);
	if (waiter->signalled)
		error = 0;		/* just now: the signal is this thread's, it must not be lost */
	else
		take_out(condition, waiter);
	__unlock(&condition->__lock);
	return error;
}

static int wait_shared(pthread_cond_t *condition, int sequence, clockid_t clock, const struct timespec *until)
{
	int error;

	do
		error = __futex_wait_cancellable(&condition->__sequence, sequence, clock, until, 1);
	while (error == EINTR && condition->__sequence == sequence);
	if (error == ECANCELED && condition->__sequence != sequence)
		__futex_wake(&condition->__sequence, 1, 1);	/* it may have been for this thread */
	if (error == EINTR || error == EAGAIN)
		error = 0;
	if (!__atomic_sub_fetch(&condition->__waiters, 1, __ATOMIC_SEQ_CST))
		__futex_wake(&condition->__waiters, INT_MAX, 1);
	return error;
}

static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
		      const struct timespec *until)
{
	struct thread *self = thread_self();
	struct waiter waiter = { 0 };
	int state = self->cancel_state, sequence = 0, error, relock;

	if (!__valid_time(clock, until))
		return EINVAL;
	if (!__mutex_held(mutex))
		return EPERM;
	pthread_testcancel();
	if (condition->__shared) {
		__atomic_add_fetch(&condition->__waiters, 1, __ATOMIC_SEQ_CST);
		sequence = condition->__sequence;
	} else {
		append(condition, &waiter);
	}
	(void)pthread_mutex_unlock(mutex);	/* it is ours: checked above as far as it knows */
	if (state == PTHREAD_CANCEL_ENABLE)
		self->cancel_state = CANCEL_MASKED;
	error = condition->__shared ? wait_shared(condition, sequence, clock, until) :
				      wait_private(condition, &waiter, clock, until);
	self->cancel_state = PTHREAD_CANCEL_DISABLE;
	relock = pthread_mutex_lock(mutex);
	self->cancel_state = state;
	if (error == ECANCELED) {
		pthread_testcancel();
		error = 0;
	}
	return relock ? relock : error;
}

int pthread_cond_wait(pthread_cond_t *__restrict condition, pthread_mutex_t *__restrict mutex)
{
	return wait_until(condition, mutex, CLOCK_MONOTONIC, NULL);
}

int pthread_cond_timedwait(pthread_cond_t *__restrict condition, pthread_mutex_t *__restrict mutex,
			   const struct timespec *__restrict until)
{
	return wait_until(condition, mutex, condition->__clock, until);
}

int pthread_cond_clockwait(pthread_cond_t *__restrict condition, pthread_mutex_t *__restrict mutex,
			   clockid_t clock, const struct timespec *__restrict until)
{
	return wait_until(condition, mutex, clock, until);
}

static int wake_shared(pthread_cond_t *condition, int count)
{
	if (__atomic_load_n(&condition->__waiters, __ATOMIC_SEQ_CST)) {
		__atomic_add_fetch(&condition->__sequence, 1, __ATOMIC_SEQ_CST);
		__futex_wake(&condition->__sequence, count, 1);
	}
	return 0;
}

/* Under the lock. What the waiter's word is waited for with may be gone once it is set. */
static void release(struct waiter *waiter)
{
	volatile int *word = &waiter->signalled;

	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	__futex_wake(word, 1, 0);
}

int pthread_cond_signal(pthread_cond_t *condition)
{
	struct waiter *waiter;

	if (condition->__shared)
		return wake_shared(condition, 1);
	if (!__atomic_load_n(&condition->__first, __ATOMIC_SEQ_CST))
		return 0;
	__lock(&condition->__lock);
	waiter = condition->__first;
	if (waiter) {
		take_out(condition, waiter);
		release(waiter);
	}
	__unlock(&condition->__lock);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
	struct waiter *waiter, *next;

	if (condition->__shared)
		return wake_shared(condition, INT_MAX);
	if (!__atomic_load_n(&condition->__first, __ATOMIC_SEQ_CST))
		return 0;
	__lock(&condition->__lock);
	waiter = condition->__first;
	condition->__first = condition->__last = NULL;
	for (; waiter; waiter = next) {
		next = waiter->next;
		release(waiter);
	}
	__unlock(&condition->__lock);
	return 0;
}

int pthread_condattr_init(pthread_condattr_t *attributes)
{
	*attributes = (pthread_condattr_t){ CLOCK_REALTIME, 0 };
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *__restrict attributes, clockid_t *__restrict clock)
{
	*clock = attributes->__clock;
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	attributes->__clock = clock;
	return 0;
}

int pthread_condattr_getpshared(const pthread_condattr_t *__restrict attributes, int *__restrict shared)
{
	*shared = attributes->__shared;
	return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attributes, int shared)
{
	if (shared & ~1)
		return EINVAL;
	attributes->__shared = shared;
	return 0;
}
