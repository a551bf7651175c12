/* Strings and classes of wide characters. */
#include <ctype.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

size_t wcslen(const wchar_t *string)
{
	const wchar_t *end = string;

	while (*end)
		end++;
	return (size_t)(end - string);
}

wchar_t *wmemcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count)
{
	return memcpy(to, from, count * sizeof(*to));
}

wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count)
{
	return memmove(to, from, count * sizeof(*to));
}

wchar_t *wmemset(wchar_t *memory, wchar_t wide, size_t count)
{
	for (size_t i = 0; i < count; i++)
		memory[i] = wide;
	return memory;
}

wchar_t *wcscpy(wchar_t *__restrict to, const wchar_t *__restrict from)
{
	return wmemcpy(to, from, wcslen(from) + 1);
}

wchar_t *wcsncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count)
{
	size_t i;

	for (i = 0; i < count && from[i]; i++)
		to[i] = from[i];
	for (; i < count; i++)
		to[i] = 0;
	return to;
}

wchar_t *wcscat(wchar_t *__restrict to, const wchar_t *__restrict from)
{
	wcscpy(to + wcslen(to), from);
	return to;
}

int wcsncmp(const wchar_t *a, const wchar_t *b, size_t count)
{
	for (; count > 0 && *a && *a == *b; a++, b++, count--)
		;
	return !count || *a == *b ? 0 : *a < *b ? -1 : 1;
}

int wcscmp(const wchar_t *a, const wchar_t *b)
{
	return wcsncmp(a, b, (size_t)-1);
}

wchar_t *wcschr(const wchar_t *string, wchar_t wide)
{
	for (; *string != wide; string++)
		if (!*string)
			return NULL;
	return (wchar_t *)string;
}

wchar_t *wcsrchr(const wchar_t *string, wchar_t wide)
{
	size_t i = wcslen(string) + 1;

	while (i-- > 0)
		if (string[i] == wide)
			return (wchar_t *)string + i;
	return NULL;
}

/* East Asian wide and emoji blocks take two columns, combining marks none. */
int wcwidth(wchar_t wide)
{
	unsigned c = (unsigned)wide;

	if (!c)
		return 0;
	if (c < 32 || (c >= 0x7f && c < 0xa0))
		return -1;
	if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || (c >= 0x20d0 && c <= 0x20ff) ||
	    (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xfe20 && c <= 0xfe2f))
		return 0;
	if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) || (c >= 0x3041 && c <= 0xa4cf) ||
	    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
	    (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1f64f) ||
	    (c >= 0x1f900 && c <= 0x1f9ff) || (c >= 0x20000 && c <= 0x3fffd))
		return 2;
	return 1;
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

#define ASCII(name) \
	int isw##name(wint_t c) \
	{ \
		return c < 128 && is##name((int)c); \
	}
ASCII(blank)
ASCII(digit)
ASCII(lower)
ASCII(upper)
ASCII(xdigit)

int iswcntrl(wint_t c)
{
	return c < 32 || (c >= 0x7f && c < 0xa0);
}

int iswspace(wint_t c)
{
	return c < 128 ? isspace((int)c) : c == 0x1680 || (c >= 0x2000 && c <= 0x200a && c != 0x2007) ||
						   c == 0x2028 || c == 0x2029 || c == 0x205f || c == 0x3000;
}

int iswprint(wint_t c)
{
	return c < 128 ? isprint((int)c) : c >= 0xa0 && c <= 0x10ffff && c - 0xd800 >= 0x800;
}

int iswgraph(wint_t c)
{
	return iswprint(c) && !iswspace(c);
}

/* Beyond ASCII: what is neither space nor in the blocks of punctuation and symbols counts as a letter. */
int iswalpha(wint_t c)
{
	if (c < 128)
		return isalpha((int)c);
	return iswgraph(c) && !(c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba) && c != 0xd7 && c != 0xf7 &&
	       !(c >= 0x2000 && c <= 0x2bff) && !(c >= 0x3000 && c <= 0x303f);
}

int iswalnum(wint_t c)
{
	return iswalpha(c) || iswdigit(c);
}

int iswpunct(wint_t c)
{
	return iswgraph(c) && !iswalnum(c);
}

wint_t towlower(wint_t c)
{
	if (c < 128)
		return (wint_t)tolower((int)c);
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	return c >= 0x400 && c <= 0x40f ? c + 80 : c;
}

wint_t towupper(wint_t c)
{
	if (c < 128)
		return (wint_t)toupper((int)c);
	if ((c >= 0xe0 && c <= 0xfe && c != 0xf7) || (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) ||
	    (c >= 0x430 && c <= 0x44f))
		return c - 32;
	return c >= 0x450 && c <= 0x45f ? c - 80 : c;
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
	for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (!strcmp(classes[i].name, name))
			return (wctype_t)i + 1;
	return 0;
}

int iswctype(wint_t c, wctype_t class)
{
	return class > 0 && class <= (int)(sizeof(classes) / sizeof(classes[0])) && classes[class - 1].test(c);
}
