/* Condition variables, read-write locks, barriers, spin locks, semaphores: errors, limits, races. */
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../guest/asleep.h"
#include "../../guest/testing.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn, waiting, rounds;

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

	pthread_create(&thread, NULL, function, argument);
	pthread_join(thread, &result);
	return (long)result;
}

/* Whoever is signalled once goes on once: no wake-up is lost, none is stolen. */
static void *waits_once(void *argument)
{
	pthread_mutex_lock(&mutex);
	waiting++;
	pthread_cond_wait(&condition, &mutex);
	waiting--;
	pthread_mutex_unlock(&mutex);
	return argument;
}

static void until_waiting(int count)
{
	for (;;) {
		int now;

		pthread_mutex_lock(&mutex);
		now = waiting;
		pthread_mutex_unlock(&mutex);
		if (now == count)
			return;
		usleep(500);
	}
}

static void *ping(void *argument)
{
	int me = (int)(long)argument;

	for (int i = 0; i < rounds; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != me)
			pthread_cond_wait(&condition, &mutex);
		turn = !me;
		pthread_cond_signal(&condition);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void conditions(void)
{
	struct timespec until;
	pthread_condattr_t attributes;
	pthread_cond_t other;
	pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	pthread_t threads[20];
	clockid_t clock;

	pthread_mutex_lock(&mutex);
	until = from_now(CLOCK_REALTIME, 20);
	IS(pthread_cond_timedwait(&condition, &mutex, &until), ETIMEDOUT);
	until = from_now(CLOCK_MONOTONIC, 20);
	IS(pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &until), ETIMEDOUT);
	until.tv_nsec = -1;
	IS(pthread_cond_timedwait(&condition, &mutex, &until), EINVAL);
	until = (struct timespec){ .tv_sec = -1 };
	IS(pthread_cond_timedwait(&condition, &mutex, &until), ETIMEDOUT);
	IS(pthread_cond_clockwait(&condition, &mutex, CLOCK_THREAD_CPUTIME_ID, &until), EINVAL);
	pthread_mutex_unlock(&mutex);
	IS(pthread_cond_wait(&condition, &checked), EPERM);
	IS(pthread_condattr_init(&attributes), 0);
	IS(pthread_condattr_setclock(&attributes, CLOCK_PROCESS_CPUTIME_ID), EINVAL);
	IS(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), 0);
	IS(pthread_condattr_getclock(&attributes, &clock), 0);
	IS(clock, CLOCK_MONOTONIC);
	IS(pthread_condattr_setpshared(&attributes, 2), EINVAL);
	IS(pthread_cond_init(&other, &attributes), 0);
	pthread_mutex_lock(&mutex);
	until = from_now(CLOCK_MONOTONIC, 20);
	IS(pthread_cond_timedwait(&other, &mutex, &until), ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
	IS(pthread_cond_destroy(&other), 0);

	for (int i = 0; i < 20; i++)
		pthread_create(&threads[i], NULL, waits_once, NULL);
	until_waiting(20);
	IS(pthread_cond_destroy(&condition), EBUSY);
	for (int i = 19; i >= 10; i--) {
		pthread_cond_signal(&condition);
		until_waiting(i);
	}
	OK(1, "each signal wakes one of those that wait");
	pthread_cond_broadcast(&condition);
	for (int i = 0; i < 20; i++)
		pthread_join(threads[i], NULL);
	IS(waiting, 0);
	IS(pthread_cond_destroy(&condition), 0);

	turn = 0;
	pthread_create(&threads[0], NULL, ping, (void *)0);
	pthread_create(&threads[1], NULL, ping, (void *)1);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	OK(1, "two threads took %d turns each", rounds);
}

/* A queue of bounded length: every item arrives once. */
static struct {
	pthread_cond_t not_full, not_empty;
	int items[4], count, sum, done;
} queue = { PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, { 0 }, 0, 0, 0 };

