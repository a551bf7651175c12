/*
 * ATA on PCI IDE controllers: registers (ATA/ATAPI-7 volume 2; Bus Master IDE specification 1.0) and what the files
 * of this folder share.
 */
#ifndef DRIVERS_ATA_H
#define DRIVERS_ATA_H

#include <fs/sysfs.h>
#include <arch/io.h>
#include <block/bio.h>
#include <core/time.h>
#include <core/workqueue.h>

/* Command block, from the channel's base. */
#define ATA_DATA	0
#define ATA_ERROR	1	/* read */
#define ATA_FEATURES	1	/* write */
#define ATA_COUNT	2
#define ATA_LBA_LOW	3
#define ATA_LBA_MID	4
#define ATA_LBA_HIGH	5
#define ATA_DEVICE	6
#define ATA_STATUS	7	/* read: acknowledges the interrupt */
#define ATA_COMMAND	7	/* write */

#define ST_ERR		0x01
#define ST_DRQ		0x08
#define ST_DF		0x20
#define ST_DRDY		0x40
#define ST_BSY		0x80
#define ER_ABRT		0x04
#define ER_IDNF		0x10
#define ER_UNC		0x40
#define ER_ICRC		0x80
#define DEV_LBA		0xe0	/* with the two bits that old drives want set */
#define DEV_SLAVE	0x10
#define CTL_NIEN	0x02
#define CTL_SRST	0x04

#define CMD_READ_DMA		0xc8
#define CMD_READ_DMA_EXT	0x25
#define CMD_WRITE_DMA		0xca
#define CMD_WRITE_DMA_EXT	0x35
#define CMD_WRITE_DMA_FUA_EXT	0x3d
#define CMD_FLUSH		0xe7
#define CMD_FLUSH_EXT		0xea
#define CMD_IDENTIFY		0xec

/* Bus master registers, from the channel's base. */
#define BM_COMMAND	0
#define  BM_START	0x01
#define  BM_TO_MEMORY	0x08
#define BM_STATUS	2
#define  BM_ACTIVE	0x01
#define  BM_ERROR	0x02
#define  BM_INTERRUPT	0x04
#define BM_PRD		4

/* Physical region descriptor; none crosses a 64 KiB boundary. */
struct prd {
	u32 address;		/* little-endian, even */
	u16 count;		/* bytes, 0: 64 KiB */
	u16 flags;
};
#define PRD_LAST 0x8000
_Static_assert(sizeof(struct prd) == 8, "PRD");
#define PRD_ENTRIES (4096 / sizeof(struct prd))

#define ATA_MAX_SEGMENTS 256u
#define ATA_MAX_SECTORS 1024u		/* LBA48; 256 without */
#define ATA_TRIES 3

struct ata_channel;

/* Immutable after identification but tries and waiting, which are the channel lock's. */
struct ata_drive {
	struct ata_channel *channel;
	bool present, lba48, flush_ext, dead;
	u8 unit;			/* 0 master, 1 slave */
	u8 tries;			/* failures of the running request */
	bool waiting;			/* its queue was told -EBUSY */
	struct disk disk;
	char firmware[9];		/* revision */
	char place[SYSFS_PATH];		/* its path in /sys; the channel's above it */
};

/* Locks: l lock, I immutable after probe */
struct ata_channel {
	char name[8];			/* I "ata1" */
	u16 command, control, bm;	/* I ports */
	u8 irq;				/* I */
	spinlock_t lock;		/* RANK_DEVICE, irqsave */
	struct prd *prd;		/* l one page */
	struct ata_drive *active;	/* l whose request runs */
	struct request *rq;		/* l NULL: idle */
	bool recovering;		/* l errors are being handled: nothing is started */
	bool timed_out;			/* l */
	u8 status, error;		/* l of the failure */
	struct work recovery;
	struct timer prod;		/* queues recovery from where no work can be queued */
	struct ata_drive drive[2];
};

static inline u8 ata_in(const struct ata_channel *c, unsigned reg) { return inb((u16)(c->command + reg)); }
static inline void ata_out(const struct ata_channel *c, unsigned reg, u8 v) { outb((u16)(c->command + reg), v); }
/* Four reads of the alternate status: 400 ns, after which BSY is valid. */
static inline u8 ata_settle(const struct ata_channel *c)
{
	inb(c->control);
	inb(c->control);
	inb(c->control);
	return inb(c->control);
}

/* ata/identify.c; task context, channel idle */
int ata_identify(struct ata_drive *d);	/* 0: a disk; -ENODEV: none or not for us; -EIO */
int ata_reset(struct ata_channel *c);	/* 0, -EIO: still busy after its time */
/* ata/command.c */
extern const struct disk_ops ata_disk_ops;
bool ata_interrupt(unsigned irq, void *arg);
void ata_recover(struct work *w);
void ata_prod(struct timer *t);

#endif
