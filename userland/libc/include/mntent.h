/* Lines of /etc/fstab and /proc/mounts. */
#ifndef LIBC_MNTENT_H
#define LIBC_MNTENT_H

#include <stdio.h>

struct mntent {
	char *mnt_fsname;
	char *mnt_dir;
	char *mnt_type;
	char *mnt_opts;
	int mnt_freq;
	int mnt_passno;
};

FILE *setmntent(const char *path, const char *mode);
struct mntent *getmntent(FILE *stream);
int endmntent(FILE *stream);
char *hasmntopt(const struct mntent *entry, const char *option);

#endif
