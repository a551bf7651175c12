/* Strings, the BSD part. */
#ifndef LIBC_STRINGS_H
#define LIBC_STRINGS_H

#include <bits/locale.h>
#include <bits/types.h>

int bcmp(const void *a, const void *b, size_t length);
void bcopy(const void *from, void *to, size_t length);
void bzero(void *memory, size_t length);
int ffs(int bits);
int ffsl(long bits);
int ffsll(long long bits);
char *index(const char *string, int byte);
char *rindex(const char *string, int byte);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t length);
int strcasecmp_l(const char *a, const char *b, locale_t locale);
int strncasecmp_l(const char *a, const char *b, size_t length, locale_t locale);

#endif