static void *produces(void *argument)
{
	for (int i = 1; i <= rounds; i++) {
		pthread_mutex_lock(&mutex);
		while (queue.count == 4)
			pthread_cond_wait(&queue.not_full, &mutex);
		queue.items[queue.count++] = i;
		pthread_cond_signal(&queue.not_empty);
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void *consumes(void *argument)
{
	for (int i = 1; i <= rounds; i++) {
		pthread_mutex_lock(&mutex);
		while (!queue.count)
			pthread_cond_wait(&queue.not_empty, &mutex);
		queue.sum += queue.items[--queue.count];
		pthread_cond_signal(&queue.not_full);
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void bounded_queue(void)
{
	pthread_t threads[12];

	for (int i = 0; i < 12; i++)
		pthread_create(&threads[i], NULL, i % 2 ? produces : consumes, NULL);
	for (int i = 0; i < 12; i++)
		pthread_join(threads[i], NULL);
	IS(queue.sum, 6 * (rounds * (rounds + 1) / 2));
}

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	pthread_barrier_t barrier;
	pthread_rwlock_t lock;
	sem_t semaphore;
	int turn, in, serial;
};

static int child_of_shared(struct shared *s, int me)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&s->mutex);
		while (s->turn % 3 != me)
			pthread_cond_wait(&s->condition, &s->mutex);
		s->turn++;
		pthread_cond_broadcast(&s->condition);
		pthread_mutex_unlock(&s->mutex);
	}
	for (int i = 0; i < 20; i++)
		if (pthread_barrier_wait(&s->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&s->serial, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < 100; i++) {
		pthread_rwlock_wrlock(&s->lock);
		s->in++;
		pthread_rwlock_unlock(&s->lock);
		sem_post(&s->semaphore);
	}
	return 0;
}

static void between_processes(void)
{
	struct shared *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t mutexattr;
	pthread_condattr_t condattr;
	pthread_barrierattr_t barrierattr;
	pthread_rwlockattr_t lockattr;
	int good = 0, status, value;

	pthread_mutexattr_init(&mutexattr);
	pthread_mutexattr_setpshared(&mutexattr, 1);
	pthread_condattr_init(&condattr);
	pthread_condattr_setpshared(&condattr, 1);
	pthread_barrierattr_init(&barrierattr);
	IS(pthread_barrierattr_setpshared(&barrierattr, 2), EINVAL);
	pthread_barrierattr_setpshared(&barrierattr, 1);
	pthread_rwlockattr_init(&lockattr);
	pthread_rwlockattr_setpshared(&lockattr, 1);
	pthread_mutex_init(&s->mutex, &mutexattr);
	pthread_cond_init(&s->condition, &condattr);
	pthread_barrier_init(&s->barrier, &barrierattr, 3);
	pthread_rwlock_init(&s->lock, &lockattr);
	sem_init(&s->semaphore, 1, 0);
	for (int i = 0; i < 3; i++)
		if (!fork())
			_exit(child_of_shared(s, i));
	for (int i = 0; i < 300; i++)
		if (sem_wait(&s->semaphore) < 0)
			i--;
	while (wait(&status) > 0)
		good += !status;
	IS(good, 3);
	IS(s->turn, 300);
	IS(s->serial, 20);
	IS(s->in, 300);
	sem_getvalue(&s->semaphore, &value);
	IS(value, 0);
	IS(pthread_cond_destroy(&s->condition), 0);
	IS(pthread_barrier_destroy(&s->barrier), 0);
	munmap(s, 4096);
}

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

static void *try_read(void *argument)
{
	int error = pthread_rwlock_tryrdlock(argument);

	if (!error)
		pthread_rwlock_unlock(argument);
	return (void *)(long)error;
}

static void *try_write(void *argument)
{
	int error = pthread_rwlock_trywrlock(argument);

	if (!error)
		pthread_rwlock_unlock(argument);
	return (void *)(long)error;
}

static void *timed_write(void *argument)
{
	struct timespec until = from_now(CLOCK_REALTIME, 20);

	return (void *)(long)pthread_rwlock_timedwrlock(argument, &until);
}

static void *timed_read(void *argument)
{
	struct timespec until = from_now(CLOCK_MONOTONIC, 20);

	return (void *)(long)pthread_rwlock_clockrdlock(argument, CLOCK_MONOTONIC, &until);
}

static void *writes(void *argument)
{
	pthread_rwlock_wrlock(argument);
	pthread_rwlock_unlock(argument);
	return NULL;
}

static int inside_read, inside_write, wrong;

static void *reads_and_writes(void *argument)
{
	unsigned seed = (unsigned)(long)argument;

	for (int i = 0; i < rounds; i++) {
		if (rand_r(&seed) % 4) {
			pthread_rwlock_rdlock(&lock);
			__atomic_add_fetch(&inside_read, 1, __ATOMIC_SEQ_CST);
			if (__atomic_load_n(&inside_write, __ATOMIC_SEQ_CST))
				wrong = 1;
			if (i % 16 == 0)
				sched_yield();
			__atomic_sub_fetch(&inside_read, 1, __ATOMIC_SEQ_CST);
		} else {
			pthread_rwlock_wrlock(&lock);
			if (__atomic_add_fetch(&inside_write, 1, __ATOMIC_SEQ_CST) != 1 ||
			    __atomic_load_n(&inside_read, __ATOMIC_SEQ_CST))
				wrong = 1;
			if (i % 16 == 0)
				sched_yield();
			__atomic_sub_fetch(&inside_write, 1, __ATOMIC_SEQ_CST);
		}
		pthread_rwlock_unlock(&lock);
	}
	return NULL;
}

static void locks(void)
{
	struct timespec bad = { .tv_nsec = 2000000000 };
	pthread_rwlockattr_t attributes;
	pthread_rwlock_t prefers;
	pthread_t threads[10];

	IS(pthread_rwlock_rdlock(&lock), 0);
	IS(pthread_rwlock_rdlock(&lock), 0);
	IS(in_thread(try_read, &lock), 0);
	IS(in_thread(try_write, &lock), EBUSY);
	IS(in_thread(timed_write, &lock), ETIMEDOUT);
	IS(pthread_rwlock_timedwrlock(&lock, &bad), EINVAL);
	IS(pthread_rwlock_destroy(&lock), EBUSY);
	IS(pthread_rwlock_unlock(&lock), 0);
	IS(pthread_rwlock_unlock(&lock), 0);
	IS(pthread_rwlock_unlock(&lock), EPERM);
	IS(pthread_rwlock_wrlock(&lock), 0);
	IS(pthread_rwlock_wrlock(&lock), EDEADLK);
	IS(pthread_rwlock_rdlock(&lock), EDEADLK);
	IS(pthread_rwlock_trywrlock(&lock), EBUSY);
	IS(in_thread(try_read, &lock), EBUSY);
	IS(in_thread(timed_read, &lock), ETIMEDOUT);
	IS(pthread_rwlock_unlock(&lock), 0);

	/* With writers first, a reader stands back for one that waits. */
	IS(pthread_rwlockattr_init(&attributes), 0);
	IS(pthread_rwlockattr_setkind_np(&attributes, 5), EINVAL);
	IS(pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP), 0);
	IS(pthread_rwlockattr_setpshared(&attributes, 7), EINVAL);
	pthread_rwlock_init(&prefers, &attributes);
	pthread_rwlock_rdlock(&prefers);
	IS(in_thread(try_read, &prefers), 0);
	pthread_create(&threads[0], NULL, writes, &prefers);
	OK(until_others_sleep(), "a writer waits");
	IS(in_thread(try_read, &prefers), EBUSY);
	pthread_rwlock_unlock(&prefers);
	pthread_join(threads[0], NULL);
	IS(in_thread(try_read, &prefers), 0);
	/* When the writer gives up, the reader goes on. */
	pthread_rwlock_rdlock(&prefers);
	pthread_create(&threads[0], NULL, timed_write, &prefers);
	usleep(5000);
	IS(pthread_rwlock_rdlock(&prefers), 0);
	pthread_join(threads[0], NULL);
	IS(pthread_rwlock_unlock(&prefers), 0);
	IS(pthread_rwlock_unlock(&prefers), 0);

	for (long i = 0; i < 10; i++)
		pthread_create(&threads[i], NULL, reads_and_writes, (void *)(i + 1));
	for (int i = 0; i < 10; i++)
		pthread_join(threads[i], NULL);
	OK(!wrong, "readers and writers keep apart");
	IS(pthread_rwlock_destroy(&lock), 0);
}

