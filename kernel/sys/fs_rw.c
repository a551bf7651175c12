/* System calls that move bytes between files and memory, or files and files. */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <fs/splice.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>

#define POS(low, high) ((loff_t)((u64)(high) << 32 | (low)))

/* The file's own position is guarded where two tasks could use it at once. */
static inline bool lock_pos(struct file *f)
{
	if (!(f->mode & FMODE_ATOMIC_POS))
		return false;
	if (atomic_read(&f->count) == 2 && atomic_read(&current->files->count) == 1)
		return false;
	mutex_lock(&f->pos_lock);
	return true;
}

static inline ssize_t move(struct file *f, struct iov_iter *it, bool write)
{
	bool locked = lock_pos(f);
	loff_t pos = f->pos;
	ssize_t n = write ? vfs_write(f, it, &pos) : vfs_read(f, it, &pos);

	if (!(f->mode & FMODE_STREAM))
		f->pos = pos;
	if (unlikely(locked))
		mutex_unlock(&f->pos_lock);
	return n;
}

long sys_read(unsigned fd, char __user *buf, size_t count)
{
	struct file *f = fd_get(fd);
	struct iov_iter it;
	ssize_t n;

	if (unlikely(!f))
		return -EBADF;
	n = -EFAULT;
	if (likely(access_ok(buf, count) || (ssize_t)count < 0)) {
		iov_init_user(&it, false, buf, count);
		n = move(f, &it, false);
	} else if (!(f->mode & FMODE_READ)) {
		n = -EBADF;
	}
	file_put(f);
	return n;
}

long sys_write(unsigned fd, const char __user *buf, size_t count)
{
	struct file *f = fd_get(fd);
	struct iov_iter it;
	ssize_t n;

	if (unlikely(!f))
		return -EBADF;
	n = -EFAULT;
	if (likely(access_ok(buf, count) || (ssize_t)count < 0)) {
		iov_init_user(&it, true, (char *)buf, count);
		n = move(f, &it, true);
	} else if (!(f->mode & FMODE_WRITE)) {
		n = -EBADF;
	}
	file_put(f);
	return n;
}

static ssize_t move_at(unsigned fd, void __user *buf, size_t count, loff_t pos, bool write)
{
	struct file *f;
	struct iov_iter it;
	ssize_t n;

	if (pos < 0)
		return -EINVAL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	n = -ESPIPE;
	if (f->mode & (write ? FMODE_PWRITE : FMODE_PREAD)) {
		n = -EFAULT;
		if (access_ok(buf, count) || (ssize_t)count < 0) {
			iov_init_user(&it, write, buf, count);
			n = write ? vfs_write(f, &it, &pos) : vfs_read(f, &it, &pos);
		}
	}
	file_put(f);
	return n;
}

long sys_pread64(unsigned fd, char __user *buf, size_t count, u32 low, u32 high)
{
	return move_at(fd, buf, count, POS(low, high), false);
}

long sys_pwrite64(unsigned fd, const char __user *buf, size_t count, u32 low, u32 high)
{
	return move_at(fd, (char *)buf, count, POS(low, high), true);
}

/* ---- vectors ---- */

#define FAST_IOV 8

ssize_t import_iovec(const struct abi_iovec __user *u, unsigned long n, struct abi_iovec *fast, unsigned n_fast,
		     struct abi_iovec **out)
{
	struct abi_iovec *v = fast;
	size_t total = 0;

	*out = NULL;
	if (n > UIO_MAXIOV)
		return -EINVAL;
	if (n > n_fast) {
		v = kmalloc(n * sizeof(*v), GFP_KERNEL);
		if (!v)
			return -ENOMEM;
	}
	if (copy_from_user(v, u, n * sizeof(*v))) {
		if (v != fast)
			kfree(v);
		return -EFAULT;
	}
	for (unsigned long i = 0; i < n; i++) {
		if ((s32)v[i].iov_len < 0) {
			total = (size_t)-EINVAL;
			break;
		}
		if (!access_ok((void *)v[i].iov_base, v[i].iov_len)) {
			total = (size_t)-EFAULT;
			break;
		}
		if (v[i].iov_len > 0x7ffff000u - total)
			v[i].iov_len = 0x7ffff000u - total;
		total += v[i].iov_len;
	}
	if ((ssize_t)total < 0) {
		if (v != fast)
			kfree(v);
		return total;
	}
	*out = v;
	return total;
}

