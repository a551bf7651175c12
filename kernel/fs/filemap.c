/*
 * Reading, writing and mapping files through the page cache, on top of address_space_ops.
 *
 * A write never copies from user memory while it holds a page that the copy could fault on: it faults the source in
 * first, copies with page faults off, and starts over with what was not copied. Reads hold no page lock while copying.
 */
#include <core/time.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <mm/lru.h>
#include <mm/mm.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/mount.h>

#define RA_MIN 4ul
#define RA_MAX 32ul		/* 128 KiB */

/* ---- read-ahead ---- */

/* Start reading absent pages of [index, index + n), up to the end of the file. */
static void read_pages(struct address_space *m, struct file *f, unsigned long index, unsigned long n)
{
	unsigned long end = (unsigned long)((inode_size(m->host) + PAGE_SIZE - 1) >> PAGE_SHIFT);
	struct page *pages[RA_MAX];
	unsigned run = 0;

	n = min(n, RA_MAX);
	for (unsigned long i = index; i < index + n && i < end; i++) {
		struct page *p = NULL;
		bool have = radix_present(m, i);

		if (!have) {
			p = page_alloc(GFP_USER | GFP_NOWARN | m->gfp, 0);
			if (p && add_to_page_cache(p, m, i, GFP_USER)) {
				page_put(p);
				p = NULL;
			}
		}
		if (p)
			pages[run++] = p;
		if (run && (!p || i + 1 == index + n || i + 1 == end)) {
			if (m->ops->readpages) {
				(void)m->ops->readpages(m, pages, run);	/* who needs a page sees its error */
			} else {
				for (unsigned k = 0; k < run; k++)
					(void)m->ops->readpage(f, pages[k]);
			}
			while (run)
				page_put(pages[--run]);
		}
		if (!have && !p)
			break;			/* short of memory: no read-ahead */
	}
}

bool radix_present(struct address_space *m, unsigned long index)
{
	bool have;

	spin_lock(&m->lock);
	have = radix_lookup(&m->pages, index) != NULL;
	spin_unlock(&m->lock);
	return have;
}

/* A page was not there: read it with a window that doubles while the file is read in order. */
static void readahead_miss(struct address_space *m, struct file *f, unsigned long index, unsigned long want)
{
	unsigned long size;

	if (!f || (f->flags & FILE_RANDOM)) {
		read_pages(m, f, index, 1);
		return;
	}
	if (index == f->ra.next || index == f->ra.prev + 1)
		size = min(max(f->ra.size * 2, RA_MIN), RA_MAX);
	else
		size = index == 0 ? RA_MIN : 1;
	size = min(max(size, want), RA_MAX);
	read_pages(m, f, index, size);
	f->ra.size = size;
	f->ra.next = index + size;
}

/* Reading in order is about to reach the end of the window: start the next. */
static inline void readahead_next(struct address_space *m, struct file *f, unsigned long index)
{
	if (f->ra.size >= RA_MIN && index + f->ra.size / 2 == f->ra.next && index == f->ra.prev + 1) {
		unsigned long size = min(f->ra.size * 2, RA_MAX);

		read_pages(m, f, f->ra.next, size);
		f->ra.next += size;
		f->ra.size = size;
	}
}

void force_readahead(struct address_space *m, struct file *f, unsigned long index, unsigned long n)
{
	while (n && m->ops && m->ops->readpage) {
		unsigned long part = min(n, RA_MAX);

		read_pages(m, f, index, part);
		index += part;
		n -= part;
	}
}

/* The uptodate page at index, referenced; ERR_PTR. */
static struct page *get_page(struct address_space *m, struct file *f, unsigned long index, unsigned long want)
{
	struct page *p = find_get_page(m, index);

	if (!p) {
		readahead_miss(m, f, index, want);
		p = find_get_page(m, index);
	} else if (f) {
		readahead_next(m, f, index);
	}
	if (f)
		f->ra.prev = index;
	if (likely(p && page_test(p, PG_UPTODATE)))
		return p;
	if (p) {
		/* Being read: the reader unlocks it. */
		page_lock(p);
		page_unlock(p);
		if (page_test(p, PG_UPTODATE) && p->mapping == m)
			return p;
		page_put(p);
	}
	return read_mapping_page(m, index, f);
}

/* What is in memory now: for who must not wait. */
static struct page *get_page_cached(struct address_space *m, unsigned long index)
{
	struct page *p = find_get_page(m, index);

	if (p && page_test(p, PG_UPTODATE))
		return p;
	if (p)
		page_put(p);
	return ERR_PTR(-EAGAIN);
}