static pthread_barrier_t barrier;
static int arrived, serials;

static void *meets(void *argument)
{
	for (int i = 0; i < 50; i++) {
		int result;

		__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
		result = pthread_barrier_wait(&barrier);
		if (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < (i + 1) * 8)
			wrong = 1;
		if (result == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&serials, 1, __ATOMIC_SEQ_CST);
		else if (result)
			wrong = 1;
	}
	return argument;
}

static void *meets_once(void *argument)
{
	pthread_barrier_wait(argument);
	return NULL;
}

static void barriers(void)
{
	pthread_t threads[8];

	IS(pthread_barrier_init(&barrier, NULL, 0), EINVAL);
	IS(pthread_barrier_init(&barrier, NULL, 8), 0);
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, meets, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	OK(!wrong, "nobody passes a barrier before all have come");
	IS(serials, 50);
	IS(pthread_barrier_destroy(&barrier), 0);
	/* Whoever comes out may destroy it, though others are still on their way out. */
	for (int i = 0; i < 100; i++) {
		pthread_barrier_t *once = malloc(sizeof(*once));

		pthread_barrier_init(once, NULL, 2);
		pthread_create(&threads[0], NULL, meets_once, once);
		pthread_barrier_wait(once);
		pthread_barrier_destroy(once);
		memset(once, 0xff, sizeof(*once));
		free(once);
		pthread_join(threads[0], NULL);
	}
	OK(1, "a barrier is destroyed as soon as it is passed");
}

