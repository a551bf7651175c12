/*
 * testing.h - what a test program of the guest is written with.
 *
 * A program says how many tests it has, makes them, and ends by returning test_done() from main().
 * It prints the Test Anything Protocol on standard output. Only write() and formatting of our own
 * are used, so that it works with any C library and while stdio itself is under test. One process
 * reports: a child passes its verdict on by its exit status.
 *
 *	TEST_PLAN(3);
 *	OK(fd >= 0, "open %s", path);
 *	IS(n, 5);                         both values are printed if they differ
 *	ERRNO(open("/no", 0), ENOENT);    -1, and errno
 *	return test_done();
 */
#ifndef IMPOSOS_TESTING_H
#define IMPOSOS_TESTING_H

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static int test_planned = -1, test_number, test_failures;

/* Appends what fits. Knows %s %c %d %u %x %ld %lu %lx %lld %llu %llx %p %%, without widths. */
static inline size_t test_format(char *out, size_t size, const char *format, va_list args)
{
	size_t n = 0;

#define TEST_PUT(c) do { if (n + 1 < size) out[n++] = (c); } while (0)
	for (; *format; format++) {
		if (*format != '%') {
			TEST_PUT(*format);
			continue;
		}
		int longs = 0;
		for (format++; *format == 'l' || *format == 'z'; format++)
			longs++;
		char digits[24];
		int count = 0;
		unsigned long long value = 0;
		unsigned base = *format == 'x' || *format == 'p' ? 16 : 10;
		switch (*format) {
		case 's':
			for (const char *s = va_arg(args, const char *); s && *s; s++)
				TEST_PUT(*s);
			continue;
		case 'c':
			TEST_PUT((char)va_arg(args, int));
			continue;
		case 'd': {
			long long number = longs > 1 ? va_arg(args, long long) : longs ? va_arg(args, long)
									      : va_arg(args, int);
			if (number < 0)
				TEST_PUT('-');
			value = number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;
			break;
		}
		case 'u':
		case 'x':
			value = longs > 1 ? va_arg(args, unsigned long long) : longs ? va_arg(args, unsigned long)
									     : va_arg(args, unsigned);
			break;
		case 'p':
			value = (unsigned long)va_arg(args, void *);
			TEST_PUT('0');
			TEST_PUT('x');
			break;
		default:
			TEST_PUT(*format);
			continue;
		}
		/* 32-bit steps: a 64-bit division may need a library that is not there. */
		do {
			unsigned rest = 0;
			for (int shift = 48; shift >= 0; shift -= 16) {
				unsigned part = rest << 16 | (unsigned)(value >> shift & 0xffff);
				value = (value & ~(0xffffULL << shift)) | (unsigned long long)(part / base) << shift;
				rest = part % base;
			}
			digits[count++] = "0123456789abcdef"[rest];
		} while (value);
		while (count)
			TEST_PUT(digits[--count]);
	}
#undef TEST_PUT
	out[n] = 0;
	return n;
}

static inline void test_write(const char *text, size_t length)
{
	while (length) {
		ssize_t n = write(1, text, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(125);
		text += n;
		length -= (size_t)n;
	}
}

/* A line of TAP: prefix, formatted text, end of line. errno stays as it was. */
__attribute__((format(printf, 2, 0)))
static inline void test_line(const char *prefix, const char *format, va_list args)
{
	char line[1024];
	size_t n = strlen(prefix);
	int saved = errno;

	memcpy(line, prefix, n);
	n += test_format(line + n, sizeof(line) - n - 1, format, args);
	line[n++] = '\n';
	test_write(line, n);
	errno = saved;
}

/* Says something beside the tests. */
__attribute__((format(printf, 1, 2), unused))
static void test_diag(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	test_line("# ", format, args);
	va_end(args);
}

__attribute__((format(printf, 1, 2), unused))
static void test_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	test_line("", format, args);
	va_end(args);
}

/* One test. Returns whether it holds. */
__attribute__((format(printf, 2, 3), unused))
static int test_ok(int holds, const char *format, ...)
{
	char prefix[32], *p = prefix;
	char digits[12];
	int n = 0, number = ++test_number;
	va_list args;

	if (!holds) {
		test_failures++;
		memcpy(p, "not ", 4);
		p += 4;
	}
	memcpy(p, "ok ", 3);
	p += 3;
	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	while (n)
		*p++ = digits[--n];
	memcpy(p, " - ", 4);
	va_start(args, format);
	test_line(prefix, format, args);
	va_end(args);
	return holds;
}

__attribute__((unused))
static int test_is(long long found, long long expected, const char *what, const char *file, int line)
{
	if (test_ok(found == expected, "%s", what))
		return 1;
	test_diag("%s:%d: found %lld, expected %lld", file, line, found, expected);
	return 0;
}

__attribute__((unused))
static int test_errno(long long result, int expected, const char *what, const char *file, int line)
{
	int found = errno;

	if (test_ok(result == -1 && found == expected, "%s fails with %d", what, expected))
		return 1;
	test_diag("%s:%d: returned %lld, errno %d", file, line, result, found);
	return 0;
}

#define TEST_PLAN(count) \
	do { \
		test_planned = (count); \
		test_say("1..%d", test_planned); \
	} while (0)

/* The whole program does not apply here. Returns from main(). */
#define TEST_SKIP_ALL(reason) \
	do { \
		test_say("1..0 # SKIP %s", (reason)); \
		return 0; \
	} while (0)

#define OK(condition, ...) \
	do { \
		if (!test_ok(!!(condition), __VA_ARGS__)) \
			test_diag("%s:%d: %s; errno %d", __FILE__, __LINE__, #condition, errno); \
	} while (0)
#define IS(found, expected)	test_is((long long)(found), (long long)(expected), #found " is " #expected, __FILE__, __LINE__)
#define ERRNO(call, expected)	test_errno((long long)(call), (expected), #call, __FILE__, __LINE__)
#define DIAG(...)		test_diag(__VA_ARGS__)

/* Without this nothing that follows makes sense. */
#define BAIL_UNLESS(condition, ...) \
	do { \
		if (!(condition)) { \
			test_diag(__VA_ARGS__); \
			test_diag("%s:%d: %s; errno %d", __FILE__, __LINE__, #condition, errno); \
			test_say("Bail out! %s", #condition); \
			_exit(1); \
		} \
	} while (0)

/* main()'s result: 0 if every planned test was made and holds. */
__attribute__((unused))
static int test_done(void)
{
	if (test_planned < 0)
		test_say("1..%d", test_number);
	else if (test_planned != test_number)
		test_diag("%d tests were planned, %d made", test_planned, test_number);
	return test_failures || (test_planned >= 0 && test_planned != test_number);
}

#endif
