/*
 * Thread blocks with their stacks: allocation, and reuse of those whose thread has ended.
 *
 * A retired block may still be in use by its thread until the kernel clears its tid. Under __threads_lock.
 */
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include "thread.h"

#define PAGE 4096u
#define KEEP 16			/* blocks that are kept for later threads */

static struct thread *retired;
static int retired_count;

static size_t pages(size_t size)
{
	return (size + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static void take_out(struct thread *thread)
{
	if (thread->next == thread)
		retired = NULL;
	else if (retired == thread)
		retired = thread->next;
	thread->next->previous = thread->previous;
	thread->previous->next = thread->next;
	retired_count--;
}

/* Makes an old block as new: what a thread left in its stack may stay. */
static void clear(struct thread *thread)
{
	struct thread keep = *thread;

	memset((char *)thread - __tls_size, 0, __tls_size + sizeof(*thread));
	thread->mapping = keep.mapping;
	thread->mapping_size = keep.mapping_size;
	thread->guard = keep.guard;
	thread->stack = keep.stack;
	thread->stack_size = keep.stack_size;
}

static struct thread *reuse(size_t mapping_size, size_t guard)
{
	struct thread *thread = retired;

	for (int i = 0; i < retired_count; i++, thread = thread->next)
		if (!thread->tid && thread->mapping_size == mapping_size && thread->guard == guard) {
			take_out(thread);
			clear(thread);
			return thread;
		}
	return NULL;
}

/* A block with TLS; without stack when stack_size is 0. */
struct thread *__thread_allocate(size_t stack_size, size_t guard, int *error)
{
	size_t upper = __tls_size + sizeof(struct thread) + __tls_align, total;
	struct thread *thread;
	char *mapping;

	*error = EAGAIN;
	if (stack_size > PTRDIFF_MAX / 2 || guard > PTRDIFF_MAX / 2)
		return NULL;
	guard = pages(guard);
	total = guard + pages(stack_size + upper);
	thread = reuse(total, guard);
	if (!thread) {
		int protection = guard ? PROT_NONE : PROT_READ | PROT_WRITE;

		mapping = mmap(NULL, total, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1,
			       0);
		if (mapping == MAP_FAILED)
			return NULL;
		if (guard && mprotect(mapping + guard, total - guard, PROT_READ | PROT_WRITE) < 0) {
			munmap(mapping, total);
			return NULL;
		}
		thread = (struct thread *)(((uintptr_t)mapping + total - sizeof(*thread)) & -__tls_align);
		thread->mapping = mapping;
		thread->mapping_size = total;
		thread->guard = guard;
		thread->stack = mapping + guard;
		thread->stack_size = (size_t)((char *)thread - __tls_size - (mapping + guard));
	}
	__copy_tls(thread);
	thread->self = thread->self2 = thread;
	*error = 0;
	return thread;
}

void __thread_retire(struct thread *thread)
{
	if (retired) {
		thread->next = retired;
		thread->previous = retired->previous;
		thread->previous->next = thread;
		retired->previous = thread;
	} else {
		retired = thread->next = thread->previous = thread;
	}
	retired_count++;
	for (int left = retired_count; left > 0 && retired_count > KEEP; left--) {
		struct thread *old = retired;

		retired = old->next;
		if (old->tid)
			continue;
		take_out(old);
		munmap(old->mapping, old->mapping_size);
	}
}
