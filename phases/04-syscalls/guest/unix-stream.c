/*
 * AF_UNIX, connected: names, listen and accept, bytes, ends, options, time limits, signals, poll. The datagram kinds and
 * what travels beside the bytes have programs of their own.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

#define NAME "/tmp/unix-stream.sock"

static struct sockaddr_un address;

static socklen_t name(const char *text, size_t n)
{
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, text, n);
	return (socklen_t)(2 + n);
}
#define BIND(fd, text, n)	bind(fd, (void *)&address, name(text, n))
#define CONNECT(fd, text, n)	connect(fd, (void *)&address, name(text, n))

static void names(void)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un back;
	socklen_t len = sizeof(back);
	struct stat st;
	char full[108];

	ERRNO(socket(AF_INET, SOCK_STREAM, 0), EAFNOSUPPORT);
	ERRNO(socket(AF_UNIX, SOCK_RDM, 0), ESOCKTNOSUPPORT);
	ERRNO(socket(AF_UNIX, SOCK_STREAM, 77), EPROTONOSUPPORT);
	ERRNO(socket(AF_UNIX, SOCK_STREAM | 0x40, 0), EINVAL);
	ERRNO(bind(0x7fff, (void *)&address, 10), EBADF);
	ERRNO(bind(0, (void *)&address, 10), ENOTSOCK);
	IS(getsockname(s, (void *)&back, &len), 0);
	IS(len, 2);
	unlink(NAME);
	ERRNO(CONNECT(s, NAME, sizeof(NAME)), ENOENT);
	IS(BIND(s, NAME, strlen(NAME)), 0);
	len = sizeof(back);
	IS(getsockname(s, (void *)&back, &len), 0);
	OK(len == 2 + sizeof(NAME) && !strcmp(back.sun_path, NAME), "the name with its end: %u bytes", len);
	OK(stat(NAME, &st) == 0 && S_ISSOCK(st.st_mode), "the tree has a socket");
	ERRNO(open(NAME, O_RDWR), ENXIO);
	ERRNO(BIND(s, "other", 5), EINVAL);
	ERRNO(BIND(other, NAME, sizeof(NAME)), EADDRINUSE);
	ERRNO(CONNECT(other, NAME, sizeof(NAME)), ECONNREFUSED);
	ERRNO(bind(other, (void *)&address, 111), EINVAL);
	/* 108 bytes without an end are a name. */
	memset(full, 'x', sizeof(full));
	memcpy(full, "/tmp/", 5);
	IS(BIND(other, full, sizeof(full)), 0);
	len = sizeof(back);
	IS(getsockname(other, (void *)&back, &len), 0);
	IS(len, 111);
	close(other);
	other = socket(AF_UNIX, SOCK_STREAM, 0);
	IS(BIND(other, "\0abstract", 9), 0);
	close(s);
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	ERRNO(BIND(s, "\0abstract", 9), EADDRINUSE);
	IS(BIND(s, "\0abstract\0", 10), 0);
	close(s);
	close(other);
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	IS(bind(s, (void *)&address, 2), 0);
	len = sizeof(back);
	IS(getsockname(s, (void *)&back, &len), 0);
	OK(len == 8 && back.sun_path[0] == 0, "a name of the kernel's: %u bytes", len);
	close(s);
	unlink(NAME);
	memcpy(full + 107, "", 1);
	unlink(full);
}

static void connecting(void)
{
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), a, more[8], made = 0, v;
	struct sockaddr_un back;
	socklen_t len = sizeof(back);
	struct ucred cred;
	struct pollfd p;
	char buf[16];

	ERRNO(listen(l, 1), EINVAL);
	IS(BIND(l, "\0listener", 9), 0);
	ERRNO(accept(l, NULL, NULL), EINVAL);
	ERRNO(CONNECT(c, "\0listener", 9), ECONNREFUSED);
	IS(listen(l, 1), 0);
	len = sizeof(v);
	IS(getsockopt(l, SOL_SOCKET, SO_ACCEPTCONN, &v, &len), 0);
	IS(v, 1);
	p = (struct pollfd){ c, POLLIN | POLLOUT, 0 };
	poll(&p, 1, 0);
	IS(p.revents, POLLOUT | POLLHUP);
	ERRNO(send(c, "x", 1, 0), ENOTCONN);
	ERRNO(recv(c, buf, 1, 0), EINVAL);
	ERRNO(getpeername(c, (void *)&back, &len), ENOTCONN);
	IS(CONNECT(c, "\0listener", 9), 0);
	ERRNO(CONNECT(c, "\0listener", 9), EISCONN);
	IS(send(c, "early", 5, 0), 5);
	p = (struct pollfd){ l, POLLIN, 0 };
	IS(poll(&p, 1, 0), 1);
	len = sizeof(back);
	a = accept4(l, (void *)&back, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	OK(a >= 0, "accept");
	IS(len, 2);
	IS(fcntl(a, F_GETFD), FD_CLOEXEC);
	OK(fcntl(a, F_GETFL) & O_NONBLOCK, "it does not block");
	IS(recv(a, buf, sizeof(buf), 0), 5);
	ERRNO(recv(a, buf, sizeof(buf), 0), EAGAIN);
	len = sizeof(back);
	IS(getpeername(c, (void *)&back, &len), 0);
	IS(len, 11);
	len = sizeof(cred);
	IS(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &cred, &len), 0);
	OK(cred.pid == getpid() && cred.uid == geteuid(), "who listens: %d", cred.pid);
	/* The queue takes one more than it was told; then connect() waits, or not. */
	for (v = 0; v < 8; v++) {
		more[v] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (CONNECT(more[v], "\0listener", 9) == 0)
			made++;
		else if (errno != EAGAIN)
			made = -100;
	}
	IS(made, 2);
	close(l);
	ERRNO(recv(more[0], buf, 1, 0), ECONNRESET);
	IS(recv(more[0], buf, 1, 0), 0);
	for (v = 0; v < 8; v++)
		close(more[v]);
	ERRNO(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 4), EFAULT);
	close(a);
	IS(recv(c, buf, 1, 0), 0);
	close(c);
}

