/* Formatted output and lines with _FORTIFY_SOURCE; the flag, which forbids %n in memory that may be written, is not used. */
#include <stdarg.h>
#include <stdio.h>
#include <bits/fortify.h>

int __vsnprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, va_list arguments)
{
	(void)flag;
	if (size > room)
		__chk_fail();
	return vsnprintf(to, size, format, arguments);
}

/* With no more room than there is, a longer result shows. */
int __vsprintf_chk(char *to, int flag, size_t room, const char *format, va_list arguments)
{
	int length;

	(void)flag;
	if (room == (size_t)-1)
		return vsprintf(to, format, arguments);
	length = vsnprintf(to, room, format, arguments);
	if (length >= 0 && (size_t)length >= room)
		__chk_fail();
	return length;
}

int __vfprintf_chk(FILE *stream, int flag, const char *format, va_list arguments)
{
	(void)flag;
	return vfprintf(stream, format, arguments);
}

int __vprintf_chk(int flag, const char *format, va_list arguments)
{
	return __vfprintf_chk(stdout, flag, format, arguments);
}

int __vasprintf_chk(char **to, int flag, const char *format, va_list arguments)
{
	(void)flag;
	return vasprintf(to, format, arguments);
}

int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments)
{
	(void)flag;
	return vdprintf(fd, format, arguments);
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

int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...)
{
	FORWARD(__vsnprintf_chk(to, size, flag, room, format, arguments));
}

int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...)
{
	FORWARD(__vsprintf_chk(to, flag, room, format, arguments));
}

int __fprintf_chk(FILE *stream, int flag, const char *format, ...)
{
	FORWARD(__vfprintf_chk(stream, flag, format, arguments));
}

int __printf_chk(int flag, const char *format, ...)
{
	FORWARD(__vfprintf_chk(stdout, flag, format, arguments));
}

int __asprintf_chk(char **to, int flag, const char *format, ...)
{
	FORWARD(__vasprintf_chk(to, flag, format, arguments));
}

int __dprintf_chk(int fd, int flag, const char *format, ...)
{
	FORWARD(__vdprintf_chk(fd, flag, format, arguments));
}

char *__fgets_chk(char *to, size_t room, int size, FILE *stream)
{
	if (size > 0 && (size_t)size > room)
		__chk_fail();
	return fgets(to, size, stream);
}

size_t __fread_chk(void *to, size_t room, size_t size, size_t count, FILE *stream)
{
	size_t total;

	if (__builtin_mul_overflow(size, count, &total) || total > room)
		__chk_fail();
	return fread(to, size, count, stream);
}
