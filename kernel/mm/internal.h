/* Shared within mm/ only. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <arch/pgtable.h>
#include <mm/mm.h>
#include <mm/page.h>
#include <mm/swap.h>

/* frames.c */
extern bool mm_sleep_checks;		/* start-up is over: sleeping allocations are checked and may reclaim */
unsigned long mm_total_frames(void);
void page_wait_init(void);		/* page_wait.c */

/*
 * A user entry that stands for a frame the process must not touch (PROT_NONE): not present, but with this bit, which
 * present user entries never have.
 */
#define PTE_PROTNONE	PTE_GLOBAL
static inline bool pte_mapped(u64 e) { return (u32)e & (PTE_PRESENT | PTE_PROTNONE); }

/* A page that is in a swap area: not present either, and marked by a bit of software's. */
#define PTE_SWAP	PTE_SOFT1
static inline bool pte_swapped(u64 e) { return ((u32)e & (PTE_PRESENT | PTE_PROTNONE | PTE_SWAP)) == PTE_SWAP; }
static inline swp_t pte_swp(u64 e) { return (swp_t)(e >> PAGE_SHIFT); }
static inline u64 swp_pte(swp_t s) { return (u64)s << PAGE_SHIFT | PTE_SWAP; }

/* area.c: mmap_lock held for writing unless said. */
void area_init_cache(void);
struct vm_area *area_alloc(struct mm *mm, unsigned long start, unsigned long end, unsigned flags);	/* not linked; NULL */
struct vm_area *area_clone(const struct vm_area *a);	/* same file (referenced), no links, no anon_vma */
void area_free(struct vm_area *a);	/* unlinked: closes, drops the file */
void area_link(struct mm *mm, struct vm_area *a);	/* tree, list, reverse map of the file, counters */
void area_unlink(struct mm *mm, struct vm_area *a);	/* tree, list and counters; reverse maps stay until area_free() */
void area_adjust(struct vm_area *a, unsigned long start, unsigned long end, unsigned long pgoff);
int area_split(struct mm *mm, struct vm_area *a, unsigned long addr);	/* a keeps the lower part */
struct vm_area *area_merge(struct mm *mm, struct vm_area *a);	/* with its neighbours; the area that is left */
struct vm_area *area_extend(struct mm *mm, unsigned long start, unsigned long end, unsigned flags);	/* an anonymous neighbour below grows; NULL */
void area_set_prot(struct vm_area *a);	/* pte_prot from flags */
void area_account(struct mm *mm, unsigned flags, const struct file *file, long pages);
bool area_may_expand(struct mm *mm, unsigned flags, unsigned long pages);	/* RLIMIT_AS, RLIMIT_DATA, sanity */
long area_place(struct mm *mm, unsigned long hint, unsigned long len, unsigned long low, unsigned long high);	/* free range; -ENOMEM */

/* anon.c */
int anon_prepare(struct vm_area *a);	/* makes a->anon_vma; mmap_lock read-held; 0 or -ENOMEM */
void anon_link(struct vm_area *a, struct anon_vma *av);
void anon_unlink(struct vm_area *a);

/* pagetable.c */
int tables_init(struct mm *mm);		/* pgd and directories; 0 or -ENOMEM */
void tables_destroy(struct mm *mm);	/* all page tables are gone already */
u64 *pte_alloc_slow(struct mm *mm, unsigned long addr);
int copy_area(struct mm *child, struct mm *parent, struct vm_area *a);
void zap_range(struct mm *mm, unsigned long start, unsigned long end, bool keep_private);
void free_tables(struct mm *mm, unsigned long start, unsigned long end, unsigned long floor, unsigned long ceiling);
void protect_range(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end);
int move_range(struct mm *mm, unsigned long from, unsigned long to, unsigned long len);
void flush_page(struct mm *mm, unsigned long addr);
void flush_all(struct mm *mm);
extern struct shrinker tables_shrinker;
extern struct mm *loaded_mm;		/* whose tables CR3 has; NULL: the kernel's own */
extern struct page *zero_page;

static inline u64 *user_pde(struct mm *mm, unsigned long addr) { return &mm->pd[addr >> 30][pd_index(addr)]; }
/* The entry of addr; NULL: no page table. */
static inline u64 *user_pte(struct mm *mm, unsigned long addr)
{
	u64 e = *user_pde(mm, addr);

	return pte_present(e) ? pde_table(e) + pt_index(addr) : NULL;
}
static inline u64 *user_pte_alloc(struct mm *mm, unsigned long addr)
{
	u64 e = *user_pde(mm, addr);

	return likely(pte_present(e)) ? pde_table(e) + pt_index(addr) : pte_alloc_slow(mm, addr);
}

/* fault.c. mmap_lock read-held. 0, -ENOMEM, -EFAULT (SIGBUS), -EIO. */
int handle_fault(struct mm *mm, struct vm_area *a, unsigned long addr, bool write);
int stack_expand(struct mm *mm, struct vm_area *a, unsigned long addr);	/* mmap_lock write-held */

/* swap_fault.c. mmap_lock read-held; entry: what *pte was. 0, -ENOMEM, -EIO. */
int swap_fault(struct mm *mm, struct vm_area *a, unsigned long addr, u64 *pte, u64 entry, bool write);
bool anon_exclusive(const struct page *p);	/* page_table_lock held: only this entry refers to the anonymous page */

/* rmap.c. Page locked. */
int page_referenced(struct page *p, unsigned *vm_flags);	/* how many entries used it since the last call; VM_* of their areas or'ed */
bool page_unmap_anon(struct page *p);	/* entries become the slot's; false: one stays (locked memory), or somebody holds the page */
bool page_discard(struct page *p, bool *keep);	/* drops entries that were not written to since MADV_FREE; false: *keep, one was; or somebody holds the page */

/* advice_reclaim.c. mmap_lock read-held. MADV_FREE for a part of an anonymous private area. */
int advise_free(struct mm *mm, unsigned long start, unsigned long end);
/* advice_reclaim.c. mmap_lock read-held. MADV_WILLNEED, MADV_COLD, MADV_PAGEOUT for a part of a. */
int advise_reclaim(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end, int advice);

/* mmap.c. mmap_lock write-held. */
int unmap_locked(struct mm *mm, unsigned long start, unsigned long len);
void unlink_range(struct mm *mm, struct vm_area *first, unsigned long end);

/* reclaim.c */
void kswapd_wake(void);			/* free frames are few; any context */
extern unsigned long mark_low, mark_high;	/* frames.c: when kswapd begins and when it ends */

/* oom.c */
bool oom_kill(bool allowed);		/* waits for who is dying, or kills if that is allowed; true: worth trying again */

/* oom_reap.c */
bool oom_memory_comes(struct mm *mm);	/* of a dying process: it will soon be free, if need be by force; false: not any more */

/* mm.c */
bool mm_leaving(void);			/* somebody is just giving memory back */

#endif
