/*
 * Formatted output: one pass over the format, each conversion padded and handed to output->put().
 *
 * Numbered arguments (%2$s) are gathered first, in order, into an array of values; plain ones are
 * taken as they come. Counts beyond INT_MAX are EOVERFLOW.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "stream.h"

enum length { LENGTH_INT, LENGTH_CHAR, LENGTH_SHORT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_LONG_DOUBLE };

struct conversion {
	unsigned char left, plus, space, alternate, zero;
	unsigned char length;	/* enum length */
	char kind;
	int width;
	int precision;		/* -1: none given */
	int argument;		/* of %n$, from 1; 0: the next one */
	int width_argument, precision_argument;	/* as argument; -1: not by '*' */
};

union value {
	long long integer;
	long double number;
	void *pointer;
};

#define MAX_NUMBERED 64

struct source {
	va_list arguments;
	union value numbered[MAX_NUMBERED];
	int is_numbered;
};

/* How much of a field a piece takes: its bytes, or its characters. */
static size_t measure(const struct output *output, const char *from, size_t length)
{
	size_t count = 0;

	if (!output->wide)
		return length;
	for (size_t i = 0; i < length; i++)
		count += (from[i] & 0xc0) != 0x80;
	return count;
}

static inline int is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static int put(struct output *output, const char *from, size_t length)
{
	size_t count = measure(output, from, length);

	if (count > INT_MAX - output->total) {
		errno = EOVERFLOW;
		return -1;
	}
	output->total += count;
	return length ? output->put(output, from, length) : 0;
}

static int pad(struct output *output, char c, long count)
{
	char block[64];

	if (count <= 0)
		return 0;
	memset(block, c, count < (long)sizeof(block) ? (size_t)count : sizeof(block));
	for (; count > 0; count -= (long)sizeof(block))
		if (put(output, block, count < (long)sizeof(block) ? (size_t)count : sizeof(block)) < 0)
			return -1;
	return 0;
}

/* Prefix (sign or 0x), zeros, body, all within the field. */
static int field(struct output *output, const struct conversion *c, const char *prefix, size_t prefix_length,
		 long zeros, const char *body, size_t length)
{
	long blank = (long)c->width - (long)prefix_length - zeros - (long)measure(output, body, length);

	if (blank <= 0 && zeros <= 0 && !prefix_length)
		return put(output, body, length);
	if (!c->left && blank > 0 && pad(output, ' ', blank) < 0)
		return -1;
	if ((prefix_length && put(output, prefix, prefix_length) < 0) || (zeros > 0 && pad(output, '0', zeros) < 0) ||
	    put(output, body, length) < 0)
		return -1;
	return c->left ? pad(output, ' ', blank) : 0;
}

static const char *read_number(const char *p, int *number)
{
	int n = 0;

	while (is_digit(*p)) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n)) {
			errno = EOVERFLOW;
			return NULL;
		}
		p++;
	}
	*number = n;
	return p;
}

/* A '*', perhaps numbered, or a number. *argument is -1 for the latter. */
static const char *read_size(const char *p, int *number, int *argument)
{
	const char *end;

	*argument = -1;
	if (*p != '*')
		return read_number(p, number);
	*argument = 0;
	end = read_number(p + 1, argument);
	if (end && *end == '$' && *argument)
		return end + 1;
	*argument = 0;
	return p + 1;
}

