/*
 * Committing: the running transaction is closed, its data is written, its blocks go to the log, and a commit block
 * makes it count.
 *
 * The order is what the filesystem's promises rest on: file data, then log blocks, then (flushed apart) the commit
 * block, and only then may anything of it be written home or its freed blocks be used again.
 */
#include "impfs.h"

#include <core/time.h>

/* Closes the running transaction and opens the next: the only moment at which operations wait for a commit. */
static struct transaction *close_running(struct journal *j, struct transaction *next)
{
	struct transaction *t;
	struct journal_buffer *jb;

	down_write(&j->barrier);
	t = j->running;
	if (list_empty(&t->buffers) && list_empty(&t->forgotten) && list_empty(&t->ordered) && !t->freed.count) {
		up_write(&j->barrier);
		return NULL;
	}
	impfs_seal(j->fs);
	while (!list_empty(&t->buffers)) {
		jb = list_first_entry(&t->buffers, struct journal_buffer, link);
		list_del(&jb->link);
		jb->running = NULL;
		jb->committing = t;
		list_add_tail(&jb->commit_link, &t->logged);
	}
	next->tid = j->next_tid++;
	j->committing = t;
	j->running = next;
	j->load = 0;
	up_write(&j->barrier);
	return t;
}

/* Writes the data that the transaction makes reachable. Errors are kept by the files' mappings. */
static void write_ordered(struct journal *j, struct transaction *t)
{
	struct impfs_node *node;

	for (;;) {
		mutex_lock_nested(&j->ordered_lock);
		spin_lock(&j->list_lock);
		node = NULL;
		if (!list_empty(&t->ordered)) {
			node = list_first_entry(&t->ordered, struct impfs_node, ordered);
			list_del_init(&node->ordered);
			node->flushing = true;
		}
		spin_unlock(&j->list_lock);
		if (!node)
			break;
		if (!impfs_fault(FAULT_NO_DATA))
			(void)filemap_write_and_wait(&node->vfs.data, 0, (loff_t)((u64)-1 >> 1));
		spin_lock(&j->list_lock);
		node->flushing = false;
		spin_unlock(&j->list_lock);
		mutex_unlock(&j->ordered_lock);
	}
	mutex_unlock(&j->ordered_lock);
}

static struct impfs_journal_header *log_header(struct page *page, u32 type, u64 tid)
{
	struct impfs_journal_header *head = page_address(page);

	page_zero(head);
	head->magic = IMPFS_JOURNAL_MAGIC;
	head->type = type;
	head->sequence = tid;
	return head;
}

/* Puts the committed contents of a buffer into a page of the log. From here on it may be changed again. */
static void copy_out(struct journal *j, struct journal_buffer *jb, struct page *page, struct impfs_journal_tag *tag, u32 seed)
{
	struct buffer *b = jb->buffer;
	u32 *out = page_address(page);
	u8 *data;

	mutex_lock(&b->lock);
	data = jb->frozen ? jb->frozen : b->data;
	if (jb->tail)
		*(u32 *)(data + IMPFS_CSUM_OFFSET) = crc32c(jb->seed, data, IMPFS_CSUM_OFFSET);
	if (j->on)
		page_copy(out, data);
	jb->committing = NULL;
	if (jb->frozen)
		pages_free(jb->frozen, 0);
	jb->frozen = NULL;
	mutex_unlock(&b->lock);
	if (!j->on)
		return;
	tag->block = (u32)b->block;
	tag->flags = jb->data ? IMPFS_TAG_DATA : 0;
	tag->checksum = crc32c(seed, out, IMPFS_BLOCK_SIZE);
	tag->reserved = 0;
	jb->escaped = out[0] == IMPFS_JOURNAL_MAGIC;
	if (jb->escaped) {
		out[0] = 0;
		tag->flags |= IMPFS_TAG_ESCAPED;
	}
	if (impfs_fault(FAULT_NO_TAG_SUM))
		tag->checksum = 0;
}

