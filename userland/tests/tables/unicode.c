/*
 * Prints the tables of libc/internal/unicode-tables.h from the host's C.UTF-8 locale:
 *	gcc -D_GNU_SOURCE unicode.c && ./a.out
 */
#include <locale.h>
#include <stdio.h>
#include <wchar.h>
#include <wctype.h>

#define LAST 0x10ffff

static int two_columns(wint_t c)
{
	return wcwidth((wchar_t)c) == 2;
}

static int no_column(wint_t c)
{
	return wcwidth((wchar_t)c) == 0;
}

static int lower_alone(wint_t c)
{
	return iswlower(c) && towupper(c) == c;
}

static int upper_alone(wint_t c)
{
	return iswupper(c) && towlower(c) == c;
}

static void ranges(const char *name, int (*has)(wint_t))
{
	int count = 0;

	printf("static const uint32_t %s[] = {", name);
	for (unsigned c = 128; c <= LAST; c++) {
		unsigned first = c;

		while (c <= LAST && has(c) && c - first < 2048)
			c++;
		if (c == first)
			continue;
		printf("%s0x%08x,", count++ % 8 ? " " : "\n\t", first << 11 | (c - first - 1));
		c--;
	}
	printf("\n};\n");
}

/* Letters of both cases alternate in many blocks: the step is 1 or 2. */
static void mappings(const char *name, wint_t (*map)(wint_t))
{
	int count = 0;

	printf("static const struct mapping %s[] = {", name);
	for (unsigned c = 128; c <= LAST; c++) {
		int delta = (int)map(c) - (int)c;
		unsigned first = c, step = 1;

		if (!delta)
			continue;
		if ((int)map(c + 1) - (int)(c + 1) == delta)
			while ((int)map(c + 1) - (int)(c + 1) == delta)
				c++;
		else
			while ((int)map(c + 2) - (int)(c + 2) == delta && map(c + 1) == c + 1) {
				c += 2;
				step = 2;
			}
		printf("%s{ 0x%x, %u, %u, %d },", count++ % 4 ? " " : "\n\t", first, (c - first) / step, step, delta);
	}
	printf("\n};\n");
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	ranges("letters", iswalpha);
	ranges("marks", iswpunct);
	ranges("wide_ones", two_columns);
	ranges("no_column", no_column);
	ranges("lower_alone", lower_alone);
	ranges("upper_alone", upper_alone);
	mappings("uppers", towupper);
	mappings("lowers", towlower);
	return 0;
}
