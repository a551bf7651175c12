/*
 * Pending signals: which are kept once and which are queued, in what order they come, what each one says.
 *
 *	signal-queue COUNT	queues COUNT signals with a reader that keeps up
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

static volatile int seen_count, order[64];
static siginfo_t last;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (seen_count < 64)
		order[seen_count] = signal * 100 + info->si_int % 100;
	seen_count++;
	last = *info;
}

static void install(int signal, int flags)
{
	struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | flags};

	BAIL_UNLESS(sigaction(signal, &action, NULL) == 0, "no handler");
}

static void test_order(void)
{
	sigset_t all, old, pending;
	union sigval value;

	for (int s = SIGRTMIN; s <= SIGRTMIN + 2; s++)
		install(s, 0);
	install(SIGUSR1, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	for (value.sival_int = 0; value.sival_int < 3; value.sival_int++)
		for (int s = SIGRTMIN + 2; s >= SIGRTMIN; s--)
			BAIL_UNLESS(sigqueue(getpid(), s, value) == 0, "not queued");
	for (value.sival_int = 1; value.sival_int < 4; value.sival_int++)
		sigqueue(getpid(), SIGUSR1, value);
	OK(sigpending(&pending) == 0 && sigismember(&pending, SIGRTMIN + 1) && sigismember(&pending, SIGUSR1) &&
	   !sigismember(&pending, SIGUSR2), "sigpending");
	/* Taken one by one: the lowest first, each queue in its order. */
	siginfo_t info;
	struct timespec none = {0, 0};
	IS(sigtimedwait(&all, &info, &none), SIGUSR1);
	IS(info.si_int, 1);
	int right = 1;
	for (int s = SIGRTMIN; s <= SIGRTMIN + 2; s++)
		for (int i = 0; i < 3; i++)
			right &= sigtimedwait(&all, &info, &none) == s && info.si_int == i && info.si_code == SI_QUEUE &&
				 info.si_pid == getpid();
	OK(right, "real-time signals come by number, then as they were sent");
	ERRNO(sigtimedwait(&all, &info, &none), EAGAIN);
	/* Delivered to handlers: the frames are stacked by the same order, so the last runs first. */
	for (value.sival_int = 0; value.sival_int < 3; value.sival_int++)
		sigqueue(getpid(), SIGRTMIN, value);
	seen_count = 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	OK(seen_count == 3 && order[0] == SIGRTMIN * 100 && order[2] == SIGRTMIN * 100 + 2, "a handler gets all three in order");
}

static void test_information(void)
{
	union sigval value = {.sival_int = 42};
	int status;

	kill(getpid(), SIGUSR1);
	OK(last.si_code == SI_USER && last.si_pid == getpid() && last.si_uid == 0, "kill: SI_USER and the sender");
	tgkill(getpid(), getpid(), SIGUSR1);
	IS(last.si_code, SI_TKILL);
	sigqueue(getpid(), SIGUSR1, value);
	OK(last.si_code == SI_QUEUE && last.si_int == 42, "sigqueue: SI_QUEUE and the value");
	install(SIGCHLD, 0);
	seen_count = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(5);
	while (!seen_count)
		usleep(1000);
	OK(last.si_signo == SIGCHLD && last.si_code == CLD_EXITED && last.si_pid == pid && last.si_status == 5, "a child that ended");
	waitpid(pid, &status, 0);
	seen_count = 0;
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	while (seen_count < 1)
		usleep(1000);
	OK(last.si_code == CLD_STOPPED && last.si_status == SIGSTOP && last.si_pid == pid, "stopped");
	kill(pid, SIGCONT);
	while (seen_count < 2)
		usleep(1000);
	OK(last.si_code == CLD_CONTINUED && last.si_status == SIGCONT, "went on");
	kill(pid, SIGTERM);
	while (seen_count < 3)
		usleep(1000);
	OK(last.si_code == CLD_KILLED && last.si_status == SIGTERM, "was killed");
	waitpid(pid, &status, 0);
	install(SIGCHLD, SA_NOCLDSTOP);
	seen_count = 0;
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	IS(seen_count, 0);
	install(SIGCHLD, SA_NOCLDWAIT);
	kill(pid, SIGKILL);
	ERRNO(waitpid(pid, &status, 0), ECHILD);
	signal(SIGCHLD, SIG_DFL);
}

