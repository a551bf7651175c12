/* Process descriptors: opened, made by clone, signalled, waited for, polled; what they refuse; descriptors fetched by them. */
#include "../../guest/testing.h"

#include <abi/sched.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define P_PIDFD_TYPE 3

static long pidfd_open(pid_t pid, unsigned flags) { return syscall(SYS_pidfd_open, pid, flags); }
static long pidfd_signal(long fd, int sig, void *info, unsigned flags)
{
	return syscall(SYS_pidfd_send_signal, fd, sig, info, flags);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static int readable(long fd, int timeout)
{
	struct pollfd p = { (int)fd, POLLIN, 0 };

	return poll(&p, 1, timeout) == 1 && (p.revents & POLLIN);
}

static void test_open(void)
{
	char path[40], text[300];
	pid_t pid = sleeper();
	long fd = pidfd_open(pid, 0);
	siginfo_t info;
	int status, n, file;

	OK(fd >= 0, "a descriptor for a process");
	IS(fcntl((int)fd, F_GETFD), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%ld", fd);
	file = open(path, O_RDONLY);
	n = (int)read(file, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	close(file);
	snprintf(path, sizeof(path), "Pid:\t%d\n", pid);
	OK(strstr(text, path), "whom it is of, in /proc");
	ERRNO(read((int)fd, text, 1), EINVAL);
	OK(!readable(fd, 0), "not readable while it runs");
	IS(pidfd_signal(fd, 0, NULL, 0), 0);
	ERRNO(pidfd_signal(fd, 99, NULL, 0), EINVAL);
	ERRNO(pidfd_signal(fd, SIGTERM, NULL, 1), EINVAL);
	ERRNO(pidfd_signal(0, SIGTERM, NULL, 0), EBADF);
	ERRNO(pidfd_signal(99, SIGTERM, NULL, 0), EBADF);
	memset(&info, 0, sizeof(info));
	info.si_signo = SIGTERM;
	info.si_code = SI_USER;
	ERRNO(pidfd_signal(fd, SIGTERM, &info, 0), EPERM);
	info.si_code = SI_QUEUE;
	ERRNO(pidfd_signal(fd, SIGUSR1, &info, 0), EINVAL);
	IS(waitid(P_PIDFD_TYPE, (id_t)fd, &info, WEXITED | WNOHANG), 0);
	IS(pidfd_signal(fd, SIGTERM, NULL, 0), 0);
	OK(readable(fd, 5000), "readable once it has ended");
	IS(pidfd_signal(fd, 0, NULL, 0), 0);
	OK(waitid(P_PIDFD_TYPE, (id_t)fd, &info, WEXITED) == 0 && info.si_pid == pid && info.si_status == SIGTERM, "it can be waited for");
	OK(readable(fd, 0), "and stays readable");
	ERRNO(pidfd_signal(fd, 0, NULL, 0), ESRCH);
	ERRNO(waitid(P_PIDFD_TYPE, (id_t)fd, &info, WEXITED), ECHILD);
	close((int)fd);
	ERRNO(pidfd_open(pid, 0), ESRCH);
	ERRNO(pidfd_open(0, 0), EINVAL);
	ERRNO(pidfd_open(getpid(), 1), EINVAL);
	ERRNO(waitid(P_PIDFD_TYPE, 0, &info, WEXITED), EBADF);
	pid = sleeper();
	fd = pidfd_open(pid, O_NONBLOCK);
	ERRNO(waitid(P_PIDFD_TYPE, (id_t)fd, &info, WEXITED), EAGAIN);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close((int)fd);
}

static void test_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	pid_t pid = sleeper();
	long fd = pidfd_open(pid, 0);
	int set = epoll_create1(0);

	IS(epoll_ctl(set, EPOLL_CTL_ADD, (int)fd, &event), 0);
	IS(epoll_wait(set, &event, 1, 0), 0);
	kill(pid, SIGKILL);
	IS(epoll_wait(set, &event, 1, 5000), 1);
	waitpid(pid, NULL, 0);
	close(set);
	close((int)fd);
}

static void test_clone(void)
{
	struct abi_clone_args args;
	int fd = -1, status;
	pid_t pid;

	memset(&args, 0, sizeof(args));
	args.flags = CLONE_PIDFD;
	args.pidfd = (unsigned long)&fd;
	args.exit_signal = SIGCHLD;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(7);
	OK(pid > 0 && fd >= 0 && readable(fd, 5000), "clone3 gives one");
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7, "of that child");
	close(fd);
	fd = -1;
	pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0);
	if (pid == 0)
		_exit(0);
	OK(pid > 0 && fd >= 0 && waitpid(pid, NULL, 0) == pid, "and so does clone");
	close(fd);
	ERRNO(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd, 0, 0), EINVAL);
	ERRNO(syscall(SYS_clone, CLONE_PIDFD | CLONE_THREAD | CLONE_VM | CLONE_SIGHAND, 0, &fd, 0, 0), EINVAL);
	ERRNO(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, (void *)4096, 0, 0), EFAULT);
	ERRNO(waitpid(-1, &status, WNOHANG), ECHILD);
}

static void test_fetch(void)
{
	int pipes[2], sync[2], status;
	char c = 0;
	pid_t pid;

	pipe(sync);
	pid = fork();
	if (pid == 0) {
		pipe(pipes);
		dup2(pipes[1], 77);
		write(pipes[1], "x", 1);
		dup2(pipes[0], 78);
		write(sync[1], "!", 1);
		for (;;)
			pause();
	}
	read(sync[0], &c, 1);
	long fd = pidfd_open(pid, 0), got = syscall(SYS_pidfd_getfd, fd, 78, 0);
	OK(got >= 0 && read((int)got, &c, 1) == 1 && c == 'x', "another's descriptor is fetched");
	IS(fcntl((int)got, F_GETFD), FD_CLOEXEC);
	ERRNO(syscall(SYS_pidfd_getfd, fd, 500, 0), EBADF);
	ERRNO(syscall(SYS_pidfd_getfd, fd, 78, 1), EINVAL);
	ERRNO(syscall(SYS_pidfd_getfd, 0, 78, 0), EBADF);
	pid_t stranger = fork();
	if (stranger == 0) {
		if (setuid(1000))
			_exit(1);
		_exit(syscall(SYS_pidfd_getfd, fd, 78, 0) == -1 && errno == EPERM && pidfd_signal(fd, 0, NULL, 0) == -1 && errno == EPERM ? 0 : 2);
	}
	OK(waitpid(stranger, &status, 0) == stranger && status == 0, "not by another user");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ERRNO(syscall(SYS_pidfd_getfd, fd, 78, 0), ESRCH);
}

int main(void)
{
	test_open();
	test_epoll();
	test_clone();
	test_fetch();
	return test_done();
}
