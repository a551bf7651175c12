/*
 * The running transaction: handles, and the buffers and blocks they touch. Committing is in commit.c, writing home in
 * checkpoint.c, replay in recovery.c.
 *
 * Invariant: a buffer that holds changes which are not committed is B_PINNED, so that nobody writes it home. Callers
 * change a buffer only between journal_access() and journal_end().
 */
#include "impfs.h"

#include <abi/capability.h>
#include <core/time.h>
#include <sched/task.h>

static struct kmem_cache *jb_cache;

int extent_add(struct extent_list *l, u32 start, u32 count)
{
	if (l->count && l->items[l->count - 1].start + l->items[l->count - 1].count == start) {
		l->items[l->count - 1].count += count;
		return 0;
	}
	if (l->count == l->room) {
		u32 room = l->room ? l->room * 2 : 32;
		void *items = kvmalloc(room * sizeof(*l->items), GFP_NOFS);

		if (!items)
			return -ENOMEM;
		if (l->count)
			__builtin_memcpy(items, l->items, l->count * sizeof(*l->items));
		kvfree(l->items);
		l->items = items;
		l->room = room;
	}
	l->items[l->count].start = start;
	l->items[l->count++].count = count;
	return 0;
}

void extent_free(struct extent_list *l)
{
	kvfree(l->items);
	l->items = NULL;
	l->count = l->room = 0;
}

struct transaction *journal_new_transaction(u64 tid)
{
	struct transaction *t = kzalloc(sizeof(*t), GFP_NOFS);

	if (!t)
		return NULL;
	t->tid = tid;
	list_init(&t->buffers);
	list_init(&t->logged);
	list_init(&t->forgotten);
	list_init(&t->checkpoint);
	list_init(&t->ordered);
	return t;
}

void journal_release(struct journal *j, struct journal_buffer *jb)
{
	struct buffer *b = jb->buffer;

	b->journal = NULL;
	if (jb->data)
		atomic_dec(&j->nr_data);
	if (jb->frozen)
		pages_free(jb->frozen, 0);
	kmem_cache_free(jb_cache, jb);
}

int journal_begin(struct handle *h, struct impfs *fs)
{
	int err = impfs_writable(fs);

	if (err)
		return err;
	/* A second handle of this task would wait for a commit that waits for the first. */
	h->outer = current->journal_info;
	ASSERT(!h->outer || h->outer == &fs->journal);
	down_read(&fs->journal.barrier);
	current->journal_info = h;	/* memory is had without entering a filesystem from here on */
	h->fs = fs;
	h->tid = fs->journal.running->tid;
	return 0;
}

void journal_end(struct handle *h)
{
	current->journal_info = h->outer;
	up_read(&h->fs->journal.barrier);
}

u64 journal_tid(struct impfs *fs)
{
	return fs->journal.next_tid - 1;
}

/* True if the running transaction should be committed before more is added. */
static bool crowded(const struct impfs *fs)
{
	const struct journal *j = &fs->journal;
	u32 spare;

	if (j->load > j->max_blocks)
		return true;
	if (likely(!fs->busy_blocks))
		return false;
	/* Blocks that only a commit makes usable are needed soon, and are worth one. */
	spare = fs->free_blocks - fs->busy_blocks;
	if (likely(spare > fs->reserved_blocks + 256))
		return false;
	if (!capable(CAP_SYS_RESOURCE))
		spare = spare > fs->reserved_blocks ? spare - fs->reserved_blocks : 0;
	return spare < 256 && fs->busy_blocks * 4 >= spare;
}

void journal_room(struct impfs *fs)
{
	if (unlikely(fs->journal.running && crowded(fs)))
		(void)journal_commit(fs, journal_tid(fs));	/* a failure makes the next journal_begin() fail */
}

/* Makes a buffer the journal's. Its lock is held. */
static struct journal_buffer *adopt(struct buffer *b)
{
	struct journal_buffer *jb = b->journal;

	if (jb)
		return jb;
	jb = kmem_cache_alloc(jb_cache, GFP_NOFS);
	if (!jb)
		return NULL;
	memset(jb, 0, sizeof(*jb));
	jb->buffer = buffer_hold(b);
	b->journal = jb;
	return jb;
}

/* Joins a buffer to the running transaction. Its lock is held. */
static int join(struct journal *j, struct buffer *b, struct journal_buffer **out)
{
	struct journal_buffer *jb = adopt(b);

	if (!jb)
		return -ENOMEM;
	*out = jb;
	if (jb->running)
		return 0;
	if (jb->committing && !jb->frozen) {
		jb->frozen = pages_alloc(GFP_NOFS, 0);
		if (!jb->frozen)
			return -ENOMEM;
		page_copy(jb->frozen, b->data);
	}
	set_bit(B_PINNED, &b->flags);
	spin_lock(&j->list_lock);
	jb->running = j->running;
	list_add_tail(&jb->link, &j->running->buffers);
	j->running->nr_buffers++;
	j->load++;
	spin_unlock(&j->list_lock);
	return 0;
}

