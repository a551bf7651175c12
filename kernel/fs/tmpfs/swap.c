/*
 * tmpfs in swap: a file's tree of slots by page index. A page in memory that has a slot carries it in page->private; if
 * it is clean the slot holds the same and the page may go, if it is dirty the slot is out of date.
 *
 * The tree changes under the mapping's lock; a slot in it is one reference. A page's private changes with its lock held.
 */
#include "tmpfs.h"
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <mm/mm.h>
#include <mm/swap.h>
#include <mm/vmstat.h>
#include <sched/task.h>

swp_t tmpfs_slot(struct inode *i, unsigned long index)
{
	swp_t e;

	if (!tmpfs_i(i)->swapped.node)
		return 0;
	spin_lock(&i->data.lock);
	e = (swp_t)(unsigned long)radix_lookup(&tmpfs_i(i)->swapped, index);
	spin_unlock(&i->data.lock);
	return e;
}

int tmpfs_swap_in(struct page *p, swp_t e)
{
	struct bio *batch = NULL;
	int error;

	p->private = e;
	mem_count(MEM_SHMEM, 1);
	vm_event(PGMAJFAULT, 1);
	error = swap_read(p, e, &batch);
	swap_submit(&batch);
	return error;
}

void tmpfs_forget_slot(struct page *p)
{
	struct inode *i = p->mapping->host;
	swp_t e = (swp_t)p->private;

	if (!e)
		return;
	spin_lock(&i->data.lock);
	radix_delete(&tmpfs_i(i)->swapped, p->index);
	p->private = 0;
	spin_unlock(&i->data.lock);
	swap_free(e);
}

/* A slot for the page, in the tree. 0: none to be had. */
static swp_t make_slot(struct inode *i, struct page *p)
{
	swp_t e = swap_alloc();
	int error;

	if (!e)
		return 0;
	(void)swap_dup(e);		/* the first reference cannot be too many */
	spin_lock(&swap_lock);
	swap_slot_put(e, SLOT_CACHED);	/* in the tree here, not in the swap cache */
	spin_unlock(&swap_lock);
	error = radix_preload();
	if (!error) {
		spin_lock(&i->data.lock);
		error = radix_insert(&tmpfs_i(i)->swapped, p->index, (void *)(unsigned long)e);
		spin_unlock(&i->data.lock);
		radix_preload_end();
	}
	if (error) {
		swap_free(e);
		return 0;
	}
	p->private = e;
	return e;
}

bool shmem_swap_out(struct page *p, struct bio **batch)
{
	struct inode *i = p->mapping->host;
	swp_t e = (swp_t)p->private;

	/* Whoever else holds the page may be writing to it. */
	if (tmpfs_sb(i->sb)->noswap || !page_test(p, PG_UPTODATE) || atomic_read(&p->refcount) != 2)
		return false;
	if (!e)
		e = make_slot(i, p);
	if (!e)
		return false;
	page_clear(p, PG_DIRTY);
	swap_write(p, e, batch);
	return true;
}

/* One slot whose page is not in memory goes. False: the page is in memory. */
static bool drop_slot(struct inode *i, unsigned long index, swp_t e)
{
	bool gone = false;

	spin_lock(&i->data.lock);
	if (!radix_lookup(&i->data.pages, index) && radix_lookup(&tmpfs_i(i)->swapped, index) == (void *)(unsigned long)e) {
		radix_delete(&tmpfs_i(i)->swapped, index);
		gone = true;
	}
	spin_unlock(&i->data.lock);
	if (gone) {
		swap_free(e);
		tmpfs_uncharge(i->sb, 1);
		tmpfs_add_blocks(i, -1);
	}
	return gone;
}

static unsigned next_slots(struct inode *i, unsigned long first, unsigned long *idx, void **slots, unsigned max)
{
	unsigned n;

	spin_lock(&i->data.lock);
	n = radix_gang(&tmpfs_i(i)->swapped, slots, idx, first, max);
	spin_unlock(&i->data.lock);
	return n;
}

