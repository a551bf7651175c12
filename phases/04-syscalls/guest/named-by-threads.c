/* What a thread that is not its process's first does in the process's name: sockets' peers, credentials, notifications. */
#define _GNU_SOURCE
#include "../../guest/testing.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define MQ_OPEN(...)	(int)syscall(SYS_mq_open, __VA_ARGS__)

static pid_t peer(int fd)
{
	struct ucred cred = { -1, 0, 0 };
	socklen_t len = sizeof(cred);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) ? -1 : cred.pid;
}

static void sockets(void)
{
	struct sockaddr_un name = { AF_UNIX, "\0named-by-threads" };
	char byte = 'x', control[64] __attribute__((aligned(4)));
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	int pair[2], on = 1, server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);

	IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	IS(peer(pair[0]), getpid());
	setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	IS(write(pair[0], &byte, 1), 1);
	IS(recvmsg(pair[1], &m, 0), 1);
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	OK(c && c->cmsg_type == SCM_CREDENTIALS && ((struct ucred *)CMSG_DATA(c))->pid == getpid(), "credentials of what it sends");
	IS(bind(server, (struct sockaddr *)&name, sizeof(name)), 0);
	IS(listen(server, 1), 0);
	IS(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
	IS(peer(client), getpid());
	IS(peer(accept(server, NULL, NULL)), getpid());
}

static void queue(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	const struct timespec limit = { 5, 0 };
	siginfo_t info;
	sigset_t set;
	int q;

	syscall(SYS_mq_unlink, "named-by-threads");
	q = MQ_OPEN("named-by-threads", O_RDWR | O_CREAT, 0600, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	IS(syscall(SYS_mq_notify, q, &event), 0);
	ERRNO(syscall(SYS_mq_notify, q, &event), EBUSY);
	IS(syscall(SYS_mq_notify, q, NULL), 0);
	IS(syscall(SYS_mq_notify, q, &event), 0);
#ifdef SYS_mq_timedsend_time64
	IS(syscall(SYS_mq_timedsend_time64, q, "x", 1, 0, NULL), 0);
#else
	IS(syscall(SYS_mq_timedsend, q, "x", 1, 0, NULL), 0);
#endif
	OK(sigtimedwait(&set, &info, &limit) == SIGUSR1 && info.si_code == SI_MESGQ, "the process is told");
	syscall(SYS_mq_unlink, "named-by-threads");
	close(q);
}

static void *thread(void *arg)
{
	(void)arg;
	sockets();
	queue();
	return NULL;
}

int main(void)
{
	pthread_t t;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	return test_done();
}
