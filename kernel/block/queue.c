/*
 * Request queue of a disk: merges bios into requests, sorts them by sector, runs one at a time, sequences flushes.
 *
 *   sorted    data requests by first sector, served in one direction from the last position on (C-LOOK), unless the
 *             oldest has waited too long. Reads come first, since somebody waits for each; after READS_IN_ROW of them
 *             a write has its turn. Writes leave some requests free, so that no read waits behind a full queue of them
 *   ordered   in order of submission: flushes, writes with preflush or fua, and data that overlaps an older request
 *             (barrier: it starts when all older ones have ended)
 *
 * A flush makes durable what had completed before it was submitted. Because one request runs at a time, the drive is
 * idle when the flush command goes out: nothing in flight has to be drained. preflush and fua become the steps
 * flush, data, flush of one request, which stays the running one all the while.
 *
 * Invariant: every bio is in exactly one request's list; a request is in one of free, sorted, ordered, or is `active`.
 * end_io runs without the queue lock. Lock: RANK_QUEUE, irqsave; the driver's own lock may be taken below it.
 */
#include <block/internal.h>
#include <abi/errno.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <mm/kmalloc.h>

#define POOL 64
#define FOR_READS (POOL / 4)
#define READS_IN_ROW 16u
#define READ_PATIENCE (300 * NSEC_PER_MSEC)
#define WRITE_PATIENCE (2 * NSEC_PER_SEC)
#define DEFAULT_TIMEOUT_MS 30000u

enum { STEP_PREFLUSH, STEP_DATA, STEP_POSTFLUSH };
enum { ST_READS, ST_READ_MERGES, ST_READ_SECTORS, ST_READ_MS, ST_WRITES, ST_WRITE_MERGES, ST_WRITE_SECTORS, ST_WRITE_MS,
	ST_IN_FLIGHT, ST_IO_MS, ST_WEIGHTED_MS };

/* Locks: l lock, I immutable */
struct request_queue {
	spinlock_t lock;
	struct disk *disk;		/* I */
	struct list_head sorted, ordered;	/* l */
	struct list_head age;		/* l sorted ones, oldest first */
	struct list_head free;		/* l */
	unsigned nr_free;		/* l */
	unsigned reads_in_row;		/* l since the last write */
	struct request *active;		/* l */
	bool blocked;			/* l the driver said -EBUSY */
	bool dead;			/* l */
	sector_t position;		/* l where the last data request ended */
	u64 seq;			/* l */
	nsec_t stamp;	/* l statistics */
	struct wait_queue wait;		/* for a free request; for the end of the last one */
	struct timer timer;
	struct request pool[POOL];
};

static sector_t end_of(const struct request *rq) { return rq->sector + rq->sectors; }

/* ---- statistics; lock held ---- */

static u32 to_ms(nsec_t ns) { return (u32)div_u64(ns, NSEC_PER_MSEC); }

static void account_time(struct request_queue *q, nsec_t now)
{
	u64 *st = q->disk->stats;

	/* Kept in nanoseconds here; disk_stats() converts. */
	if (st[ST_IN_FLIGHT]) {
		st[ST_IO_MS] += now - q->stamp;
		st[ST_WEIGHTED_MS] += (now - q->stamp) * st[ST_IN_FLIGHT];
	}
	q->stamp = now;
}

static void account_done(struct request_queue *q, const struct request *rq, nsec_t now)
{
	u64 *st = q->disk->stats;

	account_time(q, now);
	st[ST_IN_FLIGHT]--;
	if (rq->want == BIO_FLUSH)
		return;
	st += rq->want == BIO_WRITE ? ST_WRITES : ST_READS;
	st[0]++;
	st[2] += rq->sectors;
	st[3] += now - rq->queued;
}

void disk_stats(struct disk *d, u64 out[11])
{
	static const u8 times[] = { ST_READ_MS, ST_WRITE_MS, ST_IO_MS, ST_WEIGHTED_MS };
	unsigned long flags;

	spin_lock_irqsave(&d->queue->lock, flags);
	account_time(d->queue, ktime_get());
	memcpy(out, d->stats, sizeof(d->stats));
	spin_unlock_irqrestore(&d->queue->lock, flags);
	for (unsigned i = 0; i < ARRAY_SIZE(times); i++)
		out[times[i]] = to_ms(out[times[i]]);
}

/* ---- choosing; lock held ---- */

static void unlink_request(struct request *rq)
{
	list_del_init(&rq->link);
	list_del_init(&rq->age_link);
}

/* Of the reads, or of the others: the oldest if it has waited long, else the next in the direction. */
static struct request *pick_of(struct request_queue *q, bool reads, nsec_t patience)
{
	struct request *rq, *first = NULL;

