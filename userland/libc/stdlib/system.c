/* Commands run by the shell: system(), popen(). */
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int system(const char *command)
{
	struct sigaction ignore = { 0 }, interrupt, quit;
	sigset_t block, mask;
	int status = -1;
	pid_t child;

	if (!command)
		return access(_PATH_BSHELL, X_OK) == 0;
	ignore.sa_handler = SIG_IGN;
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &mask);
	child = fork();
	if (!child) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
		sigprocmask(SIG_SETMASK, &mask, NULL);
		execl(_PATH_BSHELL, "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		while (waitpid(child, &status, 0) < 0)
			if (errno != EINTR) {
				status = -1;
				break;
			}
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return status;
}

struct child {
	struct child *next;
	FILE *stream;
	pid_t pid;
};

static struct child *children;

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
	entry->pid = fork();
	if (entry->pid < 0)
		goto out_stream;
	if (!entry->pid) {
		/* Where the descriptor is the right one already, only its flag has to go. */
		if (fds[!ours] == !ours)
			fcntl(fds[!ours], F_SETFD, 0);
		else
			dup2(fds[!ours], !ours);
		for (struct child *other = children; other; other = other->next)
			close(fileno(other->stream));
		execl(_PATH_BSHELL, "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(fds[!ours]);
	if (!strchr(mode, 'e'))
		fcntl(fds[ours], F_SETFD, 0);
	entry->next = children;
	children = entry;
	return entry->stream;

out_stream:
	error = errno;
	fclose(entry->stream);
	close(fds[!ours]);
	free(entry);
	errno = error;
	return NULL;
out_pipe:
	close(fds[0]);
	close(fds[1]);
out_entry:
	free(entry);
	return NULL;
}

int pclose(FILE *stream)
{
	struct child **link = &children, *entry;
	int status;
	pid_t pid;

	while (*link && (*link)->stream != stream)
		link = &(*link)->next;
	if (!*link) {
		errno = EINVAL;
		return -1;
	}
	entry = *link;
	*link = entry->next;
	pid = entry->pid;
	free(entry);
	fclose(stream);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}
