/*
 * The lists that reclaim works on: pages of processes and of tmpfs (PG_SWAPBACKED), pages of files; of each an inactive
 * list, where they begin, and an active one for what was used again. New pages come to the head. Pages that a process has
 * given up (MADV_FREE) are among those of files: like those they go without being written.
 *
 * A page is on a list from its first use to its last reference; PG_SWAPBACKED changes by lru_swap_backed() only. Any context.
 */
#include <core/printk.h>
#include <core/spinlock.h>
#include <mm/lru.h>
#include "internal.h"

static DEFINE_SPINLOCK(lru_lock, RANK_LRU);	/* interrupts off */
static struct list_head lists[LRU_LISTS] = {
	LIST_HEAD_INIT(lists[0]), LIST_HEAD_INIT(lists[1]), LIST_HEAD_INIT(lists[2]), LIST_HEAD_INIT(lists[3]),
};
unsigned long lru_size[LRU_LISTS];
unsigned long lru_given_up;

static enum lru_list list_of(const struct page *p)
{
	return (page_test(p, PG_SWAPBACKED) ? LRU_ANON : LRU_FILE) + (page_test(p, PG_ACTIVE) ? 1 : 0);
}

static bool given_up(const struct page *p)
{
	return page_test(p, PG_ANON) && !page_test(p, PG_SWAPBACKED);
}

void lru_add(struct page *p)
{
	unsigned long flags;
	enum lru_list l;

	spin_lock_irqsave(&lru_lock, flags);
	l = list_of(p);
	page_set(p, PG_LRU);
	list_add(&p->lru, &lists[l]);
	lru_size[l]++;
	spin_unlock_irqrestore(&lru_lock, flags);
}

void lru_del(struct page *p)
{
	unsigned long flags;

	spin_lock_irqsave(&lru_lock, flags);
	if (page_test_clear(p, PG_LRU)) {
		list_del(&p->lru);
		lru_given_up -= given_up(p);
		lru_size[list_of(p)]--;
		page_clear(p, PG_ACTIVE);
	}
	spin_unlock_irqrestore(&lru_lock, flags);
}

void lru_activate(struct page *p, bool active)
{
	unsigned long flags;

	spin_lock_irqsave(&lru_lock, flags);
	if (page_test(p, PG_LRU) && page_test(p, PG_ACTIVE) != active) {
		lru_size[list_of(p)]--;
		if (active)
			page_set(p, PG_ACTIVE);
		else
			page_clear(p, PG_ACTIVE);
		list_move(&p->lru, &lists[list_of(p)]);
		lru_size[list_of(p)]++;
	}
	spin_unlock_irqrestore(&lru_lock, flags);
}

void lru_swap_backed(struct page *p, bool backed)
{
	unsigned long flags;
	bool listed;

	spin_lock_irqsave(&lru_lock, flags);
	listed = page_test(p, PG_LRU);
	if (listed) {
		lru_size[list_of(p)]--;
		lru_given_up -= given_up(p);
	}
	page_clear(p, PG_ACTIVE);
	if (backed)
		page_set(p, PG_SWAPBACKED);
	else
		page_clear(p, PG_SWAPBACKED);
	if (listed) {
		list_move(&p->lru, &lists[list_of(p)]);
		lru_size[list_of(p)]++;
		lru_given_up += given_up(p);
	}
	spin_unlock_irqrestore(&lru_lock, flags);
}

void lru_rotate(struct page *p)
{
	unsigned long flags;

	spin_lock_irqsave(&lru_lock, flags);
	if (page_test(p, PG_LRU) && !page_test(p, PG_ACTIVE))
		list_move_tail(&p->lru, &lists[list_of(p)]);
	spin_unlock_irqrestore(&lru_lock, flags);
}

unsigned lru_take(enum lru_list l, struct page **pages, unsigned max, unsigned *seen)
{
	unsigned long flags;
	unsigned n = 0;

	*seen = 0;
	spin_lock_irqsave(&lru_lock, flags);
	while (n < max && *seen < 4 * max && *seen < lru_size[l]) {
		struct page *p = list_last_entry(&lists[l], struct page, lru);

		++*seen;
		list_move(&p->lru, &lists[l]);
		/* A count of 0: it is being freed. */
		if (!atomic_inc_not_zero(&p->refcount))
			continue;
		if (page_trylock(p))
			pages[n++] = p;
		else
			atomic_dec(&p->refcount);
	}
	spin_unlock_irqrestore(&lru_lock, flags);
	return n;
}
