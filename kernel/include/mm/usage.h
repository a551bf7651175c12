/* What an address space's pages are, for /proc/PID/smaps and pagemap. mmap_lock held; the walks do not sleep. */
#ifndef MM_USAGE_H
#define MM_USAGE_H

#include <core/types.h>

struct mm;
struct vm_area;

/* Pages of one area or several; pss and swap_pss in 1/4096 of a page: each page divided by how many map it. */
struct mem_usage {
	unsigned long rss, shared_clean, shared_dirty, private_clean, private_dirty, referenced, anonymous, lazy_free, swap, locked;
	u64 pss, pss_dirty, swap_pss;
};

void vm_usage_add(struct mm *mm, const struct vm_area *a, struct mem_usage *u);
u64 vm_pagemap_entry(struct mm *mm, unsigned long addr, bool frames);	/* as pagemap(5); frames: with frame numbers */

#endif
