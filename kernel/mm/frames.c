/*
 * The frame allocator: a binary buddy system over the frames of the direct map, with a small stack of single
 * frames in front of it.
 *
 * Invariants: a free block of 2^n frames starts at a multiple of 2^n, its first frame has PG_BUDDY and private = n,
 * and its buddy is not free at the same order. Frames in the hot stack have PG_BUDDY and private = HOT, which no
 * merge takes. nr_free_pages counts both.
 *
 * Callers: whoever gets a frame owns all fields of its struct page; GFP_ATOMIC is the only flavour that may be used
 * with interrupts or preemption off.
 */
#include <core/kasan.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <core/time.h>
#include <mm/fail.h>
#include <mm/init.h>
#include <mm/kmalloc.h>
#include <mm/lru.h>
#include <sched/signal.h>
#include <sched/task.h>
#include "internal.h"

#define HOT		(~0ul)
#define HOT_MAX		128
#define HOT_BATCH	64
#define RECLAIM_TRIES	64	/* as long as each brings something */
#define KILL_ORDER	3	/* up to so large requests are worth killing for */
#define NOFS_TRIES	50	/* what a filesystem's own request must not touch is left to kswapd, for so long */
#define MIN_USEFUL	((8ul << 20) >> PAGE_SHIFT)	/* a shell and a few programs */

struct page *mem_map;
unsigned long max_pfn;
unsigned long nr_free_pages;
atomic_t mem_counters[MEM_COUNTERS];
bool mm_sleep_checks;

static DEFINE_SPINLOCK(zone_lock, RANK_ZONE);
static struct {
	struct list_head blocks;	/* zone_lock */
	unsigned long count;		/* zone_lock */
} free_area[MAX_ORDER + 1];
static struct {				/* this processor's: interrupts off */
	unsigned n;
	struct page *page[HOT_MAX];
} hot;
static unsigned long total_frames, reserved_frames, high_frames;
/* Free frames below which user requests, kernel requests, atomic requests are refused. */
static unsigned long mark_user, mark_kernel, mark_atomic;
unsigned long mark_low, mark_high;

static void block_insert(struct page *p, unsigned order)
{
	p->flags = BIT(PG_BUDDY);
	p->private = order;
	list_add(&p->lru, &free_area[order].blocks);
	free_area[order].count++;
}

static void block_remove(struct page *p, unsigned order)
{
	list_del(&p->lru);
	p->flags = 0;
	free_area[order].count--;
}

/* zone_lock held. Merges upwards as far as buddies are free. */
static void buddy_free(struct page *p, unsigned order)
{
	unsigned long pfn = page_to_pfn(p);

	while (order < MAX_ORDER) {
		unsigned long other = pfn ^ (1ul << order);
		struct page *b = mem_map + other;

		if (other + (1ul << order) > max_pfn || !page_test(b, PG_BUDDY) || b->private != order)
			break;
		block_remove(b, order);
		pfn &= other;
		order++;
	}
	block_insert(mem_map + pfn, order);
}

/* zone_lock held. The smallest block that fits, its rest given back; NULL. */
static struct page *buddy_alloc(unsigned order)
{
	unsigned have = order;
	struct page *p;

	while (have <= MAX_ORDER && list_empty(&free_area[have].blocks))
		have++;
	if (have > MAX_ORDER)
		return NULL;
	p = list_first_entry(&free_area[have].blocks, struct page, lru);
	block_remove(p, have);
	while (have > order) {
		have--;
		block_insert(p + (1ul << have), have);
	}
	return p;
}

/* Interrupts off. */
static noinline void hot_refill(void)
{
	spin_lock(&zone_lock);
	while (hot.n < HOT_BATCH) {
		struct page *p = buddy_alloc(0);

		if (!p)
			break;
		p->flags = BIT(PG_BUDDY);
		p->private = HOT;
		hot.page[hot.n++] = p;
	}
	spin_unlock_debug(&zone_lock);
	preempt_enable_no_resched();
	if (nr_free_pages < mark_low)
		kswapd_wake();
}

/* Interrupts off. Gives the coldest frames back until `keep` are left. */
static noinline void hot_drain(unsigned keep)
{
	unsigned n = hot.n - min(keep, hot.n), i;

	spin_lock(&zone_lock);
	for (i = 0; i < n; i++)
		buddy_free(hot.page[i], 0);
	hot.n -= n;
	for (i = 0; i < hot.n; i++)
		hot.page[i] = hot.page[i + n];
	spin_unlock_debug(&zone_lock);
	preempt_enable_no_resched();
}

