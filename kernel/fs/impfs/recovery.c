/*
 * Replay at mount: what committed transactions say goes home, what was not committed never happened.
 *
 * The log is read twice: first to find how far it is whole and which blocks were revoked when, then to write. Nothing
 * in the log is trusted before its checksum held. Being interrupted does no harm: the log stays until home is durable.
 */
#include "impfs.h"

struct revokes {
	struct { u32 block; u64 tid; } *slots;	/* open addressing; block 0: empty */
	u32 size, used;
};

#define WINDOW 32	/* log blocks that are read at once */

struct replay {
	struct impfs *fs;
	struct page *header;
	struct page *window[WINDOW];
	u32 window_at, window_count;	/* log blocks in the window */
	struct revokes revokes;
	struct extent_list pending;	/* revokes of the transaction being read; they count if it is whole */
	u32 at, left;		/* position in the ring, blocks until it was read all round */
	u64 last;		/* second pass: the last transaction that is whole */
	u32 unsynced;
};

static u32 revoke_slot(const struct revokes *r, u32 block)
{
	u32 i = block * 0x9e3779b1u & (r->size - 1);

	while (r->slots[i].block && r->slots[i].block != block)
		i = (i + 1) & (r->size - 1);
	return i;
}

static int revoke_grow(struct revokes *r)
{
	struct revokes bigger = { .size = r->size ? r->size * 2 : 1024 };
	u32 i;

	bigger.slots = kvmalloc(bigger.size * sizeof(*bigger.slots), GFP_KERNEL);
	if (!bigger.slots)
		return -ENOMEM;
	__builtin_memset(bigger.slots, 0, bigger.size * sizeof(*bigger.slots));
	for (i = 0; i < r->size; i++)
		if (r->slots[i].block)
			bigger.slots[revoke_slot(&bigger, r->slots[i].block)] = r->slots[i];
	bigger.used = r->used;
	kvfree(r->slots);
	*r = bigger;
	return 0;
}

static int revoke_add(struct revokes *r, u32 block, u64 tid)
{
	u32 i;

	if (r->used * 2 >= r->size) {
		int err = revoke_grow(r);

		if (err)
			return err;
	}
	i = revoke_slot(r, block);
	if (!r->slots[i].block)
		r->used++;
	r->slots[i].block = block;
	r->slots[i].tid = tid;
	return 0;
}

static bool revoked(const struct revokes *r, u32 block, u64 tid)
{
	u32 i;

	if (!r->size)
		return false;
	i = revoke_slot(r, block);
	return r->slots[i].block && r->slots[i].tid >= tid;
}

/* Reads ahead from where the replay is, not round the end of the ring. */
static int fill_window(struct replay *r)
{
	u32 blocks = r->fs->super->journal_blocks;
	u32 n = min_t(u32, WINDOW, min_t(u32, r->left, blocks - r->at));
	int err = journal_io(r->fs, BIO_READ, r->at, r->window, n, false);

	r->window_at = r->at;
	r->window_count = err ? 0 : n;
	return err;
}

/* The next block of the ring, in *data until the next call. 1 when it was read all round. */
static int next_block(struct replay *r, u32 **data)
{
	if (r->left == 0)
		return 1;
	if (r->at < r->window_at || r->at >= r->window_at + r->window_count) {
		int err = fill_window(r);

		if (err)
			return err;
	}
	*data = page_address(r->window[r->at - r->window_at]);
	r->left--;
	r->at = journal_next(r->at, r->fs->super->journal_blocks);
	return 0;
}

/* A block goes home, through the device's cache. */
static int write_home(struct replay *r, u32 block, const u32 *data)
{
	struct buffer *b = buffer_get(r->fs->bdev, block);

	if (!b)
		return -ENOMEM;
	mutex_lock(&b->lock);
	page_copy(b->data, data);
	set_bit(B_UPTODATE, &b->flags);
	page_set(b->page, PG_UPTODATE);
	clear_bit(B_VERIFIED, &b->flags);
	mutex_unlock(&b->lock);
	buffer_dirty(b);
	buffer_put(b);
	if (++r->unsynced < 512)
		return 0;
	r->unsynced = 0;
	return buffer_sync(r->fs->bdev);
}

/* The blocks of one descriptor. 1 if one is not as it should be. */
static int read_tagged(struct replay *r, const struct impfs_journal_header *head, u32 seed, bool write)
{
	const struct impfs_journal_tag *tag = (const void *)((const u8 *)head + IMPFS_JOURNAL_HEADER);
	u32 *data, i;

	for (i = 0; i < head->count; i++, tag++) {
		int err = next_block(r, &data);

		if (err)
			return err;
		if (tag->block >= r->fs->blocks)
			return 1;
		if (tag->flags & IMPFS_TAG_ESCAPED)
			data[0] = IMPFS_JOURNAL_MAGIC;
		if (crc32c(seed, data, IMPFS_BLOCK_SIZE) != tag->checksum)
			return 1;
		if (write && !revoked(&r->revokes, tag->block, head->sequence)) {
			err = write_home(r, tag->block, data);
			if (err)
				return err;
		}
	}
	return 0;
}

