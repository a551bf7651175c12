/*
 * Page faults on entries that name a slot: the page comes from the swap cache or from the disk.
 *
 * The page is locked while it is mapped, so reclaim either has not seen it or looks again. A page that only one entry
 * refers to becomes writable at once; others stay read-only and break copy-on-write with the next fault.
 */
#include <abi/errno.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <mm/swap.h>
#include <mm/vmstat.h>
#include <sched/task.h>
#include "internal.h"

bool anon_exclusive(const struct page *p)
{
	if (!page_test(p, PG_ANON))
		return false;
	if (!page_test(p, PG_SWAPCACHE))
		return atomic_read(&p->refcount) == 1;
	return atomic_read(&p->refcount) == 2 && atomic_read(&p->mapcount) == 1 && !swap_count((swp_t)p->private);
}

/* page_table_lock and the page's lock held, the entry is what it was. */
static void map_page(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, struct page *p, bool write)
{
	u64 prot = a->pte_prot;

	/* The entry's reference to the slot becomes one to the page. */
	spin_lock(&swap_lock);
	swap_slot_put((swp_t)p->private, 1);
	spin_unlock(&swap_lock);
	atomic_dec(&mm->swap_pages);
	page_get(p);
	if (atomic_read(&p->mapcount) == 0) {
		p->mapping = (struct address_space *)((unsigned long)a->anon_vma | PAGE_MAPPING_ANON);
		p->index = a->pgoff + ((addr - a->start) >> PAGE_SHIFT);
		mem_count(MEM_ANON, 1);
	}
	atomic_inc(&p->mapcount);
	atomic_inc(&mm->rss_anon);
	if (write && (a->flags & VM_WRITE) && atomic_read(&p->mapcount) == 1 && !swap_count((swp_t)p->private))
		prot |= PTE_WRITE | PTE_DIRTY;
	set_pte(pte, make_pte(page_to_pfn(p), prot));
}

/* Page locked: the slot is not worth keeping for a page that is in memory. */
static void maybe_leave_cache(struct page *p)
{
	if (!swap_is_tight() || page_test(p, PG_WRITEBACK) || swap_count((swp_t)p->private))
		return;
	page_set(p, PG_DIRTY);
	swap_cache_del(p);
}

int swap_fault(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, u64 entry, bool write)
{
	swp_t e = pte_swp(entry);
	struct page *p = swap_cache_get(e);
	int error = 0;

	if (!p) {
		p = swap_read_around(e);
		current->maj_flt++;
		vm_event(PGMAJFAULT, 1);
		if (IS_ERR(p))
			return (int)PTR_ERR(p);
		if (!p)
			return 0;	/* the entry has changed: the access is tried again */
	}
	page_lock(p);
	if (page_test(p, PG_SWAPCACHE) && p->private == e) {
		if (!page_test(p, PG_UPTODATE)) {
			error = -EIO;
			goto out;
		}
		spin_lock(&mm->page_table_lock);
		if (*pte == entry)
			map_page(mm, a, addr, pte, p, write);
		spin_unlock(&mm->page_table_lock);
		maybe_leave_cache(p);
	}
out:
	page_unlock(p);
	swap_drop_page(p);	/* if the entry went away while the page was read */
	page_put(p);
	return error;
}
