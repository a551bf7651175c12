/* Mutexes: the plain kinds here, those whose word names the owner in mutex-owned.c. */
#include <limits.h>
#include <string.h>
#include "mutex.h"

int pthread_mutex_init(pthread_mutex_t *__restrict mutex, const pthread_mutexattr_t *__restrict attributes)
{
	memset(mutex, 0, sizeof(*mutex));
	if (!attributes)
		return 0;
	/* Whoever finds a dead owner's mutex has no ceiling to leave: the two do not go together. */
	if (attributes->__kind & KIND_ROBUST && attributes->__kind & KIND_PROTECT)
		return ENOTSUP;
	mutex->__kind = attributes->__kind & KIND_PROTECT ? attributes->__kind : attributes->__kind & KIND_BITS;
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	int word = mutex->__word;

	if (mutex->__kind & (KIND_ROBUST | KIND_INHERIT)) {
		if (word & FUTEX_TID_MASK && (word & FUTEX_TID_MASK) != FUTEX_TID_MASK)
			return EBUSY;
	} else if (word) {
		return EBUSY;
	}
	return 0;
}

/* Whether the caller holds a mutex of a kind that knows. */
int __mutex_held(const pthread_mutex_t *mutex)
{
	int tid = thread_self()->tid;

	if (mutex->__kind & (KIND_ROBUST | KIND_INHERIT))
		return (mutex->__word & FUTEX_TID_MASK) == tid;
	return !(mutex->__kind & KIND_TYPE) || mutex->__owner == tid;
}

static int wait_for(pthread_mutex_t *mutex, const struct request *request)
{
	if (!__valid_time(request->clock, request->until))
		return EINVAL;
	while (__atomic_exchange_n(&mutex->__word, 2, __ATOMIC_ACQUIRE)) {
		int error = __futex_wait(&mutex->__word, 2, request->clock, request->until,
					 mutex->__kind & KIND_SHARED);

		if (error == ETIMEDOUT || error == EINVAL)
			return error;
	}
	return 0;
}

int __mutex_take(pthread_mutex_t *mutex, const struct request *request)
{
	int type = mutex->__kind & KIND_TYPE, error;

	if (mutex->__kind & (KIND_ROBUST | KIND_INHERIT))
		return __mutex_lock_owned(mutex, request);
	if (type != PTHREAD_MUTEX_NORMAL && mutex->__owner == thread_self()->tid) {
		if (type == PTHREAD_MUTEX_ERRORCHECK)
			return request->try ? EBUSY : EDEADLK;
		if (mutex->__count == UINT_MAX)
			return EAGAIN;
		mutex->__count++;
		return 0;
	}
	if (!compare_exchange(&mutex->__word, 0, 1)) {
		if (request->try)
			return EBUSY;
		error = wait_for(mutex, request);
		if (error)
			return error;
	}
	if (type != PTHREAD_MUTEX_NORMAL) {
		mutex->__owner = thread_self()->tid;
		mutex->__count = 1;
	}
	return 0;
}

static int lock(pthread_mutex_t *mutex, const struct request *request)
{
	return mutex->__kind & KIND_PROTECT ? __mutex_lock_protected(mutex, request) : __mutex_take(mutex, request);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (!mutex->__kind && compare_exchange(&mutex->__word, 0, 1))
		return 0;
	return lock(mutex, &(struct request){ .clock = CLOCK_MONOTONIC });
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	return lock(mutex, &(struct request){ .try = 1, .clock = CLOCK_MONOTONIC });
}

int pthread_mutex_timedlock(pthread_mutex_t *__restrict mutex, const struct timespec *__restrict until)
{
	return lock(mutex, &(struct request){ .clock = CLOCK_REALTIME, .until = until });
}

int pthread_mutex_clocklock(pthread_mutex_t *__restrict mutex, clockid_t clock,
			    const struct timespec *__restrict until)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	return lock(mutex, &(struct request){ .clock = clock, .until = until });
}

int __mutex_give(pthread_mutex_t *mutex)
{
	int kind = mutex->__kind;

	if (kind & (KIND_ROBUST | KIND_INHERIT))
		return __mutex_unlock_owned(mutex);
	if (kind & KIND_TYPE) {
		if (mutex->__owner != thread_self()->tid)
			return EPERM;
		if (--mutex->__count)
			return 0;
		mutex->__owner = 0;
	}
	/* The mutex may be destroyed by its next owner as soon as it is free. */
	if (__atomic_exchange_n(&mutex->__word, 0, __ATOMIC_RELEASE) == 2)
		__futex_wake(&mutex->__word, 1, kind & KIND_SHARED);
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	return mutex->__kind & KIND_PROTECT ? __mutex_unlock_protected(mutex) : __mutex_give(mutex);
}
