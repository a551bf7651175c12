/* Streams over descriptors: opening, closing, and the list of all streams. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "stream.h"
#include "thread.h"

/* No cancellation points: a stream's lock and buffer would be left behind. */
static ssize_t file_read(FILE *stream, void *to, size_t length)
{
	return SYS3(read, stream->fd, to, length);
}

static ssize_t file_write(FILE *stream, const void *from, size_t length)
{
	return SYS3(write, stream->fd, from, length);
}

static off_t file_seek(FILE *stream, off_t offset, int whence)
{
	return lseek(stream->fd, offset, whence);
}

static int file_close(FILE *stream)
{
	return SYS1(close, stream->fd);
}

static const struct stream_operations file_operations = {
	.read = file_read, .write = file_write, .seek = file_seek, .close = file_close,
};

static FILE input = {
	.flags = STREAM_READ | STREAM_STATIC, .fd = 0, .operations = &file_operations,
};
static FILE output = {
	.flags = STREAM_WRITE | STREAM_STATIC | STREAM_DECIDE, .fd = 1, .operations = &file_operations,
	.next = &input,
};
static FILE error = {
	.flags = STREAM_WRITE | STREAM_STATIC | STREAM_NOBUFFER, .fd = 2, .operations = &file_operations,
	.next = &output,
};
static FILE *all = &error;
static volatile int list_lock;

#undef stdin
#undef stdout
#undef stderr
FILE *stdin = &input, *stdout = &output, *stderr = &error;

void __stdio_exit(void);
void __stdio_fork(int stage);

