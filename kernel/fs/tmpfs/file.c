/*
 * tmpfs data: pages of the page cache that have nowhere else to go, but for swap. A page has data if it is dirty or has a
 * slot (page->private; swap.c); it is charged to the filesystem when it gets data and given back when it is truncated.
 * Clean pages without a slot are holes that somebody read: they need no swap to be reclaimed and are kept among the pages
 * of files (PG_SWAPBACKED is clear) until they get data.
 */
#include "tmpfs.h"
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <mm/lru.h>
#include <mm/mm.h>
#include <mm/shmem.h>
#include <sched/task.h>

bool tmpfs_charge(struct super_block *sb, u64 blocks)
{
	struct tmpfs_sb *t = tmpfs_sb(sb);
	bool ok;

	spin_lock(&t->lock);
	ok = !t->max_blocks || t->used_blocks + blocks <= t->max_blocks;
	if (ok)
		t->used_blocks += blocks;
	spin_unlock(&t->lock);
	return ok;
}

void tmpfs_uncharge(struct super_block *sb, u64 blocks)
{
	struct tmpfs_sb *t = tmpfs_sb(sb);

	spin_lock(&t->lock);
	t->used_blocks -= blocks;
	spin_unlock(&t->lock);
}

void tmpfs_add_blocks(struct inode *i, int pages)
{
	spin_lock(&i->lock);
	i->blocks += (u64)(s64)(pages * 8);
	spin_unlock(&i->lock);
}

/* Calls write no more, and no new mapping does. F_SEAL_FUTURE_WRITE leaves those alone that there are. */
#define NO_WRITES (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

/* A locked page is going to have data. 0 or -ENOSPC. */
static int make_data(struct inode *i, struct page *p)
{
	if (page_test(p, PG_DIRTY))
		return 0;
	if (p->private) {		/* data already; its copy in the slot is out of date from here on */
		page_set(p, PG_DIRTY);
		if (swap_is_tight()) {
			page_wait_writeback(p);
			tmpfs_forget_slot(p);
		}
		return 0;
	}
	if (!tmpfs_charge(i->sb, 1))
		return -ENOSPC;
	page_set(p, PG_DIRTY);
	if (!page_test(p, PG_SWAPBACKED))
		lru_swap_backed(p, true);
	tmpfs_add_blocks(i, 1);
	mem_count(MEM_SHMEM, 1);
	return 0;
}

static bool set_page_dirty(struct page *p)
{
	/* Only pages with data are mapped writable. */
	return !page_test_set(p, PG_DIRTY);
}

static int readpage(struct file *f, struct page *p)
{
	swp_t e = tmpfs_slot(p->mapping->host, p->index);

	(void)f;
	if (unlikely(e))
		return tmpfs_swap_in(p, e);
	page_zero(page_address(p));
	lru_swap_backed(p, false);
	page_set(p, PG_UPTODATE);
	page_unlock(p);
	return 0;
}

/*
 * The page at index, locked and referenced; what is in swap is read unless all of it is going to be written. A file that
 * fills memory does not go with any process: whoever makes it grow is refused.
 */
static struct page *get_page(struct inode *i, unsigned long index, bool whole)
{
	for (;;) {
		struct page *p = find_or_create_page(&i->data, index, GFP_USER | GFP_NOKILL);
		swp_t e;

		if (!p || page_test(p, PG_UPTODATE))
			return p ? p : ERR_PTR(-ENOMEM);
		e = tmpfs_slot(i, index);
		if (!e)
			return p;
		if (whole) {
			mem_count(MEM_SHMEM, 1);
			p->private = e;
			return p;
		}
		page_unlock(p);
		page_put(p);
		p = read_mapping_page(&i->data, index, NULL);
		if (IS_ERR(p))
			return p;
		page_lock(p);
		if (p->mapping == &i->data)
			return p;
		page_unlock(p);		/* reclaimed meanwhile */
		page_put(p);
	}
}

static int write_begin(struct file *f, struct address_space *m, loff_t pos, unsigned len, struct page **page, void **fsdata)
{
	struct inode *i = m->host;
	struct page *p;
	int error;

	(void)f;
	(void)fsdata;
	if (tmpfs_i(i)->seals & (NO_WRITES | F_SEAL_GROW)) {
		if (tmpfs_i(i)->seals & NO_WRITES)
			return -EPERM;
		if (pos + len > i->size)
			return -EPERM;
	}
	p = get_page(i, (unsigned long)(pos >> PAGE_SHIFT), len == PAGE_SIZE);
	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	error = make_data(i, p);
	if (error) {
		page_unlock(p);
		page_put(p);
		return error;
	}
	if (!page_test(p, PG_UPTODATE)) {
		if (len != PAGE_SIZE)
			page_zero(page_address(p));
		page_set(p, PG_UPTODATE);
	}
	*page = p;
	return 0;
}

