/*
 * Blocks: the bitmaps and the counts in the group descriptors.
 *
 * A block that a transaction frees is free in the bitmap at once but busy in memory until the commit: were it used
 * before, a crash could leave the old owner with the new owner's bytes. free_blocks counts busy blocks as free.
 * Bitmap checksums are computed once a commit, by impfs_seal().
 */
#include "impfs.h"

#include <abi/capability.h>

static u32 group_size(const struct impfs *fs, u32 group)
{
	u32 left = fs->blocks - group * IMPFS_GROUP_BLOCKS;

	return min_t(u32, left, IMPFS_GROUP_BLOCKS);
}

int impfs_load_bitmap(struct impfs *fs, u32 group, bool inodes, struct buffer **out)
{
	struct impfs_group_info *g = &fs->group[group];
	struct buffer **slot = inodes ? &g->inode_bitmap : &g->block_bitmap;
	u32 block = inodes ? g->desc->inode_bitmap : g->desc->block_bitmap;
	u32 stored = inodes ? g->desc->inode_bitmap_csum : g->desc->block_bitmap_csum;
	struct buffer *b;

	if (!*slot) {
		b = impfs_read_block(fs, block);
		if (IS_ERR(b))
			return PTR_ERR(b);
		if (crc32c(impfs_crc_words(fs->seed, &group, 1), b->data, IMPFS_BLOCK_SIZE) != stored) {
			buffer_put(b);
			return impfs_damaged(fs, 0, block, inodes ? "inode bitmap: wrong checksum" :
					     "block bitmap: wrong checksum");
		}
		*slot = b;
	}
	*out = *slot;
	return 0;
}

static inline bool bit_get(const u8 *map, u32 bit) { return map[bit >> 3] >> (bit & 7) & 1; }
static inline void bit_set(u8 *map, u32 bit) { map[bit >> 3] |= 1 << (bit & 7); }
static inline void bit_clear(u8 *map, u32 bit) { map[bit >> 3] &= ~(1 << (bit & 7)); }

static inline bool taken(const struct impfs_group_info *g, const u8 *map, u32 bit)
{
	return bit_get(map, bit) || (g->busy && bit_get(g->busy, bit));
}

/* The first block from `from` on that may be taken; `limit` if there is none. */
static u32 find_block(const struct impfs_group_info *g, const u8 *map, u32 from, u32 limit)
{
	u32 bit = from;

	while (bit < limit && taken(g, map, bit)) {
		if (!(bit & 31) && *(const u32 *)(map + (bit >> 3)) == ~0u)
			bit += 32;
		else
			bit++;
	}
	return min(bit, limit);
}

/* Takes a run in one group; -ENOSPC if nothing there can be taken. */
static int take_run(struct handle *h, u32 group, u32 from, u32 *start, u32 *count)
{
	struct impfs *fs = h->fs;
	struct impfs_group_info *g = &fs->group[group];
	u32 limit = group_size(fs, group), bit, n = 0, want = *count;
	struct buffer *b;
	u8 *map;
	int err;

	if (from < g->block_hint)
		from = g->block_hint;
	err = impfs_load_bitmap(fs, group, false, &b);
	if (err)
		return err;
	map = b->data;
	bit = find_block(g, map, from, limit);
	if (bit == limit)
		return -ENOSPC;
	err = journal_access(h, b);
	if (!err)
		err = journal_access(h, g->desc_buf);
	if (err)
		return err;
	if (from == g->block_hint)
		g->block_hint = bit;
	while (n < want && bit + n < limit && !taken(g, map, bit + n)) {
		bit_set(map, bit + n);
		n++;
	}
	if (g->block_hint == bit)
		g->block_hint = bit + n;
	if (n > g->desc->free_blocks)
		return impfs_damaged(fs, 0, g->desc->block_bitmap, "block bitmap and free count differ");
	g->desc->free_blocks -= n;
	g->dirty = true;
	fs->free_blocks -= n;
	*start = group * IMPFS_GROUP_BLOCKS + bit;
	*count = n;
	return 0;
}

