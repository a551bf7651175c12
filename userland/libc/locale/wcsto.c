/*
 * Numbers from wide strings. What can belong to a number is ASCII: it is copied into a narrow string, of which
 * the narrow function reads; how far it read is how far it would have read here.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

struct narrow {
	char *text;
	char small[128];
};

/* Spaces of any kind count as such. Without memory, what fits is read. */
static char *narrow(struct narrow *n, const wchar_t *string)
{
	size_t length = 0, i;

	while (iswspace((wint_t)string[length]))
		length++;
	while (string[length] > 0 && string[length] < 128)
		length++;
	n->text = length < sizeof(n->small) ? n->small : malloc(length + 1);
	if (!n->text) {
		n->text = n->small;
		length = sizeof(n->small) - 1;
	}
	for (i = 0; i < length; i++)
		n->text[i] = string[i] < 128 ? (char)string[i] : ' ';
	n->text[i] = '\0';
	return n->text;
}

static void done(struct narrow *n, const wchar_t *string, wchar_t **end, const char *at)
{
	if (end)
		*end = (wchar_t *)string + (at - n->text);
	if (n->text != n->small)
		free(n->text);
}

#define FLOATING(type, name, of) \
	type name(const wchar_t *__restrict string, wchar_t **__restrict end) \
	{ \
		struct narrow n; \
		char *at; \
		type value = of(narrow(&n, string), &at); \
		done(&n, string, end, at); \
		return value; \
	}
FLOATING(float, wcstof, strtof)
FLOATING(double, wcstod, strtod)
FLOATING(long double, wcstold, strtold)

#define INTEGER(type, name, of) \
	type name(const wchar_t *__restrict string, wchar_t **__restrict end, int base) \
	{ \
		struct narrow n; \
		char *at; \
		type value; \
		narrow(&n, string); \
		at = n.text; \
		value = of(n.text, &at, base); \
		done(&n, string, end, at); \
		return value; \
	}
INTEGER(long, wcstol, strtol)
INTEGER(unsigned long, wcstoul, strtoul)
INTEGER(long long, wcstoll, strtoll)
INTEGER(unsigned long long, wcstoull, strtoull)
INTEGER(intmax_t, wcstoimax, strtoimax)
INTEGER(uintmax_t, wcstoumax, strtoumax)
