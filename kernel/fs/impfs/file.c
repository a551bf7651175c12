/*
 * Contents of regular files through the page cache.
 *
 * Blocks are allocated when a page is first written, so that running out of space is told to the writer; a page that
 * was dirtied through a mapping over a hole gets its block at write-back. Data is on disk before the transaction that
 * makes it reachable (journal_order()), or in it (data.c).
 */
#include "impfs.h"

#include <core/time.h>

/* Pages that a request of write-back may carry. */
#define WRITE_BATCH 64

/* ---- reading ---- */

static void read_done(struct bio *bio)
{
	u32 i;

	for (i = 0; i < bio->vcnt; i++) {
		struct page *p = bio->vec[i].page;

		if (bio->status)
			page_set(p, PG_ERROR);
		else
			page_set(p, PG_UPTODATE);
		page_unlock(p);
	}
	bio_free(bio);
}

static struct bio *data_bio(struct inode *inode, u32 block, unsigned pages, enum bio_op op, void (*done)(struct bio *))
{
	struct bio *bio = bio_alloc(pages, GFP_NOFS);

	if (!bio)
		return NULL;
	bio->bdev = impfs_of(inode->sb)->bdev;
	bio->sector = (sector_t)block << (IMPFS_BLOCK_SHIFT - 9);
	bio->op = op;
	bio->end_io = done;
	return bio;
}

static void read_hole(struct page *page)
{
	page_zero(page_address(page));
	page_set(page, PG_UPTODATE);
	page_unlock(page);
}

static int read_disk(struct inode *inode, struct page **pages, unsigned n, u32 block)
{
	struct bio *bio = data_bio(inode, block, n, BIO_READ, read_done);
	unsigned i;

	if (!bio) {
		for (i = 0; i < n; i++)
			page_unlock(pages[i]);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++)
		(void)bio_add(bio, pages[i], 0, PAGE_SIZE);	/* it was made for that many */
	bio_submit(bio);
	return 0;
}

/* The same where some blocks have their contents in the journal yet. */
static int read_logged(struct inode *inode, struct page **pages, unsigned n, u32 block)
{
	unsigned i, run = 0;
	int err = 0, e;

	for (i = 0; i < n; i++) {
		if (!impfs_data_cached(impfs_of(inode->sb), block + i, pages[i])) {
			run++;
			continue;
		}
		e = run ? read_disk(inode, pages + i - run, run, block + i - run) : 0;
		err = err ? err : e;
		run = 0;
		page_set(pages[i], PG_UPTODATE);
		page_unlock(pages[i]);
	}
	e = run ? read_disk(inode, pages + i - run, run, block + i - run) : 0;
	return err ? err : e;
}

/* Reads pages of neighbouring indexes whose blocks are neighbours too; on failure they are unlocked, not uptodate. */
static int read_run(struct inode *inode, struct page **pages, unsigned n, u32 block)
{
	if (journal_has_data(&impfs_of(inode->sb)->journal))
		return read_logged(inode, pages, n, block);
	return read_disk(inode, pages, n, block);
}

static int readpage(struct file *file, struct page *page)
{
	struct inode *inode = page->mapping->host;
	u32 block;
	int err = impfs_map(inode, (u32)page->index, &block);

	(void)file;
	if (err) {
		page_unlock(page);
		return err;
	}
	if (!block) {
		read_hole(page);
		return 0;
	}
	return read_run(inode, &page, 1, block);
}

static int readpages(struct address_space *m, struct page **pages, unsigned n)
{
	struct inode *inode = m->host;
	u32 block, count, i;
	int err = 0;

	while (n) {
		err = impfs_map_run(inode, (u32)pages[0]->index, min_t(u32, n, 64), &block, &count);
		if (err)
			break;
		if (block)
			err = read_run(inode, pages, count, block);
		else
			for (i = 0; i < count; i++)
				read_hole(pages[i]);
		pages += count;
		n -= count;
		if (err)
			break;
	}
	while (n) {
		page_unlock(*pages++);
		n--;
	}
	return err;
}

/* ---- writing back ---- */

static void write_done(struct bio *bio)
{
	u32 i;

	for (i = 0; i < bio->vcnt; i++) {
		struct page *p = bio->vec[i].page;

		if (bio->status) {
			page_set(p, PG_ERROR);
			mapping_set_error(p->mapping, bio->status);
		}
		page_end_writeback(p);
	}
	bio_free(bio);
}

