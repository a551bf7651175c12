/* Sleeps, interval timers and POSIX timers: how long, how often, what is left, what is refused. */
#include "../../guest/testing.h"
#include "thread.h"

#include <stdint.h>
#include <sys/time.h>
#include <sys/wait.h>

static volatile sig_atomic_t ticks, code, value;

static void tick(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	ticks++;
	code = info->si_code;
	value = info->si_int;
}

static void install(int signal, int flags)
{
	struct sigaction action = {.sa_sigaction = tick, .sa_flags = SA_SIGINFO | flags};

	BAIL_UNLESS(sigaction(signal, &action, NULL) == 0, "no handler");
}

static void test_sleep(void)
{
	struct timespec t = {0, 30000000}, left = {7, 7}, wrong = {0, -1}, huge = {-1, 0};
	struct itimerval soon = {{0, 0}, {0, 20000}};
	long long start = now();

	OK(nanosleep(&t, &left) == 0 && now() - start >= 30000000 && left.tv_sec == 7, "nanosleep; the rest is not touched");
	ERRNO(nanosleep(&wrong, NULL), EINVAL);
	ERRNO(nanosleep(&huge, NULL), EINVAL);
	ERRNO(syscall(SYS_nanosleep, 8, NULL), EFAULT);
	t = (struct timespec){0, 500000000};
	setitimer(ITIMER_REAL, &soon, NULL);
	start = now();	/* the timer runs already: up to its 20 ms may be over */
	ERRNO(nanosleep(&t, &left), EINTR);
	long long spent = now() - start;
	OK(left.tv_sec == 0 && left.tv_nsec < 500000000 && left.tv_nsec >= 500000000 - spent,
	   "what is left: %ld ns, after %lld", (long)left.tv_nsec, spent);
	t = (struct timespec){0, 1};
	IS(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL), 0);
	IS(clock_nanosleep(99, 0, &t, NULL), EINVAL);
	IS(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL), EINVAL);
	/* A stop does not end a sleep, nor make it longer. */
	pid_t pid = fork();
	int status;
	if (pid == 0) {
		t = (struct timespec){0, 100000000};
		start = now();
		int result = nanosleep(&t, NULL);
		long long took = now() - start;
		_exit(result == 0 && took >= 100000000 && took < 1000000000 ? 0 : 1);
	}
	usleep(20000);
	kill(pid, SIGSTOP);
	usleep(20000);
	kill(pid, SIGCONT);
	OK(waitpid(pid, &status, 0) == pid && status == 0, "a sleep goes on after a stop");
}

static void test_intervals(void)
{
	struct itimerval every = {{0, 5000}, {0, 5000}}, zero = {{0, 0}, {0, 0}}, old, wrong = {{0, 0}, {0, 1000000}};
	long long start = now();

	ticks = 0;
	IS(setitimer(ITIMER_REAL, &every, NULL), 0);
	while (now() - start < 102000000)
		;
	OK(setitimer(ITIMER_REAL, &zero, &old) == 0 && old.it_interval.tv_usec == 5000 && old.it_value.tv_usec <= 5000,
	   "the old setting comes back");
	OK(ticks >= 10 && ticks <= 20, "every 5 ms in 102 ms: %d times", (int)ticks);
	ERRNO(setitimer(ITIMER_REAL, &wrong, NULL), EINVAL);
	ERRNO(setitimer(3, &zero, NULL), EINVAL);
	OK(alarm(100) == 0 && alarm(0) == 100, "alarm tells what was left");
	install(SIGVTALRM, 0);
	ticks = 0;
	every = (struct itimerval){{0, 0}, {0, 20000}};
	setitimer(ITIMER_VIRTUAL, &every, NULL);
	usleep(50000);
	IS(ticks, 0);
	start = now();
	/* Time is told apart by where ticks find the task: in user space nearly always, then. */
	while (!ticks && now() - start < 2000000000)
		for (volatile int i = 0; i < 100000; i++)
			;
	IS(ticks, 1);
}

static void test_posix_timers(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2, .sigev_value.sival_int = 77};
	struct { int value_sec, value_nsec; } zero[2] = {{0, 0}, {0, 0}}, each[2] = {{0, 5000000}, {0, 5000000}}, now_set[2];
	int id = -1;
	long long start;

	install(SIGUSR2, 0);
	ERRNO(syscall(SYS_timer_create, 99, &event, &id), EINVAL);
	event.sigev_signo = 65;
	ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id), EINVAL);
	event.sigev_signo = SIGUSR2;
	IS(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id), 0);
	ticks = 0;
	IS(syscall(SYS_timer_settime, id, 0, each, NULL), 0);
	start = now();
	while (now() - start < 52000000)
		pause();
	OK(ticks >= 5 && ticks <= 11 && code == SI_TIMER && value == 77, "every 5 ms: %d signals, code %d, value %d", (int)ticks,
	   (int)code, (int)value);
	OK(syscall(SYS_timer_gettime, id, now_set) == 0 && now_set[0].value_nsec == 5000000 && now_set[1].value_nsec <= 5000000,
	   "timer_gettime");
	/* Blocked for ten periods: one signal, and the others are its overrun. */
	sigset_t set, old;
	siginfo_t info;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, &old);
	usleep(52000);
	struct timespec none = {0, 0};
	IS(sigtimedwait(&set, &info, &none), SIGUSR2);
	OK(info.si_overrun >= 5 && info.si_overrun <= 14, "the missed ones are counted: %d", info.si_overrun);
	IS(syscall(SYS_timer_getoverrun, id), info.si_overrun);
	IS(syscall(SYS_timer_settime, id, 0, zero, NULL), 0);
	while (sigtimedwait(&set, &info, &none) > 0)
		;
	sigprocmask(SIG_SETMASK, &old, NULL);
	IS(syscall(SYS_timer_delete, id), 0);
	ERRNO(syscall(SYS_timer_delete, id), EINVAL);
	ERRNO(syscall(SYS_timer_gettime, id, now_set), EINVAL);
}

/* An absolute time of the wall clock comes when the clock shows it, by itself or because it was set. */
static void test_wall_clock(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2, .sigev_value.sival_int = 5};
	struct timespec wall, later;
	struct { int interval_sec, interval_nsec, sec, nsec; } at = {0, 0, 0, 0};
	int id;

	clock_gettime(CLOCK_REALTIME, &wall);
	at.sec = (int)wall.tv_sec + 1000;
	IS(syscall(SYS_timer_create, CLOCK_REALTIME, &event, &id), 0);
	ticks = 0;
	IS(syscall(SYS_timer_settime, id, TIMER_ABSTIME, &at, NULL), 0);
	later = wall;
	later.tv_sec += 999;
	later.tv_nsec = 0;	/* a whole second before it */
	IS(clock_settime(CLOCK_REALTIME, &later), 0);
	usleep(100000);
	IS(ticks, 0);
	later.tv_sec += 2;
	IS(clock_settime(CLOCK_REALTIME, &later), 0);
	long long start = now();
	while (!ticks && now() - start < 500000000)
		usleep(1000);
	IS(ticks, 1);
	wall.tv_sec += 1;
	clock_settime(CLOCK_REALTIME, &wall);
	syscall(SYS_timer_delete, id);
}

int main(void)
{
	TEST_PLAN(37);
	install(SIGALRM, 0);
	test_sleep();
	test_intervals();
	test_posix_timers();
	test_wall_clock();
	return test_done();
}
