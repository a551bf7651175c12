/* Interrupted calls: which go on with SA_RESTART, which never do, what sigsuspend, pselect and their kin do. */
#include "../../guest/asleep.h"
#include "../../guest/testing.h"
#include "thread.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>

/* Shared with children, who wait for it. */
static volatile sig_atomic_t *ran;

static void note(int signal)
{
	(void)signal;
	++*ran;
}

static void install(int flags)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = flags};

	BAIL_UNLESS(sigaction(SIGALRM, &action, NULL) == 0, "no handler");
}

/* SIGALRM, once the caller sleeps in what it does next. */
static void when_asleep(void)
{
	*ran = 0;
	(void)when_asleep_kill(SIGALRM);
}

/* A child that writes a byte, or ends with 5, when the signal has been. */
static pid_t later(int fd)
{
	pid_t pid;

	*ran = 0;
	pid = fork();
	if (pid == 0) {
		while (!*ran)
			usleep(1000);
		usleep(10000);
		_exit(fd < 0 ? 5 : write(fd, "x", 1) != 1);
	}
	return pid;
}

static void test_calls(void)
{
	int ends[2], status;
	char byte = 0;
	pid_t pid;

	BAIL_UNLESS(pipe(ends) == 0, "no pipe");
	install(0);
	when_asleep();
	ERRNO(read(ends[0], &byte, 1), EINTR);
	pid = later(-1);
	when_asleep();
	ERRNO(waitpid(pid, &status, 0), EINTR);
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5, "the second try waits");
	install(SA_RESTART);
	pid = later(ends[1]);
	when_asleep();
	OK(read(ends[0], &byte, 1) == 1 && byte == 'x' && *ran == 1, "SA_RESTART: read goes on");
	waitpid(pid, &status, 0);
	pid = later(-1);
	when_asleep();
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5 && *ran == 1, "waitpid too");
	struct pollfd p = {ends[0], POLLIN, 0};
	when_asleep();
	ERRNO(poll(&p, 1, 60000), EINTR);
	when_asleep();
	ERRNO(pause(), EINTR);
	when_asleep();
	fd_set set;
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	struct timeval minute = {60, 0};
	ERRNO(select(ends[0] + 1, &set, NULL, NULL, &minute), EINTR);
	/* What was written before the signal is told. */
	fcntl(ends[1], F_SETPIPE_SZ, 4096);
	static char much[20000];
	when_asleep();
	ssize_t n = write(ends[1], much, sizeof(much));
	OK(n > 0 && n < (ssize_t)sizeof(much), "a write that was begun tells how far it came: %d", (int)n);
	close(ends[0]), close(ends[1]);
}

static void test_masks(void)
{
	sigset_t alarm_only, old, mask, none;
	struct timespec minute = {60, 0}, zero = {0, 0};
	siginfo_t info;

	install(0);
	sigemptyset(&none);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_only, &old);
	when_asleep();
	usleep(40000);
	IS(*ran, 0);
	ERRNO(sigsuspend(&none), EINTR);
	OK(*ran == 1 && sigprocmask(SIG_SETMASK, NULL, &mask) == 0 && sigismember(&mask, SIGALRM), "and the mask is as before");
	when_asleep();
	ERRNO(pselect(0, NULL, NULL, NULL, &minute, &none), EINTR);
	when_asleep();
	ERRNO(ppoll(NULL, 0, &minute, &none), EINTR);
	IS(*ran, 1);
	when_asleep();
	IS(sigtimedwait(&alarm_only, &info, &minute), SIGALRM);
	IS(*ran, 0);
	ERRNO(sigtimedwait(&alarm_only, &info, &zero), EAGAIN);
	int fd = signalfd(-1, &alarm_only, SFD_NONBLOCK | SFD_CLOEXEC);
	struct signalfd_siginfo told;
	ERRNO(read(fd, &told, sizeof(told)), EAGAIN);
	when_asleep();
	struct pollfd p = {fd, POLLIN, 0};
	IS(poll(&p, 1, 60000), 1);
	OK(read(fd, &told, sizeof(told)) == sizeof(told) && told.ssi_signo == SIGALRM, "signalfd tells of it");
	ERRNO(read(fd, &told, 10), EINVAL);
	close(fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void test_threads_and_groups(void)
{
	sigset_t set, old;
	int status;

	/* SIGKILL and SIGSTOP cannot be blocked. */
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, &old);
	sigprocmask(SIG_SETMASK, NULL, &set);
	OK(!sigismember(&set, SIGKILL) && !sigismember(&set, SIGSTOP), "a full mask leaves out SIGKILL and SIGSTOP");
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGKILL);
	OK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL, "and SIGKILL ends what blocks all");
	sigprocmask(SIG_SETMASK, &old, NULL);
	/* Handlers go at exec, ignored and blocked signals stay. */
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, note);
		execl("/bin/sh", "sh", "-c", "kill -INT $$; kill -TERM $$; exit 3", (char *)NULL);
	}
	OK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "exec keeps ignored signals only");
}

int main(void)
{
	ran = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS(ran != MAP_FAILED, "shared memory");
	TEST_PLAN(25);
	test_calls();
	test_masks();
	test_threads_and_groups();
	return test_done();
}
