/*
 * User page tables: making and freeing them, and the walks that copy, drop, protect and move what they map.
 *
 * Invariant: a mapped entry without PTE_SPECIAL holds a reference to its frame, counts in its mapcount and in the
 * mm's rss. Tables are handed back all zero, so a small store of them spares clearing new ones.
 *
 * A frame is freed only after no TLB can hold it any more: entries are cleared and the TLB flushed under
 * page_table_lock, frames go afterwards. Only the loaded address space can be in the TLB.
 */
#include <arch/thread.h>
#include <abi/errno.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>
#include "internal.h"

#define STORE_MAX	64
#define ZAP_BATCH	64
#define FLUSH_SINGLE	16	/* up to so many pages one by one */

struct mm *loaded_mm;

/* An entry in memory that is not empty: most are, so only its low half is read. */
static inline bool pte_used(const u64 *p) { return *(const u32 *)p != 0; }
static struct page *store[STORE_MAX];	/* preemption off: cleared tables */
static unsigned stored;

static struct page *table_get(void)
{
	struct page *p = NULL;

	preempt_disable();
	if (stored)
		p = store[--stored];
	preempt_enable();
	if (!p) {
		p = page_alloc(GFP_USER | GFP_ZERO, 0);
		if (!p)
			return NULL;
		page_set(p, PG_PAGETABLE);
	}
	mem_count(MEM_PAGE_TABLES, 1);
	return p;
}

static void table_put(struct page *p)
{
#ifdef CONFIG_DEBUG
	const u32 *w = page_address(p);
	unsigned i;

	for (i = 0; i < PAGE_SIZE / 4; i++)
		BUG_ON(w[i]);
#endif
	mem_count(MEM_PAGE_TABLES, -1);
	preempt_disable();
	if (stored < STORE_MAX) {
		store[stored++] = p;
		p = NULL;
	}
	preempt_enable();
	if (p) {
		page_clear(p, PG_PAGETABLE);
		page_free(p, 0);
	}
}

static unsigned long store_count(void)
{
	return stored;
}

static unsigned long store_scan(unsigned long n, unsigned gfp)
{
	unsigned long freed = 0;

	(void)gfp;
	while (freed < n) {
		struct page *p = NULL;

		preempt_disable();
		if (stored)
			p = store[--stored];
		preempt_enable();
		if (!p)
			break;
		page_clear(p, PG_PAGETABLE);
		page_free(p, 0);
		freed++;
	}
	return freed;
}

struct shrinker tables_shrinker = { .name = "page tables", .count = store_count, .scan = store_scan };

int tables_init(struct mm *mm)
{
	struct page *low = table_get(), *high = low ? table_get() : NULL;

	if (!high) {
		if (low)
			table_put(low);
		return -ENOMEM;
	}
	mm->pd[0] = page_address(low);
	mm->pd[1] = page_address(high);
	mm->pgd[0] = page_to_phys(low) | PTE_PRESENT;
	mm->pgd[1] = page_to_phys(high) | PTE_PRESENT;
	mm->pgd[2] = kernel_pdpt[2];
	mm->pgd[3] = kernel_pdpt[3];
	return 0;
}

void tables_destroy(struct mm *mm)
{
	table_put(virt_to_page(mm->pd[0]));
	table_put(virt_to_page(mm->pd[1]));
}

