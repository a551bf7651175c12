/*
 * Readiness by signal: O_ASYNC of sockets, pipes and terminals, who is told (F_SETOWN, F_SETOWN_EX, a terminal's foreground
 * group), by which signal (F_SETSIG, SIGIO, SIGURG) and with what in it. Signals are blocked and taken one by one, so what
 * a call has brought is there when it returns.
 */
#include "../../guest/asleep.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <grp.h>

#define SETSIG	10
#define GETSIG	11
#define SETOWN_EX 15
#define GETOWN_EX 16
#define ASYNC	020000
#define FIOASYNC_ 0x5452
#define OOB	1

struct owner_ex {
	int type, pid;
};

static sigset_t all;

/* F_GETOWN's negative number may look like an error's. */
static int group_of(int fd)
{
	struct owner_ex ex = { 0, 0 };

	return fcntl(fd, GETOWN_EX, &ex) == 0 && ex.type == 2 ? ex.pid : -1;
}

/* The next signal of the blocked ones that is there within `ms`; 0: none. */
static int within(int ms, siginfo_t *info)
{
	struct timespec limit = { ms / 1000, ms % 1000 * 1000000L };
	int sig = sigtimedwait(&all, info, &limit);

	return sig < 0 ? 0 : sig;
}

static int next(siginfo_t *info)
{
	return within(0, info);
}

static int none(void)
{
	siginfo_t info;
	int sig = next(&info);

	if (sig)
		DIAG("signal %d code %d", sig, info.si_code);
	return !sig;
}

static void async(int fd, int sig)
{
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, SETSIG, sig);
	BAIL_UNLESS(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | ASYNC) == 0, "F_SETFL");
}

#define TOLD(sig, code, number) do { \
	siginfo_t told; \
	IS(next(&told), sig); \
	IS(told.si_code, code); \
	IS(told.si_fd, number); \
} while (0)

static void pipes(void)
{
	int p[2], rt = SIGRTMIN + 3;
	siginfo_t info;
	char big[65536];

	BAIL_UNLESS(pipe(p) == 0, "pipe");
	IS(fcntl(p[0], F_GETOWN), 0);
	IS(fcntl(p[0], GETSIG), 0);
	write(p[1], "a", 1);
	OK(none(), "nobody asked");
	IS(fcntl(p[0], F_SETFL, ASYNC), 0);
	write(p[1], "a", 1);
	OK(none(), "nobody owns it");
	IS(fcntl(p[0], F_SETOWN, getpid()), 0);
	IS(fcntl(p[0], F_GETOWN), getpid());
	write(p[1], "a", 1);
	IS(next(&info), SIGIO);
	IS(info.si_code, SI_KERNEL);
	IS(fcntl(p[0], SETSIG, rt), 0);
	IS(fcntl(p[0], GETSIG), rt);
	write(p[1], "b", 1);
	write(p[1], "c", 1);
	TOLD(rt, POLL_IN, p[0]);
	TOLD(rt, POLL_IN, p[0]);
	IS(fcntl(p[0], F_GETFL), O_RDONLY | ASYNC);
	IS(fcntl(p[0], F_SETFL, 0), 0);
	write(p[1], "d", 1);
	OK(none(), "and no more");
	async(p[1], rt);
	read(p[0], big, 2);
	TOLD(rt, POLL_OUT, p[1]);
	close(p[0]);
	TOLD(rt, POLL_OUT, p[1]);
	close(p[1]);
	OK(none(), "a closed file is told of nothing");
	/* The end of what feeds a reader. */
	BAIL_UNLESS(pipe(p) == 0, "pipe");
	async(p[0], rt);
	close(p[1]);
	TOLD(rt, POLL_IN, p[0]);
	close(p[0]);
	ERRNO(fcntl(0, SETSIG, 65), EINVAL);
	ERRNO(fcntl(0, F_SETOWN, 30000), ESRCH);
	ERRNO(fcntl(0, F_SETOWN, 0x80000000), EINVAL);
	ERRNO(fcntl(999, SETSIG, 0), EBADF);
}

