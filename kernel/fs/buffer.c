/*
 * Buffers: metadata blocks in the page cache of a block device. One block is one page; page->private points to the
 * buffer (PG_BUFFERS), which stays with the page after its last reference is put, until the page is reclaimed.
 *
 * B_UPTODATE and PG_UPTODATE say the same. A dirty buffer's page is dirty too, unless a journal has the buffer pinned:
 * then write-back leaves it alone until the journal unpins it and calls buffer_dirty() again. While B_WRITING is set
 * the contents must not change: buffer_lock'ers wait for it.
 */
#include <core/init.h>
#include <core/time.h>
#include <fs/buffer.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <mm/lru.h>
#include <mm/kmalloc.h>

static struct kmem_cache *cache;
#define SECTORS (PAGE_SIZE / 512)

/* The page is locked. */
static struct buffer *attach(struct block_device *b, struct page *p)
{
	struct buffer *bh;

	if (page_test(p, PG_BUFFERS))
		return (struct buffer *)p->private;
	bh = kmem_cache_alloc(cache, GFP_NOFS | GFP_ZERO);
	if (!bh)
		return NULL;
	bh->bdev = b;
	bh->block = p->index;
	bh->page = p;
	bh->data = page_address(p);
	mutex_init(&bh->lock, RANK_BUFFER);
	list_init(&bh->dirty_link);
	if (page_test(p, PG_UPTODATE))
		set_bit(B_UPTODATE, &bh->flags);
	p->private = (unsigned long)bh;
	page_set(p, PG_BUFFERS);
	return bh;
}

struct buffer *buffer_get(struct block_device *b, u64 block)
{
	struct address_space *m = b->inode->mapping;
	struct buffer *bh;
	struct page *p;

	if (block >= DIV_ROUND_UP(b->sectors, SECTORS) || block > 0xffffffff)
		return NULL;
	/* The common case: cached, with its buffer. Under the lock that buffer_releasepage() looks at the count with. */
	spin_lock(&m->lock);
	p = radix_lookup(&m->pages, (unsigned long)block);
	if (p && page_test(p, PG_BUFFERS)) {
		page_get(p);
		bh = (struct buffer *)p->private;
		atomic_inc(&bh->count);
		spin_unlock(&m->lock);
		if (page_test(p, PG_UPTODATE))
			set_bit(B_UPTODATE, &bh->flags);
		return bh;
	}
	spin_unlock(&m->lock);
	p = find_or_create_page(m, (unsigned long)block, GFP_NOFS);
	if (!p)
		return NULL;
	bh = attach(b, p);
	if (bh)
		atomic_inc(&bh->count);		/* holds the page's reference */
	page_unlock(p);
	if (!bh)
		page_put(p);
	return bh;
}

void buffer_put(struct buffer *bh)
{
	struct page *p;

	if (!bh)
		return;
	p = bh->page;
	atomic_dec(&bh->count);
	page_mark_accessed(p);
	page_put(p);
}

struct buffer *buffer_read(struct block_device *b, u64 block)
{
	struct buffer *bh = buffer_get(b, block);
	struct page *p;

	if (!bh)
		return ERR_PTR(buffer_missing(b, block));
	if (likely(test_bit(B_UPTODATE, &bh->flags)))
		return bh;
	p = read_mapping_page(b->inode->mapping, (unsigned long)block, NULL);
	if (IS_ERR(p)) {
		buffer_put(bh);
		return ERR_CAST(p);
	}
	set_bit(B_UPTODATE, &bh->flags);
	page_put(p);
	return bh;
}

void buffer_readahead(struct block_device *b, u64 block)
{
	struct address_space *m = b->inode->mapping;
	struct page *p;

	if (block >= DIV_ROUND_UP(b->sectors, SECTORS) || radix_present(m, (unsigned long)block))
		return;
	p = page_alloc(GFP_NOFS | GFP_NOWARN, 0);
	if (!p)
		return;
	if (add_to_page_cache(p, m, (unsigned long)block, GFP_NOFS) == 0)
		(void)m->ops->readpage(NULL, p);	/* who wants the block will see the error */
	page_put(p);
}

void buffer_dirty(struct buffer *bh)
{
	set_bit(B_UPTODATE, &bh->flags);
	page_set(bh->page, PG_UPTODATE);
	set_bit(B_DIRTY, &bh->flags);
	if (!test_bit(B_PINNED, &bh->flags))
		page_set_dirty(bh->page);
}

