/*
 * Metadata blocks: a buffer is one 4 KiB block of a block device, held in a page of the device's page cache (so
 * /dev/sda1 sees the same bytes). A filesystem with a journal pins dirty buffers: PINNED ones are not written back
 * until it says so.
 */
#ifndef FS_BUFFER_H
#define FS_BUFFER_H

#include <core/mutex.h>
#include <abi/errno.h>
#include <block/bio.h>
#include <mm/page.h>
struct writeback_control;

/* Locks: b the buffer's mutex, m the device mapping's lock, a atomic */
struct buffer {
	struct block_device *bdev;	/* I */
	u64 block;			/* I in 4 KiB units */
	void *data;			/* b 4096 bytes */
	struct page *page;		/* I */
	atomic_t count;			/* a */
	unsigned long flags;		/* a B_* */
	struct mutex lock;		/* RANK_BUFFER */
	struct list_head dirty_link;	/* m */
	void *journal;			/* owner's private */
};
enum { B_UPTODATE, B_DIRTY, B_PINNED, B_ERROR, B_VERIFIED, B_WRITING };

struct buffer *buffer_get(struct block_device *b, u64 block);		/* contents undefined unless B_UPTODATE; NULL: buffer_missing() */
static inline int buffer_missing(const struct block_device *b, u64 block)	/* why buffer_get() gave none */
{
	return block >= (b->sectors + 7) / 8 ? -EIO : -ENOMEM;	/* the disk is shorter than it was, or the block is none */
}

struct buffer *buffer_read(struct block_device *b, u64 block);		/* ERR_PTR(-EIO, -ENOMEM) */
void buffer_readahead(struct block_device *b, u64 block);
void buffer_put(struct buffer *b);
static inline struct buffer *buffer_hold(struct buffer *b)
{
	page_get(b->page);	/* buffer_put() drops both */
	atomic_inc(&b->count);
	return b;
}
void buffer_dirty(struct buffer *b);			/* written back some time */
int buffer_write(struct buffer *b, bool flush);		/* now, and wait; flush: device cache too */
int buffer_write_async(struct buffer *b);		/* start; buffer_wait() later */
int buffer_wait(struct buffer *b);
void buffer_forget(struct buffer *b);			/* block was freed: never write it; drops the reference */
int buffer_sync(struct block_device *b);		/* all dirty, not pinned ones; waits */
/* Drop any cached alias of data blocks [block, block+n) that were metadata before. */
void buffer_clean_aliases(struct block_device *b, u64 block, u64 n);

/* For the address_space_ops of block devices (block/bdev.c). */
int buffer_writepage(struct page *p, struct writeback_control *wbc);
void buffer_invalidatepage(struct page *p, unsigned offset);
int buffer_releasepage(struct page *p, unsigned gfp);
/* Writes this page even if a journal has it pinned. Locked by the caller, unlocked here; PG_WRITEBACK until done. */
int bdev_write_page(struct page *p, struct writeback_control *wbc);

#endif
