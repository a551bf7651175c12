/*
 * Initialising once. The word: 0 not yet, RUNNING with the process's generation, RUNNING | WAITED, DONE.
 *
 * A child of fork() has another generation: what its parent's other threads had begun, it begins anew.
 */
#include <limits.h>
#include <pthread.h>
#include "thread.h"

#define DONE 2
#define RUNNING 1
#define WAITED 4
#define GENERATION 8

int __fork_generation;

static void give_up(void *argument)
{
	pthread_once_t *once = argument;

	if (__atomic_exchange_n(once, 0, __ATOMIC_RELEASE) & WAITED)
		__futex_wake(once, INT_MAX, 0);
}

int pthread_once(pthread_once_t *once, void (*initialise)(void))
{
	int mine = RUNNING | __fork_generation * GENERATION, found;

	while ((found = __atomic_load_n(once, __ATOMIC_ACQUIRE)) != DONE) {
		if (!found || (found & ~WAITED) != mine) {
			if (!__atomic_compare_exchange_n(once, &found, mine, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
				continue;
			pthread_cleanup_push(give_up, once);
			initialise();
			pthread_cleanup_pop(0);
			if (__atomic_exchange_n(once, DONE, __ATOMIC_RELEASE) & WAITED)
				__futex_wake(once, INT_MAX, 0);
			return 0;
		}
		if (found & WAITED ||
		    __atomic_compare_exchange_n(once, &found, mine | WAITED, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			__futex_wait(once, mine | WAITED, CLOCK_MONOTONIC, NULL, 0);
	}
	return 0;
}
