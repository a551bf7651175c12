/* The buffer of a stream: filling, flushing, positioning, and bytes in blocks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "stream.h"

static void use_small(FILE *stream)
{
	stream->buffer = stream->small + UNGET;
	stream->size = 1;
}

/* Without memory for a buffer, a stream works unbuffered. */
static void need_buffer(FILE *stream)
{
	unsigned char *memory;

	stream->flags |= STREAM_TOUCHED;
	if (stream->flags & STREAM_DECIDE) {
		int error = errno;

		stream->flags &= ~STREAM_DECIDE;
		if (isatty(stream->fd))
			stream->flags |= STREAM_LINE;
		errno = error;
	}
	if (stream->buffer)
		return;
	if (stream->flags & STREAM_NOBUFFER) {
		use_small(stream);
		return;
	}
	memory = malloc(BUFSIZ + UNGET);
	if (!memory) {
		stream->flags |= STREAM_NOBUFFER;
		use_small(stream);
		return;
	}
	stream->buffer = memory + UNGET;
	stream->size = BUFSIZ;
	stream->flags |= STREAM_OWNED;
}

/* Streams in use change too, as programs expect of other systems. */
static int set_buffer(FILE *stream, char *buffer, int mode, size_t size)
{
	int keep = stream->buffer && mode != _IONBF && !buffer && !(stream->flags & STREAM_NOBUFFER);

	if (mode < _IOFBF || mode > _IONBF || (stream->write_at && __stream_flush(stream) < 0))
		return EOF;
	if (!keep) {
		/* A buffer with input that cannot be had again stays. */
		if (stream->read_end > stream->read_at && lseek(stream->fd, 0, SEEK_CUR) < 0)
			return EOF;
		__stream_forget_input(stream);
	}
	stream->flags &= ~(STREAM_LINE | STREAM_NOBUFFER | STREAM_DECIDE);
	if (mode == _IOLBF)
		stream->flags |= STREAM_LINE;
	if (mode == _IONBF)
		stream->flags |= STREAM_NOBUFFER;
	if (keep)
		return 0;
	if (stream->flags & STREAM_OWNED)
		free(stream->buffer - UNGET);
	stream->flags &= ~STREAM_OWNED;
	stream->buffer = NULL;
	if (mode != _IONBF && buffer && size > UNGET) {
		stream->buffer = (unsigned char *)buffer + UNGET;
		stream->size = size - UNGET;
	}
	return 0;
}

int setvbuf(FILE *__restrict stream, char *__restrict buffer, int mode, size_t size)
{
	int locked = __stream_lock(stream), result = set_buffer(stream, buffer, mode, size);

	__stream_unlock(stream, locked);
	return result;
}

void setbuf(FILE *__restrict stream, char *__restrict buffer)
{
	setvbuf(stream, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ);
}

void setbuffer(FILE *__restrict stream, char *__restrict buffer, size_t size)
{
	setvbuf(stream, buffer, buffer ? _IOFBF : _IONBF, size);
}

void setlinebuf(FILE *stream)
{
	setvbuf(stream, NULL, _IOLBF, 0);
}

static int fail(FILE *stream)
{
	stream->flags |= STREAM_ERROR;
	return EOF;
}

static int write_all(FILE *stream, const unsigned char *from, size_t length)
{
	while (length > 0) {
		ssize_t done = stream->operations->write(stream, from, length);

		if (done < 0)
			return fail(stream);
		from += done;
		length -= (size_t)done;
	}
	return 0;
}

int __stream_flush(FILE *stream)
{
	unsigned char *end = stream->write_at;

	if (!end)
		return 0;
	/* Whatever happens, the bytes are gone: a full disk must not be hit again and again. */
	stream->write_at = NULL;
	return write_all(stream, stream->buffer, (size_t)(end - stream->buffer));
}

void __stream_forget_input(FILE *stream)
{
	off_t ahead = stream->read_end - stream->read_at;
	int error = errno;

	if (ahead > 0 && stream->operations->seek)
		(void)stream->operations->seek(stream, -ahead, SEEK_CUR);	/* a pipe cannot, and need not */
	errno = error;
	stream->read_at = stream->read_end = NULL;
}

int __stream_to_write(FILE *stream)
{
	if (!(stream->flags & STREAM_WRITE)) {
		errno = EBADF;
		return fail(stream);
	}
	if (stream->write_at)
		return 0;
	need_buffer(stream);
	__stream_forget_input(stream);
	stream->flags &= ~STREAM_EOF;
	stream->write_at = stream->buffer;
	return 0;
}

int __stream_fill(FILE *stream)
{
	ssize_t got;

	if (!(stream->flags & STREAM_READ)) {
		errno = EBADF;
		return fail(stream);
	}
	if (stream->write_at && __stream_flush(stream) < 0)
		return EOF;
	if (stream->flags & STREAM_EOF)
		return EOF;
	need_buffer(stream);
	/* Somebody who waits for an answer must have seen the question. */
	if (stream->flags & STREAM_NOBUFFER || stream->fd == 0)
		if (stdout->write_at && stdout->flags & STREAM_LINE && !ftrylockfile(stdout)) {
			(void)__stream_flush(stdout);	/* marked in the stream */
			funlockfile(stdout);
		}
	got = stream->operations->read(stream, stream->buffer, stream->size);
	stream->read_at = stream->read_end = stream->buffer;
	if (got < 0)
		return fail(stream);
	if (got == 0) {
		stream->flags |= STREAM_EOF;
		return EOF;
	}
	stream->read_end = stream->buffer + got;
	return *stream->read_at++;
}

