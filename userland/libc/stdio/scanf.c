/* The scanf family. */
#include "scan.h"

int vfscanf(FILE *__restrict stream, const char *__restrict format, va_list arguments)
{
	struct scan scan = { .stream = stream };
	int locked = __stream_lock(stream), count = __scan(&scan, format, arguments);

	__stream_unlock(stream, locked);
	return count;
}

int vsscanf(const char *__restrict string, const char *__restrict format, va_list arguments)
{
	struct scan scan = { .string = string };

	return __scan(&scan, format, arguments);
}

int vscanf(const char *__restrict format, va_list arguments)
{
	return vfscanf(stdin, format, arguments);
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

int scanf(const char *__restrict format, ...)
{
	FORWARD(vfscanf(stdin, format, arguments));
}

int fscanf(FILE *__restrict stream, const char *__restrict format, ...)
{
	FORWARD(vfscanf(stream, format, arguments));
}

int sscanf(const char *__restrict string, const char *__restrict format, ...)
{
	FORWARD(vsscanf(string, format, arguments));
}