static unsigned long mark_of(unsigned gfp)
{
	if (current && (current->flags & PF_MEMALLOC) && !in_interrupt())
		return 0;
	if (gfp & GFP_ATOMIC)
		return mark_atomic;
	/* Who is about to end gives memory back: nothing may hold it up. */
	if (current && current->signal && (current->signal->flags & SIGNAL_OOM_VICTIM))
		return mark_atomic;
	return gfp & GFP_USER ? mark_user : mark_kernel;
}

static struct page *try_alloc(unsigned order, unsigned long mark)
{
	struct page *p = NULL;
	unsigned long flags = irq_save();

	if (nr_free_pages >= mark + (1ul << order)) {
		spin_lock(&zone_lock);
		p = buddy_alloc(order);
		spin_unlock_debug(&zone_lock);
		preempt_enable_no_resched();
		if (!p) {
			hot_drain(0);
			spin_lock(&zone_lock);
			p = buddy_alloc(order);
			spin_unlock_debug(&zone_lock);
			preempt_enable_no_resched();
		}
		if (p)
			nr_free_pages -= 1ul << order;
	}
	irq_restore(flags);
	return p;
}

static bool may_reclaim(unsigned gfp)
{
	return !(gfp & GFP_ATOMIC) && mm_sleep_checks && current && !(current->flags & PF_MEMALLOC) &&
	       !this_cpu()->preempt_count && !irqs_disabled();
}

static void report_failure(unsigned gfp, unsigned order)
{
	static unsigned reports;

	if ((gfp & (GFP_NOWARN | GFP_USER)) || reports >= 10)
		return;
	reports++;
	pr_warn("memory: no block of %lu frames (gfp %x, %lu of %lu frames free)\n", 1ul << order, gfp, nr_free_pages,
		total_frames);
}

static struct page *reclaim_alloc(unsigned gfp, unsigned order)
{
	struct page *p = NULL;

	for (unsigned i = 0; !p && i < RECLAIM_TRIES && may_reclaim(gfp); i++) {
		unsigned long freed = reclaim_frames(max(32ul, 1ul << order), gfp);

		p = try_alloc(order, mark_of(gfp));
		if (!freed)
			break;
	}
	return p;
}

/*
 * Nothing can be reclaimed: memory of who is dying is waited for, and if there is none somebody is killed. False: it is of
 * no use to try again. Who has been killed himself may use the reserve, and is refused when that is gone.
 */
static bool wait_for_memory(unsigned gfp, unsigned order, unsigned tries)
{
	if (order > KILL_ORDER || (gfp & GFP_NOWARN) || !may_reclaim(gfp))
		return false;
	if (nr_free_pages >= mark_of(gfp) + (1ul << order))
		return !order || !tries;	/* there is memory now, or it is in too small pieces, which killing does not mend */
	if (((gfp & GFP_NOFS) || current->journal_info) && tries < NOFS_TRIES && !fatal_signal_pending(current)) {
		kswapd_wake();
		sleep_ns(10 * NSEC_PER_MSEC);
		return true;
	}
	return oom_kill(!(gfp & GFP_NOKILL));
}

static noinline struct page *page_alloc_slow(unsigned gfp, unsigned order)
{
	struct page *p;
	unsigned i, tries = 0;

	if (order > MAX_ORDER)
		return NULL;
	p = try_alloc(order, mark_of(gfp));
	if (nr_free_pages < mark_low)
		kswapd_wake();
	while (!p) {
		p = reclaim_alloc(gfp, order);
		if (!p && !wait_for_memory(gfp, order, tries++))
			break;
	}
	if (!p) {
		report_failure(gfp, order);
		return NULL;
	}
	for (i = 1; i < 1u << order; i++) {
		p[i].flags = 0;
		atomic_set(&p[i].refcount, 0);
		atomic_set(&p[i].mapcount, 0);
		p[i].mapping = NULL;
	}
	return p;
}

struct page *page_alloc(unsigned gfp, unsigned order)
{
	unsigned long flags;
	struct page *p;

#ifdef CONFIG_DEBUG
	if (mm_sleep_checks && !(gfp & GFP_ATOMIC))
		might_sleep();
#endif
	if (alloc_refused())
		return NULL;
	if (likely(order == 0 && nr_free_pages > mark_user)) {
		flags = irq_save();
		if (unlikely(!hot.n))
			hot_refill();
		if (likely(hot.n)) {
			p = hot.page[--hot.n];
			nr_free_pages--;
			irq_restore(flags);
			goto out;
		}
		irq_restore(flags);
	}
	p = page_alloc_slow(gfp, order);
	if (!p)
		return NULL;
out:
	p->flags = 0;
	atomic_set(&p->refcount, 1);
	atomic_set(&p->mapcount, 0);
	p->mapping = NULL;
	p->private = 0;
	kasan_allow(page_address(p), PAGE_SIZE << order);
	if (gfp & GFP_ZERO) {
		unsigned i;

		for (i = 0; i < 1u << order; i++)
			page_zero(page_address(p + i));
	}
	return p;
}

