/*
 * Ending a process: functions registered by atexit() run in reverse order, then destructors, then
 * streams are flushed.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "thread.h"

#define BLOCK 32

struct block {
	struct block *next;
	int count;
	void (*functions[BLOCK])(void);
};

static struct block first_exit, first_quick;
static struct block *at_exit = &first_exit, *at_quick = &first_quick;
static volatile int lists_lock;
static volatile int exiting;		/* the thread that does */

void __exit_fork(int stage);

extern void (*__fini_array_start[])(void) __attribute__((visibility("hidden")));
extern void (*__fini_array_end[])(void) __attribute__((visibility("hidden")));

static int add(struct block **list, void (*function)(void))
{
	int result = 0;

	__lock(&lists_lock);
	if ((*list)->count == BLOCK) {
		struct block *block = calloc(1, sizeof(*block));

		if (block) {
			block->next = *list;
			*list = block;
		} else {
			result = -1;
		}
	}
	if (!result)
		(*list)->functions[(*list)->count++] = function;
	__unlock(&lists_lock);
	return result;
}

static void (*take(struct block **list))(void)
{
	void (*function)(void) = NULL;

	__lock(&lists_lock);
	while (!(*list)->count && (*list)->next)
		*list = (*list)->next;
	if ((*list)->count > 0)
		function = (*list)->functions[--(*list)->count];
	__unlock(&lists_lock);
	return function;
}

/* A function may register others while it runs; they run next. */
static void run(struct block **list)
{
	void (*function)(void);

	while ((function = take(list)))
		function();
}

/* The first thread that ends the process does the work; the others wait for their end in vain. */
static void be_the_one(void)
{
	int tid = thread_self()->tid, owner = 0;

	if (__atomic_compare_exchange_n(&exiting, &owner, tid, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
	    owner == tid)
		return;
	for (;;)
		__futex_wait(&exiting, owner, CLOCK_MONOTONIC, NULL, 0);
}

void __exit_fork(int stage)
{
	__fork_lock(&lists_lock, stage);
}

int atexit(void (*function)(void))
{
	return add(&at_exit, function);
}

int at_quick_exit(void (*function)(void))
{
	return add(&at_quick, function);
}

void _exit(int status)
{
	for (;;)
		__syscall(SYS_exit_group, (long)status);
}

void _Exit(int status)
{
	_exit(status);
}

void quick_exit(int status)
{
	be_the_one();
	run(&at_quick);
	_exit(status);
}

/* Replaced by stdio's where a program uses streams. */
__attribute__((weak)) void __stdio_exit(void)
{
}

void exit(int status)
{
	be_the_one();
	run(&at_exit);
	for (size_t i = (size_t)(__fini_array_end - __fini_array_start); i > 0; i--)
		__fini_array_start[i - 1]();
	__stdio_exit();
	_exit(status);
}

void abort(void)
{
	struct sigaction action;
	sigset_t set;

	(void)raise(SIGABRT);	/* if it is ignored or its handler returns, go on */
	memset(&action, 0, sizeof(action));
	(void)sigaction(SIGABRT, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGABRT);
	(void)raise(SIGABRT);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(127);
}
