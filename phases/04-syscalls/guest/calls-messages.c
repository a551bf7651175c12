/* Calls about sockets, queues and System V's objects, by their numbers. */
#include "calls.h"
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

static long out[512];
static char text[10000];
static struct sockaddr_un name = { AF_UNIX, "/tmp/every-call-socket" }, nobody = { AF_UNIX, "/tmp/nobody-there" };
static const long soon[4] = { 0, 1000000 }, wrong[4] = { 0, 2000000000 }, soon64[4] = { 0, 0, 1000000, 0 };

static void sockets(void)
{
	int on = 1, len = sizeof(on), s = (int)WORKS(socket, 1, 1, 0), client, pair[2], file = open("/etc/passwd", O_RDONLY), d;
	unsigned args[6] = { 1, 2, 0 };

	FAILS(EAFNOSUPPORT, socket, 77, 1, 0);
	FAILS(EAFNOSUPPORT, socket, -1, 1, 0);
	FAILS(EINVAL, socket, 1, 0x40001, 0);
	FAILS(EPROTONOSUPPORT, socket, 1, 1, 77);
	d = (int)WORKS(socketcall, 1, args);
	FAILS(EINVAL, socketcall, 77, args);
	FAILS(EFAULT, socketcall, 1, BADP);
	WORKS(socketpair, 1, 1, 0, pair);
	FAILS(EAFNOSUPPORT, socketpair, 77, 1, 0, pair);
	FAILS(EPROTONOSUPPORT, socketpair, 1, 1, 77, pair);
	FAILS(EFAULT, socketpair, 1, 1, 0, BADP);
	unlink(name.sun_path);
	WORKS(bind, s, &name, sizeof(name));
	FAILS(EINVAL, bind, s, &nobody, sizeof(nobody));
	FAILS(EADDRINUSE, bind, d, &name, sizeof(name));
	FAILS(EBADF, bind, NOFD, &name, sizeof(name));
	FAILS(ENOTSOCK, bind, file, &name, sizeof(name));
	FAILS(EFAULT, bind, d, BADP, 20);
	FAILS(EINVAL, bind, d, &name, 200);
	FAILS(EINVAL, listen, (int)syscall(__NR_socket, 1, 1, 0), 5);
	FAILS(EOPNOTSUPP, listen, d, 5);
	FAILS(EBADF, listen, NOFD, 5);
	FAILS(ENOTSOCK, listen, file, 5);
	FAILS(EINVAL, accept4, s, NULL, NULL, 0);
	WORKS(listen, s, 5);
	client = (int)syscall(__NR_socket, 1, 1, 0);
	FAILS(ENOENT, connect, client, &nobody, sizeof(nobody));
	FAILS(EBADF, connect, NOFD, &name, sizeof(name));
	FAILS(ENOTSOCK, connect, file, &name, sizeof(name));
	FAILS(EFAULT, connect, client, BADP, 20);
	FAILS(EPROTOTYPE, connect, d, &name, sizeof(name));
	FAILS(ENOTCONN, getpeername, client, out, &len);
	WORKS(connect, client, &name, sizeof(name));
	FAILS(EISCONN, connect, client, &name, sizeof(name));
	FAILS(EBADF, accept4, NOFD, NULL, NULL, 0);
	FAILS(ENOTSOCK, accept4, file, NULL, NULL, 0);
	FAILS(EOPNOTSUPP, accept4, d, NULL, NULL, 0);
	FAILS(EINVAL, accept4, s, NULL, NULL, 77);
	int got = (int)WORKS(accept4, s, NULL, NULL, SOCK_NONBLOCK);
	fcntl(s, F_SETFL, O_NONBLOCK);
	FAILS(EAGAIN, accept4, s, NULL, NULL, 0);
	WORKS(setsockopt, client, 1, 2, &on, sizeof(on));
	WORKS(getsockopt, client, 1, 2, out, &len);
	FAILS(EBADF, setsockopt, NOFD, 1, 2, &on, 4);
	FAILS(ENOTSOCK, setsockopt, file, 1, 2, &on, 4);
	FAILS(EINVAL, setsockopt, client, 1, 2, &on, 1);
	FAILS(EFAULT, setsockopt, client, 1, 2, BADP, 4);
	FAILS(ENOPROTOOPT, setsockopt, client, 1, 7777, &on, 4);
	FAILS(EBADF, getsockopt, NOFD, 1, 2, out, &len);
	FAILS(ENOTSOCK, getsockopt, file, 1, 2, out, &len);
	FAILS(EFAULT, getsockopt, client, 1, 2, out, BADP);
	FAILS(ENOPROTOOPT, getsockopt, client, 1, 7777, out, &len);
	on = -1;
	FAILS(EINVAL, getsockopt, client, 1, 2, out, &on);
	len = sizeof(out);
	WORKS(getsockname, s, out, &len);
	FAILS(EBADF, getsockname, NOFD, out, &len);
	FAILS(ENOTSOCK, getsockname, file, out, &len);
	FAILS(EFAULT, getsockname, s, out, BADP);
	FAILS(EINVAL, getsockname, s, out, &on);
	WORKS(getpeername, client, out, &len);
	FAILS(EBADF, getpeername, NOFD, out, &len);
	FAILS(ENOTSOCK, getpeername, file, out, &len);
	FAILS(EFAULT, getpeername, client, out, BADP);
	FAILS(EINVAL, getpeername, client, out, &on);
	/* Messages. */
	struct iovec v = { text, 10 }, bad = { (void *)8, 10 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 }, mbad = { .msg_iov = &bad, .msg_iovlen = 1 }, many = { .msg_iov = &v, .msg_iovlen = 1025 };
	struct { struct msghdr h; unsigned n; } mm[2] = { { m, 0 }, { m, 0 } };
	GIVES(5, sendto, client, "hello", 5, 0, NULL, 0);
	GIVES(5, recvfrom, got, out, 100, 0, NULL, NULL);
	GIVES(10, sendmsg, client, &m, 0);
	GIVES(10, recvmsg, got, &m, 0);
	GIVES(2, sendmmsg, client, mm, 2, 0);
	GIVES(1, recvmmsg, got, mm, 1, 0, NULL);
	recv(got, text, 10, 0);
	GIVES(2, sendmmsg, client, mm, 2, 0);
	GIVES(1, recvmmsg_time64, got, mm, 1, 0, NULL);
	recv(got, text, 100, 0);
	FAILS(EBADF, sendto, NOFD, "x", 1, 0, NULL, 0);
	FAILS(ENOTSOCK, sendto, file, "x", 1, 0, NULL, 0);
	FAILS(EFAULT, sendto, client, BADP, 10, 0, NULL, 0);
	FAILS(EISCONN, sendto, client, "x", 1, 0, &name, sizeof(name));
	FAILS(ENOTCONN, sendto, d, "x", 1, 0, NULL, 0);
	FAILS(EOPNOTSUPP, sendto, d, "x", 1, 1, NULL, 0);
	FAILS(EMSGSIZE, sendto, d, text, 0x1000000, 0, &name, sizeof(name));
	FAILS(EAGAIN, recvfrom, got, out, 100, MSG_DONTWAIT, NULL, NULL);
	FAILS(EBADF, recvfrom, NOFD, out, 100, 0, NULL, NULL);
	FAILS(ENOTSOCK, recvfrom, file, out, 100, 0, NULL, NULL);
	FAILS(EINVAL, recvfrom, s, out, 100, 0, NULL, NULL);
	FAILS(EBADF, sendmsg, NOFD, &m, 0);
	FAILS(ENOTSOCK, sendmsg, file, &m, 0);
	FAILS(EFAULT, sendmsg, client, BADP, 0);
	FAILS(EFAULT, sendmsg, client, &mbad, 0);
	FAILS(EMSGSIZE, sendmsg, client, &many, 0);
	FAILS(EBADF, recvmsg, NOFD, &m, 0);
	FAILS(ENOTSOCK, recvmsg, file, &m, 0);
	FAILS(EFAULT, recvmsg, got, BADP, 0);
	FAILS(EMSGSIZE, recvmsg, got, &many, 0);
	FAILS(EAGAIN, recvmsg, got, &m, MSG_DONTWAIT);
	FAILS(EBADF, sendmmsg, NOFD, mm, 2, 0);
	FAILS(ENOTSOCK, sendmmsg, file, mm, 2, 0);
	FAILS(EFAULT, sendmmsg, client, BADP, 2, 0);
	FAILS(EBADF, recvmmsg, NOFD, mm, 2, 0, NULL);
	FAILS(ENOTSOCK, recvmmsg, file, mm, 2, 0, NULL);
	FAILS(EINVAL, recvmmsg, got, mm, 2, 0, wrong);
	FAILS(EAGAIN, recvmmsg, got, mm, 2, MSG_DONTWAIT, soon);
	FAILS(EBADF, recvmmsg_time64, NOFD, mm, 2, 0, NULL);
	FAILS(EAGAIN, recvmmsg_time64, got, mm, 2, MSG_DONTWAIT, soon64);
	FAILS(EFAULT, recvmmsg_time64, got, mm, 2, 0, BADP);
	FAILS(EBADF, shutdown, NOFD, 0);
	FAILS(ENOTSOCK, shutdown, file, 0);
	FAILS(EINVAL, shutdown, client, 7);
	WORKS(shutdown, client, 1);
	FAILS(EPIPE, sendto, client, "x", 1, MSG_NOSIGNAL, NULL, 0);
	FAILS(EPIPE, sendmsg, client, &m, MSG_NOSIGNAL);
	close(s);
	FAILS(ECONNREFUSED, connect, (int)syscall(__NR_socket, 1, 1, 0), &name, sizeof(name));
	close(got);
	close(client);
	close(d);
	close(file);
	unlink(name.sun_path);
}