static void seal_log_block(struct page *page, u32 seed)
{
	u8 *data = page_address(page);

	*(u32 *)(data + IMPFS_CSUM_OFFSET) = crc32c(seed, data, IMPFS_CSUM_OFFSET);
}

/* Writes n pages of the pool at the head of the log, round its end if need be. */
static int log_append(struct journal *j, u32 *at, u32 n)
{
	u32 done = 0;

	while (done < n) {
		u32 run = min_t(u32, n - done, j->blocks - *at);
		int err = journal_io(j->fs, BIO_WRITE, *at, j->pool + done, run, false);

		if (err)
			return err;
		done += run;
		*at += run;
		if (*at == j->blocks)
			*at = 1;
	}
	return 0;
}

static int log_buffers(struct journal *j, struct transaction *t, u32 *at, u32 seed)
{
	struct list_head *pos = t->logged.next;
	struct impfs_journal_tag *tags;
	int err;

	while (pos != &t->logged) {
		struct impfs_journal_header *head = log_header(j->pool[0], IMPFS_JOURNAL_DESC, t->tid);
		u32 n = 0, block = *at;

		tags = (void *)((u8 *)head + IMPFS_JOURNAL_HEADER);
		for (; pos != &t->logged && n + 1 < JOURNAL_POOL; pos = pos->next, n++) {
			struct journal_buffer *jb = list_entry(pos, struct journal_buffer, commit_link);

			block = journal_next(block, j->blocks);
			copy_out(j, jb, j->pool[n + 1], &tags[n], seed);
			if (impfs_fault(FAULT_LOSE_BLOCK) && n)
				tags[n].block = tags[0].block;
			jb->log_block = block;
		}
		head->count = n;
		seal_log_block(j->pool[0], seed);
		err = log_append(j, at, n + 1);
		if (err)
			return err;
	}
	return 0;
}

static u32 count_revokes(const struct transaction *t)
{
	u32 i, n = 0;

	for (i = 0; i < t->revoked.count; i++)
		n += t->revoked.items[i].count;
	return n;
}

static int log_revokes(struct journal *j, struct transaction *t, u32 *at, u32 seed)
{
	struct impfs_journal_header *head = NULL;
	u32 *out = NULL, i, k;
	int err;

	for (i = 0; i < t->revoked.count; i++) {
		for (k = 0; k < t->revoked.items[i].count; k++) {
			if (!head) {
				head = log_header(j->pool[0], IMPFS_JOURNAL_REVOKE, t->tid);
				out = (u32 *)((u8 *)head + IMPFS_JOURNAL_HEADER);
			}
			out[head->count++] = t->revoked.items[i].start + k;
			if (head->count < IMPFS_JOURNAL_REVOKES)
				continue;
			seal_log_block(j->pool[0], seed);
			err = log_append(j, at, 1);
			if (err)
				return err;
			head = NULL;
		}
	}
	if (!head)
		return 0;
	seal_log_block(j->pool[0], seed);
	return log_append(j, at, 1);
}

/* Log blocks that a transaction takes, its commit block included. */
static u32 log_size(const struct transaction *t)
{
	u32 n = t->nr_buffers;

	return n + DIV_ROUND_UP(n, JOURNAL_POOL - 1) + DIV_ROUND_UP(count_revokes(t), IMPFS_JOURNAL_REVOKES) + 1;
}