	list_for_each_entry(rq, &q->age, age_link) {
		if ((rq->want == BIO_READ) != reads)
			continue;
		if (ktime_get() - rq->queued > patience)
			return rq;
		break;
	}
	list_for_each_entry(rq, &q->sorted, link) {
		if ((rq->want == BIO_READ) != reads)
			continue;
		if (!first)
			first = rq;
		if (rq->sector >= q->position)
			return rq;
	}
	return first;
}

/* The oldest of those from before `before`; ~0: whichever is best. */
static struct request *pick_sorted(struct request_queue *q, u64 before)
{
	struct request *rq, *read, *write;

	if (list_empty(&q->sorted))
		return NULL;
	if (before != ~0ull) {
		rq = list_first_entry(&q->age, struct request, age_link);
		return rq->seq < before ? rq : NULL;
	}
	read = pick_of(q, true, READ_PATIENCE);
	write = pick_of(q, false, WRITE_PATIENCE);
	rq = read && (!write || q->reads_in_row < READS_IN_ROW) ? read : write;
	q->reads_in_row = rq == read ? q->reads_in_row + 1 : 0;
	return rq;
}

static struct request *pick(struct request_queue *q)
{
	struct request *rq;

	if (list_empty(&q->ordered))
		return pick_sorted(q, ~0ull);
	rq = list_first_entry(&q->ordered, struct request, link);
	if (rq->barrier) {
		struct request *older = pick_sorted(q, rq->seq);

		if (older)
			return older;
	}
	return rq;
}

static void free_request(struct request_queue *q, struct request *rq)
{
	list_add(&rq->link, &q->free);
	q->nr_free++;
}

/* The active request's current step goes to the driver. False: it ended at once with *error. */
static bool start_active(struct request_queue *q, int *error)
{
	struct request *rq = q->active;
	u32 timeout = q->disk->timeout_ms ? q->disk->timeout_ms : DEFAULT_TIMEOUT_MS;
	int ret;

	rq->op = rq->step == STEP_DATA ? rq->want : BIO_FLUSH;
	rq->start = ktime_get();
	ret = q->disk->ops->start(q->disk, rq);
	if (ret == -EBUSY) {
		q->blocked = true;
		return true;
	}
	if (ret) {
		*error = ret;
		return false;
	}
	if (!q->timer.armed)
		timer_arm(&q->timer, rq->start + timeout * NSEC_PER_MSEC);
	return true;
}

/* All bios of rq end with status: moved to `done`, status noted in each. */
static void finish(struct request_queue *q, struct request *rq, int status, struct list_head *done)
{
	struct bio *b;

	list_for_each_entry(b, &rq->bios, link)
		b->status = status;
	list_splice_init(&rq->bios, done);
	account_done(q, rq, ktime_get());
	free_request(q, rq);
}

static void run(struct request_queue *q, struct list_head *done)
{
	while (!q->active && !q->blocked && !q->dead) {
		struct request *rq = pick(q);
		int error = 0;

		if (!rq)
			return;
		unlink_request(rq);
		q->active = rq;
		if (!start_active(q, &error)) {
			q->active = NULL;
			finish(q, rq, error, done);
		}
	}
}

/* Lock not held. */
static void end_bios(struct request_queue *q, struct list_head *done)
{
	if (list_empty(done))
		return;
	while (!list_empty(done)) {
		struct bio *b = list_first_entry(done, struct bio, link);

		list_del(&b->link);
		b->end_io(b);
	}
	wake_up_all(&q->wait);
}

/* ---- submission ---- */

static bool overlaps(const struct request *rq, const struct bio *b, sector_t sector, u32 sectors)
{
	return rq->want != BIO_FLUSH && (rq->want == BIO_WRITE || b->op == BIO_WRITE) && sector < end_of(rq) &&
	       rq->sector < sector + sectors;
}

static bool must_wait(struct request_queue *q, const struct bio *b, sector_t sector, u32 sectors)
{
	struct request *rq;

	list_for_each_entry(rq, &q->sorted, link) {
		if (overlaps(rq, b, sector, sectors))
			return true;
	}
	list_for_each_entry(rq, &q->ordered, link) {
		if (overlaps(rq, b, sector, sectors))
			return true;
	}
	return false;
}

