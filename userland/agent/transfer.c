/*
 * transfer.c - files in and out of the guest.
 *
 * A transfer owns its descriptor until transfer_finish(). Regular files are read and written in place:
 * a put that fails leaves what it wrote, and says so.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct transfer {
	int fd;
	int writing;
	uint32_t mode;
};

static int transfer_open(struct transfer **out, const char *path, int flags, uint32_t mode)
{
	struct transfer *t = malloc(sizeof(*t));

	if (!t)
		return ENOMEM;
	t->fd = open(path, flags | O_CLOEXEC, mode & 07777);
	if (t->fd < 0) {
		int error = errno;
		free(t);
		return error;
	}
	t->writing = (flags & O_ACCMODE) != O_RDONLY;
	t->mode = mode;
	*out = t;
	return 0;
}

int transfer_put(struct transfer **out, const char *path, uint32_t mode)
{
	return transfer_open(out, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int transfer_get(struct transfer **out, const char *path, uint32_t *mode, uint64_t *size)
{
	struct stat st;
	struct transfer *t = NULL;
	int error = transfer_open(&t, path, O_RDONLY | O_NONBLOCK, 0);

	if (error)
		return error;
	if (fstat(t->fd, &st) < 0)
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	if (error) {
		(void)transfer_finish(t);	/* the first error is the one to tell */
		return error;
	}
	*mode = st.st_mode & 07777;
	*size = (uint64_t)st.st_size;
	*out = t;
	return 0;
}

int transfer_write(struct transfer *t, const uint8_t *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(t->fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

int transfer_read(struct transfer *t, uint8_t *bytes, size_t length, size_t *got)
{
	for (;;) {
		ssize_t n = read(t->fd, bytes, length);
		if (n >= 0) {
			*got = (size_t)n;
			return 0;
		}
		if (errno != EINTR)
			return errno;
	}
}

int transfer_finish(struct transfer *t)
{
	int error = 0;

	if (t->writing && fchmod(t->fd, t->mode & 07777) < 0)
		error = errno;
	if (close(t->fd) < 0 && !error)
		error = errno;
	free(t);
	return error;
}

static int make_one(const char *path, uint32_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	int error = errno;
	if (error == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return error;
}

int make_directories(const char *path, uint32_t mode)
{
	char partial[TP_MAX_BODY + 1];
	size_t length = strlen(path);

	if (length == 0 || length >= sizeof(partial))
		return length ? ENAMETOOLONG : ENOENT;
	memcpy(partial, path, length + 1);
	for (size_t i = 1; i < length; i++) {
		if (partial[i] != '/')
			continue;
		partial[i] = 0;
		int error = make_one(partial, 0755);
		if (error)
			return error == EEXIST ? ENOTDIR : error;
		partial[i] = '/';
	}
	return make_one(partial, mode & 07777);
}
