/* cp: copies of files and trees. */
#include <err.h>
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
	struct copy_options options = { 0 };
	const char *target;
	struct stat status;
	int option, result = 0, into;

	while ((option = getopt(argc, argv, "adfHiLnPpRruv")) != -1) {
		switch (option) {
		case 'a': options.recursive = options.preserve = 1; options.follow = 'P'; break;
		case 'd': options.follow = 'P'; break;
		case 'f': options.force = 1; break;
		case 'H':
		case 'L':
		case 'P': options.follow = (char)option; break;
		case 'i': options.interactive = 1; break;
		case 'n': options.no_clobber = 1; break;
		case 'p': options.preserve = 1; break;
		case 'R':
		case 'r': options.recursive = 1; break;
		case 'u': options.update = 1; break;
		case 'v': options.verbose = 1; break;
		default: goto usage;
		}
	}
	if (argc - optind < 2)
		goto usage;
	if (!options.follow)
		options.follow = options.recursive ? 'P' : 'L';
	target = argv[argc - 1];
	into = !stat(target, &status) && S_ISDIR(status.st_mode);
	if (argc - optind > 2 && !into)
		errx(1, "%s: not a directory", target);
	for (; optind < argc - 1; optind++) {
		char *name = must(strdup(argv[optind])), *path;

		path = into ? join_path(target, basename(name)) : must(strdup(target));
		result |= copy_tree(argv[optind], path, &options);
		free(name);
		free(path);
	}
	return finish(result);

usage:
	fprintf(stderr, "usage: cp [-adfHiLnPpRruv] source... target\n");
	return 2;
}
