/*
 * job-control SHELL [OPTION...]: an interactive shell on a pseudo-terminal, typed at: stop, list, background,
 * foreground, interrupt, end of input.
 */
#include "../../guest/testing.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>

static int master;
static char heard[65536];
static size_t length, looked_at;

/* Reads until `text` comes behind what was found last. 0: it did not come in ten seconds. */
static int expect(const char *text)
{
	struct pollfd p = {master, POLLIN, 0};

	for (;;) {
		char *at = strstr(heard + looked_at, text);
		if (at) {
			looked_at = (size_t)(at - heard) + strlen(text);
			return 1;
		}
		if (poll(&p, 1, 10000) <= 0 || length + 1 >= sizeof(heard))
			break;
		ssize_t n = read(master, heard + length, sizeof(heard) - 1 - length);
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			if (heard[length + (size_t)i] == 0)
				heard[length + (size_t)i] = '?';
		length += (size_t)n;
		heard[length] = 0;
	}
	DIAG("no `%s` in: %s", text, heard + looked_at);
	return 0;
}

static void type(const char *text)
{
	BAIL_UNLESS(write(master, text, strlen(text)) == (ssize_t)strlen(text), "cannot type");
}

static pid_t start(char **argv)
{
	master = posix_openpt(O_RDWR | O_NOCTTY);
	BAIL_UNLESS(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, "no pseudo-terminal");
	char *name = ptsname(master);
	pid_t pid = fork();
	if (pid == 0) {
		setsid();
		int fd = open(name, O_RDWR);
		ioctl(fd, TIOCSCTTY, 0);
		dup2(fd, 0), dup2(fd, 1), dup2(fd, 2);
		setenv("PS1", "READY> ", 1);
		setenv("HISTFILE", "", 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

/* Waits until a child of the shell has this name and state ('S', 'T'), in front of the terminal or behind. */
static void until(pid_t shell, const char *name, char state, int in_front)
{
	for (int i = 0; i < 3000; i++) {
		DIR *all = opendir("/proc");
		struct dirent *e;
		int found = 0;

		while (all && (e = readdir(all))) {
			char path[300], text[256], called[32] = "", is = 0;
			int parent = 0, group = 0, front = 0, fd;
			ssize_t n;

			snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
			if (!atoi(e->d_name) || (fd = open(path, O_RDONLY)) < 0)
				continue;
			n = read(fd, text, sizeof(text) - 1);
			close(fd);
			text[n > 0 ? n : 0] = 0;
			sscanf(text, "%*d (%31[^)]) %c %d %d %*d %*d %d", called, &is, &parent, &group, &front);
			found |= parent == shell && !strcmp(called, name) && is == state && (group == front) == in_front;
		}
		closedir(all);
		if (found)
			return;
		usleep(10000);
	}
	DIAG("%s does not come to state %c", name, state);
}

int main(int argc, char **argv)
{
	int status = -1;

	BAIL_UNLESS(argc > 1, "which shell?");
	TEST_PLAN(13);
	pid_t pid = start(argv + 1);
	OK(expect("READY> "), "the shell asks");
	/* What a command writes is told from the echo of its own line by a sum. */
	type("echo $((40+2))x\n");
	OK(expect("\n42x") && expect("READY> "), "and answers");
	type("sleep 1000\n");
	expect("sleep 1000");
	until(pid, "sleep", 'S', 1);
	type("\032");
	OK(expect("READY> "), "Ctrl-Z stops a program");
	type("jobs; echo $((40+3))x\n");
	OK(expect("sleep 1000") && expect("\n43x") && expect("READY> "), "jobs lists it");
	type("bg; echo $((40+4))x\n");
	OK(expect("\n44x") && expect("READY> "), "bg lets it go on");
	type("fg; echo st$?\n");
	expect("sleep 1000");
	until(pid, "sleep", 'S', 1);
	type("\003");
	OK(expect("READY> "), "Ctrl-C ends it in the foreground");
	type("jobs; echo $((40+5))x\n");
	OK(expect("\n45x") && expect("READY> "), "it is gone");
	type("cat &\n");
	OK(expect("READY> "), "a reader in the background");
	until(pid, "cat", 'T', 0);
	type("jobs; echo $((40+6))x\n");
	OK(expect("topped") && expect("\n46x") && expect("READY> "), "is stopped by SIGTTIN");
	type("kill %1; wait; echo $((40+7))x\n");
	OK(expect("\n47x") && expect("READY> "), "and can be killed");
	type("(sleep 1; exit 3) & wait $!; echo s$?t\n");
	OK(expect("s3t") && expect("READY> "), "wait gives a job's status");
	type("yes | head -c 100000 | wc -c\n");
	OK(expect("100000") && expect("READY> "), "a pipe line");
	type("exit 5\n");
	waitpid(pid, &status, 0);
	IS(WEXITSTATUS(status), 5);
	return test_done();
}
