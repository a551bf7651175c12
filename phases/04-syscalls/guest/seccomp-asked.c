/*
 * seccomp filters that ask another process: what it is told and may answer, descriptors that it gives, signals and ends in
 * between.
 */
#define _GNU_SOURCE
#include "../../guest/asleep.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <abi/seccomp.h>

#define ASKED	__NR_getppid
#define CALL	syscall(ASKED, 1, 2, 3, 4, 5, 6)

static int listener, news[2], go[2];
static struct abi_seccomp_notif note;

static long install(unsigned flags, unsigned result)
{
	struct abi_sock_filter code[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 }, { BPF_JMP | BPF_JEQ | BPF_K, 0, 1, ASKED }, { BPF_RET | BPF_K, 0, 0, result },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	};
	struct abi_sock_fprog program = { 4, (uint32_t)(uintptr_t)code };

	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* A child with such a filter, in whose table the listener was made; its own has it no more. It ends with what body() returns. */
static pid_t start(unsigned flags, int (*body)(void))
{
	pid_t pid;
	char c = 'g';

	listener = -1;
	pid = (pid_t)syscall(__NR_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		int fd = (int)install(SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, SECCOMP_RET_USER_NOTIF);

		if (unshare(CLONE_FILES) || write(news[1], &fd, sizeof(fd)) < 0 || close(fd) || read(go[0], &c, 1) != 1)
			_exit(98);
		_exit(body());
	}
	BAIL_UNLESS(read(news[0], &listener, sizeof(listener)) == sizeof(listener) && listener >= 0, "a listener");
	(void)!write(go[1], &c, 1);
	return pid;
}

static int end(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static int receive(void)
{
	memset(&note, 0, sizeof(note));
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &note);
}

static int answer(uint64_t id, long long val, int error, unsigned flags)
{
	struct abi_seccomp_notif_resp r = { id, val, error, flags };

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

static int valid(uint64_t id)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
}

static int give(uint64_t id, unsigned flags, int source, int as, unsigned how)
{
	struct abi_seccomp_notif_addfd a = { id, flags, (unsigned)source, (unsigned)as, how };

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a);
}

static int events(void)
{
	struct pollfd p = { listener, POLLIN | POLLOUT, 0 };

	poll(&p, 1, 5000);
	return p.revents;
}

static int three_calls(void)
{
	int ok = CALL == 77;

	ok += CALL == -1 && errno == EPERM;
	ok += CALL > 1;
	return ok == 3 ? 0 : ok + 10;
}

static void answers(void)
{
	struct abi_seccomp_notif_sizes sizes = { 0, 0, 0 };
	pid_t pid = start(0, three_calls);
	int flags;

	IS(syscall(__NR_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes), 0);
	OK(sizes.seccomp_notif == 80 && sizes.seccomp_notif_resp == 24 && sizes.seccomp_data == 64, "sizes");
	ERRNO(syscall(__NR_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, &sizes), EINVAL);
	ERRNO(syscall(__NR_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, NULL), EFAULT);
	flags = fcntl(listener, F_GETFD);
	OK(flags & FD_CLOEXEC, "closed on exec");
	IS(events(), POLLIN);
	note.flags = 1;
	ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &note), EINVAL);
	ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, NULL), EFAULT);
	ERRNO(ioctl(listener, 0x2109, NULL), EINVAL);
	IS(receive(), 0);
	OK(note.pid == (unsigned)pid && note.data.nr == ASKED && note.data.arch == AUDIT_ARCH_I386 && note.data.args[0] == 1 &&
	   note.data.args[5] == 6 && note.flags == 0, "it is told what is asked");
	IS(events(), POLLOUT);
	IS(valid(note.id), 0);
	ERRNO(valid(note.id + 1), ENOENT);
	ERRNO(answer(note.id + 1, 0, 0, 0), ENOENT);
	ERRNO(answer(note.id, 0, 0, 2), EINVAL);
	ERRNO(answer(note.id, 1, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE), EINVAL);
	IS(answer(note.id, 77, 0, 0), 0);
	IS(events(), POLLIN);
	ERRNO(answer(note.id + 1, 0, 0, 0), EINPROGRESS);	/* asked, but not seen */
	ERRNO(give(note.id + 1, 0, 0, 0, 0), EINPROGRESS);
	ERRNO(valid(note.id + 1), ENOENT);
	IS(receive(), 0);
	IS(answer(note.id, 0, -EPERM, 0), 0);
	IS(receive(), 0);
	IS(answer(note.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE), 0);
	ERRNO(receive(), ENOENT);		/* ends with the child, though nobody has waited for that yet */
	OK(events() & POLLHUP, "nobody is left to ask");
	IS(end(pid), 0);
	close(listener);
}