/* Allocates the block of a page that is to be written and has none. */
static int new_block(struct inode *inode, u32 index, u32 *block)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct handle h;
	bool fresh;
	int err = journal_begin(&h, fs), err2;

	if (err)
		return err;
	err = impfs_map_alloc(&h, inode, index, block, &fresh);
	if (!err)
		journal_order(&h, inode);
	/* Also after a failure: indirect blocks may have been added on the way. */
	err2 = impfs_put_inode(&h, inode);
	impfs_i(inode)->datasync_tid = h.tid;
	journal_end(&h);
	return err ? err : err2;
}

/* Whether a page's data goes through the journal: the file wants it, or the log may have older data of its block. */
static inline bool through_journal(struct inode *inode, unsigned long index)
{
	return unlikely(impfs_i(inode)->log_data) ||
	       (journal_has_data(&impfs_of(inode->sb)->journal) && impfs_data_logged(inode, (u32)index));
}

/* Puts a page into the running transaction instead of writing it. */
static int log_page(struct inode *inode, struct page *page)
{
	/* What a commit has to write are new blocks, and this page is older data or the next transaction's. */
	int err = impfs_committing(impfs_of(inode->sb)) ? -EAGAIN : impfs_data_log(inode, page);

	if (err == -EAGAIN || err == -ENOMEM)
		(void)page_set_dirty(page);	/* it is again */
	else if (err)
		mapping_set_error(page->mapping, err);
	return err == -EAGAIN ? 0 : err;
}

static void submit_batch(struct writeback_control *wbc)
{
	if (wbc->batch)
		bio_submit(wbc->batch);
	wbc->batch = NULL;
}

/* Adds a page to the batch if it goes on from it; else the batch goes out and a new one begins. */
static int add_page(struct inode *inode, struct page *page, u32 block, struct writeback_control *wbc)
{
	struct bio *bio = wbc->batch;

	if (bio && bio->sector + bio->bytes / 512 == (sector_t)block << (IMPFS_BLOCK_SHIFT - 9) && bio->vcnt < bio->vmax) {
		page_start_writeback(page);
		(void)bio_add(bio, page, 0, PAGE_SIZE);	/* there is room */
		return 0;
	}
	submit_batch(wbc);
	bio = data_bio(inode, block, wbc->batching ? WRITE_BATCH : 1, BIO_WRITE, write_done);
	if (!bio)
		return -ENOMEM;
	page_start_writeback(page);
	(void)bio_add(bio, page, 0, PAGE_SIZE);	/* a new bio has room for one */
	wbc->batch = bio;
	return 0;
}

static int writepage(struct page *page, struct writeback_control *wbc)
{
	struct inode *inode = page->mapping->host;
	loff_t start = (loff_t)page->index << PAGE_SHIFT, size = inode_size(inode);
	u32 block;
	int err;

	if (start >= size) {
		page_unlock(page);	/* cut off meanwhile */
		return 0;
	}
	if (size - start < (loff_t)PAGE_SIZE)
		__builtin_memset((u8 *)page_address(page) + (size - start), 0, PAGE_SIZE - (u32)(size - start));
	err = impfs_map(inode, (u32)page->index, &block);
	if (!err && through_journal(inode, page->index)) {
		err = log_page(inode, page);
		page_unlock(page);
		return err;
	}
	if (!err && !block)
		err = new_block(inode, (u32)page->index, &block);
	if (err) {
		mapping_set_error(page->mapping, err);
		page_unlock(page);
		return err;
	}
	err = add_page(inode, page, block, wbc);
	if (err)
		(void)page_set_dirty(page);	/* it is again; was clean for us alone */
	page_unlock(page);
	if (!wbc->batching)
		submit_batch(wbc);
	return err;
}

static int writepages(struct address_space *m, struct writeback_control *wbc)
{
	int err;

	if (unlikely(impfs_i(m->host)->log_data))
		return impfs_committing(impfs_of(m->host->sb)) ? 0 : impfs_data_writepages(m, wbc);
	wbc->batching = true;
	wbc->batch = NULL;
	err = generic_writepages(m, wbc);
	submit_batch(wbc);
	wbc->batching = false;
	return err;
}

/* ---- write(2) ---- */

static int fill_page(struct inode *inode, struct page *page, u32 block)
{
	int err = read_run(inode, &page, 1, block);

	page_lock(page);	/* the completion unlocks it */
	if (err)
		return err;
	return page_test(page, PG_UPTODATE) ? 0 : -EIO;
}

