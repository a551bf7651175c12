/*
 * Getting memory back: pages from the tails of the inactive lists, and a share of what each registered cache holds.
 *
 * Two do this: the thread kswapd, when free frames fall below a mark, until they are above another; and whoever finds
 * none left (direct reclaim). Both have PF_MEMALLOC meanwhile: their own allocations take from the reserve and never
 * come back here. Nothing here waits for a lock that a page's user may hold: pages are taken only if their lock is free,
 * dirty pages of files are left to the write-back thread, and waits for the disk end after a while in any case.
 */
#include <core/init.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/time.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <mm/lru.h>
#include <mm/swap.h>
#include <mm/vmstat.h>
#include <sched/task.h>
#include "internal.h"

#define BATCH		32
#define PRIORITIES	6
#define WAIT_MAX	(50 * NSEC_PER_MSEC)

struct reclaim {
	unsigned gfp;
	unsigned long target, freed, scanned, busy;	/* busy: pages under write-back */
	struct bio *batch;		/* swap writes that may grow */
	bool kick;			/* dirty pages of files stand in the way */
	bool drop;			/* drop_caches: pages of files go if they are clean, used or not */
};

int vm_swappiness = 60;
atomic_t vm_events[VM_EVENTS];
DEFINE_WAIT_QUEUE(reclaim_wait);	/* some write-back has ended */
static DEFINE_WAIT_QUEUE(kswapd_wait);
static bool kswapd_wanted;
static LIST_HEAD(shrinkers);		/* registered during start-up, for ever */
/* How pages fared lately: of those looked at, how many had been used and stayed. Halved now and then. */
static struct { unsigned long scanned, kept; } recent[2];

void shrinker_register(struct shrinker *s)
{
	list_add_tail(&s->link, &shrinkers);
}

/* ---- one page ---- */

enum verdict { KEEP, ACTIVATE, GONE, UNDER_WAY };	/* UNDER_WAY: being written, unlocked */

static enum verdict shrink_anon(struct reclaim *r, struct page *p)
{
	unsigned vm_flags;

	if (page_referenced(p, &vm_flags) || (vm_flags & VM_LOCKED))
		return ACTIVATE;
	if (!page_test(p, PG_SWAPCACHE)) {
		if (!atomic_read(&p->mapcount))
			return KEEP;		/* just being made, or just going */
		if (!swap_add_page(p))
			return ACTIVATE;
	}
	if (atomic_read(&p->mapcount) && !page_unmap_anon(p))
		return ACTIVATE;
	if (!page_test(p, PG_UPTODATE))
		return KEEP;			/* could not be read */
	if (page_test(p, PG_DIRTY) && swap_count((swp_t)p->private)) {
		page_clear(p, PG_DIRTY);
		swap_write(p, (swp_t)p->private, &r->batch);
		return UNDER_WAY;
	}
	if (atomic_read(&p->refcount) != 2)	/* the cache's and ours */
		return KEEP;
	swap_cache_del(p);
	return GONE;
}

/* A page given up by MADV_FREE: it goes as it is, unless it has been written to since. */
static enum verdict shrink_given_up(struct page *p)
{
	bool keep = page_test(p, PG_DIRTY);
	unsigned vm_flags;

	if (page_referenced(p, &vm_flags))
		return ACTIVATE;
	if (!keep && !(vm_flags & VM_LOCKED) && page_discard(p, &keep)) {
		vm_event(PGLAZYFREED, 1);
		return GONE;
	}
	if (!keep && !(vm_flags & VM_LOCKED))
		return KEEP;
	lru_swap_backed(p, true);
	return ACTIVATE;
}

static enum verdict shrink_shmem(struct reclaim *r, struct page *p)
{
	struct address_space *m = p->mapping;
	unsigned vm_flags;

	if (m->unevictable || page_referenced(p, &vm_flags) || page_test_clear(p, PG_REFERENCED))
		return ACTIVATE;
	if (atomic_read(&p->mapcount) > 0)
		vm_unmap_mapping(m, p->index, p->index + 1, false);
	if (atomic_read(&p->mapcount) > 0)
		return ACTIVATE;
	if (page_test(p, PG_DIRTY))
		return shmem_swap_out(p, &r->batch) ? UNDER_WAY : ACTIVATE;
	return pagecache_reclaim(p, r->gfp) ? GONE : KEEP;
}

static bool may_take_files(const struct reclaim *r)
{
	return !(r->gfp & GFP_USER) || !page_cache_minimal();
}

static enum verdict shrink_file(struct reclaim *r, struct page *p)
{
	unsigned vm_flags, used;

	if (!may_take_files(r))
		return KEEP;
	if (p->mapping->unevictable)
		return ACTIVATE;		/* a hole of a locked segment */
	used = (unsigned)page_referenced(p, &vm_flags);
	if (used && !r->drop) {
		bool again = page_test_set(p, PG_REFERENCED);

		return again || used > 1 || (vm_flags & VM_EXEC) ? ACTIVATE : KEEP;
	}
	page_clear(p, PG_REFERENCED);
	if (page_test(p, PG_DIRTY)) {
		r->kick |= p->mapping->ops && p->mapping->ops->writepage;
		return KEEP;
	}
	return pagecache_reclaim(p, r->gfp) ? GONE : KEEP;
}

