/* mv: new names for files; between filesystems a copy takes the place of the original. */
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

static int force, interactive, no_clobber, verbose;

static int move(const char *from, const char *to)
{
	struct copy_options options = { .recursive = 1, .preserve = 1, .force = 1, .follow = 'P' };
	struct stat source, target;

	if (lstat(from, &source) < 0) {
		warn("%s", from);
		return 1;
	}
	if (!lstat(to, &target)) {
		if (no_clobber)
			return 0;
		if (interactive || (!force && isatty(0) && !S_ISLNK(target.st_mode) && access(to, W_OK) < 0))
			if (!ask("overwrite %s? ", to))
				return 0;
		if (source.st_dev == target.st_dev && source.st_ino == target.st_ino && !strcmp(from, to)) {
			warnx("%s and %s are the same file", from, to);
			return 1;
		}
	}
	if (rename(from, to) < 0) {
		if (errno != EXDEV) {
			warn("cannot move %s to %s", from, to);
			return 1;
		}
		if (!lstat(to, &target) && remove_tree(to, 1, 0, 0))
			return 1;
		if (copy_tree(from, to, &options) || remove_tree(from, 1, 0, 0))
			return 1;
	}
	if (verbose)
		printf("%s -> %s\n", from, to);
	return 0;
}

int main(int argc, char **argv)
{
	const char *target;
	struct stat status;
	int option, result = 0, into;

	while ((option = getopt(argc, argv, "finv")) != -1) {
		switch (option) {
		case 'f': force = 1; interactive = no_clobber = 0; break;
		case 'i': interactive = 1; force = no_clobber = 0; break;
		case 'n': no_clobber = 1; break;
		case 'v': verbose = 1; break;
		default: goto usage;
		}
	}
	if (argc - optind < 2)
		goto usage;
	target = argv[argc - 1];
	into = !stat(target, &status) && S_ISDIR(status.st_mode);
	if (argc - optind > 2 && !into)
		errx(1, "%s: not a directory", target);
	for (; optind < argc - 1; optind++) {
		char *name = must(strdup(argv[optind])), *path;

		path = into ? join_path(target, basename(name)) : must(strdup(target));
		result |= move(argv[optind], path);
		free(name);
		free(path);
	}
	return finish(result);

usage:
	fprintf(stderr, "usage: mv [-finv] source... target\n");
	return 2;
}
