/* wc: counts lines, words, bytes and characters. */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

struct counts {
	unsigned long long lines, words, bytes, characters;
};

static int want_lines, want_words, want_bytes, want_characters;

static void print(const struct counts *counts, const char *name, int width)
{
	const char *separator = "";

	if (want_lines) {
		printf("%*llu", width, counts->lines);
		separator = " ";
	}
	if (want_words) {
		printf("%s%*llu", separator, width, counts->words);
		separator = " ";
	}
	if (want_characters) {
		printf("%s%*llu", separator, width, counts->characters);
		separator = " ";
	}
	if (want_bytes)
		printf("%s%*llu", separator, width, counts->bytes);
	printf(name ? " %s\n" : "\n", name);
}

static int count(int fd, struct counts *counts)
{
	static unsigned char buffer[65536];
	int in_word = 0;
	ssize_t got;

	memset(counts, 0, sizeof(*counts));
	while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
		counts->bytes += (unsigned long long)got;
		for (ssize_t i = 0; i < got; i++) {
			unsigned char c = buffer[i];

			counts->lines += c == '\n';
			counts->characters += (c & 0xc0) != 0x80;
			if (isspace(c)) {
				in_word = 0;
			} else if (!in_word) {
				in_word = 1;
				counts->words++;
			}
		}
	}
	return got < 0;
}

int main(int argc, char **argv)
{
	struct counts counts, total = { 0 };
	int option, result = 0, files, width;

	while ((option = getopt(argc, argv, "clmw")) != -1) {
		switch (option) {
		case 'c': want_bytes = 1; break;
		case 'l': want_lines = 1; break;
		case 'm': want_characters = 1; break;
		case 'w': want_words = 1; break;
		default:
			fprintf(stderr, "usage: wc [-clmw] [file...]\n");
			return 2;
		}
	}
	if (!want_bytes && !want_lines && !want_characters && !want_words)
		want_bytes = want_lines = want_words = 1;
	files = argc - optind;
	width = want_bytes + want_lines + want_words + want_characters == 1 && files <= 1 ? 1 : 7;
	if (!files) {
		if (count(0, &counts))
			err(1, "standard input");
		print(&counts, NULL, width);
	}
	for (; optind < argc; optind++) {
		int fd = strcmp(argv[optind], "-") ? open(argv[optind], O_RDONLY) : 0;

		if (fd < 0 || count(fd, &counts)) {
			warn("%s", argv[optind]);
			result = 1;
		} else {
			print(&counts, argv[optind], width);
			total.lines += counts.lines;
			total.words += counts.words;
			total.bytes += counts.bytes;
			total.characters += counts.characters;
		}
		if (fd > 0)
			close(fd);
	}
	if (files > 1)
		print(&total, "total", width);
	return finish(result);
}
