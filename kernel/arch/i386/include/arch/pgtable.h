/*
 * Page tables of PAE paging: a page-directory-pointer table of 4 entries, page directories and page tables of 512
 * entries of 8 bytes. An entry maps 4 KiB (page table), 2 MiB (directory entry with PTE_LARGE).
 *
 * The kernel's half (upper 2 GiB) is the same in every address space: entries 2 and 3 of each pointer table are
 * kernel_pd's two pages. The processor caches all four pointer entries when CR3 is loaded: they never change in a
 * live table.
 */
#ifndef ARCH_PGTABLE_H
#define ARCH_PGTABLE_H

#include <core/types.h>
#include <arch/cpu.h>
#include <arch/layout.h>

#define PTE_PRESENT	0x001ull
#define PTE_WRITE	0x002ull
#define PTE_USER	0x004ull
#define PTE_PWT		0x008ull
#define PTE_PCD		0x010ull
#define PTE_ACCESSED	0x020ull
#define PTE_DIRTY	0x040ull
#define PTE_LARGE	0x080ull	/* directory entries */
#define PTE_GLOBAL	0x100ull
#define PTE_SPECIAL	0x200ull	/* software: the frame is not counted (zero page, device memory) */
#define PTE_SOFT1	0x400ull	/* software, free */
#define PTE_SOFT2	0x800ull	/* software, free */
#define PTE_NX		0x8000000000000000ull
#define PTE_ADDR	0x000ffffffffff000ull
#define PTE_FLAGS	(~PTE_ADDR)
#define PTRS_PER_TABLE	512

/* Page fault error code. */
#define PF_ERR_PRESENT	0x01ul		/* protection violation, not an absent page */
#define PF_ERR_WRITE	0x02ul
#define PF_ERR_USER	0x04ul
#define PF_ERR_RESERVED	0x08ul
#define PF_ERR_FETCH	0x10ul		/* only reported with NX or SMEP on */

/* Made by the boot code (arch/i386/mm/paging.c), page aligned; the pointer table 32-byte aligned. */
extern u64 kernel_pdpt[4];
extern u64 kernel_pd[1024];

static inline u64 pte_nx(void) { return cpu_features.nx ? PTE_NX : 0; }
static inline u64 pte_global(void) { return cpu_features.pge ? PTE_GLOBAL : 0; }

/* Protection bits of kernel mappings. */
static inline u64 kernel_pte_rw(void) { return PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | pte_global() | pte_nx(); }
static inline u64 kernel_pte_ro(void) { return PTE_PRESENT | PTE_ACCESSED | pte_global() | pte_nx(); }
static inline u64 kernel_pte_exec(void) { return PTE_PRESENT | PTE_ACCESSED | pte_global(); }
static inline u64 kernel_pte_device(void) { return kernel_pte_rw() | PTE_PCD | PTE_PWT; }

static inline unsigned pt_index(unsigned long addr) { return (addr >> PAGE_SHIFT) & (PTRS_PER_TABLE - 1); }
static inline unsigned pd_index(unsigned long addr) { return (addr >> LARGE_PAGE_SHIFT) & (PTRS_PER_TABLE - 1); }
static inline bool pte_present(u64 e) { return (u32)e & PTE_PRESENT; }
static inline unsigned long pte_pfn(u64 e) { return (unsigned long)((e & PTE_ADDR) >> PAGE_SHIFT); }
static inline u64 make_pte(unsigned long pfn, u64 prot) { return ((u64)pfn << PAGE_SHIFT) | prot; }

/* The page table that a present directory entry points to. */
static inline u64 *pde_table(u64 e) { return (u64 *)((unsigned long)(e & PTE_ADDR) + KERNEL_BASE); }

/*
 * Stores in two halves such that a walk in between sees either no entry or a whole one. The old entry must be
 * absent, or differ only in the low half or in NX.
 */
static inline void set_pte(u64 *p, u64 e)
{
	volatile u32 *w = (volatile u32 *)p;

	w[1] = (u32)(e >> 32);
	w[0] = (u32)e;
}
static inline void clear_pte(u64 *p)
{
	volatile u32 *w = (volatile u32 *)p;

	w[0] = 0;
	w[1] = 0;
}

/* Kernel half: the directory entry of an address, and its page-table entry (NULL: no table, or a large page). */
static inline u64 *kernel_pde(unsigned long addr) { return &kernel_pd[(addr - KERNEL_BASE) >> LARGE_PAGE_SHIFT]; }
static inline u64 *kernel_pte(unsigned long addr)
{
	u64 e = *kernel_pde(addr);

	return pte_present(e) && !(e & PTE_LARGE) ? pde_table(e) + pt_index(addr) : NULL;
}

#endif
