/* rmdir: removes empty directories. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int option, parents = 0, result = 0;

	while ((option = getopt(argc, argv, "p")) != -1) {
		if (option == '?')
			goto usage;
		parents = 1;
	}
	if (optind == argc)
		goto usage;
	for (; optind < argc; optind++) {
		char *path = argv[optind], *slash;

		for (;;) {
			if (rmdir(path) < 0) {
				warn("%s", path);
				result = 1;
				break;
			}
			slash = parents ? strrchr(path, '/') : NULL;
			if (!slash || slash == path)
				break;
			*slash = '\0';
		}
	}
	return result;

usage:
	fprintf(stderr, "usage: rmdir [-p] directory...\n");
	return 2;
}
