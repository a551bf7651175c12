/*
 * Write-back: dirty pages and inodes go to their filesystem when they are old, when there are many, or when somebody
 * asks (sync and its kin).
 *
 * An inode is written by one task at a time: I_SYNC. The flags are cleared before writing, so what is dirtied
 * meanwhile puts the inode on the list again. A kernel thread looks every five seconds and whenever it is woken;
 * a writer beyond the limit writes back itself, which slows it to the disk's speed.
 */
#include <block/bio.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <sched/task.h>
#include <abi/mount.h>

#define BATCH		16
#define PERIOD		(5 * NSEC_PER_SEC)
#define OLD_AGE		(30 * NSEC_PER_SEC)

static DEFINE_WAIT_QUEUE(flusher_wait);
static bool flusher_kicked;

static unsigned long dirty_pages(void)
{
	return (unsigned long)max(atomic_read(&mem_counters[MEM_DIRTY]), 0);
}

/* What could hold dirty data at all. */
static unsigned long dirtyable(void)
{
	return nr_free_pages + (unsigned long)max(atomic_read(&mem_counters[MEM_PAGE_CACHE]), 0);
}

/* ---- pages of one mapping ---- */

static int write_page(struct address_space *m, struct page *p, struct writeback_control *wbc)
{
	page_lock(p);
	if (p->mapping != m || !page_test(p, PG_DIRTY)) {
		page_unlock(p);
		return 0;
	}
	if (page_test(p, PG_WRITEBACK)) {
		if (!wbc->sync) {
			page_unlock(p);
			return 0;
		}
		page_wait_writeback(p);
	}
	if (!page_clear_dirty_for_io(p)) {
		page_unlock(p);
		return 0;
	}
	wbc->nr_to_write--;
	return m->ops->writepage(p, wbc);
}

int generic_writepages(struct address_space *m, struct writeback_control *wbc)
{
	unsigned long index = (unsigned long)(wbc->start >> PAGE_SHIFT), idx[BATCH];
	unsigned long last = wbc->end >> PAGE_SHIFT > 0xfffffffe ? 0xfffffffe : (unsigned long)(wbc->end >> PAGE_SHIFT);
	struct page *pages[BATCH];
	int error = 0;

	while (index <= last && wbc->nr_to_write > 0) {
		unsigned n;

		spin_lock(&m->lock);
		n = radix_gang_tag(&m->pages, (void **)pages, idx, index, BATCH, RADIX_DIRTY);
		for (unsigned i = 0; i < n; i++)
			page_get(pages[i]);
		spin_unlock(&m->lock);
		if (!n)
			break;
		for (unsigned i = 0; i < n; i++) {
			if (idx[i] <= last && wbc->nr_to_write > 0) {
				int e = write_page(m, pages[i], wbc);

				if (e) {
					mapping_set_error(m, e);
					error = error ? error : e;
				}
			}
			page_put(pages[i]);
		}
		index = idx[n - 1] + 1;
	}
	return error;
}

static int do_writepages(struct address_space *m, struct writeback_control *wbc)
{
	if (!radix_tagged(&m->pages, RADIX_DIRTY))
		return 0;
	if (m->ops->writepages)
		return m->ops->writepages(m, wbc);
	return m->ops->writepage ? generic_writepages(m, wbc) : 0;
}

int filemap_wait(struct address_space *m, loff_t start, loff_t end)
{
	unsigned long index = (unsigned long)(start >> PAGE_SHIFT), idx[BATCH];
	unsigned long last = end >> PAGE_SHIFT > 0xfffffffe ? 0xfffffffe : (unsigned long)(end >> PAGE_SHIFT);
	struct page *pages[BATCH];
	int error = 0;

	while (index <= last) {
		unsigned n;

		spin_lock(&m->lock);
		n = radix_gang_tag(&m->pages, (void **)pages, idx, index, BATCH, RADIX_WRITEBACK);
		for (unsigned i = 0; i < n; i++)
			page_get(pages[i]);
		spin_unlock(&m->lock);
		if (!n)
			break;
		for (unsigned i = 0; i < n; i++) {
			struct page *p = pages[i];

			if (idx[i] <= last) {
				/* Locked: perhaps somebody is about to write it, has cleared its dirty mark and has begun no request yet. */
				if (page_test(p, PG_LOCKED)) {
					page_lock(p);
					page_unlock(p);
				}
				page_wait_writeback(p);
				spin_lock(&m->lock);
				if (p->mapping == m && !page_test(p, PG_WRITEBACK) && !page_test(p, PG_LOCKED))
					radix_tag_clear(&m->pages, p->index, RADIX_WRITEBACK);
				spin_unlock(&m->lock);
				if (page_test_clear(p, PG_ERROR))
					error = -EIO;
			}
			page_put(p);
		}
		index = idx[n - 1] + 1;
	}
	if (error)
		mapping_set_error(m, error);
	return error;
}

