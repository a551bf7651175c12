/* The printf family: where the output of __format() goes. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "stream.h"

struct to_stream {
	struct output output;
	FILE *stream;
	size_t used;			/* an unbuffered stream is given larger pieces */
	char buffer[256];
};

static int stream_flush(struct to_stream *to)
{
	size_t used = to->used;

	to->used = 0;
	return fwrite_unlocked(to->buffer, 1, used, to->stream) == used ? 0 : -1;
}

static int stream_put(struct output *output, const char *from, size_t length)
{
	struct to_stream *to = (struct to_stream *)output;
	FILE *stream = to->stream;

	/* What fits into the buffer of a stream that needs no look at it. */
	if (stream->write_at && !(stream->flags & (STREAM_LINE | STREAM_NOBUFFER)) &&
	    length <= (size_t)(stream->buffer + stream->size - stream->write_at)) {
		memcpy(stream->write_at, from, length);
		stream->write_at += length;
		return 0;
	}
	if (!(to->stream->flags & STREAM_NOBUFFER) || length > sizeof(to->buffer)) {
		if (to->used && stream_flush(to) < 0)
			return -1;
		return fwrite_unlocked(from, 1, length, to->stream) == length ? 0 : -1;
	}
	if (to->used + length > sizeof(to->buffer) && stream_flush(to) < 0)
		return -1;
	memcpy(to->buffer + to->used, from, length);
	to->used += length;
	return 0;
}

int vfprintf(FILE *__restrict stream, const char *__restrict format, va_list arguments)
{
	struct to_stream to;
	int locked = __stream_lock(stream), count;

	/* One by one: the buffer need not be cleared. */
	to.output = (struct output){ .put = stream_put };
	to.stream = stream;
	to.used = 0;
	count = __format(&to.output, format, arguments);
	if (to.used && stream_flush(&to) < 0)
		count = -1;
	__stream_unlock(stream, locked);
	return count;
}

struct to_memory {
	struct output output;
	char *to;
	size_t left;
};

static int memory_put(struct output *output, const char *from, size_t length)
{
	struct to_memory *to = (struct to_memory *)output;

	if (length > to->left)
		length = to->left;
	memcpy(to->to, from, length);
	to->to += length;
	to->left -= length;
	return 0;
}

int vsnprintf(char *__restrict to, size_t size, const char *__restrict format, va_list arguments)
{
	struct to_memory memory = { .output.put = memory_put, .to = to, .left = size ? size - 1 : 0 };
	int count = __format(&memory.output, format, arguments);

	if (size)
		*memory.to = '\0';
	return count;
}

int vsprintf(char *__restrict to, const char *__restrict format, va_list arguments)
{
	/* As far as memory can reach from here. */
	size_t room = (size_t)-1 - (size_t)to;

	return vsnprintf(to, room > INT_MAX ? INT_MAX : room, format, arguments);
}

struct to_growing {
	struct output output;
	char *memory;
	size_t used, space;
};

static int growing_put(struct output *output, const char *from, size_t length)
{
	struct to_growing *to = (struct to_growing *)output;

	if (to->used + length + 1 > to->space) {
		size_t want = (to->used + length + 1) * 3 / 2 + 32;
		char *more = realloc(to->memory, want);

		if (!more)
			return -1;
		to->memory = more;
		to->space = want;
	}
	memcpy(to->memory + to->used, from, length);
	to->used += length;
	to->memory[to->used] = '\0';
	return 0;
}

int vasprintf(char **to, const char *__restrict format, va_list arguments)
{
	struct to_growing growing = { .output.put = growing_put };
	int count;

	if (growing_put(&growing.output, "", 0) < 0)
		return -1;
	count = __format(&growing.output, format, arguments);
	if (count < 0) {
		free(growing.memory);
		return -1;
	}
	*to = growing.memory;
	return count;
}

int vdprintf(int fd, const char *__restrict format, va_list arguments)
{
	char *text;
	int count = vasprintf(&text, format, arguments);
	size_t done = 0;

	if (count < 0)
		return -1;
	while (done < (size_t)count) {
		ssize_t wrote = write(fd, text + done, (size_t)count - done);

		if (wrote < 0) {
			count = -1;
			break;
		}
		done += (size_t)wrote;
	}
	free(text);
	return count;
}

int vprintf(const char *__restrict format, va_list arguments)
{
	return vfprintf(stdout, format, arguments);
}

#define FORWARD(call) \
	do { \
		va_list arguments; \
		int count; \
		va_start(arguments, format); \
		count = call; \
		va_end(arguments); \
		return count; \
	} while (0)

int printf(const char *__restrict format, ...)
{
	FORWARD(vfprintf(stdout, format, arguments));
}

int fprintf(FILE *__restrict stream, const char *__restrict format, ...)
{
	FORWARD(vfprintf(stream, format, arguments));
}

int dprintf(int fd, const char *__restrict format, ...)
{
	FORWARD(vdprintf(fd, format, arguments));
}

int sprintf(char *__restrict to, const char *__restrict format, ...)
{
	FORWARD(vsprintf(to, format, arguments));
}

int snprintf(char *__restrict to, size_t size, const char *__restrict format, ...)
{
	FORWARD(vsnprintf(to, size, format, arguments));
}

int asprintf(char **to, const char *__restrict format, ...)
{
	FORWARD(vasprintf(to, format, arguments));
}
