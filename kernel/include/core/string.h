/* Memory and strings, as in C's <string.h>, and number parsing. */
#ifndef CORE_STRING_H
#define CORE_STRING_H

#include <core/types.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *sub);
/* Copies at most size-1 bytes and ends the string; length copied, or -E2BIG if cut. */
ssize_t strscpy(char *dst, const char *src, size_t size);
/* 0 or -EINVAL, -ERANGE; the whole string must be a number (one trailing newline allowed). base 0: as C writes it. */
int kstrtoul(const char *s, int base, unsigned long *out);
int kstrtoull(const char *s, int base, u64 *out);
int kstrtol(const char *s, int base, long *out);

#define memcpy(d, s, n)	__builtin_memcpy(d, s, n)
#define memset(d, c, n)	__builtin_memset(d, c, n)
#define memcmp(a, b, n)	__builtin_memcmp(a, b, n)
#define strlen(s)	__builtin_strlen(s)

static inline u32 hash_32(u32 v, unsigned bits) { return (v * 0x61C88647u) >> (32 - bits); }
u32 crc32c(u32 crc, const void *data, size_t n);	/* Castagnoli, crc of nothing is ~0u by convention of the caller */

#endif