size_t fread_unlocked(void *__restrict to, size_t size, size_t count, FILE *__restrict stream)
{
	unsigned char *at = to;
	size_t left = size * count;

	if (!left)
		return 0;
	while (left > 0) {
		size_t ready = (size_t)(stream->read_end - stream->read_at);

		if (ready == 0) {
			int c = __stream_fill(stream);

			if (c == EOF)
				break;
			*at++ = (unsigned char)c;
			left--;
			continue;
		}
		if (ready > left)
			ready = left;
		memcpy(at, stream->read_at, ready);
		stream->read_at += ready;
		at += ready;
		left -= ready;
	}
	return (size * count - left) / size;
}

/* Returns how many bytes were taken. */
static size_t put(FILE *stream, const unsigned char *from, size_t length)
{
	size_t flush_to = 0, room;

	if (__stream_to_write(stream) < 0)
		return 0;
	if (stream->flags & STREAM_NOBUFFER) {
		stream->write_at = NULL;
		return write_all(stream, from, length) < 0 ? 0 : length;
	}
	if (stream->flags & STREAM_LINE) {
		const unsigned char *newline = memrchr(from, '\n', length);

		flush_to = newline ? (size_t)(newline + 1 - from) : 0;
	}
	room = stream->size - (size_t)(stream->write_at - stream->buffer);
	if (flush_to == 0 && length <= room) {
		stream->write_at = mempcpy(stream->write_at, from, length);
		return length;
	}
	if (flush_to > 0 && flush_to <= room) {
		stream->write_at = mempcpy(stream->write_at, from, flush_to);
		if (__stream_flush(stream) < 0)
			return 0;
		return flush_to + (flush_to < length ? put(stream, from + flush_to, length - flush_to) : 0);
	}
	/* Too much for the buffer: what waits, then all full buffers at once, then the rest. */
	if (__stream_flush(stream) < 0)
		return 0;
	if (flush_to < length - length % stream->size)
		flush_to = length - length % stream->size;
	if (flush_to > 0 && write_all(stream, from, flush_to) < 0)
		return 0;
	return flush_to + (flush_to < length ? put(stream, from + flush_to, length - flush_to) : 0);
}

size_t fwrite_unlocked(const void *__restrict from, size_t size, size_t count, FILE *__restrict stream)
{
	if (!size || !count)
		return 0;
	return put(stream, from, size * count) / size;
}

int fputc_unlocked(int c, FILE *stream)
{
	unsigned char byte = (unsigned char)c;

	if (stream->write_at && !(stream->flags & (STREAM_LINE | STREAM_NOBUFFER)) &&
	    stream->write_at < stream->buffer + stream->size) {
		*stream->write_at++ = byte;
		return byte;
	}
	return put(stream, &byte, 1) ? byte : EOF;
}

int fgetc_unlocked(FILE *stream)
{
	if (stream->read_at < stream->read_end)
		return *stream->read_at++;
	return __stream_fill(stream);
}

int __ungetc_unlocked(int c, FILE *stream)
{
	if (c == EOF || !(stream->flags & STREAM_READ))
		return EOF;
	if (stream->write_at && __stream_flush(stream) < 0)
		return EOF;
	need_buffer(stream);
	if (!stream->read_at)
		stream->read_at = stream->read_end = stream->buffer;
	if (stream->read_at == stream->buffer - UNGET)
		return EOF;
	*--stream->read_at = (unsigned char)c;
	stream->flags &= ~STREAM_EOF;
	return (unsigned char)c;
}

int __fseeko_unlocked(FILE *stream, off_t offset, int whence)
{
	if (!stream->operations->seek) {
		errno = ESPIPE;
		return -1;
	}
	if (stream->write_at && __stream_flush(stream) < 0)
		return -1;
	if (whence == SEEK_CUR)
		offset -= stream->read_end - stream->read_at;
	if (stream->operations->seek(stream, offset, whence) < 0)
		return -1;
	stream->read_at = stream->read_end = NULL;
	stream->flags &= ~STREAM_EOF;
	return 0;
}

off_t __ftello_unlocked(FILE *stream)
{
	off_t position;

	if (!stream->operations->seek) {
		errno = ESPIPE;
		return -1;
	}
	/* Bytes that wait to be appended will go to the end. */
	position = stream->operations->seek(stream, 0, stream->write_at && stream->flags & STREAM_APPEND ?
							       SEEK_END : SEEK_CUR);
	if (position < 0)
		return -1;
	if (stream->write_at)
		return position + (stream->write_at - stream->buffer);
	return position - (stream->read_end - stream->read_at);
}

int fseek(FILE *stream, long offset, int whence)
{
	return fseeko(stream, offset, whence);
}

long ftell(FILE *stream)
{
	off_t position = ftello(stream);

	if (position > __LONG_MAX__) {
		errno = EOVERFLOW;
		return -1;
	}
	return (long)position;
}

void rewind(FILE *stream)
{
	int locked = __stream_lock(stream);

	__fseeko_unlocked(stream, 0, SEEK_SET);
	stream->flags &= ~STREAM_ERROR;
	__stream_unlock(stream, locked);
}

int fgetpos(FILE *__restrict stream, fpos_t *__restrict position)
{
	*position = ftello(stream);
	return *position < 0 ? -1 : 0;
}

int fsetpos(FILE *stream, const fpos_t *position)
{
	return fseeko(stream, *position, SEEK_SET);
}

int feof_unlocked(FILE *stream)
{
	return (stream->flags & STREAM_EOF) != 0;
}

int ferror_unlocked(FILE *stream)
{
	return (stream->flags & STREAM_ERROR) != 0;
}

void clearerr_unlocked(FILE *stream)
{
	stream->flags &= ~(STREAM_ERROR | STREAM_EOF);
}
