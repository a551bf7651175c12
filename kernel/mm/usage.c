/* Counting what page tables map. See mm/usage.h. */
#include <core/printk.h>
#include <core/spinlock.h>
#include <mm/swap.h>
#include <mm/usage.h>
#include "internal.h"

#define PM_SWAP		(1ull << 62)
#define PM_FILE		(1ull << 61)
#define PM_EXCLUSIVE	(1ull << 56)
#define PM_PRESENT	(1ull << 63)

static void add_page(struct mem_usage *u, u64 e)
{
	const struct page *p = pfn_to_page(pte_pfn(e));
	unsigned maps = (unsigned)max(atomic_read(&p->mapcount), 1);
	bool dirty = (e & PTE_DIRTY) || page_test(p, PG_DIRTY);

	u->rss++;
	u->pss += PAGE_SIZE / maps;
	if (dirty)
		u->pss_dirty += PAGE_SIZE / maps;
	if (page_test(p, PG_ANON))
		u->anonymous++;
	if (page_test(p, PG_ANON) && !page_test(p, PG_SWAPBACKED) && !dirty)
		u->lazy_free++;
	if ((e & PTE_ACCESSED) || page_test(p, PG_REFERENCED))
		u->referenced++;
	if (maps > 1)
		++*(dirty ? &u->shared_dirty : &u->shared_clean);
	else
		++*(dirty ? &u->private_dirty : &u->private_clean);
}

void vm_usage_add(struct mm *mm, const struct vm_area *a, struct mem_usage *u)
{
	unsigned long addr = a->start, before = u->rss;

	while (addr < a->end) {
		unsigned long stop = min((addr | (LARGE_PAGE_SIZE - 1)) + 1, a->end);
		u64 *pte = user_pte(mm, addr);

		if (!pte) {
			addr = stop;
			continue;
		}
		spin_lock(&mm->page_table_lock);
		for (; addr < stop; addr += PAGE_SIZE, pte++) {
			if (pte_swapped(*pte)) {
				u->swap++;
				u->swap_pss += PAGE_SIZE / max(swap_count(pte_swp(*pte)), 1u);
			} else if (pte_mapped(*pte) && !(*pte & PTE_SPECIAL)) {
				add_page(u, *pte);
			}
		}
		spin_unlock(&mm->page_table_lock);
	}
	if (a->flags & VM_LOCKED)
		u->locked += u->rss - before;
}

u64 vm_pagemap_entry(struct mm *mm, unsigned long addr, bool frames)
{
	u64 *pte = user_pte(mm, addr), e, out = 0;

	if (!pte)
		return 0;
	spin_lock(&mm->page_table_lock);
	e = *pte;
	if (pte_swapped(e)) {
		out = PM_SWAP;
		if (frames)
			out |= swp_type(pte_swp(e)) | (u64)swp_offset(pte_swp(e)) << 5;
	} else if (pte_mapped(e)) {
		const struct page *p = e & PTE_SPECIAL ? NULL : pfn_to_page(pte_pfn(e));

		out = PM_PRESENT | (frames ? pte_pfn(e) : 0);
		if (p && !page_test(p, PG_ANON))
			out |= PM_FILE;
		if (p && atomic_read(&p->mapcount) == 1)
			out |= PM_EXCLUSIVE;
	}
	spin_unlock(&mm->page_table_lock);
	return out;
}