/* Gets descriptors: the lowest, one at 40 that is closed on exec, and one as the call's result. */
static int take_gifts(void)
{
	struct stat st;
	long fd = CALL;

	if (fd < 0 || fstat((int)fd, &st) || fstat(40, &st) || !(fcntl(40, F_GETFD) & FD_CLOEXEC))
		return 1;
	close((int)fd);
	fd = CALL;
	return fd == 50 && fstat(50, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : 2;
}

static void gifts(void)
{
	pid_t pid = start(0, take_gifts);
	int source = open("/", O_RDONLY), fd;

	IS(receive(), 0);
	ERRNO(give(note.id, 8, source, 0, 0), EINVAL);
	ERRNO(give(note.id, 0, source, 0, 1), EINVAL);
	ERRNO(give(note.id, 0, source, 40, 0), EINVAL);
	ERRNO(give(note.id, 0, 999, 0, 0), EBADF);
	ERRNO(give(note.id + 9, 0, source, 0, 0), ENOENT);
	ERRNO(give(note.id, SECCOMP_ADDFD_FLAG_SETFD, source, 1 << 30, 0), EBADF);
	fd = give(note.id, 0, source, 0, 0);
	OK(fd >= 0, "the lowest, %d", fd);
	IS(give(note.id, SECCOMP_ADDFD_FLAG_SETFD, source, 40, O_CLOEXEC), 40);
	IS(answer(note.id, fd, 0, 0), 0);
	IS(receive(), 0);
	IS(give(note.id, SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND, source, 50, 0), 50);
	ERRNO(answer(note.id, 0, 0, 0), ENOENT);
	IS(end(pid), 0);
	close(source);
	close(listener);
}

static void nothing(int sig)
{
	(void)sig;
}

static int interrupted(void)
{
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = nothing }, NULL);
	sigaction(SIGUSR2, &(struct sigaction){ .sa_handler = nothing, .sa_flags = SA_RESTART }, NULL);
	if (CALL != -1 || errno != EINTR)
		return 1;
	return CALL == 5 && CALL == -1 && errno == ENOSYS ? 0 : 2;
}

static int plain(void)
{
	return CALL == 6 ? 0 : 1;
}

static int forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(CALL == 8 ? 3 : 4);
	return end(pid);
}

static void ends(void)
{
	pid_t pid = start(0, interrupted);
	uint64_t id;

	IS(receive(), 0);
	id = note.id;
	kill(pid, SIGUSR1);
	IS(receive(), 0);
	OK(note.id != id, "a signal has ended the first call");
	ERRNO(answer(id, 1, 0, 0), ENOENT);
	id = note.id;
	kill(pid, SIGUSR2);
	IS(receive(), 0);
	OK(note.id != id, "the second begins anew");
	IS(answer(note.id, 5, 0, 0), 0);
	IS(events(), POLLIN);
	close(listener);
	IS(end(pid), 0);

	pid = start(0, plain);
	IS(receive(), 0);
	kill(pid, SIGKILL);
	IS(end(pid), 256 + SIGKILL);
	ERRNO(valid(note.id), ENOENT);
	ERRNO(answer(note.id, 1, 0, 0), ENOENT);
	close(listener);

	pid = start(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, plain);
	IS(receive(), 0);
	kill(pid, SIGSTOP);
	kill(pid, SIGCONT);
	usleep(20000);
	IS(valid(note.id), 0);
	IS(answer(note.id, 6, 0, 0), 0);
	IS(end(pid), 0);
	close(listener);

	pid = start(0, forks);
	IS(receive(), 0);
	OK(note.pid != (unsigned)pid, "a child is asked for too");
	IS(answer(note.id, 8, 0, 0), 0);
	IS(end(pid), 3);
	close(listener);
}

/* Answered by one while another's gift, which comes to nothing, is on its way: the answer holds. */
static void answers_at_once(void)
{
	const struct sched_param urgent = { .sched_priority = 10 }, usual = { 0 };
	pid_t pid = start(0, plain), giver;

	IS(receive(), 0);
	/* The caller does not run before both have said what they have to say. */
	IS(sched_setscheduler(0, SCHED_FIFO, &urgent), 0);
	giver = fork();
	if (giver == 0)
		_exit(give(note.id, SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND, 0, 1 << 30, 0) == -1 ? errno : 0);
	while (state_of(giver, giver) == 'R')
		sched_yield();
	IS(answer(note.id, 6, 0, 0), 0);
	IS(sched_setscheduler(0, SCHED_OTHER, &usual), 0);
	IS(end(giver), EBADF);
	if (valid(note.id) == 0)
		kill(pid, SIGKILL);
	IS(end(pid), 0);
	close(listener);
}

static int second(void)
{
	long r = install(SECCOMP_FILTER_FLAG_NEW_LISTENER, SECCOMP_RET_USER_NOTIF);

	if (r != -1 || errno != EBUSY || install(0, SECCOMP_RET_ALLOW))
		return 1;
	return CALL == 6 ? 0 : 2;
}

static void refusals(void)
{
	const unsigned both = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER;
	unsigned action = SECCOMP_RET_USER_NOTIF;
	pid_t pid;

	IS(syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action), 0);
	ERRNO(install(both, SECCOMP_RET_ALLOW), EINVAL);
	ERRNO(install(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, SECCOMP_RET_ALLOW), EINVAL);
	pid = fork();
	if (pid == 0) {
		long fd = install(both | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, SECCOMP_RET_USER_NOTIF);

		_exit(fd >= 0 && fcntl((int)fd, F_GETFD) == FD_CLOEXEC ? 0 : 1);
	}
	IS(end(pid), 0);
	pid = start(0, second);
	IS(receive(), 0);
	IS(answer(note.id, 6, 0, 0), 0);
	IS(end(pid), 0);
	close(listener);
}

/* Callers that are killed, closed upon and answered at the same time. */
static int many(void)
{
	for (int i = 0; i < 50; i++)
		(void)CALL;
	return 0;
}

static void together(void)
{
	for (int round = 0; round < 20; round++) {
		pid_t pid = start(0, many);
		int source = open("/", O_RDONLY);

		for (int i = 0; i < round; i++)
			if (receive() == 0) {
				give(note.id, 0, source, 0, O_CLOEXEC);
				answer(note.id, i, 0, 0);
			}
		if (round & 1)
			kill(pid, SIGKILL);
		close(listener);
		close(source);
		end(pid);
	}
	OK(1, "ends in between");
}

int main(void)
{
	BAIL_UNLESS(pipe(news) == 0 && pipe(go) == 0, "pipes");
	answers();
	gifts();
	ends();
	answers_at_once();
	refusals();
	together();
	return test_done();
}
