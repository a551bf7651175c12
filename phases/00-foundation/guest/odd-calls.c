/* Calls that are allowed, and odd enough to have broken something once. Each test is named after what broke. */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define WCLONE 0x80000000u

/* clone() takes any byte as the signal that tells the parent; above 64 there is none to send. */
static int clone_with_signal(long sig)
{
	int status = 0;
	pid_t pid = (pid_t)syscall(SYS_clone, sig, 0, 0, 0, 0);

	if (pid == 0)
		_exit(9);
	return pid > 0 && syscall(SYS_wait4, pid, &status, WCLONE, 0) == pid && status == 9 << 8;
}

/* A path to descriptor fd that opens what it stands for anew. */
static int reopen(int fd, int flags)
{
	char path[] = "/proc/self/fd/00";

	path[14] = (char)('0' + fd / 10);
	path[15] = (char)('0' + fd % 10);
	return open(fd < 10 ? (path[14] = path[15], path[15] = 0, path) : path, flags);
}

static void pipes(void)
{
	int ends[2], again;
	char c = 0;

	BAIL_UNLESS(pipe(ends) == 0, "no pipe");
	again = reopen(ends[0], O_RDONLY);
	OK(again >= 0 && write(ends[1], "x", 1) == 1 && read(again, &c, 1) == 1 && c == 'x', "a pipe opens again by /proc/self/fd");
	close(again);
	close(ends[1]);
	again = reopen(ends[0], O_RDONLY);
	OK(again >= 0 && read(again, &c, 1) == 0, "nobody waits for the writer that a pipe has lost");
	close(again);
	close(ends[0]);
}

int main(void)
{
	int first, second;

	TEST_PLAN(7);
	OK(clone_with_signal(65), "a child whose exit signal is 65");
	OK(clone_with_signal(255), "a child whose exit signal is 255");
	OK(clone_with_signal(0), "a child without exit signal");
	pipes();
	first = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	second = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	OK(first >= 0 && second >= 0, "two pseudo terminals");
	close(first);
	close(second);
	first = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	OK(first >= 0, "and another");
	close(first);
	return test_done();
}
