/*
 * The driver model: lists of devices and drivers for each bus, and their binding.
 *
 * Invariant (model_lock): every device is on its bus's list; dev->driver is set while, and only while, the
 * driver's probe() has succeeded and its remove() has not run. They run with the lock held, so they do
 * not add devices to the model; what they register elsewhere (disks, terminals) has its own locks, which come later
 * in the order. dev->driver changes under binding_lock as well. Files of /sys take the model's lock when they are written,
 * so they are removed without it.
 */
#include "model.h"
#include <core/mutex.h>
#include <core/printk.h>
#include <core/string.h>
#include <abi/errno.h>

static LIST_HEAD(buses);
DEFINE_SPINLOCK(binding_lock, RANK_DEVICE);
/* Outermost of all: a probe may open terminals, mount filesystems, read disks. */
static DEFINE_MUTEX(model_lock, RANK_DRIVER_MODEL);

int bus_register(struct bus *b)
{
	if (!b->match)
		return -EINVAL;
	mutex_lock(&model_lock);
	list_init(&b->devices);
	list_init(&b->drivers);
	list_add_tail(&b->link, &buses);
	mutex_unlock(&model_lock);
	bus_sysfs_add(b);
	return 0;
}

static void set_driver(struct device *d, const struct driver *drv)
{
	spin_lock(&binding_lock);
	d->driver = drv;
	spin_unlock(&binding_lock);
}

/* True if the driver took the device. */
static bool bind(struct device *d, struct driver *drv)
{
	int ret;

	if (d->driver || !d->bus->match(d, drv))
		return false;
	set_driver(d, drv);
	ret = drv->probe(d);
	if (!ret) {
		device_sysfs_bound(d, drv);
		return true;
	}
	set_driver(d, NULL);
	d->driver_data = NULL;
	if (ret != -ENODEV)
		pr_err("%s: driver %s failed: error %d\n", d->name, drv->name, -ret);
	return false;
}

static void unbind(struct device *d)
{
	if (!d->driver)
		return;
	device_sysfs_unbound(d, d->driver);
	if (d->driver->remove)
		d->driver->remove(d);
	set_driver(d, NULL);
	d->driver_data = NULL;
}

/* model_lock held. */
static struct device *find(const struct bus *b, const char *name)
{
	struct device *d;

	list_for_each_entry(d, &b->devices, link) {
		if (!strcmp(d->name, name))
			return d;
	}
	return NULL;
}

int device_add(struct device *d)
{
	struct driver *drv;
	int ret;

	mutex_lock(&model_lock);
	ret = find(d->bus, d->name) ? -EEXIST : 0;
	if (!ret) {
		d->driver = NULL;
		list_add_tail(&d->link, &d->bus->devices);
		device_sysfs_add(d);
		list_for_each_entry(drv, &d->bus->drivers, link) {
			if (bind(d, drv))
				break;
		}
	}
	mutex_unlock(&model_lock);
	return ret;
}

void device_remove(struct device *d)
{
	mutex_lock(&model_lock);
	unbind(d);
	list_del(&d->link);
	mutex_unlock(&model_lock);
	device_sysfs_remove(d);
}

int driver_register(struct driver *drv)
{
	struct device *d;

	if (!drv->bus || !drv->probe)
		return -EINVAL;
	mutex_lock(&model_lock);
	list_add_tail(&drv->link, &drv->bus->drivers);
	driver_sysfs_add(drv);
	list_for_each_entry(d, &drv->bus->devices, link)
		bind(d, drv);
	mutex_unlock(&model_lock);
	return 0;
}

void driver_unregister(struct driver *drv)
{
	struct device *d;

	mutex_lock(&model_lock);
	list_for_each_entry(d, &drv->bus->devices, link) {
		if (d->driver == drv)
			unbind(d);
	}
	list_del(&drv->link);
	mutex_unlock(&model_lock);
	driver_sysfs_remove(drv);
}

int driver_bind_device(struct driver *drv, const char *name)
{
	struct device *d;
	bool bound;

	mutex_lock(&model_lock);
	d = find(drv->bus, name);
	bound = d && bind(d, drv);
	mutex_unlock(&model_lock);
	return bound ? 0 : -ENODEV;
}

int driver_unbind_device(struct driver *drv, const char *name)
{
	struct device *d;
	int ret = -ENODEV;

	mutex_lock(&model_lock);
	d = find(drv->bus, name);
	if (d && d->driver == drv) {
		ret = drv->remove ? 0 : -EBUSY;
		if (!ret)
			unbind(d);
	}
	mutex_unlock(&model_lock);
	return ret;
}

void devices_shutdown(void)
{
	struct bus *b;
	struct device *d;

	mutex_lock(&model_lock);
	list_for_each_entry_reverse(b, &buses, link) {
		list_for_each_entry_reverse(d, &b->devices, link) {
			if (d->driver && d->driver->shutdown)
				d->driver->shutdown(d);
		}
	}
	mutex_unlock(&model_lock);
}