static int write_log(struct journal *j, struct transaction *t)
{
	struct impfs_journal_header *head;
	struct timespec64 now;
	u32 seed = journal_seed(j->fs, t->tid), at, need = log_size(t);
	int err;

	if (need > j->blocks - 1)
		return -ENOSPC;		/* cannot be: transactions are kept to a share of the log */
	if (need > j->blocks - 1 - j->used) {
		err = journal_checkpoint_locked(j);
		if (err)
			return err;
	}
	at = t->log_start = j->head;
	t->log_blocks = need;
	err = log_buffers(j, t, &at, seed);
	if (!err)
		err = log_revokes(j, t, &at, seed);
	if (err)
		return err;
	head = log_header(j->pool[0], IMPFS_JOURNAL_COMMIT, t->tid);
	head->count = need - 1;
	ktime_get_real(&now);
	head->time = now.tv_sec;
	head->time_ns = (u32)now.tv_nsec;
	if (!impfs_fault(FAULT_NO_SEAL))
		seal_log_block(j->pool[0], seed);
	/* The commit point: data and log before it are flushed, and when this returns it is durable itself. */
	err = journal_io(j->fs, BIO_WRITE, at, j->pool, 1, true);
	if (err)
		return err;
	j->head = journal_next(at, j->blocks);
	j->used += need;
	return 0;
}

/* The blocks may go home now, unless the next transaction has changed them again. */
static void unpin(struct journal *j, struct transaction *t)
{
	while (!list_empty(&t->logged)) {
		struct journal_buffer *jb = list_first_entry(&t->logged, struct journal_buffer, commit_link);
		struct buffer *b = jb->buffer;

		list_del(&jb->commit_link);
		mutex_lock(&b->lock);
		if (jb->home_of)
			list_del(&jb->home);
		jb->home_of = j->on ? t : NULL;
		if (j->on)
			list_add_tail(&jb->home, &t->checkpoint);
		if (!jb->running && !jb->forgotten) {
			clear_bit(B_PINNED, &b->flags);
			buffer_dirty(b);
			if (!j->on) {
				journal_release(j, jb);
				mutex_unlock(&b->lock);
				buffer_put(b);
				continue;
			}
		}
		mutex_unlock(&b->lock);
	}
}

/* Freed metadata and data: nothing of it is written any more. */
static void drop_forgotten(struct journal *j, struct transaction *t)
{
	while (!list_empty(&t->forgotten)) {
		struct journal_buffer *jb = list_first_entry(&t->forgotten, struct journal_buffer, link);
		struct buffer *b = jb->buffer;

		list_del(&jb->link);
		mutex_lock(&b->lock);
		if (jb->home_of)
			list_del(&jb->home);
		journal_release(j, jb);
		clear_bit(B_PINNED, &b->flags);
		mutex_unlock(&b->lock);
		buffer_forget(b);
	}
}

int journal_commit_running(struct journal *j)
{
	struct transaction *next = journal_new_transaction(0), *t;
	u32 i;
	int err = 0;

	if (!next)
		return -ENOMEM;
	t = close_running(j, next);
	if (!t) {
		kfree(next);
		return 0;
	}
	if (impfs_fault(FAULT_NO_REVOKE))
		t->revoked.count = 0;
	if (impfs_fault(FAULT_LOSE_DATA))
		journal_fault_lose_data(t);
	if (impfs_fault(FAULT_HOME_FIRST))
		journal_fault_home(j, t);
	if (!impfs_fault(FAULT_DATA_LATE))
		write_ordered(j, t);
	if (j->on) {
		err = write_log(j, t);
		if (impfs_fault(FAULT_DATA_LATE))
			write_ordered(j, t);
	} else {
		struct journal_buffer *jb;

		list_for_each_entry(jb, &t->logged, commit_link)
			copy_out(j, jb, j->pool[0], NULL, 0);
	}
	if (err)
		return journal_abort(j, err, "writing the journal");
	unpin(j, t);
	drop_forgotten(j, t);
	for (i = 0; i < t->freed.count; i++)
		impfs_unbusy(j->fs, t->freed.items[i].start, t->freed.items[i].count);
	extent_free(&t->freed);
	extent_free(&t->revoked);
	j->committing = NULL;
	j->committed_tid = t->tid;
	if (j->on)
		list_add_tail(&t->link, &j->committed);
	else
		kfree(t);
	return 1;
}
