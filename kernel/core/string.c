/* Memory and strings: string instructions for blocks, since their cost per word is the lowest there is. */
#include <core/kasan.h>
#include <core/string.h>
#include <abi/errno.h>

#undef memcpy
#undef memset
#undef memcmp
#undef strlen

void *memcpy(void *dst, const void *src, size_t n)
{
	void *d = dst;
	size_t words = n >> 2;

	kasan_check(src, n, false);
	kasan_check(dst, n, true);
	__asm__ volatile("rep movsl; movl %3,%%ecx; rep movsb"
			 : "+c"(words), "+D"(d), "+S"(src) : "r"(n & 3) : "memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dst, src, n);
	kasan_check(src, n, false);
	kasan_check(dst, n, true);
	d += n - 1;
	s += n - 1;
	__asm__ volatile("std; rep movsb; cld" : "+c"(n), "+D"(d), "+S"(s) :: "memory");
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	void *d = dst;
	size_t words = n >> 2;

	kasan_check(dst, n, true);
	__asm__ volatile("rep stosl; movl %2,%%ecx; rep stosb"
			 : "+c"(words), "+D"(d) : "r"(n & 3), "a"((u8)c * 0x01010101u) : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= 4 && *(const u32 *)x == *(const u32 *)y; n -= 4, x += 4, y += 4)
		;
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i])
		i++;
	return i;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

static u8 lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (u8)(c + 32) : (u8)c;
}

int strcasecmp(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) - lower(*b);
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	for (;; s++) {
		if (*s == (char)c)
			found = s;
		if (!*s)
			return (char *)found;
	}
}

char *strstr(const char *s, const char *sub)
{
	size_t n = strlen(sub);

	for (;; s++) {
		if (!strncmp(s, sub, n))
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (n == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = 0;
		return -E2BIG;
	}
	memcpy(dst, src, n + 1);
	return (ssize_t)n;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

int kstrtoull(const char *s, int base, u64 *out)
{
	u64 v = 0;
	int d;

	if (*s == '+')
		s++;
	if ((base == 0 || base == 16) && s[0] == '0' && lower(s[1]) == 'x' && digit(s[2]) < 16) {
		s += 2;
		base = 16;
	} else if (base == 0) {
		base = s[0] == '0' ? 8 : 10;
	}
	if (digit(*s) >= base)
		return -EINVAL;
	for (; (d = digit(*s)) < base; s++) {
		if (v > div_u64(~0ull - (u32)d, (u32)base))
			return -ERANGE;
		v = v * (u32)base + (u32)d;
	}
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*out = v;
	return 0;
}

int kstrtoul(const char *s, int base, unsigned long *out)
{
	u64 v;
	int error = kstrtoull(s, base, &v);

	if (error)
		return error;
	if (v > 0xffffffffull)
		return -ERANGE;
	*out = (unsigned long)v;
	return 0;
}

int kstrtol(const char *s, int base, long *out)
{
	bool minus = *s == '-';
	u64 v;
	int error = kstrtoull(s + minus, base, &v);

	if (error)
		return error;
	if (v > 0x7fffffffull + minus)
		return -ERANGE;
	*out = minus ? -(long)(u32)v : (long)v;
	return 0;
}
