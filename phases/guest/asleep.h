/*
 * asleep.h - waiting until another task waits. How long it takes to get there is the host's to say: after a pause it might
 * not have come to it yet, and what it waits for would come too early.
 */
#ifndef IMPOSOS_ASLEEP_H
#define IMPOSOS_ASLEEP_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 'R', 'S', 'D', 'T', 'Z' and so on, as proc(5) has it; 0: there is no such thread of that process. */
__attribute__((unused))
static char state_of(int process, int thread)
{
	char path[64], text[128];
	const char *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", process, thread);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : 0;
}

/* Whether it comes to that state, for which there are 30 seconds at least. */
__attribute__((unused))
static int until_state(int process, int thread, char state)
{
	for (int i = 0; i < 30000; i++) {
		if (state_of(process, thread) == state)
			return 1;
		usleep(1000);
	}
	return 0;
}

__attribute__((unused))
static int until_asleep(pid_t pid)
{
	return until_state(pid, pid, 'S');
}

/*
 * Whether all threads of this process but the caller, which is the first, come to sleep. One that has ended may be
 * listed a while longer, and does not count.
 */
__attribute__((unused))
static int until_others_sleep(void)
{
	int good = 1;
	DIR *threads = opendir("/proc/self/task");
	struct dirent *e;

	while (threads && (e = readdir(threads))) {
		int thread = atoi(e->d_name), tries = 30000;
		char state;

		if (!thread || thread == getpid())
			continue;
		while ((state = state_of(getpid(), thread)) != 'S' && state && state != 'Z' && state != 'X' && --tries)
			usleep(1000);
		good &= tries > 0;
	}
	if (threads)
		closedir(threads);
	return good && threads;
}

/* Sends the caller a signal as soon as it sleeps in what it does next. The child that does is the caller's to reap. */
__attribute__((unused))
static pid_t when_asleep_kill(int sig)
{
	pid_t caller = getpid(), pid = fork();

	if (pid == 0) {
		if (until_asleep(caller))
			kill(caller, sig);
		_exit(0);
	}
	return pid;
}

#endif
