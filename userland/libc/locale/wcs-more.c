/* Strings of wide characters beyond copying and comparing: sets, words, pieces, letters of either case. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

size_t wcsnlen(const wchar_t *string, size_t count)
{
	const wchar_t *end = wmemchr(string, 0, count);

	return end ? (size_t)(end - string) : count;
}

wchar_t *wmemchr(const wchar_t *memory, wchar_t wide, size_t count)
{
	for (; count > 0; memory++, count--)
		if (*memory == wide)
			return (wchar_t *)memory;
	return NULL;
}

int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count)
{
	for (; count > 0; a++, b++, count--)
		if (*a != *b)
			return *a < *b ? -1 : 1;
	return 0;
}

wchar_t *wmempcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count)
{
	return wmemcpy(to, from, count) + count;
}

wchar_t *wcpcpy(wchar_t *__restrict to, const wchar_t *__restrict from)
{
	size_t length = wcslen(from);

	return wmemcpy(to, from, length + 1) + length;
}

wchar_t *wcpncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count)
{
	size_t used = wcsnlen(from, count);

	wmemcpy(to, from, used);
	wmemset(to + used, 0, count - used);
	return to + used;
}

wchar_t *wcsncat(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count)
{
	wchar_t *end = to + wcslen(to);
	size_t used = wcsnlen(from, count);

	wmemcpy(end, from, used);
	end[used] = 0;
	return to;
}

wchar_t *wcsdup(const wchar_t *string)
{
	size_t count = wcslen(string) + 1;
	wchar_t *copy = reallocarray(NULL, count, sizeof(*copy));

	return copy ? wmemcpy(copy, string, count) : NULL;
}

wchar_t *wcschrnul(const wchar_t *string, wchar_t wide)
{
	while (*string && *string != wide)
		string++;
	return (wchar_t *)string;
}

size_t wcsspn(const wchar_t *string, const wchar_t *accept)
{
	const wchar_t *p = string;

	while (*p && wcschr(accept, *p))
		p++;
	return (size_t)(p - string);
}

size_t wcscspn(const wchar_t *string, const wchar_t *reject)
{
	const wchar_t *p = string;

	while (*p && !wcschr(reject, *p))
		p++;
	return (size_t)(p - string);
}

wchar_t *wcspbrk(const wchar_t *string, const wchar_t *accept)
{
	string += wcscspn(string, accept);
	return *string ? (wchar_t *)string : NULL;
}

wchar_t *wcsstr(const wchar_t *hay, const wchar_t *needle)
{
	size_t length = wcslen(needle);

	if (!length)
		return (wchar_t *)hay;
	for (; (hay = wcschr(hay, *needle)); hay++)
		if (!wcsncmp(hay, needle, length))
			return (wchar_t *)hay;
	return NULL;
}

wchar_t *wcstok(wchar_t *__restrict string, const wchar_t *__restrict delimiters, wchar_t **__restrict save)
{
	wchar_t *start = string ? string : *save;

	if (!start)
		return NULL;
	start += wcsspn(start, delimiters);
	if (!*start) {
		*save = NULL;
		return NULL;
	}
	*save = wcspbrk(start, delimiters);
	if (*save)
		*(*save)++ = 0;
	return start;
}

int wcsncasecmp(const wchar_t *a, const wchar_t *b, size_t count)
{
	for (; count > 0; a++, b++, count--) {
		wint_t x = towlower((wint_t)*a), y = towlower((wint_t)*b);

		if (x != y)
			return (wchar_t)x < (wchar_t)y ? -1 : 1;
		if (!x)
			break;
	}
	return 0;
}

int wcscasecmp(const wchar_t *a, const wchar_t *b)
{
	return wcsncasecmp(a, b, (size_t)-1);
}

int wcscasecmp_l(const wchar_t *a, const wchar_t *b, locale_t locale)
{
	(void)locale;
	return wcscasecmp(a, b);
}

int wcsncasecmp_l(const wchar_t *a, const wchar_t *b, size_t count, locale_t locale)
{
	(void)locale;
	return wcsncasecmp(a, b, count);
}

/* Both locales collate by code points. */
int wcscoll(const wchar_t *a, const wchar_t *b)
{
	return wcscmp(a, b);
}

int wcscoll_l(const wchar_t *a, const wchar_t *b, locale_t locale)
{
	(void)locale;
	return wcscmp(a, b);
}

size_t wcsxfrm(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count)
{
	size_t length = wcslen(from);

	if (length < count)
		wmemcpy(to, from, length + 1);
	else if (count)
		wmemcpy(to, from, count - 1)[count - 1] = 0;
	return length;
}

size_t wcsxfrm_l(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count, locale_t locale)
{
	(void)locale;
	return wcsxfrm(to, from, count);
}
