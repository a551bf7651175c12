/*
 * The root filesystem of the first process, as the command line names it: root=DEVICE rootfstype=TYPES rootflags=DATA
 * ro|rw rootdelay=SECONDS rootwait. Without rootfstype every filesystem that lives on a device is tried.
 */
#include <block/bio.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <sched/task.h>
#include <abi/mount.h>

#define ROOT_WAIT_NS (10 * NSEC_PER_SEC)

static void list_devices(void)
{
	struct block_device *part;
	struct disk *d;

	pr_err("block devices here:\n");
	for (d = disk_next(NULL); d; d = disk_next(d)) {
		pr_err("  /dev/%s: %llu MiB\n", d->name, d->sectors >> 11);
		list_for_each_entry(part, &d->parts, part_link)
			pr_err("  /dev/%s: %llu MiB\n", part->name, part->sectors >> 11);
	}
	pr_err("pass root=/dev/NAME on the kernel's command line\n");
}

static struct super_block *try_type(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	return fs->mount(fs, flags, source, data);
}

/* types: comma-separated, or "" for all that need a device. */
static struct super_block *mount_any(const char *types, unsigned long flags, const char *source, const char *data)
{
	struct super_block *sb = ERR_PTR(-ENODEV);
	const struct filesystem *fs;
	const char *end;

	if (!*types) {
		list_for_each_entry(fs, &filesystems, link) {
			if (!(fs->flags & FS_REQUIRES_DEV))
				continue;
			sb = try_type(fs, flags, source, data);
			if (!IS_ERR(sb))
				return sb;
		}
		return sb;
	}
	for (; *types; types = *end ? end + 1 : end) {
		end = strchr(types, ',');
		if (!end)
			end = types + strlen(types);
		fs = filesystem_find(types, (size_t)(end - types));
		if (!fs) {
			pr_err("rootfstype: no filesystem is called %s\n", types);
			continue;
		}
		sb = try_type(fs, flags, source, data);
		if (!IS_ERR(sb))
			return sb;
	}
	return sb;
}

static void wait_for_device(const char *name)
{
	nsec_t end = ktime_get() + ROOT_WAIT_NS;

	while (!bdev_find_name(name) && ktime_get() < end)
		sleep_ns(20 * NSEC_PER_MSEC);
}

/* 0, 1 and 2 of the first process; it can do without, but then nobody hears it. */
static void open_console(void)
{
	struct file *f = file_open("/dev/console", O_RDWR, 0);
	unsigned i;

	if (IS_ERR(f)) {
		pr_warn("cannot open /dev/console for init: error %ld\n", -PTR_ERR(f));
		return;
	}
	for (i = 0; i < 3; i++) {
		int fd = fd_alloc(0, 0);

		if (fd < 0)
			break;
		fd_install((unsigned)fd, file_get(f));
	}
	file_put(f);
}

int mount_root(void)
{
	char source[64], types[64] = "", data[128] = "";
	unsigned long flags = cmdline_has("ro") && !cmdline_has("rw") ? MS_RDONLY : 0;
	struct super_block *sb;
	struct path root;

	if (!cmdline_get("root", source, sizeof(source)))
		strscpy(source, "/dev/sda1", sizeof(source));
	cmdline_get("rootfstype", types, sizeof(types));
	cmdline_get("rootflags", data, sizeof(data));
	if (cmdline_has("rootwait"))
		wait_for_device(source);
	sb = mount_any(types, flags, source, data);
	if (IS_ERR(sb)) {
		pr_err("root=%s cannot be mounted%s%s: error %ld\n", source, *types ? " as " : "", types, -PTR_ERR(sb));
		list_devices();
		panic("no root filesystem on %s", source);
	}
	root.mnt = mount_first(sb, flags, source);
	if (!root.mnt)
		return -ENOMEM;
	root.dentry = root.mnt->root;
	current->fs = fs_struct_dup(NULL);
	current->files = files_alloc();
	if (!current->fs || !current->files)
		return -ENOMEM;
	fs_set_root(current->fs, &root);
	fs_set_pwd(current->fs, &root);
	/* Before init mounts anything it needs a console: a device filesystem goes over /dev if there is one. */
	if (kern_mount_at("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		pr_warn("no device filesystem on /dev\n");
	open_console();
	return 0;
}
