/*
 * Barriers. Everybody waits for the round to end; the last to come ends it. users counts who still looks at
 * the barrier, so that it can be destroyed as soon as one thread has come out.
 */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include "thread.h"

int pthread_barrier_init(pthread_barrier_t *__restrict barrier,
			 const pthread_barrierattr_t *__restrict attributes, unsigned count)
{
	if (!count || count > INT_MAX)
		return EINVAL;
	memset(barrier, 0, sizeof(*barrier));
	barrier->__limit = count;
	barrier->__shared = attributes && attributes->__shared;
	return 0;
}

static void lock(pthread_barrier_t *barrier)
{
	int free = 0;

	if (__atomic_compare_exchange_n(&barrier->__lock, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&barrier->__lock, 2, __ATOMIC_ACQUIRE))
		__futex_wait(&barrier->__lock, 2, CLOCK_MONOTONIC, NULL, barrier->__shared);
}

static void unlock(pthread_barrier_t *barrier)
{
	if (__atomic_exchange_n(&barrier->__lock, 0, __ATOMIC_RELEASE) == 2)
		__futex_wake(&barrier->__lock, 1, barrier->__shared);
}

static void leave(pthread_barrier_t *barrier, int shared)
{
	if (!__atomic_sub_fetch(&barrier->__users, 1, __ATOMIC_SEQ_CST))
		__futex_wake(&barrier->__users, INT_MAX, shared);
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	int shared = barrier->__shared, round, last;

	__atomic_add_fetch(&barrier->__users, 1, __ATOMIC_SEQ_CST);
	lock(barrier);
	round = barrier->__round;
	last = ++barrier->__arrived == barrier->__limit;
	if (last) {
		barrier->__arrived = 0;
		__atomic_store_n(&barrier->__round, round + 1, __ATOMIC_SEQ_CST);
	}
	unlock(barrier);
	if (last)
		__futex_wake(&barrier->__round, INT_MAX, shared);
	while (__atomic_load_n(&barrier->__round, __ATOMIC_ACQUIRE) == round)
		__futex_wait(&barrier->__round, round, CLOCK_MONOTONIC, NULL, shared);
	leave(barrier, shared);
	return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	int users;

	if (barrier->__arrived)
		return EBUSY;
	while ((users = __atomic_load_n(&barrier->__users, __ATOMIC_ACQUIRE)))
		__futex_wait(&barrier->__users, users, CLOCK_MONOTONIC, NULL, barrier->__shared);
	return 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attributes)
{
	attributes->__shared = 0;
	return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *__restrict attributes,
				   int *__restrict shared)
{
	*shared = attributes->__shared;
	return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *attributes, int shared)
{
	if (shared & ~1)
		return EINVAL;
	attributes->__shared = shared;
	return 0;
}
