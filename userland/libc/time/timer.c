/*
 * POSIX timers. The kernel's number is the timer; one that calls a function has a thread, which waits for a signal
 * of its own: such a timer is a pointer to its record, with the top bit as mark (user addresses are below 2 GiB).
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include "thread.h"

#define SIGTIMER 32			/* kept for the library */

struct threaded {
	int id;
	volatile int ready, gone;
	int error;
	clockid_t clock;
	struct sigevent event;
};

static struct threaded *threaded_of(timer_t timer)
{
	uintptr_t bits = (uintptr_t)timer;

	return bits >> 31 ? (struct threaded *)(bits << 1) : NULL;
}

static int number_of(timer_t timer)
{
	struct threaded *t = threaded_of(timer);

	return t ? t->id : (int)(intptr_t)timer;
}

static void *serve(void *argument)
{
	struct threaded *t = argument;
	sigset_t set = { { 0x80000000u, 0 } };
	struct abi_sigevent event = { .sigev_signo = SIGTIMER, .sigev_notify = SIGEV_THREAD_ID };
	siginfo_t info;

	event._sigev_un._tid = thread_self()->tid;
	t->error = (int)-__syscall(SYS_timer_create, (long)t->clock, (long)&event, (long)&t->id);
	__atomic_store_n(&t->ready, 1, __ATOMIC_RELEASE);
	__futex_wake(&t->ready, 1, 0);
	if (t->error)
		return NULL;
	for (;;) {
		long got = __syscall(SYS_rt_sigtimedwait_time64, (long)&set, (long)&info, 0L, (long)sizeof(set));

		if (t->gone)
			break;
		if (got == SIGTIMER && info.si_code == SI_TIMER)
			t->event.sigev_notify_function(t->event.sigev_value);
	}
	free(t);
	return NULL;
}

/* The thread blocks every signal, its own among them. */
static int create_threaded(clockid_t clock, const struct sigevent *event, timer_t *timer)
{
	struct threaded *t = calloc(1, sizeof(*t));
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t mask;
	int error;

	if (!t) {
		errno = EAGAIN;
		return -1;
	}
	t->clock = clock;
	t->event = *event;
	if (event->sigev_notify_attributes)
		attributes = *(const pthread_attr_t *)event->sigev_notify_attributes;
	else
		pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	mask.__bits[0] = mask.__bits[1] = ~0u;
	(void)__syscall(SYS_rt_sigprocmask, (long)SIG_SETMASK, (long)&mask, (long)&mask, (long)sizeof(mask));
	error = pthread_create(&thread, &attributes, serve, t);
	(void)__syscall(SYS_rt_sigprocmask, (long)SIG_SETMASK, (long)&mask, 0L, (long)sizeof(mask));
	if (error) {
		free(t);
		errno = EAGAIN;
		return -1;
	}
	while (!__atomic_load_n(&t->ready, __ATOMIC_ACQUIRE))
		__futex_wait(&t->ready, 0, CLOCK_MONOTONIC, NULL, 0);
	if (t->error) {
		errno = t->error;
		free(t);
		return -1;
	}
	*timer = (timer_t)((uintptr_t)t >> 1 | 0x80000000u);
	return 0;
}

int timer_create(clockid_t clock, struct sigevent *__restrict event, timer_t *__restrict timer)
{
	int id;

	if (event && event->sigev_notify == SIGEV_THREAD)
		return create_threaded(clock, event, timer);
	if (SYS3(timer_create, clock, event, &id) < 0)
		return -1;
	*timer = (timer_t)(intptr_t)id;
	return 0;
}

int timer_delete(timer_t timer)
{
	struct threaded *t = threaded_of(timer);
	int id = number_of(timer);

	if (t) {
		/* One last signal, by a timer's own way, ends the thread; the kernel's timer goes after it fired. */
		struct itimerspec now = { .it_value.tv_nsec = 1 };

		t->gone = 1;
		(void)__syscall(SYS_timer_settime64, (long)id, 0L, (long)&now, 0L);
		while (__syscall(SYS_timer_gettime64, (long)id, (long)&now) == 0 && (now.it_value.tv_sec || now.it_value.tv_nsec))
			(void)__syscall(SYS_sched_yield);
	}
	return SYS1(timer_delete, id);
}

int timer_gettime(timer_t timer, struct itimerspec *value)
{
	return SYS2(timer_gettime64, number_of(timer), value);
}

int timer_settime(timer_t timer, int flags, const struct itimerspec *__restrict value, struct itimerspec *__restrict old)
{
	return SYS4(timer_settime64, number_of(timer), flags, value, old);
}

int timer_getoverrun(timer_t timer)
{
	return SYS1(timer_getoverrun, number_of(timer));
}
