/* rm: removes names of files, and with -r trees. */
#include <err.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"
#include "common/copy.h"

int main(int argc, char **argv)
{
	int option, force = 0, interactive = 0, recursive = 0, verbose = 0, empty = 0, result = 0;
	struct stat root;

	while ((option = getopt(argc, argv, "dfiRrv")) != -1) {
		switch (option) {
		case 'd': empty = 1; break;
		case 'f': force = 1; interactive = 0; break;
		case 'i': interactive = 1; force = 0; break;
		case 'R':
		case 'r': recursive = 1; break;
		case 'v': verbose = 1; break;
		default:
			fprintf(stderr, "usage: rm [-dfiRrv] file...\n");
			return 2;
		}
	}
	if (optind == argc && !force) {
		fprintf(stderr, "usage: rm [-dfiRrv] file...\n");
		return 2;
	}
	if (stat("/", &root) < 0)
		err(1, "/");
	for (; optind < argc; optind++) {
		char *copy = must(strdup(argv[optind])), *last = basename(copy);
		struct stat status;

		if (!strcmp(last, ".") || !strcmp(last, "..")) {
			warnx("\".\" and \"..\" may not be removed");
			result = 1;
		} else if (!lstat(argv[optind], &status) && S_ISDIR(status.st_mode)) {
			if (status.st_dev == root.st_dev && status.st_ino == root.st_ino) {
				warnx("\"/\" may not be removed");
				result = 1;
			} else if (recursive) {
				result |= remove_tree(argv[optind], force, interactive, verbose);
			} else if (!empty || rmdir(argv[optind]) < 0) {
				if (!empty)
					errno = EISDIR;
				warn("%s", argv[optind]);
				result = 1;
			}
		} else {
			result |= remove_tree(argv[optind], force, interactive, verbose);
		}
		free(copy);
	}
	return finish(result);
}
