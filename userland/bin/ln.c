/* ln: further names for files. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"

static int force, symbolic, verbose, follow;

static int make(const char *from, const char *to)
{
	struct stat source, target;

	if (!lstat(to, &target) && force) {
		if (!symbolic && !stat(from, &source) && source.st_dev == target.st_dev && source.st_ino == target.st_ino)
			return 0;
		if (unlink(to) < 0) {
			warn("%s", to);
			return 1;
		}
	}
	if ((symbolic ? symlink(from, to) :
			linkat(AT_FDCWD, from, AT_FDCWD, to, follow ? AT_SYMLINK_FOLLOW : 0)) < 0) {
		warn("%s -> %s", to, from);
		return 1;
	}
	if (verbose)
		printf("%s -> %s\n", to, from);
	return 0;
}

int main(int argc, char **argv)
{
	int option, result = 0, no_dereference = 0, into;
	const char *target;
	struct stat status;

	while ((option = getopt(argc, argv, "fLnPsTv")) != -1) {
		switch (option) {
		case 'f': force = 1; break;
		case 'L': follow = 1; break;
		case 'n':
		case 'T': no_dereference = option; break;
		case 'P': follow = 0; break;
		case 's': symbolic = 1; break;
		case 'v': verbose = 1; break;
		default: goto usage;
		}
	}
	if (optind == argc)
		goto usage;
	target = argc - optind == 1 ? "." : argv[argc - 1];
	into = no_dereference != 'T' && !(no_dereference ? lstat(target, &status) : stat(target, &status)) &&
	       S_ISDIR(status.st_mode);
	if (argc - optind > 2 && !into)
		errx(1, "%s: not a directory", target);
	if (argc - optind == 1)
		argc++;
	for (; optind < argc - 1; optind++) {
		char *name = must(strdup(argv[optind])), *path;

		path = into ? join_path(target, basename(name)) : must(strdup(target));
		result |= make(argv[optind], path);
		free(name);
		free(path);
	}
	return finish(result);

usage:
	fprintf(stderr, "usage: ln [-fLnPsTv] source... [target]\n");
	return 2;
}
