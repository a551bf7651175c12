/* memfd_create() and the seals of files in memory. Files that nobody asked to be sealable have F_SEAL_SEAL. */
#include "tmpfs.h"
#include <fs/internal.h>
#include <fs/memfd.h>
#include <mm/shmem.h>

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

struct file *memfd_create(const char *name, bool sealable)
{
	struct file *f = shmem_file_create(name, 0, O_LARGEFILE);

	if (!IS_ERR(f) && sealable)
		tmpfs_i(f->inode)->seals = 0;
	return f;
}

long memfd_add_seals(struct file *f, u32 seals)
{
	struct tmpfs_inode *t;
	long r = 0;

	if (f->op != &tmpfs_file_ops || (seals & ~(u32)ALL_SEALS))
		return -EINVAL;
	if (!(f->mode & FMODE_WRITE))
		return -EPERM;
	t = tmpfs_i(f->inode);
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
	return f->op == &tmpfs_file_ops ? (long)tmpfs_i(f->inode)->seals : -EINVAL;
}
