/* mkdir: new directories. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"

/* Everything on the way, with modes that allow going on. */
static int make_parents(const char *path)
{
	char *copy = must(strdup(path));
	mode_t mask = umask(0);
	int result = 0;

	umask(mask);
	for (char *slash = copy + strspn(copy, "/"); (slash = strchr(slash, '/')); slash++) {
		struct stat status;

		*slash = '\0';
		if (mkdir(copy, (0777 & ~mask) | 0300) < 0 && (errno != EEXIST || stat(copy, &status) < 0)) {
			warn("%s", copy);
			result = 1;
		}
		*slash = '/';
		if (result)
			break;
		slash += strspn(slash, "/") - 1;
	}
	free(copy);
	return result;
}

int main(int argc, char **argv)
{
	int option, parents = 0, verbose = 0, result = 0;
	const char *text = NULL;
	mode_t mode = 0777, mask = umask(0);

	umask(mask);
	while ((option = getopt(argc, argv, "m:pv")) != -1) {
		switch (option) {
		case 'm': text = optarg; break;
		case 'p': parents = 1; break;
		case 'v': verbose = 1; break;
		default: goto usage;
		}
	}
	if (optind == argc)
		goto usage;
	if (text && parse_mode(text, &mode, mask, 1) < 0)
		errx(1, "invalid mode: %s", text);
	for (; optind < argc; optind++) {
		const char *path = argv[optind];
		struct stat status;

		if (parents && make_parents(path)) {
			result = 1;
		} else if (mkdir(path, mode) < 0) {
			int error = errno;

			if (parents && error == EEXIST && !stat(path, &status) && S_ISDIR(status.st_mode))
				continue;
			errno = error;
			warn("%s", path);
			result = 1;
		} else {
			if (text && chmod(path, mode) < 0) {
				warn("%s", path);
				result = 1;
			}
			if (verbose)
				printf("created directory %s\n", path);
		}
	}
	return finish(result);

usage:
	fprintf(stderr, "usage: mkdir [-pv] [-m mode] directory...\n");
	return 2;
}
