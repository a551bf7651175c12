/*
 * The page cache proper: pages by (mapping, index), their dirty state, and giving clean ones back.
 *
 * Invariants: a cached page is counted once by the cache, its mapping and index are set, and it is on the LRU; mapping
 * and index change only with the page locked and mapping->lock held. The tree's DIRTY tag follows PG_DIRTY under
 * mapping->lock; the WRITEBACK tag may outlast PG_WRITEBACK (write-back ends in interrupts) and is cleared by whoever
 * waits. Lock order: page, mapping->lock.
 */
#include <core/init.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <sched/task.h>
#include <mm/lru.h>
#include <mm/mm.h>

void mapping_init(struct address_space *m, struct inode *host, const struct address_space_ops *ops)
{
	memset(m, 0, sizeof(*m));
	m->host = host;
	m->ops = ops;
	spin_lock_init(&m->lock, RANK_MAPPING);
	list_init(&m->i_mmap);
	list_init(&m->private_list);
}

struct page *find_get_page(struct address_space *m, unsigned long index)
{
	struct page *p;

	spin_lock(&m->lock);
	p = radix_lookup(&m->pages, index);
	if (p)
		page_get(p);
	spin_unlock(&m->lock);
	return p;
}

struct page *find_lock_page(struct address_space *m, unsigned long index)
{
	struct page *p;

	for (;;) {
		p = find_get_page(m, index);
		if (!p)
			return NULL;
		page_lock(p);
		if (likely(p->mapping == m))
			return p;
		page_unlock(p);		/* truncated while we waited */
		page_put(p);
	}
}

int add_to_page_cache(struct page *p, struct address_space *m, unsigned long index, unsigned gfp)
{
	int error = radix_preload();

	(void)gfp;
	if (error)
		return error;
	spin_lock(&m->lock);
	error = radix_insert(&m->pages, index, p);
	if (!error) {
		page_get(p);
		page_set(p, PG_LOCKED);
		p->mapping = m;
		p->index = index;
		m->nrpages++;
		if (m->ops && m->ops->set_page_dirty)	/* keeps its pages in memory, or in swap */
			page_set(p, PG_SWAPBACKED);
		lru_add(p);
		mem_count(MEM_PAGE_CACHE, 1);
	}
	spin_unlock(&m->lock);
	radix_preload_end();
	return error;
}

/* mapping->lock held. */
static void unlink_page(struct page *p)
{
	struct address_space *m = p->mapping;

	radix_delete(&m->pages, p->index);
	m->nrpages--;
	p->mapping = NULL;
	lru_del(p);
	mem_count(MEM_PAGE_CACHE, -1);
}

void remove_from_page_cache(struct page *p)
{
	struct address_space *m = p->mapping;

	ASSERT(page_test(p, PG_LOCKED));
	spin_lock(&m->lock);
	unlink_page(p);
	spin_unlock(&m->lock);
	page_put(p);
}

struct page *find_or_create_page(struct address_space *m, unsigned long index, unsigned gfp)
{
	struct page *p;
	int error;

	for (;;) {
		p = find_lock_page(m, index);
		if (p)
			return p;
		p = page_alloc(gfp | m->gfp, 0);
		if (!p)
			return NULL;
		error = add_to_page_cache(p, m, index, gfp);
		if (!error)
			return p;
		page_put(p);
		if (error != -EEXIST)
			return NULL;
	}
}

struct page *read_mapping_page(struct address_space *m, unsigned long index, struct file *file)
{
	struct page *p = find_get_page(m, index);
	int error;

	if (p && page_test(p, PG_UPTODATE))
		return p;
	if (p)
		page_put(p);
	p = find_or_create_page(m, index, GFP_KERNEL);
	if (!p)
		return ERR_PTR(-ENOMEM);
	if (!page_test(p, PG_UPTODATE)) {
		page_clear(p, PG_ERROR);
		error = m->ops->readpage(file, p);
		if (!error) {
			page_lock(p);
			if (!page_test(p, PG_UPTODATE))
				error = -EIO;
			page_unlock(p);
		}
		if (error) {
			page_put(p);
			return ERR_PTR(error);
		}
		return p;
	}
	page_unlock(p);
	return p;
}

/* ---- dirty pages ---- */

