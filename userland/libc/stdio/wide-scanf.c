/* The wscanf family: the format as UTF-8, the input by characters. */
#include "scan.h"
#include "wide-text.h"

static int stream_next(struct scan *scan)
{
	return (int)fgetwc_unlocked(scan->stream);
}

static void stream_back(struct scan *scan, int c)
{
	(void)__ungetwc_unlocked((wint_t)c, scan->stream);	/* one fits in any case */
}

static int string_next(struct scan *scan)
{
	return *scan->wide_string ? (int)*scan->wide_string++ : EOF;
}

static void string_back(struct scan *scan, int c)
{
	(void)c;
	scan->wide_string--;
}

static int scan_wide(struct scan *scan, const wchar_t *format, va_list arguments)
{
	struct narrow_text text;
	int count;

	if (!__narrow_text(&text, format))
		return EOF;
	count = __scan(scan, text.text, arguments);
	__narrow_done(&text);
	return count;
}

int vfwscanf(FILE *__restrict stream, const wchar_t *__restrict format, va_list arguments)
{
	struct scan scan = { .stream = stream, .next_wide = stream_next, .back_wide = stream_back };
	int locked = __stream_lock(stream), count = scan_wide(&scan, format, arguments);

	__stream_unlock(stream, locked);
	return count;
}

int vswscanf(const wchar_t *__restrict string, const wchar_t *__restrict format, va_list arguments)
{
	struct scan scan = { .wide_string = string, .next_wide = string_next, .back_wide = string_back };

	return scan_wide(&scan, format, arguments);
}

int vwscanf(const wchar_t *__restrict format, va_list arguments)
{
	return vfwscanf(stdin, format, arguments);
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

int wscanf(const wchar_t *__restrict format, ...)
{
	FORWARD(vfwscanf(stdin, format, arguments));
}

int fwscanf(FILE *__restrict stream, const wchar_t *__restrict format, ...)
{
	FORWARD(vfwscanf(stream, format, arguments));
}

int swscanf(const wchar_t *__restrict string, const wchar_t *__restrict format, ...)
{
	FORWARD(vswscanf(string, format, arguments));
}
