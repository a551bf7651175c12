/*
 * The scheduler: policies and their rules, shares by nice values, real-time threads, what CPU time is charged.
 *
 *	scheduler SECONDS	how long shares are measured
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>

static volatile unsigned *count;

static int set(pid_t pid, int policy, int priority)
{
	struct sched_param p = {priority};

	return sched_setscheduler(pid, policy, &p);
}

static void test_policies(void)
{
	struct sched_param p = {0};
	struct timespec slice = {9, 9};
	int status;

	IS(sched_getscheduler(0), SCHED_OTHER);
	IS(sched_get_priority_min(SCHED_FIFO), 1);
	IS(sched_get_priority_max(SCHED_RR), 99);
	IS(sched_get_priority_max(SCHED_BATCH), 0);
	ERRNO(sched_get_priority_max(77), EINVAL);
	ERRNO(set(0, SCHED_FIFO, 0), EINVAL);
	ERRNO(set(0, SCHED_RR, 100), EINVAL);
	ERRNO(set(0, SCHED_OTHER, 1), EINVAL);
	ERRNO(set(0, 77, 0), EINVAL);
	ERRNO(set(0x3fffffff, SCHED_OTHER, 0), ESRCH);
	ERRNO(set(-1, SCHED_OTHER, 0), EINVAL);
	OK(set(0, SCHED_RR, 50) == 0 && sched_getscheduler(0) == SCHED_RR, "SCHED_RR");
	OK(sched_getparam(0, &p) == 0 && p.sched_priority == 50, "with its priority");
	OK(syscall(SYS_sched_rr_get_interval, 0, &slice) == 0, "sched_rr_get_interval");
	p.sched_priority = 20;
	OK(sched_setparam(0, &p) == 0 && sched_getparam(0, &p) == 0 && p.sched_priority == 20, "sched_setparam");
	pid_t pid = fork();
	if (pid == 0)
		_exit(sched_getscheduler(0) == SCHED_RR ? 3 : 4);
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3, "a child inherits it");
	IS(set(0, SCHED_RR | SCHED_RESET_ON_FORK, 20), 0);
	pid = fork();
	if (pid == 0)
		_exit(sched_getscheduler(0) == SCHED_OTHER ? 3 : 4);
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3, "but not with SCHED_RESET_ON_FORK");
	OK(set(0, SCHED_BATCH, 0) == 0 && set(0, SCHED_IDLE, 0) == 0 && set(0, SCHED_OTHER, 0) == 0, "batch and idle");
	pid = fork();
	if (pid == 0) {
		if (setuid(1000))
			_exit(1);
		if (set(0, SCHED_FIFO, 1) != -1 || errno != EPERM)
			_exit(2);
		errno = 0;
		if (nice(5) != 5 || errno)
			_exit(3);
		if (nice(-1) != -1 || errno != EPERM)
			_exit(4);
		_exit(setpriority(PRIO_PROCESS, 0, 3) == -1 && errno == EACCES ? 0 : 5);
	}
	OK(waitpid(pid, &status, 0) == pid && status == 0, "a user may lower its share, not raise it");
	DIAG("child's status %x", status);
}

static void test_nice(void)
{
	errno = 0;
	OK(getpriority(PRIO_PROCESS, 0) == 0 && errno == 0, "nice 0 to begin with");
	OK(setpriority(PRIO_PROCESS, 0, -50) == 0 && getpriority(PRIO_PROCESS, 0) == -20, "cut to -20");
	OK(setpriority(PRIO_PROCESS, 0, 50) == 0 && getpriority(PRIO_PROCESS, 0) == 19, "and to 19");
	IS(setpriority(PRIO_PROCESS, 0, 0), 0);
	ERRNO(setpriority(PRIO_PROCESS, 0x3fffffff, 0), ESRCH);
	ERRNO(setpriority(7, 0, 0), EINVAL);
}

static pid_t spinner(int index, int niceness, int policy)
{
	pid_t pid = fork();

	if (pid == 0) {
		set(0, policy, 0);	/* whatever it inherits */
		setpriority(PRIO_PROCESS, 0, niceness);
		for (;;)
			count[index]++;
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/*
 * Two spinners of the normal class, of the given niceness and policy, for so many seconds. What each did once both had
 * begun is in did[].
 */
