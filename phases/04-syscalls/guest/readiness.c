/* poll, select and epoll over one wait mechanism: level, edge, one-shot, exclusive, nested, loops, many idle descriptors. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>

static struct epoll_event e, out[16];

static int add(int ep, int fd, unsigned events)
{
	e = (struct epoll_event){ .events = events, .data.fd = fd };
	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static void modes(void)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), level = eventfd(1, EFD_NONBLOCK), edge = eventfd(1, EFD_NONBLOCK), once = eventfd(1, 0), ep0 = eventfd(0, 0);
	unsigned long long v = 1;

	IS(fcntl(ep, F_GETFD), FD_CLOEXEC);
	ERRNO(epoll_create(0), EINVAL);
	ERRNO(epoll_create1(1), EINVAL);
	IS(add(ep, level, EPOLLIN), 0);
	ERRNO(add(ep, level, EPOLLIN), EEXIST);
	IS(add(ep, edge, EPOLLIN | EPOLLET), 0);
	IS(add(ep, once, EPOLLIN | EPOLLONESHOT), 0);
	ERRNO(add(ep, ep, EPOLLIN), EINVAL);
	ERRNO(add(ep, 999, EPOLLIN), EBADF);
	ERRNO(add(999, level, EPOLLIN), EBADF);
	ERRNO(add(level, edge, EPOLLIN), EINVAL);
	ERRNO(epoll_ctl(ep, EPOLL_CTL_MOD, ep0, &e), ENOENT);
	ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, 0, (void *)4), EFAULT);
	ERRNO(epoll_wait(ep, out, 0, 0), EINVAL);
	IS(epoll_wait(ep, out, 16, 0), 3);
	IS(epoll_wait(ep, out, 16, 0), 1);
	IS(out[0].data.fd, level);
	write(edge, &v, 8);
	write(once, &v, 8);
	IS(epoll_wait(ep, out, 16, 0), 2);
	e = (struct epoll_event){ .events = EPOLLIN | EPOLLONESHOT, .data.fd = once };
	IS(epoll_ctl(ep, EPOLL_CTL_MOD, once, &e), 0);
	IS(epoll_wait(ep, out, 16, 0), 2);
	read(level, &v, 8);
	IS(epoll_wait(ep, out, 16, 0), 0);
	close(edge);
	ERRNO(epoll_ctl(ep, EPOLL_CTL_DEL, edge, NULL), EBADF);
	IS(epoll_ctl(ep, EPOLL_CTL_DEL, once, NULL), 0);
	close(once);
	close(level);
	close(ep);
}

static void nested(void)
{
	int chain[8], event = eventfd(0, 0), i;
	unsigned long long v = 1;
	struct pollfd p;

	for (i = 0; i < 8; i++)
		chain[i] = epoll_create1(0);
	IS(add(chain[0], event, EPOLLIN), 0);
	for (i = 1; i < 4; i++)
		if (add(chain[i], chain[i - 1], EPOLLIN))
			break;
	IS(i, 4);
	ERRNO(add(chain[0], chain[3], EPOLLIN), ELOOP);
	p = (struct pollfd){ chain[3], POLLIN, 0 };
	IS(poll(&p, 1, 0), 0);
	write(event, &v, 8);
	IS(poll(&p, 1, 0), 1);
	IS(epoll_wait(chain[3], out, 1, 0), 1);
	read(event, &v, 8);
	IS(poll(&p, 1, 0), 0);
	for (i = 0; i < 8; i++)
		close(chain[i]);
	close(event);
}

static void many(int n)
{
	struct rlimit r = { 20000, 20000 };
	int ep = epoll_create1(0), *fd = malloc(sizeof(int) * (unsigned)n), i;
	unsigned long long v = 1;

	setrlimit(RLIMIT_NOFILE, &r);
	for (i = 0; i < n; i++) {
		fd[i] = eventfd(0, EFD_NONBLOCK);
		if (fd[i] < 0 || add(ep, fd[i], EPOLLIN))
			break;
	}
	IS(i, n);
	IS(epoll_wait(ep, out, 16, 0), 0);
	write(fd[n / 2], &v, 8);
	IS(epoll_wait(ep, out, 16, 0), 1);
	IS(out[0].data.fd, fd[n / 2]);
	for (i = 0; i < n; i++)
		close(fd[i]);
	IS(epoll_wait(ep, out, 16, 0), 0);
	close(ep);
}

static void selecting(void)
{
	int p[2], n = 0;
	fd_set in, o;
	struct timeval tv = { 0, 1000 };
	struct pollfd f[2];

	pipe(p);
	FD_ZERO(&in);
	FD_ZERO(&o);
	FD_SET(p[0], &in);
	FD_SET(p[1], &o);
	IS(select(p[1] + 1, &in, &o, NULL, &tv), 1);
	OK(!FD_ISSET(p[0], &in) && FD_ISSET(p[1], &o), "room, no data");
	close(p[1]);
	FD_SET(p[0], &in);
	IS(select(p[0] + 1, &in, NULL, NULL, NULL), 1);
	FD_SET(p[1], &in);
	ERRNO(select(p[1] + 1, &in, NULL, NULL, &tv), EBADF);
	ERRNO(select(-1, NULL, NULL, NULL, &tv), EINVAL);
	f[0] = (struct pollfd){ p[0], POLLIN, 0 };
	f[1] = (struct pollfd){ p[1], POLLIN, 0 };
	IS(poll(f, 2, -1), 2);
	OK(f[0].revents == POLLHUP && f[1].revents == POLLNVAL, "hung up, and closed");
	f[0].fd = -1;
	IS(poll(f, 1, 0), 0);
	ERRNO(poll((void *)4, 1, 0), EFAULT);
	close(p[0]);
	/* Exclusive: one event wakes one of those that wait. */
	pipe(p);
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			int ep = epoll_create1(0);

			close(p[1]);
			add(ep, p[0], EPOLLIN | EPOLLEXCLUSIVE);
			epoll_wait(ep, out, 1, -1);
			char c;
			_exit(read(p[0], &c, 1) == 1 ? 0 : 1);
		}
	usleep(50000);
	for (int i = 0; i < 4; i++) {
		int status;

		write(p[1], "x", 1);
		wait(&status);
		n += status == 0;
	}
	IS(n, 4);
}

int main(int argc, char **argv)
{
	modes();
	nested();
	many(argc > 1 ? atoi(argv[1]) : 1000);
	selecting();
	return test_done();
}
