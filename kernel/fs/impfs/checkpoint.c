/*
 * The journal's own input and output, and the checkpoint: everything committed is written home, then the log is empty.
 *
 * A block that is being changed again has its committed contents only in the log: they are read back from there. So a
 * checkpoint never waits for a commit, and a commit can always get the space it needs. commit_lock is held throughout.
 */
#include "impfs.h"
#include <core/time.h>

#define RETRY (5 * NSEC_PER_MSEC)	/* until memory is looked for again */

u32 journal_seed(const struct impfs *fs, u64 sequence)
{
	u32 words[2] = { (u32)sequence, (u32)(sequence >> 32) };

	return impfs_crc_words(fs->seed, words, 2);
}

/* Moves n pages to or from neighbouring blocks of the volume and waits. */
static int block_io(struct impfs *fs, enum bio_op op, u32 block, struct page **pages, u32 n, bool durable)
{
	struct bio *bio;
	u32 i;
	int err;

	/* A journal does not end for lack of memory: what is under way gives some back. */
	while (!(bio = bio_alloc(n, GFP_NOFS | GFP_NOWARN)))
		sleep_ns(RETRY);
	bio->bdev = fs->bdev;
	bio->sector = (sector_t)block << (IMPFS_BLOCK_SHIFT - 9);
	bio->op = op;
	bio->preflush = durable && !impfs_fault(FAULT_NO_PREFLUSH);
	bio->fua = durable && !impfs_fault(FAULT_NO_POSTFLUSH);
	for (i = 0; i < n; i++)
		(void)bio_add(bio, pages[i], 0, PAGE_SIZE);	/* it was made for that many */
	err = bio_submit_wait(bio);
	bio_free(bio);
	return err;
}

int journal_io(struct impfs *fs, enum bio_op op, u32 at, struct page **pages, u32 n, bool durable)
{
	return block_io(fs, op, fs->super->journal_start + at, pages, n, durable);
}

int journal_write_super(struct impfs *fs, u64 sequence, u32 head, struct page *page)
{
	struct impfs_journal_super *s = page_address(page);

	page_zero(s);
	s->magic = IMPFS_JOURNAL_MAGIC;
	s->type = IMPFS_JOURNAL_SUPER;
	s->sequence = sequence;
	s->head = head;
	s->blocks = fs->super->journal_blocks;
	s->checksum = crc32c(~0u, s, offsetof(struct impfs_journal_super, checksum));
	return journal_io(fs, BIO_WRITE, 0, &page, 1, true);
}

int journal_read_super(struct impfs *fs, struct page *page, u64 *sequence, u32 *head)
{
	const struct impfs_journal_super *s = page_address(page);
	int err = journal_io(fs, BIO_READ, 0, &page, 1, false);

	if (err)
		return err;
	if (s->magic != IMPFS_JOURNAL_MAGIC || s->type != IMPFS_JOURNAL_SUPER ||
	    crc32c(~0u, s, offsetof(struct impfs_journal_super, checksum)) != s->checksum ||
	    s->blocks != fs->super->journal_blocks || s->head == 0 || s->head >= s->blocks || s->sequence == 0 ||
	    s->sequence > IMPFS_JOURNAL_SEQUENCE_MAX)
		return impfs_damaged(fs, 0, fs->super->journal_start, "journal super");
	*sequence = s->sequence;
	*head = s->head;
	return 0;
}

/* Writes a block home as the log has it. */
static int write_from_log(struct journal *j, struct journal_buffer *jb)
{
	struct page *page = j->pool[JOURNAL_POOL - 1];
	u32 *data = page_address(page);
	int err = journal_io(j->fs, BIO_READ, jb->log_block, &page, 1, false);

	if (err)
		return err;
	if (jb->escaped)
		data[0] = IMPFS_JOURNAL_MAGIC;
	return block_io(j->fs, BIO_WRITE, (u32)jb->buffer->block, &page, 1, false);
}

/* The journal is done with a block that is home, and that the log does not have any more. */
static void settle(struct journal *j, struct journal_buffer *jb)
{
	struct buffer *b = jb->buffer;
	bool last;

	mutex_lock(&b->lock);
	list_del(&jb->home);
	jb->home_of = NULL;
	last = !jb->running && !jb->committing && !jb->forgotten;
	if (last)
		journal_release(j, jb);
	mutex_unlock(&b->lock);
	if (last)
		buffer_put(b);
}

static int write_home(struct journal *j, struct transaction *t)
{
	struct journal_buffer *jb;
	int err = 0, e;

	list_for_each_entry(jb, &t->checkpoint, home) {
		struct buffer *b = jb->buffer;

		if (test_bit(B_PINNED, &b->flags))
			e = write_from_log(j, jb);
		else
			e = test_bit(B_DIRTY, &b->flags) && !impfs_fault(FAULT_SKIP_HOME) ? buffer_write_async(b) : 0;
		if (e && !err)
			err = e;
	}
	list_for_each_entry(jb, &t->checkpoint, home) {
		e = buffer_wait(jb->buffer);
		if (e && !err)
			err = e;
	}
	return err;
}

int journal_checkpoint_locked(struct journal *j)
{
	struct transaction *t;
	u64 sequence;
	int err = 0;

	if (!j->on || j->error || list_empty(&j->committed))
		return j->error;
	sequence = list_last_entry(&j->committed, struct transaction, link)->tid + 1;
	if (impfs_fault(FAULT_FORGET_FIRST))
		(void)journal_write_super(j->fs, sequence, j->head, j->pool[JOURNAL_POOL - 1]);
	list_for_each_entry(t, &j->committed, link) {
		err = write_home(j, t);
		if (err)
			return journal_abort(j, err, "writing committed blocks home");
	}
	err = bdev_flush(j->fs->bdev);
	/* Home is durable: the log may be forgotten from here on. A transaction that commits now has the next sequence. */
	if (!err)
		err = journal_write_super(j->fs, sequence, j->head, j->pool[JOURNAL_POOL - 1]);
	if (err)
		return journal_abort(j, err, "emptying the journal");
	/* Not before: who finds nothing of the journal's at a block writes it in place, and no replay may undo that. */
	while (!list_empty(&j->committed)) {
		t = list_first_entry(&j->committed, struct transaction, link);
		list_del(&t->link);
		while (!list_empty(&t->checkpoint))
			settle(j, list_first_entry(&t->checkpoint, struct journal_buffer, home));
		kfree(t);
	}
	j->used = 0;
	return 0;
}
