/*
 * Page faults: what a user address should map and does not yet, or not with that right.
 *
 * handle_fault() is called with mmap_lock read-held and may sleep; another thread may do the same for the same page
 * meanwhile, so each path looks at the entry again under page_table_lock before it stores, and gives its page up if
 * somebody was faster. The caller runs the access again in either case.
 */
#include <abi/errno.h>
#include <abi/signal.h>
#include <arch/regs.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <fs/pagecache.h>
#include <mm/fail.h>
#include <mm/lru.h>
#include <mm/vmstat.h>
#include <sched/signal.h>
#include "internal.h"

#define AROUND 16	/* pages of a file mapped by one read fault, where they are cached */

static struct page *anon_page(void)
{
	struct page *p = page_alloc(GFP_USER, 0);

	if (p) {
		p->flags = BIT(PG_ANON) | BIT(PG_SWAPBACKED) | BIT(PG_UPTODATE);
		lru_add(p);
	}
	return p;
}

/* page_table_lock held, the entry is empty. A private page of this area, writable if the area is. */
static void map_anon(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, struct page *p)
{
	p->mapping = (struct address_space *)((unsigned long)a->anon_vma | PAGE_MAPPING_ANON);
	p->index = a->pgoff + ((addr - a->start) >> PAGE_SHIFT);
	atomic_set(&p->mapcount, 1);
	atomic_inc(&mm->rss_anon);
	mem_count(MEM_ANON, 1);
	set_pte(pte, make_pte(page_to_pfn(p), a->pte_prot | PTE_DIRTY | (a->flags & VM_WRITE ? PTE_WRITE : 0)));
}