int filemap_flush(struct address_space *m)
{
	struct writeback_control wbc = { .nr_to_write = 0x7fffffff, .end = 0x7fffffffffffffffLL };

	return do_writepages(m, &wbc);
}

int filemap_write_and_wait(struct address_space *m, loff_t start, loff_t end)
{
	struct writeback_control wbc = { .nr_to_write = 0x7fffffff, .sync = true, .start = start, .end = end };
	int error, waited;

	if (!m->nrpages)
		return 0;
	error = do_writepages(m, &wbc);
	waited = filemap_wait(m, start, end);
	return error ? error : waited;
}

/* ---- inodes ---- */

/* icache_lock held. From here to write_begun()'s end the inode stays, referenced or not: who frees it waits for I_SYNC. */
static unsigned begin_write(struct inode *i)
{
	unsigned dirty = i->state & (I_DIRTY | I_DIRTY_PAGES);

	i->state = (i->state & ~(I_DIRTY | I_DIRTY_PAGES)) | I_SYNC;
	if (!list_empty(&i->wb_link))
		list_del_init(&i->wb_link);
	return dirty;
}

static int write_begun(struct inode *i, unsigned dirty, struct writeback_control *wbc, bool wait)
{
	int error = (dirty & I_DIRTY_PAGES) || wait ? do_writepages(&i->data, wbc) : 0, e;

	/* Data first: the inode then carries the blocks that writing allocated. */
	if (wait) {
		e = filemap_wait(&i->data, 0, 0x7fffffffffffffffLL);
		error = error ? error : e;
	}
	spin_lock(&icache_lock);
	dirty |= i->state & I_DIRTY;
	i->state &= ~I_DIRTY;
	spin_unlock(&icache_lock);
	if ((dirty & I_DIRTY) && i->sb->op && i->sb->op->write_inode) {
		e = i->sb->op->write_inode(i, wait);
		if (e)
			inode_mark_dirty(i, I_DIRTY);
		error = error ? error : e;
	}
	spin_lock(&icache_lock);
	i->state &= ~I_SYNC;
	if (radix_tagged(&i->data.pages, RADIX_DIRTY))
		i->state |= I_DIRTY_PAGES;
	if ((i->state & (I_DIRTY | I_DIRTY_PAGES)) && list_empty(&i->wb_link) && !(i->state & I_FREEING)) {
		i->dirtied_when = ktime_get();
		list_add_tail(&i->wb_link, &i->sb->dirty);
	}
	/* Under the lock, which who frees it takes once more: it may be gone the moment that is given back. */
	wake_up_all(&i->state_wait);
	spin_unlock(&icache_lock);
	return error;
}

static int write_inode(struct inode *i, struct writeback_control *wbc, bool wait)
{
	unsigned dirty;

	spin_lock(&icache_lock);
	while (i->state & I_SYNC) {
		spin_unlock(&icache_lock);
		inode_wait_state(i, I_SYNC);
		spin_lock(&icache_lock);
	}
	dirty = begin_write(i);
	spin_unlock(&icache_lock);
	return write_begun(i, dirty, wbc, wait);
}

int sync_inode(struct inode *i, bool wait)
{
	struct writeback_control wbc = { .nr_to_write = 0x7fffffff, .sync = wait, .end = 0x7fffffffffffffffLL };

	return write_inode(i, &wbc, wait);
}

/* The first dirty inode of sb that was dirtied at or before `until`, begun to be written; NULL. */
static struct inode *next_dirty(struct super_block *sb, nsec_t until, unsigned *dirty)
{
	struct inode *i, *found = NULL;

	spin_lock(&icache_lock);
	list_for_each_entry(i, &sb->dirty, wb_link) {
		if (i->dirtied_when > until)
			break;
		if (i->state & (I_FREEING | I_NEW | I_SYNC))
			continue;
		found = i;
		*dirty = begin_write(i);
		break;
	}
	spin_unlock(&icache_lock);
	return found;
}

/* No inode is referenced meanwhile: what is unlinked and closed is freed by who did it, not some time later by us. */
static int sync_sb_until(struct super_block *sb, nsec_t until, long *pages, bool wait)
{
	struct inode *i;
	unsigned dirty;
	int error = 0;

	while (*pages > 0 && (i = next_dirty(sb, until, &dirty))) {
		struct writeback_control wbc = { .nr_to_write = *pages, .sync = wait, .end = 0x7fffffffffffffffLL };
		int e = write_begun(i, dirty, &wbc, wait);

		error = error ? error : e;
		*pages = wbc.nr_to_write;
	}
	return error;
}

