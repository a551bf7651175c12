/* basename: the last part of a path, without a suffix. */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include "common/common.h"

int main(int argc, char **argv)
{
	char *name;
	size_t length, suffix;

	if (argc > 1 && !strcmp(argv[1], "--")) {
		argc--;
		argv++;
	}
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: basename path [suffix]\n");
		return 2;
	}
	name = basename(argv[1]);
	if (argc == 3) {
		length = strlen(name);
		suffix = strlen(argv[2]);
		if (length > suffix && !strcmp(name + length - suffix, argv[2]))
			name[length - suffix] = '\0';
	}
	puts(name);
	return finish(0);
}
