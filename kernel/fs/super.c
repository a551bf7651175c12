/*
 * Filesystem types and superblocks.
 *
 * A superblock lives while sb->active is not zero: each mount holds one. The type's kill_sb() takes it down through
 * kill_block_super() or kill_anon_super(): dentries first, then inodes, then the filesystem's own part. bdev_mutex
 * makes mounting a device once-only: a second mount finds the first's superblock.
 */
#include <block/bio.h>
#include <core/init.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/mount.h>

LIST_HEAD(super_blocks);
DEFINE_MUTEX(super_mutex, RANK_SUPER);
LIST_HEAD(filesystems);
static DEFINE_MUTEX(bdev_mutex, RANK_MOUNT_BDEV);
static DEFINE_SPINLOCK(types_lock, RANK_FS_STRUCT);

#define SB_FLAGS (MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_DIRSYNC | MS_NOATIME | MS_SILENT | MS_LAZYTIME)

int filesystem_register(struct filesystem *fs)
{
	struct filesystem *f;
	int error = 0;

	spin_lock(&types_lock);
	list_for_each_entry(f, &filesystems, link)
		if (strcmp(f->name, fs->name) == 0)
			error = -EBUSY;
	if (!error)
		list_add_tail(&fs->link, &filesystems);
	spin_unlock(&types_lock);
	return error;
}

int filesystem_unregister(struct filesystem *fs)
{
	spin_lock(&types_lock);
	list_del(&fs->link);
	spin_unlock(&types_lock);
	return 0;
}

const struct filesystem *filesystem_find(const char *name, size_t len)
{
	const struct filesystem *f, *found = NULL;

	spin_lock(&types_lock);
	list_for_each_entry(f, &filesystems, link)
		if (strlen(f->name) == len && memcmp(f->name, name, len) == 0)
			found = f;
	spin_unlock(&types_lock);
	return found;
}

dev_t anon_dev_get(void)
{
	static atomic_t next = ATOMIC_INIT(1);

	/* 20 bits of minor numbers; they come round again after a million mounts. */
	return MKDEV(0, (u32)atomic_fetch_add(1, &next) & 0xfffff);
}

struct super_block *sb_alloc(const struct filesystem *fs, unsigned long flags)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

	if (!sb)
		return NULL;
	sb->type = fs;
	sb->flags = flags & SB_FLAGS;
	sb->blocksize = PAGE_SIZE;
	sb->blocksize_bits = PAGE_SHIFT;
	sb->max_bytes = 0x7ffffffffffLL;	/* 32-bit page indexes */
	sb->time_gran = 1;
	rwsem_init(&sb->umount, RANK_SUPER);
	mutex_init(&sb->rename_mutex, RANK_RENAME);
	list_init(&sb->inodes);
	list_init(&sb->dirty);
	atomic_set(&sb->active, 1);
	strscpy(sb->id, fs->name, sizeof(sb->id));
	mutex_lock(&super_mutex);
	list_add_tail(&sb->link, &super_blocks);
	mutex_unlock(&super_mutex);
	return sb;
}

static void sb_free(struct super_block *sb)
{
	mutex_lock(&super_mutex);
	list_del(&sb->link);
	mutex_unlock(&super_mutex);
	kfree(sb);
}

/* Everything above the filesystem's own part. */
static void sb_shutdown(struct super_block *sb)
{
	if (sb->root) {
		int error = sync_filesystem(sb, true);

		if (error)
			pr_err("%s: data was lost at unmount (%pe)\n", sb->id, ERR_PTR(error));
		notify_unmount(sb);
		dcache_umount(sb);
	}
	inodes_evict_sb(sb);
	if (sb->op && sb->op->put_super)
		sb->op->put_super(sb);
}

void kill_anon_super(struct super_block *sb)
{
	sb_shutdown(sb);
	sb_free(sb);
}

void kill_block_super(struct super_block *sb)
{
	struct block_device *bdev = sb->bdev;
	bool write = !(sb->flags & MS_RDONLY);

	sb_shutdown(sb);
	if (bdev) {
		if (filemap_write_and_wait(bdev->inode->mapping, 0, 0x7fffffffffffffffLL) || (write && bdev_flush(bdev)))
			pr_err("%s: could not be written completely\n", sb->id);
		bdev_close(bdev, write, sb);
	}
	sb_free(sb);
}

