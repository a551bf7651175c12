/* head: the first lines or bytes. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

static int64_t lines = 10, bytes = -1;

static void head(FILE *file)
{
	int64_t left = bytes >= 0 ? bytes : lines;
	int c;

	while (left > 0 && (c = getc(file)) != EOF) {
		putchar(c);
		if (bytes >= 0 || c == '\n')
			left--;
	}
}

int main(int argc, char **argv)
{
	int option, result = 0, many, quiet = 0, verbose = 0;

	/* head -5 */
	if (argc > 1 && argv[1][0] == '-' && isdigit((unsigned char)argv[1][1])) {
		if (parse_size(argv[1] + 1, &lines) < 0)
			errx(1, "invalid number: %s", argv[1] + 1);
		optind = 2;
	}
	while ((option = getopt(argc, argv, "c:n:qv")) != -1) {
		switch (option) {
		case 'c':
		case 'n':
			if (parse_size(optarg, option == 'c' ? &bytes : &lines) < 0)
				errx(1, "invalid number: %s", optarg);
			break;
		case 'q': quiet = 1; break;
		case 'v': verbose = 1; break;
		default:
			fprintf(stderr, "usage: head [-qv] [-c bytes | -n lines] [file...]\n");
			return 2;
		}
	}
	many = (argc - optind > 1 && !quiet) || verbose;
	if (optind == argc)
		head(stdin);
	for (int first = optind; optind < argc; optind++) {
		FILE *file = strcmp(argv[optind], "-") ? fopen(argv[optind], "r") : stdin;

		if (!file) {
			warn("%s", argv[optind]);
			result = 1;
			continue;
		}
		if (many)
			printf("%s==> %s <==\n", optind > first ? "\n" : "", argv[optind]);
		head(file);
		if (ferror(file)) {
			warn("%s", argv[optind]);
			result = 1;
		}
		if (file != stdin)
			fclose(file);
	}
	return finish(result);
}
