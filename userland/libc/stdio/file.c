/* Streams over descriptors: opening, closing, and the list of all streams. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "stream.h"

static ssize_t file_read(FILE *stream, void *to, size_t length)
{
	return read(stream->fd, to, length);
}

static ssize_t file_write(FILE *stream, const void *from, size_t length)
{
	return write(stream->fd, from, length);
}

static off_t file_seek(FILE *stream, off_t offset, int whence)
{
	return lseek(stream->fd, offset, whence);
}

static int file_close(FILE *stream)
{
	return close(stream->fd);
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

#undef stdin
#undef stdout
#undef stderr
FILE *stdin = &input, *stdout = &output, *stderr = &error;

void __stdio_exit(void);

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
	stream->next = all;
	stream->link = &all;
	if (all)
		all->link = &stream->next;
	all = stream;
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
		*stream->link = stream->next;
		if (stream->next)
			stream->next->link = stream->link;
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

FILE *freopen(const char *__restrict path, const char *__restrict mode, FILE *__restrict stream)
{
	int flags, fd;
	unsigned stream_flags;

	(void)__stream_flush(stream);	/* failures of the old file are to be ignored */
	__stream_forget_input(stream);
	if (__stream_mode(mode, &flags, &stream_flags) < 0)
		goto fail;
	if (!path) {
		/* Without a name only the mode changes, as far as the descriptor allows. */
		if (fcntl(stream->fd, F_SETFL, flags & (O_APPEND | O_NONBLOCK)) < 0)
			goto fail;
	} else {
		fd = open(path, flags, 0666);
		if (fd < 0)
			goto fail;
		if (stream->fd < 0) {
			stream->fd = fd;
		} else if (fd != stream->fd) {
			if (dup3(fd, stream->fd, flags & O_CLOEXEC) < 0) {
				close(fd);
				goto fail;
			}
			close(fd);
		}
	}
	stream->flags = (stream->flags & (STREAM_STATIC | STREAM_OWNED | STREAM_NOBUFFER)) | stream_flags;
	if (stream_flags & STREAM_WRITE && !(stream->flags & STREAM_NOBUFFER))
		stream->flags |= STREAM_DECIDE;
	return stream;

fail:
	fclose(stream);
	return NULL;
}

int fclose(FILE *stream)
{
	int result = __stream_flush(stream);

	/* Give back what was read ahead, so that whoever shares the descriptor goes on from here. */
	__stream_forget_input(stream);
	if (stream->operations->close && stream->operations->close(stream) < 0)
		result = EOF;
	if (stream->flags & STREAM_STATIC) {
		stream->fd = -1;
		stream->flags &= STREAM_STATIC | STREAM_OWNED;
	} else {
		__stream_free(stream);
	}
	return result;
}

int fflush(FILE *stream)
{
	int result = 0;

	if (stream) {
		if (stream->write_at)
			return __stream_flush(stream);
		__stream_forget_input(stream);
		return 0;
	}
	for (FILE *each = all; each; each = each->next)
		if (each->write_at && __stream_flush(each) < 0)
			result = EOF;
	return result;
}

void __stdio_exit(void)
{
	for (FILE *each = all; each; each = each->next) {
		if (each->write_at)
			(void)__stream_flush(each);	/* nobody is left to be told */
		else if (each->read_at && each->fd >= 0)
			__stream_forget_input(each);
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

void flockfile(FILE *stream)
{
	(void)stream;
}

int ftrylockfile(FILE *stream)
{
	(void)stream;
	return 0;
}

void funlockfile(FILE *stream)
{
	(void)stream;
}
