/* Clocks of processor time: whose they are, timers on them, and sleeping until others have used so much. */
#include "../../guest/testing.h"
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#define PROCESS(pid, kind)	(clockid_t)(~(unsigned)(pid) << 3 | (kind))
#define THREAD(tid, kind)	(clockid_t)(~(unsigned)(tid) << 3 | 4 | (kind))
enum { PROF, VIRT, SCHED };

static long now_ms(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	if (clock_gettime(clock, &t))
		return -1;
	return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void burn(long ms)
{
	long end = now_ms(CLOCK_THREAD_CPUTIME_ID) + ms;

	while (now_ms(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

static struct timespec span(long ms)
{
	return (struct timespec){ ms / 1000, ms % 1000 * 1000000 };
}

static int make(clockid_t clock, int sig, timer_t *timer)
{
	struct sigevent event = { .sigev_notify = sig ? SIGEV_SIGNAL : SIGEV_NONE, .sigev_signo = sig };

	return (int)syscall(__NR_timer_create, clock, &event, timer);
}

static int set(timer_t timer, int flags, long first, long every)
{
	struct itimerspec s = { span(every), span(first) };

	return timer_settime(timer, flags, &s, NULL);
}

static long left(timer_t timer)
{
	struct itimerspec s;

	return timer_gettime(timer, &s) ? -1 : (long)s.it_value.tv_sec * 1000 + (s.it_value.tv_nsec + 999999) / 1000000;
}

/* Raw: the library has its own idea of CLOCK_THREAD_CPUTIME_ID. */
static int sleep_on(clockid_t clock, int flags, long ms, struct timespec *rem)
{
	struct timespec t = span(ms);

	return syscall(__NR_clock_nanosleep_time64, clock, flags, (long long[]){ t.tv_sec, t.tv_nsec }, rem) ? errno : 0;
}

static pid_t burner(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			burn(1000);
	return pid;
}

static void names(void)
{
	struct timespec t;
	pid_t child = fork();

	if (child == 0) {
		pause();
		_exit(0);
	}
	IS(clock_gettime(PROCESS(0, SCHED), &t), 0);
	IS(clock_gettime(PROCESS(getpid(), VIRT), &t), 0);
	IS(clock_gettime(PROCESS(child, SCHED), &t), 0);
	IS(clock_gettime(THREAD(getpid(), SCHED), &t), 0);
	ERRNO(clock_gettime(THREAD(child, SCHED), &t), EINVAL);		/* another process's thread */
	ERRNO(clock_gettime(PROCESS(child, 3), &t), EINVAL);
	ERRNO(clock_gettime(PROCESS(999999, SCHED), &t), EINVAL);
	OK(clock_getres(PROCESS(0, PROF), &t) == 0 && t.tv_nsec == 4000000, "sampled ones are as fine as samples");
	OK(clock_getres(PROCESS(0, SCHED), &t) == 0 && t.tv_nsec == 1, "exact ones are exact");
	ERRNO(clock_settime(PROCESS(0, SCHED), &t), EPERM);
	ERRNO(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &t), EINVAL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	ERRNO(clock_gettime(PROCESS(child, SCHED), &t), EINVAL);
}

static volatile int hits, overruns;

static void hit(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	hits++;
	overruns += info->si_overrun;
}

static void once(clockid_t clock, const char *which)
{
	timer_t timer;

	hits = 0;
	IS(make(clock, SIGUSR1, &timer), 0);
	IS(set(timer, 0, 20, 0), 0);
	OK(left(timer) > 0 && left(timer) <= 20, "%s: what is left", which);
	usleep(60000);
	OK(hits == 0, "%s: sleeping does not use it up", which);
	burn(40);
	OK(hits == 1, "%s: work does", which);
	burn(40);
	OK(hits == 1 && left(timer) == 0, "%s: once", which);
	IS(set(timer, TIMER_ABSTIME, 1, 0), 0);
	OK(hits == 2, "%s: a time that has passed is now", which);
	IS(set(timer, 0, 20, 0), 0);
	IS(set(timer, 0, 0, 0), 0);
	burn(40);
	OK(hits == 2 && left(timer) == 0, "%s: not one that was stopped", which);
	IS(timer_delete(timer), 0);
}

static void periodic(void)
{
	struct sigevent fastest = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec every = { { 0, 1 }, { 0, 1 } };
	timer_t timer, unheard;
	sigset_t usr1;
	int before;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	hits = overruns = 0;
	IS(make(CLOCK_PROCESS_CPUTIME_ID, SIGUSR1, &timer), 0);
	IS(make(CLOCK_PROCESS_CPUTIME_ID, 0, &unheard), 0);
	IS(set(timer, 0, 10, 10), 0);
	IS(set(unheard, 0, 10, 10), 0);
	burn(205);
	OK(hits + overruns >= 18 && hits + overruns <= 22, "%d of ten milliseconds, %d overruns", hits, overruns);
	OK(left(unheard) > 0 && left(unheard) <= 10, "one that tells nobody goes on");
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	before = hits;
	overruns = 0;
	burn(105);
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
	OK(hits == before + 1 && overruns >= 8 && overruns <= 11, "blocked: one signal, %d overruns", overruns);
	timer_delete(timer);
	timer_delete(unheard);
	hits = overruns = 0;
	IS(syscall(__NR_timer_create, CLOCK_THREAD_CPUTIME_ID, &fastest, &timer), 0);
	IS(timer_settime(timer, 0, &every, NULL), 0);
	burn(50);
	IS(timer_delete(timer), 0);
	OK(hits >= 5 && overruns > 20000000, "of a nanosecond: %d signals, %d overruns", hits, overruns);
}

static void of_others(void)
{
	pid_t child = burner();
	timer_t timer;
	struct timespec t;
	long before;

	hits = 0;
	IS(make(PROCESS(child, SCHED), SIGUSR1, &timer), 0);
	IS(set(timer, 0, 50, 0), 0);
	for (int i = 0; i < 500 && !hits; i++)
		usleep(10000);
	OK(hits == 1, "another process's work is told");
	before = now_ms(PROCESS(child, SCHED));
	IS(sleep_on(PROCESS(child, SCHED), 0, 30, NULL), 0);
	OK(now_ms(PROCESS(child, SCHED)) >= before + 30, "sleeping until it has worked");
	IS(sleep_on(PROCESS(child, SCHED), TIMER_ABSTIME, 1, NULL), 0);
	set(timer, 0, 100000, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	OK(left(timer) == 0, "the dead have no time left");
	ERRNO(set(timer, 0, 10, 0), ESRCH);
	IS(timer_delete(timer), 0);
	ERRNO(make(PROCESS(child, SCHED), SIGUSR1, &timer), EINVAL);
	IS(sleep_on(PROCESS(child, SCHED), 0, 10, NULL), EINVAL);
	ERRNO(clock_gettime(PROCESS(child, SCHED), &t), EINVAL);
	for (int i = 0; i < 20; i++) {		/* one that ends while it is timed */
		child = fork();
		if (child == 0) {
			burn(i);
			_exit(0);
		}
		if (make(PROCESS(child, PROF), SIGUSR1, &timer) || set(timer, 0, 1 + i % 7, 1))
			break;
		waitpid(child, NULL, 0);
		timer_delete(timer);
	}
	OK(1, "ends of whom is timed");
}

static void *work(void *arg)
{
	(void)arg;
	burn(200);
	return NULL;
}

static volatile int phase;

/* A young thread: whoever took another's time for its own would find its timer long due. */
static void *young(void *arg)
{
	timer_t mine;

	(void)arg;
	if (make(CLOCK_THREAD_CPUTIME_ID, SIGUSR1, &mine) || set(mine, 0, 100, 0))
		hits = 100;
	phase = 1;
	while (phase < 2)
		usleep(5000);
	burn(120);
	timer_delete(mine);
	return NULL;
}

static void of_one_thread(void)
{
	pthread_t thread;

	hits = phase = 0;
	pthread_create(&thread, NULL, young, NULL);
	while (phase < 1)
		usleep(5000);
	burn(200);
	OK(hits == 0, "a thread's timer does not count another thread's work");
	phase = 2;
	pthread_join(thread, NULL);
	OK(hits == 1, "but its own");
}

static void sleepers(void)
{
	const struct itimerval soon = { { 0, 0 }, { 0, 30000 } };
	long long rem[2] = { 0, 0 }, want[2] = { 1, 0 };
	pthread_t thread;
	long before;

	IS(sleep_on(CLOCK_THREAD_CPUTIME_ID, 0, 1, NULL), EOPNOTSUPP);
	IS(sleep_on(THREAD(0, SCHED), 0, 1, NULL), EINVAL);
	IS(sleep_on(THREAD(getpid(), SCHED), 0, 1, NULL), EINVAL);
	IS(sleep_on(THREAD(0, 3), 0, 1, NULL), EINVAL);
	sigaction(SIGALRM, &(struct sigaction){ .sa_sigaction = hit, .sa_flags = SA_SIGINFO | SA_RESTART }, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	errno = 0;
	ERRNO(syscall(__NR_clock_nanosleep_time64, CLOCK_PROCESS_CPUTIME_ID, 0, want, rem), EINTR);
	OK(rem[0] == 0 && rem[1] > 900000000, "a second's rest is told");
	/* The others of a process work while one sleeps. */
	before = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	pthread_create(&thread, NULL, work, NULL);
	IS(sleep_on(CLOCK_PROCESS_CPUTIME_ID, 0, 50, NULL), 0);
	OK(now_ms(CLOCK_PROCESS_CPUTIME_ID) >= before + 50, "the process has worked meanwhile");
	pthread_join(thread, NULL);
}

int main(void)
{
	sigaction(SIGUSR1, &(struct sigaction){ .sa_sigaction = hit, .sa_flags = SA_SIGINFO }, NULL);
	names();
	once(CLOCK_PROCESS_CPUTIME_ID, "process");
	once(CLOCK_THREAD_CPUTIME_ID, "thread");
	once(PROCESS(getpid(), PROF), "by number");
	periodic();
	of_others();
	sleepers();
	of_one_thread();
	return test_done();
}
