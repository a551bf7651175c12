/* umount: takes filesystems out of the tree. */
#include <err.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static int umount_all(int flags)
{
	FILE *table = setmntent("/proc/mounts", "r");
	struct mntent *entry;
	char **targets = NULL;
	size_t count = 0;
	int result = 0;

	if (!table)
		err(1, "/proc/mounts");
	while ((entry = getmntent(table))) {
		targets = reallocarray(targets, count + 1, sizeof(*targets));
		if (!targets || !(targets[count++] = strdup(entry->mnt_dir)))
			err(1, NULL);
	}
	endmntent(table);
	while (count > 0) {
		count--;
		if (strcmp(targets[count], "/") && umount2(targets[count], flags) < 0) {
			warn("%s", targets[count]);
			result = 1;
		}
	}
	return result;
}

int main(int argc, char **argv)
{
	int option, flags = 0, all = 0, result = 0;

	while ((option = getopt(argc, argv, "afl")) != -1) {
		switch (option) {
		case 'a': all = 1; break;
		case 'f': flags |= MNT_FORCE; break;
		case 'l': flags |= MNT_DETACH; break;
		default: goto usage;
		}
	}
	if (all)
		return umount_all(flags);
	if (optind == argc)
		goto usage;
	for (; optind < argc; optind++)
		if (umount2(argv[optind], flags) < 0) {
			warn("%s", argv[optind]);
			result = 1;
		}
	return result;

usage:
	fprintf(stderr, "usage: umount [-fl] target... | umount -a\n");
	return 2;
}