static int access(struct handle *h, struct buffer *b, bool tail, u32 seed)
{
	struct journal *j = &h->fs->journal;
	struct journal_buffer *jb = b->journal;
	int err;

	if (likely(jb && jb->running == j->running && jb->buffer == b && jb->tail == tail))
		return 0;
	/*
	 * The page lock keeps write-back from starting between the pin and the wait: what is on its way home with its
	 * committed contents must arrive as it is.
	 */
	page_lock(b->page);
	mutex_lock(&b->lock);
	err = join(j, b, &jb);
	if (!err && tail) {
		jb->tail = true;
		jb->seed = seed;
	}
	mutex_unlock(&b->lock);
	if (!err)
		page_wait_writeback(b->page);
	page_unlock(b->page);
	return err;
}

int journal_access(struct handle *h, struct buffer *b)
{
	return access(h, b, false, 0);
}

int journal_access_tail(struct handle *h, struct buffer *b, u32 seed)
{
	return access(h, b, true, seed);
}

int journal_access_data(struct handle *h, struct buffer *b)
{
	struct journal_buffer *jb;
	int err = access(h, b, false, 0);

	if (err)
		return err;
	mutex_lock(&b->lock);
	jb = b->journal;
	if (!jb->data)
		atomic_inc(&h->fs->journal.nr_data);
	jb->data = true;
	mutex_unlock(&b->lock);
	return 0;
}

struct buffer *journal_find_data(struct impfs *fs, u32 block)
{
	const struct journal_buffer *jb;
	struct buffer *b = NULL;
	struct page *p;

	if (!journal_has_data(&fs->journal))
		return NULL;
	p = find_get_page(fs->bdev->inode->mapping, block);
	if (!p)
		return NULL;
	/* The page lock keeps the buffer with its page, the buffer's own keeps the journal's part of it. */
	page_lock(p);
	if (p->mapping && page_test(p, PG_BUFFERS)) {
		b = (struct buffer *)p->private;
		mutex_lock(&b->lock);
		jb = b->journal;
		if (jb && jb->data && !jb->forgotten)
			(void)buffer_hold(b);	/* it is the same buffer */
		else
			b = NULL;
		mutex_unlock(&((struct buffer *)p->private)->lock);
	}
	page_unlock(p);
	page_put(p);
	return b;
}

/* No replay brings back what the log has of a block up to the running transaction. */
static int revoke(struct handle *h, u32 block)
{
	struct impfs *fs = h->fs;
	int err;

	if (!fs->journal.on)
		return 0;
	mutex_lock_nested(&fs->alloc_lock);	/* guards the list, as it does that of freed blocks */
	err = extent_add(&fs->journal.running->revoked, block, 1);
	mutex_unlock(&fs->alloc_lock);
	return err;
}

int journal_forget(struct handle *h, struct buffer *b)
{
	struct journal *j = &h->fs->journal;
	struct journal_buffer *jb;
	bool data;
	int err;

	mutex_lock(&b->lock);
	jb = b->journal;
	if (!jb) {
		mutex_unlock(&b->lock);
		err = revoke(h, (u32)b->block);
		buffer_forget(b);
		return err;
	}
	data = jb->data;
	/* Pinned, so that a checkpoint takes its committed contents from the log and not what it may hold now. */
	set_bit(B_PINNED, &b->flags);
	spin_lock(&j->list_lock);
	if (jb->running) {
		list_del(&jb->link);
		jb->running->nr_buffers--;
		j->load--;
		jb->running = NULL;
	}
	jb->forgotten = true;
	list_add_tail(&jb->link, &j->running->forgotten);
	spin_unlock(&j->list_lock);
	mutex_unlock(&b->lock);
	err = data && impfs_fault(FAULT_KEEP_DATA) ? 0 : revoke(h, (u32)b->block);
	buffer_put(b);
	return err;
}

int journal_freed(struct handle *h, u32 start, u32 count)
{
	/* Called with alloc_lock held, which also guards this list. */
	return extent_add(&h->fs->journal.running->freed, start, count);
}

void journal_order(struct handle *h, struct inode *inode)
{
	struct journal *j = &h->fs->journal;
	struct impfs_node *node = impfs_i(inode);

	spin_lock(&j->list_lock);
	if (list_empty(&node->ordered))
		list_add_tail(&node->ordered, &j->running->ordered);
	spin_unlock(&j->list_lock);
}

void journal_unorder(struct inode *inode)
{
	struct journal *j = &impfs_of(inode->sb)->journal;
	struct impfs_node *node = impfs_i(inode);
	bool flushing;

	spin_lock(&j->list_lock);
	if (!list_empty(&node->ordered))
		list_del_init(&node->ordered);
	flushing = node->flushing;
	spin_unlock(&j->list_lock);
	if (flushing) {
		/* A commit is writing its data: it lets go of the inode before this lock. */
		mutex_lock(&j->ordered_lock);
		mutex_unlock(&j->ordered_lock);
	}
}