#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

/* at: at `pos`; else at the file's own position. flags: RWF_*; RWF_HIPRI has nothing to ask for. */
static ssize_t vector(unsigned fd, const struct abi_iovec __user *u, unsigned long n, bool write, bool at, loff_t pos, int flags)
{
	struct file *f = fd_get(fd);
	struct abi_iovec fast[FAST_IOV], *v;
	struct iov_iter it;
	ssize_t ret;

	if (!f)
		return -EBADF;
	ret = -EBADF;
	if (!(f->mode & (write ? FMODE_WRITE : FMODE_READ)))
		goto out;
	ret = -ESPIPE;
	if (at && !(f->mode & (write ? FMODE_PWRITE : FMODE_PREAD)))
		goto out;
	ret = import_iovec(u, n, fast, FAST_IOV, &v);
	if (ret < 0)
		goto out;
	if (ret > 0 && unlikely((flags & ~RWF_KNOWN) || ((flags & RWF_NOWAIT) && !f->op->nowait)))
		ret = -EOPNOTSUPP;
	if (ret > 0) {
		iov_init_vector(&it, write, v, n, ret);
		it.rwf = (u8)flags;
		if (at)
			ret = write ? vfs_write(f, &it, &pos) : vfs_read(f, &it, &pos);
		else
			ret = move(f, &it, write);
	}
	if (v != fast)
		kfree(v);
out:
	file_put(f);
	return ret;
}

long sys_readv(unsigned long fd, const struct abi_iovec __user *vec, unsigned long n)
{
	return vector(fd, vec, n, false, false, 0, 0);
}

long sys_writev(unsigned long fd, const struct abi_iovec __user *vec, unsigned long n)
{
	return vector(fd, vec, n, true, false, 0, 0);
}

/* Position -1 of the second pair means the file's own. */
static ssize_t vector_at(unsigned long fd, const struct abi_iovec __user *vec, unsigned long n, loff_t pos, bool write, bool own, int flags)
{
	bool at = !own || pos != -1;

	return at && pos < 0 ? -EINVAL : vector(fd, vec, n, write, at, pos, flags);
}

long sys_preadv(unsigned long fd, const struct abi_iovec __user *vec, unsigned long n, u32 low, u32 high)
{
	return vector_at(fd, vec, n, POS(low, high), false, false, 0);
}

long sys_pwritev(unsigned long fd, const struct abi_iovec __user *vec, unsigned long n, u32 low, u32 high)
{
	return vector_at(fd, vec, n, POS(low, high), true, false, 0);
}

long sys_preadv2(unsigned long fd, const struct abi_iovec __user *vec, unsigned long n, u32 low, u32 high, int flags)
{
	return vector_at(fd, vec, n, POS(low, high), false, true, flags);
}

long sys_pwritev2(unsigned long fd, const struct abi_iovec __user *vec, unsigned long n, u32 low, u32 high, int flags)
{
	return vector_at(fd, vec, n, POS(low, high), true, true, flags);
}

/* ---- positions ---- */

static loff_t seek(unsigned fd, loff_t off, unsigned whence)
{
	struct file *f = fd_get(fd);
	loff_t pos;

	if (!f)
		return -EBADF;
	if (whence > SEEK_HOLE) {
		pos = -EINVAL;
	} else if (!f->op->llseek) {
		pos = -ESPIPE;
	} else {
		bool locked = lock_pos(f);

		pos = f->op->llseek(f, off, whence);
		if (locked)
			mutex_unlock(&f->pos_lock);
	}
	file_put(f);
	return pos;
}

long sys_lseek(unsigned fd, s32 offset, unsigned whence)
{
	loff_t pos = seek(fd, offset, whence);

	return pos > 0x7fffffff ? -EOVERFLOW : (long)pos;
}

long sys__llseek(unsigned fd, unsigned long high, unsigned long low, s64 __user *result, unsigned whence)
{
	loff_t pos = seek(fd, POS(low, high), whence);

	if (pos < 0)
		return pos;
	return put_user_8((u64)pos, result) ? -EFAULT : 0;
}

/* ---- file to file ---- */

#define CHUNK (16 * 1024)

