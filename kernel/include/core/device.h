/*
 * Driver model: buses find devices, drivers declare what they match, the core binds them. One structure for
 * built-in drivers and modules. All calls sleep, under RANK_DRIVER_MODEL: probe, remove and shutdown too.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include <core/list.h>

struct device;
struct driver;

struct bus {
	const char *name;
	bool (*match)(const struct device *d, const struct driver *drv);
	struct list_head devices, drivers, link;
};

struct device {
	char name[32];			/* unique on its bus: "0000:00:01.1" */
	struct bus *bus;
	struct device *parent;
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
void devices_shutdown(void);		/* last added first */

#endif