/* Two files of one pipe's end, a file passed on by dup, and one that cannot do it. */
static void files(void)
{
	int p[2], copy, on = 1, e = eventfd(0, 0);
	char path[40];
	siginfo_t info;
	int again;

	BAIL_UNLESS(pipe(p) == 0, "pipe");
	path[0] = 0;
	strcat(path, "/proc/self/fd/");
	path[14] = (char)('0' + p[0] / 10);
	path[15] = (char)('0' + p[0] % 10);
	path[16] = 0;
	if (p[0] < 10)
		path[14] = (char)('0' + p[0]), path[15] = 0;
	again = open(path, O_RDONLY);
	BAIL_UNLESS(again >= 0, "%s", path);
	async(p[0], SIGRTMIN);
	async(again, SIGRTMIN + 1);
	write(p[1], "x", 1);
	TOLD(SIGRTMIN, POLL_IN, p[0]);
	TOLD(SIGRTMIN + 1, POLL_IN, again);
	copy = dup(p[0]);
	close(p[0]);
	write(p[1], "x", 1);
	IS(next(&info), SIGRTMIN);
	IS(info.si_fd, p[0]);		/* the number it was asked for by */
	IS(next(&info), SIGRTMIN + 1);
	close(copy);
	close(again);
	IS(fcntl(e, F_SETFL, ASYNC), 0);
	IS(fcntl(e, F_GETFL), O_RDWR);
	ERRNO(ioctl(e, FIOASYNC_, &on), ENOTTY);
	ERRNO(ioctl(p[1], FIOASYNC_, (void *)4), EFAULT);
	IS(ioctl(p[1], FIOASYNC_, &on), 0);
	IS(fcntl(p[1], F_GETFL), O_WRONLY | ASYNC);
	close(p[1]);
	close(e);
}

static void sockets(void)
{
	int s[2], rt = SIGRTMIN + 5, who, n;
	siginfo_t info;
	char buf[4096];

	BAIL_UNLESS(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0, "socketpair");
	async(s[0], rt);
	write(s[1], "ab", 2);
	TOLD(rt, POLL_IN, s[0]);
	/* Room is told of only after it was looked for in vain. */
	read(s[0], buf, 2);
	fcntl(s[0], F_SETFL, O_NONBLOCK | ASYNC);
	write(s[0], "ab", 2);
	read(s[1], buf, 2);
	OK(none(), "room that nobody missed");
	memset(buf, 0, sizeof(buf));
	while (write(s[0], buf, sizeof(buf)) > 0)
		;
	IS(errno, EAGAIN);
	fcntl(s[1], F_SETFL, O_NONBLOCK);
	while (read(s[1], buf, sizeof(buf)) > 0)
		;
	TOLD(rt, POLL_OUT, s[0]);
	OK(none(), "once");
	/* The urgent byte. */
	IS(send(s[1], "xyz", 3, OOB), 3);
	IS(next(&info), SIGURG);
	IS(info.si_code, SI_KERNEL);
	for (n = 0; next(&info) == rt; n++)
		if (info.si_code == POLL_PRI)
			n += 100;
	OK(n > 100, "POLL_PRI and POLL_IN as well: %d", n);
	/* An end. */
	shutdown(s[1], SHUT_WR);
	TOLD(rt, POLL_IN, s[0]);
	close(s[1]);
	TOLD(rt, POLL_HUP, s[0]);
	close(s[0]);
	/* Owners by ioctl. */
	s[0] = socket(AF_UNIX, SOCK_DGRAM, 0);
	who = -getpgrp();
	IS(ioctl(s[0], 0x8901, &who), 0);
	OK(group_of(s[0]) == getpgrp(), "the group by ioctl");
	who = getpid();
	IS(ioctl(s[0], 0x8902, &who), 0);
	who = 0;
	IS(ioctl(s[0], 0x8904, &who), 0);
	IS(who, getpid());
	ERRNO(ioctl(s[0], 0x8901, (void *)4), EFAULT);
	close(s[0]);
	BAIL_UNLESS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0, "socketpair");
	async(s[0], rt);
	write(s[1], "", 0);
	TOLD(rt, POLL_IN, s[0]);
	close(s[0]);
	close(s[1]);
	OK(none(), "that is all");
}

/* A child that ends with the number of the signal that came. */
static pid_t waiting_child(int uid)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	if (uid && (setgid(uid) || setuid(uid)))
		_exit(99);
	_exit(within(30000, &info));
}

