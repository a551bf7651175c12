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
struct mm;

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

/* How many processes may be dumped to programs at a time, which then are waited for; 0: any number, and nobody waits. */
extern int core_pipe_limit;
bool core_helper_begin(void);		/* false: one too many. Else core_helper_end() when the dump is done */
void core_helper_end(void);
void core_helper_wait(struct file *end);	/* all is written to it. Until the program ends or lets go of its input, or current is killed */

/* An area, as it was when the dump began. */
struct core_area {
	unsigned long start, end, pgoff;
	unsigned flags;			/* VM_* */
	unsigned size;			/* bytes from start on that go into the file */
	bool sparse;			/* pages that were never written to are holes */
	struct file *file;		/* counted; NULL */
};
struct core_areas {
	unsigned n;
	struct core_area *at;
};

/* core_areas.c. 0, -ENOMEM, -EINTR: killed. */
int core_areas_take(struct core_areas *areas, struct mm *mm);
void core_areas_drop(struct core_areas *areas);

bool signal_dumps_core(int sig);
/* current dies of `sig`: writes the file if limits and ownership allow. Whether one was written. May sleep long. */
bool coredump(int sig, const struct abi_siginfo *info);
void coredump_wait(void);		/* an ending thread stays while its process is dumped */

/* core_notes.c: all notes of the process as one block. NULL: no memory. kfree() it. */
void *core_notes(int sig, const struct abi_siginfo *info, const struct core_areas *areas, size_t *size);

#endif
