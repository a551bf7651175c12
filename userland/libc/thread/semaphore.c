/*
 * Semaphores without names. The word is the value, with WAITED set while somebody may sleep for it to become
 * more than 0; whoever posts touches the semaphore for the last time when he changes the word.
 */
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <time.h>
#include "mutex.h"

#define WAITED ((int)0x80000000)

static int fail(int error)
{
	errno = error;
	return -1;
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	if (value > SEM_VALUE_MAX)
		return fail(EINVAL);
	*semaphore = (sem_t){ (int)value, 0, shared != 0, 0 };
	return 0;
}

int sem_destroy(sem_t *semaphore)
{
	(void)semaphore;
	return 0;
}

int sem_getvalue(sem_t *__restrict semaphore, int *__restrict value)
{
	*value = semaphore->__value & SEM_VALUE_MAX;
	return 0;
}

int sem_trywait(sem_t *semaphore)
{
	int word;

	while ((word = semaphore->__value) & SEM_VALUE_MAX)
		if (compare_exchange(&semaphore->__value, word, word - 1))
			return 0;
	return fail(EAGAIN);
}

static void no_longer_waits(void *argument)
{
	__atomic_sub_fetch((volatile int *)argument, 1, __ATOMIC_SEQ_CST);
}

static int wait_until(sem_t *semaphore, clockid_t clock, const struct timespec *until)
{
	int was = errno, error;

	pthread_testcancel();
	while (sem_trywait(semaphore) < 0) {
		if (!__valid_time(clock, until))
			return fail(EINVAL);
		__atomic_add_fetch(&semaphore->__waiters, 1, __ATOMIC_SEQ_CST);
		compare_exchange(&semaphore->__value, 0, WAITED);
		pthread_cleanup_push(no_longer_waits, (void *)&semaphore->__waiters);
		error = __futex_wait_cancellable(&semaphore->__value, WAITED, clock, until, semaphore->__shared);
		pthread_cleanup_pop(1);
		if (error && error != EAGAIN)
			return fail(error);
	}
	errno = was;
	return 0;
}

int sem_wait(sem_t *semaphore)
{
	return wait_until(semaphore, CLOCK_MONOTONIC, NULL);
}

int sem_timedwait(sem_t *__restrict semaphore, const struct timespec *__restrict until)
{
	return wait_until(semaphore, CLOCK_REALTIME, until);
}

int sem_clockwait(sem_t *__restrict semaphore, clockid_t clock, const struct timespec *__restrict until)
{
	if (!__valid_time(clock, NULL))
		return fail(EINVAL);
	return wait_until(semaphore, clock, until);
}

/* May be called by signal handlers. */
int sem_post(sem_t *semaphore)
{
	int shared = semaphore->__shared, word, waiters, value;

	do {
		word = semaphore->__value;
		waiters = semaphore->__waiters;
		if ((word & SEM_VALUE_MAX) == SEM_VALUE_MAX)
			return fail(EOVERFLOW);
		value = word + 1;
		if (waiters <= 1)
			value &= SEM_VALUE_MAX;
	} while (!compare_exchange(&semaphore->__value, word, value));
	if (word & WAITED)
		__futex_wake(&semaphore->__value, waiters > 1 ? 1 : INT_MAX, shared);
	return 0;
}
