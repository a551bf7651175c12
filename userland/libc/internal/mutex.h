/*
 * Mutexes inside the library. A plain mutex's word is 0, 1 (held) or 2 (held, and waited for). That of a
 * robust or priority-inheriting one is its owner's number and FUTEX_WAITERS, as the kernel knows it.
 */
#ifndef LIBC_INTERNAL_MUTEX_H
#define LIBC_INTERNAL_MUTEX_H

#include <pthread.h>
#include "thread.h"

#define KIND_TYPE 3
#define KIND_ROBUST 4
#define KIND_INHERIT 8
#define KIND_SHARED 16
#define KIND_PROTECT 32
#define KIND_BITS 63
#define CEILING_SHIFT 8			/* the ceiling, in the kind's bits from here on; it changes only while locked */

/* How a lock is asked for. */
struct request {
	int try;
	clockid_t clock;
	const struct timespec *until;
};

int __mutex_lock_owned(pthread_mutex_t *mutex, const struct request *request);
int __mutex_unlock_owned(pthread_mutex_t *mutex);
/* Without regard to a ceiling. */
int __mutex_take(pthread_mutex_t *mutex, const struct request *request);
int __mutex_give(pthread_mutex_t *mutex);

/* ceiling.c: the caller runs at least at this priority until it leaves again. EINVAL: its own is higher; EPERM. */
int __ceiling_enter(int ceiling);
void __ceiling_leave(int ceiling);
int __mutex_lock_protected(pthread_mutex_t *mutex, const struct request *request);
int __mutex_unlock_protected(pthread_mutex_t *mutex);

static inline int compare_exchange(volatile int *word, int expected, int value)
{
	return __atomic_compare_exchange_n(word, &expected, value, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

#endif
