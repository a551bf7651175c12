/*
 * Getting memory back: asks every registered cache for a growing share of what it holds.
 *
 * Shrinkers are registered during start-up and stay, so the list is walked without a lock. A task in here has
 * PF_MEMALLOC: its own allocations may use the reserve and never come back here.
 */
#include <core/printk.h>
#include <core/spinlock.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include "internal.h"

static LIST_HEAD(shrinkers);

void shrinker_register(struct shrinker *s)
{
	list_add_tail(&s->link, &shrinkers);
}

unsigned long reclaim_frames(unsigned long n, unsigned gfp)
{
	unsigned long before = nr_free_pages, objects = 0;
	struct shrinker *s;
	int priority;

	if ((gfp & GFP_ATOMIC) || (current->flags & PF_MEMALLOC))
		return 0;
	if (current->journal_info)
		gfp |= GFP_NOFS;	/* within a transaction: the filesystem must not be entered again */
	current->flags |= PF_MEMALLOC;
	for (priority = 4; priority >= 0 && nr_free_pages < before + n; priority--) {
		list_for_each_entry(s, &shrinkers, link) {
			unsigned long have = s->count() >> priority;

			if (have)
				objects += s->scan(max(have, min(n, s->count())), gfp);
		}
		kmem_shrink();
	}
	current->flags &= ~PF_MEMALLOC;
	return nr_free_pages > before ? nr_free_pages - before : objects ? 1 : 0;
}
