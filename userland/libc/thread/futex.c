/* Waiting for a word to change, and the library's own locks. */
#include <limits.h>
#include <time.h>
#include "thread.h"

#define ANY 0xffffffffL

static int operation(int operation, clockid_t clock, int shared)
{
	return operation | (shared ? 0 : FUTEX_PRIVATE_FLAG) |
	       (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
}

int __valid_time(clockid_t clock, const struct timespec *until)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return 0;
	return !until || (until->tv_nsec >= 0 && until->tv_nsec < 1000000000);
}

/* A time before the clock's beginning, which the kernel would not take, has passed. */
static int passed(const struct timespec *until)
{
	return until && until->tv_sec < 0;
}

int __futex_wait(volatile int *word, int value, clockid_t clock, const struct timespec *until, int shared)
{
	if (passed(until))
		return ETIMEDOUT;
	return (int)-__syscall(SYS_futex_time64, (long)word, (long)operation(FUTEX_WAIT_BITSET, clock, shared),
			       (long)value, (long)until, 0L, ANY);
}

int __futex_wait_cancellable(volatile int *word, int value, clockid_t clock, const struct timespec *until,
			     int shared)
{
	if (passed(until))
		return ETIMEDOUT;
	return (int)-__syscall_cp(SYS_futex_time64, (long)word,
				  (long)operation(FUTEX_WAIT_BITSET, clock, shared), (long)value, (long)until,
				  0L, ANY);
}

void __futex_wake(volatile int *word, int count, int shared)
{
	/* The word's memory may be gone already, if its waiter went on by itself. */
	(void)__syscall(SYS_futex_time64, (long)word, (long)(FUTEX_WAKE | (shared ? 0 : FUTEX_PRIVATE_FLAG)),
			(long)count, 0L, 0L, 0L);
}

void __lock_wait(volatile int *word)
{
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE))
		__futex_wait(word, 2, CLOCK_MONOTONIC, NULL, 0);
}

void __lock_wake(volatile int *word)
{
	__futex_wake(word, 1, 0);
}
