/* Integers from strings. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

static int digit(int c)
{
	if (isdigit(c))
		return c - '0';
	return isalpha(c) ? (c | 32) - 'a' + 10 : 36;
}

/*
 * The magnitude of the number at string, at most limit (for a negative one, limit + 1 when
 * is_signed): beyond it the limit and *range.
 */
static unsigned long long parse(const char *string, char **end, int base, unsigned long long limit,
				int is_signed)
{
	const char *p = string;
	unsigned long long value = 0;
	int negative = 0, any = 0, range = 0;

	if (base < 0 || base == 1 || base > 36) {
		errno = EINVAL;
		if (end)
			*end = (char *)string;
		return 0;
	}
	while (isspace((unsigned char)*p))
		p++;
	if (*p == '+' || *p == '-')
		negative = *p++ == '-';
	if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 32) == 'x' && digit((unsigned char)p[2]) < 16) {
		p += 2;
		base = 16;
	}
	if (base == 0)
		base = *p == '0' ? 8 : 10;
	if (is_signed && negative)
		limit++;
	for (; digit((unsigned char)*p) < base; p++) {
		unsigned d = (unsigned)digit((unsigned char)*p);

		any = 1;
		if (range || value > (limit - d) / (unsigned)base || d > limit) {
			range = 1;
			continue;
		}
		value = value * (unsigned)base + d;
	}
	if (end)
		*end = (char *)(any ? p : string);
	if (range) {
		errno = ERANGE;
		return is_signed && negative ? -limit : limit;
	}
	return negative ? -value : value;
}

long strtol(const char *__restrict string, char **__restrict end, int base)
{
	return (long)parse(string, end, base, LONG_MAX, 1);
}

long long strtoll(const char *__restrict string, char **__restrict end, int base)
{
	return (long long)parse(string, end, base, LLONG_MAX, 1);
}

unsigned long strtoul(const char *__restrict string, char **__restrict end, int base)
{
	return (unsigned long)parse(string, end, base, ULONG_MAX, 0);
}

unsigned long long strtoull(const char *__restrict string, char **__restrict end, int base)
{
	return parse(string, end, base, ULLONG_MAX, 0);
}

intmax_t strtoimax(const char *__restrict string, char **__restrict end, int base)
{
	return strtoll(string, end, base);
}

uintmax_t strtoumax(const char *__restrict string, char **__restrict end, int base)
{
	return strtoull(string, end, base);
}

int atoi(const char *string)
{
	return (int)strtol(string, NULL, 10);
}

long atol(const char *string)
{
	return strtol(string, NULL, 10);
}

long long atoll(const char *string)
{
	return strtoll(string, NULL, 10);
}
