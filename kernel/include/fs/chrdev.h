/*
 * Character devices and devfs. Nodes appear in /dev as drivers come and go.
 */
#ifndef FS_CHRDEV_H
#define FS_CHRDEV_H

#include <fs/vfs.h>

struct chrdev {
	dev_t first;
	unsigned count;
	const char *name;		/* /proc/devices */
	const struct file_ops *op;
	struct list_head link;
};
int chrdev_register(struct chrdev *c);		/* -EBUSY if the numbers overlap */
void chrdev_unregister(struct chrdev *c);

/*
 * A device as programs see it: its node in /dev and its place in /sys, below `parent` there (NULL: nothing that it is
 * attached to). mode without S_IFCHR.
 */
int chrdev_show_device(const char *class, const char *parent, const char *name, umode_t mode, dev_t dev);
void chrdev_hide_device(const char *class, const char *parent, const char *name, dev_t dev);

/* A node: "ttyS0", "pts/0", "input/mice". mode has S_IFCHR or S_IFBLK, or S_IFLNK with target. */
int devfs_create(const char *name, umode_t mode, dev_t dev);
int devfs_symlink(const char *name, const char *target);
void devfs_remove(const char *name);

#endif
