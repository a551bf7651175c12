/*
 * Memory and string functions against a model that works byte by byte, at every alignment up to 64 of source and
 * target, at lengths around the sizes of words and vectors, and up to a page that cannot be touched. One check is one
 * function at one alignment.
 */
#include "../../guest/testing.h"
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <wchar.h>

#define ROOM 8192

static unsigned char *end_a, *end_b;		/* where pages end behind which there is nothing */
static unsigned char model[ROOM], before[ROOM];
static uint32_t state = 1;

static unsigned random32(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static unsigned char *edge(void)
{
	unsigned char *map = mmap(NULL, ROOM + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	BAIL_UNLESS(map != MAP_FAILED && !mprotect(map + ROOM, 4096, PROT_NONE), "memory");
	return map + ROOM;
}

static const unsigned lengths[] = {
	0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 23, 31, 32, 33, 47, 63, 64, 65, 96, 127, 128, 129, 200, 255, 256, 257, 511, 1000, 2500,
};
#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* An area of n bytes that ends at the edge when its alignment allows that, with letters of few kinds in it. */
static unsigned char *area(unsigned char *end, unsigned alignment, unsigned n)
{
	unsigned char *start = (unsigned char *)(((uintptr_t)end - n - 64) & ~(uintptr_t)63) + alignment;

	if ((size_t)(end - start) >= n + 64)
		start += 64 * ((size_t)(end - start - n) / 64);
	for (unsigned i = 0; i < n; i++)
		start[i] = (unsigned char)("abcdeABCDE\x80\xff"[random32() % 12]);
	return start;
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* Both areas as they were before, for a comparison afterwards of what was not to be touched. */
static int same_but(const unsigned char *base, unsigned size, const unsigned char *expected)
{
	for (unsigned i = 0; i < size; i++)
		if (base[i] != expected[i])
			return 0;
	return 1;
}

#define FRAME 16	/* bytes before and, as far as there are any, behind a target that must stay */

static unsigned frame_behind(const unsigned char *to, unsigned n)
{
	size_t left = (size_t)(end_b - to) - n;

	return left < FRAME ? (unsigned)left : FRAME;
}

/* Runs call on a target at each of the alignments and compares all around with what `expect` makes of the model. */
#define TARGETS(n, call, expect) \
	for (unsigned to_alignment = 0; good && to_alignment < 64; to_alignment += to_alignment < 16 ? 1 : 13) { \
		unsigned char *to = area(end_b, to_alignment, (n) + 1), *base = to - FRAME; \
		unsigned span = FRAME + (n) + frame_behind(to, (n)); \
		unsigned char *m = model + FRAME; \
		memset(base, 0x55, FRAME); \
		for (unsigned k = 0; k < span; k++) \
			model[k] = base[k]; \
		call; \
		expect; \
		good = good && same_but(base, span, model); \
		(void)m; \
	}

typedef int (*check)(unsigned alignment, unsigned n);

static int copying(unsigned alignment, unsigned n, int kind)
{
	unsigned char *from = area(end_a, alignment, n);
	int good = 1;

	TARGETS(n, {
		void *answer = kind == 0 ? memcpy(to, from, n) : kind == 1 ? mempcpy(to, from, n) : memmove(to, from, n);
		good = answer == (kind == 1 ? to + n : to);
	}, {
		for (unsigned i = 0; i < n; i++)
			m[i] = from[i];
	});
	return good;
}

static int check_memcpy(unsigned alignment, unsigned n)
{
	return copying(alignment, n, 0);
}

static int check_mempcpy(unsigned alignment, unsigned n)
{
	return copying(alignment, n, 1);
}

static int check_memmove(unsigned alignment, unsigned n)
{
	return copying(alignment, n, 2);
}

/* Over one another, by all distances around. */
static int check_overlap(unsigned alignment, unsigned n)
{
	for (int distance = -70; distance <= 70; distance += distance > -20 && distance < 20 ? 1 : 7) {
		unsigned char *base = area(end_a, alignment, n + 160), *from = base + 80, *to = from + distance;

		memcpy(before, base, n + 160);
		memcpy(model, base, n + 160);
		for (unsigned i = 0; i < n; i++)
			model[80 + distance + (int)i] = before[80 + i];
		if (memmove(to, from, n) != to || !same_but(base, n + 160, model))
			return 0;
	}
	return 1;
}

static int check_memset(unsigned alignment, unsigned n)
{
	unsigned char *at = area(end_a, alignment, n + 1) , *base = at - FRAME;

	memcpy(model, base, FRAME + n + 1);
	for (unsigned i = 0; i < n; i++)
		model[FRAME + i] = (unsigned char)(alignment * 3 + 1);
	return memset(at, (int)(alignment * 3 + 1) | 0x100, n) == at && same_but(base, FRAME + n + 1, model);
}

static int check_bzero(unsigned alignment, unsigned n)
{
	unsigned char *at = area(end_a, alignment, n + 1), *base = at - FRAME;

	memcpy(model, base, FRAME + n + 1);
	for (unsigned i = 0; i < n; i++)
		model[FRAME + i] = 0;
	if (n & 1)
		bzero(at, n);
	else
		explicit_bzero(at, n);
	return same_but(base, FRAME + n + 1, model);
}

/* A byte that is nowhere, then at each of some places; bytes around it must not count. */
static int finding(unsigned alignment, unsigned n, void *(*find)(const void *, int, size_t), int last)
{
	unsigned char *at = area(end_a, alignment, n);

	if (find(at, 'x', n) || (n && find(at, 'x', 0)))
		return 0;
	at[-1] = 'x';
	if (find(at, 'x', n))
		return 0;
	for (unsigned place = 0; place < n; place += place < 70 ? 1 : 61) {
		unsigned other = random32() % (n - place) + place, first = place;

		at[place] = at[other] = 'x';
		if (last)
			first = other;
		if (find(at, 'x' | 0x700, n) != at + first)
			return 0;
		at[place] = at[other] = 'a';
	}
	return 1;
}

static int check_memchr(unsigned alignment, unsigned n)
{
	return finding(alignment, n, (void *(*)(const void *, int, size_t))memchr, 0);
}

static int check_memrchr(unsigned alignment, unsigned n)
{
	return finding(alignment, n, (void *(*)(const void *, int, size_t))memrchr, 1);
}

static int check_rawmemchr(unsigned alignment, unsigned n)
{
	unsigned char *at = area(end_a, alignment, n + 1);

	at[n] = 'x';
	return rawmemchr(at, 'x') == at + n;
}

static int check_memcmp(unsigned alignment, unsigned n)
{
	unsigned char *a = area(end_a, alignment, n);

	for (unsigned other = 0; other < 64; other += other < 8 ? 1 : 11) {
		unsigned char *b = area(end_b, other, n);

		memcpy(b, a, n);
		if (memcmp(a, b, n) || bcmp(a, b, n))
			return 0;
		for (unsigned place = 0; place < n; place += place < 40 ? 1 : 53) {
			unsigned char kept = b[place];

			b[place] ^= (unsigned char)(1u << random32() % 8);
			if (sign(memcmp(a, b, n)) != (a[place] < b[place] ? -1 : 1) || !bcmp(a, b, n) || memcmp(a, b, place))
				return 0;
			b[place] = kept;
		}
	}
	return 1;
}

static int check_memccpy(unsigned alignment, unsigned n)
{
	unsigned char *from = area(end_a, alignment, n + 1);
	int good = 1;
	unsigned stop = n / 2;

	from[stop] = 'x';
	TARGETS(n, { good = memccpy(to, from, 'x', n) == (stop < n ? to + stop + 1 : NULL); },
		{ for (unsigned i = 0; i < n && i <= stop; i++) m[i] = from[i]; });
	return good;
}

static int check_memmem(unsigned alignment, unsigned n)
{
	unsigned char *hay = area(end_a, alignment, n);

	for (unsigned size = 1; size <= n && size < 40; size += 1 + size / 4) {
		unsigned place = random32() % (n - size + 1), i, k;

		memcpy(model, hay + place, size);
		for (i = 0; i + size <= n; i++) {
			for (k = 0; k < size && hay[i + k] == model[k]; k++)
				;
			if (k == size)
				break;
		}
		if (memmem(hay, n, model, size) != hay + i)
			return 0;
		model[size - 1] = 'x';
		if (memmem(hay, n, model, size))
			return 0;
	}
	return memmem(hay, n, "", 0) == hay;
}

/* A string of n letters that ends at the edge. */
static char *string(unsigned char *end, unsigned alignment, unsigned n)
{
	char *s = (char *)area(end, alignment, n + 1);

	s[n] = '\0';
	return s;
}

static int check_strlen(unsigned alignment, unsigned n)
{
	char *s = string(end_a, alignment, n);

	if (strlen(s) != n || strnlen(s, n + 5) != n || strnlen(s, n) != n)
		return 0;
	return strnlen(s, n / 2) == n / 2;
}

static int check_strnlen_edge(unsigned alignment, unsigned n)
{
	return strnlen((char *)area(end_a, alignment, n), n) == n;
}

static int check_strchr(unsigned alignment, unsigned n)
{
	char *s = string(end_a, alignment, n);

	if (strchr(s, 'x') || strrchr(s, 'x') || strchr(s, 0) != s + n || strrchr(s, 0) != s + n || strchrnul(s, 'x') != s + n)
		return 0;
	for (unsigned place = 0; place < n; place += place < 70 ? 1 : 61) {
		unsigned later = place + random32() % (n - place);
		char a = s[place], b = s[later];

		s[place] = s[later] = 'x';
		if (strchr(s, 'x' | 0x100) != s + place || strrchr(s, 'x') != s + later || strchrnul(s, 'x') != s + place ||
		    index(s, 'x') != s + place || rindex(s, 'x') != s + later)
			return 0;
		s[later] = b;
		s[place] = a;
	}
	return 1;
}

static int comparing(unsigned alignment, unsigned n, int kind)
{
	char *a = string(end_a, alignment, n);

	for (unsigned other = 0; other < 64; other += other < 8 ? 1 : 11) {
		char *b = string(end_b, other, n);

		memcpy(b, a, n);
		if (kind ? strncmp(a, b, n + 3) || strncmp(a, b, n) : strcmp(a, b))
			return 0;
		for (unsigned place = 0; place < n; place += place < 40 ? 1 : 53) {
			char kept = b[place];
			int wanted;

			b[place] = place % 7 ? (char)(kept ^ 1) : '\0';
			wanted = (unsigned char)a[place] < (unsigned char)b[place] ? -1 : 1;
			if (kind ? sign(strncmp(a, b, n)) != wanted || strncmp(a, b, place) : sign(strcmp(a, b)) != wanted)
				return 0;
			b[place] = kept;
		}
	}
	return 1;
}

static int check_strcmp(unsigned alignment, unsigned n)
{
	return comparing(alignment, n, 0);
}

static int check_strncmp(unsigned alignment, unsigned n)
{
	return comparing(alignment, n, 1);
}

static int check_strcasecmp(unsigned alignment, unsigned n)
{
	char *a = string(end_a, alignment, n), *b = string(end_b, 64 - alignment - (alignment == 0), n);

	for (unsigned i = 0; i < n; i++)
		b[i] = (char)(random32() & 1 ? toupper((unsigned char)a[i]) : tolower((unsigned char)a[i]));
	if (strcasecmp(a, b) || strncasecmp(a, b, n))
		return 0;
	if (!n)
		return 1;
	b[n - 1] = '~';
	return sign(strcasecmp(a, b)) == ((unsigned char)a[n - 1] < '~' ? -1 : 1) && !strncasecmp(a, b, n - 1);
}

static int check_strcpy(unsigned alignment, unsigned n)
{
	char *from = string(end_a, alignment, n);
	int good = 1;

	TARGETS(n + 1, { good = to_alignment & 1 ? strcpy((char *)to, from) == (char *)to :
						   stpcpy((char *)to, from) == (char *)to + n; },
		{ for (unsigned i = 0; i <= n; i++) m[i] = (unsigned char)from[i]; });
	return good;
}

static int check_strncpy(unsigned alignment, unsigned n)
{
	char *from = string(end_a, alignment, n / 2);
	int good = 1;

	TARGETS(n, { good = to_alignment & 1 ? strncpy((char *)to, from, n) == (char *)to :
					       stpncpy((char *)to, from, n) == (char *)to + n / 2; },
		{ for (unsigned i = 0; i < n; i++) m[i] = i < n / 2 ? (unsigned char)from[i] : 0; });
	return good;
}

static int check_strcat(unsigned alignment, unsigned n)
{
	char *from = string(end_a, alignment, n);
	int good = 1;

	TARGETS(n + 8, {
		memcpy(to, "before\0", 8);
		memcpy(m, "before\0", 8);
		good = to_alignment & 1 ? strcat((char *)to, from) == (char *)to : strncat((char *)to, from, n + 1) == (char *)to;
	}, { for (unsigned i = 0; i <= n; i++) m[6 + i] = (unsigned char)from[i]; });
	return good;
}

static int check_strlcpy(unsigned alignment, unsigned n)
{
	char *from = string(end_a, alignment, n);
	int good = 1;
	unsigned size = n / 2 + 1;

	TARGETS(size, { good = strlcpy((char *)to, from, size) == n; },
		{ for (unsigned i = 0; i < size; i++) m[i] = i < size - 1 ? (unsigned char)from[i] : 0; });
	return good;
}

static int check_spans(unsigned alignment, unsigned n)
{
	char *s = string(end_a, alignment, n);

	if (strspn(s, "abcdeABCDE\x80\xff") != n || strcspn(s, "xyz") != n || strpbrk(s, "xyz") || strspn(s, "") || strcspn(s, "") != n)
		return 0;
	for (unsigned place = 0; place < n; place += place < 20 ? 1 : 61) {
		char kept = s[place];

		s[place] = 'y';
		if (strspn(s, "\xff\x80" "edcbaEDCBA") != place || strcspn(s, "xyz") != place || strpbrk(s, "zy") != s + place ||
		    strcspn(s, "y") != place)
			return 0;
		s[place] = kept;
	}
	return 1;
}

static int check_strstr(unsigned alignment, unsigned n)
{
	char *hay = string(end_a, alignment, n);
	char needle[64];

	for (unsigned size = 1; size <= n && size < 40; size += 1 + size / 4) {
		unsigned place = random32() % (n - size + 1), i, k;

		memcpy(needle, hay + place, size);
		needle[size] = '\0';
		for (i = 0; i + size <= n; i++) {
			for (k = 0; k < size && hay[i + k] == needle[k]; k++)
				;
			if (k == size)
				break;
		}
		if (strstr(hay, needle) != hay + i)
			return 0;
		needle[size - 1] = 'x';
		if (strstr(hay, needle) || strcasestr(hay, needle))
			return 0;
	}
	return strstr(hay, "") == hay;
}

static int check_strdup(unsigned alignment, unsigned n)
{
	char *s = string(end_a, alignment, n), *copy = strdup(s), *part = strndup(s, n / 2);
	int good = copy && part && !memcmp(copy, s, n + 1) && !memcmp(part, s, n / 2) && !part[n / 2];

	free(copy);
	free(part);
	return good;
}

static int check_wide(unsigned alignment, unsigned n)
{
	wchar_t *a = (wchar_t *)area(end_a, alignment & ~3u, (n / 4 + 1) * 4), *b = (wchar_t *)area(end_b, 4, (n / 4 + 1) * 4);
	unsigned count = n / 4;

	for (unsigned i = 0; i < count; i++)
		a[i] = (wchar_t)(1 + random32() % 1000);
	a[count] = 0;
	if (wcslen(a) != count || wcscpy(b, a) != b || wcscmp(a, b) || wmemcmp(a, b, count) || wcschr(a, 2000) || wcsnlen(a, count / 2) != count / 2)
		return 0;
	for (unsigned place = 0; place < count; place += 1 + place / 3) {
		wchar_t kept = a[place];

		a[place] = 2000;
		if (wcschr(a, 2000) != a + place || wcsrchr(a, 2000) != a + place || wmemchr(a, 2000, count) != a + place || wcscmp(a, b) <= 0)
			return 0;
		a[place] = kept;
	}
	return wmemset(b, 7, count) == b && (!count || (b[0] == 7 && b[count - 1] == 7)) && b[count] == 0;
}

static const struct {
	const char *name;
	check run;
} checks[] = {
#define CHECK(name) { #name, check_##name }
	CHECK(memcpy), CHECK(mempcpy), CHECK(memmove), CHECK(overlap), CHECK(memset), CHECK(bzero), CHECK(memchr), CHECK(memrchr),
	CHECK(rawmemchr), CHECK(memcmp), CHECK(memccpy), CHECK(memmem), CHECK(strlen), CHECK(strnlen_edge), CHECK(strchr),
	CHECK(strcmp), CHECK(strncmp), CHECK(strcasecmp), CHECK(strcpy), CHECK(strncpy), CHECK(strcat), CHECK(strlcpy),
	CHECK(spans), CHECK(strstr), CHECK(strdup), CHECK(wide),
};

/* strings [STEP]: only every STEP-th length. */
int main(int argc, char **argv)
{
	unsigned step = argc > 1 ? (unsigned)atoi(argv[1]) : 1;

	end_a = edge();
	end_b = edge();
	TEST_PLAN((int)(sizeof(checks) / sizeof(checks[0])) * 64);
	for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		for (unsigned alignment = 0; alignment < 64; alignment++) {
			int bad = -1;

			for (unsigned l = alignment % step; bad < 0 && l < LENGTHS; l += step)
				if (!checks[i].run(alignment, lengths[l]))
					bad = (int)lengths[l];
			OK(bad < 0, "%s at alignment %u", checks[i].name, alignment);
			if (bad >= 0)
				DIAG("length %d", bad);
		}
	return test_done();
}