bool page_set_dirty(struct page *p)
{
	struct address_space *m = p->mapping;

	if (page_test(p, PG_DIRTY))
		return false;
	if (m && !((unsigned long)m & PAGE_MAPPING_ANON) && m->ops && m->ops->set_page_dirty)
		return m->ops->set_page_dirty(p);
	if (page_test_set(p, PG_DIRTY))
		return false;
	if (!m || ((unsigned long)m & PAGE_MAPPING_ANON))
		return true;
	spin_lock(&m->lock);
	if (p->mapping == m) {
		radix_tag_set(&m->pages, p->index, RADIX_DIRTY);
		mem_count(MEM_DIRTY, 1);
	}
	spin_unlock(&m->lock);
	current->io_write_bytes += PAGE_SIZE;
	if (m->host)
		inode_mark_dirty(m->host, I_DIRTY_PAGES);
	return true;
}

/* for_io: who waits for write-back has to find the page from here on, and not only once its request has begun. */
static void clear_dirty(struct page *p, bool for_io)
{
	struct address_space *m = p->mapping;

	if (m->ops && m->ops->set_page_dirty) {		/* keeps its own account */
		page_clear(p, PG_DIRTY);
		return;
	}
	spin_lock(&m->lock);
	if (page_test_clear(p, PG_DIRTY)) {
		radix_tag_clear(&m->pages, p->index, RADIX_DIRTY);
		if (for_io)
			radix_tag_set(&m->pages, p->index, RADIX_WRITEBACK);
		mem_count(MEM_DIRTY, -1);
	}
	spin_unlock(&m->lock);
}

bool page_clear_dirty_for_io(struct page *p)
{
	bool dirty;

	ASSERT(page_test(p, PG_LOCKED));
	/* The next store through a mapping faults and makes the page dirty again. */
	(void)page_mkclean(p);	/* writable entries exist only while the page is dirty */
	dirty = page_test(p, PG_DIRTY);
	if (dirty)
		clear_dirty(p, true);
	return dirty;
}

void page_start_writeback(struct page *p)
{
	struct address_space *m = p->mapping;

	ASSERT(page_test(p, PG_LOCKED));
	if (page_test_set(p, PG_WRITEBACK))
		return;
	mem_count(MEM_WRITEBACK, 1);
	spin_lock(&m->lock);
	radix_tag_set(&m->pages, p->index, RADIX_WRITEBACK);
	spin_unlock(&m->lock);
}

void mapping_set_error(struct address_space *m, int error)
{
	if (!error)
		return;
	/* Low bits: the errno; above: how often, so that each open file reports each failure once. */
	m->error = ((m->error & ~0xfff) + 0x1000) | (error == -ENOSPC ? ENOSPC : EIO);
}

int mapping_check_error(struct file *f)
{
	int now = f->mapping->error;

	if (likely(now == f->wb_error))
		return 0;
	f->wb_error = now;
	return -(now & 0xfff);
}

/* ---- truncation ---- */

static void drop_page(struct page *p)
{
	struct address_space *m = p->mapping;

	page_wait_writeback(p);
	if (m->ops && m->ops->invalidatepage)
		m->ops->invalidatepage(p, 0);
	clear_dirty(p, false);
	page_clear(p, PG_UPTODATE);
	remove_from_page_cache(p);
}

#define BATCH 16

/* Whole pages [first, end) go; end 0: to the end of the file. */
static void drop_pages(struct address_space *m, unsigned long first, unsigned long end)
{
	struct page *pages[BATCH];
	unsigned n;

	while (m->nrpages && (end == 0 || first < end)) {
		spin_lock(&m->lock);
		n = radix_gang(&m->pages, (void **)pages, NULL, first, BATCH);
		for (unsigned i = 0; i < n; i++)
			page_get(pages[i]);
		spin_unlock(&m->lock);
		if (!n)
			return;
		for (unsigned i = 0; i < n; i++) {
			struct page *p = pages[i];

			page_lock(p);
			if (p->mapping == m && p->index >= first && (end == 0 || p->index < end)) {
				first = p->index;
				if (atomic_read(&p->mapcount) > 0)
					vm_unmap_mapping(m, p->index, p->index + 1, true);
				drop_page(p);
			} else if (p->mapping == m && end && p->index >= end) {
				first = end;
			}
			page_unlock(p);
			page_put(p);
		}
	}
}

