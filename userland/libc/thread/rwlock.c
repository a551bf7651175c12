/*
 * Locks for many readers or one writer. The word counts readers, or is WRITTEN; WAITED says that somebody
 * sleeps until it is 0. Readers go before waiting writers unless the lock's kind says otherwise.
 */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include "mutex.h"

#define COUNT 0x3fffffff
#define WRITTEN COUNT
#define WAITED ((int)0x80000000)

int pthread_rwlock_init(pthread_rwlock_t *__restrict lock, const pthread_rwlockattr_t *__restrict attributes)
{
	memset(lock, 0, sizeof(*lock));
	if (attributes) {
		lock->__shared = attributes->__shared;
		lock->__kind = attributes->__kind;
	}
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	return lock->__word & COUNT ? EBUSY : 0;
}

/* Sleeps until the word is no longer this, which has WAITED set first. */
static int wait_for(pthread_rwlock_t *lock, int word, const struct request *request)
{
	int error;

	if (request->try)
		return EBUSY;
	if (!__valid_time(request->clock, request->until))
		return EINVAL;
	if (!(word & WAITED) && !compare_exchange(&lock->__word, word, word | WAITED))
		return 0;
	error = __futex_wait(&lock->__word, word | WAITED, request->clock, request->until, lock->__shared);
	return error == ETIMEDOUT || error == EINVAL ? error : 0;
}

static int writers_first(const pthread_rwlock_t *lock)
{
	return lock->__kind == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP && lock->__writers;
}

static int read_lock(pthread_rwlock_t *lock, const struct request *request)
{
	for (;;) {
		int word = lock->__word, count = word & COUNT, error;

		if (count == WRITTEN && lock->__owner == thread_self()->tid)
			return request->try ? EBUSY : EDEADLK;
		if (count == WRITTEN || (count && writers_first(lock))) {
			error = wait_for(lock, word, request);
			if (error)
				return error;
		} else if (count == COUNT - 1) {
			return EAGAIN;
		} else if (compare_exchange(&lock->__word, word, word + 1)) {
			return 0;
		}
	}
}

static int write_lock(pthread_rwlock_t *lock, const struct request *request)
{
	int tid = thread_self()->tid, error = 0;

	if (compare_exchange(&lock->__word, 0, WRITTEN)) {
		lock->__owner = tid;
		return 0;
	}
	if (request->try)
		return EBUSY;
	if ((lock->__word & COUNT) == WRITTEN && lock->__owner == tid)
		return EDEADLK;
	__atomic_add_fetch(&lock->__writers, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		int word = lock->__word;

		if (word & COUNT) {
			error = wait_for(lock, word, request);
			if (error)
				break;
		} else if (compare_exchange(&lock->__word, word, word | WRITTEN)) {
			lock->__owner = tid;
			break;
		}
	}
	/* Readers that stood back for a writer who gave up go on. */
	if (!__atomic_sub_fetch(&lock->__writers, 1, __ATOMIC_SEQ_CST) && error && lock->__kind)
		__futex_wake(&lock->__word, INT_MAX, lock->__shared);
	return error;
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	int shared = lock->__shared;

	for (;;) {
		int word = lock->__word, count = word & COUNT;
		int rest = count == WRITTEN || count == 1 ? 0 : word - 1;

		if (!count)
			return EPERM;
		if (count == WRITTEN) {
			if (lock->__owner != thread_self()->tid)
				return EPERM;
			lock->__owner = 0;
		}
		if (!compare_exchange(&lock->__word, word, rest)) {
			if (count == WRITTEN)
				lock->__owner = thread_self()->tid;
			continue;
		}
		if (!rest && word & WAITED)
			__futex_wake(&lock->__word, INT_MAX, shared);
		return 0;
	}
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	return read_lock(lock, &(struct request){ .clock = CLOCK_MONOTONIC });
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return read_lock(lock, &(struct request){ .try = 1 });
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *__restrict lock, const struct timespec *__restrict until)
{
	return read_lock(lock, &(struct request){ .clock = CLOCK_REALTIME, .until = until });
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t *__restrict lock, clockid_t clock,
			       const struct timespec *__restrict until)
{
	if (!__valid_time(clock, NULL))
		return EINVAL;
	return read_lock(lock, &(struct request){ .clock = clock, .until = until });
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	return write_lock(lock, &(struct request){ .clock = CLOCK_MONOTONIC });
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	return write_lock(lock, &(struct request){ .try = 1 });
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *__restrict lock, const struct timespec *__restrict until)
{
	return write_lock(lock, &(struct request){ .clock = CLOCK_REALTIME, .until = until });
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *__restrict lock, clockid_t clock,
			       const struct timespec *__restrict until)
{
	if (!__valid_time(clock, NULL))
		return EINVAL;
	return write_lock(lock, &(struct request){ .clock = clock, .until = until });
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attributes)
{
	*attributes = (pthread_rwlockattr_t){ 0, 0 };
	return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *__restrict attributes, int *__restrict shared)
{
	*shared = attributes->__shared;
	return 0;
}

int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attributes, int shared)
{
	if (shared & ~1)
		return EINVAL;
	attributes->__shared = shared;
	return 0;
}

int pthread_rwlockattr_getkind_np(const pthread_rwlockattr_t *attributes, int *kind)
{
	*kind = attributes->__kind;
	return 0;
}

int pthread_rwlockattr_setkind_np(pthread_rwlockattr_t *attributes, int kind)
{
	if (kind < PTHREAD_RWLOCK_PREFER_READER_NP || kind > PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
		return EINVAL;
	attributes->__kind = kind;
	return 0;
}
