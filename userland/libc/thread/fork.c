/*
 * fork() in a process of threads: only the caller lives on in the child. The library's locks are taken around
 * it, so that what they guard is whole there.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "thread.h"

struct hooks {
	struct hooks *next, *previous;
	void (*prepare)(void), (*parent)(void), (*child)(void);
};

static struct hooks *first, *last;
static volatile int hooks_lock;

#pragma weak __fork_generation
extern int __fork_generation;

/* In the order in which they nest. Each part of the library that has one gives its function here. */
void __ldso_fork(int stage) __attribute__((visibility("hidden")));
void __exit_fork(int stage);
void __environ_fork(int stage);
void __stdio_fork(int stage);
void __malloc_fork(int stage);
#pragma weak __ldso_fork
#pragma weak __exit_fork
#pragma weak __environ_fork
#pragma weak __stdio_fork
#pragma weak __malloc_fork

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	struct hooks *hooks = malloc(sizeof(*hooks));

	if (!hooks)
		return ENOMEM;
	*hooks = (struct hooks){ .prepare = prepare, .parent = parent, .child = child };
	__lock(&hooks_lock);
	hooks->previous = last;
	if (last)
		last->next = hooks;
	else
		first = hooks;
	last = hooks;
	__unlock(&hooks_lock);
	return 0;
}

static void locks(int stage)
{
	if (!__threaded)
		return;
	if (stage == FORK_PREPARE) {
		if (&__ldso_fork)
			__ldso_fork(stage);
		if (&__exit_fork)
			__exit_fork(stage);
		if (&__environ_fork)
			__environ_fork(stage);
		if (&__stdio_fork)
			__stdio_fork(stage);
		if (&__malloc_fork)
			__malloc_fork(stage);
		__lock(&__threads_lock);
		return;
	}
	if (stage == FORK_CHILD)
		__threads_lock = 0;
	else
		__unlock(&__threads_lock);
	if (&__malloc_fork)
		__malloc_fork(stage);
	if (&__stdio_fork)
		__stdio_fork(stage);
	if (&__environ_fork)
		__environ_fork(stage);
	if (&__exit_fork)
		__exit_fork(stage);
	if (&__ldso_fork)
		__ldso_fork(stage);
}

static void become_only(struct thread *self)
{
	self->next = self->previous = self;
	__threads = self;
	__threads_count = 1;
	self->kill_lock = 0;
	self->robust_registered = 0;
	self->joiner = NULL;
	if (&__fork_generation)
		__fork_generation = (__fork_generation + 1) & 0xffffff;
}

pid_t _Fork(void)
{
	struct thread *self = thread_self();
	sigset_t mask;
	long answer;

	__block_all(&mask);
	answer = __syscall(SYS_clone, (long)(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD), 0L, 0L, 0L,
			   (long)&self->tid);
	if (!answer)
		become_only(self);
	__restore_mask(&mask);
	return (pid_t)__result(answer);
}

pid_t fork(void)
{
	sigset_t mask;
	pid_t child;
	int error;

	/* Hooks that are added meanwhile run for the next fork. */
	struct hooks *end = last, *begin = first;

	for (struct hooks *hooks = end; hooks; hooks = hooks->previous)
		if (hooks->prepare)
			hooks->prepare();
	__block_all(&mask);
	locks(FORK_PREPARE);
	child = _Fork();
	error = errno;
	locks(child ? FORK_PARENT : FORK_CHILD);
	__restore_mask(&mask);
	for (struct hooks *hooks = begin; hooks && end; hooks = hooks == end ? NULL : hooks->next) {
		if (child && hooks->parent)
			hooks->parent();
		if (!child && hooks->child)
			hooks->child();
	}
	errno = error;
	return child;
}