static int read_revokes(struct replay *r, const struct impfs_journal_header *head)
{
	const u32 *block = (const u32 *)((const u8 *)head + IMPFS_JOURNAL_HEADER);
	u32 i;

	for (i = 0; i < head->count; i++) {
		int err = extent_add(&r->pending, block[i], 1);

		if (err)
			return err;
	}
	return 0;
}

/* One transaction. 0: it is whole; 1: it is not; else an error. */
static int read_transaction(struct replay *r, u64 tid, bool write)
{
	const struct impfs_journal_header *head = page_address(r->header);
	u32 seed = journal_seed(r->fs, tid), before = 0;
	u32 *data;
	int err;

	for (;;) {
		err = next_block(r, &data);
		if (err)
			return err;
		page_copy(page_address(r->header), data);
		if (head->magic != IMPFS_JOURNAL_MAGIC || head->sequence != tid ||
		    crc32c(seed, head, IMPFS_CSUM_OFFSET) != *(const u32 *)((const u8 *)head + IMPFS_CSUM_OFFSET))
			return 1;
		switch (head->type) {
		case IMPFS_JOURNAL_COMMIT:
			return head->count == before ? 0 : 1;
		case IMPFS_JOURNAL_REVOKE:
			if (head->count > IMPFS_JOURNAL_REVOKES)
				return 1;
			err = write ? 0 : read_revokes(r, head);
			break;
		case IMPFS_JOURNAL_DESC:
			if (head->count > IMPFS_JOURNAL_TAGS)
				return 1;
			before += head->count;
			err = read_tagged(r, head, seed, write);
			break;
		default:
			return 1;
		}
		if (err)
			return err;
		before++;
	}
}

/* The transaction was whole: its revokes count. */
static int take_revokes(struct replay *r, u64 tid)
{
	u32 i, k;
	int err = 0;

	for (i = 0; i < r->pending.count; i++)
		for (k = 0; k < r->pending.items[i].count && !err; k++)
			if (r->pending.items[i].start + k)
				err = revoke_add(&r->revokes, r->pending.items[i].start + k, tid);
	r->pending.count = 0;
	return err;
}

static int replay_log(struct replay *r, u32 *found)
{
	struct impfs *fs = r->fs;
	u32 head, end;
	u64 first, tid;
	int err = journal_read_super(fs, r->header, &first, &head);

	if (err)
		return err;
	r->at = end = head;
	r->left = fs->super->journal_blocks - 1;
	for (tid = first; ; tid++) {
		err = read_transaction(r, tid, false);
		if (err < 0)
			return err;
		if (err)
			break;
		err = take_revokes(r, tid);
		if (err)
			return err;
		end = r->at;
	}
	*found = (u32)(tid - first);
	if (*found == 0)
		return 0;
	r->last = tid - 1;
	r->at = head;
	r->left = fs->super->journal_blocks - 1;
	for (tid = first; tid <= r->last; tid++) {
		err = read_transaction(r, tid, true);
		if (err)
			return err < 0 ? err : impfs_damaged(fs, 0, r->at, "the journal changed while it was read");
	}
	err = buffer_sync(fs->bdev);
	if (!err)
		err = bdev_flush(fs->bdev);
	if (!err)
		err = journal_write_super(fs, r->last + 1, end, r->header);
	return err;
}

static int alloc_pages(struct replay *r)
{
	u32 i;

	r->header = page_alloc(GFP_KERNEL, 0);
	if (!r->header)
		return -ENOMEM;
	for (i = 0; i < WINDOW; i++) {
		r->window[i] = page_alloc(GFP_KERNEL, 0);
		if (!r->window[i])
			return -ENOMEM;
	}
	return 0;
}

static void free_pages(struct replay *r)
{
	u32 i;

	for (i = 0; i < WINDOW; i++)
		if (r->window[i])
			page_free(r->window[i], 0);
	if (r->header)
		page_free(r->header, 0);
	kvfree(r->revokes.slots);
	extent_free(&r->pending);
}

int journal_replay(struct impfs *fs, u32 *found)
{
	struct replay r = { .fs = fs };
	int err;

	*found = 0;
	if (!(fs->super->compat & IMPFS_COMPAT_JOURNAL)) {
		pr_err("impfs: %s: needs replay and has no journal\n", fs->sb->id);
		return -EUCLEAN;
	}
	err = alloc_pages(&r);
	if (!err)
		err = replay_log(&r, found);
	free_pages(&r);
	if (*found && !err)
		pr_info("impfs: %s: %u transactions replayed\n", fs->sb->id, *found);
	return err;
}
