/*
 * The kernel's half of the address space: direct map, protection of the image. Invariant after paging_protect():
 * nothing in the kernel is writable and executable; only text executes; the guard page below the boot stack is
 * unmapped. The two page directories kernel_pd are shared by every process.
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/pgtable.h>
#include <core/printk.h>
#include <core/string.h>
#include <arch/thread.h>
#include <mm/page.h>

#define CR4_PGE		BIT(7)
#define CR4_UMIP	BIT(11)
#define CR4_SMEP	BIT(20)
#define CR4_SMAP	BIT(21)

static u64 image_tables[8][512] __aligned(4096) __section(".bss.page_aligned");	/* 16 MiB around the image */
extern const u32 smap_sites_start[], smap_sites_end[];

void tlb_flush_all(void)
{
	unsigned long cr4 = read_cr4();

	if (cr4 & CR4_PGE) {
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	} else {
		write_cr3(read_cr3());
	}
}

static u64 nx(void)
{
	return cpu_features.nx ? PTE_NX : 0;
}

/* Map what there is and nothing else; all of it without execution, except the image for now. */
void paging_init(void)
{
	u64 global = cpu_features.pge ? PTE_GLOBAL : 0;
	phys_t end = 0;
	unsigned i, n;

	for (i = 0; i < boot_region_count; i++)
		end = max(end, boot_regions[i].end);
	end = min(end, (phys_t)DIRECT_MAP_SIZE);
	n = (unsigned)((end + LARGE_PAGE_SIZE - 1) >> LARGE_PAGE_SHIFT);
	if (cpu_features.pge)
		write_cr4(read_cr4() | CR4_PGE);
	for (i = 0; i < DIRECT_MAP_SIZE >> LARGE_PAGE_SHIFT; i++) {
		bool image = i <= ((unsigned long)kernel_end - KERNEL_BASE) >> LARGE_PAGE_SHIFT;

		kernel_pd[i] = i < n || image ? ((u64)i << LARGE_PAGE_SHIFT) | PTE_PRESENT | PTE_WRITE | PTE_LARGE |
			PTE_ACCESSED | PTE_DIRTY | global | (image ? 0 : nx()) : 0;
	}
	kernel_pdpt[0] = 0;		/* the one-to-one map of start-up */
	write_cr3(read_cr3());
	tlb_flush_all();
}

static void protect(const char *from, const char *to, u64 flags)
{
	unsigned long a;

	for (a = (unsigned long)from; a < (unsigned long)to; a += PAGE_SIZE) {
		unsigned long phys = a - KERNEL_BASE;

		image_tables[phys >> LARGE_PAGE_SHIFT][(phys >> PAGE_SHIFT) & 511] = flags ? phys | flags : 0;
	}
}

static void patch_smap_sites(void)
{
	const u32 *site;

	for (site = smap_sites_start; site < smap_sites_end; site += 2) {
		u8 *code = (u8 *)site[0];

		code[0] = (u8)site[1];
		code[1] = (u8)(site[1] >> 8);
		code[2] = (u8)(site[1] >> 16);
	}
}

void paging_protect(void)
{
	u64 rw = PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | (cpu_features.pge ? PTE_GLOBAL : 0) | nx();
	u64 rx = (rw & ~(u64)(PTE_WRITE | PTE_DIRTY)) & ~PTE_NX;
	unsigned n = (unsigned)(((unsigned long)kernel_end - KERNEL_BASE) >> LARGE_PAGE_SHIFT) + 1, i;

	if (n > ARRAY_SIZE(image_tables))
		panic("kernel image ends at %p, beyond the %u MiB that paging_protect() covers", kernel_end,
		      2 * (unsigned)ARRAY_SIZE(image_tables));
	if (cpu_features.smap)
		patch_smap_sites();
	protect((char *)KERNEL_BASE, (char *)KERNEL_BASE + n * LARGE_PAGE_SIZE, rw);
	protect(text_start, text_end, rx);
	protect(init_text_start, init_text_end, rx);
	protect(rodata_start, ro_after_init_start, rx | nx());
	protect(boot_guard, boot_guard + PAGE_SIZE, 0);
	for (i = 0; i < n; i++)
		kernel_pd[i] = virt_to_phys(image_tables[i]) | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
	tlb_flush_all();
	write_cr4(read_cr4() | (cpu_features.smep ? CR4_SMEP : 0) | (cpu_features.smap ? CR4_SMAP : 0) |
		  (cpu_features.umip ? CR4_UMIP : 0));
}

/* Start-up is over: its code goes, what it set once stays as it is. */
void paging_seal(void)
{
	u64 ro = PTE_PRESENT | PTE_ACCESSED | (cpu_features.pge ? PTE_GLOBAL : 0) | nx();

	protect(ro_after_init_start, ro_after_init_end, ro);
	protect(init_text_start, init_text_end, 0);
	tlb_flush_all();
}

void arch_load_mm(phys_t pgd)
{
	write_cr3((unsigned long)pgd);
}
