/* The end of a thread. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "thread.h"

/* Only programs that use them bring these along. */
#pragma weak __run_key_destructors
#pragma weak __run_thread_destructors
#pragma weak __thread_retire
void __malloc_thread_exit(void);
#pragma weak __malloc_thread_exit
void __tls_thread_exit(void) __attribute__((visibility("hidden")));
#pragma weak __tls_thread_exit

__attribute__((__noreturn__)) static void leave(struct thread *self)
{
	sigset_t mask;

	__block_all(&mask);
	__lock(&__threads_lock);
	if (__threads_count == 1) {
		/* The process ends as if by exit(0). */
		__unlock(&__threads_lock);
		__restore_mask(&mask);
		self->cancel_state = PTHREAD_CANCEL_DISABLE;
		exit(0);
	}
	/* Whoever sends a signal has the tid for as long as he holds the lock, and later finds it gone. */
	__lock(&self->kill_lock);
	if (__threads == self)
		__threads = self->next;
	self->next->previous = self->previous;
	self->previous->next = self->next;
	__threads_count--;
	if (self->state == THREAD_JOINABLE)
		self->state = THREAD_ENDED;
	else if (self->mapping && &__thread_retire)
		__thread_retire(self);		/* reused only when the kernel has cleared tid */
	__unlock(&self->kill_lock);
	__unlock(&__threads_lock);
	for (;;)
		__syscall(SYS_exit, 0L);
}

void __pthread_exit(void *result)
{
	struct thread *self = thread_self();

	self->cancel_state = PTHREAD_CANCEL_DISABLE;
	self->cancel_type = PTHREAD_CANCEL_DEFERRED;
	self->result = result;
	while (self->cleanup) {
		struct __cleanup *record = self->cleanup;

		self->cleanup = record->__next;
		record->__function(record->__argument);
	}
	self->ending = 1;
	if (&__run_thread_destructors)
		__run_thread_destructors();
	if (&__run_key_destructors)
		__run_key_destructors();
	if (&__tls_thread_exit)
		__tls_thread_exit();
	if (&__malloc_thread_exit)
		__malloc_thread_exit();
	leave(self);
}

void pthread_exit(void *result)
{
	__pthread_exit(result);
}
