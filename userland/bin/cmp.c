/* cmp: whether two files are the same, and where not. 0: the same; 1: different; 2: trouble. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/common.h"

static int is_silent, is_long, shows_bytes;

static FILE *open_one(const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "r") : stdin;

	if (!file && is_silent)
		exit(2);
	if (!file)
		err(2, "%s", name);
	return file;
}

static void skip(FILE *file, int64_t count)
{
	while (count-- > 0 && getc(file) != EOF)
		;
}

/* A byte as -b shows it: ^A, M-a. */
static const char *visible(int byte, char text[8])
{
	char *to = text;

	if (byte >= 128) {
		to = stpcpy(to, "M-");
		byte -= 128;
	}
	if (byte < 32 || byte == 127) {
		*to++ = '^';
		byte ^= 64;
	}
	*to++ = (char)byte;
	*to = '\0';
	return text;
}

static void show(char **names, uint64_t place, uint64_t line, int a, int b)
{
	char first[8], second[8];

	if (is_long && shows_bytes)
		printf("%llu %3o %-4s %3o %s\n", (unsigned long long)place, a, visible(a, first), b, visible(b, second));
	else if (is_long)
		printf("%llu %3o %3o\n", (unsigned long long)place, a, b);
	else if (shows_bytes)
		printf("%s %s differ: byte %llu, line %llu is %3o %s %3o %s\n", names[0], names[1],
		       (unsigned long long)place, (unsigned long long)line, a, visible(a, first), b,
		       visible(b, second));
	else
		printf("%s %s differ: char %llu, line %llu\n", names[0], names[1], (unsigned long long)place,
		       (unsigned long long)line);
}

static void say_short(const char *name, uint64_t place, uint64_t line, int ended_line)
{
	fflush(stdout);
	if (is_silent)
		return;
	if (!place)
		fprintf(stderr, "cmp: EOF on %s which is empty\n", name);
	else if (is_long)
		fprintf(stderr, "cmp: EOF on %s after byte %llu\n", name, (unsigned long long)place);
	else
		fprintf(stderr, "cmp: EOF on %s after byte %llu, %sline %llu\n", name, (unsigned long long)place,
			ended_line ? "" : "in ", (unsigned long long)(ended_line ? line - 1 : line));
}

static int compare(FILE *first, FILE *second, char **names, int64_t limit)
{
	uint64_t line = 1;
	int differs = 0, last = 0;

	for (uint64_t place = 0; (int64_t)place < limit; place++) {
		int a = getc(first), b = getc(second);

		if ((a == EOF && ferror(first)) || (b == EOF && ferror(second)))
			err(2, "%s", a == EOF && ferror(first) ? names[0] : names[1]);
		if (a == EOF && b == EOF)
			break;
		if (a == EOF || b == EOF) {
			say_short(names[a == EOF ? 0 : 1], place, line, last == '\n');
			return 1;
		}
		if (a != b) {
			differs = 1;
			if (is_silent)
				return 1;
			show(names, place + 1, line, a, b);
			if (!is_long)
				return 1;
		}
		line += a == '\n';
		last = a;
	}
	return differs;
}

int main(int argc, char **argv)
{
	static const struct option long_names[] = {
		{ "bytes", required_argument, NULL, 'n' },
		{ "ignore-initial", required_argument, NULL, 'i' },
		{ "print-bytes", no_argument, NULL, 'b' },
		{ "quiet", no_argument, NULL, 's' },
		{ "silent", no_argument, NULL, 's' },
		{ "verbose", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int64_t skips[2] = { 0, 0 }, limit = INT64_MAX;
	char *names[2], *colon;
	FILE *files[2];
	int option, result;

	while ((option = getopt_long(argc, argv, "bi:ln:s", long_names, NULL)) != -1) {
		switch (option) {
		case 'b': shows_bytes = 1; break;
		case 'i':
			colon = strchr(optarg, ':');
			if (colon)
				*colon = '\0';
			if (parse_size(optarg, &skips[0]) < 0 || parse_size(colon ? colon + 1 : optarg, &skips[1]) < 0)
				errx(2, "%s: not a number of bytes", optarg);
			break;
		case 'l': is_long = 1; break;
		case 'n':
			if (parse_size(optarg, &limit) < 0)
				errx(2, "%s: not a number of bytes", optarg);
			break;
		case 's': is_silent = 1; break;
		default: argc = 0;
		}
	}
	if (argc - optind < 1 || argc - optind > 4) {
		fprintf(stderr, "usage: cmp [-bls] [-i skip[:skip2]] [-n bytes] file1 [file2 [skip1 [skip2]]]\n");
		return 2;
	}
	names[0] = argv[optind];
	names[1] = argc - optind > 1 ? argv[optind + 1] : "-";
	for (int i = 0; i < 2 && optind + 2 + i < argc; i++)
		if (parse_size(argv[optind + 2 + i], &skips[i]) < 0)
			errx(2, "%s: not a number of bytes", argv[optind + 2 + i]);
	for (int i = 0; i < 2; i++) {
		files[i] = open_one(names[i]);
		skip(files[i], skips[i]);
	}
	result = compare(files[0], files[1], names, limit);
	return finish(0) ? 2 : result;
}
