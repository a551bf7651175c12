/* chmod: changes modes. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"

static int recursive, verbose, result;
static mode_t mask;

static void change(const char *path, const char *text, int is_named)
{
	struct stat status;
	mode_t mode;

	if ((is_named ? stat(path, &status) : lstat(path, &status)) < 0)
		goto fail;
	if (S_ISLNK(status.st_mode))
		return;
	mode = status.st_mode & 07777;
	if (parse_mode(text, &mode, mask, S_ISDIR(status.st_mode)) < 0)
		errx(1, "invalid mode: %s", text);
	if (chmod(path, mode) < 0)
		goto fail;
	if (verbose)
		printf("%s: %04o\n", path, mode);
	if (recursive && S_ISDIR(status.st_mode)) {
		DIR *directory = opendir(path);
		struct dirent *entry;

		if (!directory)
			goto fail;
		while ((errno = 0, entry = readdir(directory))) {
			char *inner;

			if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
				continue;
			inner = join_path(path, entry->d_name);
			change(inner, text, 0);
			free(inner);
		}
		closedir(directory);
	}
	return;

fail:
	warn("%s", path);
	result = 1;
}

int main(int argc, char **argv)
{
	int first = 1;

	mask = umask(0);
	umask(mask);
	/* Modes may look like options: only these letters are some. */
	for (; first < argc && argv[first][0] == '-' && argv[first][1] &&
	       strspn(argv[first] + 1, "Rvf") == strlen(argv[first] + 1);
	     first++) {
		recursive |= strchr(argv[first], 'R') != NULL;
		verbose |= strchr(argv[first], 'v') != NULL;
	}
	if (first < argc && !strcmp(argv[first], "--"))
		first++;
	if (argc - first < 2) {
		fprintf(stderr, "usage: chmod [-Rv] mode file...\n");
		return 2;
	}
	for (int i = first + 1; i < argc; i++)
		change(argv[i], argv[first], 1);
	return finish(result);
}
