/*
 * sysfs: the filesystem, one superblock for all mounts, and what stands in it from the start. Devices add
 * themselves, also before anybody mounts it.
 */
#include "sysfs.h"
#include <core/init.h>

static void evict(struct inode *i)
{
	sysfs_put(sysfs_of(i));
}

/* Names of what was removed are gone at once, those of a new thing of that name lead to it; that there is none holds for once. */
static int revalidate(struct dentry *d)
{
	return d->inode && !READ_ONCE(sysfs_of(d->inode)->dead);
}

static bool keep(const struct dentry *d)
{
	return d->inode && !READ_ONCE(sysfs_of(d->inode)->dead);
}

static const struct super_ops super_ops = { .evict_inode = evict, .statfs = simple_statfs };
static const struct dentry_ops dentry_ops = { .revalidate = revalidate, .keep = keep };

static int fill(struct super_block *sb, const char *data)
{
	(void)data;
	sb->magic = SYSFS_MAGIC;
	sb->op = &super_ops;
	sb->d_op = &dentry_ops;
	sb->root = d_make_root(sysfs_inode(sb, sysfs_root));
	return sb->root ? 0 : -ENOMEM;
}

static struct super_block *mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	return mount_single(fs, flags, data, fill);
}

static struct filesystem sysfs = { .name = "sysfs", .mount = mount, .kill_sb = kill_anon_super };

/* One processor, as programs count them. */
static int add_processor(void)
{
	static const char *const files[][2] = {
		{ "online", "0\n" }, { "possible", "0\n" }, { "present", "0\n" }, { "offline", "\n" }, { "kernel_max", "0\n" },
		{ "cpu0/topology/core_id", "0\n" }, { "cpu0/topology/physical_package_id", "0\n" },
		{ "cpu0/topology/thread_siblings", "1\n" }, { "cpu0/topology/thread_siblings_list", "0\n" },
		{ "cpu0/topology/core_siblings", "1\n" }, { "cpu0/topology/core_siblings_list", "0\n" },
	};
	char path[SYSFS_PATH];
	int error = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(files) && !error; i++) {
		scnprintf(path, sizeof(path), "devices/system/cpu/%s", files[i][0]);
		error = sysfs_text(path, files[i][1]);
	}
	return error;
}

static int __init sysfs_init(void)
{
	static const char *const dirs[] = { "block", "bus", "class", "dev/block", "dev/char", "devices", "fs", "kernel", "module" };
	int error = add_processor();

	for (unsigned i = 0; i < ARRAY_SIZE(dirs) && !error; i++)
		error = sysfs_mkdir(dirs[i]);
	return error ? error : filesystem_register(&sysfs);
}
fs_initcall(sysfs_init);
