/*
 * Priority inheritance: futexes whose word names the owner, their errors and the death of owners; and the kernel's
 * own locks: who holds one runs as urgently as who waits for it.
 *
 * Threads below are told apart by real-time priority. The main thread runs above all of them and sleeps in between.
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/futex.h>
#include <abi/sched.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>

#define MS 1000000L

static volatile int word, other, condition, order[8], places;
static volatile int go, result;

static long lock_pi(volatile int *w, const void *timeout)
{
	return futex(w, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, timeout, NULL, 0);
}

static long unlock_pi(volatile int *w)
{
	return futex(w, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
}

static int tid(void)
{
	return (int)syscall(SYS_gettid);
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * MS };

	while (nanosleep(&t, &t))
		;
}

static int priority(int p)
{
	struct sched_param param = { p };

	return (int)syscall(SYS_sched_setscheduler, 0, p ? SCHED_FIFO : SCHED_OTHER, &param);
}

static void spin_ms(long ms)
{
	long long until = now() + ms * MS;

	while (now() < until)
		;
}

/* ---- one word ---- */

static void test_alone(void)
{
	struct timespec past = { 1, 0 };
	int self = tid();

	word = 0;
	IS(lock_pi(&word, NULL), 0);
	IS(word, self);
	ERRNO(lock_pi(&word, NULL), EDEADLK);
	ERRNO(futex(&word, FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0), EDEADLK);
	IS(unlock_pi(&word), 0);
	IS(word, 0);
	ERRNO(unlock_pi(&word), EPERM);
	IS(futex(&word, FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0), 0);
	IS(unlock_pi(&word), 0);
	word = 0x3ffffff0;
	ERRNO(lock_pi(&word, NULL), ESRCH);
	word = 1;		/* init: living, not ours to wait for long */
	ERRNO(lock_pi(&word, &past), ETIMEDOUT);
	OK((unsigned)word == (1u | FUTEX_WAITERS), "who gave up leaves the mark of waiters");
	ERRNO(futex(&word, FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0), EAGAIN);
	ERRNO(futex((volatile int *)((char *)&word + 1), FUTEX_LOCK_PI, 0, NULL, NULL, 0), EINVAL);
	ERRNO(futex((volatile int *)4096, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EFAULT);
	word = (int)FUTEX_OWNER_DIED;
	IS(lock_pi(&word, NULL), 0);
	OK((unsigned)word == ((unsigned)self | FUTEX_OWNER_DIED), "the mark of a dead owner stays for its heir to see");
	IS(unlock_pi(&word), 0);
}

/* ---- waiters ---- */

static int waits(void *argument)
{
	priority((int)(long)argument);
	if (lock_pi(&word, NULL) == 0) {
		order[places++] = (int)(long)argument;
		unlock_pi(&word);
	}
	return 0;
}

static void test_order(void)
{
	struct thread t[3];
	static const int priorities[3] = { 10, 30, 20 };

	word = places = 0;
	lock_pi(&word, NULL);
	for (int i = 0; i < 3; i++) {
		thread_start(&t[i], waits, (void *)(long)priorities[i]);
		pause_ms(3);
	}
	OK((unsigned)word == ((unsigned)tid() | FUTEX_WAITERS), "waiters are marked in the word");
	ERRNO(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), EINVAL);
	ERRNO(futex(&word, FUTEX_REQUEUE | FUTEX_PRIVATE_FLAG, 1, (void *)1, &other, 0), EINVAL);
	IS(unlock_pi(&word), 0);
	for (int i = 0; i < 3; i++)
		thread_join(&t[i]);
	OK(places == 3 && order[0] == 30 && order[1] == 20 && order[2] == 10, "the most urgent waiter is next: %d %d %d", order[0], order[1],
	   order[2]);
	IS(word, 0);
}

/* Low holds the lock and computes, middle computes without end in sight, high wants the lock. */
static int low(void *unused)
{
	(void)unused;
	priority(5);
	lock_pi(&word, NULL);
	go = 1;
	spin_ms(20);
	unlock_pi(&word);
	return 0;
}

static int middle(void *unused)
{
	(void)unused;
	priority(10);
	spin_ms(300);
	return 0;
}

static int high(void *unused)
{
	long long start;

	(void)unused;
	priority(20);
	start = now();
	lock_pi(&word, NULL);
	result = (int)((now() - start) / 1000);
	unlock_pi(&word);
	return 0;
}

static void test_inversion(void)
{
	struct thread t[3];

	word = go = 0;
	thread_start(&t[0], low, NULL);
	while (!go)
		pause_ms(1);
	thread_start(&t[1], middle, NULL);
	pause_ms(2);
	thread_start(&t[2], high, NULL);
	for (int i = 0; i < 3; i++)
		thread_join(&t[i]);
	OK(result > 0 && result < 100000, "who holds what an urgent one waits for runs before the rest: %d us", result);
}

/* A chain: high waits for a, whose owner waits for b, whose owner only computes. */
static int first(void *unused)
{
	(void)unused;
	priority(5);
	lock_pi(&other, NULL);
	go = 1;
	spin_ms(20);
	unlock_pi(&other);
	return 0;
}

static int second(void *unused)
{
	(void)unused;
	priority(6);
	lock_pi(&word, NULL);
	go = 2;
	lock_pi(&other, NULL);
	unlock_pi(&other);
	unlock_pi(&word);
	return 0;
}

