/* strfmon(): in both locales an amount has no currency, no separators, two decimals, and "-" before what is negative. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <monetary.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct amount {
	char fill;
	int parentheses, left, width, digits, precision;
};

/* What stands between % and the conversion's letter, or NULL. */
static const char *parse(const char *p, struct amount *a)
{
	*a = (struct amount){ .fill = ' ', .precision = -1 };
	for (;; p++) {
		if (*p == '=' && p[1])
			a->fill = *++p;
		else if (*p == '(')
			a->parentheses = 1;
		else if (*p == '-')
			a->left = 1;
		else if (*p != '^' && *p != '+' && *p != '!')
			break;
	}
	for (; isdigit((unsigned char)*p); p++)
		a->width = a->width * 10 + (*p - '0');
	if (*p == '#')
		for (p++; isdigit((unsigned char)*p); p++)
			a->digits = a->digits * 10 + (*p - '0');
	if (*p == '.')
		for (a->precision = 0, p++; isdigit((unsigned char)*p); p++)
			a->precision = a->precision * 10 + (*p - '0');
	if (a->width > 4096 || a->digits > 4096 || a->precision > 4096)
		return NULL;
	return *p == 'L' ? p + 1 : p;
}

/* Written at `to`, as far as size reaches; the length that it needs. */
static size_t write_amount(char *to, size_t size, const struct amount *a, long double value)
{
	int negative = value < 0, length, whole, used = 0, total;
	char number[5000 + 4096];
	char *text;

	length = snprintf(number, sizeof(number), "%.*Lf", a->precision < 0 ? 2 : a->precision, negative ? -value : value);
	if (length < 0 || (size_t)length >= sizeof(number))
		return SIZE_MAX;
	whole = (int)strcspn(number, ".");
	text = malloc((size_t)length + (size_t)a->digits + 4);
	if (!text)
		return SIZE_MAX;
	if (negative)
		text[used++] = a->parentheses ? '(' : '-';
	else if (a->digits)
		text[used++] = ' ';
	for (int i = whole; i < a->digits; i++)
		text[used++] = a->fill;
	memcpy(text + used, number, (size_t)length);
	used += length;
	if (a->parentheses && (negative || a->digits))
		text[used++] = negative ? ')' : ' ';
	text[used] = '\0';
	total = snprintf(to, size, a->left ? "%-*s" : "%*s", a->width, text);
	free(text);
	return total < 0 ? SIZE_MAX : (size_t)total;
}

static ssize_t format_all(char *to, size_t size, const char *format, va_list arguments)
{
	size_t used = 0;

	while (*format) {
		struct amount a;
		const char *kind;
		size_t length;

		if (*format != '%' || format[1] == '%') {
			if (used + 1 >= size) {
				errno = E2BIG;
				return -1;
			}
			to[used++] = *format;
			format += 1 + (*format == '%');
			continue;
		}
		kind = parse(format + 1, &a);
		if (!kind || (*kind != 'i' && *kind != 'n')) {
			errno = EINVAL;
			return -1;
		}
		length = write_amount(to + used, size - used, &a,
				      kind[-1] == 'L' ? va_arg(arguments, long double) : va_arg(arguments, double));
		if (length >= size - used) {
			errno = E2BIG;
			return -1;
		}
		used += length;
		format = kind + 1;
	}
	if (used >= size) {
		errno = E2BIG;
		return -1;
	}
	to[used] = '\0';
	return (ssize_t)used;
}

ssize_t strfmon(char *__restrict to, size_t size, const char *__restrict format, ...)
{
	va_list arguments;
	ssize_t length;

	va_start(arguments, format);
	length = format_all(to, size, format, arguments);
	va_end(arguments);
	return length;
}

ssize_t strfmon_l(char *__restrict to, size_t size, locale_t locale, const char *__restrict format, ...)
{
	va_list arguments;
	ssize_t length;

	(void)locale;
	va_start(arguments, format);
	length = format_all(to, size, format, arguments);
	va_end(arguments);
	return length;
}
