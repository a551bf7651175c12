/*
 * Buses, devices and drivers in /sys: bus/NAME/devices and bus/NAME/drivers lead to devices/…, which lead back. Names
 * may be bound and unbound by hand, in a driver's `bind` and `unbind`.
 */
#include "model.h"
#include <abi/errno.h>
#include <core/printk.h>
#include <core/string.h>
#include <fs/seq_file.h>
#include <fs/sysfs.h>

void device_path(const struct device *d, char *path, size_t size)
{
	const struct device *up[8];
	unsigned n = 0;
	size_t at = (size_t)scnprintf(path, size, "devices/%s", d->bus->root);

	/* Bridges below bridges: more than fit here are shown at the depth that does. */
	for (; d && n < ARRAY_SIZE(up); d = d->parent)
		up[n++] = d;
	while (n--)
		at += (size_t)scnprintf(path + at, size - at, "/%s", up[n]->name);
}

static void say(const char *name, int error)
{
	if (error)
		pr_err("%s: not all of it is in /sys: %d\n", name, error);
}

void bus_sysfs_add(const struct bus *b)
{
	char path[SYSFS_PATH];
	int error;

	scnprintf(path, sizeof(path), "bus/%s/devices", b->name);
	error = sysfs_mkdir(path);
	scnprintf(path, sizeof(path), "bus/%s/drivers", b->name);
	say(b->name, error ? error : sysfs_mkdir(path));
}

/* ---- devices ---- */

static int show_uevent(struct seq_file *m, void *object)
{
	const struct device *d = object;
	char driver[32] = "";

	/* The driver may be leaving: its name is copied while it cannot. */
	spin_lock(&binding_lock);
	if (d->driver)
		strscpy(driver, d->driver->name, sizeof(driver));
	spin_unlock(&binding_lock);
	if (*driver)
		seq_printf(m, "DRIVER=%s\n", driver);
	if (d->bus->uevent)
		d->bus->uevent(m, d);
	return 0;
}

static const struct sysfs_attr device_attrs[] = { { .name = "uevent", .show = show_uevent } };

static void bus_link(const struct device *d, char path[SYSFS_PATH])
{
	scnprintf(path, SYSFS_PATH, "bus/%s/devices/%s", d->bus->name, d->name);
}

void device_sysfs_add(struct device *d)
{
	char place[SYSFS_PATH], path[SYSFS_PATH], bus[SYSFS_PATH];
	int error;

	device_path(d, place, sizeof(place));
	error = sysfs_add(place, device_attrs, ARRAY_SIZE(device_attrs), d);
	error = error ? error : sysfs_add(place, d->bus->attrs, d->bus->nattrs, d);
	if (!error) {
		scnprintf(path, sizeof(path), "%s/subsystem", place);
		scnprintf(bus, sizeof(bus), "bus/%s", d->bus->name);
		error = sysfs_link(path, bus);
	}
	if (!error) {
		bus_link(d, path);
		error = sysfs_link(path, place);
	}
	say(d->name, error);
}

void device_sysfs_remove(const struct device *d)
{
	char path[SYSFS_PATH];

	bus_link(d, path);
	sysfs_remove(path);
	device_path(d, path, sizeof(path));
	sysfs_remove(path);
}

/* ---- drivers ---- */

static void driver_path(const struct driver *drv, const char *file, char path[SYSFS_PATH])
{
	scnprintf(path, SYSFS_PATH, "bus/%s/drivers/%s%s%s", drv->bus->name, drv->name, file ? "/" : "", file ? file : "");
}

void device_sysfs_bound(const struct device *d, const struct driver *drv)
{
	char place[SYSFS_PATH], path[SYSFS_PATH], to[SYSFS_PATH];
	int error;

	device_path(d, place, sizeof(place));
	driver_path(drv, d->name, path);
	error = sysfs_link(path, place);
	scnprintf(path, sizeof(path), "%s/driver", place);
	driver_path(drv, NULL, to);
	say(d->name, error ? error : sysfs_link(path, to));
}

void device_sysfs_unbound(const struct device *d, const struct driver *drv)
{
	char path[SYSFS_PATH];
	size_t at;

	driver_path(drv, d->name, path);
	sysfs_remove(path);
	device_path(d, path, sizeof(path));
	at = strlen(path);
	scnprintf(path + at, sizeof(path) - at, "/driver");
	sysfs_remove(path);
}

static int store_bind(void *object, const char *text)
{
	return driver_bind_device(object, text);
}

static int store_unbind(void *object, const char *text)
{
	return driver_unbind_device(object, text);
}

static const struct sysfs_attr driver_attrs[] = {
	{ .name = "bind", .mode = 0200, .store = store_bind },
	{ .name = "unbind", .mode = 0200, .store = store_unbind },
};

void driver_sysfs_add(struct driver *drv)
{
	char path[SYSFS_PATH];

	driver_path(drv, NULL, path);
	say(drv->name, sysfs_add(path, driver_attrs, ARRAY_SIZE(driver_attrs), drv));
}

void driver_sysfs_remove(const struct driver *drv)
{
	char path[SYSFS_PATH];

	driver_path(drv, NULL, path);
	sysfs_remove(path);
}
