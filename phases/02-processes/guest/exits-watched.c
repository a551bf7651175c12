/*
 * Processes end, with a thousand files to close, while others look at them in /proc: descriptors, their files, status,
 * folders. What is seen of them is there or is gone, and files whose last user was looked at are as whole as before.
 */
#include "../../guest/testing.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define FILES 900
#define ROUNDS 30
#define WATCHERS 3

static struct shared {
	volatile pid_t target;
	volatile long seen, odd;
} *shared;

/* Ends with many files that nobody else has, of three kinds. */
static void target(void)
{
	for (int i = 0; i < FILES; i++) {
		char name[32];
		int fd;

		if (i % 3 == 0) {
			snprintf(name, sizeof(name), "file-%d", i);
			fd = open(name, O_CREAT | O_RDWR, 0600);
			unlink(name);
		} else {
			fd = i % 3 == 1 ? eventfd(0, 0) : open("/proc/self/status", O_RDONLY);
		}
		if (fd < 0)
			_exit(1);
	}
	shared->target = getpid();
	usleep(2000);
	_exit(0);
}

static void look(pid_t pid, int fd)
{
	char name[64], text[256];
	struct stat st;
	ssize_t n;
	int info;

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", pid, fd);
	n = readlink(name, text, sizeof(text));
	shared->seen += n > 0;
	if (n < 0 ? errno != ENOENT : n == 0)
		shared->odd++;
	if (stat(name, &st) != 0 && errno != ENOENT)
		shared->odd++;
	snprintf(name, sizeof(name), "/proc/%d/%s", pid, fd % 2 ? "status" : "cwd");
	info = open(name, O_RDONLY);
	if (info < 0 ? errno != ENOENT && errno != ESRCH : 0)
		shared->odd++;
	if (info >= 0 && fd % 2 && read(info, text, sizeof(text)) < 0 && errno != ESRCH)
		shared->odd++;
	if (info >= 0)
		close(info);
	snprintf(name, sizeof(name), "/proc/%d/fdinfo/%d", pid, fd);
	info = open(name, O_RDONLY);
	if (info >= 0) {
		(void)!read(info, text, sizeof(text));
		close(info);
	}
}

static void watch(unsigned seed)
{
	for (;;) {
		pid_t pid = shared->target;

		seed = seed * 1103515245 + 12345;
		if (pid)
			look(pid, 3 + (int)(seed >> 8) % FILES);
	}
}

int main(void)
{
	static const struct rlimit many = { FILES + 64, FILES + 64 };
	pid_t watchers[WATCHERS];
	int status, good = 0;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS(shared != MAP_FAILED && mkdir("/tmp/exits-watched", 0700) == 0 && chdir("/tmp/exits-watched") == 0, "a folder");
	BAIL_UNLESS(setrlimit(RLIMIT_NOFILE, &many) == 0, "many files");
	for (unsigned i = 0; i < WATCHERS; i++) {
		watchers[i] = fork();
		if (watchers[i] == 0)
			watch(i);
	}
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			target();
		good += waitpid(pid, &status, 0) == pid && status == 0;
	}
	IS(good, ROUNDS);
	OK(shared->seen > ROUNDS, "their files were seen %ld times", shared->seen);
	IS(shared->odd, 0);
	for (unsigned i = 0; i < WATCHERS; i++) {
		kill(watchers[i], SIGKILL);
		OK(waitpid(watchers[i], &status, 0) == watchers[i] && WIFSIGNALED(status), "watcher %u is well", i);
	}
	chdir("/");
	rmdir("/tmp/exits-watched");
	return test_done();
}
