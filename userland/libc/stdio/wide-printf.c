/*
 * The wprintf family: the format becomes UTF-8, and so does the output, of which widths, precisions and the
 * result count characters.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "stream.h"
#include "wide-text.h"

char *__narrow_text(struct narrow_text *text, const wchar_t *wide)
{
	const wchar_t *from = wide;
	size_t length = wcsrtombs(NULL, &from, 0, NULL);

	if (length == (size_t)-1)
		return NULL;
	text->text = length < sizeof(text->small) ? text->small : malloc(length + 1);
	if (text->text) {
		from = wide;
		wcsrtombs(text->text, &from, length + 1, NULL);
	}
	return text->text;
}

void __narrow_done(struct narrow_text *text)
{
	if (text->text != text->small)
		free(text->text);
}

struct to_stream {
	struct output output;
	FILE *stream;
};

static int stream_put(struct output *output, const char *from, size_t length)
{
	FILE *stream = ((struct to_stream *)output)->stream;

	return fwrite_unlocked(from, 1, length, stream) == length ? 0 : -1;
}

int vfwprintf(FILE *__restrict stream, const wchar_t *__restrict format, va_list arguments)
{
	struct to_stream to = { .output = { .put = stream_put, .wide = 1 }, .stream = stream };
	struct narrow_text text;
	int locked, count;

	if (!__narrow_text(&text, format))
		return -1;
	locked = __stream_lock(stream);
	__stream_widen(stream);
	count = __format(&to.output, text.text, arguments);
	__stream_unlock(stream, locked);
	__narrow_done(&text);
	return count;
}

struct to_memory {
	struct output output;
	wchar_t *to;
	size_t left;
};

/* Pieces hold whole characters. What does not fit is an error here. */
static int memory_put(struct output *output, const char *from, size_t length)
{
	struct to_memory *to = (struct to_memory *)output;
	mbstate_t state = { 0 };

	while (length > 0) {
		size_t used;

		if (!to->left) {
			errno = EOVERFLOW;
			return -1;
		}
		used = mbrtowc(to->to, from, length, &state);
		if (used >= (size_t)-2)
			return -1;
		used += !used;
		to->to++;
		to->left--;
		from += used;
		length -= used;
	}
	return 0;
}

int vswprintf(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format, va_list arguments)
{
	struct to_memory memory = {
		.output = { .put = memory_put, .wide = 1 }, .to = to, .left = count ? count - 1 : 0,
	};
	struct narrow_text text;
	int result;

	if (!__narrow_text(&text, format))
		return -1;
	result = __format(&memory.output, text.text, arguments);
	if (count)
		*memory.to = 0;
	else
		result = -1;
	__narrow_done(&text);
	return result;
}

int vwprintf(const wchar_t *__restrict format, va_list arguments)
{
	return vfwprintf(stdout, format, arguments);
}

#define FORWARD(call) \
	do { \
		va_list arguments; \
		int result; \
		va_start(arguments, format); \
		result = call; \
		va_end(arguments); \
		return result; \
	} while (0)

int wprintf(const wchar_t *__restrict format, ...)
{
	FORWARD(vfwprintf(stdout, format, arguments));
}

int fwprintf(FILE *__restrict stream, const wchar_t *__restrict format, ...)
{
	FORWARD(vfwprintf(stream, format, arguments));
}

int swprintf(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format, ...)
{
	FORWARD(vswprintf(to, count, format, arguments));
}
