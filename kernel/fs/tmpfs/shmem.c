/*
 * Memory with the behaviour of a file and no name in any directory: an inode of a tmpfs that only the kernel has
 * mounted, which lives as long as a file or a mapping refers to it.
 */
#include "tmpfs.h"
#include <core/init.h>
#include <fs/internal.h>
#include <mm/commit.h>
#include <mm/shmem.h>

static struct mount *shmem_mount;

struct file *shmem_file_create(const char *name, loff_t size, unsigned flags)
{
	char text[300];
	struct qstr q = { 0, 0, text };
	struct path path = { shmem_mount, NULL };
	struct inode *inode;
	unsigned long pages;
	struct file *f;

	if (size < 0)
		return ERR_PTR(-EINVAL);
	pages = (unsigned long)((size + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT);
	if (!commit_allows(pages))
		return ERR_PTR(-ENOMEM);
	inode = tmpfs_new_inode(shmem_mount->sb, NULL, S_IFREG | 0777, 0);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->size = size;
	tmpfs_i(inode)->committed = pages;
	commit_add((long)pages);
	inode->nlink = 0;
	q.len = (u32)scnprintf(text, sizeof(text), "/%s (deleted)", name);
	path.dentry = d_alloc_pseudo(shmem_mount->sb, &q);
	if (!path.dentry) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d_instantiate(path.dentry, inode);
	f = file_alloc(&path, flags | O_RDWR, inode->fop);
	dput(path.dentry);
	if (!IS_ERR(f))
		f->mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE | FMODE_ATOMIC_POS;
	return f;
}

static struct super_block *shmem_get_super(const struct filesystem *fs, unsigned long flags, const char *source,
					   const char *data)
{
	(void)source;
	(void)data;
	return mount_nodev(fs, flags, "size=0,nr_inodes=0", tmpfs_fill);
}

static struct filesystem shmem = { .name = "shmem", .mount = shmem_get_super, .kill_sb = tmpfs_kill };

static int __init shmem_init(void)
{
	shmem_mount = kern_mount(&shmem);
	return IS_ERR(shmem_mount) ? (int)PTR_ERR(shmem_mount) : 0;
}
fs_initcall(shmem_init);
