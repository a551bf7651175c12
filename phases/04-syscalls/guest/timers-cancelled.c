/* TFD_TIMER_CANCEL_ON_SET: whoever waits for a time of the wall clock is told when that is set. Sets the clock. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#ifndef TFD_TIMER_CANCEL_ON_SET
#define TFD_TIMER_CANCEL_ON_SET 2
#endif
#define BOTH	(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)

static void set_clock(long by)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += by;
	BAIL_UNLESS(clock_settime(CLOCK_REALTIME, &now) == 0, "may set the clock");
}

static int arm(int fd, int flags, long in)
{
	struct itimerspec t = { { 0, 0 }, { 0, 0 } };

	if (in) {
		clock_gettime(CLOCK_REALTIME, &t.it_value);
		t.it_value.tv_sec += in;
	}
	return timerfd_settime(fd, flags, &t, NULL);
}

static int ready(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, 0);
}

int main(void)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK), mono = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), status;
	int plain = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK), sleeper = timerfd_create(CLOCK_REALTIME, 0);
	struct itimerspec left;
	uint64_t n;

	IS(arm(fd, BOTH, 1000), 0);
	IS(arm(plain, TFD_TIMER_ABSTIME, 1000), 0);
	IS(arm(mono, BOTH, 1000000), 0);
	ERRNO(read(fd, &n, 8), EAGAIN);
	IS(ready(fd), 0);
	set_clock(10);
	IS(ready(fd), 1);
	ERRNO(read(fd, &n, 8), ECANCELED);
	ERRNO(read(fd, &n, 8), EAGAIN);
	OK(timerfd_gettime(fd, &left) == 0 && left.it_value.tv_sec > 980 && left.it_value.tv_sec <= 990, "it runs on, to its time");
	IS(ready(plain) + ready(mono), 0);
	set_clock(-10);
	ERRNO(arm(fd, BOTH, 1000), ECANCELED);		/* and is set */
	ERRNO(read(fd, &n, 8), EAGAIN);
	OK(timerfd_gettime(fd, &left) == 0 && left.it_value.tv_sec > 990, "to what was asked for");
	set_clock(1);
	IS(arm(fd, TFD_TIMER_ABSTIME, 1000), 0);	/* no longer asked for */
	set_clock(-1);
	ERRNO(read(fd, &n, 8), EAGAIN);
	IS(arm(fd, BOTH, 1000), 0);
	IS(arm(fd, TFD_TIMER_CANCEL_ON_SET, 1000), 0);	/* of absolute times alone */
	set_clock(1);
	ERRNO(read(fd, &n, 8), EAGAIN);
	IS(arm(fd, BOTH, 0), 0);			/* one that is stopped still tells of the clock */
	set_clock(-1);
	ERRNO(read(fd, &n, 8), ECANCELED);
	IS(arm(sleeper, BOTH, 1000), 0);
	if (fork() == 0) {
		usleep(50000);
		set_clock(0);
		_exit(0);
	}
	ERRNO(read(sleeper, &n, 8), ECANCELED);
	wait(&status);
	IS(arm(sleeper, BOTH, 5), 0);
	if (fork() == 0) {
		usleep(50000);
		set_clock(100);				/* its time comes by that */
		_exit(0);
	}
	ERRNO(read(sleeper, &n, 8), ECANCELED);
	wait(&status);
	set_clock(-100);
	close(fd);
	set_clock(0);
	OK(1, "a closed one is no matter");
	return test_done();
}
