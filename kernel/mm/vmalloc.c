/*
 * Dynamic kernel mappings: vmalloc(), device memory, module space, kernel stacks.
 *
 * The kernel's page directories are shared by all address spaces, so a mapping made here is seen everywhere. Page
 * tables of these regions are made on first use and stay. Each area is followed by an unmapped page; kernel stacks
 * lie in slots of their own, each with its guard page below.
 *
 * Callers may sleep here, except in kstack_free() and in kstack_alloc() served from its cache.
 */
#include <arch/pgtable.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <mm/init.h>
#include <mm/kmalloc.h>
#include "internal.h"

#define KSTACK_REGION	(96ul << 20)
#define KSTACK_SLOT	(KSTACK_SIZE + PAGE_SIZE)
#define KSTACK_SLOTS	(KSTACK_REGION / KSTACK_SLOT)
#define KSTACK_CACHE	32
#define VMALLOC_START	(DYNAMIC_START + KSTACK_REGION)

struct vm_region;

/* One mapping; [start, start + size), then a guard page. */
struct kernel_area {
	struct list_head link;		/* region's, by address */
	unsigned long start, size;
	bool owns_frames;
};

struct vm_region {
	unsigned long start, end;	/* I */
	struct list_head areas;		/* vmap_lock */
};

static DEFINE_SPINLOCK(vmap_lock, RANK_VMALLOC);
static struct vm_region vmalloc_region = { VMALLOC_START, DYNAMIC_END, LIST_HEAD_INIT(vmalloc_region.areas) };
static struct vm_region module_region = { MODULES_START, MODULES_END, LIST_HEAD_INIT(module_region.areas) };
static struct vm_region device_region = { IOREMAP_START, IOREMAP_END, LIST_HEAD_INIT(device_region.areas) };
static unsigned long used_bytes;				/* vmap_lock */

static unsigned long stack_slots[(KSTACK_SLOTS + 31) / 32];	/* vmap_lock: 1 = taken */
static unsigned stack_hint;					/* vmap_lock */
static void *stack_cache[KSTACK_CACHE];				/* interrupts off: mapped, free */
static unsigned stack_cached;
static unsigned long tables;				/* vmap_lock: page tables made here; they stay */

/* The entry of addr, with its page table made if need be. NULL: out of memory. */
static u64 *pte_make(unsigned long addr)
{
	u64 *pde = kernel_pde(addr);

	if (!pte_present(*pde)) {
		struct page *table = page_alloc(GFP_KERNEL | GFP_ZERO, 0);
		unsigned long flags;

		if (!table)
			return NULL;
		spin_lock_irqsave(&vmap_lock, flags);
		if (!pte_present(*pde)) {
			page_set(table, PG_PAGETABLE);
			set_pte(pde, page_to_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED);
			mem_count(MEM_PAGE_TABLES, 1);
			tables++;
			table = NULL;
		}
		spin_unlock_irqrestore(&vmap_lock, flags);
		if (table)
			page_free(table, 0);
	}
	return pde_table(*pde) + pt_index(addr);
}

static void unmap_range(unsigned long addr, unsigned long size, bool free_frames)
{
	unsigned long end = addr + size;

	for (; addr < end; addr += PAGE_SIZE) {
		u64 *pte = kernel_pte(addr), e;

		if (!pte || !pte_present(*pte))
			continue;
		e = *pte;
		clear_pte(pte);
		tlb_flush_page(addr);
		if (free_frames)
			page_free(pfn_to_page(pte_pfn(e)), 0);
	}
}

/* Maps fresh frames at [addr, addr + size). 0 or -ENOMEM, then nothing is mapped. */
static int map_frames(unsigned long addr, unsigned long size, u64 prot)
{
	unsigned long at;

	for (at = addr; at < addr + size; at += PAGE_SIZE) {
		u64 *pte = pte_make(at);
		struct page *p = pte ? page_alloc(GFP_KERNEL, 0) : NULL;

		if (!p) {
			unmap_range(addr, at - addr, true);
			return -1;
		}
		set_pte(pte, make_pte(page_to_pfn(p), prot));
	}
	return 0;
}

static struct kernel_area *area_reserve(struct vm_region *r, unsigned long size)
{
	struct kernel_area *a = kmalloc(sizeof(*a), GFP_KERNEL), *next;
	unsigned long at = r->start, flags;
	bool found = false;

