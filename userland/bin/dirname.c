/* dirname: a path without its last part. */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include "common/common.h"

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--")) {
		argc--;
		argv++;
	}
	if (argc != 2) {
		fprintf(stderr, "usage: dirname path\n");
		return 2;
	}
	puts(dirname(argv[1]));
	return finish(0);
}