static enum verdict shrink_page(struct reclaim *r, struct page *p)
{
	if (page_test(p, PG_WRITEBACK)) {
		r->busy++;
		return KEEP;
	}
	if (page_test(p, PG_ANON))
		return page_test(p, PG_SWAPBACKED) ? shrink_anon(r, p) : shrink_given_up(p);
	if (!p->mapping)
		return KEEP;			/* leaving its file */
	return page_test(p, PG_SWAPBACKED) ? shrink_shmem(r, p) : shrink_file(r, p);
}

/* ---- lists ---- */

static void shrink_inactive(struct reclaim *r, enum lru_list l, unsigned max)
{
	struct page *pages[BATCH];
	unsigned seen, n = lru_take(l, pages, min(max, (unsigned)BATCH), &seen), i, kept = 0;

	for (i = 0; i < n; i++) {
		struct page *p = pages[i];
		enum verdict v = shrink_page(r, p);

		if (v == ACTIVATE) {
			lru_activate(p, true);
			kept++;
		}
		if (v == GONE)
			r->freed++;
		if (v != UNDER_WAY)
			page_unlock(p);
		page_put(p);
	}
	r->scanned += seen;
	recent[l == LRU_FILE].scanned += n;
	recent[l == LRU_FILE].kept += kept;
	vm_event(PGACTIVATE, (int)kept);
}

static void shrink_active(enum lru_list l, unsigned max)
{
	struct page *pages[BATCH];
	unsigned seen, n = lru_take(l, pages, min(max, (unsigned)BATCH), &seen), i, vm_flags;

	for (i = 0; i < n; i++) {
		struct page *p = pages[i];

		/* Programs' text stays while it is used. */
		if (!(page_referenced(p, &vm_flags) && l == LRU_FILE_ACTIVE && (vm_flags & VM_EXEC))) {
			lru_activate(p, false);
			vm_event(PGDEACTIVATE, 1);
		}
		page_unlock(p);
		page_put(p);
	}
	vm_event(PGREFILL, (int)seen);
}

/* Looks at n pages of one class: LRU_ANON or LRU_FILE. */
static void shrink_class(struct reclaim *r, enum lru_list l, unsigned n)
{
	if (lru_size[l] < lru_size[l + 1] || lru_size[l] < BATCH)
		shrink_active(l + 1, n);
	shrink_inactive(r, l, n);
}

static bool may_look_at_files(const struct reclaim *r)
{
	return lru_given_up || may_take_files(r);
}

/* How many pages of each class to look at: by size, by swappiness, and by how much of what was looked at stayed. */
static void shares(const struct reclaim *r, unsigned priority, unsigned long n[2])
{
	unsigned long size[2] = { lru_size[LRU_ANON] + lru_size[LRU_ANON_ACTIVE], lru_size[LRU_FILE] + lru_size[LRU_FILE_ACTIVE] };
	unsigned weight[2] = { (unsigned)vm_swappiness, 200 - (unsigned)vm_swappiness };
	unsigned long value[2];

	for (unsigned i = 0; i < 2; i++) {
		if (recent[i].scanned > 4096) {
			recent[i].scanned /= 2;
			recent[i].kept /= 2;
		}
		value[i] = weight[i] * (recent[i].scanned + 1) / (recent[i].kept + 1) + 1;
	}
	if (!swap_has_room())
		value[0] = 0;
	if (!may_look_at_files(r))
		value[1] = 0;
	for (unsigned i = 0; i < 2; i++) {
		unsigned long part = max(size[i] >> priority, min(size[i], (unsigned long)BATCH));

		n[i] = value[i] ? max((unsigned long)div_u64((u64)part * value[i] * 2, (u32)(value[0] + value[1])), 1ul) : 0;
		n[i] = min(n[i], size[i]);
	}
	if (priority == 0) {
		n[0] = value[0] ? size[0] : 0;
		n[1] = value[1] ? size[1] : 0;
	}
}

static void shrink_lists(struct reclaim *r, unsigned priority)
{
	unsigned long n[2];

	shares(r, priority, n);
	while ((n[0] || n[1]) && r->freed < r->target) {
		for (unsigned i = 0; i < 2; i++) {
			unsigned part = (unsigned)min(n[i], (unsigned long)BATCH);

			if (!part || (i && !may_look_at_files(r))) {
				n[i] = 0;
				continue;
			}
			shrink_class(r, i ? LRU_FILE : LRU_ANON, part);
			n[i] -= part;
		}
	}
	swap_submit(&r->batch);
}

static unsigned long shrink_objects(unsigned priority, unsigned gfp)
{
	unsigned long objects = 0;
	struct shrinker *s;

	list_for_each_entry(s, &shrinkers, link) {
		unsigned long have = s->count();

		if (have >> priority)
			objects += s->scan(have >> priority, gfp);
	}
	kmem_shrink();
	return objects;
}

