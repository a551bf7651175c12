/*
 * Driver model: buses find devices, drivers declare what they match, the core binds them. One structure for
 * built-in drivers and modules. All calls sleep, under RANK_DRIVER_MODEL: probe, remove and shutdown too.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include <core/list.h>

struct device;
struct driver;
struct seq_file;
struct sysfs_attr;

struct bus {
	const char *name;
	const char *root;		/* where its devices without a parent stand in /sys/devices: "pci0000:00" */
	bool (*match)(const struct device *d, const struct driver *drv);
	const struct sysfs_attr *attrs;	/* files of each device in /sys; their object is the device */
	unsigned nattrs;
	void (*uevent)(struct seq_file *m, const struct device *d);	/* lines of its own */
	struct list_head devices, drivers, link;
};

struct device {
	char name[32];			/* unique on its bus: "0000:00:01.1" */
	struct bus *bus;
	struct device *parent;		/* on the same bus; NULL: none */
	const struct driver *driver;	/* NULL: unbound */
	void *driver_data;
	struct list_head link;
};

struct driver {
	const char *name;
	struct bus *bus;
	const void *id_table;		/* in the bus's own format */
	int (*probe)(struct device *d);	/* 0, -ENODEV (not mine), or an error that is printed */
	void (*remove)(struct device *d);
	void (*shutdown)(struct device *d);	/* before power-off: flush, quiesce */
	struct list_head link;
};

int bus_register(struct bus *b);
int device_add(struct device *d);	/* 0, -EEXIST; binds the first driver that takes it */
void device_remove(struct device *d);
int driver_register(struct driver *drv);
void driver_unregister(struct driver *drv);
/* Its path in /sys. */
void device_path(const struct device *d, char *path, size_t size);
void devices_shutdown(void);		/* last added first */

#endif
