/* Starting threads. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <abi/ldt.h>
#include "thread.h"

#define STACK_DEFAULT (512u * 1024)
#define GUARD_DEFAULT 4096u
#define FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
	       CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

size_t __default_stack = STACK_DEFAULT, __default_guard = GUARD_DEFAULT;

static int begin(void *argument)
{
	struct thread *self = argument;
	int gate;

	__restore_mask(&self->start_mask);
	while (!(gate = __atomic_load_n(&self->start_gate, __ATOMIC_ACQUIRE)))
		__futex_wait(&self->start_gate, 0, CLOCK_MONOTONIC, NULL, 0);
	if (gate > 1) {
		self->state = THREAD_DETACHED;
		__pthread_exit(NULL);
	}
	if (self->iso_start)
		__pthread_exit((void *)(long)((int (*)(void *))(void (*)(void))self->start)(self->argument));
	__pthread_exit(self->start(self->argument));
}

static int is_explicit(const pthread_attr_t *attributes)
{
	return attributes && attributes->__inherit == PTHREAD_EXPLICIT_SCHED;
}

static int schedule(struct thread *thread, int policy, int priority)
{
	struct sched_param parameters = { priority };

	return (int)-__syscall(SYS_sched_setscheduler, (long)thread->tid, (long)policy, (long)&parameters);
}

/* What the caller asked for beyond being started. The ceiling of a mutex that it holds is not inherited. */
static int prepare(struct thread *thread, const pthread_attr_t *attributes)
{
	const struct thread *self = thread_self();
	int error = 0;

	if (is_explicit(attributes))
		error = schedule(thread, attributes->__policy, attributes->__priority);
	else if (self->ceiling)
		error = schedule(thread, self->own_policy, self->own_priority);
	if (error)
		return error;
	if (attributes && attributes->__cpus) {
		long answer = __syscall(SYS_sched_setaffinity, (long)thread->tid, (long)attributes->__cpus_size,
					(long)attributes->__cpus);

		if (answer)
			return (int)-answer;
	}
	return 0;
}

static struct thread *allocate(const pthread_attr_t *attributes, int *error)
{
	struct thread *thread;

	if (!attributes || !attributes->__stack)
		return __thread_allocate(attributes && attributes->__stack_size ? attributes->__stack_size :
										  __default_stack,
					 attributes && attributes->__own_guard ? attributes->__guard :
										 __default_guard,
					 error);
	thread = __thread_allocate(0, 0, error);
	if (thread) {
		thread->stack = attributes->__stack;
		thread->stack_size = attributes->__stack_size;
	}
	return thread;
}

static void list(struct thread *thread)
{
	struct thread *self = thread_self();

	thread->previous = self;
	thread->next = self->next;
	self->next->previous = thread;
	self->next = thread;
	__threads_count++;
}

static void unlist(struct thread *thread)
{
	thread->next->previous = thread->previous;
	thread->previous->next = thread->next;
	__threads_count--;
}

int __pthread_create(pthread_t *result, const pthread_attr_t *attributes, void *(*start)(void *),
		     void *argument, int iso_start)
{
	struct abi_user_desc descriptor = { .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1, .useable = 1 };
	struct thread *self = thread_self(), *thread;
	int error = 0, must_prepare, answer;
	unsigned short selector;
	sigset_t mask;

	/* Handlers that fork must not find the lock held by their own thread. */
	__block_all(&mask);
	__lock(&__threads_lock);
	thread = allocate(attributes, &error);
	if (!thread)
		goto out;
	must_prepare = self->ceiling || is_explicit(attributes) || (attributes && attributes->__cpus);
	thread->sysinfo = self->sysinfo;
	thread->canary = self->canary;
	thread->start = start;
	thread->argument = argument;
	thread->iso_start = iso_start;
	thread->start_gate = !must_prepare;
	thread->state = attributes && attributes->__detached ? THREAD_DETACHED : THREAD_JOINABLE;
	thread->start_mask = mask;
	__threaded = 1;
	self->multiple_threads = thread->multiple_threads = 1;
	*result = (pthread_t)thread;

	__asm__("movw %%gs, %w0" : "=q"(selector));
	descriptor.entry_number = selector >> 3;
	descriptor.base_addr = (uintptr_t)thread;
	list(thread);
	answer = __clone(begin, (char *)thread->stack + thread->stack_size, (int)FLAGS, thread,
			 (int *)&thread->tid, &descriptor, (int *)&thread->tid);
	if (answer < 0) {
		unlist(thread);
		thread->tid = 0;
		__thread_retire(thread);
		error = answer == -ENOMEM ? EAGAIN : -answer;
		goto out;
	}
	if (must_prepare) {
		error = prepare(thread, attributes);
		__atomic_store_n(&thread->start_gate, error ? 2 : 1, __ATOMIC_RELEASE);
		__futex_wake(&thread->start_gate, 1, 0);
	}
out:
	__unlock(&__threads_lock);
	__restore_mask(&mask);
	return error;
}

int pthread_create(pthread_t *__restrict thread, const pthread_attr_t *__restrict attributes,
		   void *(*start)(void *), void *__restrict argument)
{
	return __pthread_create(thread, attributes, start, argument, 0);
}
