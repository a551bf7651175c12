/* ioctl(FS_IOC_FIEMAP) and ioctl(FIBMAP): where a file's blocks are. */
#include <arch/uaccess.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/fiemap.h>

#define END 0x7fffffffffffffffULL

/* The last extent found waits here until it is known whether another follows. */
struct answer {
	struct abi_fiemap head;
	struct abi_fiemap_extent __user *out;
	struct abi_fiemap_extent pending;
	bool have;
};

/* 1: there is no room for more. */
static int tell(struct answer *a, u32 last)
{
	struct abi_fiemap_extent *e = &a->pending;

	if (!a->have)
		return 0;
	a->have = false;
	e->flags |= last;
	if (a->head.count && copy_to_user(a->out + a->head.mapped, e, sizeof(*e)))
		return -EFAULT;
	a->head.mapped++;
	return a->head.count && a->head.mapped == a->head.count;
}

static int extent(void *ctx, u64 logical, u64 physical, u64 length, u32 flags)
{
	struct answer *a = ctx;
	struct abi_fiemap_extent *e = &a->pending;
	int r;

	if (a->have && e->logical + e->length == logical && e->physical + e->length == physical &&
	    (e->flags & ~FIEMAP_EXTENT_MERGED) == flags) {
		e->length += length;
		e->flags |= FIEMAP_EXTENT_MERGED;
		return 0;
	}
	r = tell(a, 0);
	if (r)
		return r;
	if (logical >= a->head.start + a->head.length)
		return 1;
	*e = (struct abi_fiemap_extent){ .logical = logical, .physical = physical, .length = length, .flags = flags };
	a->have = true;
	return 0;
}

long file_fiemap(struct file *f, struct abi_fiemap __user *u)
{
	struct inode *inode = f->inode;
	struct answer a = { .out = (struct abi_fiemap_extent __user *)(u + 1) };
	u32 unknown;
	int r = 0;

	if (!inode->op || !inode->op->fiemap)
		return -EOPNOTSUPP;
	if (copy_from_user(&a.head, u, sizeof(a.head)))
		return -EFAULT;
	unknown = a.head.flags & ~FIEMAP_FLAG_SYNC;
	if (unknown) {
		a.head.flags = unknown;
		return copy_to_user(u, &a.head, sizeof(a.head)) ? -EFAULT : -EBADR;
	}
	if (!a.head.length || a.head.count > 0x7fffffffu / sizeof(struct abi_fiemap_extent))
		return -EINVAL;
	if (a.head.start > (u64)inode->sb->max_bytes)
		return -EFBIG;
	if (a.head.length > END - a.head.start)
		a.head.length = END - a.head.start;
	a.head.mapped = 0;
	if (a.head.flags & FIEMAP_FLAG_SYNC)
		r = filemap_write_and_wait(inode->mapping, 0, (loff_t)END);
	down_read(&inode->rwsem);
	/* To the end of the file: whether an extent is the last shows when no other follows. */
	if (!r)
		r = inode->op->fiemap(inode, a.head.start, END - a.head.start, &a, extent);
	if (!r && a.have)
		r = tell(&a, FIEMAP_EXTENT_LAST);
	up_read(&inode->rwsem);
	if (r < 0)
		return r;
	return copy_to_user(u, &a.head, sizeof(a.head)) ? -EFAULT : 0;
}

long file_fibmap(struct file *f, u32 __user *u)
{
	struct address_space *m = f->inode->mapping;
	sector_t found;
	u32 block;
	int r;

	if (!S_ISREG(f->inode->mode))
		return -ENOTTY;
	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (!m->ops || !m->ops->bmap)
		return -EINVAL;
	if (get_user(block, u))
		return -EFAULT;
	/* Pages written through a mapping over a hole have no block before they are written back. */
	r = filemap_write_and_wait(m, 0, (loff_t)END);
	if (!r)
		r = m->ops->bmap(m, block, &found);
	return r ? r : put_user((u32)found, u);
}
