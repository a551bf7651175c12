/* Wide characters: Unicode code points; multibyte strings are UTF-8 in every locale. */
#ifndef LIBC_WCHAR_H
#define LIBC_WCHAR_H

#include <bits/types.h>
#include <bits/locale.h>
#include <stdarg.h>
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

struct tm;

/* Multibyte characters. */
wint_t btowc(int c);
int wctob(wint_t wide);
size_t mbrlen(const char *__restrict string, size_t length, mbstate_t *__restrict state);
size_t mbrtowc(wchar_t *__restrict wide, const char *__restrict string, size_t length,
	       mbstate_t *__restrict state);
int mbsinit(const mbstate_t *state);
size_t mbsnrtowcs(wchar_t *__restrict wide, const char **__restrict string, size_t length, size_t count,
		  mbstate_t *__restrict state);
size_t mbsrtowcs(wchar_t *__restrict wide, const char **__restrict string, size_t count,
		 mbstate_t *__restrict state);
size_t wcrtomb(char *__restrict string, wchar_t wide, mbstate_t *__restrict state);
size_t wcsnrtombs(char *__restrict string, const wchar_t **__restrict wide, size_t count, size_t size,
		  mbstate_t *__restrict state);
size_t wcsrtombs(char *__restrict string, const wchar_t **__restrict wide, size_t size,
		 mbstate_t *__restrict state);

/* Strings. */
wchar_t *wcpcpy(wchar_t *__restrict to, const wchar_t *__restrict from);
wchar_t *wcpncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
int wcscasecmp(const wchar_t *a, const wchar_t *b);
int wcscasecmp_l(const wchar_t *a, const wchar_t *b, locale_t locale);
wchar_t *wcscat(wchar_t *__restrict to, const wchar_t *__restrict from);
wchar_t *wcschr(const wchar_t *string, wchar_t wide);
wchar_t *wcschrnul(const wchar_t *string, wchar_t wide);
int wcscmp(const wchar_t *a, const wchar_t *b);
int wcscoll(const wchar_t *a, const wchar_t *b);
int wcscoll_l(const wchar_t *a, const wchar_t *b, locale_t locale);
wchar_t *wcscpy(wchar_t *__restrict to, const wchar_t *__restrict from);
size_t wcscspn(const wchar_t *string, const wchar_t *reject);
wchar_t *wcsdup(const wchar_t *string);
size_t wcslen(const wchar_t *string);
int wcsncasecmp(const wchar_t *a, const wchar_t *b, size_t count);
int wcsncasecmp_l(const wchar_t *a, const wchar_t *b, size_t count, locale_t locale);
wchar_t *wcsncat(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t count);
wchar_t *wcsncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
size_t wcsnlen(const wchar_t *string, size_t count);
wchar_t *wcspbrk(const wchar_t *string, const wchar_t *accept);
wchar_t *wcsrchr(const wchar_t *string, wchar_t wide);
size_t wcsspn(const wchar_t *string, const wchar_t *accept);
wchar_t *wcsstr(const wchar_t *hay, const wchar_t *needle);
wchar_t *wcstok(wchar_t *__restrict string, const wchar_t *__restrict delimiters, wchar_t **__restrict save);
int wcswidth(const wchar_t *string, size_t count);
size_t wcsxfrm(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
size_t wcsxfrm_l(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count, locale_t locale);
int wcwidth(wchar_t wide);
wchar_t *wmemchr(const wchar_t *memory, wchar_t wide, size_t count);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count);
wchar_t *wmemcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count);
wchar_t *wmempcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count);
wchar_t *wmemset(wchar_t *memory, wchar_t wide, size_t count);

/* Numbers and times. */
double wcstod(const wchar_t *__restrict string, wchar_t **__restrict end);
float wcstof(const wchar_t *__restrict string, wchar_t **__restrict end);
long double wcstold(const wchar_t *__restrict string, wchar_t **__restrict end);
long wcstol(const wchar_t *__restrict string, wchar_t **__restrict end, int base);
long long wcstoll(const wchar_t *__restrict string, wchar_t **__restrict end, int base);
unsigned long wcstoul(const wchar_t *__restrict string, wchar_t **__restrict end, int base);
unsigned long long wcstoull(const wchar_t *__restrict string, wchar_t **__restrict end, int base);
size_t wcsftime(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format,
		const struct tm *__restrict tm);

/* Streams. */
wint_t fgetwc(FILE *stream);
wchar_t *fgetws(wchar_t *__restrict string, int count, FILE *__restrict stream);
wint_t fputwc(wchar_t wide, FILE *stream);
int fputws(const wchar_t *__restrict string, FILE *__restrict stream);
int fwide(FILE *stream, int mode);
wint_t getwc(FILE *stream);
wint_t getwchar(void);
FILE *open_wmemstream(wchar_t **memory, size_t *count);
wint_t putwc(wchar_t wide, FILE *stream);
wint_t putwchar(wchar_t wide);
wint_t ungetwc(wint_t wide, FILE *stream);
wint_t fgetwc_unlocked(FILE *stream);
wint_t fputwc_unlocked(wchar_t wide, FILE *stream);
int fwprintf(FILE *__restrict stream, const wchar_t *__restrict format, ...);
int swprintf(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format, ...);
int wprintf(const wchar_t *__restrict format, ...);
int vfwprintf(FILE *__restrict stream, const wchar_t *__restrict format, va_list arguments);
int vswprintf(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format, va_list arguments);
int vwprintf(const wchar_t *__restrict format, va_list arguments);
int fwscanf(FILE *__restrict stream, const wchar_t *__restrict format, ...);
int swscanf(const wchar_t *__restrict string, const wchar_t *__restrict format, ...);
int wscanf(const wchar_t *__restrict format, ...);
int vfwscanf(FILE *__restrict stream, const wchar_t *__restrict format, va_list arguments);
int vswscanf(const wchar_t *__restrict string, const wchar_t *__restrict format, va_list arguments);
int vwscanf(const wchar_t *__restrict format, va_list arguments);

#endif
