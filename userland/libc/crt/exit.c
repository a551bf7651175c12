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

struct entry {
	void (*function)(void *);	/* or without argument, which does not matter to it */
	void *argument;
	void *library;			/* an address in it, or NULL */
};

struct block {
	struct block *next;
	int count;
	struct entry entries[BLOCK];
};

static struct block first_exit, first_quick;
static struct block *at_exit = &first_exit, *at_quick = &first_quick;
static volatile int lists_lock;
static volatile int exiting;		/* the thread that does */

void __exit_fork(int stage);

/* A dynamic program's destructors are run by the loader, with those of its libraries. */
#ifdef LIBC_SHARED
void __dl_fini(void) __attribute__((visibility("hidden")));
#else
extern void (*__fini_array_start[])(void) __attribute__((visibility("hidden")));
extern void (*__fini_array_end[])(void) __attribute__((visibility("hidden")));

static void __dl_fini(void)
{
	for (size_t i = (size_t)(__fini_array_end - __fini_array_start); i > 0; i--)
		__fini_array_start[i - 1]();
}
#endif

void __exit_run_range(uintptr_t start, uintptr_t end) __attribute__((visibility("hidden")));
int __cxa_atexit(void (*function)(void *), void *argument, void *library);
void __cxa_finalize(void *library);

static int add(struct block **list, struct entry entry)
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
		(*list)->entries[(*list)->count++] = entry;
	__unlock(&lists_lock);
	return result;
}

static struct entry take(struct block **list)
{
	struct entry entry = { NULL, NULL, NULL };

	__lock(&lists_lock);
	while (!(*list)->count && (*list)->next)
		*list = (*list)->next;
	if ((*list)->count > 0)
		entry = (*list)->entries[--(*list)->count];
	__unlock(&lists_lock);
	return entry;
}

/* A function may register others while it runs; they run next. One whose library has gone left a hole. */
static void run(struct block **list)
{
	for (;;) {
		struct entry entry = take(list);

		if (entry.function)
			entry.function(entry.argument);
		else if (!(*list)->count && !(*list)->next)
			break;
	}
}

/* The last one registered by whatever lies between two addresses. */
static struct entry take_of(uintptr_t start, uintptr_t end)
{
	struct entry entry = { NULL, NULL, NULL };

	__lock(&lists_lock);
	for (struct block *block = at_exit; block && !entry.function; block = block->next)
		for (int i = block->count; i > 0 && !entry.function; i--) {
			struct entry *each = &block->entries[i - 1];
			uintptr_t owner = each->library ? (uintptr_t)each->library : (uintptr_t)each->function;

			if (each->function && owner >= start && owner < end) {
				entry = *each;
				each->function = NULL;
			}
		}
	__unlock(&lists_lock);
	return entry;
}

/* A library is about to be unmapped. */
void __exit_run_range(uintptr_t start, uintptr_t end)
{
	struct entry entry;

	while ((entry = take_of(start, end)).function)
		entry.function(entry.argument);
}

int __cxa_atexit(void (*function)(void *), void *argument, void *library)
{
	return add(&at_exit, (struct entry){ function, argument, library });
}

/* The loader sees to libraries that go; a call with NULL comes from a program's end, which exit() sees to. */
void __cxa_finalize(void *library)
{
	(void)library;
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
	return add(&at_exit, (struct entry){ (void (*)(void *))function, NULL, NULL });
}

int at_quick_exit(void (*function)(void))
{
	return add(&at_quick, (struct entry){ (void (*)(void *))function, NULL, NULL });
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
	__dl_fini();
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
