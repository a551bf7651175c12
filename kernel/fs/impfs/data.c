/*
 * File data through the journal: `data=journal`, and files with IMPFS_FL_JOURNAL_DATA.
 *
 * The page cache stays the truth. A change of a page is copied into the buffer of its block within one handle, together
 * with what the change does to map, size and times, so that they are committed together; the page is clean then. From
 * there on the block is like one of metadata: logged, written home by a checkpoint, revoked when it is freed. Until it
 * is home and out of the log journal_find_data() finds its buffer, and whoever would read or write the block in place
 * has to go through that, whatever the file's flag says by then.
 *
 * Callers hold the page's lock, have called journal_room() before they took it, and are not within a commit.
 */
#include "impfs.h"

#include <sched/task.h>

/* Pages that write-back puts into the running transaction before it looks whether that has become too large. */
#define WINDOW 8

bool impfs_committing(const struct impfs *fs)
{
	return current->journal_info == &fs->journal;
}

/* The buffer that a page's data goes to, part of the transaction. What was allocated for it holds nothing yet. */
static int target(struct handle *h, struct inode *inode, u32 index, struct buffer **out)
{
	struct buffer *b;
	u32 block, count;
	bool fresh;
	int err = impfs_map_alloc(h, inode, index, &block, &fresh);

	if (err)
		return err;
	b = buffer_get(h->fs->bdev, block);
	err = b ? journal_access_data(h, b) : buffer_missing(h->fs->bdev, block);
	if (!err) {
		*out = b;
		return 0;
	}
	if (b)
		buffer_put(b);
	/* The block stays the file's, and nobody sees what it holds. That takes no memory: its place was just changed. */
	if (fresh)
		(void)impfs_map_reserve(h, inode, index, 1, true, &count);
	return err;
}

int impfs_data_begin(struct inode *inode, u32 index, struct data_change **out)
{
	struct data_change *c = kmalloc(sizeof(*c), GFP_NOFS);
	int err;

	if (!c)
		return -ENOMEM;
	err = journal_begin(&c->handle, impfs_of(inode->sb));
	if (err)
		goto out_free;
	err = target(&c->handle, inode, index, &c->buffer);
	if (err) {
		/* Indirect blocks may have been added on the way. */
		(void)impfs_put_inode(&c->handle, inode);	/* the first error is the one to tell */
		goto out_end;
	}
	*out = c;
	return 0;

out_end:
	journal_end(&c->handle);
out_free:
	kfree(c);
	return err;
}

int impfs_data_end(struct inode *inode, struct data_change *c, const struct page *page)
{
	struct impfs_node *node = impfs_i(inode);
	struct buffer *b = c->buffer;
	int err;

	/* The lock waits for whoever reads the block from the disk, and has nobody begin to. */
	page_lock(b->page);
	page_copy(b->data, page_address(page));
	set_bit(B_UPTODATE, &b->flags);
	page_set(b->page, PG_UPTODATE);
	clear_bit(B_VERIFIED, &b->flags);
	page_unlock(b->page);
	buffer_put(b);
	err = impfs_put_inode(&c->handle, inode);
	node->sync_tid = node->datasync_tid = c->handle.tid;
	journal_end(&c->handle);
	kfree(c);
	return err;
}

int impfs_data_log(struct inode *inode, const struct page *page)
{
	struct data_change *c;
	int err = impfs_data_begin(inode, (u32)page->index, &c);

	return err ? err : impfs_data_end(inode, c, page);
}

bool impfs_data_cached(struct impfs *fs, u32 block, struct page *page)
{
	struct buffer *b = journal_find_data(fs, block);

	if (!b)
		return false;
	page_copy(page_address(page), b->data);
	buffer_put(b);
	return true;
}

bool impfs_data_logged(struct inode *inode, u32 index)
{
	struct buffer *b = NULL;
	u32 block, count;
	bool reserved;

	/* A block that was emptied in place may be in the log too. */
	if (impfs_map_extent(inode, index, 1, &block, &count, &reserved) == 0 && block)
		b = journal_find_data(impfs_of(inode->sb), block);
	if (b)
		buffer_put(b);
	return b;
}

/* The first dirty page from `index` on. */
static bool next_dirty(struct address_space *m, unsigned long index, unsigned long *found)
{
	void *page;
	bool any;

	spin_lock(&m->lock);
	any = radix_gang_tag(&m->pages, &page, found, index, 1, RADIX_DIRTY) == 1;
	spin_unlock(&m->lock);
	return any;
}

int impfs_data_writepages(struct address_space *m, struct writeback_control *wbc)
{
	unsigned long index = (unsigned long)(wbc->start >> PAGE_SHIFT), found;
	struct writeback_control part = *wbc;
	int error = 0, err;

	while (wbc->nr_to_write > 0 && next_dirty(m, index, &found) && (loff_t)found << PAGE_SHIFT <= wbc->end) {
		journal_room(impfs_of(m->host->sb));
		part.nr_to_write = WINDOW;
		part.start = (loff_t)found << PAGE_SHIFT;
		part.end = min(wbc->end, part.start + WINDOW * (loff_t)PAGE_SIZE - 1);
		err = generic_writepages(m, &part);
		error = error ? error : err;
		wbc->nr_to_write -= WINDOW - part.nr_to_write;
		index = found + WINDOW;
		if (index < found)
			break;
	}
	return error;
}
