/*
 * Bios: making, checking, splitting what a request cannot hold, and waiting.
 *
 * Invariant: a submitted bio is the block layer's until its end_io() has been called, exactly once. Sectors beyond the
 * device and malformed bios end with -EIO; they never reach a driver.
 */
#include <block/internal.h>
#include <abi/errno.h>
#include <core/atomic.h>
#include <core/printk.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/task.h>

#define SECTOR_SHIFT 9

void bio_init(struct bio *b, struct bio_vec *vec, unsigned vecs)
{
	memset(b, 0, sizeof(*b));
	b->vec = vec ? vec : b->inline_vec;
	b->vmax = (u16)(vec ? vecs : ARRAY_SIZE(b->inline_vec));
}

struct bio *bio_alloc(unsigned vecs, unsigned gfp)
{
	size_t extra = vecs > ARRAY_SIZE(((struct bio *)0)->inline_vec) ? vecs * sizeof(struct bio_vec) : 0;
	struct bio *b;

	if (vecs > 0xffff)
		return NULL;
	b = kmalloc(sizeof(*b) + extra, gfp);
	if (b)
		bio_init(b, extra ? (struct bio_vec *)(b + 1) : NULL, vecs);
	return b;
}

bool bio_add(struct bio *b, struct page *p, u32 offset, u32 len)
{
	if (b->vcnt == b->vmax)
		return false;
	b->vec[b->vcnt++] = (struct bio_vec){ .page = p, .offset = offset, .len = len };
	b->bytes += len;
	return true;
}

void bio_free(struct bio *b)
{
	kfree(b);
}

void bio_done(struct bio *b, int status)
{
	b->status = status;
	b->end_io(b);
}

/* ---- splitting ---- */

/* A bio too large for one request goes as parts, each a bio of its own. */
struct split {
	struct bio *parent;
	atomic_t left;
	int status;
};

static void part_end(struct bio *part)
{
	struct split *s = part->private;

	if (part->status)
		s->status = part->status;
	bio_free(part);
	if (atomic_dec_and_test(&s->left)) {
		bio_done(s->parent, s->status);
		kfree(s);
	}
}

/* The next part of b from its vector *at on, or NULL: no memory. */
static struct bio *cut(struct bio *b, unsigned *at, u32 *offset, sector_t sector)
{
	struct disk *d = b->bdev->disk;
	u32 room = d->max_sectors << SECTOR_SHIFT;
	unsigned vecs = min_t(unsigned, b->vcnt - *at, d->max_segments);
	struct bio *part = bio_alloc(vecs, GFP_NOFS);

	if (!part)
		return NULL;
	part->bdev = b->bdev;
	part->sector = sector;
	part->op = b->op;
	part->end_io = part_end;
	while (*at < b->vcnt && part->vcnt < vecs && room) {
		struct bio_vec *v = &b->vec[*at];
		u32 len = min(v->len - *offset, room);

		bio_add(part, v->page, v->offset + *offset, len);
		room -= len;
		*offset += len;
		if (*offset == v->len) {
			(*at)++;
			*offset = 0;
		}
	}
	return part;
}

static void submit_split(struct bio *b)
{
	struct split *s = kmalloc(sizeof(*s), GFP_NOFS);
	sector_t sector = b->sector;
	unsigned at = 0;
	u32 offset = 0;

	if (!s) {
		bio_done(b, -ENOMEM);
		return;
	}
	*s = (struct split){ .parent = b, .left = ATOMIC_INIT(1) };
	while (at < b->vcnt) {
		struct bio *part = cut(b, &at, &offset, sector);

		if (!part) {
			s->status = -ENOMEM;
			break;
		}
		/* Each part is durable by itself: the parent is when all are. */
		part->preflush = b->preflush && sector == b->sector;
		part->fua = b->fua;
		part->private = s;
		sector += part->bytes >> SECTOR_SHIFT;
		atomic_inc(&s->left);
		queue_add(b->bdev->disk->queue, part);
	}
	if (atomic_dec_and_test(&s->left)) {
		bio_done(b, s->status);
		kfree(s);
	}
}

/* ---- submitting ---- */

static int check(const struct bio *b)
{
	const struct block_device *dev = b->bdev;
	u64 sectors = b->bytes >> SECTOR_SHIFT;

	if (dev->disk->removed)
		return -ENODEV;
	if (b->op == BIO_FLUSH)
		return 0;
	if (b->op == BIO_DISCARD)
		return -EOPNOTSUPP;
	if (!b->bytes || (b->bytes & 511) || !b->vcnt)
		return -EIO;
	if (b->sector >= dev->sectors || sectors > dev->sectors - b->sector)
		return -EIO;
	if (b->op == BIO_WRITE && dev->disk->readonly)
		return -EROFS;
	return 0;
}

void bio_submit(struct bio *b)
{
	struct disk *d = b->bdev->disk;
	int error = check(b);

	if (!error && b->op == BIO_READ)
		current->io_read_bytes += b->bytes;
	if (error)
		bio_done(b, error);
	else if (b->bytes > d->max_sectors << SECTOR_SHIFT || b->vcnt > d->max_segments)
		submit_split(b);
	else
		queue_add(d->queue, b);
}

static void wake_waiter(struct bio *b)
{
	complete(b->private);
}

int bio_submit_wait(struct bio *b)
{
	struct completion done;

	completion_init(&done);
	b->private = &done;
	b->end_io = wake_waiter;
	bio_submit(b);
	/* The driver's interrupt, its timeout or disk_remove() ends it. */
	wait_for_completion(&done);
	return b->status;
}

int bdev_flush(struct block_device *bdev)
{
	struct bio b;

	bio_init(&b, NULL, 0);
	b.bdev = bdev;
	b.op = BIO_FLUSH;
	return bio_submit_wait(&b);
}