static pthread_spinlock_t spin;
static int spun;

static void *spins(void *argument)
{
	for (int i = 0; i < rounds; i++) {
		pthread_spin_lock(&spin);
		spun++;
		pthread_spin_unlock(&spin);
	}
	return argument;
}

static void spin_locks(void)
{
	pthread_t threads[4];

	IS(pthread_spin_init(&spin, 9), EINVAL);
	IS(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE), 0);
	IS(pthread_spin_trylock(&spin), 0);
	IS(pthread_spin_trylock(&spin), EBUSY);
	IS(pthread_spin_unlock(&spin), 0);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, spins, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	IS(spun, 4 * rounds);
}

static sem_t semaphore;

static void on_alarm(int signal)
{
	(void)signal;
}

static void *takes(void *argument)
{
	for (int i = 0; i < rounds; i++)
		while (sem_wait(&semaphore) < 0)
			;
	return argument;
}

static void *posts(void *argument)
{
	for (int i = 0; i < rounds; i++)
		sem_post(&semaphore);
	return argument;
}

static void semaphores(void)
{
	struct sigaction action = { 0 };
	struct timespec until;
	pthread_t threads[8];
	int value;

	ERRNO(sem_init(&semaphore, 0, 0x80000000U), EINVAL);
	IS(sem_init(&semaphore, 0, 2), 0);
	IS(sem_wait(&semaphore), 0);
	IS(sem_trywait(&semaphore), 0);
	ERRNO(sem_trywait(&semaphore), EAGAIN);
	until = from_now(CLOCK_REALTIME, 20);
	ERRNO(sem_timedwait(&semaphore, &until), ETIMEDOUT);
	until = from_now(CLOCK_MONOTONIC, 20);
	ERRNO(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until), ETIMEDOUT);
	until.tv_nsec = 1000000000;
	ERRNO(sem_timedwait(&semaphore, &until), EINVAL);
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	pid_t teller = when_asleep_kill(SIGALRM);
	ERRNO(sem_wait(&semaphore), EINTR);
	waitpid(teller, NULL, 0);
	IS(sem_post(&semaphore), 0);
	IS(sem_getvalue(&semaphore, &value), 0);
	IS(value, 1);
	sem_init(&semaphore, 0, SEM_VALUE_MAX);
	ERRNO(sem_post(&semaphore), EOVERFLOW);
	sem_init(&semaphore, 0, 0);
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, i % 2 ? takes : posts, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	sem_getvalue(&semaphore, &value);
	IS(value, 0);
	IS(sem_destroy(&semaphore), 0);
}

static void named(void)
{
	sem_t *one, *two;
	int status, value = 0;

	sem_unlink("/test-of-semaphores");
	OK(sem_open("/a/b", O_CREAT, 0600, 1) == SEM_FAILED && errno == EINVAL, "a name has one part");
	OK(sem_open("/test-of-semaphores", 0) == SEM_FAILED && errno == ENOENT, "what is not there is not opened");
	OK(sem_open("/test-of-semaphores", O_CREAT, 0600, 0x80000000U) == SEM_FAILED && errno == EINVAL, "a value has a limit");
	one = sem_open("/test-of-semaphores", O_CREAT | O_EXCL, 0600, 3);
	OK(one != SEM_FAILED, "a named semaphore is made");
	if (one == SEM_FAILED)
		return;
	OK(sem_open("/test-of-semaphores", O_CREAT | O_EXCL, 0600, 3) == SEM_FAILED && errno == EEXIST, "and is there then");
	two = sem_open("/test-of-semaphores", O_CREAT, 0600, 9);
	OK(two == one, "opened again it is the same address");
	if (!fork()) {
		sem_t *mine = sem_open("test-of-semaphores", 0);

		for (int i = 0; i < 3; i++)
			sem_wait(mine);
		sem_post(mine);
		_exit(sem_close(mine));
	}
	wait(&status);
	IS(status, 0);
	sem_getvalue(one, &value);
	IS(value, 1);
	IS(sem_close(two), 0);
	IS(sem_wait(one), 0);
	IS(sem_unlink("/test-of-semaphores"), 0);
	ERRNO(sem_unlink("/test-of-semaphores"), ENOENT);
	IS(sem_close(one), 0);
	ERRNO(sem_close(one), EINVAL);
}

int main(int argc, char **argv)
{
	rounds = argc > 1 ? atoi(argv[1]) : 500;
	conditions();
	bounded_queue();
	between_processes();
	locks();
	barriers();
	spin_locks();
	semaphores();
	named();
	return test_done();
}
