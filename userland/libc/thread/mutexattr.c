/* Attributes of mutexes. */
#include "mutex.h"

int pthread_mutexattr_init(pthread_mutexattr_t *attributes)
{
	attributes->__kind = 0;
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *__restrict attributes, int *__restrict type)
{
	*type = attributes->__kind & KIND_TYPE;
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type)
{
	if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
		return EINVAL;
	attributes->__kind = (attributes->__kind & ~KIND_TYPE) | type;
	return 0;
}

static int set(int *kind, int bit, int on)
{
	if (on & ~1)
		return EINVAL;
	*kind = on ? *kind | bit : *kind & ~bit;
	return 0;
}

int pthread_mutexattr_getrobust(const pthread_mutexattr_t *__restrict attributes, int *__restrict robust)
{
	*robust = (attributes->__kind & KIND_ROBUST) != 0;
	return 0;
}

int pthread_mutexattr_setrobust(pthread_mutexattr_t *attributes, int robust)
{
	return set(&attributes->__kind, KIND_ROBUST, robust);
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *__restrict attributes, int *__restrict shared)
{
	*shared = (attributes->__kind & KIND_SHARED) != 0;
	return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attributes, int shared)
{
	return set(&attributes->__kind, KIND_SHARED, shared);
}

int pthread_mutexattr_getprotocol(const pthread_mutexattr_t *__restrict attributes,
				  int *__restrict protocol)
{
	*protocol = attributes->__kind & KIND_INHERIT ? PTHREAD_PRIO_INHERIT :
		    attributes->__kind & KIND_PROTECT ? PTHREAD_PRIO_PROTECT : PTHREAD_PRIO_NONE;
	return 0;
}

/* Inheritance is the kernel's work: it is asked whether it does it. Ceilings are ours (ceiling.c). */
int pthread_mutexattr_setprotocol(pthread_mutexattr_t *attributes, int protocol)
{
	volatile int word = 0;

	if (protocol < PTHREAD_PRIO_NONE || protocol > PTHREAD_PRIO_PROTECT)
		return EINVAL;
	if (protocol == PTHREAD_PRIO_INHERIT &&
	    __syscall(SYS_futex_time64, (long)&word, (long)(FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG), 0L, 0L, 0L, 0L))
		return ENOTSUP;
	attributes->__kind &= ~(KIND_INHERIT | KIND_PROTECT);
	if (protocol == PTHREAD_PRIO_INHERIT)
		attributes->__kind |= KIND_INHERIT;
	if (protocol == PTHREAD_PRIO_PROTECT) {
		attributes->__kind |= KIND_PROTECT;
		if (!(attributes->__kind >> CEILING_SHIFT))
			attributes->__kind |= 1 << CEILING_SHIFT;
	}
	return 0;
}

int pthread_mutexattr_getprioceiling(const pthread_mutexattr_t *__restrict attributes, int *__restrict ceiling)
{
	*ceiling = attributes->__kind >> CEILING_SHIFT ? attributes->__kind >> CEILING_SHIFT : 1;
	return 0;
}

int pthread_mutexattr_setprioceiling(pthread_mutexattr_t *attributes, int ceiling)
{
	if (ceiling < 1 || ceiling > CEILING_MAX)
		return EINVAL;
	attributes->__kind = (attributes->__kind & KIND_BITS) | ceiling << CEILING_SHIFT;
	return 0;
}
