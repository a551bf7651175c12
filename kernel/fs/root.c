/*
 * The root filesystem at start-up, and init's first descriptors.
 *
 * root= names a device ("/dev/sda1", "sda1", "8:1" or hexadecimal "801") or a filesystem without one ("tmpfs").
 * rootfstype= may list several types by commas; without it every type that uses a device is tried. Called once, by
 * kernel thread 1, when the drivers have been started.
 */
#include <block/bio.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <sched/task.h>
#include <abi/mount.h>

static void list_devices(void)
{
	unsigned n = 0;

	for (struct block_device *b = bdev_next(NULL); b; b = bdev_next(b), n++)
		pr_err("  %-10s %8llu KiB%s\n", b->name, b->sectors / 2, b->partno ? "" : "  (disk)");
	if (!n)
		pr_err("  no disk at all: is a controller missing, or its driver?\n");
}

static bool device_named(const char *name)
{
	struct block_device *b = bdev_find_name(name);

	bdev_put(b);
	return b != NULL;
}

/* With a reference. */
static struct block_device *device_by_number(const char *s)
{
	unsigned long major, minor;
	char text[16];
	char *colon;

	strscpy(text, s, sizeof(text));
	colon = strchr(text, ':');
	if (colon) {
		*colon = 0;
		if (kstrtoul(text, 10, &major) || kstrtoul(colon + 1, 10, &minor))
			return NULL;
		return bdev_find(MKDEV((u32)major, (u32)minor));
	}
	if (kstrtoul(text, 16, &major))
		return NULL;
	return bdev_find(MKDEV((u32)(major >> 8), (u32)(major & 0xff)));
}

static struct super_block *try_type(const char *type, size_t len, const char *source, unsigned long flags, const char *data)
{
	const struct filesystem *fs = filesystem_find(type, len);

	if (!fs)
		return ERR_PTR(-ENODEV);
	return fs->mount(fs, flags, source, data);
}

/* The superblock of the root, by the types asked for. *type_tried says which one failed last. */
static struct super_block *open_root(const char *source, const char *types, unsigned long flags, const char *data)
{
	struct super_block *sb = ERR_PTR(-ENODEV);

	if (*types) {
		while (*types) {
			const char *end = strchr(types, ',');
			size_t len = end ? (size_t)(end - types) : strlen(types);

			sb = try_type(types, len, source, flags, data);
			if (!IS_ERR(sb))
				return sb;
			pr_err("root: %s as %.*s: %pe\n", source, (int)len, types, sb);
			types += len + (end != NULL);
		}
		return sb;
	}
	if (filesystem_find(source, strlen(source)))
		return try_type(source, strlen(source), source, flags, data);
	for (struct list_head *p = filesystems.next; p != &filesystems; p = p->next) {
		const struct filesystem *fs = list_entry(p, struct filesystem, link);

		if (!(fs->flags & FS_REQUIRES_DEV))
			continue;
		sb = fs->mount(fs, flags | MS_SILENT, source, data);
		if (!IS_ERR(sb))
			return sb;
		pr_notice("root: %s as %s: %pe\n", source, fs->name, sb);
	}
	return sb;
}

/* /dev/console by its name, or straight from devfs where the root has no /dev. */
static int console_path(struct path *out)
{
	struct qstr name = { name_hash("console", 7), 7, "console" };
	struct path dev;
	int error;

	if (kern_path("/dev/console", LOOKUP_FOLLOW, out) == 0)
		return 0;
	error = devfs_path(&dev);
	if (error)
		return error;
	out->mnt = mntget(dev.mnt);
	out->dentry = d_lookup(dev.dentry, &name);
	path_put(&dev);
	if (out->dentry && out->dentry->inode)
		return 0;
	dput(out->dentry);
	mntput(out->mnt);
	return -ENODEV;
}

/* Descriptors 0, 1 and 2 on the console. Without one init runs silently. */
static void open_console(void)
{
	struct path path;
	struct file *f;
	int error = console_path(&path);

	if (error) {
		pr_warn("no /dev/console: %pe\n", ERR_PTR(error));
		return;
	}
	f = dentry_open(&path, O_RDWR | O_LARGEFILE);
	path_put(&path);
	if (IS_ERR(f)) {
		pr_warn("cannot open /dev/console: %pe\n", f);
		return;
	}
	for (int i = 0; i < 3; i++) {
		int fd = fd_alloc(0, 0);

		if (fd >= 0)
			fd_install(fd, file_get(f));
	}
	file_put(f);
}

int mount_root(void)
{
	char source[64], types[64] = "", data[96] = "";
	unsigned long flags = cmdline_has("rw") && !cmdline_has("ro") ? 0 : cmdline_has("ro") ? MS_RDONLY : 0;
	struct block_device *numbered = NULL;
	struct super_block *sb;
	struct mount *m;
	struct path root;
	const char *name = source;

	if (!cmdline_get("root", source, sizeof(source)) || !*source) {
		pr_err("no root= on the kernel command line. Block devices found:\n");
		list_devices();
		pr_err("pass root=/dev/NAME and, if needed, rootfstype=TYPE\n");
		panic("no root filesystem is named: pass root=");
	}
	cmdline_get("rootfstype", types, sizeof(types));
	cmdline_get("rootflags", data, sizeof(data));
	if (strncmp(source, "/dev/", 5) != 0 && !device_named(source)) {
		numbered = device_by_number(source);
		if (numbered)
			name = numbered->name;
	}
	if (cmdline_has("rootwait"))
		while (!device_named(name))
			sleep_ns(100 * NSEC_PER_MSEC);
	sb = open_root(name, types, flags, data);
	bdev_put(numbered);
	if (IS_ERR(sb)) {
		pr_err("cannot mount the root filesystem: root=%s: %pe. Block devices found:\n", source, sb);
		list_devices();
		pr_err("pass root=/dev/NAME of the one that holds the system, and rootfstype=TYPE if it has another type\n");
		panic("cannot mount root=%s", source);
	}
	m = mount_first(sb, flags, strncmp(source, "/dev/", 5) == 0 ? source : sb->id);
	if (!m)
		return -ENOMEM;
	if (!current->fs) {
		current->fs = fs_struct_dup(NULL);
		if (!current->fs)
			return -ENOMEM;
	}
	root.mnt = m;
	root.dentry = m->root;
	fs_set_root(current->fs, &root);
	fs_set_pwd(current->fs, &root);
	pr_info("root: %s (%s) mounted %s\n", source, sb->type->name, flags & MS_RDONLY ? "read-only" : "read-write");
	if (kern_mount_at("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, NULL))
		pr_warn("the root has no directory /dev: programs will miss their devices\n");
	if (!current->files) {
		current->files = files_alloc();
		if (!current->files)
			return -ENOMEM;
	}
	open_console();
	return 0;
}