int impfs_alloc_blocks(struct handle *h, u32 goal, u32 *start, u32 *count)
{
	struct impfs *fs = h->fs;
	u32 first, n, usable;
	int err = -ENOSPC;

	if (goal >= fs->blocks)
		goal = 0;
	mutex_lock_nested(&fs->alloc_lock);
	usable = fs->free_blocks - fs->busy_blocks;
	if (usable <= fs->reserved_blocks || usable - fs->reserved_blocks < *count) {
		bool privileged = capable(CAP_SYS_RESOURCE);

		if (!privileged && usable <= fs->reserved_blocks)
			goto out;
		if (!privileged)
			*count = usable - fs->reserved_blocks;
	}
	first = goal / IMPFS_GROUP_BLOCKS;
	/* The last round is the first group again, from its beginning. */
	for (n = 0; n <= fs->groups; n++) {
		u32 group = first + n < fs->groups ? first + n : first + n - fs->groups;
		struct impfs_group_info *g = &fs->group[group];

		if (g->desc->free_blocks <= g->busy_count)
			continue;
		err = take_run(h, group, n == 0 ? goal % IMPFS_GROUP_BLOCKS : 0, start, count);
		if (err != -ENOSPC)
			goto out;
	}
	err = -ENOSPC;
out:
	mutex_unlock(&fs->alloc_lock);
	return err;
}

bool impfs_more_room(struct impfs *fs, int err)
{
	return err == -ENOSPC && READ_ONCE(fs->busy_blocks) && journal_commit_all(fs) == 0;
}

/* Frees within one group. */
static int free_run(struct handle *h, u32 group, u32 bit, u32 count)
{
	struct impfs *fs = h->fs;
	struct impfs_group_info *g = &fs->group[group];
	struct buffer *b;
	u32 n;
	int err = impfs_load_bitmap(fs, group, false, &b);

	if (err)
		return err;
	if (!g->busy) {
		g->busy = pages_alloc(GFP_NOFS | GFP_ZERO, 0);
		if (!g->busy)
			return -ENOMEM;
	}
	err = journal_access(h, b);
	if (!err)
		err = journal_access(h, g->desc_buf);
	if (!err && !impfs_fault(FAULT_REUSE_FREED))
		err = journal_freed(h, group * IMPFS_GROUP_BLOCKS + bit, count);
	if (err)
		return err;
	for (n = 0; n < count; n++) {
		if (!bit_get(b->data, bit + n))
			return impfs_damaged(fs, 0, group * IMPFS_GROUP_BLOCKS + bit + n, "block freed twice");
		bit_clear(b->data, bit + n);
		g->desc->free_blocks++;
		fs->free_blocks++;
		bit_set(g->busy, bit + n);
		g->busy_count++;
		fs->busy_blocks++;
	}
	g->dirty = true;
	return 0;
}

int impfs_free_blocks(struct handle *h, u32 start, u32 count)
{
	struct impfs *fs = h->fs;
	int err = 0;

	if (start == 0 || start >= fs->blocks || count > fs->blocks - start)
		return impfs_damaged(fs, 0, start, "freeing blocks outside the volume");
	mutex_lock_nested(&fs->alloc_lock);
	while (count && !err) {
		u32 bit = start % IMPFS_GROUP_BLOCKS;
		u32 n = min_t(u32, count, IMPFS_GROUP_BLOCKS - bit);

		err = free_run(h, start / IMPFS_GROUP_BLOCKS, bit, n);
		start += n;
		count -= n;
	}
	mutex_unlock(&fs->alloc_lock);
	return err;
}

void impfs_unbusy(struct impfs *fs, u32 start, u32 count)
{
	mutex_lock_nested(&fs->alloc_lock);
	for (; count; start++, count--) {
		struct impfs_group_info *g = &fs->group[start / IMPFS_GROUP_BLOCKS];
		u32 bit = start % IMPFS_GROUP_BLOCKS;

		bit_clear(g->busy, bit);
		g->busy_count--;
		fs->busy_blocks--;
		if (bit < g->block_hint)
			g->block_hint = bit;
	}
	mutex_unlock(&fs->alloc_lock);
}

int impfs_free_metadata(struct handle *h, u32 block)
{
	int err = impfs_free_blocks(h, block, 1);
	struct buffer *b;

	if (err)
		return err;
	b = buffer_get(h->fs->bdev, block);
	if (!b)
		return buffer_missing(h->fs->bdev, block);
	return journal_forget(h, b);
}
