/*
 * From a file's page to the processes that map it: unmapping for truncation and reclaim, and write-protection before
 * write-back so that the next store is noticed.
 *
 * The walks hold the mapping's lock, which keeps areas (and with them page tables and their mm) in place.
 */
#include <core/printk.h>
#include <core/spinlock.h>
#include <fs/vfs.h>
#include "internal.h"

/* The part of area a that maps pages [start, end) of its file; end 0: all after. False: none. */
static bool area_part(const struct vm_area *a, unsigned long start, unsigned long end, unsigned long *from, unsigned long *to)
{
	unsigned long first = max(start, a->pgoff), last = a->pgoff + area_pages(a);

	if (end && end < last)
		last = end;
	if (first >= last)
		return false;
	*from = a->start + ((first - a->pgoff) << PAGE_SHIFT);
	*to = a->start + ((last - a->pgoff) << PAGE_SHIFT);
	return true;
}

void vm_unmap_mapping(struct address_space *mapping, unsigned long start, unsigned long end, bool even_private)
{
	unsigned long from, to;
	struct vm_area *a;

	if (list_empty(&mapping->i_mmap))
		return;
	spin_lock(&mapping->lock);
	list_for_each_entry(a, &mapping->i_mmap, i_mmap)
		if ((even_private || !(a->flags & VM_LOCKED)) && area_part(a, start, end, &from, &to))
			zap_range(a->mm, from, to, !even_private);
	spin_unlock(&mapping->lock);
}

/* Write-protects one area's entry for the page. True if it was writable. */
static bool clean_entry(struct vm_area *a, unsigned long addr, const struct page *page)
{
	struct mm *mm = a->mm;
	bool was = false;
	u64 *pte;

	spin_lock(&mm->page_table_lock);
	pte = user_pte(mm, addr);
	if (pte && pte_mapped(*pte) && pte_pfn(*pte) == page_to_pfn(page) && (*pte & PTE_WRITE)) {
		set_pte(pte, *pte & ~(PTE_WRITE | PTE_DIRTY));
		flush_page(mm, addr);
		was = true;
	}
	spin_unlock(&mm->page_table_lock);
	return was;
}

bool page_mkclean(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long from, to;
	struct vm_area *a;
	bool was = false;

	if (!atomic_read(&page->mapcount) || !mapping || page_test(page, PG_ANON))
		return false;
	spin_lock(&mapping->lock);
	list_for_each_entry(a, &mapping->i_mmap, i_mmap)
		if ((a->flags & VM_SHARED) && area_part(a, page->index, page->index + 1, &from, &to))
			was |= clean_entry(a, from, page);
	spin_unlock(&mapping->lock);
	return was;
}

/* Clears the accessed bit of one area's entry for the page. True if it was set. */
static bool entry_accessed(struct vm_area *a, unsigned long addr, const struct page *page)
{
	struct mm *mm = a->mm;
	bool was = false;
	u64 *pte;

	spin_lock(&mm->page_table_lock);
	pte = user_pte(mm, addr);
	if (pte && pte_mapped(*pte) && pte_pfn(*pte) == page_to_pfn(page) && (*pte & PTE_ACCESSED)) {
		set_pte(pte, *pte & ~PTE_ACCESSED);
		flush_page(mm, addr);
		was = true;
	}
	spin_unlock(&mm->page_table_lock);
	return was;
}

bool page_accessed(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long from, to;
	struct vm_area *a;
	bool was = false;

	if (!atomic_read(&page->mapcount) || !mapping || page_test(page, PG_ANON))
		return false;
	spin_lock(&mapping->lock);
	list_for_each_entry(a, &mapping->i_mmap, i_mmap)
		if (area_part(a, page->index, page->index + 1, &from, &to))
			was |= entry_accessed(a, from, page);
	spin_unlock(&mapping->lock);
	return was;
}
