/* Small services of the utilities. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common.h"

void *must(void *memory)
{
	if (!memory)
		err(1, NULL);
	return memory;
}

char *join_path(const char *directory, const char *name)
{
	size_t length = strlen(directory), rest = strlen(name);
	int slash = length > 0 && directory[length - 1] != '/';
	char *path = must(malloc(length + rest + 2));

	memcpy(path, directory, length);
	if (slash)
		path[length++] = '/';
	memcpy(path + length, name, rest + 1);
	return path;
}

int parse_size(const char *text, int64_t *size)
{
	static const char units[] = "kKMGT";
	char *end;
	long long value;
	int shift = 0;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || value < 0 || errno)
		return -1;
	if (*end == 'b') {
		shift = 9;
		end++;
	} else if (*end == 'c') {
		end++;
	} else if (*end && strchr(units, *end)) {
		shift = *end == 'k' || *end == 'K' ? 10 : (int)(strchr(units, *end) - units) * 10;
		end++;
		if (*end == 'B' || !strcmp(end, "iB"))
			end += strlen(end);
	}
	if (*end || value > INT64_MAX >> shift)
		return -1;
	*size = value << shift;
	return 0;
}

const char *human_size(uint64_t bytes, char text[16])
{
	static const char units[] = "BKMGTPE";
	int unit = 0;
	uint64_t tenths = bytes * 10;

	if (bytes < 1024) {
		snprintf(text, 16, "%u", (unsigned)bytes);
		return text;
	}
	tenths = bytes > UINT64_MAX / 10 ? UINT64_MAX : bytes * 10;
	/* Rounded up, so that nothing is shown smaller than it is. */
	while (tenths >= 10240) {
		tenths = (tenths + 1023) / 1024;
		unit++;
	}
	if (tenths < 100)
		snprintf(text, 16, "%u.%u%c", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[unit]);
	else
		snprintf(text, 16, "%u%c", (unsigned)((tenths + 9) / 10), units[unit]);
	return text;
}

int ask(const char *format, ...)
{
	va_list arguments;
	int first, c;

	fflush(stdout);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	first = c = getchar();
	while (c != '\n' && c != EOF)
		c = getchar();
	return first == 'y' || first == 'Y';
}

int write_all(int fd, const void *from, size_t length)
{
	const char *at = from;

	while (length > 0) {
		ssize_t done = write(fd, at, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		at += done;
		length -= (size_t)done;
	}
	return 0;
}

int copy_fd(int from, int to)
{
	static char buffer[65536];

	for (;;) {
		ssize_t got = read(from, buffer, sizeof(buffer));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return 1;
		if (got == 0)
			return 0;
		if (write_all(to, buffer, (size_t)got) < 0)
			return 2;
	}
}

int finish(int status)
{
	if (fflush(stdout) < 0 || ferror(stdout)) {
		warn("standard output");
		return status ? status : 1;
	}
	return status;
}
