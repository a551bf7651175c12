/* The attributes that a running thread has. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "thread.h"

/* The first thread's stack is what the kernel's list says lies around the auxiliary vector. */
static int first_stack(void **stack, size_t *size)
{
	struct rlimit limit;
	unsigned long from, to, previous = 0;
	char line[256];
	int error = ENOENT;
	FILE *maps = fopen("/proc/self/maps", "re");

	if (!maps)
		return errno;
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		if ((uintptr_t)__auxv >= from && (uintptr_t)__auxv < to) {
			/* It grows as far down as the limit and the neighbour allow. */
			*size = to - from;
			if (!getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur > *size)
				*size = limit.rlim_cur < to - previous ? (size_t)limit.rlim_cur : to - previous;
			*size &= ~(size_t)4095;
			*stack = (char *)to - *size;
			error = 0;
			break;
		}
		previous = to;
	}
	fclose(maps);
	return error;
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
	struct thread *target = thread_of(thread);
	struct sched_param parameters;
	int error;

	memset(attributes, 0, sizeof(*attributes));
	attributes->__detached = target->state == THREAD_DETACHED;
	attributes->__own_guard = 1;
	attributes->__guard = target->guard;
	attributes->__stack = target->stack;
	attributes->__stack_size = target->stack_size;
	if (!target->mapping) {
		error = first_stack(&attributes->__stack, &attributes->__stack_size);
		if (error)
			return error;
	}
	error = pthread_getschedparam(thread, &attributes->__policy, &parameters);
	if (error)
		return error;
	attributes->__priority = parameters.sched_priority;
	attributes->__cpus = malloc(sizeof(cpu_set_t));
	if (!attributes->__cpus)
		return ENOMEM;
	attributes->__cpus_size = sizeof(cpu_set_t);
	error = pthread_getaffinity_np(thread, sizeof(cpu_set_t), attributes->__cpus);
	if (error)
		(void)pthread_attr_destroy(attributes);		/* cannot fail */
	return error;
}