static int write_end(struct file *f, struct address_space *m, loff_t pos, unsigned len, unsigned copied, struct page *p,
		     void *fsdata)
{
	struct inode *i = m->host;

	(void)f;
	(void)fsdata;
	/* A fresh whole page was not zeroed: nothing of the frame's past may show. */
	if (unlikely(copied < len && len == PAGE_SIZE))
		memset((char *)page_address(p) + copied, 0, PAGE_SIZE - copied);
	if (pos + copied > i->size)
		i->size = pos + copied;
	page_unlock(p);
	page_put(p);
	return copied;
}

static void invalidatepage(struct page *p, unsigned offset)
{
	struct inode *i = p->mapping->host;

	if (offset) {
		if (page_test(p, PG_UPTODATE) && p->private)
			page_set(p, PG_DIRTY);		/* zeroed from there on: the slot is out of date */
		return;
	}
	if (!page_test(p, PG_DIRTY) && !p->private)
		return;
	if (p->private)
		tmpfs_forget_slot(p);
	tmpfs_uncharge(i->sb, 1);
	tmpfs_add_blocks(i, -1);
	mem_count(MEM_SHMEM, -1);
}

const struct address_space_ops tmpfs_aops = {
	.readpage = readpage,
	.write_begin = write_begin,
	.write_end = write_end,
	.invalidatepage = invalidatepage,
	.set_page_dirty = set_page_dirty,
};

static int page_mkwrite(struct vm_area *vma, struct page *p)
{
	struct inode *i = vma->file->inode;
	int error;

	file_update_time(vma->file);
	page_lock(p);
	if (p->mapping != i->mapping) {
		page_unlock(p);
		return -EAGAIN;
	}
	error = make_data(i, p);
	if (error)
		page_unlock(p);
	return error;
}

const struct vm_ops shmem_vm_ops = {
	.fault = filemap_fault,
	.page_mkwrite = page_mkwrite,
	.around = filemap_around,
	.page_cache = true,
};

static int tmpfs_mmap(struct file *f, struct vm_area *vma)
{
	if ((tmpfs_i(f->inode)->seals & NO_WRITES) && (vma->flags & VM_SHARED)) {
		if (vma->flags & VM_WRITE)
			return -EPERM;
		vma->flags &= ~VM_MAYWRITE;
	}
	inode_touch_atime(&f->path);
	vma->ops = &shmem_vm_ops;
	return 0;
}

static int tmpfs_fsync(struct file *f, loff_t start, loff_t end, bool datasync)
{
	(void)f;
	(void)start;
	(void)end;
	(void)datasync;
	return 0;		/* memory is all there is */
}

static bool has_data(struct inode *i, unsigned long index)
{
	struct page *p = find_get_page(&i->data, index);
	bool is = (p && page_test(p, PG_DIRTY)) || tmpfs_slot(i, index);

	if (p)
		page_put(p);
	return is;
}

/* The first offset at or after `off` that is data (or a hole), by whole pages. A hole may be of any size: it is not walked. */
static loff_t seek_pages(struct inode *i, loff_t off, bool data)
{
	loff_t size = inode_size(i);

	while (off < size) {
		unsigned long index = (unsigned long)(off >> PAGE_SHIFT);

		if (data) {
			if (!tmpfs_next_index(i, &index))
				return -ENXIO;
			off = max(off, (loff_t)index << PAGE_SHIFT);
			if (off >= size)
				return -ENXIO;
		}
		if (has_data(i, index) == data)
			return off;
		if (fatal_signal_pending(current))
			return -EINTR;
		off = ((loff_t)index + 1) << PAGE_SHIFT;
	}
	return data ? -ENXIO : size;
}

static loff_t tmpfs_llseek(struct file *f, loff_t off, int whence)
{
	struct inode *i = f->inode;
	loff_t at;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_llseek(f, off, whence);
	down_read(&i->rwsem);
	at = off < 0 || off >= i->size ? -ENXIO : seek_pages(i, off, whence == SEEK_DATA);
	up_read(&i->rwsem);
	if (at >= 0)
		f->pos = at;
	return at;
}

