/*
 * The address sanitizer's run-time: shadow memory, the checks that the compiler calls, the report.
 *
 * Invariant: once `ready`, the shadow of the whole direct map's RAM is mapped; that of dynamic mappings is one page of
 * zeroes (never poisoned: their guard pages do the work). Stacks and globals are not poisoned. Nothing in this file
 * is instrumented, and it must not call what is before it has looked at an address itself.
 */
#include <core/kasan.h>
#ifdef CONFIG_KASAN
#include <arch/cpu.h>
#include <arch/pgtable.h>
#include <core/printk.h>
#include <mm/page.h>

static bool ready;
static unsigned long covered_end;	/* direct map addresses below it have a shadow */

static u8 *shadow_of(unsigned long addr)
{
	return (u8 *)((addr >> 3) + 0xe0000000);
}

static void fill(u8 *p, u8 value, size_t n)
{
	__asm__ volatile("rep stosb" : "+D"(p), "+c"(n) : "a"(value) : "memory");
}

void kasan_init(void)
{
	unsigned long start = SHADOW_START, end = (unsigned long)shadow_of(KERNEL_BASE + (max_pfn << PAGE_SHIFT)), at;

	for (at = start; at < end; at += LARGE_PAGE_SIZE) {
		struct page *p = page_alloc(GFP_KERNEL, LARGE_PAGE_SHIFT - PAGE_SHIFT);

		if (!p)
			panic("no memory for the sanitizer's shadow: use more, or another variant");
		set_pte(kernel_pde(at), page_to_phys(p) | kernel_pte_rw() | PTE_LARGE);
		fill((u8 *)at, 0, LARGE_PAGE_SIZE);
	}
	/* Dynamic mappings: every entry of one table is the same page of zeroes. */
	u64 *table = pages_alloc(GFP_KERNEL | GFP_ZERO, 0);
	struct page *zero = page_alloc(GFP_KERNEL | GFP_ZERO, 0);
	unsigned i;

	if (!table || !zero)
		panic("no memory for the sanitizer's shadow");
	for (i = 0; i < PTRS_PER_TABLE; i++)
		set_pte(&table[i], page_to_phys(zero) | kernel_pte_ro());
	for (at = (unsigned long)shadow_of(DYNAMIC_START); at; at += LARGE_PAGE_SIZE)
		set_pte(kernel_pde(at), virt_to_phys(table) | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED);
	tlb_flush_all();
	covered_end = KERNEL_BASE + (max_pfn << PAGE_SHIFT);
	ready = true;
}

static bool covered(unsigned long addr)
{
	return ready && addr >= KERNEL_BASE && addr < covered_end;
}

void kasan_poison(const void *addr, size_t size, u8 why)
{
	if (covered((unsigned long)addr))
		fill(shadow_of((unsigned long)addr), why, size >> 3);
}

void kasan_allow(const void *addr, size_t size)
{
	unsigned long a = (unsigned long)addr;

	if (!covered(a))
		return;
	fill(shadow_of(a), 0, size >> 3);
	if (size & 7)
		*shadow_of(a + size) = size & 7;
}

static noinline void report(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	static bool reporting;
	u8 s = *shadow_of(addr);
	const char *what = s == KASAN_FREE_FRAME ? "a free frame" : s == KASAN_FREE_OBJECT ? "a freed object"
		: s == KASAN_RED_ZONE || s < 8 ? "memory past the end of an object" : "poisoned memory";

	if (reporting)
		return;
	reporting = true;
	printk(KERN_EMERG "BUG: sanitizer: %s of %u bytes at %lx, %s, by %pS\n", write ? "store" : "load", (unsigned)size,
	       addr, what, (void *)ip);
	dump_stack();
	reporting = false;
}

/* True if one of the bytes may not be touched; *bad is the first. */
static __always_inline bool poisoned(unsigned long addr, size_t size, unsigned long *bad)
{
	unsigned long at, end = addr + size;

	for (at = addr & ~7ul; at < end; at += 8) {
		s8 s = (s8)*shadow_of(at);

		if (likely(!s))
			continue;
		if (s < 0 || (long)min(end - at, 8ul) > s) {
			*bad = s < 0 ? max(at, addr) : max(addr, at + (unsigned long)s);
			return true;
		}
	}
	return false;
}

static __always_inline void check(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	unsigned long bad;

	if (unlikely(size && covered(addr) && addr + size <= covered_end && poisoned(addr, size, &bad)))
		report(bad, size, write, ip);
}

void kasan_check(const void *addr, size_t size, bool write)
{
	check((unsigned long)addr, size, write, (unsigned long)__builtin_return_address(0));
}

#define CHECKS(n) \
	void __asan_load##n##_noabort(unsigned long a); \
	void __asan_store##n##_noabort(unsigned long a); \
	void __asan_load##n##_noabort(unsigned long a) { check(a, n, false, (unsigned long)__builtin_return_address(0)); } \
	void __asan_store##n##_noabort(unsigned long a) { check(a, n, true, (unsigned long)__builtin_return_address(0)); }
CHECKS(1)
CHECKS(2)
CHECKS(4)
CHECKS(8)
CHECKS(16)

void __asan_loadN_noabort(unsigned long a, size_t n);
void __asan_storeN_noabort(unsigned long a, size_t n);
void __asan_handle_no_return(void);
void __asan_loadN_noabort(unsigned long a, size_t n) { check(a, n, false, (unsigned long)__builtin_return_address(0)); }
void __asan_storeN_noabort(unsigned long a, size_t n) { check(a, n, true, (unsigned long)__builtin_return_address(0)); }
void __asan_handle_no_return(void) { }
#endif
