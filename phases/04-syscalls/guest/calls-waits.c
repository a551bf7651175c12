/*
 * Calls that wait, by their numbers: ended by a signal, by the end of what they wait for, by a circle of waiters, or not
 * waiting because they were told not to.
 */
#include "../../guest/asleep.h"
#include "calls.h"
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { CREAT = 01000, NOWAIT = 04000, RMID = 0 };

static char text[65536];
static long out[64];
static struct sockaddr_un name = { AF_UNIX, FOLDER "/socket" };
static struct { long type; char text[16]; } message = { 1, "text" };

static void nothing(int sig)
{
	(void)sig;
}

/* From now on a signal comes every 20 ms, or none any more; it does not restart what it ends. */
static void signals(int on)
{
	const struct itimerval often = { { 0, 20000 }, { 0, 20000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction act = { .sa_handler = nothing };

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, on ? &often : &never, NULL);
}

/* A child that does something when the parent sleeps. */
#define MEANWHILE(...) do { \
	if (fork() == 0) { \
		if (until_asleep(getppid())) \
			__VA_ARGS__; \
		_exit(0); \
	} \
} while (0)

static void files(void)
{
	int empty[2], full[2], held, lock, told[2];
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	unsigned long in[1], args[5] = { 0 };

	pipe(empty);
	pipe(full);
	pipe(told);
	fcntl(full[1], F_SETFL, O_NONBLOCK);
	while (write(full[1], text, sizeof(text)) > 0)
		;
	while (write(full[1], text, 1) > 0)
		;
	held = open("held", O_RDWR | O_CREAT, 0600);
	lock = open("held", O_RDWR);
	write(held, text, 100);
	pid_t holder = fork();
	if (holder == 0) {
		fcntl(held, F_SETLK, &whole);
		syscall(__NR_flock, held, 2);
		write(told[1], "x", 1);
		pause();
		_exit(0);
	}
	read(told[0], text, 1);
	close(held);		/* the file that is locked is the child's now, as far as flock() goes */
	FAILS(EAGAIN, write, full[1], "x", 1);
	FAILS(EAGAIN, sendfile, full[1], lock, NULL, 10);
	FAILS(EAGAIN, sendfile64, full[1], lock, NULL, 10);
	fcntl(full[1], F_SETFL, 0);
	FAILS(EAGAIN, fcntl, lock, F_SETLK, &whole);
	signals(1);
	FAILS(EINTR, read, empty[0], text, 1);
	FAILS(EINTR, write, full[1], "x", 1);
	FAILS(EINTR, open, "fifo", O_RDONLY);
	FAILS(EINTR, openat, -100, "fifo", O_WRONLY);
	FAILS(EINTR, creat, "fifo", 0600);
	FAILS(EINTR, fcntl, lock, F_SETLKW, &whole);
	FAILS(EINTR, fcntl64, lock, F_SETLKW, &whole);
	FAILS(EINTR, flock, lock, 2);
	FAILS(EINTR, waitpid, holder, out, 0);
	FAILS(EINTR, waitid, 1, holder, out, 4, NULL);
	args[0] = (unsigned long)empty[0] + 1;
	in[0] = 1ul << empty[0];
	args[1] = (unsigned long)in;
	FAILS(EINTR, select, args);
	signals(0);
	in[0] = 1ul << 31;
	args[0] = 32;
	FAILS(EBADF, select, args);
	FAILS(ESRCH, waitpid, 0x80000000, out, 0);
	int pidfd = (int)syscall(__NR_pidfd_open, holder, O_NONBLOCK);
	FAILS(EAGAIN, waitid, 3, pidfd, out, 4, NULL);
	close(pidfd);
	kill(holder, SIGKILL);
	child_status(holder);
	close(lock);
	for (int i = 0; i < 2; i++) {
		close(empty[i]);
		close(full[i]);
		close(told[i]);
	}
}

/* Each of two has what the other wants: the second to ask is refused. */
static void circles(void)
{
	for (int wide = 0; wide < 2; wide++) {
		int fd = open("circle", O_RDWR | O_CREAT, 0600), told[2];
		struct flock first = { .l_type = F_WRLCK, .l_start = 0, .l_len = 1 }, second = { .l_type = F_WRLCK, .l_start = 1, .l_len = 1 };

		pipe(told);
		fcntl(fd, F_SETLK, &first);
		pid_t other = fork();
		if (other == 0) {
			fcntl(fd, F_SETLK, &second);
			write(told[1], "x", 1);
			_exit(fcntl(fd, F_SETLKW, &first) ? 1 : 0);
		}
		read(told[0], text, 1);
		until_asleep(other);
		if (wide)
			FAILS(EDEADLK, fcntl64, fd, F_SETLKW, &second);
		else
			FAILS(EDEADLK, fcntl, fd, F_SETLKW, &second);
		close(fd);		/* gives back what the other waits for */
		test_ok(child_status(other) == 0, "who waits in a circle that is refused goes on");
		close(told[0]);
		close(told[1]);
	}
}

