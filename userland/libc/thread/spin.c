/* Locks that are waited for without sleeping. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#define SPINS 100		/* then the processor goes to whoever may hold the lock */

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	*lock = 0;
	return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	(void)lock;
	return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	return __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) ? EBUSY : 0;
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
	for (int spins = 0; pthread_spin_trylock(lock); spins++) {
		__builtin_ia32_pause();
		if (spins >= SPINS) {
			sched_yield();
			spins = 0;
		}
	}
	return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
	return 0;
}