void sync_sb_inodes(struct super_block *sb, bool wait)
{
	long pages = 0x7fffffff;

	(void)sync_sb_until(sb, ktime_get(), &pages, wait);	/* errors stay with the mappings */
}

/* Write-back that others started earlier, too. */
static void wait_sb_inodes(struct super_block *sb)
{
	struct inode *i, *prev = NULL;

	spin_lock(&icache_lock);
	list_for_each_entry(i, &sb->inodes, sb_link) {
		if ((i->state & (I_FREEING | I_NEW)) || !i->data.nrpages || !radix_tagged(&i->data.pages, RADIX_WRITEBACK))
			continue;
		iget(i);
		spin_unlock(&icache_lock);
		iput(prev);
		prev = i;
		(void)filemap_wait(&i->data, 0, 0x7fffffffffffffffLL);	/* kept for fsync() to report */
		spin_lock(&icache_lock);
	}
	spin_unlock(&icache_lock);
	iput(prev);
}

int sync_filesystem(struct super_block *sb, bool wait)
{
	long pages = 0x7fffffff;
	int error, e = 0;

	if ((sb->flags & MS_RDONLY) || !sb->root)
		return 0;
	error = sync_sb_until(sb, ktime_get(), &pages, wait);
	if (wait)
		wait_sb_inodes(sb);
	if (sb->op && sb->op->sync_fs)
		e = sb->op->sync_fs(sb, wait);
	return error ? error : e;
}

/* Call fn for every superblock, each kept from going away meanwhile. */
static void each_super(void (*fn)(struct super_block *sb, void *arg), void *arg)
{
	struct super_block *sb, *prev = NULL;

	mutex_lock(&super_mutex);
	list_for_each_entry(sb, &super_blocks, link) {
		if (!atomic_inc_not_zero(&sb->active))
			continue;
		mutex_unlock(&super_mutex);
		if (prev)
			sb_put_active(prev);
		prev = sb;
		fn(sb, arg);
		mutex_lock(&super_mutex);
	}
	mutex_unlock(&super_mutex);
	if (prev)
		sb_put_active(prev);
}

static void sync_one(struct super_block *sb, void *arg)
{
	(void)sync_filesystem(sb, *(bool *)arg);	/* sync(2) has no way to report */
}

void sync_all(void)
{
	bool wait = false;

	each_super(sync_one, &wait);
	wait = true;
	each_super(sync_one, &wait);
	for (struct block_device *b = bdev_next(NULL); b; b = bdev_next(b))
		if (!b->partno && b->disk->write_cache)
			(void)bdev_flush(b);
}

/* ---- the flusher ---- */

struct flush {
	nsec_t until;
	long pages;
};

static void flush_one(struct super_block *sb, void *arg)
{
	struct flush *f = arg;

	if (!(sb->flags & MS_RDONLY) && !list_empty(&sb->dirty))
		(void)sync_sb_until(sb, f->until, &f->pages, false);
}

static void flusher(void *arg)
{
	(void)arg;
	while (!kthread_should_stop()) {
		nsec_t left = PERIOD, now;
		struct flush f;

		(void)wait_event_interruptible_timeout(&flusher_wait, READ_ONCE(flusher_kicked), &left);
		flusher_kicked = false;
		now = ktime_get();
		f = (struct flush){ now > OLD_AGE ? now - OLD_AGE : 0, 0x7fffffff };
		if (dirty_pages() > dirtyable() / 10)
			f.until = now;
		each_super(flush_one, &f);
	}
}

void writeback_wakeup(void)
{
	flusher_kicked = true;
	wake_up_all(&flusher_wait);
}

void balance_dirty_pages(struct address_space *m)
{
	static unsigned calls;
	unsigned long dirty;

	if (++calls & 7)		/* look now and then; eight pages more do not matter */
		return;
	dirty = dirty_pages();
	if (dirty <= 64 || dirty <= dirtyable() / 10)
		return;
	writeback_wakeup();
	if (dirty > dirtyable() / 5 && m->host) {
		struct writeback_control wbc = { .nr_to_write = 256, .end = 0x7fffffffffffffffLL };

		mapping_set_error(m, do_writepages(m, &wbc));
	}
}

static int __init writeback_init(void)
{
	struct task *t = kthread_run(flusher, NULL, "writeback");

	return IS_ERR(t) ? PTR_ERR(t) : 0;
}
bus_initcall(writeback_init);
