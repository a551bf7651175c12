/*
 * AF_UNIX beyond plain bytes: the urgent byte of a stream (MSG_OOB, SO_OOBINLINE, SIOCATMARK, POLLPRI) and looking at what is
 * there from where one looked last (SO_PEEK_OFF), of streams, datagrams and packets.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#define OOB	1
#define PEEK	2
#define DONTWAIT 0x40
#define PEEK_OFF 42
#define ATMARK	0x8905
#define INQ	0x541b

static int s[2];
static char buf[64];

static void pair(int type)
{
	BAIL_UNLESS(socketpair(AF_UNIX, type, 0, s) == 0, "socketpair");
}

static void unpair(void)
{
	close(s[0]);
	close(s[1]);
}

static int get(int flags)
{
	memset(buf, 0, sizeof(buf));
	return (int)recv(s[0], buf, sizeof(buf), flags | DONTWAIT);
}

static int number(unsigned long request)
{
	int n = -1;

	ioctl(s[0], request, &n);
	return n;
}

static int events(void)
{
	struct pollfd p = { s[0], POLLIN | POLLPRI, 0 };

	poll(&p, 1, 0);
	return p.revents;
}

#define GOT(flags, text) do { \
	IS(get(flags), (int)strlen(text)); \
	OK(!strcmp(buf, text), "'%s' is '%s'", buf, text); \
} while (0)

static void urgent(void)
{
	struct iovec v = { buf, sizeof(buf) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	pair(SOCK_STREAM);
	ERRNO(get(OOB), EINVAL);
	ERRNO(send(s[1], "", 0, OOB), EOPNOTSUPP);
	IS(send(s[1], "before!", 7, OOB), 7);
	IS(send(s[1], "after", 5, 0), 5);
	IS(number(INQ), 12);
	IS(events(), POLLIN | POLLPRI);
	IS(number(ATMARK), 0);
	GOT(OOB | PEEK, "!");
	IS(events(), POLLIN | POLLPRI);
	IS(recvmsg(s[0], &m, OOB), 1);
	IS(m.msg_flags & OOB, OOB);
	ERRNO(get(OOB), EINVAL);
	IS(events(), POLLIN);
	IS(number(INQ), 11);
	/* Reading ends at the mark, also when the byte is gone. */
	GOT(0, "before");
	IS(number(ATMARK), 1);
	GOT(0, "after");
	IS(number(ATMARK), 0);
	ERRNO(get(0), EAGAIN);
	/* What nobody read is passed over. */
	send(s[1], "ab!", 3, OOB);
	send(s[1], "cd", 2, 0);
	GOT(PEEK, "ab");
	GOT(0, "ab");
	IS(number(ATMARK), 1);
	GOT(PEEK, "cd");
	GOT(OOB | PEEK, "!");
	GOT(0, "cd");
	ERRNO(get(OOB), EINVAL);
	IS(events(), 0);
	/* The second takes the first one's place, which is a byte like others then. */
	send(s[1], "1", 1, OOB);
	send(s[1], "2", 1, OOB);
	GOT(0, "1");
	IS(events(), POLLIN | POLLPRI);
	ERRNO(get(PEEK), EAGAIN);
	GOT(OOB, "2");
	IS(events(), 0);
	ERRNO(get(0), EAGAIN);
	unpair();
}

