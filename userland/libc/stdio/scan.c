/*
 * Formatted input. A field is collected byte by byte, one byte of look-ahead being pushed back, then
 * converted; a field is as long as the conversion's width or memory allows.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "stream.h"

struct scan {
	FILE *stream;
	const char *string;		/* instead of a stream */
	size_t read;
};

struct field {
	char *text;
	size_t length, space;
};

static int next(struct scan *scan)
{
	int c = scan->stream ? fgetc_unlocked(scan->stream) : *scan->string ? (unsigned char)*scan->string++ : EOF;

	if (c != EOF)
		scan->read++;
	return c;
}

static void back(struct scan *scan, int c)
{
	if (c == EOF)
		return;
	scan->read--;
	if (scan->stream)
		__ungetc_unlocked(c, scan->stream);
	else
		scan->string--;
}

static int append(struct field *field, int c)
{
	if (field->length + 2 > field->space) {
		size_t want = field->space ? field->space * 2 : 64;
		char *more = realloc(field->text, want);

		if (!more)
			return -1;
		field->text = more;
		field->space = want;
	}
	field->text[field->length++] = (char)c;
	field->text[field->length] = '\0';
	return 0;
}

static int skip_space(struct scan *scan)
{
	int c;

	do
		c = next(scan);
	while (isspace(c));
	back(scan, c);
	return c;
}

/* The longest prefix of an integer in this base. */
static int collect_integer(struct scan *scan, struct field *field, int base, size_t width)
{
	int c = next(scan), digits = 0, prefix = 0;

	if (width && (c == '+' || c == '-')) {
		if (append(field, c) < 0)
			return -1;
		width--;
		c = next(scan);
	}
	if (width && c == '0' && (base == 0 || base == 16)) {
		if (append(field, c) < 0)
			return -1;
		digits = 1;
		width--;
		c = next(scan);
		if (width && (c | 32) == 'x') {
			if (append(field, c) < 0)
				return -1;
			prefix = 1;
			digits = 0;
			base = 16;
			width--;
			c = next(scan);
		} else if (base == 0) {
			base = 8;
		}
	}
	if (base == 0)
		base = 10;
	for (; width; width--, c = next(scan)) {
		int value = isdigit(c) ? c - '0' : isalpha(c) ? (c | 32) - 'a' + 10 : 99;

		if (value >= base)
			break;
		if (append(field, c) < 0)
			return -1;
		digits = 1;
	}
	back(scan, c);
	return digits || prefix ? 1 : 0;
}

static int collect_word(struct scan *scan, struct field *field, const char *word, size_t *width, int *c)
{
	for (; *word && *width && (*c | 32) == *word; word++, --*width, *c = next(scan))
		if (append(field, *c) < 0)
			return -1;
	return 0;
}

static int collect_float(struct scan *scan, struct field *field, size_t width)
{
	int c = next(scan), hexadecimal = 0, point = 0, exponent = 0, last = 0;

	if (width && (c == '+' || c == '-')) {
		if (append(field, c) < 0)
			return -1;
		width--;
		c = next(scan);
	}
	if (width && ((c | 32) == 'i' || (c | 32) == 'n')) {
		if (collect_word(scan, field, (c | 32) == 'i' ? "infinity" : "nan", &width, &c) < 0)
			return -1;
		back(scan, c);
		return 1;
	}
	for (; width; width--, last = c, c = next(scan)) {
		if (isdigit(c) || (hexadecimal && !exponent && isxdigit(c)))
			;
		else if (c == '.' && !point && !exponent)
			point = 1;
		else if ((c | 32) == 'x' && last == '0' && !hexadecimal && !point && !exponent)
			hexadecimal = 1;
		else if ((c | 32) == (hexadecimal ? 'p' : 'e') && !exponent && last)
			exponent = 1;
		else if ((c == '+' || c == '-') && exponent && (last | 32) == (hexadecimal ? 'p' : 'e'))
			;
		else
			break;
		if (append(field, c) < 0)
			return -1;
	}
	back(scan, c);
	return field->length > 0;
}

/* Reads the set between brackets into the table; returns what follows, or NULL. */
static const char *read_set(const char *p, unsigned char table[256])
{
	int invert = *p == '^';

	if (invert)
		p++;
	memset(table, invert, 256);
	do {
		unsigned char from = (unsigned char)*p, to = from;

		if (!from)
			return NULL;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			to = (unsigned char)p[2];
			p += 2;
		}
		for (int c = from; c <= to; c++)
			table[c] = !invert;
		p++;
	} while (*p != ']');
	return p + 1;
}

static void store_integer(void *to, int size, unsigned long long value)
{
	if (size == -2)
		*(unsigned char *)to = (unsigned char)value;
	else if (size == -1)
		*(unsigned short *)to = (unsigned short)value;
	else if (size == 2)
		*(unsigned long long *)to = value;
	else
		*(unsigned *)to = (unsigned)value;
}

static void store_float(void *to, int size, const char *text)
{
	if (size >= 2)
		*(long double *)to = strtold(text, NULL);
	else if (size == 1)
		*(double *)to = strtod(text, NULL);
	else
		*(float *)to = strtof(text, NULL);
}

struct directive {
	int suppress, allocate, size;	/* size: -2 hh, -1 h, 1 l, 2 ll or L */
	size_t width;			/* 0: none given */
	char kind;
};

