/*
 * The driver model: lists of devices and drivers for each bus, and their binding.
 *
 * Invariant (model_lock): every device is on its bus's list; dev->driver is set while, and only while, the
 * driver's probe() has succeeded and its remove() has not run. They run with the lock held, so they do
 * not add devices to the model; what they register elsewhere (disks, terminals) has its own locks, which come later
 * in the order.
 */
#include <core/device.h>
#include <core/mutex.h>
#include <core/printk.h>
#include <core/string.h>
#include <abi/errno.h>

static LIST_HEAD(buses);
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
	return 0;
}

/* True if the driver took the device. */
static bool bind(struct device *d, struct driver *drv)
{
	int ret;

	if (d->driver || !d->bus->match(d, drv))
		return false;
	d->driver = drv;
	ret = drv->probe(d);
	if (!ret)
		return true;
	d->driver = NULL;
	d->driver_data = NULL;
	if (ret != -ENODEV)
		pr_err("%s: driver %s failed: error %d\n", d->name, drv->name, -ret);
	return false;
}

static void unbind(struct device *d)
{
	if (!d->driver)
		return;
	if (d->driver->remove)
		d->driver->remove(d);
	d->driver = NULL;
	d->driver_data = NULL;
}

int device_add(struct device *d)
{
	struct device *other;
	struct driver *drv;
	int ret = 0;

	mutex_lock(&model_lock);
	list_for_each_entry(other, &d->bus->devices, link) {
		if (!strcmp(other->name, d->name))
			ret = -EEXIST;
	}
	if (!ret) {
		d->driver = NULL;
		list_add_tail(&d->link, &d->bus->devices);
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
}

int driver_register(struct driver *drv)
{
	struct device *d;

	if (!drv->bus || !drv->probe)
		return -EINVAL;
	mutex_lock(&model_lock);
	list_add_tail(&drv->link, &drv->bus->drivers);
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
