/* tail: the last lines or bytes, and with -f what comes after them. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "common/common.h"

static int64_t amount = 10;
static int by_bytes, from_start, follow;

/* From line or byte `amount` on, counted from 1. */
static void tail_from(FILE *file)
{
	int64_t skip = amount - 1;
	int c;

	while (skip > 0 && (c = getc(file)) != EOF)
		if (by_bytes || c == '\n')
			skip--;
	while ((c = getc(file)) != EOF)
		putchar(c);
}

/* For what can be positioned: finds the place from the end. */
static int tail_seekable(FILE *file)
{
	int fd = fileno(file);
	struct stat status;
	off_t position;
	int64_t left = amount;
	char buffer[4096];

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || lseek(fd, 0, SEEK_CUR) != 0)
		return -1;
	position = status.st_size;
	if (by_bytes) {
		position = left > position ? 0 : position - left;
	} else {
		int is_last = 1;

		while (position > 0 && left >= 0) {
			size_t part = position > (off_t)sizeof(buffer) ? sizeof(buffer) : (size_t)position;
			ssize_t got = pread(fd, buffer, part, position - (off_t)part);

			if (got != (ssize_t)part)
				return -1;
			while (got > 0) {
				/* The newline at the very end ends the last line. */
				if (buffer[got - 1] == '\n' && !is_last && --left == 0)
					break;
				if (left == 0)
					break;
				is_last = 0;
				got--;
				position--;
			}
			if (got > 0)
				break;
		}
	}
	return fseeko(file, position, SEEK_SET);
}

static void tail_stream(FILE *file)
{
	char **lines = NULL, *line = NULL;
	size_t *lengths = NULL, size = 0, count = 0, next = 0, capacity = (size_t)amount;
	ssize_t length;

	if (!amount)
		return;
	if (by_bytes) {
		char *ring = must(malloc(capacity));
		int c;

		while ((c = getc(file)) != EOF) {
			ring[next] = (char)c;
			next = (next + 1) % capacity;
			if (count < capacity)
				count++;
		}
		for (size_t i = 0; i < count; i++)
			putchar(ring[(next + capacity - count + i) % capacity]);
		free(ring);
		return;
	}
	lines = must(calloc(capacity, sizeof(*lines)));
	lengths = must(calloc(capacity, sizeof(*lengths)));
	while ((length = getline(&line, &size, file)) > 0) {
		free(lines[next]);
		lines[next] = line;
		lengths[next] = (size_t)length;
		line = NULL;
		size = 0;
		next = (next + 1) % capacity;
		if (count < capacity)
			count++;
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = (next + capacity - count + i) % capacity;

		fwrite(lines[at], 1, lengths[at], stdout);
	}
	for (size_t i = 0; i < capacity; i++)
		free(lines[i]);
	free(lines);
	free(lengths);
	free(line);
}

static void tail(FILE *file)
{
	int c;

	if (from_start) {
		tail_from(file);
	} else if (!tail_seekable(file)) {
		while ((c = getc(file)) != EOF)
			putchar(c);
	} else {
		tail_stream(file);
	}
}

static void follow_file(FILE *file, const char *name)
{
	struct timespec pause = { .tv_nsec = 200000000 };

	for (;;) {
		struct stat status;
		int c;

		fflush(stdout);
		nanosleep(&pause, NULL);
		if (!fstat(fileno(file), &status) && status.st_size < ftello(file)) {
			warnx("%s: file truncated", name);
			rewind(file);
		}
		clearerr(file);
		while ((c = getc(file)) != EOF)
			putchar(c);
	}
}

static void read_amount(const char *text)
{
	from_start = *text == '+';
	if (*text == '+' || *text == '-')
		text++;
	if (parse_size(text, &amount) < 0 || amount > SIZE_MAX / 16)
		errx(1, "invalid number: %s", text);
}

int main(int argc, char **argv)
{
	int option, result = 0, many, quiet = 0;
	FILE *last = stdin;

	if (argc > 1 && (argv[1][0] == '-' || argv[1][0] == '+') && isdigit((unsigned char)argv[1][1])) {
		read_amount(argv[1]);
		optind = 2;
	}
	while ((option = getopt(argc, argv, "c:fFn:q")) != -1) {
		switch (option) {
		case 'c':
		case 'n':
			by_bytes = option == 'c';
			read_amount(optarg);
			break;
		case 'F':
		case 'f': follow = 1; break;
		case 'q': quiet = 1; break;
		default:
			fprintf(stderr, "usage: tail [-fq] [-c [+]bytes | -n [+]lines] [file...]\n");
			return 2;
		}
	}
	many = argc - optind > 1 && !quiet;
	if (optind == argc)
		tail(stdin);
	for (int first = optind; optind < argc; optind++) {
		FILE *file = strcmp(argv[optind], "-") ? fopen(argv[optind], "r") : stdin;

		if (!file) {
			warn("%s", argv[optind]);
			result = 1;
			continue;
		}
		if (many)
			printf("%s==> %s <==\n", optind > first ? "\n" : "", argv[optind]);
		tail(file);
		if (ferror(file)) {
			warn("%s", argv[optind]);
			result = 1;
		}
		if (follow && optind == argc - 1)
			last = file;
		else if (file != stdin)
			fclose(file);
	}
	if (follow && !result)
		follow_file(last, argv[argc - 1]);
	return finish(result);
}