static void sockets(void)
{
	struct iovec v = { text, 100 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	int server = (int)syscall(__NR_socket, 1, 1, 0), client = -1, pair[2], n;

	syscall(__NR_bind, server, &name, sizeof(name));
	chmod(name.sun_path, 0600);
	syscall(__NR_listen, server, 1);
	syscall(__NR_socketpair, 1, 1, 0, pair);
	for (n = 0; n < 10; n++) {		/* until the queue of those to be accepted is full */
		client = (int)syscall(__NR_socket, 1, 1 | SOCK_NONBLOCK, 0);
		if (syscall(__NR_connect, client, &name, sizeof(name)) != 0)
			break;
	}
	FAILS(EAGAIN, connect, client, &name, sizeof(name));
	fcntl(client, F_SETFL, 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	while (send(pair[0], text, 4096, 0) > 0)
		;
	while (send(pair[0], text, 1, 0) > 0)
		;
	FAILS(EAGAIN, sendto, pair[0], text, 4096, 0, NULL, 0);
	FAILS(EAGAIN, sendmsg, pair[0], &m, 0);
	fcntl(pair[0], F_SETFL, 0);
	signals(1);
	FAILS(EINTR, connect, client, &name, sizeof(name));
	FAILS(EINTR, sendto, pair[0], text, 4096, 0, NULL, 0);
	FAILS(EINTR, sendmsg, pair[0], &m, 0);
	FAILS(EINTR, recvfrom, pair[0], text, 1, 0, NULL, NULL);
	FAILS(EINTR, recvmsg, pair[0], &m, 0);
	for (; n > 0; n--)
		close((int)syscall(__NR_accept4, server, NULL, NULL, 0));
	FAILS(EINTR, accept4, server, NULL, NULL, 0);
	signals(0);
	close(client);
	close(server);
	close(pair[0]);
	close(pair[1]);
	unlink(name.sun_path);
}

static void queues(void)
{
	long attr[8] = { 0, 1, 16, 0 };
	int empty = (int)syscall(__NR_mq_open, "calls-empty", O_CREAT | O_RDWR, 0600, attr);
	int full = (int)syscall(__NR_mq_open, "calls-full", O_CREAT | O_RDWR, 0600, attr);
	static const long wrong64[4] = { 0, 0, 2000000000, 0 };

	syscall(__NR_mq_unlink, "calls-empty");
	syscall(__NR_mq_unlink, "calls-full");
	syscall(__NR_mq_timedsend, full, "x", 1, 0, NULL);
	FAILS(EINVAL, mq_timedreceive_time64, empty, text, 100, out, wrong64);
	signals(1);
	FAILS(EINTR, mq_timedsend, full, "x", 1, 0, NULL);
	FAILS(EINTR, mq_timedsend_time64, full, "x", 1, 0, NULL);
	FAILS(EINTR, mq_timedreceive, empty, text, 100, out, NULL);
	FAILS(EINTR, mq_timedreceive_time64, empty, text, 100, out, NULL);
	signals(0);
	close(empty);
	close(full);
}

static void system_v(void)
{
	struct { unsigned short n; short op, flags; } take = { 0, -1, 0 }, much = { 0, 32767, 0 };
	long q = syscall(__NR_msgget, 0, CREAT | 0600), full = syscall(__NR_msgget, 0, CREAT | 0600), sem = syscall(__NR_semget, 0, 1, CREAT | 0600);

	while (syscall(__NR_msgsnd, full, &message, 16, NOWAIT) == 0)
		;
	signals(1);
	FAILS(EINTR, msgrcv, q, &message, 16, 0, 0);
	FAILS(EINTR, msgsnd, full, &message, 16, 0);
	FAILS(EINTR, semtimedop_time64, sem, &take, 1, NULL);
	signals(0);
	syscall(__NR_semtimedop_time64, sem, &much, 1, NULL);
	FAILS(ERANGE, semtimedop_time64, sem, &much, 1, NULL);
	syscall(__NR_semctl, sem, 0, 16, 0);		/* SETVAL */
	MEANWHILE(syscall(__NR_msgctl, q, RMID, NULL));
	FAILS(EIDRM, msgrcv, q, &message, 16, 0, 0);
	MEANWHILE(syscall(__NR_msgctl, full, RMID, NULL));
	FAILS(EIDRM, msgsnd, full, &message, 16, 0);
	MEANWHILE(syscall(__NR_semctl, sem, 0, RMID, 0));
	FAILS(EIDRM, semtimedop_time64, sem, &take, 1, NULL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void futexes(void)
{
	static unsigned word = 5, pi;

	signals(1);
	FAILS(EINTR, futex, &word, 0, 5, NULL, NULL, 0);
	FAILS(EINTR, futex_time64, &word, 0, 5, NULL, NULL, 0);
	signals(0);
	pi = (unsigned)getpid();
	FAILS(EDEADLK, futex_time64, &pi, 6, 0, NULL, NULL, 0);
	pi = 99999;
	FAILS(ESRCH, futex_time64, &pi, 6, 0, NULL, NULL, 0);
	FAILS(EPERM, futex_time64, &pi, 7, 0, NULL, NULL, 0);
}

int main(void)
{
	if (system("rm -rf " FOLDER " && mkdir -p " FOLDER) != 0 || chdir(FOLDER) != 0 || mkfifo("fifo", 0600) != 0)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	files();
	circles();
	sockets();
	queues();
	system_v();
	futexes();
	chdir("/");
	if (system("rm -rf " FOLDER) != 0)
		DIAG("%s stays", FOLDER);
	return test_done();
}
