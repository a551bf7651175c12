/*
 * Slots of swap areas: which are free, and who refers to them.
 *
 * Slots are handed out in runs of RUN that follow each other on the disk, so that pages that leave memory together lie
 * together and come back together. Areas of one priority take turns, a run each.
 */
#include <core/printk.h>
#include <mm/swap.h>
#include "internal.h"

#define RUN 64

DEFINE_SPINLOCK(swap_lock, RANK_SWAP);
LIST_HEAD(swap_areas);
struct swap_area *swap_area_of[SWP_TYPES];
static unsigned long total_slots, used_slots;	/* swap_lock; areas that go away do not count */

/* The next free slot from `from` on, below `to`; 0: none. */
static unsigned long find_free(const struct swap_area *a, unsigned long from, unsigned long to)
{
	for (; from < to; from++)
		if (!a->map[from])
			return from;
	return 0;
}

/* The start of a run of RUN free slots from `from` on; 0: none. */
static unsigned long find_run(const struct swap_area *a, unsigned long from)
{
	unsigned long at = from, n = 0;

	for (; at < a->max; at++) {
		n = a->map[at] ? 0 : n + 1;
		if (n == RUN)
			return at + 1 - RUN;
	}
	return 0;
}

static unsigned long take_slot(struct swap_area *a)
{
	unsigned long at;

	if (a->run && a->next < a->max && !a->map[a->next]) {
		a->run--;
		return a->next++;
	}
	at = a->total - a->used >= 4 * RUN ? find_run(a, max(a->lowest, 1ul)) : 0;
	a->run = at ? RUN - 1 : 0;
	if (!at)
		at = find_free(a, a->next, a->max);
	if (!at)
		at = find_free(a, max(a->lowest, 1ul), a->max);
	if (at) {
		if (at <= a->lowest)
			a->lowest = at + 1;
		a->next = at + 1;
	}
	return at;
}

swp_t swap_alloc(void)
{
	struct swap_area *a, *best = NULL;
	swp_t e = 0;

	spin_lock(&swap_lock);
	list_for_each_entry(a, &swap_areas, link) {
		if (!a->going && a->used < a->total) {
			best = a;
			break;
		}
	}
	if (best) {
		unsigned long at = take_slot(best);

		ASSERT(at);
		best->map[at] = SLOT_CACHED;
		best->used++;
		used_slots++;
		e = swp_make(best->type, at);
		if (!best->run) {	/* behind the others of its priority */
			list_for_each_entry(a, &swap_areas, link)
				if (a->priority < best->priority)
					break;
			list_move_tail(&best->link, &a->link);
		}
	}
	spin_unlock(&swap_lock);
	return e;
}

bool swap_dup(swp_t e)
{
	struct swap_area *a = swap_area_of[swp_type(e)];
	u16 *count = &a->map[swp_offset(e)];
	bool ok;

	spin_lock(&swap_lock);
	ASSERT(*count && *count != SLOT_BAD);
	ok = (*count & ~SLOT_CACHED) < SLOT_MAX;
	if (ok)
		++*count;
	spin_unlock(&swap_lock);
	return ok;
}

void swap_slot_put(swp_t e, u16 what)
{
	struct swap_area *a = swap_area_of[swp_type(e)];
	unsigned long at = swp_offset(e);

	ASSERT((a->map[at] & SLOT_CACHED) || what != SLOT_CACHED);
	ASSERT((a->map[at] & ~SLOT_CACHED) || what == SLOT_CACHED);
	a->map[at] = (u16)(a->map[at] - what);
	if (a->map[at])
		return;
	a->used--;
	if (!a->going)
		used_slots--;
	if (at < a->lowest)
		a->lowest = at;
}

void swap_free(swp_t e)
{
	struct page *p = NULL;

	spin_lock(&swap_lock);
	swap_slot_put(e, 1);
	/* Only the cache is left: the page is of no use any more. */
	if (swap_area_of[swp_type(e)]->map[swp_offset(e)] == SLOT_CACHED) {
		p = radix_lookup(&swap_area_of[swp_type(e)]->cache, swp_offset(e));
		if (p)
			page_get(p);
	}
	spin_unlock(&swap_lock);
	if (p) {
		swap_drop_page(p);
		page_put(p);
	}
}

unsigned swap_count(swp_t e)
{
	return swap_area_of[swp_type(e)]->map[swp_offset(e)] & ~SLOT_CACHED;
}

bool swap_is_tight(void)
{
	return used_slots * 2 > total_slots;
}

bool swap_has_room(void)
{
	return used_slots < total_slots;
}

void swap_totals(unsigned long *total, unsigned long *free)
{
	spin_lock(&swap_lock);
	*total = total_slots;
	*free = total_slots - used_slots;
	spin_unlock(&swap_lock);
}

void swap_area_on(struct swap_area *a)
{
	struct swap_area *other;

	spin_lock(&swap_lock);
	swap_area_of[a->type] = a;
	a->going = false;
	total_slots += a->total;
	used_slots += a->used;
	list_for_each_entry(other, &swap_areas, link)
		if (other->priority < a->priority)
			break;
	list_add_tail(&a->link, &other->link);
	spin_unlock(&swap_lock);
}

void swap_area_going(struct swap_area *a)
{
	spin_lock(&swap_lock);
	a->going = true;
	total_slots -= a->total;
	used_slots -= a->used;
	list_del_init(&a->link);
	spin_unlock(&swap_lock);
}
