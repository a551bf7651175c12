/*
 * devfs: one tmpfs-like tree that every mount of "devtmpfs" shows, filled by drivers through devfs_create(). User
 * space may add to it, rename and chmod as in any directory; a node that a driver takes away goes if it still stands
 * for the same device.
 */
#include "../tmpfs/tmpfs.h"
#include <core/init.h>
#include <fs/chrdev.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/task.h>

static struct mount *devfs_mnt;

static int devfs_fill(struct super_block *sb, const char *data)
{
	int error = tmpfs_fill(sb, data && *data ? data : "mode=0755");

	if (!error)
		sb->dev = MKDEV(0, 5);
	return error;
}

static struct super_block *devfs_mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	struct super_block *sb;

	(void)source;
	if (devfs_mnt) {
		sb = devfs_mnt->sb;
		atomic_inc(&sb->active);
		return sb;
	}
	sb = mount_nodev(fs, flags, data, devfs_fill);
	return sb;
}

static struct filesystem devfs = { .name = "devtmpfs", .mount = devfs_mount, .kill_sb = tmpfs_kill };

/* The dentry for one component below a locked directory. */
static struct dentry *child(struct dentry *dir, const char *name, u32 len)
{
	return len > NAME_MAX ? ERR_PTR(-ENAMETOOLONG) : lookup_child(dir, name, len, 0);
}

/*
 * The directory that holds the last component of `name`, made as needed, referenced; *last is that component.
 */
static struct dentry *parent_of(const char *name, const char **last, bool make)
{
	struct dentry *dir = dget(devfs_mnt->root), *d;
	const char *slash;

	while ((slash = strchr(name, '/'))) {
		int error = 0;

		down_write(&dir->inode->rwsem);
		d = child(dir, name, slash - name);
		if (!IS_ERR(d) && !d->inode)
			error = make ? dir->inode->op->mkdir(dir->inode, d, 0755) : -ENOENT;
		up_write(&dir->inode->rwsem);
		dput(dir);
		if (IS_ERR(d))
			return d;
		if (!error && !S_ISDIR(d->inode->mode))
			error = -ENOTDIR;
		if (error) {
			dput(d);
			return ERR_PTR(error);
		}
		dir = d;
		name = slash + 1;
	}
	*last = name;
	return dir;
}

static int make(const char *name, umode_t mode, dev_t dev, const char *target)
{
	struct dentry *dir, *d;
	const char *last;
	int error;

	if (!devfs_mnt)
		return -ENODEV;
	dir = parent_of(name, &last, true);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	down_write(&dir->inode->rwsem);
	d = child(dir, last, strlen(last));
	error = IS_ERR(d) ? PTR_ERR(d) : d->inode ? -EEXIST : 0;
	if (!error)
		error = target ? tmpfs_symlink(dir->inode, d, target) : tmpfs_mknod(dir->inode, d, mode, dev);
	/* It belongs to root, whoever's open() made it appear. */
	if (!error)
		d->inode->uid = d->inode->gid = 0;
	up_write(&dir->inode->rwsem);
	if (!IS_ERR(d))
		dput(d);
	dput(dir);
	return error;
}

int devfs_create(const char *name, umode_t mode, dev_t dev)
{
	return make(name, mode, dev, NULL);
}

int devfs_symlink(const char *name, const char *target)
{
	return make(name, S_IFLNK | 0777, 0, target);
}

void devfs_remove(const char *name)
{
	struct dentry *dir, *d;
	const char *last;

	if (!devfs_mnt)
		return;
	dir = parent_of(name, &last, false);
	if (IS_ERR(dir))
		return;
	down_write(&dir->inode->rwsem);
	d = child(dir, last, strlen(last));
	if (!IS_ERR(d)) {
		if (d->inode && !S_ISDIR(d->inode->mode)) {
			tmpfs_unlink(dir->inode, d);
			d_delete(d);
		}
		dput(d);
	}
	up_write(&dir->inode->rwsem);
	dput(dir);
}

int devfs_path(struct path *out)
{
	if (!devfs_mnt)
		return -ENODEV;
	out->mnt = devfs_mnt;
	out->dentry = devfs_mnt->root;
	path_get(out);
	return 0;
}

static int __init devfs_init(void)
{
	struct mount *m;
	int error = filesystem_register(&devfs);

	if (error)
		return error;
	m = kern_mount(&devfs);
	if (IS_ERR(m))
		return PTR_ERR(m);
	/* The kernel's own mount opens devices like any other, so it is not an internal one to the path walk. */
	m->flags &= ~MNT_INTERNAL;
	devfs_mnt = m;
	return devfs_symlink("fd", "/proc/self/fd") || devfs_symlink("stdin", "/proc/self/fd/0") ||
	       devfs_symlink("stdout", "/proc/self/fd/1") || devfs_symlink("stderr", "/proc/self/fd/2") ? -ENOMEM : 0;
}
bus_initcall(devfs_init);
