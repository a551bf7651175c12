/* Mutexes of every kind: errors, recursion, time limits, owners that die, other processes, inherited priority. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../guest/testing.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static struct timespec from_now(clockid_t clock, long milliseconds)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_nsec += milliseconds * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static void make(pthread_mutex_t *made, int type, int robust, int shared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutexattr_setpshared(&attributes, shared);
	pthread_mutex_init(made, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

static void *tries(void *argument)
{
	return (void *)(long)pthread_mutex_trylock(argument);
}

static void *unlocks(void *argument)
{
	return (void *)(long)pthread_mutex_unlock(argument);
}

static long in_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, function, argument);
	pthread_join(thread, &result);
	return (long)result;
}

static void *timed(void *argument)
{
	struct timespec until = from_now(CLOCK_REALTIME, 20);

	return (void *)(long)pthread_mutex_timedlock(argument, &until);
}

static void *clocked(void *argument)
{
	struct timespec until = from_now(CLOCK_MONOTONIC, 20);

	return (void *)(long)pthread_mutex_clocklock(argument, CLOCK_MONOTONIC, &until);
}

static void *badly_timed(void *argument)
{
	struct timespec until = { .tv_nsec = -1 };

	return (void *)(long)pthread_mutex_timedlock(argument, &until);
}

static void *past(void *argument)
{
	struct timespec until = { .tv_sec = -5 };

	return (void *)(long)pthread_mutex_timedlock(argument, &until);
}

static void waiting(pthread_mutex_t *held)
{
	IS(pthread_mutex_lock(held), 0);
	IS(in_thread(tries, held), EBUSY);
	IS(in_thread(timed, held), ETIMEDOUT);
	IS(in_thread(clocked, held), ETIMEDOUT);
	IS(in_thread(past, held), ETIMEDOUT);
	IS(in_thread(badly_timed, held), EINVAL);
	IS(pthread_mutex_clocklock(held, CLOCK_PROCESS_CPUTIME_ID, NULL), EINVAL);
	IS(pthread_mutex_destroy(held), EBUSY);
	IS(pthread_mutex_unlock(held), 0);
}

static void plain(void)
{
	struct timespec bad = { .tv_nsec = 1000000000 };
	pthread_mutexattr_t attributes;
	pthread_mutex_t other;
	int value;

	waiting(&mutex);
	/* A time that makes no sense does not matter when there is nothing to wait for. */
	IS(pthread_mutex_timedlock(&mutex, &bad), 0);
	IS(pthread_mutex_unlock(&mutex), 0);
	make(&other, PTHREAD_MUTEX_NORMAL, 0, 1);
	waiting(&other);
	IS(pthread_mutex_destroy(&other), 0);

	make(&other, PTHREAD_MUTEX_ERRORCHECK, 0, 0);
	waiting(&other);
	IS(pthread_mutex_unlock(&other), EPERM);
	IS(pthread_mutex_lock(&other), 0);
	IS(pthread_mutex_lock(&other), EDEADLK);
	IS(pthread_mutex_trylock(&other), EBUSY);
	IS(in_thread(unlocks, &other), EPERM);
	IS(pthread_mutex_unlock(&other), 0);

	make(&other, PTHREAD_MUTEX_RECURSIVE, 0, 0);
	waiting(&other);
	for (int i = 0; i < 5; i++)
		value = pthread_mutex_lock(&other) | pthread_mutex_trylock(&other);
	IS(value, 0);
	for (int i = 0; i < 9; i++)
		value |= pthread_mutex_unlock(&other);
	IS(value, 0);
	IS(in_thread(tries, &other), EBUSY);
	IS(in_thread(unlocks, &other), EPERM);
	IS(pthread_mutex_unlock(&other), 0);
	IS(pthread_mutex_unlock(&other), EPERM);
	IS(pthread_mutex_consistent(&other), EINVAL);

	pthread_mutexattr_init(&attributes);
	IS(pthread_mutexattr_settype(&attributes, 3), EINVAL);
	IS(pthread_mutexattr_setrobust(&attributes, 2), EINVAL);
	IS(pthread_mutexattr_setpshared(&attributes, 2), EINVAL);
	IS(pthread_mutexattr_setprotocol(&attributes, 7), EINVAL);
	pthread_mutexattr_gettype(&attributes, &value);
	IS(value, PTHREAD_MUTEX_DEFAULT);
}

/* Ends with the mutex held. */
static void *dies(void *argument)
{
	return (void *)(long)pthread_mutex_lock(argument);
}

