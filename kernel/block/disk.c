/*
 * Disks and their block devices: registration, partitions, nodes in /dev, openers.
 *
 * Invariant (bdev_lock): a disk on the list has its whole device and its partitions on the device list, each with an
 * inode for its page cache. The device list is in order of numbers. A device with openers or a holder is not
 * re-partitioned. Once removed, a device leaves the list and stays in memory while somebody has a reference: it is
 * opened no more, and requests of those who have it open end with -ENODEV. A disk outlives its devices.
 */
#include <block/internal.h>
#include <abi/errno.h>
#include <abi/stat.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/string.h>
#include <fs/chrdev.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>

DEFINE_MUTEX(bdev_lock, RANK_BDEV);
static LIST_HEAD(devices);

/* ---- looking up ---- */

static struct block_device *get(struct block_device *b)
{
	atomic_inc(&b->refs);
	return b;
}

void bdev_put(struct block_device *b)
{
	if (!b || !atomic_dec_and_test(&b->refs))
		return;
	bdev_inode_drop(b);
	kfree(b);
}

/* The first device from this number on. bdev_lock held. */
static struct block_device *from(u64 dev)
{
	struct block_device *b;

	list_for_each_entry(b, &devices, link) {
		if (b->dev >= dev)
			return b;
	}
	return NULL;
}

struct block_device *bdev_find(dev_t dev)
{
	struct block_device *b;

	mutex_lock(&bdev_lock);
	b = from(dev);
	b = b && b->dev == dev ? get(b) : NULL;
	mutex_unlock(&bdev_lock);
	return b;
}

struct block_device *bdev_find_name(const char *name)
{
	struct block_device *b, *found = NULL;

	if (!strncmp(name, "/dev/", 5))
		name += 5;
	mutex_lock(&bdev_lock);
	list_for_each_entry(b, &devices, link) {
		if (!strcmp(b->name, name)) {
			found = get(b);
			break;
		}
	}
	mutex_unlock(&bdev_lock);
	return found;
}

struct block_device *bdev_next(struct block_device *after)
{
	struct block_device *b;

	mutex_lock(&bdev_lock);
	b = from(after ? (u64)after->dev + 1 : 0);
	if (b)
		get(b);
	mutex_unlock(&bdev_lock);
	bdev_put(after);
	return b;
}

/* ---- devices of a disk ---- */

static void device_name(const struct disk *d, int partno, char *out, size_t size)
{
	char last = d->name[strlen(d->name) - 1];

	if (!partno)
		strscpy(out, d->name, size);
	else
		snprintf(out, size, last >= '0' && last <= '9' ? "%sp%d" : "%s%d", d->name, partno);
}

static struct block_device *device_create(struct disk *d, int partno, sector_t start, sector_t sectors)
{
	struct block_device *next, *b = kzalloc(sizeof(*b), GFP_KERNEL);
	int ret;

	if (!b)
		return ERR_PTR(-ENOMEM);
	b->disk = d;
	b->partno = partno;
	b->start = start;
	b->sectors = sectors;
	b->dev = MKDEV(MAJOR(d->dev), MINOR(d->dev) + (unsigned)partno);
	device_name(d, partno, b->name, sizeof(b->name));
	ret = bdev_inode_create(b);
	if (ret) {
		kfree(b);
		return ERR_PTR(ret);
	}
	atomic_set(&b->refs, 1);
	mutex_lock(&bdev_lock);
	next = from(b->dev);
	list_add_tail(&b->link, next ? &next->link : &devices);
	if (partno)
		list_add_tail(&b->part_link, &d->parts);
	mutex_unlock(&bdev_lock);
	return b;
}

/* From the list of devices to that of the dead. bdev_lock held. */
static void device_unlink(struct block_device *b, struct list_head *dead)
{
	b->gone = true;
	list_del_init(&b->link);
	if (b->partno)
		list_del_init(&b->part_link);
	list_add_tail(&b->link, dead);
}

/* bdev_lock not held. */
static void devices_drop(struct list_head *dead)
{
	struct block_device *b, *n;

	list_for_each_entry_safe(b, n, dead, link) {
		devfs_remove(b->name);
		bdev_sysfs_remove(b);
		list_del_init(&b->link);
		bdev_put(b);
	}
}

/* What programs see of it. In /sys first: who finds the node may look there. */
static void make_node(struct block_device *b)
{
	int ret;

	bdev_sysfs_add(b);
	ret = devfs_create(b->name, S_IFBLK | 0660, b->dev);
	if (ret)
		pr_err("%s: no node: %d\n", b->name, ret);
}

