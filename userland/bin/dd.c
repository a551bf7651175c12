/* dd: copies in blocks. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "common/common.h"

static const char *input, *output;
static int64_t block = 512, skip, seek_to, limit = -1;
static int no_truncate, sync_blocks, no_error, quiet, flush, append;
static unsigned long long in_full, in_part, out_full, out_part, total;

static int64_t size_of(const char *text)
{
	int64_t size;

	if (parse_size(text, &size) < 0)
		errx(1, "invalid number: %s", text);
	return size;
}

static void read_words(const char *list)
{
	char *copy = must(strdup(list)), *p = copy, *word;

	while ((word = strsep(&p, ","))) {
		if (!strcmp(word, "notrunc"))
			no_truncate = 1;
		else if (!strcmp(word, "sync"))
			sync_blocks = 1;
		else if (!strcmp(word, "noerror"))
			no_error = 1;
		else if (!strcmp(word, "fsync") || !strcmp(word, "fdatasync"))
			flush = 1;
		else if (!strcmp(word, "append"))
			append = 1;
		else if (!strcmp(word, "none") || !strcmp(word, "noxfer"))
			quiet = *word == 'n' && word[2] == 'n';
		else if (strcmp(word, "fullblock"))
			errx(1, "unknown word: %s", word);
	}
	free(copy);
}

static void read_operand(char *operand)
{
	char *value = strchr(operand, '=');

	if (!value)
		errx(1, "unknown operand: %s", operand);
	*value++ = '\0';
	if (!strcmp(operand, "if"))
		input = value;
	else if (!strcmp(operand, "of"))
		output = value;
	else if (!strcmp(operand, "bs") || !strcmp(operand, "ibs") || !strcmp(operand, "obs"))
		block = size_of(value);
	else if (!strcmp(operand, "skip"))
		skip = size_of(value);
	else if (!strcmp(operand, "seek"))
		seek_to = size_of(value);
	else if (!strcmp(operand, "count"))
		limit = size_of(value);
	else if (!strcmp(operand, "conv") || !strcmp(operand, "status") || !strcmp(operand, "iflag") ||
		 !strcmp(operand, "oflag"))
		read_words(value);
	else
		errx(1, "unknown operand: %s", operand);
	if (block < 1 || block > 1 << 30)
		errx(1, "invalid block size");
}

static void skip_input(char *buffer)
{
	if (lseek(0, skip * block, SEEK_CUR) >= 0)
		return;
	for (; skip > 0; skip--)
		if (read(0, buffer, (size_t)block) <= 0)
			return;
}

static int copy(char *buffer)
{
	while (limit < 0 || limit-- > 0) {
		ssize_t got = read(0, buffer, (size_t)block);

		if (got < 0 && errno == EINTR) {
			limit += limit >= 0;
			continue;
		}
		if (got < 0) {
			warn("%s", input ? input : "standard input");
			if (!no_error)
				return 1;
			if (lseek(0, block, SEEK_CUR) < 0)
				return 1;
			got = 0;
			if (!sync_blocks)
				continue;
		} else if (got == 0) {
			return 0;
		}
		if (got == block)
			in_full++;
		else
			in_part++;
		if (sync_blocks && got < block) {
			memset(buffer + got, 0, (size_t)(block - got));
			got = (ssize_t)block;
		}
		if (write_all(1, buffer, (size_t)got) < 0) {
			warn("%s", output ? output : "standard output");
			return 1;
		}
		total += (unsigned long long)got;
		if (got == block)
			out_full++;
		else
			out_part++;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct timespec start = { 0 }, end = { 0 };
	char *buffer;
	int fd, result;
	double seconds;

	for (int i = 1; i < argc; i++)
		read_operand(argv[i]);
	if (input) {
		fd = open(input, O_RDONLY);
		if (fd < 0 || dup2(fd, 0) < 0)
			err(1, "%s", input);
	}
	if (output) {
		fd = open(output, O_WRONLY | O_CREAT | (append ? O_APPEND : 0) | (no_truncate || seek_to ? 0 : O_TRUNC), 0666);
		if (fd < 0 || dup2(fd, 1) < 0)
			err(1, "%s", output);
	}
	buffer = must(malloc((size_t)block));
	if (skip)
		skip_input(buffer);
	if (seek_to) {
		if (!no_truncate && output && ftruncate(1, seek_to * block) < 0 && errno != EINVAL)
			err(1, "%s", output);
		if (lseek(1, seek_to * block, SEEK_SET) < 0)
			err(1, "%s", output ? output : "standard output");
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	result = copy(buffer);
	if (flush && fsync(1) < 0) {
		warn("%s", output ? output : "standard output");
		result = 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	if (!quiet) {
		char rate[16];

		fprintf(stderr, "%llu+%llu records in\n%llu+%llu records out\n", in_full, in_part, out_full, out_part);
		fprintf(stderr, "%llu bytes copied, %.3f s, %sB/s\n", total, seconds,
			human_size(seconds > 0 ? (uint64_t)((double)total / seconds) : 0, rate));
	}
	return result;
}