/* From the page cache of `in` straight to the other's write operation. */
static ssize_t copy_pages(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t count)
{
	ssize_t done = 0, n = 0;

	while ((size_t)done < count) {
		unsigned offset = (unsigned)*in_pos & (PAGE_SIZE - 1);
		struct page *page;
		size_t len = 0;

		page = in->op->splice_page(in, *in_pos, count - (size_t)done, &len);
		if (IS_ERR_OR_NULL(page)) {
			n = PTR_ERR(page);	/* 0 of NULL */
			break;
		}
		len = min(len, count - (size_t)done);
		n = kernel_write(out, (char *)page_address(page) + offset, len, out_pos);
		page_put(page);
		if (n <= 0)
			break;
		*in_pos += n;
		done += n;
		if ((size_t)n < len)
			break;
		if (signal_pending(current)) {
			n = -EINTR;
			break;
		}
	}
	return done ? done : n;
}

/*
 * A read into a kernel buffer, a write from it. Stops at the first short write, and at the first short read: what a
 * terminal or a pipe has is given on at once, and its end of file is the next call's. *in advances by what was written.
 */
ssize_t copy_between(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t count)
{
	size_t chunk = min(count, (size_t)CHUNK);
	ssize_t done = 0, n = 0;
	char *buf;

	if (in->op->splice_page && in->inode != out->inode)
		return copy_pages(in, in_pos, out, out_pos, count);
	buf = kmalloc(max(chunk, (size_t)1), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	while ((size_t)done < count) {
		size_t want = min(chunk, count - (size_t)done);
		loff_t pos = *in_pos;
		ssize_t put;

		n = kernel_read(in, buf, want, &pos);
		if (n <= 0)
			break;
		put = kernel_write(out, buf, n, out_pos);
		if (put < 0) {
			n = put;
			break;
		}
		*in_pos += put;
		done += put;
		if (put < n || (size_t)n < want)
			break;
		if (signal_pending(current)) {
			n = -EINTR;
			break;
		}
	}
	kfree(buf);
	return done ? done : n;
}

/* `max`: up to where the caller can tell positions; 0: as far as the files go. */
static ssize_t do_sendfile(int out_fd, int in_fd, loff_t *at, size_t count, loff_t max)
{
	struct file *in = fd_get(in_fd), *out = fd_get(out_fd);
	ssize_t n = -EBADF;
	loff_t pos, out_pos;

	if (!in || !out || !(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		goto out;
	n = -ESPIPE;
	if (at && !(in->mode & FMODE_PREAD))
		goto out;
	n = -EINVAL;
	if (!in->op->read || !out->op->write || (out->flags & O_APPEND))
		goto out;
	/* A source that gives what it has at the moment (terminals, pipes) would be waited for until it is full. */
	if (!S_ISREG(in->inode->mode) && !S_ISBLK(in->inode->mode))
		goto out;
	if (at && *at < 0)
		goto out;
	pos = at ? *at : in->pos;
	out_pos = out->pos;
	if (!max)
		max = S_ISREG(in->inode->mode) && in->inode->sb->max_bytes ? in->inode->sb->max_bytes : 0x7fffffffffffffffll;
	n = -EOVERFLOW;
	if (pos >= max && count)
		goto out;
	count = (size_t)min((loff_t)min(count, (size_t)0x7ffff000), max - pos);
	n = file_pipe(out) ? splice_copy(in, &pos, out, &out_pos, count, 0) : copy_between(in, &pos, out, &out_pos, count);
	if (n > 0) {
		if (at)
			*at = pos;
		else
			in->pos = pos;
		if (!(out->mode & FMODE_STREAM))
			out->pos = out_pos;
	}
out:
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return n;
}

long sys_sendfile64(int out, int in, s64 __user *offset, size_t count)
{
	loff_t pos;
	ssize_t n;

	if (!offset)
		return do_sendfile(out, in, NULL, count, 0);
	if (copy_from_user(&pos, offset, sizeof(pos)))
		return -EFAULT;
	n = do_sendfile(out, in, &pos, count, 0);
	return copy_to_user(offset, &pos, sizeof(pos)) ? -EFAULT : n;
}

long sys_sendfile(int out, int in, s32 __user *offset, size_t count)
{
	loff_t pos;
	s32 small;
	ssize_t n;

	if (!offset)
		return do_sendfile(out, in, NULL, count, 0);
	if (get_user(small, offset))
		return -EFAULT;
	pos = small;
	n = do_sendfile(out, in, &pos, count, 0x7fffffff);
	return put_user((s32)pos, offset) ? -EFAULT : n;
}

long sys_copy_file_range(int in_fd, s64 __user *off_in, int out_fd, s64 __user *off_out, size_t len, unsigned flags)
{
	struct file *in = fd_get(in_fd), *out = fd_get(out_fd);
	loff_t ipos, opos;
	ssize_t n = -EBADF;

	if (!in || !out)
		goto out;
	ipos = in->pos;
	opos = out->pos;
	n = -EFAULT;
	if ((off_in && copy_from_user(&ipos, off_in, sizeof(ipos))) || (off_out && copy_from_user(&opos, off_out, sizeof(opos))))
		goto out;
	n = -EINVAL;
	if (flags || ipos < 0 || opos < 0)
		goto out;
	n = -EISDIR;
	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		goto out;
	n = -EINVAL;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		goto out;
	n = -EBADF;
	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE) || (out->flags & O_APPEND))
		goto out;
	n = -EXDEV;
	if (in->inode->sb != out->inode->sb)
		goto out;
	len = min(len, (size_t)0x7ffff000);
	n = -EINVAL;
	if (in->inode == out->inode && ipos < opos + (loff_t)len && opos < ipos + (loff_t)len)
		goto out;
	n = len ? copy_between(in, &ipos, out, &opos, len) : 0;
	if (n <= 0)
		goto out;
	if (!off_in)
		in->pos = ipos;
	else if (copy_to_user(off_in, &ipos, sizeof(ipos)))
		n = -EFAULT;
	if (!off_out)
		out->pos = opos;
	else if (copy_to_user(off_out, &opos, sizeof(opos)))
		n = -EFAULT;
out:
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return n;
}

/* One end at least is a pipe. */
long sys_splice(int in_fd, s64 __user *off_in, int out_fd, s64 __user *off_out, size_t len, unsigned flags)
{
	struct file *in = fd_get(in_fd), *out = fd_get(out_fd);
	loff_t ipos, opos;
	ssize_t n = -EBADF;

	if (!in || !out || !(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		goto out;
	n = -EINVAL;
	if ((!file_pipe(in) && !file_pipe(out)) || (file_pipe(in) && file_pipe(in) == file_pipe(out)) ||
	    (flags & ~(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)))
		goto out;
	if (!file_pipe(out) && (out->flags & O_APPEND))
		goto out;
	n = -ESPIPE;
	if ((off_in && !(in->mode & FMODE_PREAD)) || (off_out && !(out->mode & FMODE_PWRITE)))
		goto out;
	ipos = in->pos;
	opos = out->pos;
	n = -EFAULT;
	if ((off_in && copy_from_user(&ipos, off_in, sizeof(ipos))) || (off_out && copy_from_user(&opos, off_out, sizeof(opos))))
		goto out;
	n = splice_copy(in, &ipos, out, &opos, len, flags);
	if (n <= 0)
		goto out;
	if (off_in) {
		if (copy_to_user(off_in, &ipos, sizeof(ipos)))
			n = -EFAULT;
	} else if (!(in->mode & FMODE_STREAM)) {
		in->pos = ipos;
	}
	if (off_out) {
		if (copy_to_user(off_out, &opos, sizeof(opos)))
			n = -EFAULT;
	} else if (!(out->mode & FMODE_STREAM)) {
		out->pos = opos;
	}
out:
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return n;
}

#define SPLICE_FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

long sys_tee(int in_fd, int out_fd, size_t len, unsigned flags)
{
	struct file *in = fd_get(in_fd), *out = fd_get(out_fd);
	ssize_t n = -EBADF;

	if (!in || !out || !(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		goto out;
	n = -EINVAL;
	if ((flags & ~SPLICE_FLAGS) || !file_pipe(in) || !file_pipe(out) || file_pipe(in) == file_pipe(out))
		goto out;
	n = pipe_tee(in, out, min(len, (size_t)0x7ffff000), flags);
out:
	if (in)
		file_put(in);
	if (out)
		file_put(out);
	return n;
}

long sys_vmsplice(int fd, const struct abi_iovec __user *vec, unsigned long n, unsigned flags)
{
	struct abi_iovec fast[FAST_IOV], *v;
	struct file *f = fd_get(fd);
	struct iov_iter it;
	ssize_t ret = -EBADF;

	if (!f)
		return -EBADF;
	if (!file_pipe(f))
		goto out;
	ret = -EINVAL;
	if (flags & ~SPLICE_FLAGS)
		goto out;
	ret = import_iovec(vec, n, fast, FAST_IOV, &v);
	if (ret < 0)
		goto out;
	if (ret) {
		iov_init_vector(&it, f->mode & FMODE_WRITE, v, n, (size_t)ret);
		ret = pipe_vmsplice(f, &it, flags);
	}
	if (v != fast)
		kfree(v);
out:
	file_put(f);
	return ret;
}

/* ---- advice ---- */

static long fadvise(int fd, loff_t off, loff_t len, int advice)
{
	struct file *f = fd_get(fd);
	long ret = 0;

	if (!f)
		return -EBADF;
	if (S_ISFIFO(f->inode->mode))
		ret = -ESPIPE;
	else if (off < 0 || len < 0)
		ret = -EINVAL;
	else switch (advice) {
	case POSIX_FADV_NORMAL:
	case POSIX_FADV_SEQUENTIAL:
		f->flags &= ~FILE_RANDOM;
		break;
	case POSIX_FADV_RANDOM:
		f->flags |= FILE_RANDOM;
		break;
	case POSIX_FADV_WILLNEED:
		if (f->mapping && f->mapping->ops)
			force_readahead(f->mapping, f, (unsigned long)(off >> PAGE_SHIFT),
					len ? (unsigned long)((len + PAGE_SIZE - 1) >> PAGE_SHIFT) : 512);
		break;
	case POSIX_FADV_DONTNEED:
		if (f->mapping && f->mapping->ops) {
			(void)filemap_flush(f->mapping);	/* a hint; errors stay with the mapping */
			invalidate_clean_pages(f->mapping);
		}
		break;
	case POSIX_FADV_NOREUSE:
		break;
	default:
		ret = -EINVAL;
	}
	file_put(f);
	return ret;
}

long sys_fadvise64(int fd, u32 low, u32 high, size_t len, int advice)
{
	return fadvise(fd, POS(low, high), len, advice);
}

long sys_fadvise64_64(int fd, u32 low, u32 high, u32 len_low, u32 len_high, int advice)
{
	return fadvise(fd, POS(low, high), POS(len_low, len_high), advice);
}

long sys_readahead(int fd, u32 low, u32 high, size_t count)
{
	struct file *f = fd_get(fd);
	long ret = 0;

	if (!f || !(f->mode & FMODE_READ))
		ret = -EBADF;
	else if (!S_ISREG(f->inode->mode) && !S_ISBLK(f->inode->mode))
		ret = -EINVAL;
	else
		force_readahead(f->mapping, f, (unsigned long)(POS(low, high) >> PAGE_SHIFT), min(count >> PAGE_SHIFT, (size_t)512) + 1);
	if (f)
		file_put(f);
	return ret;
}

long sys_fallocate(int fd, int mode, u32 low, u32 high, u32 len_low, u32 len_high)
{
	struct file *f = fd_get(fd);
	loff_t off = POS(low, high), len = POS(len_low, len_high), end;
	long ret;

	if (!f)
		return -EBADF;
	ret = -EINVAL;
	if (off < 0 || len <= 0)
		goto out;
	ret = -EOPNOTSUPP;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE | FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE))
		goto out;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && !(mode & FALLOC_FL_KEEP_SIZE))
		goto out;
	ret = -EBADF;
	if (!(f->mode & FMODE_WRITE))
		goto out;
	ret = -ETXTBSY;
	if (f->inode->flags & S_SWAPFILE)
		goto out;
	ret = -EPERM;
	if ((f->inode->flags & S_IMMUTABLE) || ((f->inode->flags & S_APPEND) && (mode & ~FALLOC_FL_KEEP_SIZE)))
		goto out;
	ret = -ESPIPE;
	if (S_ISFIFO(f->inode->mode))
		goto out;
	ret = S_ISDIR(f->inode->mode) ? -EISDIR : -ENODEV;
	if (!S_ISREG(f->inode->mode) && !S_ISBLK(f->inode->mode))
		goto out;
	ret = -EFBIG;
	if (__builtin_add_overflow(off, len, &end) || end > f->inode->sb->max_bytes)
		goto out;
	ret = f->op->fallocate ? f->op->fallocate(f, mode, off, len) : -EOPNOTSUPP;
out:
	file_put(f);
	return ret;
}