static int told(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void owners(void)
{
	struct owner_ex ex = { 2, 0 };
	int p[2];
	pid_t a;

	BAIL_UNLESS(pipe(p) == 0, "pipe");
	a = waiting_child(0);
	OK(until_asleep(a), "a child waits");
	ex.pid = a;
	IS(fcntl(p[0], SETOWN_EX, &ex), 0);
	OK(group_of(p[0]) == a, "a group");
	ex.pid = ex.type = 0;
	IS(fcntl(p[0], GETOWN_EX, &ex), 0);
	IS(ex.type, 2);
	IS(ex.pid, a);
	fcntl(p[0], F_SETFL, ASYNC);
	write(p[1], "x", 1);
	IS(told(a), SIGIO);
	write(p[1], "x", 1);
	OK(none(), "the owner is gone");
	ex.type = 0;
	ex.pid = (int)syscall(SYS_gettid);
	IS(fcntl(p[0], SETOWN_EX, &ex), 0);
	write(p[1], "x", 1);
	siginfo_t info;
	IS(next(&info), SIGIO);
	ex.type = 3;
	ERRNO(fcntl(p[0], SETOWN_EX, &ex), EINVAL);
	ERRNO(fcntl(p[0], SETOWN_EX, (void *)4), EFAULT);
	/* An ordinary user may own up for itself alone. */
	a = waiting_child(0);
	OK(until_asleep(a), "a child waits");
	pid_t setter = fork();
	if (setter == 0) {
		if (setgroups(0, NULL) || setgid(65534) || setuid(65534) || fcntl(p[0], F_SETOWN, a) || write(p[1], "x", 1) != 1)
			_exit(1);
		_exit(0);
	}
	IS(told(setter), 0);
	kill(a, SIGUSR2);	/* the first that it is told */
	IS(told(a), SIGUSR2);
	close(p[0]);
	close(p[1]);
}

/* Without room for another signal of its own kind it becomes a SIGIO. */
static void overflow(void)
{
	struct rlimit few = { 4, 4 };
	siginfo_t info;
	pid_t pid = fork();
	int p[2], n = 0;

	if (pid == 0) {
		if (pipe(p) || setuid(4321) || setrlimit(RLIMIT_SIGPENDING, &few))
			_exit(99);
		async(p[0], SIGRTMIN + 9);
		for (int i = 0; i < 12; i++)
			write(p[1], "x", 1);
		if (next(&info) != SIGIO)
			_exit(98);
		while (next(&info) == SIGRTMIN + 9)
			n++;
		_exit(n);
	}
	IS(told(pid), 4);
}

static void terminals(void)
{
	struct timespec soon = { 0, 100000000 };
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	siginfo_t info;
	char buf[10];

	BAIL_UNLESS(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, "posix_openpt");
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	BAIL_UNLESS(slave >= 0, "%s", ptsname(master));
	IS(fcntl(slave, F_SETFL, O_RDWR | ASYNC), 0);
	IS(fcntl(slave, F_GETOWN), getpid());	/* nobody's terminal: its opener's */
	write(master, "li", 2);
	nanosleep(&soon, NULL);
	OK(none(), "a line that is being typed is not input");
	write(master, "ne\n", 3);
	IS(within(30000, &info), SIGIO);
	IS(read(slave, buf, sizeof(buf)), 5);
	fcntl(slave, SETSIG, SIGRTMIN);
	write(master, "x\n", 2);
	IS(within(30000, &info), SIGRTMIN);
	IS(info.si_fd, slave);
	IS(info.si_code, POLL_IN);
	while (next(&info))
		;
	fcntl(slave, F_SETFL, O_RDWR);
	async(master, SIGRTMIN + 1);
	nanosleep(&soon, NULL);
	while (next(&info))
		;
	write(slave, "out", 3);
	IS(within(30000, &info), SIGRTMIN + 1);
	IS(info.si_fd, master);
	close(slave);
	close(master);
}

int main(void)
{
	sigfillset(&all);
	sigdelset(&all, SIGCHLD);
	sigprocmask(SIG_BLOCK, &all, NULL);
	pipes();
	files();
	sockets();
	owners();
	overflow();
	terminals();
	return test_done();
}