/* Partitions as the table says. bdev_lock is not held: reading sleeps on the disk. */
static int add_partitions(struct disk *d)
{
	struct partition *parts;
	struct block_device *b;
	int ret;

	if (d->minors < 2)
		return 0;
	parts = kcalloc(MAX_PARTITIONS, sizeof(*parts), GFP_KERNEL);
	if (!parts)
		return -ENOMEM;
	ret = partitions_read(d->whole, parts, MAX_PARTITIONS);
	if (ret)
		pr_err("%s: cannot read the partition table: %d\n", d->name, ret);
	for (int i = 0; !ret && i < MAX_PARTITIONS; i++) {
		if (!parts[i].sectors)
			continue;
		if ((unsigned)i + 1 >= d->minors) {
			pr_warn("%s: partition %d and later have no device number\n", d->name, i + 1);
			break;
		}
		b = device_create(d, i + 1, parts[i].start, parts[i].sectors);
		if (IS_ERR(b)) {
			ret = (int)PTR_ERR(b);
			break;
		}
		make_node(b);
		pr_info(" %s: sectors %llu to %llu\n", b->name, b->start, b->start + b->sectors - 1);
	}
	kfree(parts);
	return ret;
}

int disk_add(struct disk *d)
{
	struct block_device *b;

	list_init(&d->parts);
	if (!d->max_sectors || !d->max_segments)
		return -EINVAL;
	d->queue = queue_create(d);
	if (!d->queue)
		return -ENOMEM;
	b = device_create(d, 0, 0, d->sectors);
	if (IS_ERR(b)) {
		queue_destroy(d->queue);
		d->queue = NULL;
		return (int)PTR_ERR(b);
	}
	mutex_lock(&bdev_lock);
	d->whole = b;
	mutex_unlock(&bdev_lock);
	make_node(b);
	/* A bad or unreadable table leaves a disk without partitions, said above. */
	if (d->sectors)
		(void)add_partitions(d);
	return 0;
}

static bool parts_open(const struct disk *d)
{
	const struct block_device *b;

	list_for_each_entry(b, &d->parts, part_link) {
		if (atomic_read(&b->openers) || b->holder)
			return true;
	}
	return false;
}

/* bdev_lock held. */
static void unlink_partitions(struct disk *d, struct list_head *dead)
{
	while (!list_empty(&d->parts))
		device_unlink(list_first_entry(&d->parts, struct block_device, part_link), dead);
}

int disk_rescan(struct disk *d)
{
	LIST_HEAD(dead);

	mutex_lock(&bdev_lock);
	if (parts_open(d)) {
		mutex_unlock(&bdev_lock);
		return -EBUSY;
	}
	unlink_partitions(d, &dead);
	mutex_unlock(&bdev_lock);
	devices_drop(&dead);
	return add_partitions(d);
}

void disk_resize(struct disk *d, sector_t sectors)
{
	mutex_lock(&bdev_lock);
	d->sectors = d->whole->sectors = sectors;
	d->whole->inode->size = (loff_t)(sectors << 9);
	mutex_unlock(&bdev_lock);
}

void disk_remove(struct disk *d)
{
	LIST_HEAD(dead);

	mutex_lock(&bdev_lock);
	d->removed = true;
	mutex_unlock(&bdev_lock);
	queue_kill(d->queue);
	mutex_lock(&bdev_lock);
	unlink_partitions(d, &dead);
	device_unlink(d->whole, &dead);
	mutex_unlock(&bdev_lock);
	devices_drop(&dead);
	/* The queue stays: devices that are still open point to it, and it answers -ENODEV. */
}

/* ---- openers ---- */

int bdev_open(struct block_device *b, bool write, void *holder)
{
	struct disk *d = b->disk;
	int ret = 0;

	mutex_lock(&bdev_lock);
	if (b->gone || d->removed)
		ret = -ENXIO;
	else if (write && d->readonly)
		ret = -EROFS;
	else if (holder && b->holder && b->holder != holder)
		ret = -EBUSY;
	else if (!d->openers && d->ops->open)
		ret = d->ops->open(d);
	if (!ret) {
		d->openers++;
		atomic_inc(&b->openers);
		get(b);
		if (holder)
			b->holder = holder;
	}
	mutex_unlock(&bdev_lock);
	return ret;
}

void bdev_close(struct block_device *b, bool write, void *holder)
{
	struct disk *d = b->disk;

	(void)write;
	if (atomic_read(&b->openers) == 1 && !d->removed) {
		/* A device that nobody has open keeps no dirty pages. The error was reported to fsync(), or nobody asked. */
		(void)bdev_sync(b);
	}
	mutex_lock(&bdev_lock);
	if (holder && b->holder == holder)
		b->holder = NULL;
	atomic_dec(&b->openers);
	if (!--d->openers && d->ops->close)
		d->ops->close(d);
	mutex_unlock(&bdev_lock);
	bdev_put(b);
}
