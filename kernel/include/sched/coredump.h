/*
 * Core files: what a process was when a signal ended it, as ELF.
 *
 * The thread that dies first dumps; the others wait in do_exit(), where their last registers are still on their
 * stacks, until it is done.
 */
#ifndef SCHED_COREDUMP_H
#define SCHED_COREDUMP_H

#include <core/wait.h>
#include <sched/task.h>

struct file;

/* On the dumper's stack, in signal->core. sighand->lock. */
struct core_state {
	struct task *dumper;
	int running;			/* threads that have not come to coredump_wait() yet */
	struct wait_queue started;
};

#define CORE_PATTERN_MAX 128

/* A program that takes a dump on its standard input. */
struct core_helper {
	const char *argv[CORE_PATTERN_MAX];	/* into text; NULL at the end */
	char text[1024];
	struct file *input;
};
/* Starts it, without waiting; consumes h. The pipe's end to write to, or ERR_PTR. */
struct file *core_helper_start(struct core_helper *h);

bool signal_dumps_core(int sig);
/* current dies of `sig`: writes the file if limits and ownership allow. Whether one was written. May sleep long. */
bool coredump(int sig, const struct abi_siginfo *info);
void coredump_wait(void);		/* an ending thread stays while its process is dumped */

/* core_notes.c: all notes of the process as one block. NULL: no memory. kfree() it. */
void *core_notes(int sig, const struct abi_siginfo *info, size_t *size);

#endif
