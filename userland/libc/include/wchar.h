/* Wide characters: Unicode code points; multibyte strings are UTF-8 in every locale. */
#ifndef LIBC_WCHAR_H
#define LIBC_WCHAR_H

#include <bits/types.h>
#include <stdio.h>
#define __need_wchar_t
#define __need_wint_t
#include <stddef.h>

#define WEOF (0xffffffffU)
#define WCHAR_MIN __WCHAR_MIN__
#define WCHAR_MAX __WCHAR_MAX__

typedef struct {
	unsigned __value;
	unsigned __left;
} mbstate_t;

wint_t btowc(int c);
int wctob(wint_t wide);
size_t mbrlen(const char *__restrict string, size_t length, mbstate_t *__restrict state);
size_t mbrtowc(wchar_t *__restrict wide, const char *__restrict string, size_t length,
	       mbstate_t *__restrict state);
int mbsinit(const mbstate_t *state);
size_t mbsrtowcs(wchar_t *__restrict wide, const char **__restrict string, size_t count,
		 mbstate_t *__restrict state);
size_t wcrtomb(char *__restrict string, wchar_t wide, mbstate_t *__restrict state);
size_t wcsrtombs(char *__restrict string, const wchar_t **__restrict wide, size_t size,
		 mbstate_t *__restrict state);
size_t wcslen(const wchar_t *string);
wchar_t *wcscpy(wchar_t *__restrict to, const wchar_t *__restrict from);
wchar_t *wcsncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
wchar_t *wcscat(wchar_t *__restrict to, const wchar_t *__restrict from);
int wcscmp(const wchar_t *a, const wchar_t *b);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t count);
wchar_t *wcschr(const wchar_t *string, wchar_t wide);
wchar_t *wcsrchr(const wchar_t *string, wchar_t wide);
wchar_t *wmemcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count);
wchar_t *wmemset(wchar_t *memory, wchar_t wide, size_t count);
int wcwidth(wchar_t wide);
int wcswidth(const wchar_t *string, size_t count);

#endif