int journal_commit(struct impfs *fs, u64 tid)
{
	struct journal *j = &fs->journal;
	bool flushed = false;
	int err = 0;

	mutex_lock(&j->commit_lock);
	current->journal_info = j;	/* memory is had without entering a filesystem */
	while (j->committed_tid < tid) {
		err = j->error ? j->error : journal_commit_running(j);
		if (err <= 0)
			break;		/* failed, or there is nothing to commit */
		flushed = true;
	}
	current->journal_info = NULL;
	mutex_unlock(&j->commit_lock);
	if (err < 0)
		return err;
	/* A commit of somebody else may have flushed before the caller's data was written. */
	return flushed ? 0 : bdev_flush(fs->bdev);
}

int journal_commit_all(struct impfs *fs)
{
	return journal_commit(fs, journal_tid(fs));
}

int journal_checkpoint(struct impfs *fs)
{
	int err;

	mutex_lock(&fs->journal.commit_lock);
	current->journal_info = &fs->journal;
	err = journal_checkpoint_locked(&fs->journal);
	current->journal_info = NULL;
	mutex_unlock(&fs->journal.commit_lock);
	return err;
}

int journal_abort(struct journal *j, int err, const char *what)
{
	pr_err("impfs: %s: %s failed (%d); read-only from now on\n", j->fs->sb->id, what, err);
	j->error = err;
	return err;
}

int journal_open(struct impfs *fs)
{
	struct journal *j = &fs->journal;
	u32 i;
	int err;

	if (!jb_cache)
		jb_cache = kmem_cache_create("impfs_journal", sizeof(struct journal_buffer), 8);
	j->fs = fs;
	rwsem_init(&j->barrier, RANK_JOURNAL);
	mutex_init(&j->commit_lock, RANK_FS_HIGH);
	mutex_init(&j->ordered_lock, RANK_FS_HIGH);
	spin_lock_init(&j->list_lock, RANK_INODE_STATE);
	list_init(&j->committed);
	wait_queue_init(&j->wake);
	j->on = (fs->super->compat & IMPFS_COMPAT_JOURNAL) != 0;
	j->start = fs->super->journal_start;
	j->blocks = fs->super->journal_blocks;
	j->max_blocks = j->on ? j->blocks / JOURNAL_SHARE : 1024;
	j->next_tid = 1;
	j->head = 1;
	j->pool = kcalloc(JOURNAL_POOL, sizeof(*j->pool), GFP_KERNEL | GFP_ZERO);
	if (!j->pool)
		return -ENOMEM;
	memset(j->pool, 0, JOURNAL_POOL * sizeof(*j->pool));
	for (i = 0; i < JOURNAL_POOL; i++) {
		j->pool[i] = page_alloc(GFP_KERNEL, 0);
		if (!j->pool[i])
			return -ENOMEM;
	}
	if (j->on) {
		err = journal_read_super(fs, j->pool[0], &j->next_tid, &j->head);
		if (err)
			return err;
	}
	j->committed_tid = j->next_tid - 1;
	j->running = journal_new_transaction(j->next_tid++);
	return j->running ? 0 : -ENOMEM;
}

void journal_close(struct impfs *fs)
{
	struct journal *j = &fs->journal;
	u32 i;

	for (i = 0; j->pool && i < JOURNAL_POOL; i++)
		if (j->pool[i])
			page_free(j->pool[i], 0);
	kfree(j->pool);
	if (j->running) {
		extent_free(&j->running->freed);
		extent_free(&j->running->revoked);
		kfree(j->running);
	}
}

/* Commits every few seconds, or when told; and keeps half of the log free while nobody waits for it. */
static void commit_thread(void *arg)
{
	struct impfs *fs = arg;
	struct journal *j = &fs->journal;
	bool marked = false;
	nsec_t left;

	while (!kthread_should_stop()) {
		left = 5 * NSEC_PER_SEC;
		(void)wait_event_interruptible_timeout(&j->wake, j->wanted || kthread_should_stop(), &left);
		j->wanted = false;
		if ((fs->failed || j->error) && !marked) {
			marked = true;
			(void)impfs_write_super(fs);	/* if even that fails, the log has the story */
		}
		if (fs->failed || j->error)
			continue;
		if (READ_ONCE(j->squeezed))
			journal_ease(j);
		/* Whatever there is to commit has changed some buffer. */
		if (j->load)
			(void)journal_commit_all(fs);	/* a failure is reported and kept in j->error */
		if (j->on && j->used > j->blocks / 2)
			(void)journal_checkpoint(fs);	/* likewise */
	}
}

int journal_start(struct impfs *fs)
{
	struct task *t = kthread_run(commit_thread, fs, "impfs/%s", fs->sb->id);

	if (IS_ERR(t))
		return PTR_ERR(t);
	fs->journal.thread = t;
	journal_pressure_add(&fs->journal);
	return 0;
}

int journal_stop(struct impfs *fs)
{
	struct journal *j = &fs->journal;
	int err;

	if (j->thread) {
		journal_pressure_remove(j);
		kthread_stop(j->thread);
	}
	j->thread = NULL;
	if (j->error)
		return j->error;
	err = journal_commit_all(fs);
	if (!err)
		err = journal_checkpoint(fs);
	return err;
}
