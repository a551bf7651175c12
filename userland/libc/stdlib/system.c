/* Commands run by the shell: system(), popen(). */
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "thread.h"

/* SIGINT and SIGQUIT are ignored from the first call that runs until the last has ended. */
static volatile int lock;
static int running;
static struct sigaction interrupt, quit;

static void ignore_keys(sigset_t *defaults)
{
	struct sigaction ignore = { 0 };

	ignore.sa_handler = SIG_IGN;
	sigemptyset(defaults);
	__lock(&lock);
	if (!running++) {
		sigaction(SIGINT, &ignore, &interrupt);
		sigaction(SIGQUIT, &ignore, &quit);
	}
	if (interrupt.sa_handler != SIG_IGN)
		sigaddset(defaults, SIGINT);
	if (quit.sa_handler != SIG_IGN)
		sigaddset(defaults, SIGQUIT);
	__unlock(&lock);
}

static void restore_keys(void)
{
	__lock(&lock);
	if (!--running) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
	}
	__unlock(&lock);
}

struct command {
	pid_t child;
	sigset_t mask;
};

/* A thread that is cancelled takes its command with it. */
static void give_up(void *argument)
{
	struct command *command = argument;

	kill(command->child, SIGKILL);
	while (__syscall(SYS_wait4, (long)command->child, 0L, 0L, 0L) == -EINTR)
		;
	restore_keys();
	sigprocmask(SIG_SETMASK, &command->mask, NULL);
}

int system(const char *command)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	struct command now;
	posix_spawnattr_t attributes;
	sigset_t block, defaults;
	int status = -1, error;

	pthread_testcancel();
	if (!command)
		return access(_PATH_BSHELL, X_OK) == 0;
	ignore_keys(&defaults);
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &now.mask);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &now.mask);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn(&now.child, _PATH_BSHELL, NULL, &attributes, (char *const *)argv, environ);
	if (error == ENOMEM || error == EAGAIN) {
		errno = error;
	} else if (error) {
		status = 127 << 8;	/* as if the shell could not be run */
	} else {
		pthread_cleanup_push(give_up, &now);
		while (waitpid(now.child, &status, 0) < 0)
			if (errno != EINTR) {
				status = -1;
				break;
			}
		pthread_cleanup_pop(0);
	}
	error = errno;
	restore_keys();
	sigprocmask(SIG_SETMASK, &now.mask, NULL);
	errno = error;
	return status;
}

struct child {
	struct child *next;
	FILE *stream;
	pid_t pid;
};

static struct child *children;
static volatile int children_lock;

/* The command must not hold the other pipes open. */
static int start(struct child *entry, const char *command, int fd, int to)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	posix_spawn_file_actions_t actions;
	int error = 0;

	posix_spawn_file_actions_init(&actions);
	__lock(&children_lock);
	for (struct child *other = children; other && !error; other = other->next)
		error = posix_spawn_file_actions_addclose(&actions, fileno(other->stream));
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, fd, to);
	if (!error)
		error = posix_spawn(&entry->pid, _PATH_BSHELL, &actions, NULL, (char *const *)argv, environ);
	if (!error) {
		entry->next = children;
		children = entry;
	}
	__unlock(&children_lock);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

FILE *popen(const char *command, const char *mode)
{
	struct child *entry;
	int fds[2], ours, error;

	if (*mode != 'r' && *mode != 'w') {
		errno = EINVAL;
		return NULL;
	}
	entry = malloc(sizeof(*entry));
	if (!entry)
		return NULL;
	if (pipe2(fds, O_CLOEXEC) < 0)
		goto out_entry;
	ours = *mode == 'w';
	entry->stream = fdopen(fds[ours], mode);
	if (!entry->stream)
		goto out_pipe;
	error = start(entry, command, fds[!ours], !ours);
	if (error)
		goto out_stream;
	close(fds[!ours]);
	if (!strchr(mode, 'e'))
		fcntl(fds[ours], F_SETFD, 0);
	return entry->stream;

out_stream:
	fclose(entry->stream);
	close(fds[!ours]);
	free(entry);
	errno = error;
	return NULL;
out_pipe:
	error = errno;
	close(fds[0]);
	close(fds[1]);
	errno = error;
out_entry:
	free(entry);
	return NULL;
}

int pclose(FILE *stream)
{
	struct child **link = &children, *entry;
	int status;
	pid_t pid;

	__lock(&children_lock);
	while (*link && (*link)->stream != stream)
		link = &(*link)->next;
	entry = *link;
	if (entry)
		*link = entry->next;
	__unlock(&children_lock);
	if (!entry) {
		errno = EINVAL;
		return -1;
	}
	pid = entry->pid;
	free(entry);
	fclose(stream);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}
