/*
 * ATA commands: one at a time on a channel, data by bus-master DMA, completion in the interrupt.
 *
 * Invariant: c->rq is the request of the command that the drive works on, or that recovery holds; NULL means that the
 * channel is idle and either drive may start. A drive that finds it in use sets `waiting` and is kicked when it is
 * free. A failed or late command goes to recovery, a thread of its own, which resets the channel and tries again, at
 * most ATA_TRIES times: every request ends. request_done() and disk_kick() are called without the channel lock, because
 * the queue's lock stands before it.
 */
#include "ata.h"
#include <abi/errno.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <mm/page.h>
#include <sched/task.h>

/* ---- starting; lock held ---- */

static void build_prd(struct ata_channel *c, struct request *rq)
{
	struct bio *b;
	unsigned i, n = 0;

	request_for_each_segment(b, i, rq) {
		u32 at = (u32)page_to_phys(b->vec[i].page) + b->vec[i].offset, left = b->vec[i].len;

		while (left) {
			u32 run = min(left, 0x10000 - (at & 0xffff));
			struct prd *last = n ? &c->prd[n - 1] : NULL;
			u32 last_count = last ? (last->count ? last->count : 0x10000u) : 0;

			if (last && last->address + last_count == at && (last->address & ~0xffffu) == ((at + run - 1) & ~0xffffu)) {
				last->count = (u16)(last_count + run);
			} else {
				BUG_ON(n == PRD_ENTRIES);
				c->prd[n++] = (struct prd){ .address = at, .count = (u16)run };
			}
			at += run;
			left -= run;
		}
	}
	c->prd[n - 1].flags = PRD_LAST;
}

static void load_lba28(struct ata_drive *d, u32 lba, u32 count)
{
	struct ata_channel *c = d->channel;

	ata_out(c, ATA_DEVICE, (u8)(DEV_LBA | (d->unit ? DEV_SLAVE : 0) | (lba >> 24 & 0xf)));
	ata_out(c, ATA_COUNT, (u8)count);
	ata_out(c, ATA_LBA_LOW, (u8)lba);
	ata_out(c, ATA_LBA_MID, (u8)(lba >> 8));
	ata_out(c, ATA_LBA_HIGH, (u8)(lba >> 16));
}

/* The registers are two deep: high bytes first. */
static void load_lba48(struct ata_drive *d, u64 lba, u32 count)
{
	struct ata_channel *c = d->channel;

	ata_out(c, ATA_COUNT, (u8)(count >> 8));
	ata_out(c, ATA_LBA_LOW, (u8)(lba >> 24));
	ata_out(c, ATA_LBA_MID, (u8)(lba >> 32));
	ata_out(c, ATA_LBA_HIGH, (u8)(lba >> 40));
	ata_out(c, ATA_COUNT, (u8)count);
	ata_out(c, ATA_LBA_LOW, (u8)lba);
	ata_out(c, ATA_LBA_MID, (u8)(lba >> 8));
	ata_out(c, ATA_LBA_HIGH, (u8)(lba >> 16));
}

static void issue_data(struct ata_drive *d, struct request *rq)
{
	struct ata_channel *c = d->channel;
	bool write = rq->op == BIO_WRITE, wide = rq->fua || rq->sectors > 256 || rq->sector + rq->sectors > 0xfffffff;
	u8 command, direction = write ? 0 : BM_TO_MEMORY;

	build_prd(c, rq);
	outb((u16)(c->bm + BM_COMMAND), direction);
	outl((u16)(c->bm + BM_PRD), (u32)virt_to_phys(c->prd));
	outb((u16)(c->bm + BM_STATUS), (u8)((inb((u16)(c->bm + BM_STATUS)) & 0x60) | BM_INTERRUPT | BM_ERROR));
	if (wide) {
		load_lba48(d, rq->sector, rq->sectors);
		command = !write ? CMD_READ_DMA_EXT : rq->fua ? CMD_WRITE_DMA_FUA_EXT : CMD_WRITE_DMA_EXT;
	} else {
		load_lba28(d, (u32)rq->sector, rq->sectors);
		command = write ? CMD_WRITE_DMA : CMD_READ_DMA;
	}
	ata_out(c, ATA_COMMAND, command);
	outb((u16)(c->bm + BM_COMMAND), direction | BM_START);
}

/* False: the drive is not ready for a command. */
static bool issue(struct ata_drive *d, struct request *rq)
{
	struct ata_channel *c = d->channel;
	unsigned spins = 1000;
	u8 status;

	assert_locked(&c->lock);
	c->active = d;
	c->rq = rq;
	c->timed_out = false;
	ata_out(c, ATA_DEVICE, DEV_LBA | (d->unit ? DEV_SLAVE : 0));
	do {
		status = ata_settle(c);
	} while ((status & (ST_BSY | ST_DRQ)) && --spins);
	if (status & (ST_BSY | ST_DRQ)) {
		c->status = status;
		c->error = 0;
		return false;
	}
	if (rq->op == BIO_FLUSH) {
		outb((u16)(c->bm + BM_STATUS), (u8)((inb((u16)(c->bm + BM_STATUS)) & 0x60) | BM_INTERRUPT | BM_ERROR));
		ata_out(c, ATA_COMMAND, d->flush_ext ? CMD_FLUSH_EXT : CMD_FLUSH);
	} else {
		issue_data(d, rq);
	}
	return true;
}

