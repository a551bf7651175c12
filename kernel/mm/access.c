/*
 * Other processes' memory, and pages pinned for the kernel's own use: a page is faulted in as if its owner had
 * touched it, referenced, and read or written through the direct map.
 */
#include <abi/errno.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <fs/pagecache.h>
#include <sched/signal.h>
#include "internal.h"

#define FORCE_MAX_TRIES 16

/* The page behind the entry, if it may be used so; referenced. force: a private page of a read-only area is written to. */
static struct page *page_at(struct mm *mm, struct vm_area *a, unsigned long addr, bool write, bool force)
{
	struct page *p = NULL;
	u64 *pte, e;

	spin_lock(&mm->page_table_lock);
	pte = user_pte(mm, addr);
	e = pte ? *pte : 0;
	if (pte_mapped(e) && (!(e & PTE_SPECIAL) || (!write && pte_pfn(e) == page_to_pfn(zero_page)))) {
		p = pfn_to_page(pte_pfn(e));
		if (write && !(e & PTE_WRITE) &&
		    !(force && area_is_cow(a) && anon_exclusive(p)))
			p = NULL;
		else if (write && page_test(p, PG_ANON))
			page_set(p, PG_DIRTY);	/* the store does not go through the entry */
		if (p)
			page_get(p);
	}
	spin_unlock(&mm->page_table_lock);
	return p;
}

/* mmap_lock read-held. */
static int get_page_locked(struct mm *mm, struct vm_area *a, unsigned long addr, bool write, bool force, struct page **page)
{
	unsigned tries;

	for (tries = 0; tries < FORCE_MAX_TRIES; tries++) {
		int error;

		*page = page_at(mm, a, addr, write, force);
		if (*page)
			return 0;
		if (a->flags & VM_IO)
			return -EFAULT;
		error = handle_fault(mm, a, addr, write);
		if (error)
			return error == -ENOMEM ? error : -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return -EFAULT;
}

static bool may_access(const struct vm_area *a, bool write, bool force)
{
	if (write)
		return (a->flags & VM_WRITE) || (force && area_is_cow(a));
	return (a->flags & VM_ACCESS) || (force && (a->flags & VM_MAYREAD));
}

/* mmap_lock read-held: it may be exchanged for a while to let a stack grow. NULL: no such memory. */
static struct vm_area *find_area(struct mm *mm, unsigned long addr)
{
	struct vm_area *a = vma_find(mm, addr);

	if (a && a->start <= addr)
		return a;
	if (!a || !(a->flags & VM_GROWSDOWN))
		return NULL;
	up_read(&mm->mmap_lock);
	down_write(&mm->mmap_lock);
	a = vma_find(mm, addr);
	if (a && a->start > addr && (!(a->flags & VM_GROWSDOWN) || stack_expand(mm, a, addr)))
		a = NULL;
	downgrade_write(&mm->mmap_lock);
	return a;
}

int vm_get_page(struct mm *mm, unsigned long addr, bool write, struct page **page)
{
	struct vm_area *a;
	int error = -EFAULT;

	if (addr >= TASK_SIZE)
		return -EFAULT;
	down_read(&mm->mmap_lock);
	a = find_area(mm, addr);
	if (a && may_access(a, write, false))
		error = get_page_locked(mm, a, addr, write, false, page);
	up_read(&mm->mmap_lock);
	return error;
}

bool vm_page_untouched(struct mm *mm, unsigned long addr)
{
	bool untouched;
	u64 *pte;

	spin_lock(&mm->page_table_lock);
	pte = user_pte(mm, addr);
	untouched = !pte || !*pte || (pte_mapped(*pte) && pte_pfn(*pte) == page_to_pfn(zero_page));
	spin_unlock(&mm->page_table_lock);
	return untouched;
}

size_t vm_access(struct mm *mm, unsigned long addr, void *buf, size_t n, bool write)
{
	size_t done = 0;

	down_read(&mm->mmap_lock);
	while (done < n && addr < TASK_SIZE) {
		size_t off = addr & ~PAGE_MASK, chunk = min(n - done, (size_t)PAGE_SIZE - off);
		struct vm_area *a = find_area(mm, addr);
		struct page *p;

		if (!a || !may_access(a, write, true) || get_page_locked(mm, a, addr, write, true, &p))
			break;
		if (write) {
			memcpy((char *)page_address(p) + off, (char *)buf + done, chunk);
			if (!page_test(p, PG_ANON) && a->ops && a->ops->page_cache)
				page_set_dirty(p);
		} else {
			memcpy((char *)buf + done, (char *)page_address(p) + off, chunk);
		}
		page_put(p);
		done += chunk;
		addr += chunk;
	}
	up_read(&mm->mmap_lock);
	return done;
}
