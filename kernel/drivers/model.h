/* The driver model's own: between device.c, which binds, and device_sysfs.c, which shows. */
#ifndef DRIVERS_MODEL_H
#define DRIVERS_MODEL_H

#include <core/device.h>
#include <core/spinlock.h>

extern spinlock_t binding_lock;		/* RANK_DEVICE: dev->driver for those without the model's lock */

/* By hand. 0, -ENODEV: no such device, or not (bind: already) this driver's; -EBUSY: the driver cannot let go */
int driver_bind_device(struct driver *drv, const char *name);
int driver_unbind_device(struct driver *drv, const char *name);

/* What cannot be shown is said and does no other harm. */
void bus_sysfs_add(const struct bus *b);
void device_sysfs_add(struct device *d);
void device_sysfs_remove(const struct device *d);	/* the model's lock not held */
void device_sysfs_bound(const struct device *d, const struct driver *drv);
void device_sysfs_unbound(const struct device *d, const struct driver *drv);
void driver_sysfs_add(struct driver *drv);
void driver_sysfs_remove(const struct driver *drv);	/* the model's lock not held */

#endif
