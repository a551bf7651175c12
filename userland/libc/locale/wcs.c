/* Strings of wide characters. */
#include <string.h>
#include <wchar.h>

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
