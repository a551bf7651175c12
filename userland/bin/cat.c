/* cat: files, one after the other. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"

static int number_lines, at_line_start = 1;
static unsigned long line;

/* -n and -b: line by line. */
static int cat_numbered(FILE *from)
{
	int c;

	while ((c = getc(from)) != EOF) {
		if (at_line_start && (number_lines != 'b' || c != '\n'))
			printf("%6lu\t", ++line);
		at_line_start = c == '\n';
		putchar(c);
	}
	return ferror(from);
}

static int same_file(int fd)
{
	struct stat in, out;

	return !fstat(fd, &in) && !fstat(1, &out) && S_ISREG(in.st_mode) && in.st_dev == out.st_dev &&
	       in.st_ino == out.st_ino && lseek(fd, 0, SEEK_CUR) < in.st_size;
}

static int cat(const char *name)
{
	int fd = strcmp(name, "-") ? open(name, O_RDONLY) : 0, result;
	FILE *stream;

	if (fd < 0) {
		warn("%s", name);
		return 1;
	}
	if (same_file(fd)) {
		warnx("%s: input file is output file", name);
		result = 1;
	} else if (number_lines && (stream = fdopen(fd, "r"))) {
		result = cat_numbered(stream);
		if (result)
			warn("%s", name);
		if (fd)
			fclose(stream);
		return result;
	} else {
		result = copy_fd(fd, 1);
		if (result == 2)
			err(1, "standard output");
		if (result)
			warn("%s", name);
	}
	if (fd)
		close(fd);
	return result;
}

int main(int argc, char **argv)
{
	int option, status = 0;

	while ((option = getopt(argc, argv, "bnu")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: cat [-bnu] [file...]\n");
			return 2;
		}
		if (option != 'u')
			number_lines = option;
	}
	if (optind == argc)
		status = cat("-");
	for (; optind < argc; optind++)
		status |= cat(argv[optind]);
	return finish(status != 0);
}