static volatile int pipes;
static void count(int sig)
{
	(void)sig;
	pipes++;
}

static void ends(void)
{
	int fd[2];
	char buf[64];
	struct pollfd p;

	signal(SIGPIPE, count);
	IS(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	IS(send(fd[0], "hello", 5, 0), 5);
	IS(recv(fd[1], buf, 3, MSG_PEEK), 3);
	IS(recv(fd[1], buf, 64, MSG_PEEK), 5);
	IS(recv(fd[1], buf, 2, 0), 2);
	IS(recv(fd[1], buf, 64, 0), 3);
	OK(!memcmp(buf, "llo", 3), "the rest");
	IS(shutdown(fd[0], SHUT_WR), 0);
	p = (struct pollfd){ fd[1], POLLIN | POLLRDHUP | POLLOUT, 0 };
	poll(&p, 1, 0);
	IS(p.revents, POLLIN | POLLRDHUP | POLLOUT);
	IS(recv(fd[1], buf, 1, 0), 0);
	ERRNO(send(fd[0], "x", 1, 0), EPIPE);
	IS(pipes, 1);
	ERRNO(send(fd[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	IS(pipes, 1);
	IS(send(fd[1], "back", 4, 0), 4);
	IS(recv(fd[0], buf, 64, 0), 4);
	ERRNO(shutdown(fd[0], 3), EINVAL);
	close(fd[0]);
	ERRNO(write(fd[1], "x", 1), EPIPE);
	IS(pipes, 2);
	p = (struct pollfd){ fd[1], POLLIN | POLLOUT, 0 };
	poll(&p, 1, 0);
	IS(p.revents, POLLIN | POLLOUT | POLLHUP);
	close(fd[1]);
	/* What was not read is lost, and said. */
	socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
	IS(send(fd[0], "lost", 4, 0), 4);
	close(fd[1]);
	ERRNO(recv(fd[0], buf, 1, 0), ECONNRESET);
	IS(recv(fd[0], buf, 1, 0), 0);
	close(fd[0]);
}

/* A full buffer, a reader that frees it, time limits and interruption. */
static void flow(void)
{
	static char big[300000];
	int fd[2], v, ep;
	socklen_t len = sizeof(v);
	struct timeval tv = { 0, 50000 };
	struct itimerval it = { { 0, 20000 }, { 0, 20000 } };
	struct sigaction sa = { .sa_handler = count };
	struct epoll_event e;
	ssize_t n, sum = 0;
	pid_t child;

	socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
	v = 10000;
	IS(setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &v, sizeof(v)), 0);
	IS(getsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &v, &len), 0);
	IS(v, 20000);
	n = send(fd[0], big, sizeof(big), MSG_DONTWAIT);
	OK(n > 5000 && n < 40000, "a small buffer took %d bytes", (int)n);
	ERRNO(send(fd[0], big, 1, MSG_DONTWAIT), EAGAIN);
	ep = epoll_create1(0);
	e = (struct epoll_event){ .events = EPOLLOUT | EPOLLET, .data.fd = fd[0] };
	epoll_ctl(ep, EPOLL_CTL_ADD, fd[0], &e);
	IS(epoll_wait(ep, &e, 1, 0), 0);
	IS(ioctl(fd[1], FIONREAD, &v), 0);
	IS(v, n);
	while (sum < n) {
		ssize_t got = recv(fd[1], big, sizeof(big), 0);

		if (got <= 0)
			break;
		sum += got;
	}
	IS(sum, n);
	IS(epoll_wait(ep, &e, 1, 1000), 1);
	close(ep);
	IS(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), 0);
	ERRNO(recv(fd[0], big, 1, 0), EAGAIN);
	/* With a time limit a signal ends the wait, whatever SA_RESTART says. */
	tv.tv_sec = 10;
	setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	sa.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	ERRNO(recv(fd[0], big, 1, 0), EINTR);
	memset(&it, 0, sizeof(it));
	setitimer(ITIMER_REAL, &it, NULL);
	tv.tv_usec = 1000000;
	ERRNO(setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), EDOM);
	child = fork();
	if (!child) {
		close(fd[0]);
		for (sum = 0; sum < 3 * (ssize_t)sizeof(big); sum += n)
			if ((n = read(fd[1], big, 7777)) <= 0)
				_exit(1);
		_exit(sum == 3 * (ssize_t)sizeof(big) ? 0 : 2);
	}
	for (v = 0; v < 3; v++)
		IS(write(fd[0], big, sizeof(big)), (int)sizeof(big));
	waitpid(child, &v, 0);
	IS(v, 0);
	child = fork();
	if (!child) {
		for (v = 0; v < 10; v++) {
			send(fd[1], big, 100, 0);
			usleep(1000);
		}
		_exit(0);
	}
	tv.tv_sec = tv.tv_usec = 0;
	setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	IS(recv(fd[0], big, 1000, MSG_WAITALL), 1000);
	waitpid(child, NULL, 0);
	v = 300;
	setsockopt(fd[0], SOL_SOCKET, SO_RCVLOWAT, &v, sizeof(v));
	send(fd[1], big, 100, 0);
	child = fork();
	if (!child) {
		usleep(20000);
		_exit(send(fd[1], big, 250, 0) == 250 ? 0 : 1);
	}
	IS(recv(fd[0], big, 1000, 0), 350);
	waitpid(child, NULL, 0);
	close(fd[0]);
	close(fd[1]);
}

