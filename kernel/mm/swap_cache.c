/*
 * The swap cache: pages that have a slot. A page enters it before it is unmapped and written, and when it is read; so
 * whoever follows an entry finds the page while it is in memory, and there is one page for a slot.
 *
 * Reading takes neighbours along: slots beside each other were written together. The window grows while what was read
 * ahead is used, and shrinks to one page when it is not.
 */
#include <abi/errno.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/workqueue.h>
#include <mm/lru.h>
#include <mm/swap.h>
#include <mm/vmstat.h>
#include <sched/task.h>
#include "internal.h"

#define AROUND_MAX 32u

atomic_t swap_cached;
static atomic_t around_hits;		/* pages that were read ahead and asked for since the last read */
static unsigned around_last;		/* preemption off: the last window */
static swp_t around_prev;		/* the last entry asked for */
static struct work orphans_work;
static bool orphans_seen;

struct page *swap_cache_get(swp_t e)
{
	struct swap_area *a = swap_area_of[swp_type(e)];
	struct page *p;

	spin_lock(&swap_lock);
	p = radix_lookup(&a->cache, swp_offset(e));
	if (p)
		page_get(p);
	spin_unlock(&swap_lock);
	if (p && page_test_clear(p, PG_READAHEAD)) {
		atomic_inc(&around_hits);
		vm_event(SWAP_RA_HIT, 1);
	}
	return p;
}

int swap_cache_add(struct page *p, swp_t e)
{
	struct swap_area *a = swap_area_of[swp_type(e)];
	int error = radix_preload();

	if (error)
		return error;
	spin_lock(&swap_lock);
	error = radix_insert(&a->cache, swp_offset(e), p);
	if (!error) {
		page_get(p);
		p->private = e;
		page_set(p, PG_SWAPCACHE);
		atomic_inc(&swap_cached);
	}
	spin_unlock(&swap_lock);
	radix_preload_end();
	return error;
}

void swap_cache_del(struct page *p)
{
	swp_t e = (swp_t)p->private;

	ASSERT(page_test(p, PG_LOCKED) && page_test(p, PG_SWAPCACHE) && !page_test(p, PG_WRITEBACK));
	spin_lock(&swap_lock);
	radix_delete(&swap_area_of[swp_type(e)]->cache, swp_offset(e));
	page_clear(p, PG_SWAPCACHE);
	p->private = 0;
	atomic_dec(&swap_cached);
	swap_slot_put(e, SLOT_CACHED);
	spin_unlock(&swap_lock);
	page_put(p);
}

bool swap_add_page(struct page *p)
{
	swp_t e = swap_alloc();

	if (!e)
		return false;
	if (swap_cache_add(p, e)) {
		spin_lock(&swap_lock);
		swap_slot_put(e, SLOT_CACHED);
		spin_unlock(&swap_lock);
		return false;
	}
	page_set(p, PG_DIRTY);
	return true;
}

void swap_drop_page(struct page *p)
{
	if (!page_test(p, PG_SWAPCACHE) || atomic_read(&p->mapcount) > 0)
		return;
	if (!page_trylock(p)) {
		WRITE_ONCE(orphans_seen, true);		/* whoever holds it now; looked for later */
		work_queue(&orphans_work);
		return;
	}
	if (page_test(p, PG_SWAPCACHE) && atomic_read(&p->mapcount) == 0 && !swap_count((swp_t)p->private)) {
		if (!page_test(p, PG_WRITEBACK)) {
			swap_cache_del(p);
		} else {
			WRITE_ONCE(orphans_seen, true);
			work_queue(&orphans_work);
		}
	}
	page_unlock(p);
}

/* Page locked. Out of the cache if its slot has no references; mapped pages only if they shall. */
static void drop_unused(struct page *p, bool mapped)
{
	if (!page_test(p, PG_SWAPCACHE) || swap_count((swp_t)p->private) || (!mapped && atomic_read(&p->mapcount) > 0))
		return;
	page_set(p, PG_DIRTY);
	swap_cache_del(p);
}