static int ata_start(struct disk *disk, struct request *rq)
{
	struct ata_drive *d = disk->private;
	struct ata_channel *c = d->channel;
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&c->lock, flags);
	if (d->dead) {
		ret = -EIO;
	} else if (c->rq || c->recovering) {
		d->waiting = true;
		ret = -EBUSY;
	} else {
		d->tries = 0;
		/* Not ready for a command: recovery is a work, which cannot be queued below the queue's lock. */
		if (!issue(d, rq)) {
			c->recovering = c->timed_out = true;
			timer_arm(&c->prod, ktime_get());
		}
	}
	spin_unlock_irqrestore(&c->lock, flags);
	return ret;
}

/* ---- ending ---- */

static void stop_dma(struct ata_channel *c)
{
	u8 status = inb((u16)(c->bm + BM_STATUS));

	outb((u16)(c->bm + BM_COMMAND), 0);
	outb((u16)(c->bm + BM_STATUS), (u8)((status & 0x60) | BM_INTERRUPT | BM_ERROR));
}

/* The channel is free: whoever waits for it goes. lock not held. The other drive is first, for fairness. */
static void kick(struct ata_channel *c, const struct ata_drive *last)
{
	unsigned other = last ? !last->unit : 0;

	for (unsigned i = 0; i < 2; i++) {
		struct ata_drive *d = &c->drive[other ^ i];

		if (!READ_ONCE(d->waiting))
			continue;
		d->waiting = false;
		disk_kick(&d->disk);
	}
}

bool ata_interrupt(unsigned irq, void *arg)
{
	struct ata_channel *c = arg;
	struct ata_drive *d;
	struct request *rq;
	bool bad;
	u8 bm;

	(void)irq;
	spin_lock(&c->lock);
	bm = inb((u16)(c->bm + BM_STATUS));
	if (!(bm & BM_INTERRUPT)) {
		spin_unlock(&c->lock);
		return false;
	}
	rq = c->rq;
	d = c->active;
	if (!rq || c->recovering || (inb(c->control) & ST_BSY)) {
		/* Late, or not a completion: acknowledge and leave it to whoever waits. */
		if (!rq || c->recovering)
			ata_in(c, ATA_STATUS);
		outb((u16)(c->bm + BM_STATUS), (u8)((bm & 0x60) | BM_INTERRUPT));
		spin_unlock(&c->lock);
		return true;
	}
	c->status = ata_in(c, ATA_STATUS);
	stop_dma(c);
	bad = (c->status & (ST_ERR | ST_DF | ST_DRQ)) || (bm & BM_ERROR) || (rq->op != BIO_FLUSH && (bm & BM_ACTIVE));
	if (bad) {
		c->error = ata_in(c, ATA_ERROR);
		c->recovering = true;
	} else {
		c->rq = NULL;
	}
	spin_unlock(&c->lock);
	if (bad) {
		work_queue(&c->recovery);
		return true;
	}
	request_done(&d->disk, rq, 0);
	kick(c, d);
	return true;
}

/* ---- recovery ---- */

static void ata_timeout(struct disk *disk, struct request *rq)
{
	struct ata_drive *d = disk->private;
	struct ata_channel *c = d->channel;
	unsigned long flags;
	bool late = false;

	spin_lock_irqsave(&c->lock, flags);
	if (c->rq == rq && !c->recovering) {
		stop_dma(c);
		c->status = inb(c->control);
		c->error = 0;
		c->recovering = c->timed_out = late = true;
	}
	spin_unlock_irqrestore(&c->lock, flags);
	if (late)
		work_queue(&c->recovery);
}

void ata_prod(struct timer *t)
{
	struct ata_channel *c = container_of(t, struct ata_channel, prod);

	work_queue(&c->recovery);
}

static void report(const struct ata_channel *c, const struct request *rq)
{
	static const char *const names[] = { "read", "write", "flush", "discard" };

	pr_err("%s: %s of %u sectors at %llu %s: status %02x, error %02x\n", c->active->disk.name, names[rq->op], rq->sectors,
	       rq->sector, c->timed_out ? "timed out" : "failed", c->status, c->error);
}

/* Task context; c->recovering keeps everybody else off the channel. */
static void recover(struct ata_channel *c)
{
	struct ata_drive *d = c->active;
	struct request *rq = c->rq;
	unsigned long flags;
	bool again, medium;

	report(c, rq);
	/* What the drive says about the medium or the command stands; a reset is for a drive or a bus gone astray. */
	medium = !c->timed_out && !(c->status & ST_DRQ) && (c->error & (ER_UNC | ER_IDNF | ER_ABRT)) && !(c->error & ER_ICRC);
	if (!medium && ata_reset(c)) {
		pr_err("%s: does not come back from a reset; its drives are given up\n", c->name);
		c->drive[0].dead = c->drive[1].dead = true;
	}
	spin_lock_irqsave(&c->lock, flags);
	again = !d->dead && ++d->tries < ATA_TRIES && !(medium && (c->error & ER_ABRT));
	c->recovering = false;
	if (again && !issue(d, rq)) {
		again = false;
		d->dead = true;
	}
	if (!again)
		c->rq = NULL;
	spin_unlock_irqrestore(&c->lock, flags);
	if (again)
		return;
	request_done(&d->disk, rq, -EIO);
	kick(c, d);
}

static void recovery_thread(void *arg)
{
	recover(arg);
	do_exit(0);
}

void ata_recover(struct work *w)
{
	struct ata_channel *c = container_of(w, struct ata_channel, recovery);

	/* A reset takes up to half a minute: other works must not wait for it, unless there is no memory for a thread. */
	if (IS_ERR(kthread_run(recovery_thread, c, "%s", c->name)))
		recover(c);
}

const struct disk_ops ata_disk_ops = {
	.start = ata_start,
	.timeout = ata_timeout,
};