	if (!a)
		return NULL;
	spin_lock_irqsave(&vmap_lock, flags);
	list_for_each_entry(next, &r->areas, link) {
		if (next->start - at >= size + PAGE_SIZE) {
			found = true;
			break;
		}
		at = next->start + next->size + PAGE_SIZE;
	}
	/* Without a gap before some area, `next` stands for the list's head: the tail is what is left. */
	if (found || (r->end > at && r->end - at >= size + PAGE_SIZE)) {
		a->start = at;
		a->size = size;
		list_add_tail(&a->link, &next->link);
		used_bytes += size;
		found = true;
	}
	spin_unlock_irqrestore(&vmap_lock, flags);
	if (!found) {
		kfree(a);
		return NULL;
	}
	return a;
}

static struct kernel_area *area_find(struct vm_region *r, unsigned long start)
{
	struct kernel_area *a, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&vmap_lock, flags);
	list_for_each_entry(a, &r->areas, link) {
		if (a->start == start) {
			found = a;
			break;
		}
	}
	spin_unlock_irqrestore(&vmap_lock, flags);
	return found;
}

/* The range becomes free only after its entries are gone. */
static void area_release(struct kernel_area *a)
{
	unsigned long flags;

	unmap_range(a->start, a->size, a->owns_frames);
	if (a->owns_frames)
		mem_count(MEM_VMALLOC, -(int)(a->size >> PAGE_SHIFT));
	spin_lock_irqsave(&vmap_lock, flags);
	list_del(&a->link);
	used_bytes -= a->size;
	spin_unlock_irqrestore(&vmap_lock, flags);
	kfree(a);
}

static void *region_alloc(struct vm_region *r, size_t size, u64 prot)
{
	struct kernel_area *a;

	might_sleep();
	if (!size || size > r->end - r->start)
		return NULL;
	size = ALIGN_UP(size, PAGE_SIZE);
	a = area_reserve(r, size);
	if (!a)
		return NULL;
	a->owns_frames = false;
	if (map_frames(a->start, size, prot)) {
		area_release(a);
		return NULL;
	}
	a->owns_frames = true;
	mem_count(MEM_VMALLOC, (int)(size >> PAGE_SHIFT));
	return (void *)a->start;
}

static void region_free(struct vm_region *r, const void *p)
{
	struct kernel_area *a = area_find(r, (unsigned long)p);

	if (!a)
		panic("release of %p, which is no mapping", p);
	area_release(a);
}

void *vmalloc(size_t size)
{
	return region_alloc(&vmalloc_region, size, kernel_pte_rw());
}

void vfree(void *p)
{
	if (p)
		region_free(&vmalloc_region, p);
}

void *kvmalloc(size_t size, unsigned gfp)
{
	void *p;

	if (size <= 2 * PAGE_SIZE) {
		p = kmalloc(size, gfp | GFP_NOWARN);
		if (p || (gfp & GFP_ATOMIC))
			return p;
	}
	if (gfp & GFP_ATOMIC)
		return NULL;
	p = vmalloc(size);
	if (p && (gfp & GFP_ZERO))
		memset(p, 0, size);
	return p;
}

void kvfree(void *p)
{
	if ((unsigned long)p >= DYNAMIC_START)
		vfree(p);
	else
		kfree(p);
}

void *module_alloc(size_t size)
{
	return region_alloc(&module_region, size, kernel_pte_rw());
}

void module_free(void *p)
{
	if (p)
		region_free(&module_region, p);
}

void module_protect(void *start, size_t size, bool write, bool exec)
{
	unsigned long addr = (unsigned long)start & PAGE_MASK, end = (unsigned long)start + size;
	u64 prot = exec ? kernel_pte_exec() : write ? kernel_pte_rw() : kernel_pte_ro();

	for (; addr < end; addr += PAGE_SIZE) {
		u64 *pte = kernel_pte(addr);

		if (pte && pte_present(*pte)) {
			set_pte(pte, (*pte & PTE_ADDR) | prot);
			tlb_flush_page(addr);
		}
	}
}

