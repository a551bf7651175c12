/*
 * main.c - the guest agent: serves the workshop's control channel.
 *
 *	agent [LINE]
 *
 * LINE is a terminal, /dev/ttyS1 unless given, or `-` for descriptor 0 (a socket, in the host's tests).
 * It ends when the line is gone, and says how. init restarts it then; the host starts a new session.
 */
#define _GNU_SOURCE	/* pipe2() */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One for the line, one for the children's bell, three for each channel. */
#define MAX_POLL (2 + 3 * MAX_CHANNELS)

/* A SIGCHLD rings by a byte in this pipe, so that poll() cannot miss it. */
static int bell[2];

/* On the console: there is nobody else to tell. */
static void report(const char *why)
{
	(void)!write(2, "agent: ", 7);
	(void)!write(2, why, strlen(why));
	(void)!write(2, "\n", 1);
}

void die(const char *why)
{
	report(why);
	exit(1);
}

static void ring(int signal)
{
	int saved = errno;

	(void)signal;
	(void)!write(bell[1], "", 1);		/* a full pipe rings all the same */
	errno = saved;
}

static void handle(int signal, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	if (sigaction(signal, &action, NULL) < 0)
		die("sigaction failed");
}

static void make_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0) {
		if (errno == ENOTTY)
			return;
		die("cannot read the line's settings");
	}
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag = (t.c_cflag & ~(unsigned)(CSIZE | PARENB | CSTOPB | CRTSCTS)) | CS8 | CREAD | CLOCAL;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		die("cannot set the line to raw");
}

static int open_line(const char *name)
{
	int fd = strcmp(name, "-") == 0 ? 0 : open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die("cannot open the line");
	make_raw(fd);
	if (fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		die("cannot set the line to non-blocking");
	return fd;
}

static int sooner(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* Until the line is gone; errno says how. */
static void serve(int fd)
{
	struct pollfd fds[MAX_POLL];
	char rung[64];

	for (;;) {
		fds[0] = (struct pollfd){.fd = fd, .events = (short)(POLLIN | (link_wants_write() ? POLLOUT : 0))};
		fds[1] = (struct pollfd){.fd = bell[0], .events = POLLIN};
		size_t count = 2 + channels_poll_set(fds + 2, MAX_POLL - 2);
		int ready = poll(fds, (nfds_t)count, sooner(link_timeout(), system_timeout()));
		if (ready < 0 && errno != EINTR)
			die("poll failed");
		if (ready > 0 && (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) && link_readable() < 0)
			return;
		while (read(bell[0], rung, sizeof(rung)) > 0)
			continue;
		link_tick();
		channels_run();
		if (link_writable() < 0)
			return;
		system_tick();
	}
}

int main(int argc, char **argv)
{
	int fd = open_line(argc > 1 ? argv[1] : "/dev/ttyS1");

	if (pipe2(bell, O_NONBLOCK | O_CLOEXEC) < 0)
		die("no pipe");
	handle(SIGCHLD, ring);
	handle(SIGPIPE, SIG_IGN);
	handle(SIGHUP, SIG_IGN);
	program_protect();
	link_init(fd);
	serve(fd);
	report(errno == EIO ? "the line was hung up" : strerror(errno));
	channels_reset();
	return 0;
}