/* One area's pages of slots that nobody refers to. */
static void drop_from(unsigned type, bool mapped)
{
	unsigned long idx[16], first = 0;
	struct page *pages[16];
	struct swap_area *a;
	unsigned n, i;

	do {
		n = 0;
		spin_lock(&swap_lock);
		a = swap_area_of[type];
		if (a)
			n = radix_gang(&a->cache, (void **)pages, idx, first, ARRAY_SIZE(pages));
		for (i = 0; i < n; i++)
			page_get(pages[i]);
		spin_unlock(&swap_lock);
		for (i = 0; i < n; i++) {
			struct page *p = pages[i];

			if ((mapped || atomic_read(&p->mapcount) == 0) && !swap_count(swp_make(type, idx[i]))) {
				page_lock(p);
				page_wait_writeback(p);
				drop_unused(p, mapped);
				page_unlock(p);
			}
			page_put(p);
		}
		if (n)
			first = idx[n - 1] + 1;
	} while (n);
}

void swap_drop_cache(unsigned type)
{
	drop_from(type, true);
}

void swap_drop_orphans(void)
{
	for (unsigned type = 0; type < SWP_TYPES; type++)
		if (swap_area_of[type])
			drop_from(type, false);
}

static void orphans_fn(struct work *w)
{
	(void)w;
	while (READ_ONCE(orphans_seen)) {
		WRITE_ONCE(orphans_seen, false);
		swap_drop_orphans();
	}
}

/* How many pages to read for a fault at e. */
static unsigned window(swp_t e)
{
	unsigned hits = (unsigned)atomic_read(&around_hits), n = hits + 2;

	preempt_disable();
	atomic_set(&around_hits, 0);
	if (!hits && e != around_prev + 1 && around_prev != e + 1)
		n = 1;
	while (n & (n - 1))
		n += n & -n;		/* to a power of two */
	n = max(min(n, AROUND_MAX), around_last / 2);
	around_last = max(n, 1u);
	around_prev = e;
	preempt_enable();
	return around_last;
}

/* A page for the slot, locked and in the cache; NULL: it is there already, or free, or no memory. */
static struct page *new_page(swp_t e, unsigned gfp, int *error)
{
	struct page *p = page_alloc(gfp, 0);

	*error = -ENOMEM;
	if (!p)
		return NULL;
	p->flags = BIT(PG_ANON) | BIT(PG_SWAPBACKED) | BIT(PG_LOCKED);
	spin_lock(&swap_lock);
	*error = 0;
	if (!swap_area_of[swp_type(e)] || (swap_area_of[swp_type(e)]->map[swp_offset(e)] & SLOT_CACHED) || !swap_count(e))
		*error = -EEXIST;
	else
		swap_area_of[swp_type(e)]->map[swp_offset(e)] |= SLOT_CACHED;
	spin_unlock(&swap_lock);
	if (*error)
		goto out;
	*error = swap_cache_add(p, e);
	if (!*error) {
		lru_add(p);
		return p;
	}
	spin_lock(&swap_lock);
	swap_slot_put(e, SLOT_CACHED);
	spin_unlock(&swap_lock);
out:
	page_clear(p, PG_LOCKED);
	page_put(p);
	return NULL;
}

struct page *swap_read_around(swp_t e)
{
	unsigned n = window(e), i;
	unsigned long at = swp_offset(e), first = at & ~(unsigned long)(n - 1), max;
	struct page *wanted = NULL, *p;
	struct bio *batch = NULL;
	int error = 0, e2;

	p = new_page(e, GFP_USER, &error);
	if (!p && error != -EEXIST)
		return ERR_PTR(error);
	if (p)
		wanted = p;
	max = swap_area_of[swp_type(e)]->max;
	for (i = 0; i < n && first + i < max; i++) {
		swp_t other = swp_make(swp_type(e), first + i);

		if (!(first + i))
			continue;
		if (first + i == at) {
			if (wanted)
				(void)swap_read(wanted, e, &batch);	/* the page then is not uptodate */
			continue;
		}
		p = memory_is_low() ? NULL : new_page(other, GFP_USER | GFP_NOWARN, &e2);
		if (!p)
			continue;
		page_set(p, PG_READAHEAD);
		vm_event(SWAP_RA, 1);
		(void)swap_read(p, other, &batch);
		page_put(p);
	}
	swap_submit(&batch);
	return wanted ? wanted : swap_cache_get(e);
}

static int __init swap_cache_init(void)
{
	work_init(&orphans_work, orphans_fn);
	return 0;
}
core_initcall(swap_cache_init);
