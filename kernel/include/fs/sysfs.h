/*
 * sysfs: the tree under /sys, which buses, devices, drivers and classes make and take away themselves. Paths are
 * relative to /sys and have no slash in front; directories on the way are made as needed.
 *
 * All calls sleep and take no lock of their caller's; any may fail with -ENOMEM, adding a name that is there with -EEXIST.
 * sysfs_remove() waits for show() and its kin of what it removes, so no caller holds a lock that these take.
 */
#ifndef FS_SYSFS_H
#define FS_SYSFS_H

#include <fs/vfs.h>

struct seq_file;

#define SYSFS_PATH 192			/* the longest path, with its NUL */

/* A file. Its object outlives the entry: whoever made it removes it before the object goes. */
struct sysfs_attr {
	const char *name;
	umode_t mode;			/* 0: 0444 */
	int (*show)(struct seq_file *m, void *object);
	int (*store)(void *object, const char *text);		/* 0 or -errno; no newline at the end */
	/* Binary files, instead: bytes at `at`, 0 at the end; `all`: the reader may see what is for administrators. */
	ssize_t (*read)(void *object, void *buf, size_t n, loff_t at, bool all);
	loff_t size;			/* binary: what stat shows */
};

int sysfs_mkdir(const char *path);			/* 0 if it is there */
int sysfs_add(const char *dir, const struct sysfs_attr *attrs, unsigned n, void *object);
int sysfs_text(const char *path, const char *text);	/* a file that does not change; copied */
int sysfs_link(const char *path, const char *to);	/* both relative to /sys; the link itself is relative to its place */
void sysfs_remove(const char *path);			/* with all that is below; nothing if it is not there */

/*
 * A device with a number: a directory with `dev`, `uevent` and `subsystem`, and links to it from class/CLASS and from
 * dev/block or dev/char. Its place is PARENT/CLASS/NAME, or devices/virtual/CLASS/NAME without a parent; a part of a
 * device of the same class stands right in that one.
 */
struct sysfs_device {
	const char *class, *name;
	const char *parent;		/* NULL: none */
	const char *type;		/* DEVTYPE in uevent; NULL: none */
	dev_t dev;
	bool block, part;
};
void sysfs_device_path(const struct sysfs_device *d, char path[SYSFS_PATH]);
int sysfs_device_add(const struct sysfs_device *d);
void sysfs_device_remove(const struct sysfs_device *d);

#endif
