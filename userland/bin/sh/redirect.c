/*
 * Redirections. What a descriptor was is kept above 9, closed on exec, until it is put back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

#define FIRST_HIDDEN 10

struct saved_fds {
	struct saved_fds *next;
	int fd;
	int copy;		/* -1: it was closed */
};

static int save(struct saved_fds **list, int fd)
{
	struct saved_fds *saved;
	int copy;

	for (saved = *list; saved; saved = saved->next)
		if (saved->fd == fd)
			return 0;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_HIDDEN);
	if (copy < 0 && errno != EBADF) {
		shell_warn("%d: %s", fd, strerror(errno));
		return -1;
	}
	saved = xmalloc(sizeof(*saved));
	*saved = (struct saved_fds){ *list, fd, copy };
	*list = saved;
	return 0;
}

void redirect_undo(struct saved_fds *list)
{
	while (list) {
		struct saved_fds *next = list->next;

		if (list->copy < 0) {
			close(list->fd);
		} else {
			dup2(list->copy, list->fd);
			close(list->copy);
		}
		free(list);
		list = next;
	}
}

void redirect_keep(struct saved_fds *list)
{
	while (list) {
		struct saved_fds *next = list->next;

		if (list->copy >= 0)
			close(list->copy);
		free(list);
		list = next;
	}
}

/* A here-document becomes a pipe when it fits into one, otherwise a file without a name. */
static int open_document(const char *text)
{
	size_t length = strlen(text), done = 0;
	char name[] = "/tmp/shXXXXXX";
	int fds[2], fd;

	if (length <= 4096) {
		if (pipe2(fds, O_CLOEXEC) < 0)
			return -1;
		if (write(fds[1], text, length) != (ssize_t)length) {
			close(fds[0]);
			fds[0] = -1;
		}
		close(fds[1]);
		return fds[0];
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -1;
	unlink(name);
	while (done < length) {
		ssize_t wrote = write(fd, text + done, length - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0) {
			close(fd);
			return -1;
		}
		done += (size_t)wrote;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* With -C, > must not touch a regular file that exists. */
static int open_noclobber(const char *path)
{
	struct stat status;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd >= 0 || errno != EEXIST)
		return fd;
	if (!stat(path, &status) && S_ISREG(status.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	return open(path, O_WRONLY | O_CLOEXEC);
}

static int open_target(const struct redirect *redirect, const char *path)
{
	switch (redirect->kind) {
	case '<':
		return open(path, O_RDONLY | O_CLOEXEC);
	case '>':
		if (options['C'])
			return open_noclobber(path);
		return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	case '|':
		return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	case 'a':
		return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	default:
		return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	}
}

static int duplicate(const struct redirect *redirect, const char *target)
{
	char *end;
	long fd;

	if (!strcmp(target, "-")) {
		close(redirect->fd);
		return 0;
	}
	fd = strtol(target, &end, 10);
	if (end == target || *end || fd < 0) {
		shell_warn("%s: bad descriptor", target);
		return -1;
	}
	if (fd == redirect->fd) {
		int flags = fcntl(redirect->fd, F_GETFD);

		if (flags >= 0 && fcntl(redirect->fd, F_SETFD, flags & ~FD_CLOEXEC) >= 0)
			return 0;
	} else if ((fcntl((int)fd, F_GETFD) & FD_CLOEXEC) == 0 || fd < FIRST_HIDDEN) {
		if (dup2((int)fd, redirect->fd) >= 0)
			return 0;
	} else {
		/* One of the shell's own. */
		errno = EBADF;
	}
	shell_warn("%ld: %s", fd, strerror(errno));
	return -1;
}

static int redirect_one(const struct redirect *redirect, struct arena *arena)
{
	const char *target = expand_string(redirect->target->parts, arena);
	int fd;

	if (redirect->kind == 'i' || redirect->kind == 'o')
		return duplicate(redirect, target);
	fd = redirect->kind == 'h' ? open_document(target) : open_target(redirect, target);
	if (fd < 0) {
		if (redirect->kind == '<')
			shell_warn("cannot open %s: %s", target, strerror(errno));
		else
			shell_warn("cannot create %s: %s", redirect->kind == 'h' ? "here-document" : target, strerror(errno));
		return -1;
	}
	if (fd == redirect->fd) {
		fcntl(fd, F_SETFD, 0);
		return 0;
	}
	if (dup2(fd, redirect->fd) < 0) {
		shell_warn("%d: %s", redirect->fd, strerror(errno));
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

int redirect_all(struct redirect *list, struct saved_fds **saved)
{
	struct arena *arena = arena_new();
	int result = 0;

	for (; list && !result; list = list->next) {
		if (saved && save(saved, list->fd) < 0)
			result = -1;
		else
			result = redirect_one(list, arena);
	}
	arena_drop(arena);
	return result;
}