ssize_t generic_file_read(struct file *f, struct iov_iter *it, loff_t *ppos)
{
	struct address_space *m = f->mapping;
	struct inode *inode = m->host;
	loff_t pos = *ppos;
	ssize_t done = 0;
	int error = 0;

	while (it->count) {
		unsigned long index = (unsigned long)(pos >> PAGE_SHIFT);
		unsigned offset = (unsigned)pos & (PAGE_SIZE - 1);
		loff_t size = inode_size(inode);
		struct page *p;
		size_t n, copied;

		if (pos >= size)
			break;
		if (unlikely(it->rwf & RWF_NOWAIT))
			p = get_page_cached(m, index);
		else
			p = get_page(m, f, index, (it->count + offset + PAGE_SIZE - 1) >> PAGE_SHIFT);
		if (IS_ERR(p)) {
			error = PTR_ERR(p);
			break;
		}
		/* The size again: a truncation may have come before the page was read. */
		size = inode_size(inode);
		if (pos >= size) {
			page_put(p);
			break;
		}
		n = PAGE_SIZE - offset;
		if (size - pos < (loff_t)n)
			n = (size_t)(size - pos);
		n = min(n, it->count);
		copied = copy_to_iter((char *)page_address(p) + offset, n, it);
		page_mark_accessed(p);
		page_put(p);
		pos += copied;
		done += copied;
		if (copied < n) {
			error = -EFAULT;
			break;
		}
		if (it->count && fatal_signal_pending(current)) {
			error = -EINTR;
			break;
		}
	}
	*ppos = pos;
	if (!(f->flags & O_NOATIME))
		inode_touch_atime(&f->path);
	return done ? done : error;
}

struct page *generic_splice_page(struct file *f, loff_t pos, size_t want, size_t *len)
{
	struct inode *inode = f->mapping->host;
	unsigned offset = (unsigned)pos & (PAGE_SIZE - 1);
	struct page *p;
	loff_t size;

	if (pos >= inode_size(inode))
		return NULL;
	p = get_page(f->mapping, f, (unsigned long)(pos >> PAGE_SHIFT), (want + offset + PAGE_SIZE - 1) >> PAGE_SHIFT);
	if (IS_ERR(p))
		return p;
	/* The size again: a truncation may have come before the page was read. */
	size = inode_size(inode);
	if (pos >= size) {
		page_put(p);
		return NULL;
	}
	page_set(p, PG_REFERENCED);
	if (!(f->flags & O_NOATIME))
		inode_touch_atime(&f->path);
	*len = PAGE_SIZE - offset;
	if (size - pos < (loff_t)*len)
		*len = (size_t)(size - pos);
	return p;
}

/* ---- writing ---- */

void file_update_time(struct file *f)
{
	struct inode *i = f->inode;
	struct timespec64 now;

	ktime_get_coarse_real(&now);
	if (i->mtime.tv_nsec == now.tv_nsec && i->mtime.tv_sec == now.tv_sec && i->ctime.tv_nsec == now.tv_nsec &&
	    i->ctime.tv_sec == now.tv_sec)
		return;
	spin_lock(&i->lock);
	i->mtime = i->ctime = now;
	spin_unlock(&i->lock);
	inode_mark_dirty(i, I_DIRTY);
}

/* Position and count against O_APPEND, the file size limit and what the filesystem can hold. Bytes or -errno. */
ssize_t generic_write_checks(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct inode *inode = f->inode;
	u64 limit = rlimit(RLIMIT_FSIZE);

	if ((f->flags & O_APPEND) || (it->rwf & RWF_APPEND))
		*pos = inode_size(inode);
	if (!it->count)
		return 0;
	if (unlikely((u64)*pos >= limit)) {
		signal_send_thread(SIGXFSZ, current);
		return -EFBIG;
	}
	if (unlikely(it->count > limit - (u64)*pos))
		it->count = (size_t)(limit - (u64)*pos);
	if (unlikely(!(f->flags & O_LARGEFILE)) && *pos + (loff_t)it->count > 0x7fffffff) {
		if (*pos >= 0x7fffffff)
			return -EFBIG;
		it->count = (size_t)(0x7fffffff - *pos);
	}
	if (unlikely(*pos >= inode->sb->max_bytes))
		return -EFBIG;
	if ((loff_t)it->count > inode->sb->max_bytes - *pos)
		it->count = (size_t)(inode->sb->max_bytes - *pos);
	return it->count;
}

