/*
 * Timers of a nanosecond: whoever asks for them gets as many expiries as time has passed, and the machine goes on. Nobody
 * reads them while work is done, so each must cost next to nothing then.
 */
#include "../../guest/testing.h"
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

static const struct itimerspec fastest = { { 0, 1 }, { 0, 1 } };

/* Something to do, in the time that 20 ms take when nothing disturbs. */
static void work(void)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 20);
}

static uint64_t ticks(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

int main(void)
{
	const struct itimerval often = { { 0, 1 }, { 0, 1 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct itimerspec left;
	int fds[8];
	timer_t none, ignored, blocked;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR1, SIG_IGN);
	for (int i = 0; i < 8; i++) {
		fds[i] = timerfd_create(CLOCK_MONOTONIC, 0);
		IS(timerfd_settime(fds[i], 0, &fastest, NULL), 0);
	}
	IS(timer_create(CLOCK_MONOTONIC, &event, &none), 0);
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGUSR1;
	IS(timer_create(CLOCK_MONOTONIC, &event, &ignored), 0);
	event.sigev_signo = SIGUSR2;
	IS(timer_create(CLOCK_MONOTONIC, &event, &blocked), 0);
	IS(timer_settime(none, 0, &fastest, NULL), 0);
	IS(timer_settime(ignored, 0, &fastest, NULL), 0);
	IS(timer_settime(blocked, 0, &fastest, NULL), 0);
	IS(setitimer(ITIMER_REAL, &often, NULL), 0);
	work();
	for (int i = 0; i < 8; i++)
		OK(ticks(fds[i]) >= 20000000, "as many as nanoseconds");
	OK(ticks(fds[0]) > 0, "and it goes on");
	IS(timerfd_gettime(fds[0], &left), 0);
	IS(left.it_interval.tv_nsec, 1);
	work();
	OK(timerfd_gettime(fds[0], &left) == 0 && ticks(fds[0]) >= 20000000, "asking in between loses nothing");
	siginfo_t info;
	IS(sigwaitinfo(&set, &info), SIGUSR2);
	OK(info.si_overrun > 1000000, "%d overruns", info.si_overrun);
	IS(sigwaitinfo(&set, &info) == SIGALRM || info.si_signo == SIGUSR2, 1);
	setitimer(ITIMER_REAL, &never, NULL);
	/* One that is read keeps its pace. */
	const struct itimerspec paced = { { 0, 2000000 }, { 0, 2000000 } };
	uint64_t sum = 0;
	timerfd_settime(fds[1], 0, &paced, NULL);
	for (int i = 0; i < 5; i++)
		sum += ticks(fds[1]);
	work();
	sum += ticks(fds[1]);
	OK(sum >= 14, "%lu of two milliseconds", (unsigned long)sum);
	return test_done();
}
