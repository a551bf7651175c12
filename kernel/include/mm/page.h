/*
 * Page frames. One struct page per frame of usable memory; the buddy allocator hands out 2^order aligned frames.
 * All frames lie in the direct map: page_address() always works.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <core/list.h>
#include <core/atomic.h>
#include <arch/layout.h>

struct address_space;
struct kmem_cache;

/*
 * Locks: a atomic, p page lock (PG_LOCKED), m mapping lock, l lru lock, o whoever owns the frame
 */
struct page {
	unsigned long flags;		/* a PG_* bits */
	atomic_t refcount;		/* a 0: free or in the allocator */
	atomic_t mapcount;		/* a how many page table entries map it */
	union {
		struct address_space *mapping;	/* m page cache; anonymous: struct anon_vma with PAGE_MAPPING_ANON */
		struct kmem_cache *slab_cache;	/* o PG_SLAB */
		struct page *head;		/* o PG_TAIL: first page of the block */
	};
	union {
		unsigned long index;		/* m offset in the mapping, in pages */
		unsigned long slab_used;	/* o PG_SLAB: objects handed out */
	};
	struct list_head lru;		/* l, or the allocator's free list, or o */
	union {
		unsigned long private;		/* o buffers, swap entry, order of a free block or of a PG_HEAD block */
		void *slab_free;		/* o PG_SLAB: first free object */
	};
};

enum page_flag {
	PG_LOCKED, PG_UPTODATE, PG_DIRTY, PG_WRITEBACK, PG_ERROR, PG_REFERENCED, PG_ACTIVE, PG_LRU,
	PG_BUDDY, PG_SLAB, PG_RESERVED, PG_HEAD, PG_TAIL, PG_SWAPCACHE, PG_SWAPBACKED, PG_BUFFERS, PG_MLOCKED, PG_PAGETABLE,
	PG_ANON, PG_READAHEAD,
};

extern struct page *mem_map;
extern unsigned long max_pfn;		/* frames in the direct map */

static inline unsigned long page_to_pfn(const struct page *p) { return (unsigned long)(p - mem_map); }
static inline struct page *pfn_to_page(unsigned long pfn) { return mem_map + pfn; }
static inline phys_t page_to_phys(const struct page *p) { return (phys_t)page_to_pfn(p) << PAGE_SHIFT; }
static inline void *phys_to_virt(phys_t p) { return (void *)((unsigned long)p + KERNEL_BASE); }
static inline phys_t virt_to_phys(const void *v) { return (phys_t)((unsigned long)v - KERNEL_BASE); }	/* direct map only */
static inline struct page *virt_to_page(const void *v) { return pfn_to_page(((unsigned long)v - KERNEL_BASE) >> PAGE_SHIFT); }
static inline void *page_address(const struct page *p) { return (void *)(KERNEL_BASE + (page_to_pfn(p) << PAGE_SHIFT)); }

#define GFP_KERNEL	0u	/* may sleep and reclaim */
#define GFP_ATOMIC	1u	/* must not sleep; may use the reserve */
#define GFP_ZERO	2u	/* zeroed */
#define GFP_USER	4u	/* for user pages: refuses earlier than the kernel's own requests */
#define GFP_NOFS	8u	/* may sleep, reclaim must not enter a filesystem */
#define GFP_NOWARN	16u
#define GFP_NOKILL	32u	/* nobody is killed for it, since that would not give back what grows here; who is dying is waited for */
#define PAGE_MAPPING_ANON 1ul	/* bit 0 of page->mapping */
#define MAX_ORDER	10	/* largest block: 4 MiB */

struct page *page_alloc(unsigned gfp, unsigned order);	/* refcount 1; NULL when out of memory */
void page_free(struct page *p, unsigned order);		/* whatever its refcount says */
void *pages_alloc(unsigned gfp, unsigned order);	/* page_address(page_alloc()) */
void pages_free(void *addr, unsigned order);
static inline void page_get(struct page *p) { atomic_inc(&p->refcount); }
void page_put_final(struct page *p);			/* refcount reached 0: page cache or anonymous page goes */
static inline void page_put(struct page *p) { if (atomic_dec_and_test(&p->refcount)) page_put_final(p); }
void pages_put(struct page **pages, unsigned n);	/* page_put() of each, faster */
void page_zero(void *addr);				/* one page; any context */
void page_copy(void *dst, const void *src);

static inline bool page_test(const struct page *p, enum page_flag f) { return test_bit(f, &p->flags); }
static inline void page_set(struct page *p, enum page_flag f) { set_bit(f, &p->flags); }
static inline void page_clear(struct page *p, enum page_flag f) { clear_bit(f, &p->flags); }
static inline bool page_test_set(struct page *p, enum page_flag f) { return test_and_set_bit(f, &p->flags); }
static inline bool page_test_clear(struct page *p, enum page_flag f) { return test_and_clear_bit(f, &p->flags); }

void page_lock(struct page *p);				/* sleeps; RANK_PAGE */
bool page_trylock(struct page *p);
void page_unlock(struct page *p);
void page_wait_writeback(struct page *p);
void page_end_writeback(struct page *p);		/* any context */
extern struct wait_queue reclaim_wait;			/* woken when some write-back ends */

struct mem_stats {
	unsigned long total, free, reserved, slab, page_cache, anon, page_tables, kernel_stacks, vmalloc, shmem, dirty, writeback;
	unsigned long unused_high;	/* frames beyond the direct map: named, not used */
};
void mem_stats(struct mem_stats *s);
extern unsigned long nr_free_pages;		/* frames in the allocator; only to read */

/* Who owns frames, for mem_stats(): each owner counts its own. Any context. */
enum mem_counter {
	MEM_SLAB, MEM_PAGE_CACHE, MEM_ANON, MEM_PAGE_TABLES, MEM_KERNEL_STACKS, MEM_VMALLOC, MEM_SHMEM, MEM_DIRTY,
	MEM_WRITEBACK, MEM_COUNTERS
};
extern atomic_t mem_counters[MEM_COUNTERS];
static inline void mem_count(enum mem_counter c, int frames) { atomic_add(frames, &mem_counters[c]); }

/* Free blocks of each order, for /proc/buddyinfo. */
unsigned long buddy_free_blocks(unsigned order);

/*
 * Shrinkers: caches that give memory back. scan() frees up to n objects, returns how many; may sleep unless gfp
 * says otherwise.
 */
struct shrinker {
	const char *name;
	unsigned long (*count)(void);
	unsigned long (*scan)(unsigned long n, unsigned gfp);
	struct list_head link;
};
void shrinker_register(struct shrinker *s);	/* for ever; during start-up */
/* Asks the shrinkers for about n frames; what came back. Sleeps unless gfp forbids (then 0). */
unsigned long reclaim_frames(unsigned long n, unsigned gfp);
void reclaim_drop_caches(bool pages, bool objects);	/* what is clean of files; what shrinkers hold; sleeps */
bool reclaim_pages(struct page **pages, unsigned n);	/* these first, as far as they are not in use; sleeps */
extern int vm_swappiness;
/* True when free frames are below what user allocations keep: caches should not grow now. */
bool memory_is_low(void);
/*
 * True when so little of files is cached that taking more of it for user memory (GFP_USER) would only have programs read
 * their own text again and again: such requests fail instead, and somebody is killed.
 */
bool page_cache_minimal(void);

#endif
