/* Strings and memory. */
#ifndef LIBC_STRING_H
#define LIBC_STRING_H

#include <bits/locale.h>
#include <bits/types.h>
#include <strings.h>

void *memccpy(void *__restrict to, const void *__restrict from, int stop, size_t length);
void *memchr(const void *memory, int byte, size_t length);
void *rawmemchr(const void *memory, int byte);
int memcmp(const void *a, const void *b, size_t length);
void *memcpy(void *__restrict to, const void *__restrict from, size_t length);
void *memmem(const void *hay, size_t hay_length, const void *needle, size_t needle_length);
void *memmove(void *to, const void *from, size_t length);
void *mempcpy(void *__restrict to, const void *__restrict from, size_t length);
void *memrchr(const void *memory, int byte, size_t length);
void *memset(void *memory, int byte, size_t length);
void explicit_bzero(void *memory, size_t length);
char *stpcpy(char *__restrict to, const char *__restrict from);
char *stpncpy(char *__restrict to, const char *__restrict from, size_t length);
char *strcasestr(const char *hay, const char *needle);
char *strcat(char *__restrict to, const char *__restrict from);
char *strchr(const char *string, int byte);
char *strchrnul(const char *string, int byte);
int strcmp(const char *a, const char *b);
int strcoll(const char *a, const char *b);
int strcoll_l(const char *a, const char *b, locale_t locale);
char *strcpy(char *__restrict to, const char *__restrict from);
size_t strcspn(const char *string, const char *reject);
char *strdup(const char *string);
char *strerror(int number);
char *strerror_l(int number, locale_t locale);
int strerror_r(int number, char *buffer, size_t length);
size_t strlcat(char *__restrict to, const char *__restrict from, size_t size);
size_t strlcpy(char *__restrict to, const char *__restrict from, size_t size);
size_t strlen(const char *string);
char *strncat(char *__restrict to, const char *__restrict from, size_t length);
int strncmp(const char *a, const char *b, size_t length);
char *strncpy(char *__restrict to, const char *__restrict from, size_t length);
char *strndup(const char *string, size_t length);
size_t strnlen(const char *string, size_t length);
char *strpbrk(const char *string, const char *accept);
char *strrchr(const char *string, int byte);
char *strsep(char **string, const char *delimiters);
char *strsignal(int signal);
size_t strspn(const char *string, const char *accept);
char *strstr(const char *hay, const char *needle);
char *strtok(char *__restrict string, const char *__restrict delimiters);
char *strtok_r(char *__restrict string, const char *__restrict delimiters, char **__restrict save);
int strverscmp(const char *a, const char *b);
size_t strxfrm(char *__restrict to, const char *__restrict from, size_t size);
size_t strxfrm_l(char *__restrict to, const char *__restrict from, size_t size, locale_t locale);

#if defined(_FORTIFY_SOURCE) && _FORTIFY_SOURCE > 0 && defined(__OPTIMIZE__)
#include <bits/fortify-string.h>
#endif

#endif
