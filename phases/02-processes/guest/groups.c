/* Process groups, sessions, controlling terminals and pseudo-terminals: who may do what, who is sent what. */
#include "../../guest/asleep.h"
#include "../../guest/testing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>

/* The status that f() in a child of its own exits with. */
static int in_child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(f());
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

static int session_rules(void)
{
	pid_t s = setsid();

	if (s != getpid() || getsid(0) != s || getpgrp() != s)
		return 1;
	if (setsid() != -1 || errno != EPERM)
		return 2;
	if (setpgid(0, 0) != -1 || errno != EPERM)	/* a session's leader stays where it is */
		return 3;
	if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO)
		return 4;
	return 0;
}

static void test_groups(void)
{
	int status;

	IS(in_child(session_rules), 0);
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	OK(setpgid(pid, pid) == 0 && getpgid(pid) == pid, "a child in a group of its own");
	ERRNO(setpgid(pid, 0x3fffffff), EPERM);
	ERRNO(setpgid(0x3fffffff, 0), ESRCH);
	ERRNO(setpgid(pid, -1), EINVAL);
	ERRNO(getpgid(0x3fffffff), ESRCH);
	ERRNO(setpgid(1, 1), ESRCH);
	pid_t second = fork();
	if (second == 0)
		for (;;)
			pause();
	OK(setpgid(second, pid) == 0 && killpg(pid, SIGTERM) == 0, "a second one joins it, and both are sent SIGTERM");
	IS(waitpid(-pid, &status, 0) > 0 && WTERMSIG(status) == SIGTERM, 1);
	IS(waitpid(-pid, &status, 0) > 0 && WTERMSIG(status) == SIGTERM, 1);
	ERRNO(waitpid(-pid, &status, 0), ECHILD);
	ERRNO(killpg(pid, 0), ESRCH);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", "sleep 100", (char *)NULL);
		_exit(1);
	}
	until_asleep(pid);
	ERRNO(setpgid(pid, pid), EACCES);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static int master, slave;

static int open_pair(void)
{
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master))
		return -1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	return slave < 0 ? -1 : 0;
}

static void test_pair(void)
{
	struct winsize size = {33, 101, 0, 0}, seen;
	struct termios modes;
	char text[64];

	BAIL_UNLESS(open_pair() == 0, "no pseudo-terminal");
	OK(isatty(slave) && strncmp(ptsname(master), "/dev/pts/", 9) == 0, "%s", ptsname(master));
	OK(ioctl(master, TIOCSWINSZ, &size) == 0 && ioctl(slave, TIOCGWINSZ, &seen) == 0 && seen.ws_col == 101, "one window size");
	IS(write(slave, "a\nb", 3), 3);
	IS(read(master, text, sizeof(text)), 4);
	OK(memcmp(text, "a\r\nb", 4) == 0, "ONLCR");
	IS(write(master, "on\177e\n", 5), 5);
	IS(read(slave, text, sizeof(text)), 3);
	OK(memcmp(text, "oe\n", 3) == 0, "a line, with an erased character");
	IS(write(master, "x\4", 2), 2);
	IS(read(slave, text, sizeof(text)), 1);
	IS(write(master, "\4", 1), 1);
	IS(read(slave, text, sizeof(text)), 0);
	tcflush(master, TCIFLUSH);
	tcgetattr(slave, &modes);
	cfmakeraw(&modes);
	OK(tcsetattr(slave, TCSANOW, &modes) == 0 && write(master, "\3q", 2) == 2, "raw");
	tcflush(slave, TCOFLUSH);
	IS(read(slave, text, sizeof(text)), 2);
	fcntl(master, F_SETFL, O_NONBLOCK);
	while (read(master, text, sizeof(text)) > 0)
		;
	ERRNO(read(master, text, 1), EAGAIN);
	close(slave);
	ERRNO(read(master, text, 1), EIO);
	close(master);
}

static volatile int *shared;