/* What can be seen not to fit is refused before anything is taken. */
static bool fits(const struct inode *i, u64 pages)
{
	const struct tmpfs_sb *t = i->sb->fs_info;
	u64 held = i->blocks >> (PAGE_SHIFT - 9);

	return !t->max_blocks || pages <= held || pages - held <= t->max_blocks - min(t->used_blocks, t->max_blocks);
}

static int preallocate(struct inode *i, loff_t off, loff_t end)
{
	if (!fits(i, ((u64)end + PAGE_SIZE - 1) / PAGE_SIZE - (u64)off / PAGE_SIZE))
		return -ENOSPC;
	for (unsigned long n = (unsigned long)(off >> PAGE_SHIFT); (loff_t)n << PAGE_SHIFT < end; n++) {
		struct page *p;
		int error;

		if (tmpfs_slot(i, n))
			continue;		/* has data */
		p = get_page(i, n, true);
		if (IS_ERR(p))
			return (int)PTR_ERR(p);
		error = make_data(i, p);
		if (!error && !page_test(p, PG_UPTODATE)) {
			page_zero(page_address(p));
			page_set(p, PG_UPTODATE);
		}
		page_unlock(p);
		page_put(p);
		if (error)
			return error;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* The page that `at` cuts comes into memory, where its part can be zeroed. */
static int load_edge(struct inode *i, loff_t at)
{
	struct page *p;

	if (!(at & (PAGE_SIZE - 1)) || !tmpfs_slot(i, (unsigned long)(at >> PAGE_SHIFT)))
		return 0;
	p = get_page(i, (unsigned long)(at >> PAGE_SHIFT), false);
	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	page_set(p, PG_DIRTY);		/* so that it stays until it is cut */
	page_unlock(p);
	page_put(p);
	return 0;
}

static int punch(struct inode *i, loff_t off, loff_t end)
{
	int error = load_edge(i, off);

	error = error ? error : load_edge(i, end);
	if (error)
		return error;
	truncate_pagecache_range(i, off, end);
	if (off + (loff_t)PAGE_SIZE <= end)
		tmpfs_truncate_slots(i, (unsigned long)((off + PAGE_SIZE - 1) >> PAGE_SHIFT), (unsigned long)(end >> PAGE_SHIFT));
	return 0;
}

static long tmpfs_fallocate(struct file *f, int mode, loff_t off, loff_t len)
{
	struct inode *i = f->inode;
	u32 seals = tmpfs_i(i)->seals;
	int error = 0;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	down_write(&i->rwsem);
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		loff_t end = off + len;

		if (seals & NO_WRITES)
			error = -EPERM;
		else
			error = punch(i, off, end);
	} else if ((seals & F_SEAL_GROW) && off + len > i->size) {
		error = -EPERM;
	} else {
		error = preallocate(i, off, off + len);
		if (!error && !(mode & FALLOC_FL_KEEP_SIZE) && off + len > i->size)
			i->size = off + len;
	}
	if (!error)
		inode_now(i, ATTR_MTIME | ATTR_CTIME);
	up_write(&i->rwsem);
	return error;
}

const struct file_ops tmpfs_file_ops = {
	.llseek = tmpfs_llseek,
	.nowait = true,
	.read = generic_file_read,
	.splice_page = generic_splice_page,
	.write = generic_file_write,
	.mmap = tmpfs_mmap,
	.fsync = tmpfs_fsync,
	.fallocate = tmpfs_fallocate,
};

int tmpfs_setattr(struct dentry *d, struct iattr *a)
{
	struct inode *i = d->inode;
	int error = setattr_prepare(d, a);

	if (error)
		return error;
	if (a->valid & ATTR_SIZE) {
		u32 seals = tmpfs_i(i)->seals;

		if (((seals & F_SEAL_SHRINK) && a->size < i->size) || ((seals & F_SEAL_GROW) && a->size > i->size))
			return -EPERM;
		if (a->size != i->size) {
			bool shrink = a->size < i->size;

			i->size = a->size;
			if (shrink) {
				error = load_edge(i, a->size);
				truncate_pagecache(i, a->size);
				tmpfs_truncate_slots(i, (unsigned long)((a->size + PAGE_SIZE - 1) >> PAGE_SHIFT), 0);
				if (error)
					return error;
			}
		}
	}
	setattr_copy(i, a);
	return 0;
}

const struct inode_ops tmpfs_file_inode_ops = {
	.setattr = tmpfs_setattr,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
	.removexattr = tmpfs_removexattr,
	.set_acl = tmpfs_set_acl,
};