/* Until some write-back ends, or a while. True if there is any, or pages that the write-back thread has been asked for. */
static bool wait_for_disk(bool asked)
{
	struct wait_entry w;

	if (!asked && atomic_read(&mem_counters[MEM_WRITEBACK]) <= 0)
		return false;
	wait_entry_init(&w, false);
	prepare_to_wait(&reclaim_wait, &w, TASK_UNINTERRUPTIBLE);
	if (asked || atomic_read(&mem_counters[MEM_WRITEBACK]) > 0)
		(void)schedule_timeout(WAIT_MAX);	/* whichever comes first: the caller looks again */
	finish_wait(&reclaim_wait, &w);
	return true;
}

/* Frames freed, and 1 when none were but waiting was worth it. */
static unsigned long reclaim(unsigned long n, unsigned gfp)
{
	struct reclaim r = { .gfp = gfp, .target = n };
	unsigned long before = nr_free_pages, objects = 0;
	bool waited = false;
	int priority;

	for (priority = PRIORITIES; priority >= 0 && r.freed < n; priority--) {
		shrink_lists(&r, (unsigned)priority);
		if (r.freed < n)
			objects += shrink_objects((unsigned)priority, gfp);
		if (r.kick)
			writeback_wakeup();
		if (nr_free_pages >= before + n)
			break;
		if (r.freed < n && priority < PRIORITIES - 1)
			waited |= wait_for_disk(r.kick);
	}
	vm_event(current->flags & PF_KTHREAD ? PGSCAN_KSWAPD : PGSCAN_DIRECT, (int)r.scanned);
	vm_event(current->flags & PF_KTHREAD ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT, (int)r.freed);
	if (r.freed || nr_free_pages > before)
		return max(r.freed, 1ul);
	return objects || waited;
}

unsigned long reclaim_frames(unsigned long n, unsigned gfp)
{
	unsigned long freed;

	if ((gfp & GFP_ATOMIC) || (current->flags & PF_MEMALLOC))
		return 0;
	if (current->journal_info)
		gfp |= GFP_NOFS;	/* within a transaction: the filesystem must not be entered again */
	vm_event(ALLOCSTALL, 1);
	current->flags |= PF_MEMALLOC;
	freed = reclaim(n, gfp);
	current->flags &= ~PF_MEMALLOC;
	return freed;
}

void reclaim_drop_caches(bool pages, bool objects)
{
	struct reclaim r = { .gfp = GFP_KERNEL, .target = ~0ul, .drop = true };

	current->flags |= PF_MEMALLOC;
	if (objects)
		(void)shrink_objects(0, GFP_KERNEL);
	for (unsigned long n = pages ? lru_size[LRU_FILE_ACTIVE] : 0; n; n -= min(n, (unsigned long)BATCH))
		shrink_active(LRU_FILE_ACTIVE, BATCH);
	for (unsigned long n = pages ? lru_size[LRU_FILE] : 0; n; n -= min(n, (unsigned long)BATCH))
		shrink_inactive(&r, LRU_FILE, BATCH);
	current->flags &= ~PF_MEMALLOC;
}

bool reclaim_pages(struct page **pages, unsigned n)
{
	struct reclaim r = { .gfp = GFP_KERNEL, .target = n };

	current->flags |= PF_MEMALLOC;
	for (unsigned i = 0; i < n; i++) {
		enum verdict v;

		if (!page_trylock(pages[i]))
			continue;
		v = shrink_page(&r, pages[i]);
		r.freed += v == GONE;
		if (v != UNDER_WAY)
			page_unlock(pages[i]);
	}
	swap_submit(&r.batch);
	current->flags &= ~PF_MEMALLOC;
	return r.freed > 0;
}

/* ---- kswapd ---- */

void kswapd_wake(void)
{
	WRITE_ONCE(kswapd_wanted, true);
	if (wait_queue_active(&kswapd_wait))
		wake_up_all(&kswapd_wait);
}

static void kswapd(void *arg)
{
	(void)arg;
	current->flags |= PF_MEMALLOC;
	while (!kthread_should_stop()) {
		(void)wait_event_interruptible(&kswapd_wait, READ_ONCE(kswapd_wanted) || kthread_should_stop());
		kswapd_wanted = false;
		vm_event(PAGEOUTRUN, 1);
		while (nr_free_pages < mark_high && !kthread_should_stop()) {
			/* Without progress it is for direct reclaim, and then for the OOM killer, to go further. */
			if (!reclaim(mark_high - nr_free_pages, GFP_USER)) {
				sleep_ns(100 * NSEC_PER_MSEC);
				break;
			}
		}
	}
}

static int __init kswapd_init(void)
{
	struct task *t = kthread_run(kswapd, NULL, "kswapd0");

	return IS_ERR(t) ? (int)PTR_ERR(t) : 0;
}
bus_initcall(kswapd_init);
