/*
 * iconv(): UTF-8, UTF-16, UTF-32 and UCS-2 in either order of bytes, ASCII, and sets of one byte by tables. Each
 * character is decoded to its code point and encoded again. A name's case, and what is no letter or digit in it, do
 * not count; "//TRANSLIT" after the target's name writes a question mark for what it lacks, "//IGNORE" nothing.
 */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "charset-tables.h"

enum kind { ASCII, LATIN1, SINGLE, UTF8, UCS2, UTF16, UTF32 };
enum order { BIG, LITTLE, MARKED };	/* MARKED: a mark at the beginning tells, and is written */

struct charset {
	enum kind kind;
	enum order order;
	const uint16_t *table;
	int first;
};

struct __iconv {
	struct charset from, to;
	int translit, ignore;
	int from_order, to_order;	/* of marked ones; -1: nothing was read or written yet */
};

#define INVALID (-1)
#define SHORT (-2)

static const struct {
	const char *name;
	struct charset set;
} others[] = {
	{ "ASCII", { .kind = ASCII } }, { "USASCII", { .kind = ASCII } }, { "ANSIX341968", { .kind = ASCII } },
	{ "ISO646US", { .kind = ASCII } }, { "646", { .kind = ASCII } }, { "C", { .kind = ASCII } },
	{ "ISO88591", { .kind = LATIN1 } }, { "LATIN1", { .kind = LATIN1 } }, { "88591", { .kind = LATIN1 } },
	{ "L1", { .kind = LATIN1 } },
	{ "UTF8", { .kind = UTF8 } },
	{ "UTF16", { .kind = UTF16, .order = MARKED } }, { "UTF16LE", { .kind = UTF16, .order = LITTLE } },
	{ "UTF16BE", { .kind = UTF16, .order = BIG } },
	{ "UCS2", { .kind = UCS2, .order = LITTLE } }, { "UCS2LE", { .kind = UCS2, .order = LITTLE } },
	{ "UCS2BE", { .kind = UCS2, .order = BIG } }, { "ISO10646UCS2", { .kind = UCS2, .order = LITTLE } },
	{ "UTF32", { .kind = UTF32, .order = MARKED } }, { "UTF32LE", { .kind = UTF32, .order = LITTLE } },
	{ "UTF32BE", { .kind = UTF32, .order = BIG } }, { "UCS4", { .kind = UTF32, .order = BIG } },
	{ "UCS4LE", { .kind = UTF32, .order = LITTLE } }, { "UCS4BE", { .kind = UTF32, .order = BIG } },
	{ "ISO10646UCS4", { .kind = UTF32, .order = BIG } }, { "WCHART", { .kind = UTF32, .order = LITTLE } },
};

static const struct {
	const char *alias, *name;
} aliases[] = {
	{ "LATIN2", "ISO88592" }, { "LATIN3", "ISO88593" }, { "LATIN4", "ISO88594" }, { "CYRILLIC", "ISO88595" },
	{ "ARABIC", "ISO88596" }, { "GREEK", "ISO88597" }, { "HEBREW", "ISO88598" }, { "LATIN5", "ISO88599" },
	{ "LATIN6", "ISO885910" }, { "LATIN9", "ISO885915" }, { "LATIN10", "ISO885916" }, { "WINDOWS1252", "CP1252" },
	{ "WINDOWS1251", "CP1251" }, { "WINDOWS1250", "CP1250" }, { "IBM437", "CP437" }, { "437", "CP437" },
	{ "IBM850", "CP850" }, { "850", "CP850" }, { "IBM866", "CP866" }, { "866", "CP866" }, { "TIS620", "ISO885911" },
};

/* Letters and digits up to a slash, large. */
static void plain_name(const char *name, char *out, size_t size)
{
	size_t used = 0;

	for (; *name && *name != '/' && used + 1 < size; name++)
		if (isalnum((unsigned char)*name))
			out[used++] = (char)toupper(*name);
	out[used] = '\0';
}

static int find(const char *name, struct charset *set)
{
	char plain[24];
	const char *wanted = plain;

	plain_name(*name && *name != '/' ? name : nl_langinfo(CODESET), plain, sizeof(plain));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i].name, plain)) {
			*set = others[i].set;
			return 0;
		}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i].alias, plain))
			wanted = aliases[i].name;
	for (size_t i = 0; i < sizeof(single_sets) / sizeof(single_sets[0]); i++)
		if (!strcmp(single_sets[i].name, wanted)) {
			*set = (struct charset){ SINGLE, BIG, single_sets[i].table, single_sets[i].first };
			return 0;
		}
	errno = EINVAL;
	return -1;
}

iconv_t iconv_open(const char *to, const char *from)
{
	struct __iconv *conversion = malloc(sizeof(*conversion));

	if (!conversion)
		return (iconv_t)-1;
	if (find(to, &conversion->to) < 0 || find(from, &conversion->from) < 0) {
		free(conversion);
		return (iconv_t)-1;
	}
	conversion->translit = strstr(to, "//TRANSLIT") != NULL;
	conversion->ignore = strstr(to, "//IGNORE") != NULL;
	conversion->from_order = conversion->to_order = -1;
	return conversion;
}

int iconv_close(iconv_t conversion)
{
	free(conversion);
	return 0;
}

