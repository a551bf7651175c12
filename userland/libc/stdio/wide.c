/*
 * Wide characters of streams: what a stream holds is UTF-8, whichever way it is read. A stream's first use decides
 * its orientation (fwide()); that of bytes shows by its buffer being in use.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "stream.h"

static int orientation(const FILE *stream)
{
	return stream->orientation ? stream->orientation : stream->flags & STREAM_TOUCHED ? -1 : 0;
}

int fwide(FILE *stream, int mode)
{
	int locked = __stream_lock(stream), now = orientation(stream);

	if (!now && mode)
		now = stream->orientation = mode > 0 ? 1 : -1;
	__stream_unlock(stream, locked);
	return now;
}

void __stream_widen(FILE *stream)
{
	if (!orientation(stream))
		stream->orientation = 1;
}

wint_t fgetwc_unlocked(FILE *stream)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	int c, first = 1;

	__stream_widen(stream);
	for (;; first = 0) {
		char byte;
		size_t used;

		c = fgetc_unlocked(stream);
		if (c == EOF) {
			if (!first && feof_unlocked(stream))
				break;
			return WEOF;
		}
		if (first && c < 128)
			return (wint_t)c;
		byte = (char)c;
		used = mbrtowc(&wide, &byte, 1, &state);
		if (used == 1)
			return (wint_t)wide;
		if (used == (size_t)-1) {
			/* It may begin the next one. */
			if (!first)
				(void)__ungetc_unlocked(c, stream);
			break;
		}
	}
	stream->flags |= STREAM_ERROR;
	errno = EILSEQ;
	return WEOF;
}

wint_t fputwc_unlocked(wchar_t wide, FILE *stream)
{
	char bytes[MB_LEN_MAX];
	size_t length = wcrtomb(bytes, wide, NULL);

	__stream_widen(stream);
	if (length == (size_t)-1) {
		stream->flags |= STREAM_ERROR;
		return WEOF;
	}
	return fwrite_unlocked(bytes, 1, length, stream) == length ? (wint_t)wide : WEOF;
}

wint_t __ungetwc_unlocked(wint_t wide, FILE *stream)
{
	char bytes[MB_LEN_MAX];
	size_t length;

	__stream_widen(stream);
	if (wide == WEOF)
		return WEOF;
	length = wcrtomb(bytes, (wchar_t)wide, NULL);
	if (length == (size_t)-1)
		return WEOF;
	while (length > 0)
		if (__ungetc_unlocked((unsigned char)bytes[--length], stream) == EOF)
			return WEOF;
	return wide;
}

#define LOCKED(type, call) \
	do { \
		int locked = __stream_lock(stream); \
		type result = call; \
		__stream_unlock(stream, locked); \
		return result; \
	} while (0)

wint_t fgetwc(FILE *stream)
{
	LOCKED(wint_t, fgetwc_unlocked(stream));
}

wint_t getwc(FILE *stream)
{
	return fgetwc(stream);
}

wint_t getwchar(void)
{
	return fgetwc(stdin);
}

wint_t fputwc(wchar_t wide, FILE *stream)
{
	LOCKED(wint_t, fputwc_unlocked(wide, stream));
}

wint_t putwc(wchar_t wide, FILE *stream)
{
	return fputwc(wide, stream);
}

wint_t putwchar(wchar_t wide)
{
	return fputwc(wide, stdout);
}

wint_t ungetwc(wint_t wide, FILE *stream)
{
	LOCKED(wint_t, __ungetwc_unlocked(wide, stream));
}

static wchar_t *get_line(wchar_t *string, int count, FILE *stream)
{
	wchar_t *at = string;

	if (count < 1) {
		errno = EINVAL;
		return NULL;
	}
	while (at < string + count - 1) {
		wint_t c = fgetwc_unlocked(stream);

		if (c == WEOF) {
			if (at == string || !feof_unlocked(stream))
				return NULL;
			break;
		}
		*at++ = (wchar_t)c;
		if (c == '\n')
			break;
	}
	*at = 0;
	return string;
}

wchar_t *fgetws(wchar_t *__restrict string, int count, FILE *__restrict stream)
{
	LOCKED(wchar_t *, get_line(string, count, stream));
}

static int put_string(const wchar_t *string, FILE *stream)
{
	for (; *string; string++)
		if (fputwc_unlocked(*string, stream) == WEOF)
			return EOF;
	return 0;
}

int fputws(const wchar_t *__restrict string, FILE *__restrict stream)
{
	LOCKED(int, put_string(string, stream));
}