static bool merge(struct request_queue *q, struct bio *b, sector_t sector, u32 sectors)
{
	struct disk *d = q->disk;
	struct request *rq;

	list_for_each_entry(rq, &q->sorted, link) {
		if (rq->want != b->op || rq->sectors + sectors > d->max_sectors || rq->segments + b->vcnt > d->max_segments)
			continue;
		if (end_of(rq) == sector) {
			list_add_tail(&b->link, &rq->bios);
		} else if (sector + sectors == rq->sector) {
			list_add(&b->link, &rq->bios);
			rq->sector = sector;
		} else {
			continue;
		}
		rq->sectors += sectors;
		rq->segments += b->vcnt;
		d->stats[b->op == BIO_WRITE ? ST_WRITE_MERGES : ST_READ_MERGES]++;
		return true;
	}
	return false;
}

static void insert_sorted(struct request_queue *q, struct request *rq)
{
	struct request *after = NULL, *p;

	list_for_each_entry_reverse(p, &q->sorted, link) {
		if (p->sector <= rq->sector) {
			after = p;
			break;
		}
	}
	list_add(&rq->link, after ? &after->link : &q->sorted);
	list_add_tail(&rq->age_link, &q->age);
}

static void fill(struct request_queue *q, struct request *rq, struct bio *b, sector_t sector, u32 sectors)
{
	bool cache = q->disk->write_cache;
	nsec_t now = ktime_get();

	*rq = (struct request){
		.want = b->op, .sector = sector, .sectors = sectors, .segments = b->vcnt, .seq = q->seq++, .queued = now,
		.fua = b->fua && cache && q->disk->fua, .step = b->preflush && cache ? STEP_PREFLUSH : STEP_DATA,
	};
	list_init(&rq->link);
	list_init(&rq->age_link);
	list_init(&rq->bios);
	list_init(&rq->rest);
	list_add(&b->link, &rq->bios);
	account_time(q, now);
	q->disk->stats[ST_IN_FLIGHT]++;
}

/* Data that needs a flush behind it, which the drive does not do by itself. */
static bool needs_postflush(const struct request_queue *q, const struct request *rq)
{
	const struct bio *b = list_first_entry(&rq->bios, struct bio, link);

	return rq->want == BIO_WRITE && b->fua && q->disk->write_cache && !q->disk->fua;
}

static void count_part(struct bio *b, u32 sectors)
{
	u64 *done = b->bdev->done + (b->op == BIO_WRITE ? 2 : 0);

	if (b->op == BIO_FLUSH)
		return;
	done[0]++;
	done[1] += sectors;
}

static bool has_free(const struct request_queue *q, enum bio_op op)
{
	return q->nr_free > (op == BIO_READ ? 0 : FOR_READS);
}

/* Merges or makes a request; false: none is free. lock held. */
static bool try_add(struct request_queue *q, struct bio *b)
{
	sector_t sector = b->sector + b->bdev->start;
	u32 sectors = b->op == BIO_FLUSH ? 0 : b->bytes >> 9;
	bool plain = b->op != BIO_FLUSH && !b->preflush && !b->fua, wait;
	struct request *rq;

	wait = b->op != BIO_FLUSH && must_wait(q, b, sector, sectors);
	if (plain && !wait && merge(q, b, sector, sectors)) {
		count_part(b, sectors);
		return true;
	}
	if (!has_free(q, b->op))
		return false;
	count_part(b, sectors);
	rq = list_first_entry(&q->free, struct request, link);
	list_del(&rq->link);
	q->nr_free--;
	fill(q, rq, b, sector, sectors);
	rq->barrier = wait;
	if (plain && !wait)
		insert_sorted(q, rq);
	else
		list_add_tail(&rq->link, &q->ordered);
	return true;
}

void queue_add(struct request_queue *q, struct bio *b)
{
	LIST_HEAD(done);
	unsigned long flags;
	bool added;

	/* No volatile cache, or no medium: nothing to make durable. */
	if (b->op == BIO_FLUSH && (!q->disk->write_cache || !q->disk->sectors)) {
		bio_done(b, 0);
		return;
	}
	for (;;) {
		spin_lock_irqsave(&q->lock, flags);
		if (q->dead) {
			spin_unlock_irqrestore(&q->lock, flags);
			bio_done(b, -ENODEV);
			return;
		}
		added = try_add(q, b);
		if (added)
			run(q, &done);
		spin_unlock_irqrestore(&q->lock, flags);
		end_bios(q, &done);
		if (added)
			return;
		/* Every request that ends wakes the queue. */
		wait_event(&q->wait, has_free(q, b->op) || q->dead);
	}
}

/* ---- completion ---- */

/* A merged request failed: its bios go again one by one, so that only the bad one's owner hears of it. */
static void go_singly(struct request *rq)
{
	rq->singly = true;
	list_splice_init(&rq->bios, &rq->rest);
}

static void next_single(struct request *rq)
{
	struct bio *b = list_first_entry(&rq->rest, struct bio, link);

	list_del(&b->link);
	list_add(&b->link, &rq->bios);
	rq->sector = b->sector + b->bdev->start;
	rq->sectors = b->bytes >> 9;
	rq->segments = b->vcnt;
}