/*
 * The end of a child wakes its parent twice over: by the signal, and because it waits for it. What became of the
 * child is told first, even if the signal comes between the look at the children and the sleep.
 */
static void test_signal_during_wait(void)
{
	int status, reaped = 0, ignored = 0;

	for (int i = 0; i < 3000; i++) {
		int ignore = i % 2;
		install(SIGCHLD, ignore ? SA_NOCLDWAIT : 0);
		pid_t pid = fork();
		if (pid == 0)
			for (;;)
				pause();
		kill(pid, SIGKILL);
		pid_t got = waitpid(pid, &status, 0);
		if (ignore)
			ignored += got == -1 && errno == ECHILD;
		else
			reaped += got == pid;
		if (got == -1 && errno == EINTR)
			waitpid(pid, &status, 0);
	}
	signal(SIGCHLD, SIG_DFL);
	IS(reaped, 1500);
	IS(ignored, 1500);
}

static void test_forgery_and_limits(void)
{
	struct rlimit few = {10, 10};
	siginfo_t forged;
	int status;

	install(SIGUSR1, SA_RESTART);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		memset(&forged, 0, sizeof(forged));
		forged.si_code = SI_USER;
		if (syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, &forged) != -1 || errno != EPERM)
			_exit(1);
		forged.si_code = SI_QUEUE;
		if (syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, &forged) != 0)
			_exit(2);
		sigset_t set;
		sigemptyset(&set);
		sigaddset(&set, SIGRTMIN);
		sigprocmask(SIG_BLOCK, &set, NULL);
		setrlimit(RLIMIT_SIGPENDING, &few);
		setuid(1000);
		int queued = 0;
		union sigval value = {0};
		while (sigqueue(getpid(), SIGRTMIN, value) == 0 && queued < 100)
			queued++;
		/* A plain kill() is never lost, though it then says nothing. */
		_exit(queued == 10 && errno == EAGAIN && kill(getpid(), SIGRTMIN) == 0 ? 0 : 3);
	}
	OK(waitpid(pid, &status, 0) == pid && status == 0, "codes of the kernel are not for others; queues end at RLIMIT_SIGPENDING");
	DIAG("child's status %x", status);
	ERRNO(kill(1, 65), EINVAL);
	ERRNO(tgkill(getpid(), 0, 1), EINVAL);
	ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &forged, NULL, 4), EINVAL);
	ERRNO(syscall(SYS_rt_sigprocmask, 9, &forged, NULL, 8), EINVAL);
	ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, NULL, 8), EFAULT);
	ERRNO(syscall(SYS_rt_sigaction, SIGSTOP, &forged, NULL, 8), EINVAL);
}

/* A writer that goes on when the queue is full, a reader that takes what comes: none is lost, none comes twice. */
static void test_flood(int count)
{
	sigset_t set, old;
	siginfo_t info;
	int status, expected = 0, wrong = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 3);
	sigprocmask(SIG_BLOCK, &set, &old);
	pid_t reader = getpid(), pid = fork();
	if (pid == 0) {
		for (union sigval v = {0}; v.sival_int < count;)
			if (sigqueue(reader, SIGRTMIN + 3, v) == 0)
				v.sival_int++;
			else if (errno == EAGAIN)
				sched_yield();
			else
				_exit(1);
		_exit(0);
	}
	struct timespec patience = {20, 0};
	while (expected < count && sigtimedwait(&set, &info, &patience) > 0)
		wrong += info.si_int != expected++;
	IS(expected, count);
	IS(wrong, 0);
	OK(waitpid(pid, &status, 0) == pid && status == 0, "the writer ended well");
	sigprocmask(SIG_SETMASK, &old, NULL);
}

int main(int argc, char **argv)
{
	TEST_PLAN(27);
	test_order();
	test_information();
	test_signal_during_wait();
	test_forgery_and_limits();
	test_flood(argc > 1 ? atoi(argv[1]) : 5000);
	return test_done();
}