static void *waits_for_owner(void *argument)
{
	int error = pthread_mutex_lock(argument);

	if (error == EOWNERDEAD) {
		pthread_mutex_consistent(argument);
		pthread_mutex_unlock(argument);
	}
	return (void *)(long)error;
}

static pthread_mutex_t many[50];

static void *dies_with_many(void *argument)
{
	/* Some are given back from the middle of the list. */
	for (int i = 0; i < 50; i++)
		pthread_mutex_lock(&many[i]);
	for (int i = 0; i < 50; i += 3)
		pthread_mutex_unlock(&many[i]);
	return argument;
}

static void robust(int type)
{
	pthread_mutex_t owned;
	pthread_t owner, waiter;
	void *result;
	int right = 0;

	make(&owned, type, 1, 0);
	waiting(&owned);
	IS(in_thread(dies, &owned), 0);
	IS(pthread_mutex_lock(&owned), EOWNERDEAD);
	IS(in_thread(tries, &owned), EBUSY);
	IS(pthread_mutex_consistent(&owned), 0);
	IS(pthread_mutex_consistent(&owned), EINVAL);
	IS(pthread_mutex_unlock(&owned), 0);
	IS(pthread_mutex_unlock(&owned), EPERM);
	IS(pthread_mutex_lock(&owned), 0);
	IS(pthread_mutex_unlock(&owned), 0);
	/* Unlocked without being made consistent, it is lost. */
	IS(in_thread(dies, &owned), 0);
	IS(pthread_mutex_trylock(&owned), EOWNERDEAD);
	IS(pthread_mutex_unlock(&owned), 0);
	IS(pthread_mutex_lock(&owned), ENOTRECOVERABLE);
	IS(in_thread(tries, &owned), ENOTRECOVERABLE);
	IS(pthread_mutex_destroy(&owned), 0);
	/* Somebody who waits learns it too. */
	make(&owned, type, 1, 0);
	pthread_mutex_lock(&owned);
	pthread_create(&waiter, NULL, waits_for_owner, &owned);
	usleep(10000);
	pthread_mutex_unlock(&owned);
	pthread_join(waiter, &result);
	IS((long)result, 0);
	pthread_mutex_init(&owned, NULL);
	make(&owned, type, 1, 0);
	pthread_create(&owner, NULL, dies, &owned);
	pthread_create(&waiter, NULL, waits_for_owner, &owned);
	pthread_join(owner, NULL);
	pthread_join(waiter, &result);
	OK((long)result == EOWNERDEAD || (long)result == 0, "a waiter goes on when the owner dies");

	for (int i = 0; i < 50; i++)
		make(&many[i], type, 1, 0);
	in_thread(dies_with_many, NULL);
	for (int i = 0; i < 50; i++)
		right += pthread_mutex_lock(&many[i]) == (i % 3 ? EOWNERDEAD : 0);
	IS(right, 50);
	for (int i = 0; i < 50; i++) {
		pthread_mutex_consistent(&many[i]);
		pthread_mutex_unlock(&many[i]);
	}
}

struct shared {
	pthread_mutex_t mutex;
	int counter;
};

static void processes(int rounds)
{
	struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, good = 0;
	pid_t child;

	make(&shared->mutex, PTHREAD_MUTEX_NORMAL, 0, 1);
	for (int i = 0; i < 4; i++)
		if (!fork()) {
			for (int round = 0; round < rounds; round++) {
				pthread_mutex_lock(&shared->mutex);
				shared->counter++;
				pthread_mutex_unlock(&shared->mutex);
			}
			_exit(0);
		}
	while (wait(&status) > 0)
		good += !status;
	IS(good, 4);
	IS(shared->counter, rounds * 4);

	make(&shared->mutex, PTHREAD_MUTEX_NORMAL, 1, 1);
	child = fork();
	if (!child) {
		pthread_mutex_lock(&shared->mutex);
		kill(getpid(), SIGKILL);
	}
	waitpid(child, &status, 0);
	IS(pthread_mutex_lock(&shared->mutex), EOWNERDEAD);
	IS(pthread_mutex_consistent(&shared->mutex), 0);
	child = fork();
	if (!child)
		_exit(pthread_mutex_unlock(&shared->mutex) == EPERM ? 5 : 6);
	waitpid(child, &status, 0);
	IS(WEXITSTATUS(status), 5);
	IS(pthread_mutex_unlock(&shared->mutex), 0);
	munmap(shared, 4096);
}

static int counter;

