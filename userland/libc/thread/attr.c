/* Attributes of threads that are to be created. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "thread.h"

#define STACK_MIN 16384u

int pthread_attr_init(pthread_attr_t *attributes)
{
	memset(attributes, 0, sizeof(*attributes));
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes)
{
	free(attributes->__cpus);
	attributes->__cpus = NULL;
	return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state)
{
	*state = attributes->__detached;
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state)
{
	if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
		return EINVAL;
	attributes->__detached = state;
	return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *__restrict attributes, size_t *__restrict size)
{
	*size = attributes->__own_guard ? attributes->__guard : __default_guard;
	return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attributes, size_t size)
{
	attributes->__guard = size;
	attributes->__own_guard = 1;
	return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *__restrict attributes, int *__restrict inherit)
{
	*inherit = attributes->__inherit;
	return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attributes, int inherit)
{
	if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED)
		return EINVAL;
	attributes->__inherit = inherit;
	return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *__restrict attributes,
			       struct sched_param *__restrict parameters)
{
	parameters->sched_priority = attributes->__priority;
	return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *__restrict attributes,
			       const struct sched_param *__restrict parameters)
{
	int priority = parameters->sched_priority;
	int real_time = attributes->__policy == SCHED_FIFO || attributes->__policy == SCHED_RR;

	if (priority < real_time || priority > (real_time ? 99 : 0))
		return EINVAL;
	attributes->__priority = priority;
	return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *__restrict attributes, int *__restrict policy)
{
	*policy = attributes->__policy;
	return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *attributes, int policy)
{
	if (policy != SCHED_OTHER && policy != SCHED_FIFO && policy != SCHED_RR && policy != SCHED_BATCH &&
	    policy != SCHED_IDLE)
		return EINVAL;
	attributes->__policy = policy;
	return 0;
}

int pthread_attr_getscope(const pthread_attr_t *__restrict attributes, int *__restrict scope)
{
	*scope = attributes->__scope;
	return 0;
}

int pthread_attr_setscope(pthread_attr_t *attributes, int scope)
{
	(void)attributes;
	if (scope == PTHREAD_SCOPE_PROCESS)
		return ENOTSUP;
	return scope == PTHREAD_SCOPE_SYSTEM ? 0 : EINVAL;
}

int pthread_attr_getstack(const pthread_attr_t *__restrict attributes, void **__restrict stack,
			  size_t *__restrict size)
{
	*stack = attributes->__stack;
	return pthread_attr_getstacksize(attributes, size);
}

int pthread_attr_setstack(pthread_attr_t *attributes, void *stack, size_t size)
{
	if (!stack || size < STACK_MIN || (uintptr_t)stack % 16 || (uintptr_t)stack + size < (uintptr_t)stack)
		return EINVAL;
	attributes->__stack = stack;
	attributes->__stack_size = size;
	return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *__restrict attributes, size_t *__restrict size)
{
	*size = attributes->__stack_size ? attributes->__stack_size : __default_stack;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size)
{
	if (size < STACK_MIN || size > PTRDIFF_MAX)
		return EINVAL;
	attributes->__stack_size = size;
	return 0;
}

int pthread_attr_getaffinity_np(const pthread_attr_t *attributes, size_t size, cpu_set_t *set)
{
	size_t known = attributes->__cpus ? attributes->__cpus_size : 0;

	if (!known) {
		memset(set, 0xff, size);
		return 0;
	}
	for (size_t i = size; i < known; i++)
		if (((const char *)attributes->__cpus)[i])
			return EINVAL;
	memset(set, 0, size);
	memcpy(set, attributes->__cpus, known < size ? known : size);
	return 0;
}

int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *set)
{
	void *copy = NULL;

	if (set && size) {
		copy = malloc(size);
		if (!copy)
			return ENOMEM;
		memcpy(copy, set, size);
	}
	free(attributes->__cpus);
	attributes->__cpus = copy;
	attributes->__cpus_size = copy ? size : 0;
	return 0;
}

int pthread_getattr_default_np(pthread_attr_t *attributes)
{
	memset(attributes, 0, sizeof(*attributes));
	attributes->__stack_size = __default_stack;
	attributes->__guard = __default_guard;
	attributes->__own_guard = 1;
	return 0;
}

int pthread_setattr_default_np(const pthread_attr_t *attributes)
{
	if (attributes->__stack || attributes->__detached || attributes->__inherit)
		return EINVAL;
	if (attributes->__stack_size)
		__default_stack = attributes->__stack_size;
	if (attributes->__own_guard)
		__default_guard = attributes->__guard;
	return 0;
}
