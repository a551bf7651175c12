/*
 * From a page to the processes that map it: unmapping for truncation and reclaim, whether it has been used, and
 * write-protection before write-back so that the next store is noticed.
 *
 * The walks hold the mapping's lock, which keeps areas (and with them page tables and their mm) in place.
 */
#include <core/printk.h>
#include <core/spinlock.h>
#include <fs/vfs.h>
#include <mm/swap.h>
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

/* ---- has it been used? ---- */

/* One area's entry: clears the accessed bit. True if it was set. */
static bool entry_accessed(struct vm_area *a, unsigned long addr, const struct page *page)
{
	struct mm *mm = a->mm;
	bool was = false;
	u64 *pte;

	spin_lock(&mm->page_table_lock);
	pte = user_pte(mm, addr);
	if (pte && pte_mapped(*pte) && pte_pfn(*pte) == page_to_pfn(page) && !(*pte & PTE_SPECIAL) && (*pte & PTE_ACCESSED)) {
		set_pte(pte, *pte & ~PTE_ACCESSED);
		flush_page(mm, addr);
		was = true;
	}
	spin_unlock(&mm->page_table_lock);
	return was;
}

static int look_at(struct vm_area *a, const struct page *p, unsigned *vm_flags)
{
	unsigned long from, to;

	if (!area_part(a, p->index, p->index + 1, &from, &to))
		return 0;
	*vm_flags |= a->flags;
	return entry_accessed(a, from, p);
}

/*
 * The reverse map of a mapped anonymous page, locked; NULL. The pointer is good while somebody maps the page, and with
 * preemption off nobody stops.
 */
static struct anon_vma *anon_map_lock(const struct page *p)
{
	struct anon_vma *av = NULL;

	preempt_disable();
	if (atomic_read(&p->mapcount) > 0)
		av = (struct anon_vma *)((unsigned long)p->mapping & ~PAGE_MAPPING_ANON);
	if (av)
		spin_lock(&av->lock);
	preempt_enable();
	return av;
}

int page_referenced(struct page *p, unsigned *vm_flags)
{
	struct address_space *mapping;
	struct anon_vma *av;
	struct vm_area *a;
	int n = 0;

	*vm_flags = 0;
	if (!atomic_read(&p->mapcount))
		return 0;
	if (page_test(p, PG_ANON)) {
		av = anon_map_lock(p);
		if (!av)
			return 0;
		list_for_each_entry(a, &av->areas, anon_link)
			n += look_at(a, p, vm_flags);
		spin_unlock(&av->lock);
		return n;
	}
	mapping = p->mapping;
	if (!mapping)
		return 0;
	spin_lock(&mapping->lock);
	list_for_each_entry(a, &mapping->i_mmap, i_mmap)
		n += look_at(a, p, vm_flags);
	spin_unlock(&mapping->lock);
	return n;
}

/* ---- to a slot ---- */

/* One area's entry becomes the slot's. False: it must stay. */
static bool unmap_entry(struct vm_area *a, unsigned long addr, struct page *p)
{
	struct mm *mm = a->mm;
	bool ok = true;
	u64 *pte, e;

	spin_lock(&mm->page_table_lock);
	pte = user_pte(mm, addr);
	if (!pte || !pte_mapped(*pte) || (*pte & PTE_SPECIAL) || pte_pfn(*pte) != page_to_pfn(p))
		goto out;
	ok = !(a->flags & VM_LOCKED) && swap_dup((swp_t)p->private);
	if (!ok)
		goto out;
	e = *pte;
	clear_pte(pte);
	flush_page(mm, addr);
	set_pte(pte, swp_pte((swp_t)p->private));
	if (e & PTE_DIRTY)
		page_set(p, PG_DIRTY);
	atomic_inc(&mm->swap_pages);
	atomic_dec(&mm->rss_anon);
	if (atomic_dec_and_test(&p->mapcount)) {
		p->mapping = NULL;
		mem_count(MEM_ANON, -1);
	}
	atomic_dec(&p->refcount);	/* the caller and the cache have theirs */
out:
	spin_unlock(&mm->page_table_lock);
	return ok;
}

bool page_unmap_anon(struct page *p)
{
	struct anon_vma *av = anon_map_lock(p);
	unsigned long from, to;
	struct vm_area *a;
	bool ok = true;

	if (!av)
		return atomic_read(&p->mapcount) == 0;
	/* Entries', the cache's, the caller's. Whoever else holds it may write to it and not through an entry. */
	if (atomic_read(&p->refcount) != atomic_read(&p->mapcount) + 2)
		ok = false;
	list_for_each_entry(a, &av->areas, anon_link) {
		if (!ok || !atomic_read(&p->mapcount))
			break;
		if (area_part(a, p->index, p->index + 1, &from, &to))
			ok = unmap_entry(a, from, p);
	}
	spin_unlock(&av->lock);
	return ok && atomic_read(&p->mapcount) == 0;
}

/* ---- away ---- */

/* One area's entry goes. False: it was written to, or must stay. */
static bool discard_entry(struct vm_area *a, unsigned long addr, struct page *p)
{
	struct mm *mm = a->mm;
	bool ok = true;
	u64 *pte;

	spin_lock(&mm->page_table_lock);
	pte = user_pte(mm, addr);
	if (!pte || !pte_mapped(*pte) || (*pte & PTE_SPECIAL) || pte_pfn(*pte) != page_to_pfn(p))
		goto out;
	ok = !(*pte & PTE_DIRTY) && !(a->flags & VM_LOCKED);
	if (!ok)
		goto out;
	clear_pte(pte);
	flush_page(mm, addr);
	atomic_dec(&mm->rss_anon);
	if (atomic_dec_and_test(&p->mapcount)) {
		p->mapping = NULL;
		mem_count(MEM_ANON, -1);
	}
	atomic_dec(&p->refcount);	/* the caller has one */
out:
	spin_unlock(&mm->page_table_lock);
	return ok;
}

bool page_discard(struct page *p, bool *keep)
{
	struct anon_vma *av = anon_map_lock(p);
	unsigned long from, to;
	struct vm_area *a;

	*keep = false;
	if (!av)
		return false;		/* just going */
	/* Whoever else holds it may write to it and not through an entry. */
	if (atomic_read(&p->refcount) == atomic_read(&p->mapcount) + 1)
		list_for_each_entry(a, &av->areas, anon_link) {
			if (*keep || !atomic_read(&p->mapcount))
				break;
			if (area_part(a, p->index, p->index + 1, &from, &to))
				*keep = !discard_entry(a, from, p);
		}
	spin_unlock(&av->lock);
	return atomic_read(&p->mapcount) == 0;
}