static void test_chain(void)
{
	struct thread t[4];

	word = other = go = 0;
	thread_start(&t[0], first, NULL);
	while (go < 1)
		pause_ms(1);
	thread_start(&t[1], second, NULL);
	while (go < 2)
		pause_ms(1);
	pause_ms(1);
	thread_start(&t[2], middle, NULL);
	pause_ms(2);
	thread_start(&t[3], high, NULL);
	for (int i = 0; i < 4; i++)
		thread_join(&t[i]);
	OK(result > 0 && result < 100000, "and so does whoever that one waits for: %d us", result);
}

static int crosses(void *unused)
{
	(void)unused;
	lock_pi(&other, NULL);
	go = 1;
	lock_pi(&word, NULL);
	unlock_pi(&word);
	unlock_pi(&other);
	return 0;
}

static void test_circle(void)
{
	struct thread t;

	word = other = go = 0;
	lock_pi(&word, NULL);
	thread_start(&t, crosses, NULL);
	while (!go)
		pause_ms(1);
	pause_ms(3);
	ERRNO(lock_pi(&other, NULL), EDEADLK);
	unlock_pi(&word);
	thread_join(&t);
	OK(word == 0 && other == 0, "which leaves both as they were");
}

static int dies_with_it(void *unused)
{
	(void)unused;
	lock_pi(&word, NULL);
	go = 1;
	pause_ms(10);
	return 0;
}

static void test_death(void)
{
	struct thread t;

	word = go = 0;
	thread_start(&t, dies_with_it, NULL);
	while (!go)
		pause_ms(1);
	IS(lock_pi(&word, NULL), 0);
	OK((unsigned)word == ((unsigned)tid() | FUTEX_OWNER_DIED), "a lock whose owner ended is its waiter's: %x", (unsigned)word);
	unlock_pi(&word);
	thread_join(&t);
}

static void test_shared(void)
{
	volatile int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
		shared[1] = 1;
		pause_ms(10);
		_exit(0);
	}
	while (!shared[1])
		pause_ms(1);
	OK(futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0 && ((unsigned)*shared & FUTEX_OWNER_DIED), "so it is between processes");
	IS(futex(shared, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), 0);
	waitpid(pid, &status, 0);
}

/* ---- conditions ---- */

static int waits_for_condition(void *argument)
{
	priority((int)(long)argument);
	if (futex(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, NULL, &word, 0) == 0) {
		order[places++] = (word & FUTEX_TID_MASK) == tid() ? (int)(long)argument : -1;
		unlock_pi(&word);
	}
	return 0;
}

static void test_requeue(void)
{
	struct thread t[2];
	struct timespec past = { 0, 0 };

	word = condition = places = 0;
	ERRNO(futex(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, NULL, &word, 0), EAGAIN);
	ERRNO(futex(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, NULL, &condition, 0), EINVAL);
	ERRNO(futex(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, &past, &word, 0), ETIMEDOUT);
	thread_start(&t[0], waits_for_condition, (void *)10);
	thread_start(&t[1], waits_for_condition, (void *)20);
	pause_ms(5);
	ERRNO(futex(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *)8, &word, 1), EAGAIN);
	ERRNO(futex(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 2, (void *)8, &word, 0), EINVAL);
	ERRNO(futex(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *)8, &other, 0), EINVAL);
	lock_pi(&word, NULL);
	IS(futex(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *)8, &word, 0), 2);
	IS(places, 0);
	unlock_pi(&word);
	thread_join(&t[0]);
	thread_join(&t[1]);
	OK(places == 2 && order[0] == 20 && order[1] == 10, "waiters of a condition get the lock, by urgency: %d %d", order[0], order[1]);
	IS(word, 0);
}

/* ---- the kernel's locks ---- */

#define BIG (24 << 20)
static int file;
static char *buffers[2];

static int reads_much(void *unused)
{
	(void)unused;
	priority(5);
	go = 1;
	/* The file's position is locked until all is read. */
	result = read(file, buffers[0], BIG) == BIG ? 1 : -1;
	go = 2;
	return 0;
}

static int reads_little(void *unused)
{
	long long start;

	(void)unused;
	priority(20);
	start = now();
	if (read(file, buffers[1], 1) != 0)
		result = -1;
	condition = (int)((now() - start) / 1000);
	return 0;
}

static void test_kernel_lock(void)
{
	struct thread t[3];
	long long start;
	int alone;

	file = (int)syscall(SYS_memfd_create, "big", 0);
	buffers[0] = mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	buffers[1] = buffers[0];
	memset(buffers[0], 1, BIG);
	BAIL_UNLESS(write(file, buffers[0], BIG) == BIG, "no file of %d bytes", BIG);
	lseek(file, 0, SEEK_SET);
	start = now();
	read(file, buffers[0], BIG);
	alone = (int)((now() - start) / 1000);
	lseek(file, 0, SEEK_SET);
	go = condition = 0;
	thread_start(&t[0], reads_much, NULL);
	while (!go)
		pause_ms(1);
	thread_start(&t[1], middle, NULL);
	pause_ms(1);
	thread_start(&t[2], reads_little, NULL);
	for (int i = 0; i < 3; i++)
		thread_join(&t[i]);
	DIAG("alone %d us, waited %d us", alone, condition);
	OK(result == 1 && condition > 0 && condition < alone + 100000, "the kernel's own locks inherit: waited %d us", condition);
	close(file);
}

int main(void)
{
	BAIL_UNLESS(priority(50) == 0, "no real-time class");
	test_alone();
	test_order();
	test_inversion();
	test_chain();
	test_circle();
	test_death();
	test_shared();
	test_requeue();
	test_kernel_lock();
	return test_done();
}