/* Zero bytes [from, to) of one cached page. */
static void zero_part(struct address_space *m, unsigned long index, unsigned from, unsigned to, bool tail)
{
	struct page *p = find_lock_page(m, index);

	if (!p)
		return;
	page_wait_writeback(p);
	if (page_test(p, PG_UPTODATE) || page_test(p, PG_DIRTY))
		memset((char *)page_address(p) + from, 0, to - from);
	if (tail && m->ops && m->ops->invalidatepage)
		m->ops->invalidatepage(p, from);
	page_unlock(p);
	page_put(p);
}

void truncate_inode_pages(struct address_space *m, loff_t from)
{
	unsigned part = (unsigned)from & (PAGE_SIZE - 1);

	if (!m->nrpages)
		return;
	if (part)
		zero_part(m, (unsigned long)(from >> PAGE_SHIFT), part, PAGE_SIZE, true);
	drop_pages(m, (unsigned long)((from + PAGE_SIZE - 1) >> PAGE_SHIFT), 0);
}

void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *m = inode->mapping;
	unsigned long hole = (unsigned long)((newsize + PAGE_SIZE - 1) >> PAGE_SHIFT);

	/* Twice: a fault between the first and the removal may have mapped a page again. */
	if (!list_empty(&m->i_mmap))
		vm_unmap_mapping(m, hole, 0, true);
	truncate_inode_pages(m, newsize);
	if (!list_empty(&m->i_mmap))
		vm_unmap_mapping(m, hole, 0, true);
}

void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end)
{
	struct address_space *m = inode->mapping;
	unsigned long first = (unsigned long)((start + PAGE_SIZE - 1) >> PAGE_SHIFT);
	unsigned long last = (unsigned long)(end >> PAGE_SHIFT);	/* exclusive */
	unsigned head = (unsigned)start & (PAGE_SIZE - 1), tail = (unsigned)end & (PAGE_SIZE - 1);

	if (end <= start)
		return;
	if (head && first > last) {	/* within one page */
		zero_part(m, (unsigned long)(start >> PAGE_SHIFT), head, tail, false);
		return;
	}
	if (head)
		zero_part(m, (unsigned long)(start >> PAGE_SHIFT), head, PAGE_SIZE, false);
	if (last > first) {
		if (!list_empty(&m->i_mmap))
			vm_unmap_mapping(m, first, last, true);
		drop_pages(m, first, last);
	}
	if (tail)
		zero_part(m, last, 0, tail, false);
}

/* ---- giving back ---- */

bool pagecache_reclaim(struct page *p, unsigned gfp)
{
	struct address_space *m = p->mapping;

	if (!m || page_test(p, PG_WRITEBACK) || page_test(p, PG_MLOCKED))
		return false;
	if (atomic_read(&p->mapcount) > 0)
		vm_unmap_mapping(m, p->index, p->index + 1, false);
	if (page_test(p, PG_DIRTY) || atomic_read(&p->mapcount) > 0)
		return false;
	if (page_test(p, PG_BUFFERS) && (!m->ops->releasepage || !m->ops->releasepage(p, gfp)))
		return false;
	spin_lock(&m->lock);
	if (atomic_read(&p->refcount) != 2 || page_test(p, PG_DIRTY)) {
		spin_unlock(&m->lock);
		return false;
	}
	unlink_page(p);
	spin_unlock(&m->lock);
	if (page_test(p, PG_SWAPBACKED) && p->private)
		mem_count(MEM_SHMEM, -1);	/* the slot has it */
	page_put(p);
	return true;
}

unsigned long invalidate_clean_pages(struct address_space *m)
{
	struct page *pages[BATCH];
	unsigned long first = 0, freed = 0;
	unsigned n;

	for (;;) {
		spin_lock(&m->lock);
		n = radix_gang(&m->pages, (void **)pages, NULL, first, BATCH);
		for (unsigned i = 0; i < n; i++)
			page_get(pages[i]);
		spin_unlock(&m->lock);
		if (!n)
			return freed;
		first = pages[n - 1]->index + 1;
		for (unsigned i = 0; i < n; i++) {
			if (page_trylock(pages[i])) {
				if (pages[i]->mapping == m && atomic_read(&pages[i]->mapcount) <= 0 && pagecache_reclaim(pages[i], GFP_KERNEL))
					freed++;
				page_unlock(pages[i]);
			}
			page_put(pages[i]);
		}
		if (!first)
			return freed;
	}
}
