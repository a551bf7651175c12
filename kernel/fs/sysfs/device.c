/* Devices with numbers, as programs look for them: by class, by number, by place. */
#include <core/string.h>
#include <fs/sysfs.h>
#include <abi/errno.h>

void sysfs_device_path(const struct sysfs_device *d, char path[SYSFS_PATH])
{
	if (d->part)
		scnprintf(path, SYSFS_PATH, "%s/%s", d->parent, d->name);
	else
		scnprintf(path, SYSFS_PATH, "%s/%s/%s", d->parent ? d->parent : "devices/virtual", d->class, d->name);
}

static void class_path(const struct sysfs_device *d, char path[SYSFS_PATH])
{
	scnprintf(path, SYSFS_PATH, "class/%s/%s", d->class, d->name);
}

static void number_path(const struct sysfs_device *d, char path[SYSFS_PATH])
{
	scnprintf(path, SYSFS_PATH, "dev/%s/%u:%u", d->block ? "block" : "char", MAJOR(d->dev), MINOR(d->dev));
}

static int add_files(const struct sysfs_device *d, const char *place)
{
	char path[SYSFS_PATH], text[96];
	int error;

	scnprintf(path, sizeof(path), "%s/dev", place);
	scnprintf(text, sizeof(text), "%u:%u\n", MAJOR(d->dev), MINOR(d->dev));
	error = sysfs_text(path, text);
	if (error)
		return error;
	scnprintf(path, sizeof(path), "%s/uevent", place);
	scnprintf(text, sizeof(text), "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n%s%s%s", MAJOR(d->dev), MINOR(d->dev), d->name,
		  d->type ? "DEVTYPE=" : "", d->type ? d->type : "", d->type ? "\n" : "");
	error = sysfs_text(path, text);
	if (error)
		return error;
	scnprintf(path, sizeof(path), "%s/subsystem", place);
	scnprintf(text, sizeof(text), "class/%s", d->class);
	error = sysfs_link(path, text);
	if (error || !d->parent || d->part)
		return error;
	scnprintf(path, sizeof(path), "%s/device", place);
	return sysfs_link(path, d->parent);
}

int sysfs_device_add(const struct sysfs_device *d)
{
	char place[SYSFS_PATH], path[SYSFS_PATH];
	int error;

	sysfs_device_path(d, place);
	error = add_files(d, place);
	if (error == -EEXIST)
		return error;
	if (!error) {
		class_path(d, path);
		error = sysfs_link(path, place);
	}
	if (!error) {
		number_path(d, path);
		error = sysfs_link(path, place);
	}
	if (error)
		sysfs_device_remove(d);
	return error;
}

void sysfs_device_remove(const struct sysfs_device *d)
{
	char path[SYSFS_PATH];

	number_path(d, path);
	sysfs_remove(path);
	class_path(d, path);
	sysfs_remove(path);
	sysfs_device_path(d, path);
	sysfs_remove(path);
}
