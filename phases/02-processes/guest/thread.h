/*
 * Threads of raw clone() and futex(), for tests of the kernel under a C library's own threads. All of them share one
 * errno: a thread reports by its argument, and makes no test itself.
 *
 *	struct thread t;
 *	thread_start(&t, function, argument);	0 or -1
 *	thread_join(&t);			waits until the kernel has cleared the thread's id
 */
#ifndef TEST_THREAD_H
#define TEST_THREAD_H

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define THREAD_STACK 16384
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
		      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

struct thread {
	volatile int tid;	/* 0 once it has ended */
	void *stack;
	int (*function)(void *);
	void *argument;
};

__attribute__((unused))
static long futex(volatile int *word, int operation, int value, const void *timeout, volatile int *other, int third)
{
	return syscall(SYS_futex_time64, word, operation, value, timeout, other, third);
}

__attribute__((unused))
static int thread_start(struct thread *t, int (*function)(void *), void *argument)
{
	t->stack = mmap(NULL, THREAD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t->stack == MAP_FAILED)
		return -1;
	t->function = function;
	t->argument = argument;
	if (clone(function, (char *)t->stack + THREAD_STACK, THREAD_FLAGS, argument, &t->tid, NULL, &t->tid) > 0)
		return 0;
	munmap(t->stack, THREAD_STACK);
	return -1;
}

__attribute__((unused))
static void thread_join(struct thread *t)
{
	int tid;

	while ((tid = t->tid) != 0)
		futex(&t->tid, 0 /* FUTEX_WAIT */, tid, NULL, NULL, 0);
	munmap(t->stack, THREAD_STACK);
}

/* A lock of one word: 0 free, 1 taken, 2 taken and waited for. */
__attribute__((unused))
static void lock(volatile int *word)
{
	int seen = __sync_val_compare_and_swap(word, 0, 1);

	while (seen != 0) {
		if (seen == 2 || __sync_val_compare_and_swap(word, 1, 2) != 0)
			futex(word, 128 /* FUTEX_WAIT_PRIVATE */, 2, NULL, NULL, 0);
		seen = __sync_val_compare_and_swap(word, 0, 2);
	}
}

__attribute__((unused))
static void unlock(volatile int *word)
{
	if (__sync_fetch_and_sub(word, 1) != 1) {
		*word = 0;
		futex(word, 129 /* FUTEX_WAKE_PRIVATE */, 1, NULL, NULL, 0);
	}
}

/* Monotonic nanoseconds. */
__attribute__((unused))
static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

#endif
