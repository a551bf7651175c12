/*
 * Ending a process: functions registered by atexit() run in reverse order, then destructors, then
 * streams are flushed.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libc.h"

#define BLOCK 32

struct block {
	struct block *next;
	int count;
	void (*functions[BLOCK])(void);
};

static struct block first_exit, first_quick;
static struct block *at_exit = &first_exit, *at_quick = &first_quick;

extern void (*__fini_array_start[])(void) __attribute__((visibility("hidden")));
extern void (*__fini_array_end[])(void) __attribute__((visibility("hidden")));

static int add(struct block **list, void (*function)(void))
{
	if ((*list)->count == BLOCK) {
		struct block *block = calloc(1, sizeof(*block));

		if (!block)
			return -1;
		block->next = *list;
		*list = block;
	}
	(*list)->functions[(*list)->count++] = function;
	return 0;
}

/* A function may register others while it runs; they run next. */
static void run(struct block **list)
{
	while (*list) {
		if ((*list)->count > 0)
			(*list)->functions[--(*list)->count]();
		else if ((*list)->next)
			*list = (*list)->next;
		else
			break;
	}
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
	run(&at_quick);
	_exit(status);
}

/* Replaced by stdio's where a program uses streams. */
__attribute__((weak)) void __stdio_exit(void)
{
}

void exit(int status)
{
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
