/* Characters and lines. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "stream.h"

int getc(FILE *stream)
{
	return fgetc(stream);
}

int getc_unlocked(FILE *stream)
{
	return fgetc_unlocked(stream);
}

int getchar(void)
{
	return fgetc(stdin);
}

int getchar_unlocked(void)
{
	return fgetc_unlocked(stdin);
}

int putc(int c, FILE *stream)
{
	return fputc(c, stream);
}

int putc_unlocked(int c, FILE *stream)
{
	return fputc_unlocked(c, stream);
}

int putchar(int c)
{
	return fputc(c, stdout);
}

int putchar_unlocked(int c)
{
	return fputc_unlocked(c, stdout);
}

int fputs_unlocked(const char *__restrict string, FILE *__restrict stream)
{
	size_t length = strlen(string);

	return fwrite_unlocked(string, 1, length, stream) == length ? 0 : EOF;
}

int puts(const char *string)
{
	int locked = __stream_lock(stdout);
	int result = fputs_unlocked(string, stdout) < 0 || fputc_unlocked('\n', stdout) < 0 ? EOF : 0;

	__stream_unlock(stdout, locked);
	return result;
}

char *fgets_unlocked(char *__restrict string, int size, FILE *__restrict stream)
{
	char *at = string;

	if (size < 1) {
		errno = EINVAL;
		return NULL;
	}
	while (size > 1) {
		size_t ready = (size_t)(stream->read_end - stream->read_at);
		unsigned char *newline;
		int c;

		if (ready == 0) {
			c = __stream_fill(stream);
			if (c == EOF)
				break;
			*at++ = (char)c;
			size--;
			if (c == '\n')
				break;
			continue;
		}
		if (ready > (size_t)size - 1)
			ready = (size_t)size - 1;
		newline = memchr(stream->read_at, '\n', ready);
		if (newline)
			ready = (size_t)(newline + 1 - stream->read_at);
		at = mempcpy(at, stream->read_at, ready);
		stream->read_at += ready;
		size -= (int)ready;
		if (newline)
			break;
	}
	if (at == string || (ferror_unlocked(stream) && !feof_unlocked(stream) && at == string))
		return NULL;
	*at = '\0';
	return string;
}

ssize_t __getdelim_unlocked(char **__restrict line, size_t *__restrict size, int delimiter,
			    FILE *__restrict stream)
{
	size_t used = 0;

	if (!line || !size) {
		errno = EINVAL;
		return -1;
	}
	if (!*line)
		*size = 0;
	for (;;) {
		size_t ready = (size_t)(stream->read_end - stream->read_at);
		unsigned char *found = NULL;
		int c = 0;

		if (ready == 0) {
			c = __stream_fill(stream);
			if (c == EOF)
				break;
			stream->read_at--;	/* the byte just taken is still in the buffer */
			ready = (size_t)(stream->read_end - stream->read_at);
		}
		found = memchr(stream->read_at, delimiter, ready);
		if (found)
			ready = (size_t)(found + 1 - stream->read_at);
		if (used + ready + 1 > *size) {
			size_t want = used + ready + 1 < *size * 2 ? *size * 2 : used + ready + 1;
			char *more;

			if (want < 120)
				want = 120;
			if (want > SSIZE_MAX) {
				errno = EOVERFLOW;
				return -1;
			}
			more = realloc(*line, want);
			if (!more)
				return -1;
			*line = more;
			*size = want;
		}
		memcpy(*line + used, stream->read_at, ready);
		stream->read_at += ready;
		used += ready;
		if (found)
			break;
	}
	if (!used)
		return -1;
	(*line)[used] = '\0';
	return (ssize_t)used;
}

ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict stream)
{
	return getdelim(line, size, '\n', stream);
}

void perror(const char *prefix)
{
	if (prefix && *prefix)
		fprintf(stderr, "%s: %s\n", prefix, strerror(errno));
	else
		fprintf(stderr, "%s\n", strerror(errno));
}
