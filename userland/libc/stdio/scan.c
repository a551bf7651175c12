/*
 * Formatted input. A field is collected character by character, one of look-ahead being pushed back, then
 * converted; a field is as long as the conversion's width or memory allows.
 *
 * A character is a byte, or, where the function or the conversion is a wide one, a code point; fields hold
 * UTF-8 either way.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>
#include "scan.h"

struct field {
	char *text;
	size_t length, space;
	size_t count;			/* characters */
};

static int next_byte(struct scan *scan)
{
	if (scan->stream)
		return fgetc_unlocked(scan->stream);
	return *scan->string ? (unsigned char)*scan->string++ : EOF;
}

/* A character of bytes that are UTF-8, for a conversion to wide ones. A wrong one is as the end. */
static int decode(struct scan *scan)
{
	mbstate_t state = { 0 };
	wchar_t wide;

	for (;;) {
		int c = next_byte(scan);
		char byte = (char)c;
		size_t used;

		if (c == EOF)
			return EOF;
		scan->read++;
		used = mbrtowc(&wide, &byte, 1, &state);
		if (used == 0 || used == 1)
			return (int)wide;
		if (used == (size_t)-1) {
			scan->broken = 1;
			return EOF;
		}
	}
}

static int next(struct scan *scan)
{
	int c;

	if (scan->decode)
		return decode(scan);
	c = scan->next_wide ? scan->next_wide(scan) : next_byte(scan);
	if (c != EOF)
		scan->read++;
	return c;
}

static void back(struct scan *scan, int c)
{
	char bytes[MB_LEN_MAX];
	size_t length = 1;

	if (c == EOF)
		return;
	if (scan->next_wide) {
		scan->read--;
		scan->back_wide(scan, c);
		return;
	}
	bytes[0] = (char)c;
	if (scan->decode)
		length = wcrtomb(bytes, c, NULL);
	scan->read -= length;
	while (length-- > 0)
		if (scan->stream)
			__ungetc_unlocked((unsigned char)bytes[length], scan->stream);
		else
			scan->string--;
}

static int is_space(const struct scan *scan, int c)
{
	return scan->next_wide || scan->decode ? c != EOF && iswspace((wint_t)c) : isspace(c);
}

static int append(struct field *field, int c, int wide)
{
	if (field->length + MB_LEN_MAX + 1 > field->space) {
		size_t want = field->space ? field->space * 2 : 64;
		char *more = realloc(field->text, want);

		if (!more)
			return -1;
		field->text = more;
		field->space = want;
	}
	if (wide && c >= 128)
		field->length += wcrtomb(field->text + field->length, c, NULL);
	else
		field->text[field->length++] = (char)c;
	field->text[field->length] = '\0';
	field->count++;
	return 0;
}

static int skip_space(struct scan *scan)
{
	int c;

	do
		c = next(scan);
	while (is_space(scan, c));
	back(scan, c);
	return c;
}

/* The longest prefix of an integer in this base. */
static int collect_integer(struct scan *scan, struct field *field, int base, size_t width)
{
	int c = next(scan), digits = 0, prefix = 0;

	if (width && (c == '+' || c == '-')) {
		if (append(field, c, 0) < 0)
			return -1;
		width--;
		c = next(scan);
	}
	if (width && c == '0' && (base == 0 || base == 16)) {
		if (append(field, c, 0) < 0)
			return -1;
		digits = 1;
		width--;
		c = next(scan);
		if (width && (c | 32) == 'x') {
			if (append(field, c, 0) < 0)
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
		if (append(field, c, 0) < 0)
			return -1;
		digits = 1;
	}
	back(scan, c);
	return digits || prefix ? 1 : 0;
}

static int collect_word(struct scan *scan, struct field *field, const char *word, size_t *width, int *c)
{
	for (; *word && *width && (*c | 32) == *word; word++, --*width, *c = next(scan))
		if (append(field, *c, 0) < 0)
			return -1;
	return 0;
}

static int collect_float(struct scan *scan, struct field *field, size_t width)
{
	int c = next(scan), hexadecimal = 0, point = 0, exponent = 0, last = 0;

	if (width && (c == '+' || c == '-')) {
		if (append(field, c, 0) < 0)
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
		if (append(field, c, 0) < 0)
			return -1;
	}
	back(scan, c);
	return field->length > 0;
}

/* What stands between brackets: bytes in a table, other characters as they are written. */
struct set {
	unsigned char table[256];
	const char *text, *end;
	int invert;
};

/* Returns what follows, or NULL. */
static const char *read_set(const char *p, struct set *set)
{
	set->invert = *p == '^';
	if (set->invert)
		p++;
	set->text = p;
	memset(set->table, set->invert, 256);
	do {
		unsigned char from = (unsigned char)*p, to = from;

		if (!from)
			return NULL;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			to = (unsigned char)p[2];
			p += 2;
		}
		for (int c = from; c <= to; c++)
			set->table[c] = !set->invert;
		p++;
	} while (*p != ']');
	set->end = p;
	return p + 1;
}

static int set_has(const struct scan *scan, const struct set *set, int c)
{
	const char *p = set->text;

	if (c < 128 || !(scan->next_wide || scan->decode))
		return set->table[c];
	while (p < set->end) {
		wchar_t from, to;
		int length = mbtowc(&from, p, (size_t)(set->end - p));

		if (length < 1)
			return 0;
		p += length;
		to = from;
		if (p + 1 < set->end && *p == '-') {
			length = mbtowc(&to, p + 1, (size_t)(set->end - p - 1));
			if (length < 1)
				return 0;
			p += 1 + length;
		}
		if (c >= from && c <= to)
			return !set->invert;
	}
	return set->invert;
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
	if (*p == 'S' || *p == 'C') {
		d->kind = *p == 'S' ? 's' : 'c';
		d->size = 1;
	}
	return *p ? p + 1 : p;
}

