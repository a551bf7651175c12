/* printf: the format is used again as long as arguments are left. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common.h"

struct arguments {
	char **next;
	int failed;
	int stop;
};

static void complain(struct arguments *arguments, const char *text, const char *message)
{
	fflush(stdout);
	fprintf(stderr, "printf: %s: %s\n", text, message);
	arguments->failed = 1;
}

static const char *next_string(struct arguments *arguments)
{
	return *arguments->next ? *arguments->next++ : "";
}

static void check(struct arguments *arguments, const char *text, const char *end)
{
	if (end == text)
		complain(arguments, text, "expected numeric value");
	else if (*end)
		complain(arguments, text, "not completely converted");
	else if (errno == ERANGE)
		complain(arguments, text, strerror(ERANGE));
}

/* A quote before a character asks for its code. */
static intmax_t next_integer(struct arguments *arguments, int is_signed)
{
	const char *text;
	intmax_t value;
	char *end;

	if (!*arguments->next)
		return 0;
	text = next_string(arguments);
	if (*text == '\'' || *text == '"')
		return (unsigned char)text[1];
	errno = 0;
	value = is_signed || *text == '-' ? strtoimax(text, &end, 0) : (intmax_t)strtoumax(text, &end, 0);
	check(arguments, text, end);
	return value;
}

static double next_float(struct arguments *arguments)
{
	const char *text;
	double value;
	char *end;

	if (!*arguments->next)
		return 0;
	text = next_string(arguments);
	if (*text == '\'' || *text == '"')
		return (unsigned char)text[1];
	errno = 0;
	value = strtod(text, &end);
	check(arguments, text, end);
	return value;
}

/* %b: the argument's own escapes count. */
static void print_escaped(struct arguments *arguments, const char *flags, int width, int precision)
{
	const char *text = next_string(arguments);
	char *result = must(malloc(strlen(text) + 1));
	size_t length = 0;
	int left = strchr(flags, '-') != NULL;

	while (*text && !arguments->stop) {
		int value;

		if (*text != '\\') {
			result[length++] = *text++;
			continue;
		}
		text = escape(text, 1, &value, &arguments->stop);
		if (!arguments->stop)
			result[length++] = (char)value;
	}
	if (precision >= 0 && (size_t)precision < length)
		length = (size_t)precision;
	for (int i = (int)length; !left && i < width; i++)
		putchar(' ');
	fwrite(result, 1, length, stdout);
	for (int i = (int)length; left && i < width; i++)
		putchar(' ');
	free(result);
}

static const char *read_size(const char *p, int *size, struct arguments *arguments)
{
	if (*p == '*') {
		*size = (int)next_integer(arguments, 1);
		return p + 1;
	}
	for (*size = 0; isdigit((unsigned char)*p); p++)
		if (*size < 100000000)
			*size = *size * 10 + (*p - '0');
	return p;
}

/* One conversion; p is behind the '%'. NULL for one that does not exist. */
static const char *convert(const char *p, struct arguments *arguments)
{
	char flags[8] = "", format[16];
	int width = 0, precision = -1;
	size_t count = 0;

	for (; *p && strchr("-+ #0", *p); p++)
		if (count < sizeof(flags) - 1 && !strchr(flags, *p)) {
			flags[count++] = *p;
			flags[count] = '\0';
		}
	p = read_size(p, &width, arguments);
	if (width < 0) {
		width = -width;
		flags[count++] = '-';
		flags[count] = '\0';
	}
	if (*p == '.')
		p = read_size(p + 1, &precision, arguments);
	while (*p && strchr("hlLjzt", *p))
		p++;
	switch (*p) {
	case 'd':
	case 'i':
		snprintf(format, sizeof(format), "%%%s*.*j%c", flags, *p);
		printf(format, width, precision, next_integer(arguments, 1));
		break;
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		snprintf(format, sizeof(format), "%%%s*.*j%c", flags, *p);
		printf(format, width, precision, next_integer(arguments, 0));
		break;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		snprintf(format, sizeof(format), "%%%s*.*%c", flags, *p);
		printf(format, width, precision, next_float(arguments));
		break;
	case 'c': {
		const char *text = next_string(arguments);

		snprintf(format, sizeof(format), "%%%s*c", flags);
		if (*text)
			printf(format, width, *text);
		else
			printf("%*s", width, "");
		break;
	}
	case 's':
		snprintf(format, sizeof(format), "%%%s*.*s", flags);
		printf(format, width, precision, next_string(arguments));
		break;
	case 'b':
		print_escaped(arguments, flags, width, precision);
		break;
	default:
		return NULL;
	}
	return p + 1;
}

static int print_once(const char *p, struct arguments *arguments)
{
	while (*p && !arguments->stop) {
		if (*p == '\\') {
			int value;

			p = escape(p, 0, &value, &arguments->stop);
			putchar(value);
		} else if (*p == '%' && p[1] == '%') {
			putchar('%');
			p += 2;
		} else if (*p == '%') {
			const char *start = p;

			p = convert(p + 1, arguments);
			if (!p) {
				complain(arguments, start, "invalid directive");
				return -1;
			}
		} else {
			putchar(*p++);
		}
	}
	return 0;
}

int printf_main(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	const char *format;
	int first = 1;

	if (argc > 1 && !strcmp(argv[1], "--"))
		first = 2;
	if (first >= argc) {
		fprintf(stderr, "usage: printf format [argument...]\n");
		return 2;
	}
	format = argv[first];
	arguments.next = argv + first + 1;
	for (;;) {
		char **before = arguments.next;

		if (print_once(format, &arguments) < 0 || arguments.stop)
			break;
		if (!*arguments.next || arguments.next == before)
			break;
	}
	return arguments.failed;
}
