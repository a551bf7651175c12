/* Functions on strings, numbers and times that name a locale: all of them collate and write alike. */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

int strcoll_l(const char *a, const char *b, locale_t locale)
{
	(void)locale;
	return strcoll(a, b);
}

size_t strxfrm_l(char *__restrict to, const char *__restrict from, size_t size, locale_t locale)
{
	(void)locale;
	return strxfrm(to, from, size);
}

int strcasecmp_l(const char *a, const char *b, locale_t locale)
{
	(void)locale;
	return strcasecmp(a, b);
}

int strncasecmp_l(const char *a, const char *b, size_t length, locale_t locale)
{
	(void)locale;
	return strncasecmp(a, b, length);
}

char *strerror_l(int number, locale_t locale)
{
	(void)locale;
	return strerror(number);
}

size_t strftime_l(char *__restrict to, size_t size, const char *__restrict format, const struct tm *__restrict tm,
		  locale_t locale)
{
	(void)locale;
	return strftime(to, size, format, tm);
}

#define FLOATING(type, name) \
	type name##_l(const char *__restrict string, char **__restrict end, locale_t locale) \
	{ \
		(void)locale; \
		return name(string, end); \
	}
FLOATING(float, strtof)
FLOATING(double, strtod)
FLOATING(long double, strtold)