/* Strings of all kinds: c, s and sets. Returns 1, 0 for no match, -1 for no input or memory. */
static int collect_text(struct scan *scan, struct field *field, const struct directive *d, const struct set *set)
{
	size_t width = d->width ? d->width : d->kind == 'c' ? 1 : SIZE_MAX;
	int c = 0, wide = scan->next_wide || scan->decode;

	while (width > 0) {
		c = next(scan);
		if (c == EOF || (d->kind == 's' && is_space(scan, c)) || (d->kind == '[' && !set_has(scan, set, c))) {
			back(scan, c);
			break;
		}
		if (append(field, c, wide) < 0)
			return -1;
		width--;
	}
	if (scan->broken) {
		errno = EILSEQ;
		return -1;
	}
	if (!field->count)
		return c == EOF ? -1 : 0;
	return 1;
}

static int store_wide(struct field *field, const struct directive *d, void *to)
{
	size_t count = field->count + (d->kind != 'c');
	wchar_t *target = to;
	const char *from = field->text;
	mbstate_t state = { 0 };

	if (d->allocate) {
		target = reallocarray(NULL, count, sizeof(*target));
		if (!target)
			return -1;
		*(wchar_t **)to = target;
	}
	/* Zeros among the characters are only possible for %lc, and end no string there. */
	for (size_t i = 0; i < field->count; i++) {
		size_t used = mbrtowc(&target[i], from, MB_LEN_MAX, &state);

		from += used ? used : 1;
	}
	if (d->kind != 'c')
		target[field->count] = 0;
	return 1;
}

static int store_text(struct field *field, const struct directive *d, void *to)
{
	size_t length = field->length + (d->kind != 'c');

	if (d->size == 1)
		return store_wide(field, d, to);
	if (d->allocate) {
		*(char **)to = field->text;
		field->text = NULL;
		field->space = 0;
	} else {
		memcpy(to, field->text, length);
	}
	return 1;
}

static int convert_integer(struct scan *scan, struct field *field, const struct directive *d, int base, void *to)
{
	int got = collect_integer(scan, field, base, d->width ? d->width : SIZE_MAX);

	if (got != 1 || !to)
		return got;
	if (d->kind == 'd' || d->kind == 'i')
		store_integer(to, d->size, d->size == 2 ? (unsigned long long)strtoll(field->text, NULL, base) :
							  (unsigned long long)strtol(field->text, NULL, base));
	else
		store_integer(to, d->size, d->size == 2 ? strtoull(field->text, NULL, base) :
							   strtoul(field->text, NULL, base));
	return got;
}

static int convert_float(struct scan *scan, struct field *field, const struct directive *d, void *to)
{
	int got = collect_float(scan, field, d->width ? d->width : SIZE_MAX);
	char *end;

	if (got != 1)
		return got;
	(void)strtod(field->text, &end);
	got = *end == '\0' && end != field->text;
	if (got && to)
		store_float(to, d->size, field->text);
	return got;
}

/* Returns 1 for an assignment (or a suppressed one), 0 for a mismatch, -1 for the end of the input. */
static int convert(struct scan *scan, struct field *field, const struct directive *d, const struct set *set, void *to)
{
	int got;

	field->length = field->count = 0;
	switch (d->kind) {
	case 'c':
	case 's':
	case '[':
		scan->decode = d->size == 1 && !scan->next_wide;
		got = collect_text(scan, field, d, set);
		scan->decode = 0;
		return got == 1 && to ? store_text(field, d, to) : got;
	case 'a':
	case 'e':
	case 'f':
	case 'g':
	case 'A':
	case 'E':
	case 'F':
	case 'G':
		return convert_float(scan, field, d, to);
	case 'p':
	case 'x':
	case 'X':
		return convert_integer(scan, field, d, 16, to);
	case 'o':
		return convert_integer(scan, field, d, 8, to);
	case 'i':
		return convert_integer(scan, field, d, 0, to);
	case 'd':
	case 'u':
		return convert_integer(scan, field, d, 10, to);
	default:
		errno = EINVAL;
		return 0;
	}
}

/* A character of the format against one of the input. */
static int literal(struct scan *scan, const char **p)
{
	wchar_t wanted = (unsigned char)**p;
	int length = 1, c;

	if (scan->next_wide)
		length = mbtowc(&wanted, *p, MB_LEN_MAX);
	if (length < 1)
		return 0;
	c = next(scan);
	*p += length;
	if (c == wanted)
		return 1;
	back(scan, c);
	return c == EOF ? -1 : 0;
}

int __scan(struct scan *scan, const char *p, va_list arguments)
{
	struct field field = { 0 };
	struct set set;
	int assigned = 0, result = 1;

	while (*p && result == 1) {
		struct directive d;
		void *to = NULL;

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
			result = literal(scan, &p);
			continue;
		}
		p = parse_directive(p + 1, &d);
		if (!d.suppress)
			to = va_arg(arguments, void *);
		if (d.kind == '[') {
			p = read_set(p, &set);
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
		result = convert(scan, &field, &d, &set, to);
		if (result == 1 && to)
			assigned++;
	}
	free(field.text);
	return result < 0 && !assigned ? EOF : assigned;
}
