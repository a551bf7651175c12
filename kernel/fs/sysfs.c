/*
 * sysfs, small: what programs ask about disks and terminals. /sys/block/NAME, /sys/dev/block/MAJOR:MINOR and
 * /sys/class/block/NAME (links), made once the drivers have started, from the disks there are then.
 * The tree is procfs's kind of entries under a root of its own.
 */
#include "procfs/proc.h"
#include <block/bio.h>
#include <core/init.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>

static struct proc_entry sysfs_root = { .mode = S_IFDIR | 0555, .ino = 1, .nlink = 2 };

static int show_dev(struct seq_file *m, void *v)
{
	const struct block_device *b = m->private;

	(void)v;
	seq_printf(m, "%u:%u\n", MAJOR(b->dev), MINOR(b->dev));
	return 0;
}

static int show_size(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%llu\n", ((const struct block_device *)m->private)->sectors);
	return 0;
}

static int show_start(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%llu\n", ((const struct block_device *)m->private)->start);
	return 0;
}

static int show_partition(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%d\n", ((const struct block_device *)m->private)->partno);
	return 0;
}

static int show_ro(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%d\n", ((const struct block_device *)m->private)->disk->readonly);
	return 0;
}

static int show_removable(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%d\n", ((const struct block_device *)m->private)->disk->removable);
	return 0;
}

static int show_stat(struct seq_file *m, void *v)
{
	const struct disk *d = ((const struct block_device *)m->private)->disk;

	(void)v;
	for (unsigned i = 0; i < 11; i++)
		seq_printf(m, "%8llu%c", d->stats[i], i == 10 ? '\n' : ' ');
	return 0;
}

static int add_file(const char *dir, const char *name, int (*show)(struct seq_file *m, void *v), const void *data)
{
	char path[96];

	scnprintf(path, sizeof(path), "%s/%s", dir, name);
	return proc_create_in(&sysfs_root, path, 0444, show, (void *)data);
}

static int add_links(const struct block_device *b, const char *place)
{
	char path[64], target[96];
	int error;

	scnprintf(path, sizeof(path), "dev/block/%u:%u", MAJOR(b->dev), MINOR(b->dev));
	scnprintf(target, sizeof(target), "../../%s", place);
	error = proc_symlink_in(&sysfs_root, path, target);
	if (error)
		return error;
	scnprintf(path, sizeof(path), "class/block/%s", b->name);
	return proc_symlink_in(&sysfs_root, path, target);
}

static int add_device(const struct block_device *b, const char *place)
{
	int error = add_file(place, "dev", show_dev, b);

	error = error ? error : add_file(place, "size", show_size, b);
	error = error ? error : add_file(place, "ro", show_ro, b);
	if (b->partno) {
		error = error ? error : add_file(place, "start", show_start, b);
		error = error ? error : add_file(place, "partition", show_partition, b);
	} else {
		error = error ? error : add_file(place, "removable", show_removable, b);
		error = error ? error : add_file(place, "stat", show_stat, b);
	}
	return error ? error : add_links(b, place);
}

static int show_text(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%s\n", (const char *)m->private);
	return 0;
}

/* One processor, as programs count them. */
static int add_processor(void)
{
	static const char *const files[][2] = {
		{ "online", "0" }, { "possible", "0" }, { "present", "0" }, { "offline", "" }, { "kernel_max", "0" },
		{ "cpu0/topology/core_id", "0" }, { "cpu0/topology/physical_package_id", "0" },
		{ "cpu0/topology/thread_siblings", "1" }, { "cpu0/topology/thread_siblings_list", "0" },
		{ "cpu0/topology/core_siblings", "1" }, { "cpu0/topology/core_siblings_list", "0" },
	};
	int error = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(files) && !error; i++)
		error = add_file("devices/system/cpu", files[i][0], show_text, files[i][1]);
	return error;
}

static int populate(void)
{
	static const char *const dirs[] = { "block", "bus", "class/block", "dev/block", "dev/char", "devices", "fs", "kernel" };
	struct block_device *b;
	char place[64];
	int error = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(dirs) && !error; i++)
		error = proc_mkdir_in(&sysfs_root, dirs[i]);
	error = error ? error : add_processor();
	for (struct disk *d = disk_next(NULL); d && !error; d = disk_next(d)) {
		if (!d->whole)
			continue;
		scnprintf(place, sizeof(place), "block/%s", d->name);
		error = add_device(d->whole, place);
		list_for_each_entry(b, &d->parts, part_link) {
			scnprintf(place, sizeof(place), "block/%s/%s", d->name, b->name);
			error = error ? error : add_device(b, place);
		}
	}
	return error;
}

static int fill(struct super_block *sb, const char *data)
{
	(void)data;
	sb->magic = SYSFS_MAGIC;
	sb->op = &proc_super_ops;
	sb->root = d_make_root(proc_entry_inode(sb, &sysfs_root));
	return sb->root ? 0 : -ENOMEM;
}

static struct super_block *mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	return mount_single(fs, flags, data, fill);
}

static struct filesystem sysfs = { .name = "sysfs", .mount = mount, .kill_sb = kill_anon_super };

static int __init sysfs_init(void)
{
	int error = populate();

	return error ? error : filesystem_register(&sysfs);
}
late_initcall(sysfs_init);
