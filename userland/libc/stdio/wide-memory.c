/* open_wmemstream(): wide characters in memory that grows; the caller's view is brought up to date at each flush. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "stream.h"

struct growing {
	wchar_t **memory;
	size_t *count;
	wchar_t *area;
	size_t space, end, position;
	mbstate_t state;		/* a character whose rest is in the next piece */
};

static int reserve(struct growing *g, size_t more)
{
	size_t need, want;
	wchar_t *area;

	if (__builtin_add_overflow(g->position, more + 1, &need) || need > PTRDIFF_MAX / sizeof(*area)) {
		errno = ENOMEM;
		return -1;
	}
	if (need <= g->space)
		return 0;
	want = need > g->space * 2 ? need : g->space * 2;
	area = reallocarray(g->area, want, sizeof(*area));
	if (!area)
		return -1;
	wmemset(area + g->space, 0, want - g->space);
	g->area = area;
	g->space = want;
	return 0;
}

static ssize_t growing_write(FILE *stream, const void *bytes, size_t length)
{
	struct growing *g = stream->cookie;
	const char *from = bytes;
	size_t left = length;

	if (reserve(g, length) < 0)
		return -1;
	while (left > 0) {
		size_t used = mbrtowc(&g->area[g->position], from, left, &g->state);

		if (used == (size_t)-1)
			return -1;
		if (used == (size_t)-2)
			break;
		used += !used;
		g->position++;
		from += used;
		left -= used;
	}
	if (g->position > g->end) {
		g->end = g->position;
		g->area[g->end] = 0;
	}
	*g->memory = g->area;
	*g->count = g->position;
	return (ssize_t)length;
}

static off_t growing_seek(FILE *stream, off_t offset, int whence)
{
	struct growing *g = stream->cookie;

	if (whence == SEEK_CUR)
		offset += (off_t)g->position;
	else if (whence == SEEK_END)
		offset += (off_t)g->end;
	if (whence < SEEK_SET || whence > SEEK_END || offset < 0 || offset > PTRDIFF_MAX / (off_t)sizeof(wchar_t) - 1) {
		errno = EINVAL;
		return -1;
	}
	g->position = (size_t)offset;
	memset(&g->state, 0, sizeof(g->state));
	return offset;
}

static int growing_close(FILE *stream)
{
	free(stream->cookie);
	return 0;
}

FILE *open_wmemstream(wchar_t **memory, size_t *count)
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
	g->area = calloc(g->space, sizeof(*g->area));
	stream = g->area ? __stream_new("w", &flags) : NULL;
	if (!stream) {
		free(g->area);
		free(g);
		return NULL;
	}
	g->memory = memory;
	g->count = count;
	*memory = g->area;
	*count = 0;
	stream->operations = &operations;
	stream->cookie = g;
	stream->orientation = 1;
	__stream_list(stream);
	return stream;
}
