/* uniq: lines that differ from the one before. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "common/common.h"

static int counted, only_repeated, only_unique, fold;
static long skip_fields, skip_chars;

static const char *key(const char *line)
{
	for (long i = 0; i < skip_fields; i++) {
		while (isblank((unsigned char)*line))
			line++;
		while (*line && !isblank((unsigned char)*line))
			line++;
	}
	for (long i = 0; i < skip_chars && *line; i++)
		line++;
	return line;
}

static void show(const char *line, unsigned long times)
{
	if ((only_repeated && times < 2) || (only_unique && times > 1))
		return;
	if (counted)
		printf("%7lu ", times);
	printf("%s\n", line);
}

int main(int argc, char **argv)
{
	char *line = NULL, *last = NULL;
	size_t size = 0;
	ssize_t length;
	unsigned long times = 0;
	int option;

	while ((option = getopt(argc, argv, "cdf:is:u")) != -1) {
		switch (option) {
		case 'c': counted = 1; break;
		case 'd': only_repeated = 1; break;
		case 'f': skip_fields = atol(optarg); break;
		case 'i': fold = 1; break;
		case 's': skip_chars = atol(optarg); break;
		case 'u': only_unique = 1; break;
		default:
			fprintf(stderr, "usage: uniq [-cdiu] [-f fields] [-s chars] [input [output]]\n");
			return 2;
		}
	}
	if (optind < argc && strcmp(argv[optind], "-") && !freopen(argv[optind], "r", stdin))
		err(1, "%s", argv[optind]);
	if (optind + 1 < argc && !freopen(argv[optind + 1], "w", stdout))
		err(1, "%s", argv[optind + 1]);
	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (last && !(fold ? strcasecmp : strcmp)(key(line), key(last))) {
			times++;
			continue;
		}
		if (last)
			show(last, times);
		free(last);
		last = must(strdup(line));
		times = 1;
	}
	if (ferror(stdin))
		err(1, "input");
	if (last)
		show(last, times);
	return finish(0);
}
