/*
 * Finding out what hangs on a channel: selection, IDENTIFY DEVICE by polling, software reset.
 *
 * Runs in task context while the channel is idle and its interrupt is off at the drive (nIEN). Every wait is bounded:
 * an empty channel reads as 0x00, 0x7f or 0xff and costs nothing.
 */
#include "ata.h"
#include <abi/errno.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <mm/kmalloc.h>

#define IDENTIFY_LIMIT (5 * NSEC_PER_SEC)
#define RESET_LIMIT (31 * NSEC_PER_SEC)		/* the standard's */

/* Until BSY falls; the status, or -EIO. */
static int wait_ready(const struct ata_channel *c, nsec_t limit)
{
	nsec_t end = ktime_get() + limit, pause = 20 * NSEC_PER_USEC;
	u8 status = ata_settle(c);

	while (status & ST_BSY) {
		if (status == 0xff || ktime_get() > end)
			return -EIO;
		sleep_ns(pause);
		pause = min(pause * 2, 10 * NSEC_PER_MSEC);
		status = inb(c->control);
	}
	return status;
}

static void select(const struct ata_drive *d)
{
	ata_out(d->channel, ATA_DEVICE, DEV_LBA | (d->unit ? DEV_SLAVE : 0));
	ata_settle(d->channel);
}

int ata_reset(struct ata_channel *c)
{
	outb(c->control, CTL_SRST | CTL_NIEN);
	udelay(10);
	outb(c->control, CTL_NIEN);
	sleep_ns(2 * NSEC_PER_MSEC);
	if (wait_ready(c, RESET_LIMIT) < 0)
		return -EIO;
	ata_in(c, ATA_STATUS);
	outb(c->control, 0);
	return 0;
}

/* Registers hold what is written: something decodes them for this drive. */
static bool answers(const struct ata_drive *d)
{
	const struct ata_channel *c = d->channel;
	u8 status;

	select(d);
	status = inb(c->control);
	if (status == 0xff || status == 0x7f)
		return false;
	ata_out(c, ATA_COUNT, 0x55);
	ata_out(c, ATA_LBA_LOW, 0xaa);
	return ata_in(c, ATA_COUNT) == 0x55 && ata_in(c, ATA_LBA_LOW) == 0xaa;
}

/* 0 with 256 words in id, -ENODEV, -EIO. */
static int identify(struct ata_drive *d, u16 *id)
{
	const struct ata_channel *c = d->channel;
	int status;

	select(d);
	if (wait_ready(c, IDENTIFY_LIMIT) < 0)
		return -EIO;
	ata_out(c, ATA_COUNT, 0);
	ata_out(c, ATA_LBA_LOW, 0);
	ata_out(c, ATA_LBA_MID, 0);
	ata_out(c, ATA_LBA_HIGH, 0);
	ata_out(c, ATA_COMMAND, CMD_IDENTIFY);
	if (ata_settle(c) == 0)
		return -ENODEV;
	status = wait_ready(c, IDENTIFY_LIMIT);
	if (status < 0)
		return -EIO;
	if (status & (ST_ERR | ST_DF) || !(status & ST_DRQ)) {
		u8 mid = ata_in(c, ATA_LBA_MID), high = ata_in(c, ATA_LBA_HIGH);

		ata_in(c, ATA_STATUS);
		if (mid == 0x14 && high == 0xeb)
			pr_info("%s: %s is an ATAPI drive: not used\n", c->name, d->unit ? "slave" : "master");
		return -ENODEV;
	}
	insw((u16)(c->command + ATA_DATA), id, 256);
	ata_in(c, ATA_STATUS);
	return 0;
}

/* Strings stand with the bytes of each word swapped, padded with blanks. */
static void id_string(const u16 *id, unsigned first, unsigned words, char *out)
{
	unsigned n = 0;

	for (unsigned i = 0; i < words; i++) {
		out[n++] = (char)(id[first + i] >> 8);
		out[n++] = (char)id[first + i];
	}
	while (n && (out[n - 1] == ' ' || !out[n - 1]))
		n--;
	out[n] = 0;
}

static u64 words64(const u16 *w, unsigned n)
{
	u64 v = 0;

	while (n--)
		v = v << 16 | w[n];
	return v;
}

static int understand(struct ata_drive *d, const u16 *id)
{
	struct disk *disk = &d->disk;

	id_string(id, 27, 20, disk->model);
	id_string(id, 23, 4, d->firmware);
	if (!(id[49] & (1 << 9)) || !(id[49] & (1 << 8))) {
		pr_warn("%s: %s has no LBA or no DMA: not used\n", d->channel->name, disk->model);
		return -ENODEV;
	}
	/* Word 106, when valid: bit 12 says that a logical sector is not 512 bytes. */
	if ((id[106] & 0xc000) == 0x4000 && (id[106] & (1 << 12)) && words64(id + 117, 2) != 256) {
		pr_warn("%s: %s has sectors of %llu bytes: not used\n", d->channel->name, disk->model, words64(id + 117, 2) * 2);
		return -ENODEV;
	}
	d->lba48 = (id[83] & 0xc000) == 0x4000 && (id[83] & (1 << 10));
	d->flush_ext = (id[83] & 0xc000) == 0x4000 && (id[83] & (1 << 13));
	disk->sectors = d->lba48 ? words64(id + 100, 4) : words64(id + 60, 2);
	if (!disk->sectors)
		disk->sectors = words64(id + 60, 2);
	disk->write_cache = (id[85] & (1 << 5)) && (id[82] & (1 << 5));
	disk->fua = d->lba48 && (id[84] & 0xc000) == 0x4000 && (id[84] & (1 << 6));
	disk->rotational = id[217] != 1;
	disk->max_sectors = d->lba48 ? ATA_MAX_SECTORS : 256;
	disk->max_segments = ATA_MAX_SEGMENTS;
	return disk->sectors ? 0 : -ENODEV;
}

int ata_identify(struct ata_drive *d)
{
	struct ata_channel *c = d->channel;
	u16 *id;
	int ret;

	outb(c->control, CTL_NIEN);
	if (!answers(d))
		return -ENODEV;
	id = kmalloc(512, GFP_KERNEL);
	if (!id)
		return -ENOMEM;
	ret = identify(d, id);
	if (ret == -EIO && !ata_reset(c)) {
		outb(c->control, CTL_NIEN);
		ret = identify(d, id);
	}
	if (!ret)
		ret = understand(d, id);
	else if (ret == -EIO)
		pr_err("%s: %s does not identify itself\n", c->name, d->unit ? "slave" : "master");
	kfree(id);
	return ret;
}