static void check_free(struct page *p, unsigned order)
{
	if (unlikely(p->flags & (BIT(PG_BUDDY) | BIT(PG_RESERVED) | BIT(PG_LRU) | BIT(PG_LOCKED) | BIT(PG_WRITEBACK)))) {
		pr_err("BUG: frame %lx (order %u) freed in state %lx\n", page_to_pfn(p), order, p->flags);
		BUG();
	}
#ifdef CONFIG_DEBUG
	BUG_ON(atomic_read(&p->mapcount) != 0);
	BUG_ON(page_to_pfn(p) & ((1ul << order) - 1));
#endif
}

void page_free(struct page *p, unsigned order)
{
	unsigned long flags;

	check_free(p, order);
	kasan_poison(page_address(p), PAGE_SIZE << order, KASAN_FREE_FRAME);
	flags = irq_save();
	nr_free_pages += 1ul << order;
	if (likely(order == 0)) {
		if (unlikely(hot.n == HOT_MAX))
			hot_drain(HOT_MAX - HOT_BATCH);
		p->flags = BIT(PG_BUDDY);
		p->private = HOT;
		atomic_set(&p->refcount, 0);
		hot.page[hot.n++] = p;
	} else {
		spin_lock(&zone_lock);
		atomic_set(&p->refcount, 0);
		buddy_free(p, order);
		spin_unlock_debug(&zone_lock);
		preempt_enable_no_resched();
	}
	irq_restore(flags);
}

void page_put_final(struct page *p)
{
	if (page_test(p, PG_LRU))
		lru_del(p);
	page_free(p, page_test_clear(p, PG_HEAD) ? (unsigned)p->private : 0);
}

void pages_put(struct page **pages, unsigned n)
{
	unsigned long flags = irq_save();
	unsigned i;

	for (i = 0; i < n; i++) {
		struct page *p = pages[i];

		if (!atomic_dec_and_test(&p->refcount))
			continue;
		if (unlikely(p->flags & BIT(PG_HEAD))) {
			page_put_final(p);
			continue;
		}
		if (p->flags & BIT(PG_LRU))
			lru_del(p);
		check_free(p, 0);
		kasan_poison(page_address(p), PAGE_SIZE, KASAN_FREE_FRAME);
		if (unlikely(hot.n == HOT_MAX))
			hot_drain(HOT_MAX - HOT_BATCH);
		p->flags = BIT(PG_BUDDY);
		p->private = HOT;
		hot.page[hot.n++] = p;
		nr_free_pages++;
	}
	irq_restore(flags);
}

void *pages_alloc(unsigned gfp, unsigned order)
{
	struct page *p = page_alloc(gfp, order);

	return p ? page_address(p) : NULL;
}

void pages_free(void *addr, unsigned order)
{
	if (addr)
		page_free(virt_to_page(addr), order);
}

bool memory_is_low(void)
{
	return nr_free_pages <= mark_user;
}

bool page_cache_minimal(void)
{
	long cached = atomic_read(&mem_counters[MEM_PAGE_CACHE]) - atomic_read(&mem_counters[MEM_SHMEM]);

	return cached <= (long)mark_user;
}

unsigned long mm_total_frames(void)
{
	return total_frames;
}

unsigned long buddy_free_blocks(unsigned order)
{
	return order <= MAX_ORDER ? READ_ONCE(free_area[order].count) : 0;
}

void mem_stats(struct mem_stats *s)
{
	static const unsigned char offset[MEM_COUNTERS] = {
		[MEM_SLAB] = offsetof(struct mem_stats, slab), [MEM_PAGE_CACHE] = offsetof(struct mem_stats, page_cache),
		[MEM_ANON] = offsetof(struct mem_stats, anon), [MEM_PAGE_TABLES] = offsetof(struct mem_stats, page_tables),
		[MEM_KERNEL_STACKS] = offsetof(struct mem_stats, kernel_stacks),
		[MEM_VMALLOC] = offsetof(struct mem_stats, vmalloc), [MEM_SHMEM] = offsetof(struct mem_stats, shmem),
		[MEM_DIRTY] = offsetof(struct mem_stats, dirty), [MEM_WRITEBACK] = offsetof(struct mem_stats, writeback),
	};
	unsigned i;

	s->total = total_frames;
	s->free = nr_free_pages;
	s->reserved = reserved_frames;
	s->unused_high = high_frames;
	for (i = 0; i < MEM_COUNTERS; i++)
		*(unsigned long *)((char *)s + offset[i]) = (unsigned long)max(0, atomic_read(&mem_counters[i]));
}

