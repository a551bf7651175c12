/* cut: parts of lines. */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

struct range {
	size_t first, last;
};

static struct range *ranges;
static size_t count;
static int kind, only_delimited;
static char delimiter = '\t';

static void parse(char *list)
{
	char *item;

	while ((item = strsep(&list, ", "))) {
		struct range range = { 1, SIZE_MAX };
		char *end = item;

		if (*item != '-')
			range.first = range.last = strtoul(item, &end, 10);
		if (*end == '-') {
			range.last = SIZE_MAX;
			if (end[1])
				range.last = strtoul(end + 1, &end, 10);
			else
				end++;
		}
		if (*end || end == item || !range.first || range.last < range.first)
			errx(1, "invalid list: %s", item);
		ranges = must(reallocarray(ranges, count + 1, sizeof(*ranges)));
		ranges[count++] = range;
	}
}

static int is_wanted(size_t number)
{
	for (size_t i = 0; i < count; i++)
		if (number >= ranges[i].first && number <= ranges[i].last)
			return 1;
	return 0;
}

static void cut_fields(const char *line)
{
	int printed = 0;

	if (!strchr(line, delimiter)) {
		if (!only_delimited)
			puts(line);
		return;
	}
	for (size_t number = 1;; number++) {
		const char *end = strchrnul(line, delimiter);

		if (is_wanted(number)) {
			if (printed++)
				putchar(delimiter);
			fwrite(line, 1, (size_t)(end - line), stdout);
		}
		if (!*end)
			break;
		line = end + 1;
	}
	putchar('\n');
}

/* Characters are UTF-8's. */
static void cut_characters(const char *line)
{
	size_t number = 0;

	for (; *line; line++) {
		if (kind == 'b' || ((unsigned char)*line & 0xc0) != 0x80)
			number++;
		if (is_wanted(number))
			putchar(*line);
	}
	putchar('\n');
}

static void cut(FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (kind == 'f')
			cut_fields(line);
		else
			cut_characters(line);
	}
	free(line);
}

int main(int argc, char **argv)
{
	int option, result = 0;

	while ((option = getopt(argc, argv, "b:c:d:f:ns")) != -1) {
		switch (option) {
		case 'b':
		case 'c':
		case 'f':
			kind = option;
			parse(optarg);
			break;
		case 'd': delimiter = *optarg; break;
		case 'n': break;
		case 's': only_delimited = 1; break;
		default: goto usage;
		}
	}
	if (!kind)
		goto usage;
	if (optind == argc)
		cut(stdin);
	for (; optind < argc; optind++) {
		FILE *file = strcmp(argv[optind], "-") ? fopen(argv[optind], "r") : stdin;

		if (!file) {
			warn("%s", argv[optind]);
			result = 1;
			continue;
		}
		cut(file);
		if (file != stdin)
			fclose(file);
	}
	return finish(result);

usage:
	fprintf(stderr, "usage: cut -b list | -c list | -f list [-d char] [-s] [file...]\n");
	return 2;
}
