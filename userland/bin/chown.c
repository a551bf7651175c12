/* chown: changes owners and groups. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"

static int recursive, no_follow, result;
static uid_t user;
static gid_t group;

static void change(const char *path, int is_named)
{
	struct stat status;
	DIR *directory;
	struct dirent *entry;

	if (fchownat(AT_FDCWD, path, user, group, no_follow || !is_named ? AT_SYMLINK_NOFOLLOW : 0) < 0) {
		warn("%s", path);
		result = 1;
		return;
	}
	if (!recursive || lstat(path, &status) < 0 || !S_ISDIR(status.st_mode))
		return;
	directory = opendir(path);
	if (!directory) {
		warn("%s", path);
		result = 1;
		return;
	}
	while ((errno = 0, entry = readdir(directory))) {
		char *inner;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		inner = join_path(path, entry->d_name);
		change(inner, 0);
		free(inner);
	}
	closedir(directory);
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "fhR")) != -1) {
		switch (option) {
		case 'h': no_follow = 1; break;
		case 'R': recursive = 1; break;
		case 'f': break;
		default: goto usage;
		}
	}
	if (argc - optind < 2)
		goto usage;
	if (!strcmp(program_invocation_short_name, "chgrp")) {
		char *text = must(malloc(strlen(argv[optind]) + 2));

		text[0] = ':';
		strcpy(text + 1, argv[optind]);
		if (parse_owner(text, &user, &group) < 0)
			return 1;
		free(text);
	} else if (parse_owner(argv[optind], &user, &group) < 0) {
		return 1;
	}
	for (optind++; optind < argc; optind++)
		change(argv[optind], 1);
	return result;

usage:
	fprintf(stderr, "usage: %s [-hR] owner file...\n", program_invocation_short_name);
	return 2;
}
