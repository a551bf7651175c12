/*
 * madvise's hints about when memory is wanted: WILLNEED starts reading, COLD makes pages the next to go, PAGEOUT has them
 * go now, FREE lets them go when memory is short, without their contents, unless they are written to before. They are
 * about pages that one process alone uses; others' use keeps a page where it is.
 */
#include <abi/errno.h>
#include <abi/mman.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <fs/pagecache.h>
#include <fs/vfs.h>
#include <mm/lru.h>
#include <mm/swap.h>
#include <mm/vmstat.h>
#include <sched/signal.h>
#include "internal.h"

#define BATCH 32

/* The page behind the entry, if this process alone uses it, referenced and no longer marked as used; NULL. */
static struct page *take_page(struct mm *mm, unsigned long addr, u64 *pte, bool cached)
{
	struct page *p = NULL;
	u64 e;

	spin_lock(&mm->page_table_lock);
	e = *pte;
	if (pte_mapped(e) && !(e & PTE_SPECIAL)) {
		p = pfn_to_page(pte_pfn(e));
		if (atomic_read(&p->mapcount) == 1) {
			page_get(p);
			if (e & PTE_ACCESSED) {
				set_pte(pte, e & ~PTE_ACCESSED);
				flush_page(mm, addr);
			}
		} else {
			p = NULL;
		}
	}
	spin_unlock(&mm->page_table_lock);
	if (!p && cached && pte_swapped(e))
		p = swap_cache_get(pte_swp(e));		/* written meanwhile, and still there */
	if (p)
		page_clear(p, PG_REFERENCED);
	return p;
}

static void let_go(struct page **pages, unsigned n, int advice)
{
	if (advice == MADV_PAGEOUT)
		(void)reclaim_pages(pages, n);	/* a hint */
	for (unsigned i = 0; i < n; i++) {
		lru_activate(pages[i], false);
		page_put(pages[i]);
	}
}

static int advise_away(struct mm *mm, unsigned long start, unsigned long end, int advice)
{
	struct page *pages[BATCH];
	unsigned n = 0;

	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		u64 *pte = user_pte(mm, addr);
		struct page *p = pte ? take_page(mm, addr, pte, advice == MADV_PAGEOUT) : NULL;

		if (p)
			pages[n++] = p;
		if (n == BATCH) {
			let_go(pages, n, advice);
			n = 0;
			if (fatal_signal_pending(current))
				return -EINTR;
		}
	}
	let_go(pages, n, advice);
	return 0;
}

/* Pages of a file in memory that are in swap, and that only the cache has, go by index. */
static void advise_shared_away(struct vm_area *a, unsigned long start, unsigned long end)
{
	unsigned long index = a->pgoff + ((start - a->start) >> PAGE_SHIFT), last = index + ((end - start) >> PAGE_SHIFT);
	struct page *pages[BATCH];
	unsigned n = 0;

	for (; index < last; index++) {
		struct page *p = find_get_page(a->file->mapping, index);

		if (!p)
			continue;
		page_clear(p, PG_REFERENCED);
		pages[n++] = p;
		if (n == BATCH) {
			let_go(pages, n, MADV_PAGEOUT);
			n = 0;
		}
	}
	let_go(pages, n, MADV_PAGEOUT);
}

static int advise_needed(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end)
{
	if (a->file && a->ops && a->ops->page_cache)
		force_readahead(a->file->mapping, a->file, a->pgoff + ((start - a->start) >> PAGE_SHIFT),
				(end - start) >> PAGE_SHIFT);
	if (!a->anon_vma)
		return 0;
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		u64 *pte = user_pte(mm, addr), e = pte ? *pte : 0;
		struct page *p;

		if (!pte_swapped(e))
			continue;
		p = swap_cache_get(pte_swp(e));
		if (!p)
			p = swap_read_around(pte_swp(e));
		if (IS_ERR(p))
			return 0;		/* a hint: not at any price */
		if (p)
			page_put(p);
	}
	return 0;
}

/* ---- MADV_FREE ---- */

/* The page is no longer what a slot holds, so that it need not be written. Page locked. False: others need the slot. */
static bool leave_swap(struct page *p)
{
	if (page_test(p, PG_WRITEBACK))
		return false;
	if (!page_test(p, PG_SWAPCACHE))
		return true;
	if (swap_count((swp_t)p->private))
		return false;
	swap_cache_del(p);
	return true;
}

/* Page referenced and locked: its entry from now on tells of stores. */
static void give_up(struct mm *mm, unsigned long addr, u64 *pte, struct page *p)
{
	bool done = false;

	if (!leave_swap(p))
		return;
	spin_lock(&mm->page_table_lock);
	if (pte_mapped(*pte) && pte_pfn(*pte) == page_to_pfn(p) && atomic_read(&p->mapcount) == 1) {
		set_pte(pte, *pte & ~(PTE_DIRTY | PTE_ACCESSED));
		flush_page(mm, addr);
		page_clear(p, PG_DIRTY);
		page_clear(p, PG_REFERENCED);
		done = true;
	} else {
		page_set(p, PG_DIRTY);	/* it may have left its slot */
	}
	spin_unlock(&mm->page_table_lock);
	if (done) {
		lru_swap_backed(p, false);
		vm_event(PGLAZYFREE, 1);
	}
}

int advise_free(struct mm *mm, unsigned long start, unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		u64 *pte = user_pte(mm, addr), e;
		struct page *p = NULL;

		if (!pte) {
			addr |= LARGE_PAGE_SIZE - PAGE_SIZE;
			continue;
		}
		spin_lock(&mm->page_table_lock);
		e = *pte;
		if (pte_swapped(e)) {
			clear_pte(pte);
			atomic_dec(&mm->swap_pages);
			swap_free(pte_swp(e));
		} else if (pte_mapped(e) && !(e & PTE_SPECIAL)) {
			p = pfn_to_page(pte_pfn(e));
			if (atomic_read(&p->mapcount) == 1)
				page_get(p);
			else
				p = NULL;
		}
		spin_unlock(&mm->page_table_lock);
		if (p && page_trylock(p)) {
			give_up(mm, addr, pte, p);
			page_unlock(p);
		}
		if (p)
			page_put(p);
		if (!(addr & (LARGE_PAGE_SIZE - 1)) && fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

int advise_reclaim(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end, int advice)
{
	if (advice == MADV_WILLNEED)
		return advise_needed(mm, a, start, end);
	if (a->flags & (VM_LOCKED | VM_IO))
		return -EINVAL;
	if (advice == MADV_PAGEOUT && a->file && (a->flags & VM_SHARED) && a->ops && a->ops->page_cache)
		advise_shared_away(a, start, end);
	return advise_away(mm, start, end, advice);
}