static void count_hangup(int signal)
{
	shared[signal == SIGHUP ? 0 : 1]++;
}

/* In a child: takes the terminal as its own, with a background group that reads and writes. */
static int control_rules(void)
{
	int status;
	struct termios modes;

	setsid();
	if (ioctl(slave, TIOCSCTTY, 0))
		return 1;
	if (tcgetsid(slave) != getpid())
		return 10;
	if (tcgetpgrp(slave) != getpid())
		return 11;
	if (open("/dev/tty", O_RDWR) < 0)
		return 2;
	pid_t pid = fork();
	if (pid == 0) {
		char byte;
		setpgid(0, 0);
		read(slave, &byte, 1);
		_exit(9);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTTIN)
		return 3;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	tcgetattr(slave, &modes);
	modes.c_lflag |= TOSTOP;
	tcsetattr(slave, TCSANOW, &modes);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		write(slave, "x", 1);
		_exit(9);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTTOU)
		return 4;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	pid = fork();
	if (pid == 0) {		/* ignored: the write goes through, the read fails */
		char byte;
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		signal(SIGTTIN, SIG_IGN);
		_exit(write(slave, "y", 1) == 1 && read(slave, &byte, 1) == -1 && errno == EIO ? 0 : 9);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		return 5;
	/* ^C and ^Z go to the foreground group. */
	for (int i = 0; i < 2; i++) {
		signal(SIGTTOU, SIG_IGN);
		pid = fork();
		if (pid == 0) {
			setpgid(0, 0);
			tcsetpgrp(slave, getpid());
			for (;;)
				pause();
		}
		while (tcgetpgrp(slave) != pid)
			usleep(1000);
		write(master, i ? "\032" : "\003", 1);
		if (waitpid(pid, &status, WUNTRACED) != pid)
			return 6;
		if (i ? !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTSTP : !WIFSIGNALED(status) || WTERMSIG(status) != SIGINT)
			return 7;
		tcsetpgrp(slave, getpid());
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (tcsetpgrp(slave, 0x3fffffff) != -1 || errno != ESRCH)
		return 8;
	return 0;
}

/* In a child: the terminal's other end is closed. */
static int hangup(void)
{
	char byte;

	setsid();
	ioctl(slave, TIOCSCTTY, 0);
	signal(SIGHUP, count_hangup);
	signal(SIGCONT, count_hangup);
	close(master);
	for (int i = 0; i < 4000 && !shared[0]; i++)
		usleep(5000);
	return shared[0] == 1 && read(slave, &byte, 1) == 0 && write(slave, &byte, 1) == -1 && errno == EIO ? 0 : 1;
}

/* In a child: a stopped group whose last link to its session ends is sent SIGHUP, then SIGCONT. */
static int orphaned_group(void)
{
	int status;
	pid_t pid;

	setsid();
	shared[0] = shared[1] = 0;
	pid = fork();
	if (pid == 0) {
		pid_t stopped = fork();
		if (stopped == 0) {
			setpgid(0, 0);
			signal(SIGHUP, count_hangup);
			signal(SIGCONT, count_hangup);
			raise(SIGSTOP);
			_exit(0);
		}
		waitpid(stopped, &status, WUNTRACED);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	for (int i = 0; i < 4000 && !(shared[0] && shared[1]); i++)
		usleep(5000);
	return shared[0] == 1 && shared[1] == 1 ? 0 : 1;
}

int main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS((void *)shared != MAP_FAILED, "no shared memory");
	alarm(40);
	TEST_PLAN(32);
	test_groups();
	test_pair();
	BAIL_UNLESS(open_pair() == 0, "no pseudo-terminal");
	IS(in_child(control_rules), 0);
	close(slave), close(master);
	/* The child must have the only master: this process lets go of it first. */
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(open_pair() ? 7 : hangup());
	waitpid(pid, &status, 0);
	IS(status, 0);
	IS(in_child(orphaned_group), 0);
	return test_done();
}
