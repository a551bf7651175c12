/*
 * Cancellation points: system calls that a cancellation interrupts before they have done anything.
 *
 * __syscall_cancellable() looks at the flag and enters the kernel between two labels. SIGCANCEL's
 * handler moves a thread that it finds there out of the call; a call that has its result is past the
 * second label and keeps it.
 */
#include <pthread.h>
#include "thread.h"

long __syscall_cancellable(volatile int *cancel, long number, long a, long b, long c, long d, long e, long f);

/* pthread_cancel() brings it along; without that, nobody can have asked. */
#pragma weak __cancel_thread

long __cancel(void)
{
	struct thread *self = thread_self();

	if (self->cancel_state == PTHREAD_CANCEL_ENABLE && &__cancel_thread)
		__cancel_thread();
	self->cancel_state = PTHREAD_CANCEL_DISABLE;
	return -ECANCELED;
}

long __syscall_cp(long number, long a, long b, long c, long d, long e, long f)
{
	struct thread *self = thread_self();
	long answer;

	if (self->cancel_state == PTHREAD_CANCEL_DISABLE || (!__threaded && !self->cancel))
		return __syscall(number, a, b, c, d, e, f);
	answer = __syscall_cancellable(&self->cancel, number, a, b, c, d, e, f);
	/* Calls that are never restarted come back from the handler in this way. */
	if (answer == -EINTR && number != SYS_close && self->cancel &&
	    self->cancel_state != PTHREAD_CANCEL_DISABLE)
		answer = __cancel();
	return answer;
}
