/*
 * Threads as POSIX has them, by whatever C library this is compiled with: ours, glibc, musl. Kinds of mutexes and their
 * errors, owners that die, priorities, conditions, cancellation, thread-local variables, keys, many threads at once.
 *
 * usage: portable-threads [threads]
 */
#define _GNU_SOURCE
#include "../../guest/testing.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

static struct timespec from_now(clockid_t clock, long milliseconds)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_nsec += milliseconds * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static long in_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;
	void *result;

	if (pthread_create(&thread, NULL, function, argument))
		return -1;
	pthread_join(thread, &result);
	return (long)result;
}

static void *tries(void *mutex) { return (void *)(long)pthread_mutex_trylock(mutex); }
static void *unlocks(void *mutex) { return (void *)(long)pthread_mutex_unlock(mutex); }
static void *dies_holding(void *mutex) { return (void *)(long)pthread_mutex_lock(mutex); }

static void *timed(void *mutex)
{
	struct timespec until = from_now(CLOCK_REALTIME, 20);

	return (void *)(long)pthread_mutex_timedlock(mutex, &until);
}

/* ---- mutexes ---- */

struct kind {
	const char *name;
	int type, robust, protocol, shared;
};

static int make(pthread_mutex_t *mutex, const struct kind *kind)
{
	pthread_mutexattr_t attributes;
	int error = pthread_mutexattr_init(&attributes);

	error |= pthread_mutexattr_settype(&attributes, kind->type);
	error |= pthread_mutexattr_setrobust(&attributes, kind->robust);
	error |= pthread_mutexattr_setpshared(&attributes, kind->shared);
	error |= pthread_mutexattr_setprotocol(&attributes, kind->protocol);
	error |= pthread_mutex_init(mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	return error;
}

static long counter;

static void *counts(void *mutex)
{
	for (int i = 0; i < 500; i++) {
		pthread_mutex_lock(mutex);
		counter++;
		if (i % 32 == 0)
			sched_yield();
		pthread_mutex_unlock(mutex);
	}
	return NULL;
}

static void mutex_of_kind(const struct kind *kind)
{
	pthread_mutex_t mutex;
	pthread_t threads[8];

	OK(make(&mutex, kind) == 0, "%s: made", kind->name);
	OK(pthread_mutex_lock(&mutex) == 0, "%s: locked", kind->name);
	OK(in_thread(tries, &mutex) == EBUSY, "%s: busy for others", kind->name);
	OK(in_thread(timed, &mutex) == ETIMEDOUT, "%s: a wait ends in time", kind->name);
	if (kind->type == PTHREAD_MUTEX_ERRORCHECK) {
		OK(pthread_mutex_lock(&mutex) == EDEADLK, "%s: not twice", kind->name);
		OK(in_thread(unlocks, &mutex) == EPERM, "%s: its owner's to unlock", kind->name);
	}
	if (kind->type == PTHREAD_MUTEX_RECURSIVE) {
		OK(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0, "%s: once more", kind->name);
		OK(in_thread(tries, &mutex) == EBUSY, "%s: and held still", kind->name);
	}
	OK(pthread_mutex_unlock(&mutex) == 0, "%s: unlocked", kind->name);
	counter = 0;
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, counts, &mutex);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	OK(counter == 4000, "%s: eight threads are never in it together: %ld", kind->name, counter);
	if (kind->robust) {
		OK(in_thread(dies_holding, &mutex) == 0, "%s: a thread ends with it", kind->name);
		OK(pthread_mutex_lock(&mutex) == EOWNERDEAD, "%s: the next one learns so", kind->name);
		OK(pthread_mutex_consistent(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0, "%s: mended", kind->name);
		OK(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0, "%s: as new", kind->name);
		in_thread(dies_holding, &mutex);
		OK(pthread_mutex_lock(&mutex) == EOWNERDEAD && pthread_mutex_unlock(&mutex) == 0, "%s: not mended", kind->name);
		OK(pthread_mutex_lock(&mutex) == ENOTRECOVERABLE, "%s: lost for good", kind->name);
	}
	OK(pthread_mutex_destroy(&mutex) == 0, "%s: destroyed", kind->name);
}

/* A process is killed while it holds a mutex of shared memory, and another waits for that. */
static void killed_owner(void)
{
	pthread_mutex_t *mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct kind kind = { "shared", PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_SHARED };
	int ready[2], status;
	char byte;
	pid_t owner;

	OK(pipe(ready) == 0 && make(mutex, &kind) == 0, "a robust mutex of shared memory");
	owner = fork();
	if (!owner) {
		pthread_mutex_lock(mutex);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	OK(read(ready[0], &byte, 1) == 1, "a process holds it");
	if (!fork()) {
		usleep(20000);
		kill(owner, SIGKILL);
		_exit(0);
	}
	OK(pthread_mutex_lock(mutex) == EOWNERDEAD, "it is killed, and who waits has the mutex");
	OK(pthread_mutex_consistent(mutex) == 0 && pthread_mutex_unlock(mutex) == 0, "and mends it");
	while (wait(&status) > 0)
		;
	munmap(mutex, 4096);
	close(ready[0]);
	close(ready[1]);
}

/* ---- conditions ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static int slots, produced, consumed, done;

static void *produces(void *argument)
{
	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&lock);
		while (slots == 4)
			pthread_cond_wait(&emptied, &lock);
		slots++;
		produced++;
		pthread_cond_signal(&filled);
		pthread_mutex_unlock(&lock);
	}
	return argument;
}

static void *consumes(void *argument)
{
	for (;;) {
		pthread_mutex_lock(&lock);
		while (!slots && !done)
			pthread_cond_wait(&filled, &lock);
		if (!slots) {
			pthread_mutex_unlock(&lock);
			return argument;
		}
		slots--;
		consumed++;
		pthread_cond_signal(&emptied);
		pthread_mutex_unlock(&lock);
	}
}

static void conditions(void)
{
	struct timespec until;
	pthread_t threads[8];
	pthread_condattr_t attributes;
	pthread_cond_t monotonic;

	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, i < 4 ? produces : consumes, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_lock(&lock);
	done = 1;
	pthread_cond_broadcast(&filled);
	pthread_mutex_unlock(&lock);
	for (int i = 4; i < 8; i++)
		pthread_join(threads[i], NULL);
	OK(produced == 4000 && consumed == 4000, "what four make four use up: %d, %d", produced, consumed);
	pthread_condattr_init(&attributes);
	IS(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), 0);
	pthread_cond_init(&monotonic, &attributes);
	pthread_mutex_lock(&lock);
	until = from_now(CLOCK_MONOTONIC, 20);
	IS(pthread_cond_timedwait(&monotonic, &lock, &until), ETIMEDOUT);
	until = from_now(CLOCK_REALTIME, 20);
	IS(pthread_cond_timedwait(&filled, &lock, &until), ETIMEDOUT);
	IS(pthread_mutex_unlock(&lock), 0);
	IS(pthread_cond_destroy(&monotonic), 0);
}

/* ---- cancellation ---- */

static sem_t begun;
static int pipe_ends[2], cleaned;

static void cleans(void *argument)
{
	cleaned += *(int *)argument;
}

static void unlocks_after(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

static void *reads(void *argument)
{
	static int one = 1;
	char byte;

	pthread_cleanup_push(cleans, &one);
	sem_post(&begun);
	if (read(pipe_ends[0], &byte, 1) >= 0)
		one = 1000;
	pthread_cleanup_pop(0);
	return argument;
}

static void *waits_for_condition(void *argument)
{
	pthread_mutex_lock(&lock);
	pthread_cleanup_push(unlocks_after, &lock);
	sem_post(&begun);
	for (;;)
		pthread_cond_wait(&filled, &lock);
	pthread_cleanup_pop(1);
	return argument;
}

static void *computes(void *argument)
{
	volatile unsigned long n = 0;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	sem_post(&begun);
	for (;;)
		n++;
	return argument;
}

static void *refuses(void *argument)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	sem_post(&begun);
	usleep(30000);
	pthread_testcancel();
	return argument;
}

static void *cancelled(void *(*function)(void *), int delay)
{
	pthread_t thread;
	void *result = NULL;

	pthread_create(&thread, NULL, function, NULL);
	while (sem_wait(&begun) && errno == EINTR)
		;
	usleep((useconds_t)delay);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	return result;
}

static void cancellation(void)
{
	int right = 0;

	sem_init(&begun, 0, 0);
	OK(pipe(pipe_ends) == 0, "a pipe");
	for (int delay = 0; delay < 20000; delay += 1000)
		right += cancelled(reads, delay) == PTHREAD_CANCELED;
	IS(right, 20);
	IS(cleaned, 20);
	right = 0;
	for (int delay = 0; delay < 10000; delay += 1000)
		right += cancelled(waits_for_condition, delay) == PTHREAD_CANCELED;
	IS(right, 10);
	OK(pthread_mutex_trylock(&lock) == 0 && pthread_mutex_unlock(&lock) == 0, "the mutex was given back each time");
	OK(cancelled(computes, 2000) == PTHREAD_CANCELED, "one that only computes");
	OK(cancelled(refuses, 0) != PTHREAD_CANCELED, "one that does not want to be");
}

/* ---- what each thread has of its own ---- */

static _Thread_local int own = 7;
static _Thread_local char zeroed[3000];
static pthread_key_t key;
static int destroyed;

static void destroy(void *value)
{
	__atomic_add_fetch(&destroyed, (int)(long)value, __ATOMIC_SEQ_CST);
}

static void *locals(void *argument)
{
	long bad = own != 7;

	for (size_t i = 0; i < sizeof(zeroed); i++)
		bad |= zeroed[i];
	own = (int)(long)argument;
	memset(zeroed, own, sizeof(zeroed));
	errno = own;
	pthread_setspecific(key, (void *)1);
	sched_yield();
	bad |= own != (int)(long)argument || errno != own || zeroed[2999] != (char)own;
	return (void *)bad;
}

static void thread_locals(void)
{
	pthread_t threads[40];
	long bad = 0;

	IS(pthread_key_create(&key, destroy), 0);
	for (long i = 0; i < 40; i++)
		pthread_create(&threads[i], NULL, locals, (void *)(i + 1));
	for (int i = 0; i < 40; i++) {
		void *result;

		pthread_join(threads[i], &result);
		bad |= (long)result;
	}
	OK(!bad && own == 7, "variables of a thread are its own, and fresh");
	IS(destroyed, 40);
}

/* ---- many ---- */

static pthread_rwlock_t all = PTHREAD_RWLOCK_INITIALIZER;
static int seen;

static void *arrives(void *argument)
{
	__atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
	pthread_rwlock_rdlock(&all);
	pthread_rwlock_unlock(&all);
	return argument;
}

static void many(int count)
{
	pthread_t *threads = calloc((size_t)count, sizeof(*threads));
	pthread_attr_t attributes;
	int made = 0, right = 0;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	pthread_rwlock_wrlock(&all);
	while (made < count && !pthread_create(&threads[made], &attributes, arrives, (void *)((long)made + 1)))
		made++;
	IS(made, count);
	for (int i = 0; i < 3000 && __atomic_load_n(&seen, __ATOMIC_SEQ_CST) < made; i++)
		usleep(10000);
	IS(seen, made);
	pthread_rwlock_unlock(&all);
	for (int i = 0; i < made; i++) {
		void *result = NULL;

		right += !pthread_join(threads[i], &result) && (long)result == i + 1;
	}
	IS(right, made);
	free(threads);
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "normal", PTHREAD_MUTEX_NORMAL, 0, 0, 0 },
		{ "recursive", PTHREAD_MUTEX_RECURSIVE, 0, 0, 0 },
		{ "error-checking", PTHREAD_MUTEX_ERRORCHECK, 0, 0, 0 },
		{ "robust", PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, 0, 0 },
		{ "robust error-checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST, 0, 0 },
		{ "inheriting", PTHREAD_MUTEX_RECURSIVE, 0, PTHREAD_PRIO_INHERIT, 0 },
		{ "inheriting robust", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_INHERIT, 0 },
		{ "shared", PTHREAD_MUTEX_ERRORCHECK, 0, 0, PTHREAD_PROCESS_SHARED },
	};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		mutex_of_kind(&kinds[i]);
	killed_owner();
	conditions();
	cancellation();
	thread_locals();
	many(argc > 1 ? atoi(argv[1]) : 1000);
	return test_done();
}
