/* Overcommit policy. See mm/commit.h. */
#include <abi/capability.h>
#include <core/printk.h>
#include <mm/commit.h>
#include <mm/swap.h>
#include <sched/task.h>
#include "internal.h"

#define ADMIN_RESERVE ((8ul << 20) >> PAGE_SHIFT)	/* kept for root when promises are strict */

int overcommit_mode = OVERCOMMIT_GUESS, overcommit_ratio = 50, overcommit_kbytes;
atomic_t committed;

unsigned long commit_limit(void)
{
	unsigned long total, free, memory = mm_total_frames();

	swap_totals(&total, &free);
	if (overcommit_kbytes)
		return ((unsigned long)overcommit_kbytes >> (PAGE_SHIFT - 10)) + total;
	return memory / 100 * (unsigned long)overcommit_ratio + total;
}

bool commit_allows(unsigned long pages)
{
	unsigned long total, free, limit;

	if (overcommit_mode == OVERCOMMIT_GUESS) {
		swap_totals(&total, &free);
		if (pages > mm_total_frames() + total)
			return false;
	} else if (overcommit_mode == OVERCOMMIT_NEVER) {
		limit = commit_limit();
		if (!capable(CAP_SYS_ADMIN))
			limit -= min(limit / 32, ADMIN_RESERVE);
		if ((unsigned long)max(atomic_read(&committed), 0) + pages > limit)
			return false;
	}
	return true;
}