static const char *parse_directive(const char *p, struct directive *d)
{
	memset(d, 0, sizeof(*d));
	if (*p == '*') {
		d->suppress = 1;
		p++;
	}
	for (; isdigit((unsigned char)*p); p++)
		if (d->width < 100000000)
			d->width = d->width * 10 + (size_t)(*p - '0');
	if (*p == 'm') {
		d->allocate = 1;
		p++;
	}
	for (;; p++) {
		if (*p == 'h')
			d->size--;
		else if (*p == 'l')
			d->size++;
		else if (*p == 'L' || *p == 'j' || *p == 'q')
			d->size = 2;
		else if (*p != 'z' && *p != 't')
			break;
	}
	d->kind = *p;
	return *p ? p + 1 : p;
}

/* Strings of all kinds: c, s and sets. Returns 1, 0 for no match, -1 for no input or memory. */
static int collect_text(struct scan *scan, struct field *field, const struct directive *d,
			const unsigned char table[256])
{
	size_t width = d->width ? d->width : d->kind == 'c' ? 1 : SIZE_MAX;
	int c = 0;

	while (width > 0) {
		c = next(scan);
		if (c == EOF || (d->kind == 's' && isspace(c)) || (d->kind == '[' && !table[c])) {
			back(scan, c);
			break;
		}
		if (append(field, c) < 0)
			return -1;
		width--;
	}
	if (!field->length)
		return c == EOF ? -1 : 0;
	return d->kind == 'c' && width > 0 ? -1 : 1;
}

static int store_text(struct field *field, const struct directive *d, void *to)
{
	size_t length = field->length + (d->kind != 'c');

	if (d->allocate) {
		*(char **)to = field->text;
		field->text = NULL;
		field->space = 0;
	} else {
		memcpy(to, field->text, length);
	}
	return 1;
}

/* Returns 1 for an assignment (or a suppressed one), 0 for a mismatch, -1 for the end of the input. */
static int convert(struct scan *scan, struct field *field, const struct directive *d,
		   const unsigned char table[256], void *to)
{
	size_t width = d->width ? d->width : SIZE_MAX;
	int base = 10, got;

	field->length = 0;
	switch (d->kind) {
	case 'c':
	case 's':
	case '[':
		got = collect_text(scan, field, d, table);
		return got == 1 && to ? store_text(field, d, to) : got;
	case 'a':
	case 'e':
	case 'f':
	case 'g':
	case 'A':
	case 'E':
	case 'F':
	case 'G':
		got = collect_float(scan, field, width);
		if (got == 1) {
			char *end;

			(void)strtod(field->text, &end);
			got = *end == '\0' && end != field->text;
			if (got && to)
				store_float(to, d->size, field->text);
		}
		return got;
	case 'p':
	case 'x':
	case 'X':
		base = 16;
		break;
	case 'o':
		base = 8;
		break;
	case 'i':
		base = 0;
		break;
	case 'd':
	case 'u':
		break;
	default:
		errno = EINVAL;
		return 0;
	}
	got = collect_integer(scan, field, base, width);
	if (got == 1 && to) {
		if (d->kind == 'd' || d->kind == 'i')
			store_integer(to, d->size, d->size == 2 ?
				      (unsigned long long)strtoll(field->text, NULL, base) :
				      (unsigned long long)strtol(field->text, NULL, base));
		else
			store_integer(to, d->size, d->size == 2 ? strtoull(field->text, NULL, base) :
								   strtoul(field->text, NULL, base));
	}
	return got;
}

static int scan_all(struct scan *scan, const char *p, va_list arguments)
{
	struct field field = { 0 };
	unsigned char table[256];
	int assigned = 0, result = 1;

	while (*p && result == 1) {
		struct directive d;
		void *to = NULL;
		int c;

		if (isspace((unsigned char)*p)) {
			while (isspace((unsigned char)*p))
				p++;
			skip_space(scan);
			continue;
		}
		if (*p != '%' || p[1] == '%') {
			if (*p == '%') {
				p++;
				skip_space(scan);
			}
			c = next(scan);
			if (c != (unsigned char)*p) {
				back(scan, c);
				result = c == EOF ? -1 : 0;
			}
			p++;
			continue;
		}
		p = parse_directive(p + 1, &d);
		if (!d.suppress)
			to = va_arg(arguments, void *);
		if (d.kind == '[') {
			p = read_set(p, table);
			if (!p) {
				errno = EINVAL;
				result = 0;
				break;
			}
		}
		if (d.kind == 'n') {
			if (to)
				store_integer(to, d.size, scan->read);
			continue;
		}
		if (d.kind != 'c' && d.kind != '[' && skip_space(scan) == EOF) {
			result = -1;
			break;
		}
		result = convert(scan, &field, &d, table, to);
		if (result == 1 && to)
			assigned++;
	}
	free(field.text);
	return result < 0 && !assigned ? EOF : assigned;
}

int vfscanf(FILE *__restrict stream, const char *__restrict format, va_list arguments)
{
	struct scan scan = { .stream = stream };
	int locked = __stream_lock(stream), count = scan_all(&scan, format, arguments);

	__stream_unlock(stream, locked);
	return count;
}

int vsscanf(const char *__restrict string, const char *__restrict format, va_list arguments)
{
	struct scan scan = { .string = string };

	return scan_all(&scan, format, arguments);
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