static int anon_fault(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, bool write)
{
	struct page *p = NULL;

	if (write) {
		if (unlikely(!a->anon_vma) && anon_prepare(a))
			return -ENOMEM;
		p = anon_page();
		if (!p)
			return -ENOMEM;
		page_zero(page_address(p));
	}
	spin_lock(&mm->page_table_lock);
	if (likely(!*pte && !mm->reaped)) {
		if (p)
			map_anon(mm, a, addr, pte, p);
		else
			set_pte(pte, make_pte(page_to_pfn(zero_page), a->pte_prot | PTE_SPECIAL));
		p = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (unlikely(p))
		page_put(p);
	return 0;
}

/* page_table_lock held, the entry is empty. The entry takes over the caller's reference. */
static void map_file(struct mm *mm, struct vm_area *a, u64 *pte, struct page *p, u64 extra)
{
	atomic_inc(&p->mapcount);
	atomic_inc(&mm->rss_file);
	set_pte(pte, make_pte(page_to_pfn(p), a->pte_prot | extra));
}

/* Maps what is cached in the window around addr. True if addr itself is mapped now. */
static bool fault_around(struct mm *mm, struct vm_area *a, unsigned long addr)
{
	unsigned long start = max(addr & ~(AROUND * PAGE_SIZE - 1), a->start);
	unsigned long end = min((addr & ~(AROUND * PAGE_SIZE - 1)) + AROUND * PAGE_SIZE, a->end), at;
	unsigned i, n = (unsigned)((end - start) >> PAGE_SHIFT);
	struct page *pages[AROUND];
	bool done = false;
	u64 *pte;

	if (n < 2)
		return false;
	preempt_disable();
	a->ops->around(a, a->pgoff + ((start - a->start) >> PAGE_SHIFT), n, pages);
	pte = user_pte(mm, start);
	spin_lock(&mm->page_table_lock);
	for (i = 0, at = start; i < n; i++, at += PAGE_SIZE, pte++) {
		if (!pages[i])
			continue;
		if (!*pte && !page_test(pages[i], PG_LOCKED) && pages[i]->mapping == a->file->mapping) {
			map_file(mm, a, pte, pages[i], 0);
			pages[i] = NULL;
			if (at == addr)
				done = true;
		}
	}
	spin_unlock(&mm->page_table_lock);
	preempt_enable();
	for (i = 0; i < n; i++)
		if (pages[i])
			page_put(pages[i]);
	return done;
}

/* A page that left its file while the fault slept must not be mapped. Locks the page if it is still there. */
static bool lock_current_page(struct vm_area *a, struct page *p)
{
	if (!a->ops->page_cache)
		return true;
	page_lock(p);
	if (likely(p->mapping == a->file->mapping))
		return true;
	page_unlock(p);
	return false;
}

static int private_write_fault(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, struct page *from)
{
	struct page *p;

	if (!a->anon_vma && anon_prepare(a))
		return -ENOMEM;
	p = anon_page();
	if (!p)
		return -ENOMEM;
	page_copy(page_address(p), page_address(from));
	spin_lock(&mm->page_table_lock);
	if (!*pte) {
		map_anon(mm, a, addr, pte, p);
		p = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (p)
		page_put(p);
	return 0;
}

/* The filesystem prepares for a store through a shared mapping; the page comes back locked. 0: locked, 1: gone. */
static int make_writable(struct vm_area *a, struct page *p)
{
	int error;

	if (!a->ops->page_mkwrite)
		return lock_current_page(a, p) ? 0 : 1;
	error = a->ops->page_mkwrite(a, p);
	if (error)
		return error == -EAGAIN ? 1 : error;
	if (a->ops->page_cache && p->mapping != a->file->mapping) {
		page_unlock(p);
		return 1;
	}
	return 0;
}

static int file_fault(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, bool write)
{
	bool shared_write = write && (a->flags & VM_SHARED);
	unsigned long pgoff = a->pgoff + ((addr - a->start) >> PAGE_SHIFT);
	struct page *p = NULL;
	int error;

	if (!write && a->ops->around && !(a->flags & VM_RAND_READ) && fault_around(mm, a, addr))
		return 0;
	error = a->ops->fault(a, pgoff, &p);
	if (error)
		return error;
	if (write && !shared_write) {
		error = private_write_fault(mm, a, addr, pte, p);
		page_put(p);
		return error;
	}
	if (shared_write)
		error = make_writable(a, p);
	else if (!lock_current_page(a, p))
		error = 1;
	if (error) {
		page_put(p);
		return error < 0 ? error : 0;
	}
	if (shared_write && a->ops->page_cache)
		page_set_dirty(p);
	spin_lock(&mm->page_table_lock);
	if (!*pte) {
		page_get(p);
		map_file(mm, a, pte, p, shared_write ? PTE_WRITE | PTE_DIRTY : 0);
	}
	spin_unlock(&mm->page_table_lock);
	if (a->ops->page_cache || (shared_write && a->ops->page_mkwrite))
		page_unlock(p);
	page_put(p);
	return 0;
}

/* A store to a present page of a shared mapping that is not writable yet. */
static int shared_write_again(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, u64 was)
{
	struct page *p;
	int error;

	if (was & PTE_SPECIAL) {	/* device memory */
		spin_lock(&mm->page_table_lock);
		if (*pte == was)
			set_pte(pte, was | PTE_WRITE | PTE_DIRTY);
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	spin_lock(&mm->page_table_lock);
	if ((*pte | PTE_ACCESSED) != (was | PTE_ACCESSED)) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	p = pfn_to_page(pte_pfn(was));
	page_get(p);
	spin_unlock(&mm->page_table_lock);
	error = make_writable(a, p);
	if (!error) {
		if (a->ops->page_cache)
			page_set_dirty(p);
		spin_lock(&mm->page_table_lock);
		if (pte_mapped(*pte) && pte_pfn(*pte) == pte_pfn(was)) {
			set_pte(pte, *pte | PTE_WRITE | PTE_DIRTY);
			flush_page(mm, addr);
		}
		spin_unlock(&mm->page_table_lock);
		if (a->ops->page_cache || a->ops->page_mkwrite)
			page_unlock(p);
	}
	page_put(p);
	return error < 0 ? error : 0;
}

/* page_table_lock held. The private page that only this entry refers to becomes writable in place. */
static bool reuse_page(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, u64 was)
{
	struct page *p = pfn_to_page(pte_pfn(was));

	if (!anon_exclusive(p))
		return false;
	if (a->flags & VM_WRITE) {
		set_pte(pte, was | PTE_WRITE | PTE_DIRTY | PTE_ACCESSED);
		flush_page(mm, addr);
	}
	return true;
}

/* Breaks copy-on-write: the entry gets a page of its own. */
static int cow_fault(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte)
{
	struct page *old = NULL, *p;
	u64 was;

	spin_lock(&mm->page_table_lock);
	was = *pte;
	if (!pte_mapped(was) || ((u32)was & PTE_WRITE)) {
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	if (!((u32)was & PTE_SPECIAL)) {
		if (reuse_page(mm, a, addr, pte, was)) {
			spin_unlock(&mm->page_table_lock);
			return 0;
		}
		old = pfn_to_page(pte_pfn(was));
		page_get(old);
	}
	spin_unlock(&mm->page_table_lock);

	p = NULL;
	if (likely(a->anon_vma) || !anon_prepare(a))
		p = anon_page();
	if (!p)
		goto out;
	if (old)
		page_copy(page_address(p), page_address(old));
	else
		page_zero(page_address(p));
	spin_lock(&mm->page_table_lock);
	if (likely(pte_mapped(*pte) && pte_pfn(*pte) == pte_pfn(was) && !((u32)*pte & PTE_WRITE))) {
		clear_pte(pte);
		flush_page(mm, addr);
		map_anon(mm, a, addr, pte, p);
		if (old) {
			if (page_test(old, PG_ANON)) {
				atomic_dec(&mm->rss_anon);
				if (atomic_dec_and_test(&old->mapcount)) {
					old->mapping = NULL;
					mem_count(MEM_ANON, -1);
				}
			} else {
				atomic_dec(&mm->rss_file);
				atomic_dec(&old->mapcount);
			}
			atomic_dec(&old->refcount);	/* the entry's; ours keeps it */
			if (unlikely(page_test(old, PG_SWAPCACHE)))
				swap_drop_page(old);
		}
		spin_unlock(&mm->page_table_lock);
	} else {
		spin_unlock(&mm->page_table_lock);
		page_put(p);
	}
out:
	if (old)
		page_put(old);
	return p ? 0 : -ENOMEM;
}

static int fault_in(struct mm *mm, struct vm_area *a, unsigned long addr, bool write)
{
	u64 *pte, e;

	if (unlikely(mm->reaped))
		return -EFAULT;		/* what was here has been taken away, and is not zeros */
	pte = user_pte_alloc(mm, addr);
	if (unlikely(!pte))
		return -ENOMEM;
	addr &= PAGE_MASK;
	e = *pte;
	if (!pte_mapped(e)) {
		if (unlikely(e))
			return swap_fault(mm, a, addr, pte, e, write);
		if (likely(!a->ops))
			return anon_fault(mm, a, addr, pte, write);
		if (!a->ops->fault)
			return -EFAULT;
		return file_fault(mm, a, addr, pte, write);
	}
	if (write && !((u32)e & PTE_WRITE)) {
		if (a->flags & VM_SHARED)
			return shared_write_again(mm, a, addr, pte, e);
		return cow_fault(mm, a, addr, pte);
	}
	flush_page(mm, addr);	/* somebody else has mended it, or the TLB was behind */
	return 0;
}

int handle_fault(struct mm *mm, struct vm_area *a, unsigned long addr, bool write)
{
	int result;

	alloc_refuses_not(1);
	result = fault_in(mm, a, addr, write);
	alloc_refuses_not(-1);
	return result;
}

/* mmap_lock write-held. Lets a stack area reach down to addr, within its limits. 0 or -ENOMEM. */
int stack_expand(struct mm *mm, struct vm_area *a, unsigned long addr)
{
	unsigned long start = addr & PAGE_MASK, grow;

	if (start >= a->start)
		return 0;
	if (start < MMAP_MIN_ADDR || a->end - start > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	if (a->prev && (a->prev->flags & VM_ACCESS) && !(a->prev->flags & VM_GROWSDOWN) &&
	    start < a->prev->end + STACK_GUARD_GAP)
		return -ENOMEM;
	if (a->prev && start < a->prev->end)
		return -ENOMEM;
	grow = (a->start - start) >> PAGE_SHIFT;
	if (!area_may_expand(mm, a->flags, grow) || grow > a->pgoff)
		return -ENOMEM;
	if ((a->flags & VM_LOCKED) && (mm->locked_pages + grow) << PAGE_SHIFT > rlimit(RLIMIT_MEMLOCK))
		return -ENOMEM;
	area_adjust(a, start, a->end, a->pgoff - grow);
	return 0;
}

static bool access_allowed(const struct vm_area *a, unsigned long error)
{
	if (error & PF_ERR_WRITE)
		return a->flags & VM_WRITE;
	if (error & PF_ERR_FETCH)
		return a->flags & VM_EXEC;
	return a->flags & VM_ACCESS;
}

/* The area for addr with mmap_lock read-held, a stack grown as needed; NULL with the lock released. */
static struct vm_area *find_or_grow(struct mm *mm, unsigned long addr)
{
	struct vm_area *a;

	down_read(&mm->mmap_lock);
	a = vma_find(mm, addr);
	if (likely(a && a->start <= addr))
		return a;
	up_read(&mm->mmap_lock);
	if (!a || !(a->flags & VM_GROWSDOWN))
		return NULL;
	down_write(&mm->mmap_lock);
	a = vma_find(mm, addr);
	if (a && (a->start <= addr || ((a->flags & VM_GROWSDOWN) && !stack_expand(mm, a, addr)))) {
		downgrade_write(&mm->mmap_lock);
		return a;
	}
	up_write(&mm->mmap_lock);
	return NULL;
}

int vm_fault(struct pt_regs *regs, unsigned long addr, unsigned long error, int *si_code)
{
	struct mm *mm = current->mm;
	struct vm_area *a;
	int result;

	*si_code = SEGV_MAPERR;
	if (unlikely(!mm || addr >= TASK_SIZE || (error & PF_ERR_RESERVED)))
		return SIGSEGV;
	a = find_or_grow(mm, addr);
	if (unlikely(!a))
		return SIGSEGV;
	if (unlikely(!access_allowed(a, error))) {
		up_read(&mm->mmap_lock);
		*si_code = SEGV_ACCERR;
		return SIGSEGV;
	}
	current->min_flt++;
	vm_event(PGFAULT, 1);
	result = handle_fault(mm, a, addr, error & PF_ERR_WRITE);
	up_read(&mm->mmap_lock);
	if (likely(!result))
		return 0;
	if (result == -ENOMEM) {
		if (fatal_signal_pending(current) || !oom_kill(true) || fatal_signal_pending(current))
			return user_mode(regs) ? 0 : SIGKILL;
		return 0;
	}
	*si_code = BUS_ADRERR;
	return SIGBUS;
}

int vm_populate(struct mm *mm, unsigned long start, unsigned long end)
{
	unsigned long addr = start;
	int error = 0;

	while (addr < end && !error) {
		struct vm_area *a;
		u64 *pte;

		if (down_read_killable(&mm->mmap_lock))
			return -EINTR;
		a = vma_find(mm, addr);
		if (!a || a->start > addr) {
			error = -ENOMEM;
		} else if (!(a->flags & VM_ACCESS)) {
			error = -ENOMEM;
		} else {
			bool write = (a->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;

			pte = user_pte(mm, addr);
			if (!pte || !pte_mapped(*pte) || (write && !(*pte & PTE_WRITE)))
				error = handle_fault(mm, a, addr, write);
			addr += PAGE_SIZE;
		}
		up_read(&mm->mmap_lock);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return error;
}