static void in_line(void)
{
	int on = 1;

	pair(SOCK_STREAM);
	IS(setsockopt(s[0], SOL_SOCKET, 10, &on, sizeof(on)), 0);
	send(s[1], "ab!", 3, OOB);
	send(s[1], "cd", 2, 0);
	ERRNO(get(OOB), EINVAL);
	GOT(0, "ab");
	IS(number(ATMARK), 1);
	GOT(PEEK, "!cd");
	IS(number(ATMARK), 1);
	GOT(0, "!cd");
	IS(number(ATMARK), 0);
	unpair();
	/* A reader that sleeps does not take the byte for data. */
	pair(SOCK_STREAM);
	pid_t pid = fork();
	if (pid == 0) {
		struct timespec soon = { 0, 50000000 };

		nanosleep(&soon, NULL);
		send(s[1], "!", 1, OOB);
		nanosleep(&soon, NULL);
		send(s[1], "data", 4, 0);
		_exit(0);
	}
	memset(buf, 0, sizeof(buf));
	IS(recv(s[0], buf, sizeof(buf), 0), 4);
	OK(!strcmp(buf, "data"), "%s", buf);
	waitpid(pid, NULL, 0);
	/* The end of the sender with nothing but a mark left is an end, no reset. */
	send(s[0], "!", 1, OOB);
	IS(recv(s[1], buf, 1, OOB), 1);
	close(s[1]);
	IS(get(0), 0);
	close(s[0]);
	pair(SOCK_DGRAM);
	ERRNO(send(s[1], "x", 1, OOB), EOPNOTSUPP);
	ERRNO(get(OOB), EOPNOTSUPP);
	unpair();
}

static void peek_at(int off)
{
	IS(setsockopt(s[0], SOL_SOCKET, PEEK_OFF, &off, sizeof(off)), 0);
}

static int peek_off(void)
{
	int off = -7;
	socklen_t len = sizeof(off);

	getsockopt(s[0], SOL_SOCKET, PEEK_OFF, &off, &len);
	return off;
}

static void peeking(void)
{
	int bad = -2;

	pair(SOCK_STREAM);
	IS(peek_off(), -1);
	IS(setsockopt(s[0], SOL_SOCKET, PEEK_OFF, &bad, sizeof(bad)), 0);	/* as -1 */
	IS(recv(s[0], buf, 1, PEEK | DONTWAIT), -1);
	send(s[1], "abc", 3, 0);
	send(s[1], "defg", 4, 0);
	peek_at(1);
	IS(recv(s[0], memset(buf, 0, sizeof(buf)), 3, PEEK), 3);
	OK(!strcmp(buf, "bcd"), "over two messages: %s", buf);
	IS(peek_off(), 4);
	GOT(PEEK, "efg");
	IS(peek_off(), 7);
	ERRNO(get(PEEK), EAGAIN);
	send(s[1], "h", 1, 0);
	GOT(PEEK, "h");
	IS(recv(s[0], memset(buf, 0, sizeof(buf)), 5, 0), 5);
	OK(!strcmp(buf, "abcde"), "reading begins at the first: %s", buf);
	IS(peek_off(), 3);
	GOT(0, "fgh");
	IS(peek_off(), 0);
	peek_at(-1);
	send(s[1], "xy", 2, 0);
	GOT(PEEK, "xy");
	GOT(PEEK, "xy");
	unpair();
	for (int i = 0; i < 2; i++) {
		pair(i ? SOCK_SEQPACKET : SOCK_DGRAM);
		peek_at(0);
		send(s[1], "first", 5, 0);
		send(s[1], "second", 6, 0);
		GOT(PEEK, "first");
		GOT(PEEK, "second");
		ERRNO(get(PEEK), EAGAIN);
		IS(peek_off(), 11);
		GOT(0, "first");
		IS(peek_off(), 6);
		peek_at(2);
		GOT(PEEK, "cond");
		GOT(0, "second");
		IS(peek_off(), 0);
		unpair();
	}
	/* A peeker that has seen everything sleeps until there is more. */
	pair(SOCK_STREAM);
	send(s[1], "old", 3, 0);
	peek_at(3);
	pid_t pid = fork();
	if (pid == 0) {
		struct timespec soon = { 0, 50000000 };

		nanosleep(&soon, NULL);
		send(s[1], "new", 3, 0);
		_exit(0);
	}
	memset(buf, 0, sizeof(buf));
	IS(recv(s[0], buf, sizeof(buf), PEEK), 3);
	OK(!strcmp(buf, "new"), "%s", buf);
	waitpid(pid, NULL, 0);
	unpair();
}

int main(void)
{
	signal(SIGURG, SIG_IGN);
	urgent();
	in_line();
	peeking();
	return test_done();
}
