/*
 * AF_UNIX: whole messages (datagrams, SEQPACKET), and what travels beside the bytes: descriptors and credentials, with
 * cycles of sockets that only messages refer to.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

static struct sockaddr_un address;

static socklen_t name(const char *text, size_t n)
{
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, text, n);
	return (socklen_t)(2 + n);
}
#define ABSTRACT(text)		(void *)&address, name(text, sizeof(text) - 1)

static union {
	char raw[1200];
	struct cmsghdr align;
} control;

/* One byte with n descriptors. */
static int send_fds(int s, const int *fds, unsigned n)
{
	struct iovec iov = { "x", 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.raw, .msg_controllen = CMSG_SPACE(n * 4) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_len = CMSG_LEN(n * 4);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(c), fds, n * 4);
	return (int)sendmsg(s, &m, 0);
}

/* The number of descriptors that came, or -1; *flags: msg_flags. */
static int recv_fds(int s, int *fds, unsigned room, int receive, int *flags)
{
	char byte[8];
	struct iovec iov = { byte, sizeof(byte) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.raw, .msg_controllen = room ? CMSG_LEN(room * 4) : 0 };
	struct cmsghdr *c;

	if (recvmsg(s, &m, receive) < 0)
		return -1;
	*flags = m.msg_flags;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return 0;
	memcpy(fds, CMSG_DATA(c), c->cmsg_len - sizeof(*c));
	return (int)(c->cmsg_len - sizeof(*c)) / 4;
}

static void datagrams(void)
{
	int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0), c, sent = 0, stream;
	struct sockaddr_un from;
	socklen_t len = sizeof(from);
	struct pollfd p;
	char buf[64];

	ERRNO(listen(a, 1), EOPNOTSUPP);
	ERRNO(accept(a, NULL, NULL), EOPNOTSUPP);
	ERRNO(send(a, "x", 1, 0), ENOTCONN);
	IS(bind(b, ABSTRACT("\0b")), 0);
	IS(bind(a, ABSTRACT("\0a")), 0);
	IS(sendto(a, "one", 3, 0, ABSTRACT("\0b")), 3);
	IS(sendto(a, "", 0, 0, ABSTRACT("\0b")), 0);
	IS(sendto(a, "three", 5, 0, ABSTRACT("\0b")), 5);
	IS(recvfrom(b, buf, 2, MSG_TRUNC | MSG_PEEK, (void *)&from, &len), 3);
	OK(len == 4 && from.sun_path[1] == 'a', "from a: %u bytes", len);
	IS(recv(b, buf, 2, 0), 2);
	IS(recv(b, buf, 64, 0), 0);
	IS(recv(b, buf, 64, 0), 5);
	ERRNO(recv(b, buf, 64, MSG_DONTWAIT), EAGAIN);
	ERRNO(sendto(a, "x", 1, 0, ABSTRACT("\0nobody")), ECONNREFUSED);
	ERRNO(sendto(a, "x", 1, 0, (void *)&address, 2), EINVAL);
	stream = socket(AF_UNIX, SOCK_STREAM, 0);
	ERRNO(connect(stream, ABSTRACT("\0b")), ECONNREFUSED);
	unlink("/tmp/dgram");
	c = socket(AF_UNIX, SOCK_DGRAM, 0);
	IS(bind(c, ABSTRACT("/tmp/dgram")), 0);
	ERRNO(connect(stream, ABSTRACT("/tmp/dgram")), EPROTOTYPE);
	unlink("/tmp/dgram");
	close(stream);
	/* A stranger may leave as many as the limit, and one. */
	IS(connect(a, ABSTRACT("\0b")), 0);
	while (sent < 100 && send(a, "fill", 4, MSG_DONTWAIT) == 4)
		sent++;
	IS(sent, 11);
	p = (struct pollfd){ a, POLLOUT, 0 };
	IS(poll(&p, 1, 0), 0);
	if (fork() == 0) {
		usleep(20000);
		_exit(recv(b, buf, 64, 0) == 4 ? 0 : 1);
	}
	IS(poll(&p, 1, 5000), 1);
	wait(NULL);
	IS(send(a, "fill", 4, MSG_DONTWAIT), 4);
	/* Connected to somebody, it hears nobody else. */
	IS(connect(b, ABSTRACT("\0a")), 0);
	ERRNO(sendto(c, "x", 1, 0, ABSTRACT("\0b")), EPERM);
	ERRNO(connect(c, ABSTRACT("\0b")), EPERM);
	address.sun_family = AF_UNSPEC;
	IS(connect(b, (void *)&address, 2), 0);
	ERRNO(recv(b, buf, 64, MSG_DONTWAIT), EAGAIN);
	ERRNO(send(a, "x", 1, 0), ECONNRESET);
	close(b);
	ERRNO(send(a, "x", 1, 0), ECONNREFUSED);
	ERRNO(send(a, "x", 1, 0), ENOTCONN);
	close(a);
	close(c);
}

