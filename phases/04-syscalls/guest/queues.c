/* POSIX message queues; tee and vmsplice; kcmp; flags of preadv2 and pwritev2. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <abi/mqueue.h>

#define mq_open(...)	(int)syscall(SYS_mq_open, __VA_ARGS__)
#define mq_unlink(name)	syscall(SYS_mq_unlink, name)
#define mq_send(q, m, n, p, t)	syscall(SYS_mq_timedsend_time64, q, m, n, p, t)
#define mq_receive(q, m, n, p, t) syscall(SYS_mq_timedreceive_time64, q, m, n, p, t)

static volatile int told;
static void handler(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	told = info->si_code == SI_MESGQ ? (int)info->si_value.sival_int : -1;
}

static void queues(void)
{
	struct abi_mq_attr a = { .mq_maxmsg = 3, .mq_msgsize = 16 }, was;
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	struct sigevent ev;
	struct pollfd p;
	struct timespec soon;
	unsigned prio;
	char buf[16];
	int q, r, status;

	mq_unlink("queue");
	ERRNO(mq_open("queue", O_RDWR, 0, NULL), ENOENT);
	ERRNO(mq_open("a/b", O_RDWR | O_CREAT, 0600, NULL), EACCES);
	ERRNO(mq_open((char *)4, O_RDWR, 0, NULL), EFAULT);
	a.mq_maxmsg = 0;
	ERRNO(mq_open("queue", O_RDWR | O_CREAT, 0600, &a), EINVAL);
	a.mq_maxmsg = 3;
	q = mq_open("queue", O_RDWR | O_CREAT | O_EXCL, 0600, &a);
	OK(q >= 0, "made");
	IS(fcntl(q, F_GETFD), FD_CLOEXEC);
	ERRNO(mq_open("queue", O_RDWR | O_CREAT | O_EXCL, 0600, &a), EEXIST);
	r = mq_open("queue", O_RDONLY | O_NONBLOCK, 0, NULL);
	ERRNO(mq_send(r, "x", 1, 0, NULL), EBADF);
	ERRNO(mq_send(q, "x", 17, 0, NULL), EMSGSIZE);
	ERRNO(mq_send(q, "x", 1, 32768, NULL), EINVAL);
	ERRNO(mq_receive(r, buf, 15, &prio, NULL), EMSGSIZE);
	ERRNO(mq_receive(r, buf, 16, &prio, NULL), EAGAIN);
	IS(mq_send(q, "low", 3, 1, NULL), 0);
	IS(mq_send(q, "high", 4, 9, NULL), 0);
	IS(mq_send(q, "low2", 4, 1, NULL), 0);
	p = (struct pollfd){ q, POLLIN | POLLOUT, 0 };
	poll(&p, 1, 0);
	IS(p.revents, POLLIN);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 20000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	ERRNO(mq_send(q, "x", 1, 0, &soon), ETIMEDOUT);
	IS(syscall(SYS_mq_getsetattr, r, NULL, &was), 0);
	OK(was.mq_curmsgs == 3 && was.mq_maxmsg == 3 && was.mq_msgsize == 16 && was.mq_flags == O_NONBLOCK, "attributes");
	IS(mq_receive(r, buf, 16, &prio, NULL), 4);
	OK(prio == 9 && !memcmp(buf, "high", 4), "the highest first");
	IS(mq_receive(r, buf, 16, &prio, NULL), 3);
	IS(mq_receive(r, buf, 16, NULL, NULL), 4);
	OK(!memcmp(buf, "low2", 4), "then in order");
	/* Told once, when a message comes into the empty queue. */
	memset(&ev, 0, sizeof(ev));
	ev.sigev_notify = SIGEV_SIGNAL;
	ev.sigev_signo = SIGUSR1;
	ev.sigev_value.sival_int = 77;
	sigaction(SIGUSR1, &sa, NULL);
	IS(syscall(SYS_mq_notify, q, &ev), 0);
	ERRNO(syscall(SYS_mq_notify, q, &ev), EBUSY);
	mq_send(q, "a", 1, 0, NULL);
	IS(told, 77);
	told = 0;
	mq_send(q, "b", 1, 0, NULL);
	IS(told, 0);
	mq_receive(r, buf, 16, NULL, NULL);
	mq_receive(r, buf, 16, NULL, NULL);
	if (fork() == 0)
		_exit(mq_receive(q, buf, 16, NULL, NULL) == 5 && !memcmp(buf, "after", 5) ? 0 : 1);
	usleep(20000);
	IS(mq_send(q, "after", 5, 0, NULL), 0);
	wait(&status);
	IS(status, 0);
	if (fork() == 0) {
		if (setuid(1000))
			_exit(9);
		_exit(mq_open("queue", O_RDONLY, 0, NULL) == -1 && errno == EACCES && mq_unlink("queue") == -1 && errno == EPERM ? 0 : 1);
	}
	wait(&status);
	IS(status, 0);
	IS(mq_unlink("queue"), 0);
	ERRNO(mq_unlink("queue"), ENOENT);
	IS(mq_send(q, "still", 5, 0, NULL), 0);
	close(q);
	close(r);
	ERRNO(mq_send(q, "x", 1, 0, NULL), EBADF);
}