int buffer_write_async(struct buffer *bh)
{
	struct writeback_control wbc = { .nr_to_write = 1, .sync = true, .end = 0x7fffffffffffffffLL };
	struct page *p = bh->page;
	int error;

	for (;;) {
		page_lock(p);
		page_wait_writeback(p);
		if (!p->mapping) {
			page_unlock(p);
			return -EIO;
		}
		(void)page_clear_dirty_for_io(p);	/* it is written whether it was marked or not */
		clear_bit(B_ERROR, &bh->flags);
		clear_bit(B_DIRTY, &bh->flags);
		page_clear(p, PG_ERROR);
		error = bdev_write_page(p, &wbc);
		/* A journal does not end for lack of memory: what is under way gives some back. */
		if (error != -ENOMEM)
			return error;
		sleep_ns(5 * NSEC_PER_MSEC);
	}
}

int buffer_wait(struct buffer *bh)
{
	page_wait_writeback(bh->page);
	return page_test_clear(bh->page, PG_ERROR) || test_and_clear_bit(B_ERROR, &bh->flags) ? -EIO : 0;
}

int buffer_write(struct buffer *bh, bool flush)
{
	int error = buffer_write_async(bh);

	if (!error)
		error = buffer_wait(bh);
	if (!error && flush)
		error = bdev_flush(bh->bdev);
	return error;
}

void buffer_forget(struct buffer *bh)
{
	struct page *p = bh->page;

	page_lock(p);
	page_wait_writeback(p);
	clear_bit(B_DIRTY, &bh->flags);
	clear_bit(B_VERIFIED, &bh->flags);
	if (p->mapping)
		(void)page_clear_dirty_for_io(p);	/* dropped on purpose */
	page_unlock(p);
	buffer_put(bh);
}

int buffer_sync(struct block_device *b)
{
	return filemap_write_and_wait(b->inode->mapping, 0, 0x7fffffffffffffffLL);
}

void buffer_clean_aliases(struct block_device *b, u64 block, u64 n)
{
	struct address_space *m = b->inode->mapping;
	struct page *pages[16];
	unsigned long idx[16], first = (unsigned long)block, end = (unsigned long)(block + n);

	while (first < end) {
		unsigned k;

		spin_lock(&m->lock);
		k = radix_gang(&m->pages, (void **)pages, idx, first, ARRAY_SIZE(pages));
		for (unsigned i = 0; i < k; i++)
			page_get(pages[i]);
		spin_unlock(&m->lock);
		if (!k)
			return;
		for (unsigned i = 0; i < k; i++) {
			struct page *p = pages[i];

			if (idx[i] < end) {
				page_lock(p);
				page_wait_writeback(p);
				if (p->mapping == m) {
					if (page_test(p, PG_BUFFERS))
						clear_bit(B_DIRTY, &((struct buffer *)p->private)->flags);
					(void)page_clear_dirty_for_io(p);	/* stale metadata */
				}
				page_unlock(p);
			}
			page_put(p);
		}
		first = idx[k - 1] + 1;
		if (!first)
			return;
	}
}

/* ---- for the mapping's operations (block/bdev.c) ---- */

int buffer_writepage(struct page *p, struct writeback_control *wbc)
{
	if (page_test(p, PG_BUFFERS)) {
		struct buffer *bh = (struct buffer *)p->private;

		/* The journal's: buffer_dirty() comes again when it may be written. */
		if (test_bit(B_PINNED, &bh->flags)) {
			page_unlock(p);
			return 0;
		}
		clear_bit(B_DIRTY, &bh->flags);
	}
	return bdev_write_page(p, wbc);
}

void buffer_invalidatepage(struct page *p, unsigned offset)
{
	struct buffer *bh;

	if (offset || !page_test_clear(p, PG_BUFFERS))
		return;
	bh = (struct buffer *)p->private;
	if (atomic_read(&bh->count))
		pr_err("BUG: buffer %llu of %s in use while its device goes\n", bh->block, bh->bdev->name);
	p->private = 0;
	kmem_cache_free(cache, bh);
}

int buffer_releasepage(struct page *p, unsigned gfp)
{
	struct address_space *m = p->mapping;
	struct buffer *bh = (struct buffer *)p->private;

	(void)gfp;
	spin_lock(&m->lock);
	if (atomic_read(&bh->count) || bh->journal || (bh->flags & (1ul << B_DIRTY | 1ul << B_PINNED))) {
		spin_unlock(&m->lock);
		return 0;
	}
	page_clear(p, PG_BUFFERS);
	p->private = 0;
	spin_unlock(&m->lock);
	kmem_cache_free(cache, bh);
	return 1;
}

static int __init buffer_init(void)
{
	cache = kmem_cache_create("buffer", sizeof(struct buffer), 8);
	return 0;
}
core_initcall(buffer_init);