static int write_begin(struct file *file, struct address_space *m, loff_t pos, unsigned len, struct page **out,
		       void **fsdata)
{
	struct inode *inode = m->host;
	unsigned offset = (unsigned)pos & (PAGE_SIZE - 1);
	u32 index = (u32)((u64)pos >> PAGE_SHIFT), block;
	struct page *page;
	u8 *data;
	int err;

	(void)file;
	*fsdata = NULL;
again:
	journal_room(impfs_of(inode->sb));
	page = find_or_create_page(m, index, GFP_NOFS | GFP_USER);
	if (!page)
		return -ENOMEM;
	page_wait_writeback(page);
	err = impfs_map(inode, index, &block);
	if (err)
		goto out_unlock;
	if (!page_test(page, PG_UPTODATE)) {
		data = page_address(page);
		if (!block || ((loff_t)index << PAGE_SHIFT) >= inode->size) {
			/* Nothing to keep; what the write leaves out becomes zero. */
			memset(data, 0, offset);
			memset(data + offset + len, 0, PAGE_SIZE - offset - len);
		} else if (offset || (len < PAGE_SIZE && pos + len < inode->size)) {
			err = fill_page(inode, page, block);
			if (err)
				goto out_unlock;
		} else {
			memset(data + len, 0, PAGE_SIZE - len);
		}
	}
	if (through_journal(inode, index))
		err = impfs_data_begin(inode, index, (struct data_change **)fsdata);
	else if (!block)
		err = new_block(inode, index, &block);
	if (err)
		goto out_unlock;
	*out = page;
	return 0;

out_unlock:
	page_unlock(page);
	page_put(page);
	if (impfs_more_room(impfs_of(inode->sb), err))
		goto again;
	return err;
}

static int write_end(struct file *file, struct address_space *m, loff_t pos, unsigned len, unsigned copied,
		     struct page *page, void *fsdata)
{
	struct inode *inode = m->host;
	struct impfs *fs = impfs_of(inode->sb);
	unsigned offset = (unsigned)pos & (PAGE_SIZE - 1);
	struct handle h;
	bool grown = false;
	int err;

	(void)file;
	if (!page_test(page, PG_UPTODATE)) {
		/* The part that was promised and did not come would be somebody's old memory. */
		if (copied < len)
			__builtin_memset((u8 *)page_address(page) + offset + copied, 0, len - copied);
		page_set(page, PG_UPTODATE);
	}
	if (copied || len == 0) {
		if (pos + copied > inode->size) {
			inode->size = pos + copied;
			grown = true;
		}
	}
	if (unlikely(fsdata != NULL)) {
		/* The page is as dirty as it was: a store through a mapping is not lost. */
		err = impfs_data_end(inode, fsdata, page);
		page_unlock(page);
		page_put(page);
		return err ? err : (int)copied;
	}
	(void)page_set_dirty(page);	/* who dirtied it first does not matter here */
	page_unlock(page);
	page_put(page);
	if (!grown)
		return (int)copied;
	err = journal_begin(&h, fs);
	if (err)
		return err;
	err = impfs_put_inode(&h, inode);
	impfs_i(inode)->datasync_tid = h.tid;
	journal_order(&h, inode);
	journal_end(&h);
	return err ? err : (int)copied;
}

static int bmap(struct address_space *m, sector_t block, sector_t *found)
{
	struct impfs *fs = impfs_of(m->host->sb);
	u32 at = 0;
	int err = block >> 32 ? 0 : impfs_map(m->host, (u32)block, &at);

	/* Who asks may use the block by itself: it has to be home, and the log without it. */
	if (!err && at && journal_has_data(&fs->journal) && impfs_data_logged(m->host, (u32)block)) {
		err = journal_commit_all(fs);
		if (!err)
			err = journal_checkpoint(fs);
	}
	if (!err)
		*found = at;
	return err;
}

const struct address_space_ops impfs_aops = {
	.readpage = readpage,
	.readpages = readpages,
	.writepage = writepage,
	.writepages = writepages,
	.write_begin = write_begin,
	.write_end = write_end,
	.bmap = bmap,
};

/* ---- the rest of a file's operations ---- */

int impfs_page_changed(struct inode *inode, struct page *page, u32 block)
{
	int err;

	if (!block)
		return 0;
	err = through_journal(inode, page->index) ? impfs_data_log(inode, page) : 1;
	if (err)
		(void)page_set_dirty(page);	/* whether it was dirty does not matter */
	return min(err, 0);
}