static void *contends(void *argument)
{
	for (int i = 0; i < (int)(long)argument; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		if (i % 64 == 0)
			sched_yield();
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void contention(int rounds)
{
	pthread_t threads[16];

	for (int i = 0; i < 16; i++)
		pthread_create(&threads[i], NULL, contends, (void *)(long)rounds);
	for (int i = 0; i < 16; i++)
		pthread_join(threads[i], NULL);
	IS(counter, rounds * 16);
}

static void inheriting(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t owned;
	int error, value;

	pthread_mutexattr_init(&attributes);
	error = pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	if (error) {
		/* A kernel without it: nobody may believe that he has it. */
		IS(error, ENOTSUP);
		pthread_mutexattr_getprotocol(&attributes, &value);
		IS(value, PTHREAD_PRIO_NONE);
		return;
	}
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&owned, &attributes);
	waiting(&owned);
	IS(pthread_mutex_lock(&owned), 0);
	IS(pthread_mutex_lock(&owned), EDEADLK);
	IS(in_thread(unlocks, &owned), EPERM);
	IS(pthread_mutex_unlock(&owned), 0);
	pthread_mutexattr_setrobust(&attributes, 1);
	pthread_mutex_init(&owned, &attributes);
	IS(in_thread(dies, &owned), 0);
	IS(pthread_mutex_lock(&owned), EOWNERDEAD);
	IS(pthread_mutex_consistent(&owned), 0);
	IS(pthread_mutex_unlock(&owned), 0);
	IS(pthread_mutex_lock(&owned), 0);
	IS(pthread_mutex_unlock(&owned), 0);
}

/* Policy and priority that the kernel runs the caller with, as policy * 1000 + priority. */
static int runs_with(void)
{
	struct sched_param parameters;

	sched_getparam(0, &parameters);
	return sched_getscheduler(0) * 1000 + parameters.sched_priority;
}

/* Those that pthread_getschedparam() tells. */
static int own(void)
{
	struct sched_param parameters;
	int policy;

	pthread_getschedparam(pthread_self(), &policy, &parameters);
	return policy * 1000 + parameters.sched_priority;
}

static int set_own(int policy, int priority)
{
	struct sched_param parameters = { priority };

	return pthread_setschedparam(pthread_self(), policy, &parameters);
}

static int make_protected(pthread_mutex_t *made, int type, int ceiling)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	return pthread_mutexattr_settype(&attributes, type) |
	       pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT) |
	       pthread_mutexattr_setprioceiling(&attributes, ceiling) | pthread_mutex_init(made, &attributes);
}

static void *tells_scheduling(void *argument)
{
	(void)argument;
	return (void *)(long)runs_with();
}

static pthread_mutex_t ceiled;
static volatile int arrived;

static void *waits_for_ceiled(void *argument)
{
	int result;

	(void)argument;
	arrived = 1;
	if (pthread_mutex_lock(&ceiled))
		return (void *)-1L;
	result = runs_with();
	pthread_mutex_unlock(&ceiled);
	return (void *)(long)(runs_with() == SCHED_OTHER * 1000 ? result : -2);
}

static void *contends_ceiled(void *argument)
{
	long bad = 0;

	for (int i = 0; i < (int)(long)argument; i++) {
		bad |= pthread_mutex_lock(&ceiled);
		bad |= runs_with() != SCHED_FIFO * 1000 + 20;
		counter++;
		if (i % 16 == 0)
			sched_yield();
		bad |= pthread_mutex_unlock(&ceiled);
	}
	return (void *)bad;
}

static void ceiling_attributes(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
	int value = 0;

	pthread_mutexattr_init(&attributes);
	IS(pthread_mutexattr_setprioceiling(&attributes, 0), EINVAL);
	IS(pthread_mutexattr_setprioceiling(&attributes, 100), EINVAL);
	IS(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT), 0);
	pthread_mutexattr_getprotocol(&attributes, &value);
	IS(value, PTHREAD_PRIO_PROTECT);
	pthread_mutexattr_getprioceiling(&attributes, &value);
	IS(value, 1);
	pthread_mutexattr_setrobust(&attributes, 1);
	IS(pthread_mutex_init(&other, &attributes), ENOTSUP);
	IS(pthread_mutex_getprioceiling(&other, &value), EINVAL);
	IS(pthread_mutex_setprioceiling(&other, 5, &value), EINVAL);
}