bool tmpfs_next_index(struct inode *i, unsigned long *index)
{
	unsigned long page, slot;
	bool in_memory, in_swap;
	void *item;

	spin_lock(&i->data.lock);
	in_memory = radix_gang(&i->data.pages, &item, &page, *index, 1) != 0;
	in_swap = radix_gang(&tmpfs_i(i)->swapped, &item, &slot, *index, 1) != 0;
	spin_unlock(&i->data.lock);
	if (in_memory && in_swap)
		*index = min(page, slot);
	else if (in_memory || in_swap)
		*index = in_memory ? page : slot;
	return in_memory || in_swap;
}

void tmpfs_truncate_slots(struct inode *i, unsigned long first, unsigned long end)
{
	unsigned long idx[16];
	void *slots[16];
	unsigned n;

	while (tmpfs_i(i)->swapped.node && (n = next_slots(i, first, idx, slots, ARRAY_SIZE(idx))) != 0) {
		for (unsigned k = 0; k < n; k++) {
			if (end && idx[k] >= end)
				return;
			/* It came into memory since the pages were dropped: once more for it. */
			if (!drop_slot(i, idx[k], (swp_t)(unsigned long)slots[k]))
				truncate_pagecache_range(i, (loff_t)idx[k] << PAGE_SHIFT, (loff_t)(idx[k] + 1) << PAGE_SHIFT);
		}
		first = idx[n - 1] + 1;
	}
}

/* ---- swapoff ---- */

static int unuse_inode(struct inode *i, unsigned type)
{
	unsigned long idx[16], first = 0;
	void *slots[16];
	unsigned n;

	while ((n = next_slots(i, first, idx, slots, ARRAY_SIZE(idx))) != 0) {
		for (unsigned k = 0; k < n; k++) {
			struct page *p;

			if (swp_type((swp_t)(unsigned long)slots[k]) != type)
				continue;
			p = read_mapping_page(&i->data, idx[k], NULL);
			if (IS_ERR(p))
				return (int)PTR_ERR(p);
			page_lock(p);
			page_wait_writeback(p);
			if (p->mapping == &i->data && p->private) {
				page_set(p, PG_DIRTY);
				tmpfs_forget_slot(p);
			}
			page_unlock(p);
			page_put(p);
			if (fatal_signal_pending(current))
				return -EINTR;
		}
		first = idx[n - 1] + 1;
	}
	return 0;
}

static int unuse_super(struct super_block *sb, unsigned type)
{
	struct inode *i, *prev = NULL;
	int error = 0;

	spin_lock(&icache_lock);
	list_for_each_entry(i, &sb->inodes, sb_link) {
		if ((i->state & (I_FREEING | I_NEW)) || i->data.ops != &tmpfs_aops || !tmpfs_i(i)->swapped.node)
			continue;
		iget(i);
		spin_unlock(&icache_lock);
		iput(prev);
		prev = i;
		error = unuse_inode(i, type);
		spin_lock(&icache_lock);
		if (error)
			break;
	}
	spin_unlock(&icache_lock);
	iput(prev);
	return error;
}

int shmem_unuse(unsigned type)
{
	struct super_block *sb, *prev = NULL;
	int error = 0;

	mutex_lock(&super_mutex);
	list_for_each_entry(sb, &super_blocks, link) {
		if (sb->op != &tmpfs_super_ops || !atomic_inc_not_zero(&sb->active))
			continue;
		mutex_unlock(&super_mutex);
		if (prev)
			sb_put_active(prev);
		prev = sb;
		error = unuse_super(sb, type);
		mutex_lock(&super_mutex);
		if (error)
			break;
	}
	mutex_unlock(&super_mutex);
	if (prev)
		sb_put_active(prev);
	return error;
}
