/* Disks and their parts in /sys: where they hang, what they are, what they have done. */
#include <block/internal.h>
#include <abi/errno.h>
#include <core/printk.h>
#include <fs/seq_file.h>
#include <fs/sysfs.h>

/* ---- files; the object is a block device ---- */

static int show_u64(struct seq_file *m, u64 v)
{
	seq_printf(m, "%llu\n", v);
	return 0;
}

static u64 sectors_of(const sector_t *field)
{
	sector_t v;

	mutex_lock(&bdev_lock);
	v = *field;
	mutex_unlock(&bdev_lock);
	return v;
}

static int show_size(struct seq_file *m, void *object)
{
	const struct block_device *b = object;

	return show_u64(m, sectors_of(&b->sectors));
}

static int show_start(struct seq_file *m, void *object)
{
	const struct block_device *b = object;

	return show_u64(m, sectors_of(&b->start));
}

static int show_partition(struct seq_file *m, void *object)
{
	return show_u64(m, (u64)((const struct block_device *)object)->partno);
}

static int show_ro(struct seq_file *m, void *object)
{
	return show_u64(m, ((const struct block_device *)object)->disk->readonly);
}

static int show_removable(struct seq_file *m, void *object)
{
	return show_u64(m, ((const struct block_device *)object)->disk->removable);
}

static int show_range(struct seq_file *m, void *object)
{
	return show_u64(m, ((const struct block_device *)object)->disk->minors);
}

static int show_zero(struct seq_file *m, void *object)
{
	(void)object;
	return show_u64(m, 0);
}

static void show_counts(struct seq_file *m, const u64 *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		seq_printf(m, "%8llu%c", v[i], i + 1 == n ? '\n' : ' ');
}

/* The last six are about discards and flushes, which are not counted apart. */
static int show_stat(struct seq_file *m, void *object)
{
	u64 v[17] = { 0 };

	disk_stats(((const struct block_device *)object)->disk, v);
	show_counts(m, v, ARRAY_SIZE(v));
	return 0;
}

static int show_part_stat(struct seq_file *m, void *object)
{
	const struct block_device *b = object;
	const u64 v[17] = { b->done[0], 0, b->done[1], 0, b->done[2], 0, b->done[3] };

	show_counts(m, v, ARRAY_SIZE(v));
	return 0;
}

static int show_rotational(struct seq_file *m, void *object)
{
	return show_u64(m, ((const struct block_device *)object)->disk->rotational);
}

static int show_sector(struct seq_file *m, void *object)
{
	(void)object;
	return show_u64(m, 512);
}

static int show_max_kb(struct seq_file *m, void *object)
{
	return show_u64(m, ((const struct block_device *)object)->disk->max_sectors / 2);
}

static int show_max_segments(struct seq_file *m, void *object)
{
	return show_u64(m, ((const struct block_device *)object)->disk->max_segments);
}

static int show_cache(struct seq_file *m, void *object)
{
	seq_puts(m, ((const struct block_device *)object)->disk->write_cache ? "write back\n" : "write through\n");
	return 0;
}

static int show_fua(struct seq_file *m, void *object)
{
	return show_u64(m, ((const struct block_device *)object)->disk->fua);
}

static const struct sysfs_attr disk_attrs[] = {
	{ .name = "size", .show = show_size },
	{ .name = "ro", .show = show_ro },
	{ .name = "removable", .show = show_removable },
	{ .name = "range", .show = show_range },
	{ .name = "stat", .show = show_stat },
	{ .name = "alignment_offset", .show = show_zero },
	{ .name = "discard_alignment", .show = show_zero },
	{ .name = "queue/rotational", .show = show_rotational },
	{ .name = "queue/logical_block_size", .show = show_sector },
	{ .name = "queue/physical_block_size", .show = show_sector },
	{ .name = "queue/hw_sector_size", .show = show_sector },
	{ .name = "queue/minimum_io_size", .show = show_sector },
	{ .name = "queue/optimal_io_size", .show = show_zero },
	{ .name = "queue/discard_granularity", .show = show_zero },
	{ .name = "queue/discard_max_bytes", .show = show_zero },
	{ .name = "queue/max_sectors_kb", .show = show_max_kb },
	{ .name = "queue/max_hw_sectors_kb", .show = show_max_kb },
	{ .name = "queue/max_segments", .show = show_max_segments },
	{ .name = "queue/write_cache", .show = show_cache },
	{ .name = "queue/fua", .show = show_fua },
};
static const struct sysfs_attr part_attrs[] = {
	{ .name = "size", .show = show_size },
	{ .name = "ro", .show = show_ro },
	{ .name = "start", .show = show_start },
	{ .name = "partition", .show = show_partition },
	{ .name = "stat", .show = show_part_stat },
	{ .name = "alignment_offset", .show = show_zero },
	{ .name = "discard_alignment", .show = show_zero },
};

/* ---- coming and going ---- */

static struct sysfs_device whole_device(const struct disk *d)
{
	return (struct sysfs_device){
		.class = "block", .name = d->name, .parent = d->parent, .type = "disk", .dev = d->dev, .block = true,
	};
}

static struct sysfs_device part_device(const struct block_device *b, char place[SYSFS_PATH])
{
	struct sysfs_device whole = whole_device(b->disk);

	sysfs_device_path(&whole, place);
	return (struct sysfs_device){
		.class = "block", .name = b->name, .parent = place, .type = "partition", .dev = b->dev, .block = true, .part = true,
	};
}

static int add_empty(const char *place, const char *name)
{
	char path[SYSFS_PATH];

	scnprintf(path, sizeof(path), "%s/%s", place, name);
	return sysfs_mkdir(path);
}

static int add_whole(struct block_device *b)
{
	struct sysfs_device dev = whole_device(b->disk);
	char place[SYSFS_PATH], path[SYSFS_PATH];
	int error = sysfs_device_add(&dev);

	if (error)
		return error;
	sysfs_device_path(&dev, place);
	error = sysfs_add(place, disk_attrs, ARRAY_SIZE(disk_attrs), b);
	error = error ? error : add_empty(place, "holders");
	error = error ? error : add_empty(place, "slaves");
	scnprintf(path, sizeof(path), "block/%s", b->name);
	return error ? error : sysfs_link(path, place);
}

static int add_part(struct block_device *b)
{
	char place[SYSFS_PATH], path[SYSFS_PATH];
	struct sysfs_device dev = part_device(b, place);
	int error = sysfs_device_add(&dev);

	if (error)
		return error;
	sysfs_device_path(&dev, path);
	error = sysfs_add(path, part_attrs, ARRAY_SIZE(part_attrs), b);
	return error ? error : add_empty(path, "holders");
}

void bdev_sysfs_add(struct block_device *b)
{
	int error = b->partno ? add_part(b) : add_whole(b);

	if (error)
		pr_err("%s: not all of it is in /sys: %d\n", b->name, error);
}

void bdev_sysfs_remove(struct block_device *b)
{
	char place[SYSFS_PATH];
	struct sysfs_device dev;

	if (b->partno) {
		dev = part_device(b, place);
	} else {
		scnprintf(place, sizeof(place), "block/%s", b->name);
		sysfs_remove(place);
		dev = whole_device(b->disk);
	}
	sysfs_device_remove(&dev);
}
