/*
 * Swap areas and the disk: pages go straight between memory and the sectors that an area's extents name; a swap file's
 * filesystem has no part in it. Runs of slots go as one bio.
 *
 * A page that is read stays locked, and one that is written PG_WRITEBACK, until the completion; both keep it in its cache.
 */
#include <abi/errno.h>
#include <block/bio.h>
#include <core/printk.h>
#include <mm/lru.h>
#include <mm/swap.h>
#include <mm/vmstat.h>

#define BATCH	32
#define SECTORS	(PAGE_SIZE / 512)

static sector_t sector_of(const struct swap_area *a, unsigned long slot)
{
	unsigned low = 0, high = a->nr_extents;

	while (high - low > 1) {
		unsigned mid = (low + high) / 2;

		if (a->extents[mid].first <= slot)
			low = mid;
		else
			high = mid;
	}
	ASSERT(slot - a->extents[low].first < a->extents[low].n);
	return a->extents[low].sector + (sector_t)(slot - a->extents[low].first) * SECTORS;
}

static void __cold report(const struct bio *b)
{
	static unsigned reports;

	if (reports++ < 10)
		pr_err("swap: %s of sector %llu of %s fails, error %d\n", b->op == BIO_READ ? "reading" : "writing",
		       (unsigned long long)b->sector, b->bdev->name, -b->status);
}

static void read_done(struct bio *b)
{
	if (b->status)
		report(b);
	for (unsigned i = 0; i < b->vcnt; i++) {
		struct page *p = b->vec[i].page;

		if (b->status)
			page_set(p, PG_ERROR);
		else
			page_set(p, PG_UPTODATE);
		page_unlock(p);
	}
	bio_free(b);
}

static void write_done(struct bio *b)
{
	if (b->status)
		report(b);
	for (unsigned i = 0; i < b->vcnt; i++) {
		struct page *p = b->vec[i].page;

		if (b->status) {
			page_set(p, PG_DIRTY);		/* memory has the only copy */
			lru_activate(p, true);
		} else {
			lru_rotate(p);			/* it can go at once */
		}
		page_end_writeback(p);
	}
	bio_free(b);
}

void swap_submit(struct bio **batch)
{
	if (*batch)
		bio_submit(*batch);
	*batch = NULL;
}

/* A place in a bio for the page: *batch if it goes on there. false: no memory. */
static bool add_page(struct page *p, swp_t e, struct bio **batch, enum bio_op op)
{
	const struct swap_area *a = swap_area_of[swp_type(e)];
	sector_t sector = sector_of(a, swp_offset(e));
	struct bio *b = *batch;

	if (b && (b->bdev != a->bdev || b->op != op || b->sector + b->bytes / 512 != sector || b->vcnt == b->vmax)) {
		swap_submit(batch);
		b = NULL;
	}
	if (!b) {
		b = bio_alloc(BATCH, GFP_NOFS | GFP_NOWARN);
		if (!b)
			b = bio_alloc(1, GFP_NOFS);
		if (!b)
			return false;
		b->bdev = a->bdev;
		b->sector = sector;
		b->op = op;
		b->end_io = op == BIO_READ ? read_done : write_done;
		*batch = b;
	}
	return bio_add(b, p, 0, PAGE_SIZE);
}

int swap_read(struct page *p, swp_t e, struct bio **batch)
{
	page_clear(p, PG_ERROR);
	if (!add_page(p, e, batch, BIO_READ)) {
		page_unlock(p);
		return -ENOMEM;
	}
	vm_event(PSWPIN, 1);
	return 0;
}

void swap_write(struct page *p, swp_t e, struct bio **batch)
{
	page_test_set(p, PG_WRITEBACK);
	mem_count(MEM_WRITEBACK, 1);
	if (!add_page(p, e, batch, BIO_WRITE)) {
		page_set(p, PG_DIRTY);
		page_end_writeback(p);
	} else {
		vm_event(PSWPOUT, 1);
	}
	page_unlock(p);
}
