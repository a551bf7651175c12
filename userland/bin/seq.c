/* seq: numbers in a row. */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

static double number(const char *text, int *places)
{
	const char *point = strchr(text, '.');
	char *end;
	double value = strtod(text, &end);

	if (*end || end == text)
		errx(1, "invalid number: %s", text);
	if (point && (int)strlen(point + 1) > *places)
		*places = (int)strlen(point + 1);
	return value;
}

int main(int argc, char **argv)
{
	const char *separator = "\n", *format = NULL;
	double first = 1, step = 1, last;
	int option = 1, places = 0, width = 0, equal = 0, printed = 0;

	for (; option < argc && argv[option][0] == '-' && argv[option][1] && strchr("fsw-", argv[option][1]); option++) {
		if (!strcmp(argv[option], "--")) {
			option++;
			break;
		}
		if (argv[option][1] == 'w') {
			equal = 1;
		} else {
			const char *value = argv[option][2] ? argv[option] + 2 : option + 1 < argc ? argv[++option] : NULL;

			if (!value)
				goto usage;
			if (argv[option][1] == 's' || argv[option - 1][1] == 's')
				separator = value;
			else
				format = value;
		}
	}
	argc -= option;
	argv += option;
	if (argc < 1 || argc > 3)
		goto usage;
	if (argc > 1)
		first = number(argv[0], &places);
	if (argc > 2)
		step = number(argv[1], &places);
	last = number(argv[argc - 1], &places);
	if (step == 0)
		errx(1, "the step is zero");
	if (equal) {
		int other = snprintf(NULL, 0, "%.*f", places, last);

		width = snprintf(NULL, 0, "%.*f", places, first);
		width = other > width ? other : width;
	}
	/* Each is computed from the first, so that errors do not add up. */
	for (long long i = 0;; i++) {
		double value = first + (double)i * step;

		if (step > 0 ? value > last + step * 1e-10 : value < last + step * 1e-10)
			break;
		if (printed++)
			fputs(separator, stdout);
		if (format)
			printf(format, value);
		else
			printf("%0*.*f", width, places, value);
	}
	if (printed)
		putchar('\n');
	return finish(0);

usage:
	fprintf(stderr, "usage: seq [-w] [-f format] [-s separator] [first [step]] last\n");
	return 2;
}