/* Ceilings of several mutexes, in any order; the thread's own priority beneath them. */
static void ceilings(void)
{
	pthread_mutex_t low, high;
	int value = 0;

	make_protected(&low, PTHREAD_MUTEX_NORMAL, 20);
	make_protected(&high, PTHREAD_MUTEX_RECURSIVE, 30);
	IS(pthread_mutex_lock(&low), 0);
	IS(runs_with(), SCHED_FIFO * 1000 + 20);
	IS(own(), SCHED_OTHER * 1000);
	IS(pthread_mutex_lock(&high), 0);
	IS(pthread_mutex_lock(&high), 0);
	IS(runs_with(), SCHED_FIFO * 1000 + 30);
	IS(pthread_mutex_unlock(&high), 0);
	IS(runs_with(), SCHED_FIFO * 1000 + 30);
	IS((int)in_thread(tells_scheduling, NULL), SCHED_OTHER * 1000);
	IS(pthread_mutex_unlock(&low), 0);
	IS(runs_with(), SCHED_FIFO * 1000 + 30);
	IS(pthread_mutex_setprioceiling(&high, 40, &value), 0);
	IS(value * 100000 + runs_with(), 30 * 100000 + SCHED_FIFO * 1000 + 40);
	IS(pthread_mutex_unlock(&high), 0);
	IS(runs_with(), SCHED_OTHER * 1000);
	/* While it holds one its own priority can change, and shows afterwards. */
	IS(pthread_mutex_lock(&low), 0);
	IS(set_own(SCHED_RR, 10), 0);
	IS(runs_with(), SCHED_RR * 1000 + 20);
	IS(set_own(99, 10), EINVAL);
	IS(set_own(SCHED_OTHER, 10), EINVAL);
	IS(pthread_setschedprio(pthread_self(), 25), 0);
	IS(runs_with(), SCHED_RR * 1000 + 25);
	IS(pthread_mutex_unlock(&low), 0);
	IS(runs_with(), SCHED_RR * 1000 + 25);
	/* Whoever is above the ceiling may not have it. */
	IS(pthread_mutex_lock(&low), EINVAL);
	IS(pthread_mutex_trylock(&low), EINVAL);
	IS(set_own(SCHED_OTHER, 0), 0);
	IS(pthread_mutex_trylock(&low), 0);
	IS(in_thread(tries, &low), EBUSY);
	IS(in_thread(timed, &low), ETIMEDOUT);
	IS(pthread_mutex_unlock(&low), 0);
	IS(runs_with(), SCHED_OTHER * 1000);
}

static void protecting(int rounds)
{
	pthread_t threads[4];
	pthread_mutex_t errors;
	void *result;
	int status, bad = 0;
	pid_t child;

	ceiling_attributes();
	ceilings();
	make_protected(&errors, PTHREAD_MUTEX_ERRORCHECK, 5);
	waiting(&errors);
	IS(pthread_mutex_lock(&errors), 0);
	IS(pthread_mutex_lock(&errors), EDEADLK);
	IS(pthread_mutex_setprioceiling(&errors, 6, NULL), EDEADLK);
	IS(pthread_mutex_unlock(&errors), 0);
	IS(pthread_mutex_unlock(&errors), EPERM);
	IS(runs_with(), SCHED_OTHER * 1000);
	/* Without the right to a priority there is no such mutex to be had, and none is left half taken. */
	child = fork();
	if (!child)
		_exit(setuid(1000) || pthread_mutex_lock(&errors) != EPERM || pthread_mutex_unlock(&errors) != EPERM);
	waitpid(child, &status, 0);
	IS(status, 0);
	/* A ceiling that changes under those who wait. */
	make_protected(&ceiled, PTHREAD_MUTEX_RECURSIVE, 10);
	pthread_mutex_lock(&ceiled);
	pthread_create(&threads[0], NULL, waits_for_ceiled, NULL);
	while (!arrived)
		usleep(1000);
	usleep(10000);
	IS(pthread_mutex_setprioceiling(&ceiled, 20, NULL), 0);
	pthread_mutex_unlock(&ceiled);
	pthread_join(threads[0], &result);
	IS((long)result, SCHED_FIFO * 1000 + 20);
	counter = 0;
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, contends_ceiled, (void *)(long)rounds);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		bad |= (int)(long)result;
	}
	IS(bad, 0);
	IS(counter, rounds * 4);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 2000;

	plain();
	robust(PTHREAD_MUTEX_NORMAL);
	robust(PTHREAD_MUTEX_ERRORCHECK);
	robust(PTHREAD_MUTEX_RECURSIVE);
	processes(rounds);
	contention(rounds);
	inheriting();
	protecting(rounds / 10);
	return test_done();
}