static void compete(int niceness, int policy, unsigned seconds, unsigned did[2])
{
	pid_t x = spinner(0, 0, SCHED_OTHER), y = spinner(1, niceness, policy);
	struct sched_param high = {90}, normal = {0};

	sched_setscheduler(0, SCHED_FIFO, &high);
	usleep(300000);
	did[0] = count[0], did[1] = count[1];
	sleep(seconds);
	did[0] = count[0] - did[0], did[1] = count[1] - did[1];
	end(x), end(y);
	sched_setscheduler(0, SCHED_OTHER, &normal);
}

/* Nice 0 weighs 1024, nice 5 weighs 335: 3.06 to 1. */
static void test_shares(unsigned seconds)
{
	unsigned did[2];
	pid_t a, b;

	compete(5, SCHED_OTHER, seconds, did);
	unsigned ratio = did[1] ? (unsigned)(100ULL * did[0] / did[1]) : 0;
	OK(ratio >= 275 && ratio <= 337, "nice 0 against nice 5 is within 10 %% of 3.06: %u hundredths", ratio);
	compete(0, SCHED_IDLE, seconds, did);
	unsigned part = (unsigned)(1000ULL * did[1] / (did[0] + did[1] + 1ULL));
	OK(part <= 20, "the idle class gets at most 2 %% under load: %u per mille", part);
	/* A real-time spinner leaves nothing to others, and gives way to one above. */
	set(0, SCHED_FIFO, 90);
	count[0] = count[1] = 0;
	b = spinner(0, 0, SCHED_OTHER);
	a = spinner(1, 0, SCHED_OTHER);
	usleep(20000);
	set(b, SCHED_FIFO, 5);
	usleep(1000);
	unsigned before = count[1];
	usleep(200000);
	OK(count[1] == before && count[0] > 0, "SCHED_FIFO starves the normal class");
	end(b), end(a);		/* in this order: beside the other neither comes to its end */
	set(0, SCHED_OTHER, 0);
}

/* Who has had the processor for itself owes nothing for that: a newcomer gets half of it, not all until it has as much. */
static void test_newcomer(void)
{
	pid_t old = spinner(0, 0, SCHED_OTHER), new;
	unsigned did[2];

	usleep(1500000);
	new = spinner(1, 0, SCHED_OTHER);
	usleep(50000);
	did[0] = count[0], did[1] = count[1];
	usleep(400000);
	did[0] = count[0] - did[0], did[1] = count[1] - did[1];
	end(old), end(new);
	unsigned part = (unsigned)(100ULL * did[1] / (did[0] + did[1] + 1ULL));
	OK(part >= 40 && part <= 60, "a newcomer beside one that ran alone gets half: %u %%", part);
}

static void test_accounting(void)
{
	struct timespec a, b;
	struct rusage usage;
	struct tms ticks;
	long long start = now();

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	while (now() - start < 100000000)
		;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	long long used = (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
	OK(used > 60000000 && used < 110000000, "a busy 100 ms costs %lld us", used / 1000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	usleep(50000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	used = (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
	OK(used < 10000000, "a sleep of 50 ms costs %lld us", used / 1000);
	OK(getrusage(RUSAGE_CHILDREN, &usage) == 0 && usage.ru_utime.tv_sec + usage.ru_stime.tv_sec >= 1,
	   "the children's time is charged to their parent");
	OK(times(&ticks) != (clock_t)-1 && ticks.tms_cutime + ticks.tms_cstime >= 100, "times() says the same");
	ERRNO(getrusage(17, &usage), EINVAL);
	OK(sched_yield() == 0, "sched_yield");
}

int main(int argc, char **argv)
{
	count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS((void *)count != MAP_FAILED, "no shared memory");
	TEST_PLAN(36);
	test_policies();
	test_nice();
	test_shares(argc > 1 ? (unsigned)atoi(argv[1]) : 2);
	test_newcomer();
	test_accounting();
	return test_done();
}
