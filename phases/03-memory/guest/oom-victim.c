/*
 * Whom the out-of-memory killer takes: the one with most memory, moved by oom_score_adj; never one with -1000; and the
 * figures in /proc that tell before.
 */
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE 4096
#define MIB (1 << 20)

static void write_to(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (write(fd, text, strlen(text)) < 0)
		test_diag("%s: errno %d", file, errno);
	close(fd);
}

static void path_of(char *path, pid_t pid, const char *file)
{
	char number[12], *at = number + sizeof(number) - 1;

	*at = 0;
	for (; pid; pid /= 10)
		*--at = (char)('0' + pid % 10);
	strcpy(path, "/proc/");
	strcat(strcat(strcat(path, at), "/"), file);
}

static int score(pid_t pid)
{
	char path[64], text[16] = "";
	int fd;

	path_of(path, pid, "oom_score");
	fd = open(path, O_RDONLY);
	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	return atoi(text);
}

/* A process with so much memory, which waits. */
static pid_t holder(unsigned mib, const char *adjust)
{
	int ready[2];
	char c;
	pid_t pid;

	pipe(ready);
	pid = fork();
	if (!pid) {
		char *p = mmap(0, mib * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		write_to("/proc/self/oom_score_adj", adjust);
		for (unsigned i = 0; i < mib * MIB; i += PAGE)
			p[i] = 1;
		write(ready[1], "r", 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	read(ready[0], &c, 1);
	close(ready[0]);
	return pid;
}

/* How many have been killed since start-up. */
static long killed(void)
{
	return proc_figure("/proc/vmstat", "oom_kill");
}

/* A process that nobody would choose takes memory until somebody else has died. */
static void bomb(void)
{
	long before = killed();
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *p = mmap(0, 48 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		write_to("/proc/self/oom_score_adj", "-900");
		for (unsigned i = 0; i < 48 * MIB / PAGE; i++) {
			p[i * PAGE] = 1;
			if (i % 16 == 0 && killed() != before)
				_exit(0);
		}
		_exit(1);
	}
	waitpid(pid, &status, 0);
	IS(status, 0);
}

static int dead(pid_t pid)
{
	int status;

	return waitpid(pid, &status, WNOHANG) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* The kill is counted before the victim has come to its end. */
static int dies(pid_t pid)
{
	for (int i = 0; i < 30000 && kill(pid, 0) == 0; i++) {
		if (dead(pid))
			return 1;
		usleep(1000);
	}
	return 0;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
}

int main(void)
{
	pid_t small, large, safe;
	char path[64], text[16] = "";
	int fd;

	TEST_PLAN(14);
	/* The largest. */
	small = holder(2, "0");
	large = holder(12, "0");
	OK(score(large) > score(small), "scores %d and %d", score(large), score(small));
	bomb();
	IS(dies(large), 1);
	IS(dead(small), 0);
	end(small);
	/* Whoever is to go first goes first. */
	large = holder(12, "0");
	small = holder(2, "900");
	OK(score(small) > score(large), "scores %d and %d", score(small), score(large));
	bomb();
	IS(dies(small), 1);
	end(large);
	/* Whoever must not, does not. */
	safe = holder(12, "-1000");
	IS(score(safe), 0);
	small = holder(4, "0");
	bomb();
	IS(dies(small), 1);
	IS(dead(safe), 0);
	end(safe);
	fd = open("/proc/self/oom_score_adj", O_RDWR);
	ERRNO(write(fd, "1001", 4), EINVAL);
	ERRNO(write(fd, "x", 1), EINVAL);
	close(fd);
	path_of(path, getpid(), "oom_score_adj");
	fd = open(path, O_RDONLY);
	(void)!read(fd, text, sizeof(text) - 1);
	IS(atoi(text), 0);
	return test_done();
}