int __stream_mode(const char *mode, int *open_flags, unsigned *flags)
{
	int plus = strchr(mode, '+') != NULL;

	switch (*mode) {
	case 'r':
		*open_flags = plus ? O_RDWR : O_RDONLY;
		break;
	case 'w':
		*open_flags = (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
		break;
	case 'a':
		*open_flags = (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
		break;
	default:
		errno = EINVAL;
		return -1;
	}
	if (strchr(mode, 'x'))
		*open_flags |= O_EXCL;
	if (strchr(mode, 'e'))
		*open_flags |= O_CLOEXEC;
	*flags = *mode == 'r' ? STREAM_READ : STREAM_WRITE;
	if (plus)
		*flags = STREAM_READ | STREAM_WRITE;
	if (*mode == 'a')
		*flags |= STREAM_APPEND;
	return 0;
}

/* The three standard streams have no back link: they are never taken out. */
void __stream_list(FILE *stream)
{
	__lock(&list_lock);
	stream->next = all;
	stream->link = &all;
	if (all)
		all->link = &stream->next;
	all = stream;
	__unlock(&list_lock);
}

FILE *__stream_new(const char *mode, int *open_flags)
{
	FILE *stream;
	unsigned flags;

	if (__stream_mode(mode, open_flags, &flags) < 0)
		return NULL;
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return NULL;
	stream->flags = flags;
	stream->fd = -1;
	stream->operations = &file_operations;
	return stream;
}

void __stream_free(FILE *stream)
{
	if (stream->link) {
		__lock(&list_lock);
		*stream->link = stream->next;
		if (stream->next)
			stream->next->link = stream->link;
		__unlock(&list_lock);
	}
	if (stream->flags & STREAM_OWNED)
		free(stream->buffer - UNGET);
	if (!(stream->flags & STREAM_STATIC))
		free(stream);
}

FILE *fopen(const char *__restrict path, const char *__restrict mode)
{
	int flags;
	FILE *stream = __stream_new(mode, &flags);

	if (!stream)
		return NULL;
	stream->fd = open(path, flags, 0666);
	if (stream->fd < 0) {
		__stream_free(stream);
		return NULL;
	}
	if (stream->flags & STREAM_WRITE)
		stream->flags |= STREAM_DECIDE;
	__stream_list(stream);
	return stream;
}

FILE *fdopen(int fd, const char *mode)
{
	int flags, has = fcntl(fd, F_GETFL, 0);
	FILE *stream;

	if (has < 0)
		return NULL;
	stream = __stream_new(mode, &flags);
	if (!stream)
		return NULL;
	if (((has & O_ACCMODE) == O_RDONLY && stream->flags & STREAM_WRITE) ||
	    ((has & O_ACCMODE) == O_WRONLY && stream->flags & STREAM_READ)) {
		__stream_free(stream);
		errno = EINVAL;
		return NULL;
	}
	if (flags & O_APPEND && !(has & O_APPEND))
		fcntl(fd, F_SETFL, has | O_APPEND);
	if (flags & O_CLOEXEC)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	stream->fd = fd;
	if (stream->flags & STREAM_WRITE)
		stream->flags |= STREAM_DECIDE;
	__stream_list(stream);
	return stream;
}

static int reopen(const char *path, const char *mode, FILE *stream)
{
	int flags, fd;
	unsigned stream_flags;

	(void)__stream_flush(stream);	/* failures of the old file are to be ignored */
	__stream_forget_input(stream);
	if (__stream_mode(mode, &flags, &stream_flags) < 0)
		return -1;
	if (!path) {
		/* Without a name only the mode changes, as far as the descriptor allows. */
		if (fcntl(stream->fd, F_SETFL, flags & (O_APPEND | O_NONBLOCK)) < 0)
			return -1;
	} else {
		fd = open(path, flags, 0666);
		if (fd < 0)
			return -1;
		if (stream->fd < 0) {
			stream->fd = fd;
		} else if (fd != stream->fd) {
			if (dup3(fd, stream->fd, flags & O_CLOEXEC) < 0) {
				close(fd);
				return -1;
			}
			close(fd);
		}
	}
	stream->flags = (stream->flags & (STREAM_STATIC | STREAM_OWNED | STREAM_NOBUFFER)) | stream_flags;
	stream->orientation = 0;
	if (stream_flags & STREAM_WRITE && !(stream->flags & STREAM_NOBUFFER))
		stream->flags |= STREAM_DECIDE;
	return 0;
}

FILE *freopen(const char *__restrict path, const char *__restrict mode, FILE *__restrict stream)
{
	int locked = __stream_lock(stream), result = reopen(path, mode, stream);

	__stream_unlock(stream, locked);
	if (!result)
		return stream;
	fclose(stream);
	return NULL;
}

int fclose(FILE *stream)
{
	int locked = __stream_lock(stream), result = __stream_flush(stream);

	/* Give back what was read ahead, so that whoever shares the descriptor goes on from here. */
	__stream_forget_input(stream);
	if (stream->operations->close && stream->operations->close(stream) < 0)
		result = EOF;
	if (stream->flags & STREAM_STATIC) {
		stream->fd = -1;
		stream->flags &= STREAM_STATIC | STREAM_OWNED;
	}
	__stream_unlock(stream, locked);
	if (!(stream->flags & STREAM_STATIC))
		__stream_free(stream);
	return result;
}

int fflush_unlocked(FILE *stream)
{
	if (!stream)
		return fflush(NULL);
	if (stream->write_at)
		return __stream_flush(stream);
	__stream_forget_input(stream);
	return 0;
}

int fflush(FILE *stream)
{
	int result = 0, locked;

	if (stream) {
		locked = __stream_lock(stream);
		result = fflush_unlocked(stream);
		__stream_unlock(stream, locked);
		return result;
	}
	__lock(&list_lock);
	for (FILE *each = all; each; each = each->next) {
		locked = __stream_lock(each);
		if (each->write_at && __stream_flush(each) < 0)
			result = EOF;
		__stream_unlock(each, locked);
	}
	__unlock(&list_lock);
	return result;
}

/* A stream that another thread has and does not give back, as one that it reads from, is left alone. */
void __stdio_exit(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	__lock(&list_lock);
	for (FILE *each = all; each; each = each->next) {
		int tries = each->write_at ? 100 : 0, busy;

		while ((busy = ftrylockfile(each)) && tries-- > 0)
			(void)__syscall(SYS_clock_nanosleep_time64, (long)CLOCK_MONOTONIC, 0L, (long)&moment, 0L);
		if (busy)
			continue;
		if (each->write_at)
			(void)__stream_flush(each);	/* nobody is left to be told */
		else if (each->read_at && each->fd >= 0)
			__stream_forget_input(each);
		/* It stays locked: what other threads still write is lost, as it would be a moment later. */
	}
}

/* In the child, the other threads' locks are nobody's. */
void __stdio_fork(int stage)
{
	__fork_lock(&list_lock, stage);
	if (stage != FORK_CHILD)
		return;
	for (FILE *each = all; each; each = each->next)
		if (each->owner != thread_self()) {
			each->lock = 0;
			each->owner = NULL;
			each->locks = 0;
		}
}

int fileno(FILE *stream)
{
	if (stream->fd < 0)
		errno = EBADF;
	return stream->fd;
}

int fileno_unlocked(FILE *stream)
{
	return fileno(stream);
}