/* Parses what follows a '%'; returns what follows the conversion, or NULL with errno. */
static const char *parse(const char *p, struct conversion *c)
{
	const char *end;
	int number;

	*c = (struct conversion){ .precision = -1, .width_argument = -1, .precision_argument = -1 };
	/* Most conversions are a letter. */
	if (*p >= 'a') {
		if (*p != 'l' && *p != 'h' && *p != 'q' && *p != 'j' && *p != 'z' && *p != 't') {
			c->kind = *p;
			return p + 1;
		}
		goto length;
	}
	end = read_number(p, &number);
	if (end && *end == '$' && number) {
		c->argument = number;
		p = end + 1;
	}
	for (;; p++) {
		if (*p == '-')
			c->left = 1;
		else if (*p == '+')
			c->plus = 1;
		else if (*p == ' ')
			c->space = 1;
		else if (*p == '#')
			c->alternate = 1;
		else if (*p == '0')
			c->zero = 1;
		else if (*p != '\'')
			break;
	}
	p = read_size(p, &c->width, &c->width_argument);
	if (p && *p == '.')
		p = read_size(p + 1, &c->precision, &c->precision_argument);
	if (!p)
		return NULL;
length:
	switch (*p) {
	case 'h':
		c->length = p[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
		break;
	case 'l':
		c->length = p[1] == 'l' ? LENGTH_LONG_LONG : LENGTH_LONG;
		break;
	case 'j':
	case 'q':
		c->length = LENGTH_LONG_LONG;
		break;
	case 'z':
	case 't':
		c->length = LENGTH_LONG;
		break;
	case 'L':
		c->length = LENGTH_LONG_DOUBLE;
		break;
	default:
		p--;
	}
	p += c->length == LENGTH_CHAR || (c->length == LENGTH_LONG_LONG && *p == 'l') ? 2 : 1;
	c->kind = *p;
	return *p ? p + 1 : p;
}

static union value take(va_list *arguments, const struct conversion *c)
{
	union value value = { 0 };

	switch (c->kind) {
	case 'd':
	case 'i':
		if (c->length == LENGTH_LONG_LONG || c->length == LENGTH_LONG_DOUBLE)
			value.integer = va_arg(*arguments, long long);
		else if (c->length == LENGTH_CHAR)
			value.integer = (signed char)va_arg(*arguments, int);
		else if (c->length == LENGTH_SHORT)
			value.integer = (short)va_arg(*arguments, int);
		else
			value.integer = va_arg(*arguments, int);
		break;
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		if (c->length == LENGTH_LONG_LONG || c->length == LENGTH_LONG_DOUBLE)
			value.integer = va_arg(*arguments, long long);
		else if (c->length == LENGTH_CHAR)
			value.integer = (unsigned char)va_arg(*arguments, int);
		else if (c->length == LENGTH_SHORT)
			value.integer = (unsigned short)va_arg(*arguments, int);
		else
			value.integer = va_arg(*arguments, unsigned);
		break;
	case 'c':
	case 'C':
		value.integer = va_arg(*arguments, int);
		break;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		if (c->length == LENGTH_LONG_DOUBLE)
			value.number = va_arg(*arguments, long double);
		else
			value.number = va_arg(*arguments, double);
		break;
	case 's':
	case 'S':
	case 'p':
	case 'n':
		value.pointer = va_arg(*arguments, void *);
		break;
	default:
		break;
	}
	return value;
}

/* Both write before end and return where the digits begin; 0 has none. */
static char *binary_digits(char *end, unsigned long long value, int bits, int upper)
{
	const char *letters = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned mask = (1u << bits) - 1, low;

	for (; value >> 32; value >>= bits)
		*--end = letters[(unsigned)value & mask];
	for (low = (unsigned)value; low; low >>= bits)
		*--end = letters[low & mask];
	return end;
}

/* Nine digits at a time are numbers of 32 bits, which the processor divides by itself. */
static char *decimal_digits(char *end, unsigned long long value)
{
	unsigned low;

	while (value >> 32) {
		unsigned long long rest = value / 1000000000;

		low = (unsigned)(value - rest * 1000000000);
		for (int i = 0; i < 9; i++, low /= 10)
			*--end = (char)('0' + low % 10);
		value = rest;
	}
	for (low = (unsigned)value; low; low /= 10)
		*--end = (char)('0' + low % 10);
	return end;
}

static int format_integer(struct output *output, const struct conversion *c, unsigned long long value,
			  int negative)
{
	char digits[24], prefix[2];
	char *at;
	unsigned base = c->kind == 'o' ? 8 : (c->kind | 32) == 'x' ? 16 : 10;
	size_t prefix_length = 0, length;
	long zeros = 0;

	if (negative)
		prefix[prefix_length++] = '-';
	else if (c->plus && (c->kind == 'd' || c->kind == 'i'))
		prefix[prefix_length++] = '+';
	else if (c->space && (c->kind == 'd' || c->kind == 'i'))
		prefix[prefix_length++] = ' ';
	if (base == 16 && c->alternate && value) {
		prefix[prefix_length++] = '0';
		prefix[prefix_length++] = c->kind;
	}
	at = base == 10 ? decimal_digits(digits + sizeof(digits), value) :
			  binary_digits(digits + sizeof(digits), value, base == 8 ? 3 : 4, c->kind == 'X');
	length = (size_t)(digits + sizeof(digits) - at);
	if (c->precision >= 0)
		zeros = c->precision - (long)length;
	else if (c->zero && !c->left)
		zeros = c->width - (long)prefix_length - (long)length;
	if (!length && c->precision != 0 && zeros < 1)
		zeros = 1;
	if (c->kind == 'o' && c->alternate && zeros < 1)
		zeros = 1;
	return field(output, c, prefix, prefix_length, zeros > 0 ? zeros : 0, at, length);
}

static int format_pointer(struct output *output, struct conversion *c, void *pointer)
{
	if (!pointer)
		return field(output, c, "", 0, 0, "(nil)", 5);
	c->kind = 'x';
	c->alternate = 1;
	return format_integer(output, c, (uintptr_t)pointer, 0);
}

static int format_wide(struct output *output, const struct conversion *c, const wchar_t *string)
{
	char bytes[MB_LEN_MAX];
	size_t length = 0, limit = c->precision < 0 ? SIZE_MAX : (size_t)c->precision;
	const wchar_t *end;

	for (end = string; length < limit && *end; end++) {
		size_t part = wcrtomb(bytes, *end, NULL);

		if (part == (size_t)-1)
			return -1;
		if (output->wide)
			part = 1;
		if (part > limit - length)
			break;
		length += part;
	}
	if (!c->left && pad(output, ' ', (long)c->width - (long)length) < 0)
		return -1;
	for (; string < end; string++)
		if (put(output, bytes, wcrtomb(bytes, *string, NULL)) < 0)
			return -1;
	return c->left ? pad(output, ' ', (long)c->width - (long)length) : 0;
}

/* A string of bytes; among wide characters it is UTF-8, and its precision counts those. */
static int format_string(struct output *output, const struct conversion *c, const char *string)
{
	size_t limit = c->precision < 0 ? SIZE_MAX : (size_t)c->precision, length = 0;
	mbstate_t state = { 0 };

	if (!output->wide)
		return field(output, c, "", 0, 0, string, c->precision < 0 ? strlen(string) : strnlen(string, limit));
	for (; limit > 0; limit--) {
		size_t used = mbrtowc(NULL, string + length, MB_LEN_MAX, &state);

		if (!used)
			break;
		if (used >= (size_t)-2)
			return -1;
		length += used;
	}
	return field(output, c, "", 0, 0, string, length);
}

static void store_count(const struct output *output, const struct conversion *c, void *to)
{
	switch (c->length) {
	case LENGTH_CHAR:
		*(signed char *)to = (signed char)output->total;
		break;
	case LENGTH_SHORT:
		*(short *)to = (short)output->total;
		break;
	case LENGTH_LONG_LONG:
		*(long long *)to = (long long)output->total;
		break;
	default:
		*(int *)to = (int)output->total;
	}
}

static int format_float(struct output *output, const struct conversion *c, long double value)
{
	struct float_text text;
	long blank;

	__float_text(&text, c->kind, c->alternate, c->precision, c->plus ? '+' : c->space ? ' ' : 0, value,
		     c->length == LENGTH_LONG_DOUBLE);
	blank = (long)c->width - (long)(text.prefix_length + text.length + text.suffix_length) - text.zeros;
	if (!c->left && !(c->zero && text.finite) && pad(output, ' ', blank) < 0)
		return -1;
	if (put(output, text.prefix, text.prefix_length) < 0 ||
	    (!c->left && c->zero && text.finite && pad(output, '0', blank) < 0) ||
	    put(output, text.body, text.length) < 0 || pad(output, '0', text.zeros) < 0 ||
	    put(output, text.suffix, text.suffix_length) < 0)
		return -1;
	return c->left ? pad(output, ' ', blank) : 0;
}

static int format_one(struct output *output, struct conversion *c, union value value)
{
	char byte;
	const char *string;

	switch (c->kind) {
	case 'd':
	case 'i':
		return format_integer(output, c, value.integer < 0 ? -(unsigned long long)value.integer :
								     (unsigned long long)value.integer,
				      value.integer < 0);
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		return format_integer(output, c, (unsigned long long)value.integer, 0);
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return format_float(output, c, value.number);
	case 'p':
		return format_pointer(output, c, value.pointer);
	case 'C':
	case 'c':
		if (c->kind == 'C' || c->length == LENGTH_LONG) {
			wchar_t wide[2] = { (wchar_t)value.integer, 0 };

			c->precision = -1;
			return format_wide(output, c, wide);
		}
		byte = (char)value.integer;
		if (output->wide && byte & 0x80) {
			errno = EILSEQ;
			return -1;
		}
		return field(output, c, "", 0, 0, &byte, 1);
	case 'S':
	case 's':
		string = value.pointer ? value.pointer : "(null)";
		if (value.pointer && (c->kind == 'S' || c->length == LENGTH_LONG))
			return format_wide(output, c, value.pointer);
		return format_string(output, c, string);
	case 'm':
		return format_string(output, c, strerror(errno));
	case 'n':
		store_count(output, c, value.pointer);
		return 0;
	default:
		errno = EINVAL;
		return -1;
	}
}

/* Finds the type of every numbered argument, then takes them in order. */
static int gather(struct source *source, const char *format)
{
	struct conversion types[MAX_NUMBERED] = { 0 }, c;
	const struct conversion integer = { .kind = 'd' };
	int count = 0;

	while (*(format = strchrnul(format, '%'))) {
		int arguments[3];

		if (format[1] == '%') {
			format += 2;
			continue;
		}
		format = parse(format + 1, &c);
		if (!format)
			return -1;
		arguments[0] = c.width_argument;
		arguments[1] = c.precision_argument;
		arguments[2] = c.kind == 'm' ? -1 : c.argument;
		for (int i = 0; i < 3; i++) {
			if (arguments[i] < 0)
				continue;
			if (arguments[i] == 0 || arguments[i] > MAX_NUMBERED) {
				errno = EINVAL;
				return -1;
			}
			types[arguments[i] - 1] = i == 2 ? c : integer;
			if (arguments[i] > count)
				count = arguments[i];
		}
	}
	for (int i = 0; i < count; i++) {
		if (!types[i].kind) {
			errno = EINVAL;
			return -1;
		}
		source->numbered[i] = take(&source->arguments, &types[i]);
	}
	return 0;
}

static int size_value(struct source *source, int argument)
{
	return argument > 0 ? (int)source->numbered[argument - 1].integer : va_arg(source->arguments, int);
}

static int format_all(struct output *output, const char *format, struct source *source)
{
	while (*format) {
		const char *percent = strchrnul(format, '%');
		struct conversion c;

		if (percent != format && put(output, format, (size_t)(percent - format)) < 0)
			return -1;
		if (!*percent)
			break;
		if (percent[1] == '%') {
			if (put(output, "%", 1) < 0)
				return -1;
			format = percent + 2;
			continue;
		}
		format = parse(percent + 1, &c);
		if (!format)
			return -1;
		if (c.width_argument >= 0) {
			c.width = size_value(source, c.width_argument);
			if (c.width < 0) {
				c.left = 1;
				if (c.width == INT_MIN) {
					errno = EOVERFLOW;
					return -1;
				}
				c.width = -c.width;
			}
		}
		if (c.precision_argument >= 0) {
			c.precision = size_value(source, c.precision_argument);
			if (c.precision < 0)
				c.precision = -1;
		}
		if (format_one(output, &c, source->is_numbered && c.argument ?
						   source->numbered[c.argument - 1] : take(&source->arguments, &c)) < 0)
			return -1;
	}
	return (int)output->total;
}

/* Whether the first conversion is numbered; the standard forbids to mix. */
static int is_numbered(const char *format)
{
	while (*(format = strchrnul(format, '%'))) {
		const char *p = format + 1;

		if (*p == '%') {
			format += 2;
			continue;
		}
		if (!is_digit(*p) || *p == '0')
			return 0;
		while (is_digit(*p))
			p++;
		return *p == '$';
	}
	return 0;
}

int __format(struct output *output, const char *format, va_list arguments)
{
	struct source source;
	int count = -1;

	source.is_numbered = is_numbered(format);
	va_copy(source.arguments, arguments);
	if (!source.is_numbered || gather(&source, format) == 0)
		count = format_all(output, format, &source);
	va_end(source.arguments);
	return count;
}
