/* tr: exchanges, removes or squeezes bytes. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wctype.h>
#include "common/common.h"

struct set {
	unsigned char bytes[4096];
	size_t count;
	int fill;		/* where [x*] stands, it grows to fit; -1 without one */
	size_t fill_at;
	unsigned char fill_byte;
};

static void add(struct set *set, int c)
{
	if (set->count == sizeof(set->bytes))
		errx(1, "set too long");
	set->bytes[set->count++] = (unsigned char)c;
}

static const char *read_byte(const char *p, int *c)
{
	static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
	const char *found;

	if (*p != '\\' || !p[1]) {
		*c = (unsigned char)*p;
		return p + 1;
	}
	p++;
	if (*p >= '0' && *p <= '7') {
		*c = 0;
		for (int i = 0; i < 3 && *p >= '0' && *p <= '7'; i++)
			*c = *c * 8 + (*p++ - '0');
		*c &= 255;
		return p;
	}
	found = strchr(from, *p);
	*c = found ? to[found - from] : (unsigned char)*p;
	return p + 1;
}

static const char *read_class(const char *p, struct set *set)
{
	const char *end = strstr(p + 2, ":]");
	char name[16];
	wctype_t class;

	if (!end || end - p - 2 >= (long)sizeof(name))
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)(end - p - 2), p + 2);
	class = wctype(name);
	if (!class)
		errx(1, "unknown class: %s", name);
	for (int c = 0; c < 256; c++)
		if (c < 128 && iswctype((wint_t)c, class))
			add(set, c);
	return end + 2;
}

static void parse(const char *p, struct set *set)
{
	set->count = 0;
	set->fill = -1;
	while (*p) {
		const char *next;
		int from, to;

		if (p[0] == '[' && p[1] == ':' && (next = read_class(p, set))) {
			p = next;
			continue;
		}
		if (p[0] == '[' && p[1] == '=' && p[2] && p[3] == '=' && p[4] == ']') {
			add(set, (unsigned char)p[2]);
			p += 5;
			continue;
		}
		if (p[0] == '[' && p[1]) {
			next = read_byte(p + 1, &from);
			if (*next == '*') {
				char *end;
				long times = strtol(next + 1, &end, next[1] == '0' ? 8 : 10);

				if (*end == ']') {
					if (!times) {
						set->fill = 1;
						set->fill_at = set->count;
						set->fill_byte = (unsigned char)from;
					}
					while (times-- > 0)
						add(set, from);
					p = end + 1;
					continue;
				}
			}
		}
		p = read_byte(p, &from);
		to = from;
		if (p[0] == '-' && p[1]) {
			p = read_byte(p + 1, &to);
			if (to < from)
				errx(1, "range is the wrong way round");
		}
		for (int c = from; c <= to; c++)
			add(set, c);
	}
}

static void complement(struct set *set)
{
	char has[256] = { 0 };

	for (size_t i = 0; i < set->count; i++)
		has[set->bytes[i]] = 1;
	set->count = 0;
	for (int c = 0; c < 256; c++)
		if (!has[c])
			add(set, c);
}

/* The second set is made as long as the first. */
static void extend(struct set *set, size_t count)
{
	if (set->fill == 1) {
		size_t tail = set->count - set->fill_at, grow = count > set->count ? count - set->count : 0;

		if (set->count + grow > sizeof(set->bytes))
			errx(1, "set too long");
		memmove(set->bytes + set->fill_at + grow, set->bytes + set->fill_at, tail);
		memset(set->bytes + set->fill_at, set->fill_byte, grow);
		set->count += grow;
	}
	if (!set->count)
		errx(1, "the second set is empty");
	while (set->count < count)
		add(set, set->bytes[set->count - 1]);
}

int main(int argc, char **argv)
{
	static struct set first, second;
	unsigned char map[256];
	char drop[256] = { 0 }, squeeze[256] = { 0 };
	int option, invert = 0, delete = 0, squeezes = 0, c, last = -1, sets;

	while ((option = getopt(argc, argv, "+cCds")) != -1) {
		switch (option) {
		case 'c':
		case 'C': invert = 1; break;
		case 'd': delete = 1; break;
		case 's': squeezes = 1; break;
		default: goto usage;
		}
	}
	sets = argc - optind;
	if (sets < 1 || sets > 2 || (sets == 1 && !delete && !squeezes) || (sets == 2 && delete && !squeezes))
		goto usage;
	parse(argv[optind], &first);
	if (invert)
		complement(&first);
	for (c = 0; c < 256; c++)
		map[c] = (unsigned char)c;
	if (sets == 2) {
		parse(argv[optind + 1], &second);
		if (!delete) {
			extend(&second, first.count);
			for (size_t i = 0; i < first.count; i++)
				map[first.bytes[i]] = second.bytes[i];
		}
	}
	for (size_t i = 0; delete && i < first.count; i++)
		drop[first.bytes[i]] = 1;
	if (squeezes) {
		const struct set *set = sets == 2 ? &second : &first;

		for (size_t i = 0; i < set->count; i++)
			squeeze[set->bytes[i]] = 1;
	}
	while ((c = getchar()) != EOF) {
		if (drop[c])
			continue;
		c = map[c];
		if (squeeze[c] && c == last)
			continue;
		last = c;
		putchar(c);
	}
	if (ferror(stdin))
		err(1, "standard input");
	return finish(0);

usage:
	fprintf(stderr, "usage: tr [-cds] set1 [set2]\n");
	return 2;
}
