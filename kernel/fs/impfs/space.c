/*
 * The space that a file holds: reserved ahead, emptied, given back, listed.
 *
 * The caller's rwsem, held for writing, keeps other changes of size and map away; pages of the range are out of the
 * cache before blocks under them go or lose their contents.
 */
#include "impfs.h"

#include <abi/fiemap.h>

/* Zeroes [from, to) within one block that stays. */
static int zero_part(struct inode *inode, loff_t from, loff_t to)
{
	u32 index = (u32)((u64)from >> PAGE_SHIFT), block;
	struct page *page;
	int err = impfs_map(inode, index, &block);

	if (err || from >= to)
		return err;
	journal_room(impfs_of(inode->sb));
	page = read_mapping_page(&inode->data, index, NULL);
	if (IS_ERR(page))
		return PTR_ERR(page);
	page_lock(page);
	page_wait_writeback(page);
	__builtin_memset((u8 *)page_address(page) + ((unsigned)from & (PAGE_SIZE - 1)), 0, (size_t)(to - from));
	err = impfs_page_changed(inode, page, block);
	page_unlock(page);
	page_put(page);
	return err;
}

/* Zeroes what of [off, end) lies in blocks that are only partly in it; *first and *last bound the whole ones. */
static int zero_edges(struct inode *inode, loff_t off, loff_t end, loff_t *first, loff_t *last)
{
	int err;

	*first = ALIGN_UP(off, (loff_t)IMPFS_BLOCK_SIZE);
	*last = ALIGN_DOWN(end, (loff_t)IMPFS_BLOCK_SIZE);
	/* Beyond the size there is nothing to zero. */
	end = min(end, ALIGN_UP(inode->size, (loff_t)IMPFS_BLOCK_SIZE));
	if (*first > *last)
		return off < end ? zero_part(inode, off, end) : 0;
	err = off < *first && off < end ? zero_part(inode, off, *first) : 0;
	if (!err && *last < end)
		err = zero_part(inode, *last, end);
	return err;
}

static int punch(struct inode *inode, loff_t off, loff_t end)
{
	loff_t first, last;
	int err = zero_edges(inode, off, end, &first, &last);

	if (err || first >= last)
		return err;
	truncate_pagecache_range(inode, first, last);
	return impfs_free_range(inode, (u32)((u64)first >> IMPFS_BLOCK_SHIFT), (u64)last >> IMPFS_BLOCK_SHIFT);
}

/* What can be seen not to fit is refused before anything is taken. */
static bool fits(const struct inode *inode, u64 blocks)
{
	const struct impfs *fs = impfs_of(inode->sb);
	u64 held = inode->blocks >> (IMPFS_BLOCK_SHIFT - 9);

	return blocks <= held || blocks - held <= READ_ONCE(fs->free_blocks);
}

static int reserve(struct inode *inode, u64 from, u64 to, bool empty)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct handle h;
	u32 count;
	int err = fits(inode, to - from) ? 0 : -ENOSPC, err2;

	while (from < to && !err) {
		journal_room(fs);
		err = journal_begin(&h, fs);
		if (err)
			break;
		err = impfs_map_reserve(&h, inode, (u32)from, (u32)min_t(u64, to - from, IMPFS_PTRS), empty, &count);
		err2 = impfs_put_inode(&h, inode);
		impfs_i(inode)->datasync_tid = h.tid;
		journal_end(&h);
		if (impfs_more_room(fs, err))
			err = 0;
		if (!err)
			err = err2;
		from += count;
	}
	return err;
}

/* Zeros in place of what is there, and blocks for all of it. */
static int zero_range(struct inode *inode, loff_t off, loff_t end)
{
	loff_t first, last;
	int err = zero_edges(inode, off, end, &first, &last);

	if (err)
		return err;
	if (first < last) {
		truncate_pagecache_range(inode, first, last);
		err = reserve(inode, (u64)first >> IMPFS_BLOCK_SHIFT, (u64)last >> IMPFS_BLOCK_SHIFT, true);
	}
	return err ? err : reserve(inode, (u64)off >> IMPFS_BLOCK_SHIFT,
				   ((u64)end + IMPFS_BLOCK_SIZE - 1) >> IMPFS_BLOCK_SHIFT, false);
}

static int grow(struct inode *inode, loff_t size)
{
	struct handle h;
	int err = journal_begin(&h, impfs_of(inode->sb));

	if (err)
		return err;
	inode->size = size;
	err = impfs_put_inode(&h, inode);
	impfs_i(inode)->datasync_tid = h.tid;
	journal_end(&h);
	return err;
}

long impfs_fallocate(struct file *f, int mode, loff_t off, loff_t len)
{
	struct inode *inode = f->inode;
	struct impfs *fs = impfs_of(inode->sb);
	loff_t end = off + len;
	bool grows;
	int err = impfs_writable(fs);

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE) ||
	    (mode & FALLOC_FL_PUNCH_HOLE && mode & FALLOC_FL_ZERO_RANGE) || (!fs->may_reserve && !(mode & FALLOC_FL_PUNCH_HOLE)))
		return -EOPNOTSUPP;
	if (err)
		return err;
	down_write(&inode->rwsem);
	grows = !(mode & FALLOC_FL_KEEP_SIZE) && end > inode->size;
	if (grows)
		err = inode_newsize_ok(inode, end);
	if (!err && mode & FALLOC_FL_PUNCH_HOLE)
		err = punch(inode, off, end);
	else if (!err && mode & FALLOC_FL_ZERO_RANGE)
		err = zero_range(inode, off, end);
	else if (!err)
		err = reserve(inode, (u64)off >> IMPFS_BLOCK_SHIFT, ((u64)end + IMPFS_BLOCK_SIZE - 1) >> IMPFS_BLOCK_SHIFT, false);
	if (!err) {
		inode_now(inode, grows || mode & ~FALLOC_FL_KEEP_SIZE ? ATTR_MTIME | ATTR_CTIME : ATTR_CTIME);
		if (grows)
			err = grow(inode, end);
	}
	up_write(&inode->rwsem);
	return err;
}

int impfs_fiemap(struct inode *inode, u64 start, u64 len, void *ctx,
		 int (*emit)(void *ctx, u64 logical, u64 phys, u64 len, u32 flags))
{
	/* Blocks may be held beyond the size. */
	u64 limit = (u64)inode->sb->max_bytes, at = start >> IMPFS_BLOCK_SHIFT, end;
	u32 block, count;
	bool reserved;
	int err = 0;

	end = start >= limit ? 0 : (start + min(len, limit - start) + IMPFS_BLOCK_SIZE - 1) >> IMPFS_BLOCK_SHIFT;
	while (at < end && !err) {
		err = impfs_map_extent(inode, (u32)at, ~0u, &block, &count, &reserved);
		if (err)
			return err;
		count = (u32)min_t(u64, count, end - at);
		if (block)
			err = emit(ctx, at << IMPFS_BLOCK_SHIFT, (u64)block << IMPFS_BLOCK_SHIFT, (u64)count << IMPFS_BLOCK_SHIFT,
				   reserved ? FIEMAP_EXTENT_UNWRITTEN : 0);
		at += count;
	}
	return err < 0 ? err : 0;
}
