/* Waiting for a thread's end, and leaving it to end alone. */
#include <errno.h>
#include <pthread.h>
#include "thread.h"

static void no_longer_joins(void *argument)
{
	struct thread *thread = argument;

	thread->joiner = NULL;
}

static void retire(struct thread *thread)
{
	sigset_t mask;

	__block_all(&mask);
	__lock(&__threads_lock);
	if (thread->mapping)
		__thread_retire(thread);
	__unlock(&__threads_lock);
	__restore_mask(&mask);
}

/* The kernel wakes tid's waiters with a shared key. */
static int wait_for(struct thread *thread, clockid_t clock, const struct timespec *until)
{
	int tid, error = 0;

	while ((tid = thread->tid)) {
		error = __futex_wait_cancellable(&thread->tid, tid, clock, until, 1);
		if (error == ETIMEDOUT || error == EINVAL)
			break;
		error = 0;
	}
	return error;
}

static int join(struct thread *thread, void **result, clockid_t clock, const struct timespec *until, int try)
{
	struct thread *self = thread_self(), *nobody = NULL;
	int error = 0;

	if (thread->state == THREAD_DETACHED)
		return EINVAL;
	if (try && thread->tid)
		return EBUSY;
	if (thread == self || (self->joiner == thread && !thread->cancel))
		return EDEADLK;
	if (!__atomic_compare_exchange_n(&thread->joiner, &nobody, self, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return EINVAL;
	pthread_cleanup_push(no_longer_joins, thread);
	pthread_testcancel();
	error = wait_for(thread, clock, until);
	pthread_cleanup_pop(0);
	if (error) {
		thread->joiner = NULL;
		return error;
	}
	if (result)
		*result = thread->result;
	retire(thread);
	return 0;
}

int pthread_join(pthread_t thread, void **result)
{
	return join(thread_of(thread), result, CLOCK_MONOTONIC, NULL, 0);
}

int pthread_tryjoin_np(pthread_t thread, void **result)
{
	return join(thread_of(thread), result, CLOCK_MONOTONIC, NULL, 1);
}

int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *until)
{
	return pthread_clockjoin_np(thread, result, CLOCK_REALTIME, until);
}

int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *until)
{
	if (!__valid_time(clock, until))
		return EINVAL;
	return join(thread_of(thread), result, clock, until, 0);
}

int pthread_detach(pthread_t thread)
{
	struct thread *target = thread_of(thread);
	sigset_t mask;
	int error = 0;

	__block_all(&mask);
	__lock(&__threads_lock);
	if (target->state == THREAD_DETACHED || target->joiner) {
		error = EINVAL;
	} else {
		int ended = target->state == THREAD_ENDED;

		target->state = THREAD_DETACHED;
		if (ended && target->mapping)
			__thread_retire(target);
	}
	__unlock(&__threads_lock);
	__restore_mask(&mask);
	return error;
}
