/*
 * Reading and writing open files, whatever is behind them. vfs_read() and vfs_write() check the file's mode and the
 * position; callers hold a reference to the file.
 */
#include <core/init.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/pagecache.h>
#include <sched/signal.h>
#include <sched/task.h>

#define MAX_RW (0x7ffff000u)		/* one call moves no more */

static inline int check(struct file *f, struct iov_iter *it, loff_t *pos, unsigned mode)
{
	if (unlikely(!(f->mode & mode)))
		return -EBADF;
	if (unlikely((ssize_t)it->count < 0))
		return -EINVAL;
	if (unlikely(it->count > MAX_RW))
		it->count = MAX_RW;
	if (unlikely(*pos < 0))
		return -EINVAL;
	return 0;
}

ssize_t vfs_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	ssize_t n = check(f, it, pos, FMODE_READ);

	if (unlikely(n))
		return n;
	if (unlikely(!f->op->read))
		return S_ISDIR(f->inode->mode) ? -EISDIR : -EINVAL;
	n = f->op->read(f, it, pos);
	if (n > 0) {
		current->io_rchar += (size_t)n;
		notify_dentry(f->path.dentry, IN_ACCESS);
	}
	current->io_syscr++;
	return n;
}

ssize_t vfs_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	ssize_t n = check(f, it, pos, FMODE_WRITE);

	if (unlikely(n))
		return n;
	if (unlikely(!f->op->write))
		return -EINVAL;
	n = f->op->write(f, it, pos);
	if (n > 0) {
		current->io_wchar += (size_t)n;
		notify_dentry(f->path.dentry, IN_MODIFY);
	}
	current->io_syscw++;
	return n;
}

ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos)
{
	struct iov_iter it;

	iov_init_kernel(&it, false, buf, n);
	return vfs_read(f, &it, pos);
}

ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t *pos)
{
	struct iov_iter it;

	iov_init_kernel(&it, true, (void *)buf, n);
	return vfs_write(f, &it, pos);
}

int vfs_fsync(struct file *f, bool datasync)
{
	if (!f->op->fsync)
		return -EINVAL;
	return f->op->fsync(f, 0, 0x7fffffffffffffffLL, datasync);
}

/* ---- positions ---- */

static loff_t set_pos(struct file *f, loff_t pos, loff_t max)
{
	if (pos < 0 || pos > max)
		return -EINVAL;
	f->pos = pos;
	return pos;
}

static loff_t llseek_by(struct file *f, loff_t off, int whence, loff_t size, loff_t max)
{
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (__builtin_add_overflow(off, f->pos, &off))
			return -EOVERFLOW;
		break;
	case SEEK_END:
		if (__builtin_add_overflow(off, size, &off))
			return -EOVERFLOW;
		break;
	case SEEK_DATA:
		/* Without knowledge of holes all is data, and the only hole is at the end. */
		if (off < 0 || off >= size)
			return -ENXIO;
		break;
	case SEEK_HOLE:
		if (off < 0 || off >= size)
			return -ENXIO;
		off = size;
		break;
	default:
		return -EINVAL;
	}
	return set_pos(f, off, max);
}

loff_t generic_llseek(struct file *f, loff_t off, int whence)
{
	return llseek_by(f, off, whence, inode_size(f->inode), f->inode->sb->max_bytes);
}

loff_t fixed_size_llseek(struct file *f, loff_t off, int whence, loff_t size)
{
	return llseek_by(f, off, whence, size, size);
}

loff_t no_llseek(struct file *f, loff_t off, int whence)
{
	(void)f;
	(void)off;
	(void)whence;
	return -ESPIPE;
}
