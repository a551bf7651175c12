/* mount: lists what is mounted, and mounts more. */
#include <err.h>
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned long set, clear;
} flags_by_name[] = {
	{ "ro", MS_RDONLY, 0 }, { "rw", 0, MS_RDONLY }, { "nosuid", MS_NOSUID, 0 }, { "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 }, { "dev", 0, MS_NODEV }, { "noexec", MS_NOEXEC, 0 }, { "exec", 0, MS_NOEXEC },
	{ "sync", MS_SYNCHRONOUS, 0 }, { "async", 0, MS_SYNCHRONOUS }, { "remount", MS_REMOUNT, 0 }, { "bind", MS_BIND, 0 },
	{ "rbind", MS_BIND | MS_REC, 0 }, { "move", MS_MOVE, 0 }, { "noatime", MS_NOATIME, 0 }, { "atime", 0, MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME, 0 }, { "relatime", MS_RELATIME, 0 }, { "dirsync", MS_DIRSYNC, 0 }, { "defaults", 0, 0 },
	{ "auto", 0, 0 }, { "noauto", 0, 0 }, { "user", 0, 0 }, { "nofail", 0, 0 },
};

/* Turns options into flags; what the kernel does not know by a flag is left in data. */
static unsigned long parse_options(const char *options, unsigned long flags, char *data)
{
	for (; *options; options += *options == ',') {
		size_t length = strcspn(options, ","), i;

		for (i = 0; i < sizeof(flags_by_name) / sizeof(flags_by_name[0]); i++)
			if (strlen(flags_by_name[i].name) == length && !strncmp(flags_by_name[i].name, options, length)) {
				flags = (flags | flags_by_name[i].set) & ~flags_by_name[i].clear;
				break;
			}
		if (i == sizeof(flags_by_name) / sizeof(flags_by_name[0]) && length) {
			if (*data)
				strcat(data, ",");
			strncat(data, options, length);
		}
		options += length;
	}
	return flags;
}

static int list(const char *type)
{
	FILE *table = setmntent("/proc/mounts", "r");
	struct mntent *entry;

	if (!table)
		err(1, "/proc/mounts");
	while ((entry = getmntent(table)))
		if (!type || !strcmp(type, entry->mnt_type))
			printf("%s on %s type %s (%s)\n", entry->mnt_fsname, entry->mnt_dir, entry->mnt_type, entry->mnt_opts);
	endmntent(table);
	return 0;
}

static int mount_one(const char *source, const char *target, const char *type, const char *options,
		     unsigned long extra)
{
	char *data = calloc(1, strlen(options) + 1);
	unsigned long flags;
	int result = 0;

	if (!data)
		err(1, NULL);
	flags = parse_options(options, extra, data);
	if (mount(source, target, type, flags, *data ? data : NULL) < 0) {
		warn("cannot mount %s on %s", source ? source : "", target);
		result = 1;
	}
	free(data);
	return result;
}

/* Everything in /etc/fstab, or what is named there. */
static int from_table(const char *name, const char *options, unsigned long extra)
{
	FILE *table = setmntent("/etc/fstab", "r");
	struct mntent *entry;
	int result = 0, found = 0;

	if (!table)
		err(1, "/etc/fstab");
	while ((entry = getmntent(table))) {
		char *all;

		if (name ? strcmp(name, entry->mnt_dir) && strcmp(name, entry->mnt_fsname) :
			   hasmntopt(entry, "noauto") || !strcmp(entry->mnt_type, "swap"))
			continue;
		found = 1;
		if (asprintf(&all, "%s,%s", entry->mnt_opts, options) < 0)
			err(1, NULL);
		result |= mount_one(entry->mnt_fsname, entry->mnt_dir, entry->mnt_type, all, extra);
		free(all);
	}
	endmntent(table);
	if (name && !found)
		errx(1, "%s: not in /etc/fstab", name);
	return result;
}

/* Where a remount names only the target, the table of mounts knows the rest. */
static int remount(const char *target, const char *options, unsigned long extra)
{
	return mount_one(NULL, target, NULL, options, extra);
}

int main(int argc, char **argv)
{
	const char *type = NULL;
	char *options = strdup("");
	unsigned long extra = 0;
	int option, all = 0;

	while ((option = getopt(argc, argv, "ao:rt:w")) != -1) {
		char *more;

		switch (option) {
		case 'a': all = 1; break;
		case 'o':
			if (asprintf(&more, "%s%s%s", options, *options ? "," : "", optarg) < 0)
				err(1, NULL);
			free(options);
			options = more;
			break;
		case 'r': extra |= MS_RDONLY; break;
		case 't': type = optarg; break;
		case 'w': extra &= ~(unsigned long)MS_RDONLY; break;
		default: goto usage;
		}
	}
	if (all)
		return from_table(NULL, options, extra);
	if (optind == argc)
		return list(type);
	if (optind + 1 == argc)
		return strstr(options, "remount") ? remount(argv[optind], options, extra) :
						    from_table(argv[optind], options, extra);
	if (optind + 2 == argc)
		return mount_one(argv[optind], argv[optind + 1], type, options, extra);
usage:
	fprintf(stderr, "usage: mount [-arw] [-t type] [-o options] [source] [target]\n");
	return 2;
}