void __iomem *ioremap(phys_t base, size_t size)
{
	unsigned long offset = (unsigned long)base & ~PAGE_MASK, i;
	struct kernel_area *a;
	size_t span;

	might_sleep();
	if (!size || size > device_region.end - device_region.start)
		return NULL;
	span = ALIGN_UP(size + offset, PAGE_SIZE);
	a = area_reserve(&device_region, span);
	if (!a)
		return NULL;
	a->owns_frames = false;
	for (i = 0; i < span; i += PAGE_SIZE) {
		u64 *pte = pte_make(a->start + i);

		if (!pte) {
			area_release(a);
			return NULL;
		}
		set_pte(pte, ((base - offset + i) & PTE_ADDR) | kernel_pte_device());
	}
	return (void __iomem *)(a->start + offset);
}

void iounmap(void __iomem *p)
{
	if (p)
		region_free(&device_region, (void *)((unsigned long)p & PAGE_MASK));
}

unsigned long vmalloc_tables(void)
{
	return READ_ONCE(tables);
}

unsigned long vmalloc_used(void)
{
	return READ_ONCE(used_bytes);
}

static void slot_release(unsigned long stack)
{
	unsigned slot = (stack - DYNAMIC_START) / KSTACK_SLOT;
	unsigned long flags;

	spin_lock_irqsave(&vmap_lock, flags);
	clear_bit(slot, &stack_slots[slot / 32]);
	if (slot < stack_hint)
		stack_hint = slot;
	spin_unlock_irqrestore(&vmap_lock, flags);
}

static noinline void *kstack_map(void)
{
	unsigned long flags, stack;
	unsigned slot;

	might_sleep();
	spin_lock_irqsave(&vmap_lock, flags);
	for (slot = stack_hint; slot < KSTACK_SLOTS && test_bit(slot, &stack_slots[slot / 32]);)
		slot++;
	if (slot < KSTACK_SLOTS) {
		set_bit(slot, &stack_slots[slot / 32]);
		stack_hint = slot + 1;
	}
	spin_unlock_irqrestore(&vmap_lock, flags);
	if (slot == KSTACK_SLOTS)
		return NULL;
	stack = DYNAMIC_START + slot * KSTACK_SLOT + PAGE_SIZE;
	if (map_frames(stack, KSTACK_SIZE, kernel_pte_rw())) {
		slot_release(stack);
		return NULL;
	}
	mem_count(MEM_KERNEL_STACKS, KSTACK_SIZE / PAGE_SIZE);
	return (void *)stack;
}

static void kstack_unmap(void *stack)
{
	unmap_range((unsigned long)stack, KSTACK_SIZE, true);
	mem_count(MEM_KERNEL_STACKS, -(int)(KSTACK_SIZE / PAGE_SIZE));
	slot_release((unsigned long)stack);
}

void *kstack_alloc(void)
{
	unsigned long flags = irq_save();
	void *stack = stack_cached ? stack_cache[--stack_cached] : NULL;

	irq_restore(flags);
	return stack ? stack : kstack_map();
}

void kstack_free(void *stack)
{
	unsigned long flags = irq_save();

	if (stack_cached < KSTACK_CACHE) {
		stack_cache[stack_cached++] = stack;
		stack = NULL;
	}
	irq_restore(flags);
	if (stack)
		kstack_unmap(stack);
}

bool kstack_guard_hit(unsigned long addr)
{
	return addr >= DYNAMIC_START && addr < DYNAMIC_START + KSTACK_SLOTS * KSTACK_SLOT &&
	       (addr - DYNAMIC_START) % KSTACK_SLOT < PAGE_SIZE;
}

static unsigned long stacks_count(void)
{
	return stack_cached * (KSTACK_SIZE / PAGE_SIZE);
}

static unsigned long stacks_scan(unsigned long n, unsigned gfp)
{
	unsigned long freed = 0;

	(void)gfp;
	while (freed < n) {
		unsigned long flags = irq_save();
		void *stack = stack_cached ? stack_cache[--stack_cached] : NULL;

		irq_restore(flags);
		if (!stack)
			break;
		kstack_unmap(stack);
		freed += KSTACK_SIZE / PAGE_SIZE;
	}
	return freed;
}

static struct shrinker stacks_shrinker = { .name = "kernel stacks", .count = stacks_count, .scan = stacks_scan };

void __init mm_init_vmalloc(void)
{
	shrinker_register(&stacks_shrinker);
}