static ssize_t perform_write(struct file *f, struct iov_iter *it, loff_t pos)
{
	struct address_space *m = f->mapping;
	ssize_t done = 0;
	int n = 0;

	while (it->count) {
		unsigned offset = (unsigned)pos & (PAGE_SIZE - 1);
		unsigned len = min_t(size_t, PAGE_SIZE - offset, it->count);
		struct iov_iter start = *it;
		struct page *p;
		void *fsdata = NULL;
		size_t copied;

		if (start.iov == &it->one)
			start.iov = &start.one;
		n = iov_fault_in(it, len);
		if (n)
			break;
		n = m->ops->write_begin(f, m, pos, len, &p, &fsdata);
		if (n)
			break;
		copied = copy_from_iter_atomic((char *)page_address(p) + offset, len, it);
		n = m->ops->write_end(f, m, pos, len, copied, p, fsdata);
		if (n < 0)
			break;
		if ((size_t)n < copied)
			iov_revert(it, copied - n, &start);
		pos += n;
		done += n;
		n = 0;
		balance_dirty_pages(m);
		if (fatal_signal_pending(current)) {
			n = -EINTR;
			break;
		}
	}
	return done ? done : n;
}

ssize_t generic_file_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct inode *inode = f->inode;
	bool all, sync;
	ssize_t n;
	int error;

	if (unlikely(it->rwf & RWF_NOWAIT))
		return -EOPNOTSUPP;	/* locks and blocks may have to be waited for at any step */
	down_write(&inode->rwsem);
	n = generic_write_checks(f, it, pos);
	if (n <= 0)
		goto out;
	error = inode->flags & S_IMMUTABLE ? -EPERM : inode->flags & S_SWAPFILE ? -ETXTBSY : file_remove_privs(f);
	if (error) {
		n = error;
		goto out;
	}
	file_update_time(f);
	n = perform_write(f, it, *pos);
	if (n > 0)
		*pos += n;
out:
	up_write(&inode->rwsem);
	sync = (f->flags & O_DSYNC) || (it->rwf & (RWF_DSYNC | RWF_SYNC)) || (inode->sb->flags & MS_SYNCHRONOUS) || (inode->flags & S_SYNC);
	if (n > 0 && unlikely(sync)) {
		all = (f->flags & O_SYNC) == O_SYNC || (it->rwf & RWF_SYNC);
		error = f->op->fsync ? f->op->fsync(f, *pos - n, *pos - 1, !all) : 0;
		if (error)
			n = error;
	}
	return n;
}

/* ---- mapping ---- */

int filemap_fault(struct vm_area *vma, unsigned long pgoff, struct page **page)
{
	struct file *f = vma->file;
	struct address_space *m = f->mapping;
	struct page *p;

	if ((loff_t)pgoff >= (inode_size(m->host) + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT)
		return -EFAULT;
	/* Faults are spread around; a miss reads a window that also lies before the page. */
	p = find_get_page(m, pgoff);
	if (!p || !page_test(p, PG_UPTODATE)) {
		if (p)
			page_put(p);
		else
			read_pages(m, f, pgoff & ~7ul, 16);
		p = get_page(m, f, pgoff, 1);
		if (IS_ERR(p))
			return PTR_ERR(p);
	}
	if (unlikely((loff_t)pgoff >= (inode_size(m->host) + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT)) {
		page_put(p);
		return -EFAULT;
	}
	*page = p;
	return 0;
}

/* A shared mapping is written to for the first time since the page was clean. */
static int filemap_page_mkwrite(struct vm_area *vma, struct page *p)
{
	struct inode *inode = vma->file->inode;

	file_update_time(vma->file);
	page_lock(p);
	if (p->mapping != inode->mapping) {
		page_unlock(p);
		return -EAGAIN;		/* truncated: the access is tried again */
	}
	page_wait_writeback(p);
	page_set_dirty(p);
	return 0;
}

/* What is cached of [pgoff, pgoff + n), n <= 16, for a fault nearby. */
void filemap_around(struct vm_area *vma, unsigned long pgoff, unsigned n, struct page **pages)
{
	struct address_space *m = vma->file->mapping;
	unsigned long index[16];
	struct page *found[16];
	unsigned i, have;

	memset(pages, 0, n * sizeof(*pages));
	spin_lock(&m->lock);
	have = radix_gang(&m->pages, (void **)found, index, pgoff, n);
	for (i = 0; i < have && index[i] - pgoff < n; i++) {
		if (!page_test(found[i], PG_UPTODATE) || page_test(found[i], PG_LOCKED))
			continue;
		page_get(found[i]);
		pages[index[i] - pgoff] = found[i];
	}
	spin_unlock(&m->lock);
}

const struct vm_ops generic_file_vm_ops = {
	.fault = filemap_fault,
	.page_mkwrite = filemap_page_mkwrite,
	.around = filemap_around,
	.page_cache = true,
};

int generic_file_mmap(struct file *f, struct vm_area *vma)
{
	if (!f->mapping->ops || !f->mapping->ops->readpage)
		return -ENODEV;
	inode_touch_atime(&f->path);
	vma->ops = &generic_file_vm_ops;
	return 0;
}
