/* Memory functions beyond the ones in memory.S. */
#include <string.h>
#include <stdint.h>

typedef uint32_t __attribute__((__may_alias__)) word_of_bytes;
#define ONES 0x01010101u
#define TOPS 0x80808080u

void *memchr(const void *memory, int byte, size_t length)
{
	const unsigned char *p = memory;
	uint32_t pattern = (unsigned char)byte * ONES;

	for (; length > 0 && (uintptr_t)p % sizeof(uint32_t); p++, length--)
		if (*p == (unsigned char)byte)
			return (void *)p;
	/* A word has a zero byte where it is as the pattern; words do not reach into another page. */
	for (; length >= sizeof(uint32_t); p += sizeof(uint32_t), length -= sizeof(uint32_t)) {
		uint32_t word = *(const word_of_bytes *)p ^ pattern;

		if ((word - ONES) & ~word & TOPS)
			break;
	}
	for (; length > 0; p++, length--)
		if (*p == (unsigned char)byte)
			return (void *)p;
	return NULL;
}

void *memrchr(const void *memory, int byte, size_t length)
{
	const unsigned char *p = memory;

	while (length-- > 0)
		if (p[length] == (unsigned char)byte)
			return (void *)(p + length);
	return NULL;
}

int memcmp(const void *a, const void *b, size_t length)
{
	const unsigned char *p = a, *q = b;

	for (; length > 0 && *p == *q; p++, q++, length--)
		;
	return length ? *p - *q : 0;
}

int bcmp(const void *a, const void *b, size_t length)
{
	return memcmp(a, b, length);
}

void bcopy(const void *from, void *to, size_t length)
{
	memmove(to, from, length);
}

void bzero(void *memory, size_t length)
{
	memset(memory, 0, length);
}

void explicit_bzero(void *memory, size_t length)
{
	memset(memory, 0, length);
	__asm__ volatile("" : : "r"(memory) : "memory");
}

void *memccpy(void *__restrict to, const void *__restrict from, int stop, size_t length)
{
	const unsigned char *end = memchr(from, stop, length);

	if (!end) {
		memcpy(to, from, length);
		return NULL;
	}
	return mempcpy(to, from, (size_t)(end + 1 - (const unsigned char *)from));
}

/*
 * Two-way search would be linear; this compares at each occurrence of the first byte, which is
 * quadratic only for periodic needles.
 */
void *memmem(const void *hay, size_t hay_length, const void *needle, size_t needle_length)
{
	const unsigned char *p = hay, *n = needle;

	if (!needle_length)
		return (void *)hay;
	while (hay_length >= needle_length) {
		const unsigned char *q = memchr(p, *n, hay_length - needle_length + 1);

		if (!q)
			return NULL;
		if (!memcmp(q, n, needle_length))
			return (void *)q;
		hay_length -= (size_t)(q + 1 - p);
		p = q + 1;
	}
	return NULL;
}

void *rawmemchr(const void *memory, int byte)
{
	return memchr(memory, byte, (size_t)-1 - (size_t)memory);
}

int ffsl(long bits)
{
	return __builtin_ffsl(bits);
}

int ffsll(long long bits)
{
	return (uint32_t)bits ? __builtin_ffs((int)bits) : bits ? 32 + __builtin_ffs((int)(bits >> 32)) : 0;
}

int ffs(int bits)
{
	return __builtin_ffs(bits);
}