void sb_put_active(struct super_block *sb)
{
	if (atomic_dec_and_test(&sb->active))
		sb->type->kill_sb(sb);
}

/* The device a source names, with a reference: a node, or at start-up (no root yet) the name itself. */
static struct block_device *source_bdev(const char *source, int *error)
{
	struct block_device *b = NULL;
	struct path path;

	*error = -ENOTBLK;
	if (!source || !*source) {
		*error = -EINVAL;
		return NULL;
	}
	if (!current->fs || !current->fs->root.mnt) {
		b = bdev_find_name(source);
		*error = b ? 0 : -ENODEV;
		return b;
	}
	*error = kern_path(source, LOOKUP_FOLLOW, &path);
	if (*error)
		return NULL;
	if (!S_ISBLK(path.dentry->inode->mode))
		*error = -ENOTBLK;
	else if (path.mnt->flags & MNT_NODEV)
		*error = -EACCES;
	else if (!(b = bdev_find(path.dentry->inode->rdev)))
		*error = -ENXIO;
	path_put(&path);
	return b;
}

static struct super_block *find_bdev_super(const struct filesystem *fs, struct block_device *b)
{
	struct super_block *sb, *found = NULL;

	mutex_lock(&super_mutex);
	list_for_each_entry(sb, &super_blocks, link)
		if (sb->bdev == b && sb->type == fs && atomic_inc_not_zero(&sb->active)) {
			found = sb;
			break;
		}
	mutex_unlock(&super_mutex);
	return found;
}

struct super_block *mount_bdev(const struct filesystem *fs, unsigned long flags, const char *source, const char *data,
			       int (*fill)(struct super_block *sb, const char *data))
{
	struct super_block *sb;
	struct block_device *b;
	int error;

	b = source_bdev(source, &error);
	if (error)
		return ERR_PTR(error);
	mutex_lock(&bdev_mutex);
	sb = find_bdev_super(fs, b);
	if (sb) {
		mutex_unlock(&bdev_mutex);
		bdev_put(b);
		if ((sb->flags ^ flags) & MS_RDONLY) {
			sb_put_active(sb);
			return ERR_PTR(-EBUSY);
		}
		return sb;
	}
	sb = sb_alloc(fs, flags);
	error = sb ? bdev_open(b, !(flags & MS_RDONLY), sb) : -ENOMEM;
	bdev_put(b);
	if (error) {
		if (sb)
			sb_free(sb);
		mutex_unlock(&bdev_mutex);
		return ERR_PTR(error);
	}
	sb->bdev = b;
	sb->dev = b->dev;
	strscpy(sb->id, b->name, sizeof(sb->id));
	error = fill(sb, data);
	if (error) {
		/* fill() has undone its own part: put_super() is for a filled one. */
		bool write = !(flags & MS_RDONLY);

		inodes_evict_sb(sb);
		bdev_close(b, write, sb);
		sb_free(sb);
		sb = ERR_PTR(error);
	}
	mutex_unlock(&bdev_mutex);
	return sb;
}

struct super_block *mount_nodev(const struct filesystem *fs, unsigned long flags, const char *data,
				int (*fill)(struct super_block *sb, const char *data))
{
	struct super_block *sb = sb_alloc(fs, flags);
	int error;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->dev = anon_dev_get();
	error = fill(sb, data);
	if (error) {
		inodes_evict_sb(sb);
		sb_free(sb);
		return ERR_PTR(error);
	}
	return sb;
}

struct super_block *mount_single(const struct filesystem *fs, unsigned long flags, const char *data,
				 int (*fill)(struct super_block *sb, const char *data))
{
	struct super_block *sb;

	mutex_lock(&bdev_mutex);
	sb = find_bdev_super(fs, NULL);
	if (!sb)
		sb = mount_nodev(fs, flags & ~MS_RDONLY, data, fill);
	mutex_unlock(&bdev_mutex);
	return sb;
}
