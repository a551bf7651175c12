/* Classes of wide characters. */
#include <ctype.h>
#include <string.h>
#include <wctype.h>
#include "unicode-tables.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int within(const uint32_t *ranges, size_t count, wint_t c)
{
	size_t low = 0;

	while (count > 0) {
		uint32_t range = ranges[low + count / 2];

		if (c < range >> 11) {
			count /= 2;
		} else if (c - (range >> 11) <= (range & 2047)) {
			return 1;
		} else {
			low += count / 2 + 1;
			count -= count / 2 + 1;
		}
	}
	return 0;
}

static wint_t mapped(const struct mapping *map, size_t count, wint_t c)
{
	while (count > 0) {
		const struct mapping *m = &map[count / 2];

		if (c < m->first) {
			count /= 2;
		} else if (c - m->first <= (uint32_t)m->more * m->step) {
			return (c - m->first) % m->step ? c : (wint_t)((int32_t)c + m->delta);
		} else {
			map = m + 1;
			count -= count / 2 + 1;
		}
	}
	return c;
}

int iswalpha(wint_t c)
{
	return c < 128 ? isalpha((int)c) : within(letters, COUNT(letters), c);
}

int iswpunct(wint_t c)
{
	return c < 128 ? ispunct((int)c) : within(marks, COUNT(marks), c);
}

wint_t towlower(wint_t c)
{
	return c < 128 ? (wint_t)tolower((int)c) : mapped(lowers, COUNT(lowers), c);
}

wint_t towupper(wint_t c)
{
	return c < 128 ? (wint_t)toupper((int)c) : mapped(uppers, COUNT(uppers), c);
}

int iswlower(wint_t c)
{
	return c < 128 ? islower((int)c) : towupper(c) != c || within(lower_alone, COUNT(lower_alone), c);
}

int iswupper(wint_t c)
{
	return c < 128 ? isupper((int)c) : towlower(c) != c || within(upper_alone, COUNT(upper_alone), c);
}

int iswdigit(wint_t c)
{
	return c - '0' < 10;
}

int iswxdigit(wint_t c)
{
	return c < 128 && isxdigit((int)c);
}

int iswblank(wint_t c)
{
	return c < 128 ? isblank((int)c) : iswspace(c) && c != 0x2028 && c != 0x2029;
}

int iswcntrl(wint_t c)
{
	return c < 32 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Those that do not break a line are none. */
int iswspace(wint_t c)
{
	return c < 128 ? isspace((int)c) : c == 0x1680 || (c >= 0x2000 && c <= 0x200a && c != 0x2007) ||
						   c == 0x2028 || c == 0x2029 || c == 0x205f || c == 0x3000;
}

int iswalnum(wint_t c)
{
	return iswalpha(c) || iswdigit(c);
}

int iswgraph(wint_t c)
{
	return iswalpha(c) || iswdigit(c) || iswpunct(c);
}

int iswprint(wint_t c)
{
	return c < 128 ? isprint((int)c) : iswgraph(c) || iswblank(c);
}

/* Marks that sit on the character before take no column, East Asian wide ones take two columns. */
int wcwidth(wchar_t wide)
{
	wint_t c = (wint_t)wide;

	if (c < 128)
		return !c ? 0 : c >= 32 && c != 127 ? 1 : -1;
	if (within(no_column, COUNT(no_column), c))
		return 0;
	if (within(wide_ones, COUNT(wide_ones), c))
		return 2;
	return iswprint(c) ? 1 : -1;
}

int wcswidth(const wchar_t *string, size_t count)
{
	int total = 0;

	for (; count > 0 && *string; string++, count--) {
		int width = wcwidth(*string);

		if (width < 0)
			return -1;
		total += width;
	}
	return total;
}

static const struct {
	const char *name;
	int (*test)(wint_t);
} classes[] = {
	{ "alnum", iswalnum }, { "alpha", iswalpha }, { "blank", iswblank }, { "cntrl", iswcntrl },
	{ "digit", iswdigit }, { "graph", iswgraph }, { "lower", iswlower }, { "print", iswprint },
	{ "punct", iswpunct }, { "space", iswspace }, { "upper", iswupper }, { "xdigit", iswxdigit },
};

wctype_t wctype(const char *name)
{
	for (unsigned i = 0; i < COUNT(classes); i++)
		if (!strcmp(classes[i].name, name))
			return (wctype_t)i + 1;
	return 0;
}

int iswctype(wint_t c, wctype_t class)
{
	return class > 0 && class <= (int)COUNT(classes) && classes[class - 1].test(c);
}

static const int to_lower, to_upper;

wctrans_t wctrans(const char *name)
{
	return !strcmp(name, "tolower") ? &to_lower : !strcmp(name, "toupper") ? &to_upper : NULL;
}

wint_t towctrans(wint_t c, wctrans_t translation)
{
	return translation == &to_lower ? towlower(c) : translation == &to_upper ? towupper(c) : c;
}
