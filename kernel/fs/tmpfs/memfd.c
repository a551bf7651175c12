/* Unnamed files in memory: memfd_create(), shared anonymous mappings; and their seals. */
#include "tmpfs.h"
#include <core/init.h>
#include <fs/internal.h>
#include <fs/memfd.h>
#include <fs/pagecache.h>
#include <sched/task.h>

static struct mount *mnt;
#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

struct file *memfd_create(const char *name, bool sealable)
{
	struct qstr q = { 0, (u32)strlen(name), name };
	struct path path = { mnt, NULL };
	struct inode *inode;
	struct file *f;

	inode = tmpfs_new_inode(mnt->sb, NULL, S_IFREG | 0777, 0);
	if (!inode)
		return ERR_PTR(-ENOSPC);
	inode->nlink = 0;
	tmpfs_i(inode)->may_seal = sealable;
	tmpfs_i(inode)->seals = sealable ? 0 : F_SEAL_SEAL;
	path.dentry = d_alloc_pseudo(mnt->sb, &q);
	if (!path.dentry) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d_instantiate(path.dentry, inode);
	f = file_alloc(&path, O_RDWR | O_LARGEFILE, &tmpfs_file_ops);
	dput(path.dentry);
	if (!IS_ERR(f))
		f->mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE | FMODE_ATOMIC_POS;
	return f;
}

static struct tmpfs_inode *sealable(struct file *f)
{
	return f->op == &tmpfs_file_ops && f->path.mnt == mnt ? tmpfs_i(f->inode) : NULL;
}

long memfd_add_seals(struct file *f, u32 seals)
{
	struct tmpfs_inode *t = sealable(f);
	long r = 0;

	if (!t || (seals & ~(u32)ALL_SEALS))
		return -EINVAL;
	if (!(f->mode & FMODE_WRITE))
		return -EPERM;
	down_write(&f->inode->rwsem);
	if (t->seals & F_SEAL_SEAL)
		r = -EPERM;
	else if ((seals & F_SEAL_WRITE) && atomic_read(&f->mapping->writable_maps) > 0)
		r = -EBUSY;
	else
		t->seals |= seals;
	up_write(&f->inode->rwsem);
	return r;
}

long memfd_get_seals(struct file *f)
{
	struct tmpfs_inode *t = sealable(f);

	return t ? (long)t->seals : -EINVAL;
}

static struct super_block *mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	(void)data;
	return mount_nodev(fs, flags, "size=0,nr_inodes=0", tmpfs_fill);
}

static struct filesystem shm_fs = { .name = "shm", .mount = mount, .kill_sb = tmpfs_kill };

static int __init memfd_init(void)
{
	mnt = kern_mount(&shm_fs);
	return IS_ERR(mnt) ? PTR_ERR(mnt) : 0;
}
bus_initcall(memfd_init);
