/* du: how much space trees take. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"

struct seen {
	struct seen *next;
	dev_t device;
	ino_t inode;
};

static struct seen *seen[1024];
static int all, human, only_total, one_device, unit = 1024, result;
static long depth_limit = -1;

/* Files with several names count once. */
static int is_seen(const struct stat *status)
{
	struct seen **bucket = &seen[status->st_ino % 1024], *entry;

	for (entry = *bucket; entry; entry = entry->next)
		if (entry->inode == status->st_ino && entry->device == status->st_dev)
			return 1;
	entry = must(malloc(sizeof(*entry)));
	*entry = (struct seen){ *bucket, status->st_dev, status->st_ino };
	*bucket = entry;
	return 0;
}

static void show(const char *path, uint64_t blocks)
{
	char text[16];

	if (human)
		printf("%s\t%s\n", human_size(blocks * 512, text), path);
	else
		printf("%llu\t%s\n", (unsigned long long)((blocks * 512 + (unsigned)unit - 1) / (unsigned)unit), path);
}

static uint64_t walk(const char *path, long depth, dev_t device)
{
	struct stat status;
	struct dirent *entry;
	uint64_t total;
	DIR *directory;

	if (lstat(path, &status) < 0)
		goto fail;
	if ((one_device && depth && status.st_dev != device) || (status.st_nlink > 1 && !S_ISDIR(status.st_mode) && is_seen(&status)))
		return 0;
	total = (uint64_t)status.st_blocks;
	if (!S_ISDIR(status.st_mode)) {
		if ((all && (depth_limit < 0 || depth <= depth_limit)) || !depth)
			show(path, total);
		return total;
	}
	directory = opendir(path);
	if (!directory)
		goto fail;
	while ((errno = 0, entry = readdir(directory))) {
		char *inner;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		inner = join_path(path, entry->d_name);
		total += walk(inner, depth + 1, status.st_dev);
		free(inner);
	}
	closedir(directory);
	if (!depth || (!only_total && (depth_limit < 0 || depth <= depth_limit)))
		show(path, total);
	return total;

fail:
	warn("%s", path);
	result = 1;
	return 0;
}

int main(int argc, char **argv)
{
	int option, grand = 0;
	uint64_t total = 0;

	while ((option = getopt(argc, argv, "acd:hkmsx")) != -1) {
		switch (option) {
		case 'a': all = 1; break;
		case 'c': grand = 1; break;
		case 'd': depth_limit = atol(optarg); break;
		case 'h': human = 1; break;
		case 'k': unit = 1024; break;
		case 'm': unit = 1048576; break;
		case 's': only_total = 1; break;
		case 'x': one_device = 1; break;
		default:
			fprintf(stderr, "usage: du [-achkmsx] [-d depth] [file...]\n");
			return 2;
		}
	}
	if (optind == argc)
		total = walk(".", 0, 0);
	for (; optind < argc; optind++)
		total += walk(argv[optind], 0, 0);
	if (grand)
		show("total", total);
	return finish(result);
}