/* What comes after the step that ended; true: rq is to be started again. lock held. */
static bool advance(struct request_queue *q, struct request *rq, int status, struct list_head *done)
{
	struct bio *b;

	if (!status && rq->step == STEP_PREFLUSH) {
		rq->step = STEP_DATA;
		return true;
	}
	if (!status && rq->step == STEP_DATA && needs_postflush(q, rq)) {
		rq->step = STEP_POSTFLUSH;
		return true;
	}
	if (status && !rq->singly && rq->bios.next->next != &rq->bios) {
		go_singly(rq);
		next_single(rq);
		return true;
	}
	if (!list_empty(&rq->rest)) {
		b = list_first_entry(&rq->bios, struct bio, link);
		b->status = status;
		list_move_tail(&b->link, done);
		next_single(rq);
		return true;
	}
	return false;
}

void request_done(struct disk *d, struct request *rq, int status)
{
	struct request_queue *q = d->queue;
	LIST_HEAD(done);
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	ASSERT(q->active == rq);
	if (rq->step == STEP_DATA)
		q->position = end_of(rq);
	while (advance(q, rq, status, &done)) {
		int error = 0;

		if (start_active(q, &error))
			goto out;
		status = error;
	}
	q->active = NULL;
	finish(q, rq, status, &done);
	run(q, &done);
out:
	spin_unlock_irqrestore(&q->lock, flags);
	end_bios(q, &done);
}

void disk_kick(struct disk *d)
{
	struct request_queue *q = d->queue;
	LIST_HEAD(done);
	unsigned long flags;
	int error = 0;

	if (!q)
		return;
	spin_lock_irqsave(&q->lock, flags);
	if (q->blocked) {
		q->blocked = false;
		if (q->active && !start_active(q, &error)) {
			struct request *rq = q->active;

			q->active = NULL;
			list_splice_init(&rq->rest, &rq->bios);
			finish(q, rq, error, &done);
		}
		run(q, &done);
	}
	spin_unlock_irqrestore(&q->lock, flags);
	end_bios(q, &done);
}

static void timer_fired(struct timer *t)
{
	struct request_queue *q = container_of(t, struct request_queue, timer);
	nsec_t limit = (q->disk->timeout_ms ? q->disk->timeout_ms : DEFAULT_TIMEOUT_MS) * NSEC_PER_MSEC;
	struct request *late = NULL;
	unsigned long flags;
	nsec_t now = ktime_get();

	spin_lock_irqsave(&q->lock, flags);
	if (q->active && !q->blocked) {
		if (now - q->active->start >= limit) {
			late = q->active;
			timer_arm(t, now + limit);
		} else {
			timer_arm(t, q->active->start + limit);
		}
	}
	spin_unlock_irqrestore(&q->lock, flags);
	if (!late)
		return;
	pr_err("%s: a request for sector %llu takes more than %u s\n", q->disk->name, late->sector,
	       (u32)div_u64(limit, (u32)NSEC_PER_SEC));
	if (q->disk->ops->timeout)
		q->disk->ops->timeout(q->disk, late);
}

/* ---- life ---- */

struct request_queue *queue_create(struct disk *d)
{
	struct request_queue *q = kvmalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return NULL;
	memset(q, 0, sizeof(*q));
	q->disk = d;
	spin_lock_init(&q->lock, RANK_QUEUE);
	list_init(&q->sorted);
	list_init(&q->ordered);
	list_init(&q->age);
	list_init(&q->free);
	q->nr_free = POOL;
	wait_queue_init(&q->wait);
	timer_init(&q->timer, timer_fired);
	for (unsigned i = 0; i < POOL; i++)
		list_add_tail(&q->pool[i].link, &q->free);
	return q;
}

void queue_kill(struct request_queue *q)
{
	struct list_head *lists[] = { &q->sorted, &q->ordered };
	LIST_HEAD(done);
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->dead = true;
	for (unsigned i = 0; i < ARRAY_SIZE(lists); i++) {
		while (!list_empty(lists[i])) {
			struct request *rq = list_first_entry(lists[i], struct request, link);

			unlink_request(rq);
			finish(q, rq, -ENODEV, &done);
		}
	}
	spin_unlock_irqrestore(&q->lock, flags);
	end_bios(q, &done);
	wake_up_all(&q->wait);
	/* The driver ends the running one, by its interrupt or its timeout. */
	wait_event(&q->wait, !READ_ONCE(q->active));
	timer_cancel(&q->timer);
}

void queue_destroy(struct request_queue *q)
{
	kvfree(q);
}