static void pipes(void)
{
	int a[2], b[2];
	char buf[64], far[64];
	struct iovec v[2] = { { "first ", 6 }, { "second", 6 } }, to = { far, 64 };

	pipe(a);
	pipe(b);
	IS(syscall(SYS_vmsplice, a[1], v, 2, 0), 12);
	IS(syscall(SYS_tee, a[0], b[1], 100, 0), 12);
	IS(syscall(SYS_tee, a[0], b[1], 3, 0), 3);
	IS(read(a[0], buf, 64), 12);
	OK(!memcmp(buf, "first second", 12), "still there");
	/* What was shared is not written to. */
	write(a[1], "more", 4);
	IS(syscall(SYS_vmsplice, b[0], &to, 1, 0), 15);
	OK(!memcmp(far, "first secondfir", 15), "twice in the other");
	ERRNO(syscall(SYS_tee, a[0], a[1], 1, 0), EINVAL);
	ERRNO(syscall(SYS_tee, b[0], a[1], 1, 2), EAGAIN);
	ERRNO(syscall(SYS_tee, 0, a[1], 1, 0x80), EINVAL);
	ERRNO(syscall(SYS_tee, 999, a[1], 1, 0), EBADF);
	ERRNO(syscall(SYS_vmsplice, b[0], &to, 1, 2), EAGAIN);
	ERRNO(syscall(SYS_vmsplice, b[1], (void *)4, 1, 0), EFAULT);
	close(b[1]);
	IS(syscall(SYS_tee, b[0], a[1], 1, 0), 0);
	close(a[0]);
	close(a[1]);
	close(b[0]);
}

enum { DSYNC = 2, SYNC = 4, NOWAIT = 8, APPEND = 16 };

/* What holds for one call of preadv2 and pwritev2 alone. fd: a file of 14 bytes, at its end. */
static void vectors(int fd)
{
	char back[8];
	struct iovec v = { "more", 4 }, to = { back, 8 };
	int p[2];

	lseek(fd, 3, SEEK_SET);
	IS(syscall(SYS_pwritev2, fd, &v, 1, 0, 0, APPEND), 4);
	IS(lseek(fd, 0, SEEK_CUR), 3);
	IS(lseek(fd, 0, SEEK_END), 18);
	lseek(fd, 3, SEEK_SET);
	IS(syscall(SYS_pwritev2, fd, &v, 1, -1, -1, APPEND | DSYNC), 4);
	IS(lseek(fd, 0, SEEK_CUR), 22);		/* the file's own position goes along */
	IS(fcntl(fd, F_GETFL) & O_APPEND, 0);
	IS(syscall(SYS_preadv2, fd, &to, 1, 14, 0, NOWAIT), 8);
	OK(!memcmp(back, "moremore", 8), "what is cached needs no wait");
	fsync(fd);
	IS(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	ERRNO(syscall(SYS_preadv2, fd, &to, 1, 14, 0, NOWAIT), EAGAIN);
	IS(syscall(SYS_preadv2, fd, &to, 1, 14, 0, 0), 8);
	ERRNO(syscall(SYS_pwritev2, fd, &v, 1, 0, 0, NOWAIT), EOPNOTSUPP);
	ERRNO(syscall(SYS_pwritev2, fd, &v, 1, -2, -1, 0), EINVAL);
	IS(pipe(p), 0);
	ERRNO(syscall(SYS_preadv2, p[0], &to, 1, 0, 0, NOWAIT), ESPIPE);
	ERRNO(syscall(SYS_preadv2, p[0], &to, 1, -1, -1, NOWAIT), EAGAIN);
	IS(syscall(SYS_pwritev2, p[1], &v, 1, -1, -1, NOWAIT | SYNC), 4);
	IS(syscall(SYS_preadv2, p[0], &to, 1, -1, -1, NOWAIT), 4);
	while (syscall(SYS_pwritev2, p[1], &v, 1, -1, -1, NOWAIT) == 4)
		;
	IS(errno, EAGAIN);
	close(p[0]);
	close(p[1]);
}

static void others(void)
{
	int fd = open("/var/tmp/queues", O_RDWR | O_CREAT | O_TRUNC, 0600), copy = dup(fd), other = open("/var/tmp/queues", O_RDONLY), me = getpid();
	struct iovec v = { "sync", 4 };

	IS(syscall(SYS_kcmp, me, me, 0, fd, copy), 0);
	OK(syscall(SYS_kcmp, me, me, 0, fd, other) > 0, "two opens differ");
	IS(syscall(SYS_kcmp, me, me, 1, 0, 0), 0);
	ERRNO(syscall(SYS_kcmp, me, me, 0, fd, 999), EBADF);
	ERRNO(syscall(SYS_kcmp, me, 30000, 1, 0, 0), ESRCH);
	ERRNO(syscall(SYS_kcmp, me, me, 99, 0, 0), EINVAL);
	IS(syscall(SYS_pwritev2, fd, &v, 1, 10, 0, 4), 4);
	ERRNO(syscall(SYS_preadv2, fd, &v, 1, 0, 0, 0x40000000), EOPNOTSUPP);
	IS(lseek(fd, 0, SEEK_END), 14);
	vectors(fd);
	close(fd);
	close(copy);
	close(other);
	unlink("/var/tmp/queues");
}

int main(void)
{
	queues();
	pipes();
	others();
	return test_done();
}