/* Whole frames of a region within the direct map, as [*first, *end). Counts what lies beyond. */
static bool __init region_frames(const struct mem_region *r, unsigned long *first, unsigned long *end, bool count)
{
	phys_t s = ALIGN_UP(r->start, (phys_t)PAGE_SIZE), e = r->end & ~(phys_t)(PAGE_SIZE - 1);

	if (s < PAGE_SIZE)
		s = PAGE_SIZE;	/* frame 0: real-mode vectors, and never to be confused with "none" */
	if (e > DIRECT_MAP_SIZE) {
		if (count && e > s)
			high_frames += (unsigned long)((e - max(s, (phys_t)DIRECT_MAP_SIZE)) >> PAGE_SHIFT);
		e = DIRECT_MAP_SIZE;
	}
	if (s >= e)
		return false;
	*first = (unsigned long)(s >> PAGE_SHIFT);
	*end = (unsigned long)(e >> PAGE_SHIFT);
	return true;
}

/* Frees [pfn, end) in the largest aligned blocks. */
static void __init free_range(unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned order = pfn ? (unsigned)__builtin_ctzl(pfn) : MAX_ORDER, i;

		if (order > MAX_ORDER)
			order = MAX_ORDER;
		while (pfn + (1ul << order) > end)
			order--;
		for (i = 0; i < 1u << order; i++)
			mem_map[pfn + i].flags = 0;
		buddy_free(mem_map + pfn, order);
		nr_free_pages += 1ul << order;
		total_frames += 1ul << order;
		pfn += 1ul << order;
	}
}

void __init mm_init_frames(const struct mem_region *regions, unsigned n, phys_t kernel_end)
{
	unsigned long first, end, i, table_pfn = 0, table_frames;
	unsigned r;

	for (i = 0; i <= MAX_ORDER; i++)
		list_init(&free_area[i].blocks);
	for (r = 0; r < n; r++)
		if (region_frames(&regions[r], &first, &end, true) && end > max_pfn)
			max_pfn = end;
	table_frames = (max_pfn * sizeof(struct page) + PAGE_SIZE - 1) >> PAGE_SHIFT;
	for (r = 0; r < n && !table_pfn; r++) {
		if (!region_frames(&regions[r], &first, &end, false))
			continue;
		first = max(first, (unsigned long)((kernel_end + PAGE_SIZE - 1) >> PAGE_SHIFT));
		if (first + table_frames < end)
			table_pfn = first;
	}
	if (!table_pfn)
		panic("no memory for the frame table: %lu KiB in one piece are needed", table_frames * 4);
	mem_map = phys_to_virt((phys_t)table_pfn << PAGE_SHIFT);
	memset(mem_map, 0, table_frames << PAGE_SHIFT);
	for (i = 0; i < max_pfn; i++) {
		mem_map[i].flags = BIT(PG_RESERVED);
		atomic_set(&mem_map[i].refcount, 1);
	}
	for (r = 0; r < n; r++) {
		if (!region_frames(&regions[r], &first, &end, false))
			continue;
		if (table_pfn >= first && table_pfn < end) {
			free_range(first, table_pfn);
			first = table_pfn + table_frames;
		}
		free_range(first, end);
	}
	reserved_frames = max_pfn - total_frames;
	mark_user = min_t(unsigned long, max_t(unsigned long, total_frames / 64, 64), 1024);
	mark_kernel = mark_user / 2;
	mark_atomic = mark_kernel / 4;
	mark_low = mark_user + mark_user / 4;
	mark_high = mark_user + mark_user / 2;
	pr_info("memory: %lu KiB usable, frame table %lu KiB\n", total_frames * 4, table_frames * 4);
	if (total_frames < MIN_USEFUL)
		pr_warn("memory: less than %lu MiB: programs may find none left\n", MIN_USEFUL >> (20 - PAGE_SHIFT));
	if (high_frames)
		pr_notice("memory: %lu MiB beyond the direct map are not used\n", high_frames >> (20 - PAGE_SHIFT));
}
