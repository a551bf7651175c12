/* hexdump: bytes as numbers. -C shows them as characters too. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

static int canonical, all;

static void show(uint64_t offset, const unsigned char *bytes, size_t count)
{
	printf(canonical ? "%08llx " : "%07llx", (unsigned long long)offset);
	if (canonical) {
		for (size_t i = 0; i < 16; i++) {
			if (i == 8)
				putchar(' ');
			if (i < count)
				printf(" %02x", bytes[i]);
			else
				printf("   ");
		}
		printf("  |");
		for (size_t i = 0; i < count; i++)
			putchar(isprint(bytes[i]) ? bytes[i] : '.');
		putchar('|');
	} else {
		for (size_t i = 0; i < count; i += 2)
			printf(" %04x", bytes[i] | (i + 1 < count ? bytes[i + 1] << 8 : 0));
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned char now[16], last[16];
	int64_t length = INT64_MAX, skip = 0;
	uint64_t offset = 0;
	int option, has_last = 0, starred = 0;
	size_t got = 0;

	while ((option = getopt(argc, argv, "Cn:s:v")) != -1) {
		switch (option) {
		case 'C': canonical = 1; break;
		case 'n':
		case 's':
			if (parse_size(optarg, option == 'n' ? &length : &skip) < 0)
				errx(1, "invalid number: %s", optarg);
			break;
		case 'v': all = 1; break;
		default:
			fprintf(stderr, "usage: hexdump [-Cv] [-n length] [-s skip] [file]\n");
			return 2;
		}
	}
	if (optind < argc && !freopen(argv[optind], "r", stdin))
		err(1, "%s", argv[optind]);
	for (; (int64_t)offset < skip && getchar() != EOF; offset++)
		;
	while (length > 0) {
		got = fread(now, 1, length < 16 ? (size_t)length : 16, stdin);
		if (!got)
			break;
		/* Lines like the one before are a star. */
		if (got == 16 && has_last && !all && !memcmp(now, last, 16)) {
			if (!starred++)
				puts("*");
		} else {
			show(offset, now, got);
			starred = 0;
		}
		memcpy(last, now, 16);
		has_last = got == 16;
		offset += got;
		length -= (int64_t)got;
	}
	if (ferror(stdin))
		err(1, "input");
	if (offset)
		printf(canonical ? "%08llx\n" : "%07llx\n", (unsigned long long)offset);
	return finish(0);
}