static uint32_t word16(const unsigned char *p, int order)
{
	return order == BIG ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static uint32_t word32(const unsigned char *p, int order)
{
	return order == BIG ? word16(p, BIG) << 16 | word16(p + 2, BIG) : word16(p + 2, LITTLE) << 16 | word16(p, LITTLE);
}

static int decode_utf16(const unsigned char *p, size_t left, int order, int pairs, uint32_t *c)
{
	uint32_t low;

	if (left < 2)
		return SHORT;
	*c = word16(p, order);
	if (*c - 0xd800 >= 0x800)
		return 2;
	if (!pairs || *c >= 0xdc00)
		return INVALID;
	if (left < 4)
		return SHORT;
	low = word16(p + 2, order);
	if (low - 0xdc00 >= 0x400)
		return INVALID;
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return 4;
}

static int decode_utf8(const unsigned char *p, size_t left, uint32_t *c)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t used = mbrtowc(&wide, (const char *)p, left, &state);

	if (used == (size_t)-1)
		return INVALID;
	if (used == (size_t)-2)
		return SHORT;
	*c = (uint32_t)wide;
	return used ? (int)used : 1;
}

/* One character: how many bytes it takes, INVALID or SHORT. */
static int decode(const struct charset *set, int order, const unsigned char *p, size_t left, uint32_t *c)
{
	switch (set->kind) {
	case ASCII:
		*c = *p;
		return *p < 128 ? 1 : INVALID;
	case LATIN1:
		*c = *p;
		return 1;
	case SINGLE:
		*c = *p < set->first ? *p : set->table[*p - set->first];
		return *c == 0xffff ? INVALID : 1;
	case UTF8:
		return decode_utf8(p, left, c);
	case UCS2:
	case UTF16:
		return decode_utf16(p, left, order, set->kind == UTF16, c);
	default:
		if (left < 4)
			return SHORT;
		*c = word32(p, order);
		return *c > 0x10ffff || *c - 0xd800 < 0x800 ? INVALID : 4;
	}
}

static void put16(unsigned char *p, uint32_t c, int order)
{
	p[order != BIG] = (unsigned char)(c >> 8);
	p[order == BIG] = (unsigned char)c;
}

/* Into room for four bytes: how many, or INVALID for a character that the set lacks. */
static int encode(const struct charset *set, int order, uint32_t c, unsigned char *p)
{
	switch (set->kind) {
	case ASCII:
	case LATIN1:
		*p = (unsigned char)c;
		return c < (set->kind == ASCII ? 128u : 256u) ? 1 : INVALID;
	case SINGLE:
		*p = (unsigned char)c;
		if (c < (uint32_t)set->first)
			return 1;
		for (int i = 0; i < 256 - set->first; i++)
			if (set->table[i] == c && c != 0xffff) {
				*p = (unsigned char)(set->first + i);
				return 1;
			}
		return INVALID;
	case UTF8:
		return (int)wcrtomb((char *)p, (wchar_t)c, NULL);
	case UCS2:
	case UTF16:
		if (c < 0x10000) {
			put16(p, c, order);
			return 2;
		}
		if (set->kind == UCS2)
			return INVALID;
		put16(p, 0xd7c0 + (c >> 10), order);
		put16(p + 2, 0xdc00 + (c & 0x3ff), order);
		return 4;
	default:
		put16(p + (order == BIG ? 0 : 2), c >> 16, order);
		put16(p + (order == BIG ? 2 : 0), c & 0xffff, order);
		return 4;
	}
}

/* A mark at the very beginning says the order of what follows. 1: it was one, and is taken. */
static int take_mark(struct __iconv *cd, const unsigned char *p, size_t left, int *used)
{
	uint32_t c;

	*used = 0;
	if (cd->from.order != MARKED || cd->from_order >= 0)
		return 0;
	for (int order = BIG; order <= LITTLE; order++) {
		int length = decode(&cd->from, order, p, left, &c);

		if (length == SHORT)
			return 0;
		if (length > 0 && c == 0xfeff) {
			cd->from_order = order;
			*used = length;
			return 1;
		}
	}
	cd->from_order = LITTLE;
	return 0;
}

/* Bytes for a character, with the mark in front of the first one. */
static int encode_next(struct __iconv *cd, uint32_t c, unsigned char bytes[8])
{
	int order = cd->to.order == MARKED ? LITTLE : (int)cd->to.order, mark = 0, length;

	if (cd->to.order == MARKED && cd->to_order < 0)
		mark = encode(&cd->to, order, 0xfeff, bytes);
	length = encode(&cd->to, order, c, bytes + mark);
	return length < 0 ? length : mark + length;
}

size_t iconv(iconv_t cd, char **__restrict from, size_t *__restrict from_left, char **__restrict to,
	     size_t *__restrict to_left)
{
	size_t lost = 0;

	if (!from || !*from) {
		cd->from_order = cd->to_order = -1;
		return 0;
	}
	while (*from_left > 0) {
		const unsigned char *p = (const unsigned char *)*from;
		unsigned char bytes[8];
		uint32_t c;
		int used, length, missing;

		if (!take_mark(cd, p, *from_left, &used)) {
			used = decode(&cd->from, cd->from.order == MARKED ? cd->from_order : (int)cd->from.order, p,
				      *from_left, &c);
			if (used == SHORT) {
				errno = EINVAL;
				return (size_t)-1;
			}
			if (used == INVALID) {
				errno = EILSEQ;
				return (size_t)-1;
			}
			length = encode_next(cd, c, bytes);
			missing = length < 0;
			if (missing && cd->translit)
				length = encode_next(cd, '?', bytes);
			else if (missing && cd->ignore)
				length = 0;
			if (length < 0) {
				errno = EILSEQ;
				return (size_t)-1;
			}
			if ((size_t)length > *to_left) {
				errno = E2BIG;
				return (size_t)-1;
			}
			lost += (size_t)missing;
			memcpy(*to, bytes, (size_t)length);
			*to += length;
			*to_left -= (size_t)length;
			if (length)
				cd->to_order = LITTLE;
		}
		*from += used;
		*from_left -= (size_t)used;
	}
	return lost;
}
