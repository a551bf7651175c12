/*
 * Open files: made by file_alloc(), shared by descriptors, closed by the last file_put(). An open file holds its path,
 * the opener's credentials and, when it may write to a file, a count in inode->write_count and on the mount.
 */
#include <abi/capability.h>
#include <core/init.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/task.h>

unsigned long nr_files;
int max_files;
static struct kmem_cache *cache;

/* ERR_PTR(-ENFILE): as many are open as there may be, which does not hold for the privileged; ERR_PTR(-ENOMEM). */
static struct file *file_new(void)
{
	struct file *f;

	if (unlikely(nr_files >= (unsigned)max_files) && !capable(CAP_SYS_ADMIN))
		return ERR_PTR(-ENFILE);
	f = kmem_cache_alloc(cache, GFP_KERNEL | GFP_ZERO);
	if (!f)
		return ERR_PTR(-ENOMEM);
	atomic_set(&f->count, 1);
	mutex_init(&f->pos_lock, RANK_FILE_POS);
	f->cred = cred_get(current_cred());
	list_init(&f->epoll_links);
	nr_files++;
	return f;
}

static void file_free(struct file *f)
{
	cred_put(f->cred);
	nr_files--;
	kmem_cache_free(cache, f);
}

struct file *file_alloc(const struct path *path, unsigned flags, const struct file_ops *op)
{
	struct file *f = file_new();

	if (IS_ERR(f))
		return f;
	f->path = *path;
	path_get(path);
	f->inode = path->dentry->inode;
	f->mapping = f->inode->mapping;
	f->flags = flags;
	f->mode = ((flags & O_ACCMODE) != O_WRONLY ? FMODE_READ : 0) | ((flags & O_ACCMODE) != O_RDONLY ? FMODE_WRITE : 0);
	f->op = op;
	f->wb_error = f->mapping->error;
	return f;
}

void file_put(struct file *f)
{
	struct inode *inode;

	if (!atomic_dec_and_test(&f->count))
		return;
	inode = f->inode;
	if (f->op && !(f->mode & FMODE_PATH))
		notify_dentry(f->path.dentry, f->mode & FMODE_WRITE ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
	if (unlikely(!list_empty(&f->epoll_links)))
		epoll_file_released(f);
	if (unlikely(f->async))
		(void)f->op->fasync(-1, f, false);	/* leaving needs no memory */
	if (inode && unlikely(inode->locks))
		locks_release_file(f);
	if (inode && unlikely(inode->leases))
		lease_release_slow(f);
	if (f->op && f->op->release)
		f->op->release(inode, f);
	if (f->mode & FMODE_WRITER)
		atomic_dec(&inode->write_count);
	if (f->mode & FMODE_READER)
		atomic_dec(&inode->read_count);
	if (f->mode & FMODE_MNT_WRITE)
		mnt_drop_write(f->path.mnt);
	if (f->owner.pid)
		pid_put(f->owner.pid);
	if (f->path.dentry)
		path_put(&f->path);
	file_free(f);
}

int deny_write_access(struct file *f)
{
	struct inode *inode = f->inode;
	int v;

	do {
		v = atomic_read(&inode->write_count);
		if (v > 0)
			return -ETXTBSY;
	} while (atomic_cmpxchg(&inode->write_count, v, v - 1) != v);
	return 0;
}

void allow_write_access(struct file *f)
{
	atomic_inc(&f->inode->write_count);
}

/* ---- files without a place in the tree: pipes, eventfd, epoll ---- */

static struct mount *anon_mnt;

static int anon_fill(struct super_block *sb, const char *data)
{
	static const struct super_ops op = { .statfs = simple_statfs };
	struct inode *inode;

	(void)data;
	sb->magic = ANON_INODE_FS_MAGIC;
	sb->op = &op;
	inode = new_inode(sb);
	if (!inode)
		return -ENOMEM;
	inode->ino = 1;
	inode->mode = S_IFDIR | 0755;
	inode->fop = &simple_dir_ops;
	sb->root = d_make_root(inode);
	return sb->root ? 0 : -ENOMEM;
}

static struct super_block *anon_mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	return mount_nodev(fs, flags, data, anon_fill);
}

static struct filesystem anon_fs = { .name = "anon_inodefs", .mount = anon_mount, .kill_sb = kill_anon_super };

struct file *file_open_inode(struct inode *inode, unsigned flags, const struct file_ops *op, const char *name, void *private)
{
	char text[48];
	struct qstr q = { 0, 0, text };
	struct path path = { anon_mnt, NULL };
	struct file *f;
	bool own = inode == NULL;

	if (own) {
		inode = new_inode(anon_mnt->sb);
		if (!inode)
			return ERR_PTR(-ENOMEM);
		inode->mode = 0600;
		inode->ino = 2;
		inode->op = NULL;
		q.len = scnprintf(text, sizeof(text), "anon_inode:%s", name);
	} else {
		q.len = scnprintf(text, sizeof(text), "%s:[%llu]", name, inode->ino);
		iget(inode);
	}
	path.dentry = d_alloc_pseudo(anon_mnt->sb, &q);
	if (!path.dentry) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d_instantiate(path.dentry, inode);
	f = file_alloc(&path, flags, op);
	dput(path.dentry);
	if (!IS_ERR(f))
		f->private = private;
	return f;
}

/* An inode of the anonymous filesystem, for pipes. */
struct inode *anon_inode_new(umode_t mode)
{
	static u32 next_ino = 3;
	struct inode *inode = new_inode(anon_mnt->sb);

	if (inode) {
		inode_init_owner(inode, NULL, mode);
		inode->ino = next_ino++;
	}
	return inode;
}

static int __init file_init(void)
{
	/* A tenth of memory, at a KiB for each with its inode and name. */
	max_files = (int)max(nr_free_pages * (PAGE_SIZE / 1024) / 10, 8192ul);
	cache = kmem_cache_create("file", sizeof(struct file), 8);
	anon_mnt = kern_mount(&anon_fs);
	return IS_ERR(anon_mnt) ? PTR_ERR(anon_mnt) : 0;
}
bus_initcall(file_init);

static int __init file_sysctls(void)
{
	return sysctl_int("fs/file-max", 0644, &max_files, 0, 0x7fffffff);
}
late_initcall(file_sysctls);
