/*
 * A serial cable for tests: two pseudo-terminals, and what is written into one comes out of the other.
 *
 * usage: cable LINK LINK. The links name the two ends. It runs until it is killed.
 */
#define _XOPEN_SOURCE 600
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

struct end {
	int fd;
	char bytes[4096];	/* on their way out of this end */
	ssize_t first, last;
};

/* One end, raw. Its slave stays open here, or the master would report a hang-up while nobody uses it. */
static int open_end(const char *link)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK), slave;
	struct termios raw;

	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
		return -1;
	slave = open(ptsname(fd), O_RDWR | O_NOCTTY);
	if (slave < 0 || tcgetattr(slave, &raw) < 0)
		return -1;
	cfmakeraw(&raw);
	if (tcsetattr(slave, TCSANOW, &raw) < 0 || symlink(ptsname(fd), link) < 0)
		return -1;
	return fd;
}

/* Moves what there is from one end to the other; nothing is read that there is no room for. */
static void carry(struct end *from, struct end *to)
{
	if (to->first == to->last) {
		ssize_t got = read(from->fd, to->bytes, sizeof(to->bytes));

		to->first = 0;
		to->last = got > 0 ? got : 0;
	}
	if (to->first < to->last) {
		ssize_t put = write(to->fd, to->bytes + to->first, (size_t)(to->last - to->first));

		to->first += put > 0 ? put : 0;
	}
}

static short awaited(const struct end *self, const struct end *other)
{
	return (other->first == other->last ? POLLIN : 0) | (self->first < self->last ? POLLOUT : 0);
}

int main(int argc, char **argv)
{
	static struct end a, b;

	if (argc != 3) {
		fprintf(stderr, "usage: cable LINK LINK\n");
		return 2;
	}
	a.fd = open_end(argv[1]);
	b.fd = open_end(argv[2]);
	if (a.fd < 0 || b.fd < 0) {
		perror("cable");
		return 1;
	}
	for (;;) {
		struct pollfd ends[] = { { a.fd, awaited(&a, &b), 0 }, { b.fd, awaited(&b, &a), 0 } };

		if (poll(ends, 2, -1) < 0)
			return 1;
		carry(&a, &b);
		carry(&b, &a);
	}
}
