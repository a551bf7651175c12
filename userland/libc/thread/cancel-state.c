/* Whether and when a cancellation takes effect; functions that run then. */
#include <pthread.h>
#include "thread.h"

#pragma weak __cancel_thread

void pthread_testcancel(void)
{
	struct thread *self = thread_self();

	if (self->cancel && self->cancel_state == PTHREAD_CANCEL_ENABLE && &__cancel_thread)
		__cancel_thread();
}

int pthread_setcancelstate(int state, int *old)
{
	struct thread *self = thread_self();

	if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (old)
		*old = self->cancel_state == PTHREAD_CANCEL_DISABLE;
	self->cancel_state = state;
	if (self->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)
		pthread_testcancel();
	return 0;
}

int pthread_setcanceltype(int type, int *old)
{
	struct thread *self = thread_self();

	if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
		return EINVAL;
	if (old)
		*old = self->cancel_type;
	self->cancel_type = type;
	if (type == PTHREAD_CANCEL_ASYNCHRONOUS)
		pthread_testcancel();
	return 0;
}

void __cleanup_push(struct __cleanup *record, void (*function)(void *), void *argument)
{
	struct thread *self = thread_self();

	record->__function = function;
	record->__argument = argument;
	record->__next = self->cleanup;
	self->cleanup = record;
}

void __cleanup_pop(struct __cleanup *record, int run)
{
	thread_self()->cleanup = record->__next;
	if (run)
		record->__function(record->__argument);
}