int impfs_zero_tail(struct inode *inode, loff_t size)
{
	unsigned offset = (unsigned)size & (PAGE_SIZE - 1);
	u32 index = (u32)((u64)size >> PAGE_SHIFT), block;
	struct page *page;
	int err;

	if (!offset || impfs_fault(FAULT_NO_ZERO_TAIL))
		return 0;
	journal_room(impfs_of(inode->sb));
	err = impfs_map(inode, index, &block);
	if (err)
		return err;
	page = find_get_page(&inode->data, index);
	if (!page || !page_test(page, PG_UPTODATE)) {
		if (page)
			page_put(page);
		if (!block)
			return 0;
		page = read_mapping_page(&inode->data, index, NULL);
		if (IS_ERR(page))
			return PTR_ERR(page);
	}
	page_lock(page);
	if (page->mapping == &inode->data) {
		page_wait_writeback(page);
		__builtin_memset((u8 *)page_address(page) + offset, 0, PAGE_SIZE - offset);
		err = impfs_page_changed(inode, page, block);
	}
	page_unlock(page);
	page_put(page);
	return err;
}

int impfs_fsync(struct file *f, loff_t start, loff_t end, bool datasync)
{
	struct inode *inode = f->inode;
	struct impfs *fs = impfs_of(inode->sb);
	struct impfs_node *node = impfs_i(inode);
	int err = filemap_write_and_wait(&inode->data, start, end);
	u64 tid;

	if (err)
		return err;
	if (impfs_writable(fs))
		return fs->failed || fs->journal.error ? -EIO : 0;
	if (!datasync && inode->state & I_DIRTY) {
		err = sync_inode(inode, true);
		if (err)
			return err;
	}
	tid = datasync ? node->datasync_tid : node->sync_tid;
	if (impfs_fault(FAULT_FSYNC_EARLY) || (datasync && impfs_fault(FAULT_DATASYNC_SIZE)))
		tid = 0;
	if (tid > fs->journal.committed_tid)
		return journal_commit(fs, tid);
	return bdev_flush(fs->bdev);
}

/* SEEK_DATA and SEEK_HOLE: blocks are data, the rest up to the end of the file is a hole. */
static loff_t seek_map(struct inode *inode, loff_t off, bool data)
{
	loff_t size = inode_size(inode), at = off;
	u32 block, count;
	int err;

	if (off < 0 || off >= size)
		return -ENXIO;
	while (at < size) {
		err = impfs_map_run(inode, (u32)((u64)at >> IMPFS_BLOCK_SHIFT), ~0u, &block, &count);
		if (err)
			return err;
		if (data == (block != 0))
			return at;
		at = (loff_t)(((u64)at >> IMPFS_BLOCK_SHIFT) + count) << IMPFS_BLOCK_SHIFT;
	}
	return data ? -ENXIO : size;
}

static loff_t llseek(struct file *f, loff_t off, int whence)
{
	loff_t at;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_llseek(f, off, whence);
	/* Pages written through a mapping over a hole have no block before they are written back. */
	at = filemap_write_and_wait(&f->inode->data, 0, (loff_t)((u64)-1 >> 1));
	if (at == 0)
		at = seek_map(f->inode, off, whence == SEEK_DATA);
	if (at >= 0)
		f->pos = at;
	return at;
}

const struct file_ops impfs_file_ops = {
	.llseek = llseek,
	.nowait = true,
	.read = generic_file_read,
	.splice_page = generic_splice_page,
	.write = generic_file_write,
	.mmap = generic_file_mmap,
	.fsync = impfs_fsync,
	.fallocate = impfs_fallocate,
	.ioctl = impfs_ioctl,
};

const struct inode_ops impfs_file_inode_ops = {
	.setattr = impfs_setattr,
	.getattr = impfs_getattr,
	.getxattr = impfs_getxattr,
	.setxattr = impfs_setxattr,
	.listxattr = impfs_listxattr,
	.removexattr = impfs_removexattr,
	.set_acl = impfs_set_acl,
	.fiemap = impfs_fiemap,
};

const struct inode_ops impfs_special_ops = {
	.setattr = impfs_setattr,
	.getattr = impfs_getattr,
	.getxattr = impfs_getxattr,
	.setxattr = impfs_setxattr,
	.listxattr = impfs_listxattr,
	.removexattr = impfs_removexattr,
	.set_acl = impfs_set_acl,
};
