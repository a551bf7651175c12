/*
 * Swap: places on disks where pages of processes and of tmpfs go when memory is short.
 *
 * An entry (swp_t) names a slot of an area; 0 is none. A slot counts the page-table entries and tmpfs inodes that refer
 * to it; a page of the swap cache (PG_SWAPCACHE, page->private its entry) keeps it taken as well. A page in the swap
 * cache that is not PG_DIRTY and whose entries are not dirty is what the slot holds.
 *
 * Locks: s swap_lock (RANK_SWAP), p page lock, I immutable while the area is on
 */
#ifndef MM_SWAP_H
#define MM_SWAP_H

#include <core/list.h>
#include <core/radix.h>
#include <core/spinlock.h>
#include <mm/page.h>

typedef u32 swp_t;
#define SWP_TYPES	32u
#define SWP_OFFSET_BITS	27u
static inline swp_t swp_make(unsigned type, unsigned long offset) { return type << SWP_OFFSET_BITS | (swp_t)offset; }
static inline unsigned swp_type(swp_t e) { return e >> SWP_OFFSET_BITS; }
static inline unsigned long swp_offset(swp_t e) { return e & ((1ul << SWP_OFFSET_BITS) - 1); }

struct file;
struct bio;
struct block_device;

/* Slots [first, first + n) lie in order from this sector on. */
struct swap_extent {
	unsigned long first, n;
	sector_t sector;
};

#define SLOT_CACHED	0x8000u		/* in the swap cache */
#define SLOT_BAD	0xffffu		/* not to be used */
#define SLOT_MAX	0x7ffeu		/* references */

struct swap_area {
	struct list_head link;		/* s by priority, highest first */
	unsigned type;			/* I */
	int priority;			/* I */
	bool going;			/* s swapoff: no new slots */
	unsigned long max;		/* I slots, the header's included */
	unsigned long total, used;	/* I usable ones; s */
	unsigned long next, run;	/* s where to look, slots left of the current run */
	unsigned long lowest;		/* s no free slot below */
	u16 *map;			/* s */
	struct radix_root cache;	/* s pages by slot */
	struct file *file;		/* I */
	struct block_device *bdev;	/* I */
	bool device;			/* I a partition, not a file */
	struct swap_extent *extents;	/* I by slot */
	unsigned nr_extents;		/* I */
	char name[64];			/* I as /proc/swaps shows it */
};

extern spinlock_t swap_lock;
extern struct list_head swap_areas;	/* s */
extern struct swap_area *swap_area_of[SWP_TYPES];	/* s */

/* mm/swap_slots.c. Any of these may be called with page_table_lock held. */
swp_t swap_alloc(void);			/* a slot for the swap cache; 0: full */
bool swap_dup(swp_t e);			/* one more reference; false: too many */
void swap_free(swp_t e);		/* one less; with the last the page in the cache goes, too, if it can */
void swap_slot_put(swp_t e, u16 what);	/* s what: 1 or SLOT_CACHED */
unsigned swap_count(swp_t e);		/* references; the cache does not count */
bool swap_is_tight(void);		/* more than half full: better free slots than keep copies */
bool swap_has_room(void);
void swap_totals(unsigned long *total, unsigned long *free);	/* pages */

void swap_area_on(struct swap_area *a);		/* its slots are given out from here on */
void swap_area_going(struct swap_area *a);	/* no more; it does not count any more */

/* mm/swap_cache.c */
struct page *swap_cache_get(swp_t e);	/* referenced; NULL */
int swap_cache_add(struct page *p, swp_t e);	/* p locked; the slot is SLOT_CACHED; 0, -EEXIST, -ENOMEM */
void swap_cache_del(struct page *p);	/* p locked, not under write-back */
bool swap_add_page(struct page *p);	/* p locked, anonymous: gets a slot; false: none */
void swap_drop_page(struct page *p);	/* referenced: leaves the cache if nobody refers to its slot any more */
void swap_drop_cache(unsigned type);	/* an area that goes: every page of it leaves the cache; sleeps */
void swap_drop_orphans(void);		/* every such page; sleeps */
struct page *swap_read_around(swp_t e);	/* the page, locked by its read or done; ERR_PTR(-ENOMEM); NULL: the slot is free */
extern atomic_t swap_cached;		/* pages in the cache */

/* block/swap_io.c. Pages locked; both unlock. */
void swap_write(struct page *p, swp_t e, struct bio **batch);	/* PG_DIRTY cleared; *batch: what follows on the disk goes together */
void swap_submit(struct bio **batch);
int swap_read(struct page *p, swp_t e, struct bio **batch);

/* mm/swap_off.c */
int swap_unuse(unsigned type);		/* everything that the area holds comes back; sleeps; 0, -EINTR, -ENOMEM */
int shmem_unuse(unsigned type);		/* fs/tmpfs: its part */
bool shmem_swap_out(struct page *p, struct bio **batch);	/* fs/tmpfs: locked, unmapped, dirty; true: on its way, unlocked */

#endif