static void files(void)
{
	int fd[2], pipe_fd[2], file = open("/tmp/unix-stream.data", O_RDWR | O_CREAT | O_TRUNC, 0600);
	static char data[20000], got[20000];
	off_t at = 100;
	ssize_t n, sum = 0;

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + i / 256);
	IS(write(file, data, sizeof(data)), (int)sizeof(data));
	socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
	IS(sendfile(fd[0], file, &at, 15000), 15000);
	IS(at, 15100);
	while (sum < 15000 && (n = read(fd[1], got + sum, sizeof(got))) > 0)
		sum += n;
	OK(sum == 15000 && !memcmp(got, data + 100, 15000), "sendfile's bytes: %d", (int)sum);
	pipe(pipe_fd);
	write(pipe_fd[1], data, 5000);
	IS(syscall(SYS_splice, pipe_fd[0], NULL, fd[0], NULL, 5000, 0), 5000);
	IS(syscall(SYS_splice, fd[1], NULL, pipe_fd[1], NULL, 65536, 0), 5000);
	IS(read(pipe_fd[0], got, sizeof(got)), 5000);
	OK(!memcmp(got, data, 5000), "through a socket by splice");
	ERRNO(lseek(fd[0], 0, SEEK_SET), ESPIPE);
	ERRNO(pread(fd[0], got, 1, 0), ESPIPE);
	close(file);
	close(fd[0]);
	close(fd[1]);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	unlink("/tmp/unix-stream.data");
}

static void options(void)
{
	int fd[2], v = 1;
	socklen_t len = sizeof(v);
	struct linger l = { 1, 5 };

	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd);
	IS(getsockopt(fd[0], SOL_SOCKET, SO_TYPE, &v, &len), 0);
	IS(v, SOCK_SEQPACKET);
	getsockopt(fd[0], SOL_SOCKET, SO_DOMAIN, &v, &len);
	IS(v, AF_UNIX);
	ERRNO(getsockopt(fd[0], SOL_SOCKET, 9999, &v, &len), ENOPROTOOPT);
	ERRNO(getsockopt(fd[0], 6, 1, &v, &len), EOPNOTSUPP);
	ERRNO(setsockopt(fd[0], SOL_SOCKET, SO_TYPE, &v, sizeof(v)), ENOPROTOOPT);
	ERRNO(setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &v, 2), EINVAL);
	ERRNO(setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, (void *)4, 4), EFAULT);
	len = (socklen_t)-1;
	ERRNO(getsockopt(fd[0], SOL_SOCKET, SO_TYPE, &v, &len), EINVAL);
	IS(setsockopt(fd[0], SOL_SOCKET, SO_LINGER, &l, sizeof(l)), 0);
	memset(&l, 0, sizeof(l));
	len = sizeof(l);
	IS(getsockopt(fd[0], SOL_SOCKET, SO_LINGER, &l, &len), 0);
	OK(l.l_onoff == 1 && l.l_linger == 5, "linger is kept");
	v = 1;
	IS(setsockopt(fd[0], SOL_SOCKET, SO_KEEPALIVE, &v, sizeof(v)), 0);
	len = 2;
	v = 0;
	IS(getsockopt(fd[0], SOL_SOCKET, SO_KEEPALIVE, &v, &len), 0);
	IS(v, 1);
	v = -1;
	setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &v, sizeof(v));
	len = sizeof(v);
	getsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &v, &len);
	OK(v > 100000, "a negative size is the largest: %d", v);
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	names();
	connecting();
	ends();
	flow();
	files();
	options();
	return test_done();
}