static void queues(void)
{
	long attr[8] = { 0, 2, 100, 0 }, odd[8] = { 0, 0, 0, 0 };
	struct { int value, signo, notify; long pad[13]; } none = { 0, 0, 1, { 0 } }, event = { 0, 0, 77, { 0 } };
	int q = (int)WORKS(mq_open, "every-call", O_CREAT | O_RDWR | O_NONBLOCK, 0600, attr), r, w;

	FAILS(EEXIST, mq_open, "every-call", O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
	FAILS(ENOENT, mq_open, "no-queue", O_RDWR, 0, NULL);
	FAILS(EINVAL, mq_open, "other", O_CREAT | O_RDWR, 0600, odd);
	FAILS(EACCES, mq_open, "a/b", O_RDWR, 0, NULL);
	FAILS(EFAULT, mq_open, BADP, O_RDWR, 0, NULL);
	memset(text, 'n', 300);
	FAILS(ENAMETOOLONG, mq_open, text, O_RDWR, 0, NULL);
	FAILS(ENAMETOOLONG, mq_unlink, text);
	USER_FAILS(EACCES, mq_open, "every-call", O_RDWR, 0, NULL);
	r = (int)syscall(__NR_mq_open, "every-call", O_RDONLY, 0, NULL);
	w = (int)syscall(__NR_mq_open, "every-call", O_WRONLY, 0, NULL);
	WORKS(mq_timedsend, q, "x", 1, 1, NULL);
	WORKS(mq_timedsend_time64, q, "y", 1, 2, NULL);
	FAILS(EAGAIN, mq_timedsend, q, "x", 1, 1, NULL);
	FAILS(EAGAIN, mq_timedsend_time64, q, "x", 1, 1, NULL);
	FAILS(ETIMEDOUT, mq_timedsend, w, "x", 1, 1, soon);
	FAILS(ETIMEDOUT, mq_timedsend_time64, w, "x", 1, 1, soon64);
	FAILS(EINVAL, mq_timedsend, w, "x", 1, 1, wrong);
	FAILS(EINVAL, mq_timedsend, q, "x", 1, 32768, NULL);
	FAILS(EINVAL, mq_timedsend_time64, q, "x", 1, 32768, NULL);
	FAILS(EMSGSIZE, mq_timedsend, q, text, 101, 1, NULL);
	FAILS(EMSGSIZE, mq_timedsend_time64, q, text, 101, 1, NULL);
	FAILS(EBADF, mq_timedsend, r, "x", 1, 1, NULL);
	FAILS(EBADF, mq_timedsend_time64, NOFD, "x", 1, 1, NULL);
	GIVES(1, mq_timedreceive, q, text, 100, out, NULL);
	GIVES(1, mq_timedreceive_time64, q, text, 100, out, NULL);
	FAILS(EFAULT, mq_timedsend, q, BADP, 50, 1, NULL);
	FAILS(EAGAIN, mq_timedreceive, q, text, 100, out, NULL);
	FAILS(EAGAIN, mq_timedreceive_time64, q, text, 100, out, NULL);
	FAILS(ETIMEDOUT, mq_timedreceive, r, text, 100, out, soon);
	FAILS(ETIMEDOUT, mq_timedreceive_time64, r, text, 100, out, soon64);
	FAILS(EINVAL, mq_timedreceive, r, text, 100, out, wrong);
	FAILS(EMSGSIZE, mq_timedreceive, q, text, 99, out, NULL);
	FAILS(EMSGSIZE, mq_timedreceive_time64, q, text, 99, out, NULL);
	FAILS(EBADF, mq_timedreceive, w, text, 100, out, NULL);
	FAILS(EBADF, mq_timedreceive_time64, NOFD, text, 100, out, NULL);
	WORKS(mq_notify, q, &none);
	FAILS(EBUSY, mq_notify, q, &none);
	FAILS(EINVAL, mq_notify, q, &event);
	FAILS(EBADF, mq_notify, NOFD, &none);
	FAILS(EFAULT, mq_notify, q, BADP);
	WORKS(mq_getsetattr, q, NULL, out);
	FAILS(EBADF, mq_getsetattr, NOFD, NULL, out);
	FAILS(EFAULT, mq_getsetattr, q, NULL, BADP);
	odd[0] = 77;
	FAILS(EINVAL, mq_getsetattr, q, odd, NULL);
	USER_FAILS(EPERM, mq_unlink, "every-call");
	WORKS(mq_unlink, "every-call");
	FAILS(ENOENT, mq_unlink, "every-call");
	FAILS(EFAULT, mq_unlink, BADP);
	close(q);
	close(r);
	close(w);
}

enum { CREAT = 01000, EXCL = 02000, NOWAIT = 04000, RMID = 0, SET = 1, STAT = 2, IPC64 = 0x100 };

static void system_v(void)
{
	struct { long type; char text[8]; } m = { 3, "text" };
	struct { unsigned short n; short op, flags; } take = { 0, -1, NOWAIT }, odd = { 77, -1, NOWAIT }, give = { 0, 1, 0 };
	long q = WORKS(msgget, 0x4ca11, CREAT | 0600), sem, shm;

	FAILS(EEXIST, msgget, 0x4ca11, CREAT | EXCL | 0600);
	FAILS(ENOENT, msgget, 0x4ca12, 0);
	USER_FAILS(EACCES, msgget, 0x4ca11, 0600);
	WORKS(msgsnd, q, &m, 8, 0);
	FAILS(EINVAL, msgsnd, q, &m, 100000, 0);
	FAILS(EINVAL, msgsnd, 777777, &m, 8, 0);
	FAILS(EFAULT, msgsnd, q, BADP, 8, 0);
	USER_FAILS(EACCES, msgsnd, q, &m, 8, 0);
	FAILS(E2BIG, msgrcv, q, out, 2, 0, 0);
	GIVES(8, msgrcv, q, out, 100, 0, 0);
	FAILS(ENOMSG, msgrcv, q, out, 100, 0, NOWAIT);
	FAILS(EINVAL, msgrcv, 777777, out, 100, 0, NOWAIT);
	syscall(__NR_msgsnd, q, &m, 8, 0);
	FAILS(EFAULT, msgrcv, q, BADP, 100, 0, 0);
	USER_FAILS(EACCES, msgrcv, q, out, 100, 0, NOWAIT);
	WORKS(msgctl, q, STAT, out);
	FAILS(EINVAL, msgctl, q, 77, out);
	FAILS(EINVAL, msgctl, 777777, STAT, out);
	FAILS(EFAULT, msgctl, q, STAT, BADP);
	USER_FAILS(EACCES, msgctl, q, STAT, out);
	USER_FAILS(EPERM, msgctl, q, RMID, NULL);
	for (int i = 0; i < 5000 && syscall(__NR_msgsnd, q, &m, 8, NOWAIT) == 0; i++)
		;
	FAILS(EAGAIN, msgsnd, q, &m, 8, NOWAIT);
	syscall(__NR_msgctl, q, RMID, NULL);
	FAILS(EINVAL, msgsnd, q, &m, 8, 0);
	sem = WORKS(semget, 0x4ca11, 2, CREAT | 0600);
	FAILS(EEXIST, semget, 0x4ca11, 2, CREAT | EXCL | 0600);
	FAILS(ENOENT, semget, 0x4ca12, 2, 0);
	FAILS(EINVAL, semget, 0x4ca11, 5, 0);
	FAILS(EINVAL, semget, 0x4ca13, -1, CREAT | 0600);
	USER_FAILS(EACCES, semget, 0x4ca11, 2, 0600);
	GIVES(0, semtimedop_time64, sem, &give, 1, NULL);
	GIVES(0, semtimedop_time64, sem, &take, 1, NULL);
	FAILS(EAGAIN, semtimedop_time64, sem, &take, 1, NULL);
	FAILS(EFBIG, semtimedop_time64, sem, &odd, 1, NULL);
	FAILS(EINVAL, semtimedop_time64, sem, &take, 0, NULL);
	FAILS(E2BIG, semtimedop_time64, sem, &take, 5000, NULL);
	FAILS(EFAULT, semtimedop_time64, sem, BADP, 1, NULL);
	USER_FAILS(EACCES, semtimedop_time64, sem, &take, 1, NULL);
	take.flags = 0;
	FAILS(EAGAIN, semtimedop_time64, sem, &take, 1, soon64);
	WORKS(semctl, sem, 0, 16, 5);			/* SETVAL */
	GIVES(5, semctl, sem, 0, 12, 0);
	FAILS(ERANGE, semctl, sem, 0, 16, 40000);
	FAILS(EINVAL, semctl, sem, 77, 12, 0);
	FAILS(EINVAL, semctl, sem, 0, 77, 0);
	FAILS(EFAULT, semctl, sem, 0, STAT, BADP);
	USER_FAILS(EACCES, semctl, sem, 0, 12, 0);
	USER_FAILS(EPERM, semctl, sem, 0, RMID, 0);
	GIVES(5, ipc, 3, sem, 0, 12 | IPC64, out, 0);		/* SEMCTL of before it had a number of its own */
	FAILS(EFAULT, ipc, 3, sem, 0, 12 | IPC64, BADP, 0);
	FAILS(ENOSYS, ipc, 77, 0, 0, 0, NULL, 0);
	FAILS(EINVAL, ipc, 1, 777777, 1, 0, &take, 0);
	syscall(__NR_semctl, sem, 0, RMID, 0);
	FAILS(EINVAL, semctl, sem, 0, 12, 0);
	shm = WORKS(shmget, 0x4ca11, 8192, CREAT | 0600);
	FAILS(EEXIST, shmget, 0x4ca11, 8192, CREAT | EXCL | 0600);
	FAILS(ENOENT, shmget, 0x4ca12, 8192, 0);
	FAILS(EINVAL, shmget, 0x4ca11, 100000, 0);
	FAILS(EINVAL, shmget, 0x4ca13, 0, CREAT | 0600);
	USER_FAILS(EACCES, shmget, 0x4ca11, 8192, 0600);
	char *at = (char *)WORKS(shmat, shm, NULL, 0);
	FAILS(EINVAL, shmat, 777777, NULL, 0);
	FAILS(EINVAL, shmat, shm, 0x12345677, 0);
	USER_FAILS(EACCES, shmat, shm, NULL, 0);
	WORKS(shmctl, shm, STAT, out);
	FAILS(EINVAL, shmctl, shm, 77, out);
	FAILS(EINVAL, shmctl, 777777, STAT, out);
	FAILS(EFAULT, shmctl, shm, STAT, BADP);
	USER_FAILS(EACCES, shmctl, shm, STAT, out);
	USER_FAILS(EPERM, shmctl, shm, RMID, NULL);
	WORKS(shmdt, at);
	FAILS(EINVAL, shmdt, at);
	FAILS(EINVAL, shmdt, 1);
	syscall(__NR_shmctl, shm, RMID, NULL);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	sockets();
	queues();
	system_v();
	return test_done();
}
