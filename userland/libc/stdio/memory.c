/* Streams over memory. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "stream.h"

/* fmemopen(): a fixed area; end is the number of valid bytes. */
struct area {
	char *memory;
	size_t size, end, position;
	int append, owned;
};

static ssize_t area_read(FILE *stream, void *to, size_t length)
{
	struct area *area = stream->cookie;
	size_t left = area->position < area->end ? area->end - area->position : 0;

	if (length > left)
		length = left;
	memcpy(to, area->memory + area->position, length);
	area->position += length;
	return (ssize_t)length;
}

static ssize_t area_write(FILE *stream, const void *from, size_t length)
{
	struct area *area = stream->cookie;

	if (area->append)
		area->position = area->end;
	if (length > area->size - area->position)
		length = area->size - area->position;
	if (!length) {
		errno = ENOSPC;
		return -1;
	}
	memcpy(area->memory + area->position, from, length);
	area->position += length;
	if (area->position > area->end) {
		area->end = area->position;
		if (area->end < area->size)
			area->memory[area->end] = '\0';
	}
	return (ssize_t)length;
}

static off_t seek_to(off_t offset, int whence, size_t position, size_t end, size_t limit)
{
	if (whence == SEEK_CUR)
		offset += (off_t)position;
	else if (whence == SEEK_END)
		offset += (off_t)end;
	else if (whence != SEEK_SET)
		offset = -1;
	if (offset < 0 || (uint64_t)offset > limit) {
		errno = EINVAL;
		return -1;
	}
	return offset;
}

static off_t area_seek(FILE *stream, off_t offset, int whence)
{
	struct area *area = stream->cookie;

	offset = seek_to(offset, whence, area->position, area->end, area->size);
	if (offset >= 0)
		area->position = (size_t)offset;
	return offset;
}

static int area_close(FILE *stream)
{
	struct area *area = stream->cookie;

	if (area->owned)
		free(area->memory);
	free(area);
	return 0;
}

FILE *fmemopen(void *__restrict memory, size_t size, const char *__restrict mode)
{
	static const struct stream_operations operations = {
		.read = area_read, .write = area_write, .seek = area_seek, .close = area_close,
	};
	struct area *area;
	FILE *stream;
	int flags;

	stream = __stream_new(mode, &flags);
	if (!stream)
		return NULL;
	area = calloc(1, sizeof(*area));
	if (!area)
		goto out_stream;
	area->memory = memory ? memory : calloc(1, size ? size : 1);
	if (!area->memory)
		goto out_area;
	area->owned = !memory;
	area->size = size;
	area->append = *mode == 'a';
	if (*mode == 'w' && size)
		area->memory[0] = '\0';
	area->end = *mode == 'r' ? size : strnlen(area->memory, size);
	if (*mode == 'a')
		area->position = area->end;
	stream->operations = &operations;
	stream->cookie = area;
	__stream_list(stream);
	return stream;

out_area:
	free(area);
out_stream:
	__stream_free(stream);
	return NULL;
}

/* open_memstream(): an area that grows; what the caller sees is brought up to date at each flush. */
struct growing {
	char **memory;
	size_t *size;
	char *area;
	size_t space, end, position;
};

static ssize_t growing_write(FILE *stream, const void *from, size_t length)
{
	struct growing *g = stream->cookie;
	size_t need;

	if (__builtin_add_overflow(g->position, length + 1, &need)) {
		errno = ENOMEM;
		return -1;
	}
	if (need > g->space) {
		size_t want = need > g->space * 2 ? need : g->space * 2;
		char *more = realloc(g->area, want);

		if (!more)
			return -1;
		memset(more + g->space, 0, want - g->space);
		g->area = more;
		g->space = want;
	}
	memcpy(g->area + g->position, from, length);
	g->position += length;
	if (g->position > g->end) {
		g->end = g->position;
		g->area[g->end] = '\0';
	}
	*g->memory = g->area;
	*g->size = g->position;
	return (ssize_t)length;
}

static off_t growing_seek(FILE *stream, off_t offset, int whence)
{
	struct growing *g = stream->cookie;

	offset = seek_to(offset, whence, g->position, g->end, PTRDIFF_MAX - 1);
	if (offset >= 0)
		g->position = (size_t)offset;
	return offset;
}

static int growing_close(FILE *stream)
{
	free(stream->cookie);
	return 0;
}

FILE *open_memstream(char **memory, size_t *size)
{
	static const struct stream_operations operations = {
		.write = growing_write, .seek = growing_seek, .close = growing_close,
	};
	struct growing *g = calloc(1, sizeof(*g));
	FILE *stream;
	int flags;

	if (!g)
		return NULL;
	g->space = 64;
	g->area = calloc(1, g->space);
	stream = g->area ? __stream_new("w", &flags) : NULL;
	if (!stream) {
		free(g->area);
		free(g);
		return NULL;
	}
	g->memory = memory;
	g->size = size;
	*memory = g->area;
	*size = 0;
	stream->operations = &operations;
	stream->cookie = g;
	__stream_list(stream);
	return stream;
}
