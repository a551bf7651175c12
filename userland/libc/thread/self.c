/* Which thread this is; threads_lock's small companions. */
#include <pthread.h>
#include <time.h>
#include "thread.h"

#undef pthread_equal

pthread_t pthread_self(void)
{
	return (pthread_t)thread_self();
}

int pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

/* Every thread has the kernel's attention: the level is only remembered. */
static int concurrency;

int pthread_getconcurrency(void)
{
	return concurrency;
}

int pthread_setconcurrency(int level)
{
	if (level < 0)
		return EINVAL;
	concurrency = level;
	return 0;
}

int pthread_yield(void)
{
	return (int)-__syscall(SYS_sched_yield);
}

/* The kernel's clocks of single threads: the number, inverted, above three bits of kind. */
int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
	int tid = thread_of(thread)->tid;

	if (!tid)
		return ESRCH;
	*clock = (clockid_t)(~(unsigned)tid << 3 | 6);
	return 0;
}
