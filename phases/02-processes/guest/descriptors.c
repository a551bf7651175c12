/*
 * Descriptors: the table's limits, duplicates, close-on-exec, sharing by CLONE_FILES.
 *
 *	descriptors COUNT	also opens COUNT descriptors at once
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void test_limits(void)
{
	struct rlimit limit, small = {16, 65536}, beyond = {1024, 65537};
	int fd;

	OK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 1024 && limit.rlim_max == 65536,
	   "the soft limit is 1,024 and the hard one 65,536");
	OK(prlimit(0, RLIMIT_NOFILE, &small, &limit) == 0 && limit.rlim_cur == 1024, "prlimit64 sets and tells the old");
	while ((fd = open("/dev/null", O_RDONLY)) >= 0 && fd < 15)
		;
	IS(fd, 15);
	ERRNO(open("/dev/null", O_RDONLY), EMFILE);
	ERRNO(dup(0), EMFILE);
	int ends[2] = {-7, -7};
	ERRNO(pipe(ends), EMFILE);
	OK(ends[0] == -7 && ends[1] == -7, "and pipe() leaves the array alone");
	ERRNO(fcntl(0, F_DUPFD, 16), EINVAL);
	ERRNO(fcntl(0, F_DUPFD, 3), EMFILE);
	ERRNO(dup2(0, 16), EBADF);
	OK(close(9) == 0 && open("/dev/null", O_RDONLY) == 9, "the lowest free number is taken");
	pid_t pid = fork();
	if (pid == 0)
		_exit(setuid(1000) || setrlimit(RLIMIT_NOFILE, &beyond) == 0 || errno != EPERM);
	int status;
	OK(waitpid(pid, &status, 0) == pid && status == 0, "only root raises the hard limit");
	small = (struct rlimit){20, 10};
	ERRNO(setrlimit(RLIMIT_NOFILE, &small), EINVAL);
	for (fd = 3; fd < 16; fd++)
		close(fd);
	small = (struct rlimit){1024, 65536};
	IS(setrlimit(RLIMIT_NOFILE, &small), 0);
}

static void test_duplicates(void)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct stat a, b;

	BAIL_UNLESS(fd >= 0, "no /dev/zero");
	IS(fcntl(fd, F_GETFD), FD_CLOEXEC);
	int copy = dup(fd);
	IS(fcntl(copy, F_GETFD), 0);
	IS(dup2(fd, fd), fd);
	IS(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ERRNO(dup3(fd, fd, 0), EINVAL);
	ERRNO(dup3(fd, 50, O_NONBLOCK), EINVAL);
	OK(dup3(fd, 50, O_CLOEXEC) == 50 && fcntl(50, F_GETFD) == FD_CLOEXEC, "dup3 with O_CLOEXEC");
	OK(fcntl(fd, F_DUPFD_CLOEXEC, 60) == 60 && fcntl(60, F_GETFD) == FD_CLOEXEC, "F_DUPFD_CLOEXEC from a number on");
	OK(fstat(50, &a) == 0 && fstat(fd, &b) == 0 && a.st_rdev == b.st_rdev, "they are of one file");
	OK(fcntl(copy, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_GETFL) & O_NONBLOCK, "and share its status flags");
	ERRNO(dup2(fd, -1), EBADF);
	ERRNO(dup2(99, 98), EBADF);
	ERRNO(fcntl(99, F_GETFD), EBADF);
	ERRNO(close(99), EBADF);
	close(fd), close(copy), close(50), close(60);
}

/* Which of 10 and 11 are open, as bits. */
static int open_after_exec(char *self)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		dup2(0, 10);
		dup3(0, 11, O_CLOEXEC);
		execl(self, self, "which", (char *)NULL);
		_exit(99);
	}
	return waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : -1;
}

static int close_20(void *argument)
{
	close(20);
	dup2(0, 21);
	*(volatile int *)argument = 1;
	return 0;
}

static void test_sharing(void)
{
	static char stack[8192] __attribute__((aligned(16)));
	volatile int done = 0;
	int status, flags[2] = {0, CLONE_FILES};

	for (int shared = 0; shared < 2; shared++) {
		dup2(0, 20);
		pid_t pid = clone(close_20, stack + sizeof(stack), CLONE_VM | flags[shared] | SIGCHLD, (void *)&done);
		OK(pid > 0 && waitpid(pid, &status, 0) == pid && done, "clone %s CLONE_FILES", shared ? "with" : "without");
		IS(fcntl(20, F_GETFD) < 0, shared);
		IS(fcntl(21, F_GETFD) == 0, shared);
		close(20), close(21);
	}
}

static void test_many(int count)
{
	struct rlimit limit = {(rlim_t)count + 4, 65536}, normal = {1024, 65536};
	int opened = 3, status;

	IS(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (opened < count && dup(0) == opened)
		opened++;
	IS(opened, count);
	OK(open("/dev/null", O_RDONLY) == count, "an open of its own after %d copies", count);
	pid_t pid = fork();
	if (pid == 0)
		_exit(fcntl(count - 1, F_GETFD) != 0 || close(count - 1) != 0);
	OK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "a child has them all");
	IS(fcntl(count - 1, F_GETFD), 0);
	while (opened >= 3 && close(opened) == 0)
		opened--;
	IS(opened, 2);
	IS(setrlimit(RLIMIT_NOFILE, &normal), 0);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "which") == 0)
		return (fcntl(10, F_GETFD) >= 0) | (fcntl(11, F_GETFD) >= 0) << 1;
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	TEST_PLAN(42);
	test_limits();
	test_duplicates();
	IS(open_after_exec(argv[0]), 1);
	test_sharing();
	test_many(argc > 1 ? atoi(argv[1]) : 1000);
	return test_done();
}