noinline u64 *pte_alloc_slow(struct mm *mm, unsigned long addr)
{
	struct page *table = table_get();
	u64 *pde = user_pde(mm, addr);

	if (!table)
		return NULL;
	spin_lock(&mm->page_table_lock);
	if (!pte_present(*pde)) {
		set_pte(pde, page_to_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED);
		mm->page_table_pages++;
		table = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (table)
		table_put(table);
	return pde_table(*pde) + pt_index(addr);
}

void flush_page(struct mm *mm, unsigned long addr)
{
	if (mm == loaded_mm)
		tlb_flush_page(addr);
}

void flush_all(struct mm *mm)
{
	if (mm == loaded_mm)
		tlb_flush_user();
}

static void flush_range(struct mm *mm, unsigned long start, unsigned long end)
{
	if (mm != loaded_mm)
		return;
	if (end - start > FLUSH_SINGLE * PAGE_SIZE) {
		tlb_flush_user();
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		tlb_flush_page(start);
}

/* End of the piece of [addr, end) that one page table covers. */
static unsigned long table_end(unsigned long addr, unsigned long end)
{
	unsigned long next = (addr | (LARGE_PAGE_SIZE - 1)) + 1;

	return next < end ? next : end;
}

/* Both page_table_locks held. Entries of one table; private writable ones become read-only in both. 0 or -ENOMEM. */
static int copy_table(struct mm *child, u64 *dst, u64 *src, unsigned n, bool cow, bool *protected)
{
	int anon = 0, file = 0, error = 0;

	for (; n--; src++, dst++) {
		u64 e;

		if (!pte_used(src))
			continue;
		e = *src;
		if (unlikely(pte_swapped(e))) {
			if (!swap_dup(pte_swp(e))) {
				error = -ENOMEM;
				break;
			}
			atomic_inc(&child->swap_pages);
			set_pte(dst, e);
			continue;
		}
		if (cow && ((u32)e & PTE_WRITE)) {
			e &= ~PTE_WRITE;
			*(volatile u32 *)src = (u32)e;
			*protected = true;
		}
		if (!((u32)e & PTE_SPECIAL)) {
			struct page *p = pfn_to_page(pte_pfn(e));

			page_get(p);
			atomic_inc(&p->mapcount);
			if (page_test(p, PG_ANON))
				anon++;
			else
				file++;
		}
		set_pte(dst, e);
	}
	if (anon)
		atomic_add(anon, &child->rss_anon);
	if (file)
		atomic_add(file, &child->rss_file);
	return error;
}

/*
 * fork: the child gets the entries of a, copy-on-write where private. What a fault can bring back as it is (pages of
 * files that nobody wrote to privately) is left out. 0 or -ENOMEM.
 */
int copy_area(struct mm *child, struct mm *parent, struct vm_area *a)
{
	unsigned long addr = a->start, next;
	bool cow = area_is_cow(a);

	if (!a->anon_vma && (!a->ops || a->ops->fault))
		return 0;
	for (; addr < a->end; addr = next) {
		u64 *src = user_pte(parent, addr), *dst;
		bool protected = false;
		int error;

		next = table_end(addr, a->end);
		if (!src)
			continue;
		dst = user_pte_alloc(child, addr);
		if (!dst)
			return -ENOMEM;
		spin_lock(&parent->page_table_lock);
		spin_lock_nested(&child->page_table_lock);
		/* Before another thread of the parent can run and write through an old TLB entry. */
		error = copy_table(child, dst, src, (unsigned)((next - addr) >> PAGE_SHIFT), cow, &protected);
		if (protected)
			flush_all(parent);
		spin_unlock(&child->page_table_lock);
		spin_unlock(&parent->page_table_lock);
		if (error)
			return error;
	}
	return 0;
}

struct zap {
	bool keep_private;
	unsigned n;
	int anon, file, gone;		/* entries dropped; anonymous pages that nobody maps any more */
	unsigned long cached;		/* BIT(PG_SWAPCACHE): some page is in the swap cache */
	struct page *page[ZAP_BATCH];
};

/* The page loses one mapping. */
static void page_unmapped(struct zap *z, struct page *p)
{
	if (page_test(p, PG_ANON)) {
		z->anon++;
		if (atomic_dec_and_test(&p->mapcount)) {
			p->mapping = NULL;
			z->gone++;
		}
	} else {
		z->file++;
		atomic_dec(&p->mapcount);
	}
}

/* page_table_lock held. Clears entries from *addr on until end or a full batch; advances *addr. */
static void zap_table(struct mm *mm, struct zap *z, u64 *pte, unsigned long *addr, unsigned long end)
{
	unsigned long at = *addr;

	for (; at < end && z->n < ZAP_BATCH; at += PAGE_SIZE, pte++) {
		struct page *p;
		u64 e;

		if (!pte_used(pte))
			continue;
		e = *pte;
		if (unlikely(pte_swapped(e))) {
			if (z->keep_private)
				continue;
			clear_pte(pte);
			atomic_dec(&mm->swap_pages);
			swap_free(pte_swp(e));
			continue;
		}
		if ((u32)e & PTE_SPECIAL) {
			clear_pte(pte);
			continue;
		}
		p = pfn_to_page(pte_pfn(e));
		if (z->keep_private && page_test(p, PG_ANON))
			continue;
		clear_pte(pte);
		page_unmapped(z, p);
		z->page[z->n++] = p;
		z->cached |= p->flags & BIT(PG_SWAPCACHE);
	}
	*addr = at;
}

/*
 * Drops what [start, end) maps; the tables stay. keep_private: only the file's pages, private copies stay. Does not sleep.
 */
void zap_range(struct mm *mm, unsigned long start, unsigned long end, bool keep_private)
{
	struct zap z;
	unsigned long addr = start;

	z.keep_private = keep_private;
	z.n = 0;
	z.cached = 0;
	z.anon = z.file = z.gone = 0;
	while (addr < end) {
		unsigned long stop = table_end(addr, end), from = addr;
		u64 *pte = user_pte(mm, addr);

		if (!pte) {
			addr = stop;
			continue;
		}
		spin_lock(&mm->page_table_lock);
		zap_table(mm, &z, pte, &addr, stop);
		flush_range(mm, from, addr);
		spin_unlock(&mm->page_table_lock);
		if (unlikely(z.cached)) {
			for (unsigned i = 0; i < z.n; i++)
				swap_drop_page(z.page[i]);
			z.cached = 0;
		}
		pages_put(z.page, z.n);
		z.n = 0;
	}
	if (z.gone)
		mem_count(MEM_ANON, -z.gone);
	if (z.anon)
		atomic_sub(z.anon, &mm->rss_anon);
	if (z.file)
		atomic_sub(z.file, &mm->rss_file);
}

/*
 * Frees the tables that only [start, end) used; floor and ceiling are where the neighbours end and begin. mmap_lock
 * write-held (or nobody left), and the range is empty.
 */
void free_tables(struct mm *mm, unsigned long start, unsigned long end, unsigned long floor, unsigned long ceiling)
{
	unsigned long addr = start & ~(LARGE_PAGE_SIZE - 1), last = ALIGN_UP(end, LARGE_PAGE_SIZE);

	if (addr < floor)
		addr += LARGE_PAGE_SIZE;
	if (last > ceiling)
		last -= LARGE_PAGE_SIZE;
	for (; addr < last; addr += LARGE_PAGE_SIZE) {
		u64 *pde = user_pde(mm, addr), e = *pde;

		if (!pte_present(e))
			continue;
		spin_lock(&mm->page_table_lock);
		clear_pte(pde);
		mm->page_table_pages--;
		flush_all(mm);	/* the processor may hold the directory entry */
		spin_unlock(&mm->page_table_lock);
		table_put(virt_to_page(pde_table(e)));
	}
}

/* After the area's flags and pte_prot have changed: entries lose what is no longer allowed; writing faults again. */
void protect_range(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end)
{
	unsigned long addr = start, next;
	u64 clear = PTE_PRESENT | PTE_PROTNONE | PTE_NX | (a->flags & VM_WRITE && !(a->flags & VM_SHARED) ? 0 : PTE_WRITE);

	for (; addr < end; addr = next) {
		u64 *pte = user_pte(mm, addr);
		unsigned n;

		next = table_end(addr, end);
		if (!pte)
			continue;
		spin_lock(&mm->page_table_lock);
		for (n = (unsigned)((next - addr) >> PAGE_SHIFT); n--; pte++)
			if (pte_mapped(*pte))
				set_pte(pte, (*pte & ~clear) | a->pte_prot);
		flush_range(mm, addr, next);
		spin_unlock(&mm->page_table_lock);
	}
}

/* mremap: entries move to a range that has none. -ENOMEM leaves the rest where it was: the caller moves back. */
int move_range(struct mm *mm, unsigned long from, unsigned long to, unsigned long len)
{
	unsigned long done;

	for (done = 0; done < len; done += PAGE_SIZE) {
		u64 *src = user_pte(mm, from + done), *dst, e;

		if (!src) {
			done = table_end(from + done, from + len) - from - PAGE_SIZE;
			continue;
		}
		if (!*src)
			continue;
		dst = user_pte_alloc(mm, to + done);
		if (!dst)
			return -ENOMEM;
		spin_lock(&mm->page_table_lock);
		e = *src;
		clear_pte(src);
		flush_page(mm, from + done);
		set_pte(dst, e);
		spin_unlock(&mm->page_table_lock);
	}
	return 0;
}