static void packets(void)
{
	int fd[2], n = 0;
	struct mmsghdr m[4];
	struct iovec iov[4];
	char buf[4][8];
	struct timespec long_enough = { 60, 0 };

	IS(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	memset(m, 0, sizeof(m));
	for (n = 0; n < 4; n++) {
		iov[n] = (struct iovec){ (char *)"packet" + n, 6 - (unsigned)n };
		m[n].msg_hdr.msg_iov = &iov[n];
		m[n].msg_hdr.msg_iovlen = 1;
	}
	IS(sendmmsg(fd[0], m, 4, 0), 4);
	IS(m[1].msg_len, 5);
	for (n = 0; n < 4; n++)
		iov[n] = (struct iovec){ buf[n], 4 };
	IS(recvmmsg(fd[1], m, 2, 0, NULL), 2);
	IS(m[0].msg_len, 4);
	OK(m[0].msg_hdr.msg_flags & MSG_TRUNC, "cut");
	IS(recvmmsg(fd[1], m, 4, MSG_WAITFORONE, &long_enough), 2);
	OK(!(m[1].msg_hdr.msg_flags & MSG_TRUNC), "whole");
	ERRNO(sendmmsg(fd[0], (void *)4, 1, 0), EFAULT);
	close(fd[0]);
	IS(recv(fd[1], buf, 4, 0), 0);
	ERRNO(send(fd[1], "x", 1, MSG_NOSIGNAL), EPIPE);
	close(fd[1]);
	n = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	ERRNO(send(n, "x", 1, 0), ENOTCONN);
	ERRNO(recv(n, buf, 1, 0), ENOTCONN);
	close(n);
}

static void rights(void)
{
	int fd[2], file = open("/tmp/rights", O_RDWR | O_CREAT, 0600), got[300], many[300], flags = 0, n;
	struct stat x, y;

	socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
	IS(send_fds(fd[0], &file, 1), 1);
	IS(recv_fds(fd[1], got, 4, MSG_PEEK, &flags), 1);
	close(got[0]);
	IS(recv_fds(fd[1], got, 4, MSG_CMSG_CLOEXEC, &flags), 1);
	IS(fcntl(got[0], F_GETFD), FD_CLOEXEC);
	fstat(file, &x);
	fstat(got[0], &y);
	OK(x.st_ino == y.st_ino && x.st_dev == y.st_dev, "the same file");
	lseek(file, 123, SEEK_SET);
	IS(lseek(got[0], 0, SEEK_CUR), 123);
	close(got[0]);
	n = -1;
	ERRNO(send_fds(fd[0], &n, 1), EBADF);
	for (n = 0; n < 300; n++)
		many[n] = file;
	ERRNO(send_fds(fd[0], many, 254), EINVAL);
	IS(send_fds(fd[0], many, 253), 1);
	IS(recv_fds(fd[1], got, 253, 0, &flags), 253);
	for (n = 0; n < 253; n++)
		close(got[n]);
	/* What has no room is closed, and said. */
	IS(send_fds(fd[0], many, 3), 1);
	IS(recv_fds(fd[1], got, 1, 0, &flags), 1);
	OK(flags & MSG_CTRUNC, "cut");
	close(got[0]);
	IS(send_fds(fd[0], many, 2), 1);
	IS(recv_fds(fd[1], got, 0, 0, &flags), 0);
	OK(flags & MSG_CTRUNC, "cut to nothing");
	/* A read stops behind the bytes that brought files. */
	send_fds(fd[0], &file, 1);
	send(fd[0], "yz", 2, 0);
	IS(recv_fds(fd[1], got, 1, 0, &flags), 1);
	close(got[0]);
	IS(recv(fd[1], many, 8, 0), 2);
	close(fd[0]);
	close(fd[1]);
	close(file);
	unlink("/tmp/rights");
}

static void credentials(void)
{
	int fd[2], on = 1, status;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.raw, .msg_controllen = sizeof(control.raw) };
	struct cmsghdr *c;
	struct ucred cred;
	pid_t child;

	socketpair(AF_UNIX, SOCK_DGRAM, 0, fd);
	IS(setsockopt(fd[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	child = fork();
	if (!child) {
		if (setgid(55) || setuid(44))
			_exit(9);
		send(fd[0], "c", 1, 0);
		/* Somebody else's name needs privilege. */
		m.msg_controllen = CMSG_SPACE(sizeof(cred));
		c = CMSG_FIRSTHDR(&m);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(cred)), SOL_SOCKET, SCM_CREDENTIALS };
		cred = (struct ucred){ getpid(), 0, 55 };
		memcpy(CMSG_DATA(c), &cred, sizeof(cred));
		_exit(sendmsg(fd[0], &m, 0) == -1 && errno == EPERM ? 0 : 1);
	}
	IS(recvmsg(fd[1], &m, 0), 1);
	c = CMSG_FIRSTHDR(&m);
	OK(c && c->cmsg_type == SCM_CREDENTIALS, "credentials came");
	memcpy(&cred, CMSG_DATA(c), sizeof(cred));
	IS(cred.pid, child);
	IS(cred.uid, 44);
	IS(cred.gid, 55);
	waitpid(child, &status, 0);
	IS(status, 0);
	m.msg_controllen = CMSG_SPACE(sizeof(cred));
	c = CMSG_FIRSTHDR(&m);
	*c = (struct cmsghdr){ CMSG_LEN(sizeof(cred)), SOL_SOCKET, SCM_CREDENTIALS };
	cred = (struct ucred){ 1, 7, 8 };
	memcpy(CMSG_DATA(c), &cred, sizeof(cred));
	IS(sendmsg(fd[0], &m, 0), 1);
	m.msg_controllen = sizeof(control.raw);
	IS(recvmsg(fd[1], &m, 0), 1);
	memcpy(&cred, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(cred));
	OK(cred.pid == 1 && cred.uid == 7 && cred.gid == 8, "the superuser may claim anything");
	close(fd[0]);
	close(fd[1]);
}

/* Files of all kinds are closed when the last socket goes that leads to them. */
static int still_open(int reader)
{
	struct pollfd p = { reader, POLLIN, 0 };

	poll(&p, 1, 0);
	return !(p.revents & POLLHUP);
}

static void cycles(void)
{
	int a[2], b[2], p[2], i, deep[2], last = -1;

	/* A pair, each queued in the other; a pipe's end hangs on them. */
	pipe(p);
	socketpair(AF_UNIX, SOCK_STREAM, 0, a);
	IS(send_fds(a[0], &a[0], 1), 1);
	IS(send_fds(a[1], &a[1], 1), 1);
	IS(send_fds(a[0], &p[1], 1), 1);
	close(p[1]);
	OK(still_open(p[0]), "the pipe is open");
	close(a[0]);
	close(a[1]);
	OK(!still_open(p[0]), "a cycle of two is found");
	close(p[0]);
	/* A ring of sockets through a third; one is still held and can get at it all. */
	pipe(p);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, a);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, b);
	send_fds(a[0], &b[1], 1);
	send_fds(b[0], &a[1], 1);
	send_fds(b[0], &p[1], 1);
	close(p[1]);
	close(a[0]);
	close(b[0]);
	close(b[1]);
	OK(still_open(p[0]), "a[1] leads to it");
	i = 0;
	IS(recv_fds(a[1], &last, 1, 0, &i), 1);
	send_fds(last, &last, 1);
	close(a[1]);
	OK(still_open(p[0]), "the received one leads to it");
	close(last);
	OK(!still_open(p[0]), "now nothing does");
	close(p[0]);
	/* An unaccepted connection in a listener that is in flight. */
	pipe(p);
	i = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(i, ABSTRACT("\0ring"));
	listen(i, 5);
	b[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	IS(connect(b[0], ABSTRACT("\0ring")), 0);
	send_fds(b[0], &i, 1);
	send_fds(b[0], &p[1], 1);
	close(p[1]);
	OK(still_open(p[0]), "accept() could get at it");
	close(i);
	OK(!still_open(p[0]), "a listener in its own connection's queue is found");
	ERRNO(recv(b[0], control.raw, 1, 0), ECONNRESET);
	close(b[0]);
	close(p[0]);
	/* A thousand sockets, each in the next one's queue: closing the last closes all. */
	pipe(p);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, deep);
	send_fds(deep[0], &p[1], 1);
	close(p[1]);
	close(deep[0]);
	last = deep[1];
	for (i = 0; i < 1000; i++) {
		socketpair(AF_UNIX, SOCK_DGRAM, 0, deep);
		if (send_fds(deep[0], &last, 1) != 1)
			break;
		close(last);
		close(deep[0]);
		last = deep[1];
	}
	IS(i, 1000);
	OK(still_open(p[0]), "at the bottom it is open");
	close(last);
	OK(!still_open(p[0]), "a chain of a thousand closes");
	close(p[0]);
}

static void quota(void)
{
	int status;

	if (fork() == 0) {
		struct rlimit r = { 40, 40 };
		int fd[2], n, file = open("/dev/null", O_RDONLY), many[20];

		socketpair(AF_UNIX, SOCK_DGRAM, 0, fd);
		for (n = 0; n < 20; n++)
			many[n] = file;
		setrlimit(RLIMIT_NOFILE, &r);
		if (setuid(1234))
			_exit(3);
		for (n = 0; n < 10; n++)
			if (send_fds(fd[0], many, 20) != 1)
				break;
		_exit(n == 3 && errno == ETOOMANYREFS ? 0 : 1);
	}
	wait(&status);
	IS(status, 0);
}

int main(void)
{
	datagrams();
	packets();
	rights();
	credentials();
	cycles();
	quota();
	return test_done();
}
