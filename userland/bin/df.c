/* df: how full filesystems are. */
#include <err.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "common/common.h"

static int human, inodes, types, all, portable;

static void amount(uint64_t blocks, uint64_t unit, char text[24])
{
	if (human)
		human_size(blocks * unit, text);
	else
		snprintf(text, 24, "%llu", (unsigned long long)(blocks * unit / 1024));
}

static int show(const struct mntent *entry, int is_named)
{
	struct statvfs status;
	char total[24], used[24], available[24], percent[24] = "-";
	uint64_t taken, whole;

	if (statvfs(entry->mnt_dir, &status) < 0) {
		warn("%s", entry->mnt_dir);
		return 1;
	}
	if (!status.f_blocks && !all && !is_named)
		return 0;
	if (inodes) {
		taken = status.f_files - status.f_ffree;
		whole = status.f_files;
		snprintf(total, sizeof(total), "%llu", (unsigned long long)status.f_files);
		snprintf(used, sizeof(used), "%llu", (unsigned long long)taken);
		snprintf(available, sizeof(available), "%llu", (unsigned long long)status.f_ffree);
	} else {
		taken = status.f_blocks - status.f_bfree;
		whole = taken + status.f_bavail;
		amount(status.f_blocks, status.f_frsize, total);
		amount(taken, status.f_frsize, used);
		amount(status.f_bavail, status.f_frsize, available);
	}
	if (whole)
		snprintf(percent, sizeof(percent), "%u%%", (unsigned)((taken * 100 + whole - 1) / whole));
	printf("%-20s ", entry->mnt_fsname);
	if (types)
		printf("%-8s ", entry->mnt_type);
	printf("%10s %10s %10s %5s %s\n", total, used, available, percent, entry->mnt_dir);
	return 0;
}

/* The filesystem that a file is on: the last mount with its device. */
static int show_of(const char *path)
{
	FILE *table = setmntent("/proc/mounts", "r");
	struct mntent *entry, best = { 0 };
	struct stat file, root;
	int result = 1;

	if (!table)
		err(1, "/proc/mounts");
	if (stat(path, &file) < 0) {
		warn("%s", path);
		endmntent(table);
		return 1;
	}
	while ((entry = getmntent(table))) {
		if (strcmp(entry->mnt_fsname, path) && (stat(entry->mnt_dir, &root) < 0 || root.st_dev != file.st_dev))
			continue;
		free(best.mnt_fsname);
		free(best.mnt_dir);
		free(best.mnt_type);
		best.mnt_fsname = must(strdup(entry->mnt_fsname));
		best.mnt_dir = must(strdup(entry->mnt_dir));
		best.mnt_type = must(strdup(entry->mnt_type));
	}
	endmntent(table);
	if (best.mnt_dir)
		result = show(&best, 1);
	else
		warnx("%s: on no filesystem that is mounted", path);
	return result;
}

int main(int argc, char **argv)
{
	int option, result = 0;
	struct mntent *entry;
	FILE *table;

	while ((option = getopt(argc, argv, "ahikPT")) != -1) {
		switch (option) {
		case 'a': all = 1; break;
		case 'h': human = 1; break;
		case 'i': inodes = 1; break;
		case 'k': human = 0; break;
		case 'P': portable = 1; break;
		case 'T': types = 1; break;
		default:
			fprintf(stderr, "usage: df [-ahikPT] [file...]\n");
			return 2;
		}
	}
	printf("%-20s ", "Filesystem");
	if (types)
		printf("%-8s ", "Type");
	printf("%10s %10s %10s %5s Mounted on\n", inodes ? "Inodes" : human ? "Size" : portable ? "1024-blocks" : "1K-blocks",
	       inodes ? "IUsed" : "Used", inodes ? "IFree" : "Available", inodes ? "IUse%" : portable ? "Capacity" : "Use%");
	if (optind < argc) {
		for (; optind < argc; optind++)
			result |= show_of(argv[optind]);
		return finish(result);
	}
	table = setmntent("/proc/mounts", "r");
	if (!table)
		err(1, "/proc/mounts");
	while ((entry = getmntent(table)))
		result |= show(entry, 0);
	endmntent(table);
	return finish(result);
}
