/*
 * Block devices and asynchronous requests. A bio is a run of sectors and the memory it moves to or from; end_io()
 * runs in interrupt or task context, once, and must not sleep. A flush makes everything completed before durable.
 */
#ifndef BLOCK_BIO_H
#define BLOCK_BIO_H

#include <core/wait.h>
#include <core/mutex.h>

struct page;
struct inode;
struct block_device;
struct file_ops;

struct bio_vec {
	struct page *page;
	u32 offset, len;	/* len a multiple of 512 */
};

enum bio_op { BIO_READ, BIO_WRITE, BIO_FLUSH, BIO_DISCARD };

struct bio {
	struct block_device *bdev;
	sector_t sector;		/* relative to bdev */
	enum bio_op op;
	bool fua;			/* durable on completion */
	bool preflush;			/* flush the device's cache first */
	int status;			/* 0 or -EIO, -ENOMEM, -ENODEV; valid in end_io */
	void (*end_io)(struct bio *bio);
	void *private;
	u32 bytes;			/* sum of lens; BIO_DISCARD: set by the caller */
	u16 vcnt, vmax;
	struct list_head link;		/* queue's */
	struct bio_vec *vec;
	struct bio_vec inline_vec[4];
};

struct bio *bio_alloc(unsigned vecs, unsigned gfp);	/* NULL; vmax >= vecs */
void bio_init(struct bio *b, struct bio_vec *vec, unsigned vecs);	/* of one's own; never bio_free() it */
bool bio_add(struct bio *b, struct page *p, u32 offset, u32 len);	/* false: full */
void bio_free(struct bio *b);
void bio_submit(struct bio *b);				/* may sleep for a free request; consumes until end_io */
int bio_submit_wait(struct bio *b);			/* 0 or status; does not free */
void bio_done(struct bio *b, int status);		/* drivers: completes */
int bdev_flush(struct block_device *b);			/* waits */

/*
 * What the driver sees: a run of sectors of one direction, made of bios that follow each other on the disk. One
 * request of a disk runs at a time. Flushes stand between the requests that asked for them: to a driver BIO_FLUSH
 * means that the device's write cache goes to the medium.
 */
struct request {
	struct list_head link, age_link;	/* queue's */
	struct list_head bios;		/* in order of their sectors */
	enum bio_op op;			/* what to do now */
	sector_t sector;		/* absolute on the disk */
	u32 sectors;
	u32 segments;			/* bio_vecs */
	bool fua;			/* durable on completion: only with disk->fua, else the queue flushes */
	nsec_t start;			/* when it was given to the driver */

	/* the queue's own */
	enum bio_op want;
	u8 step;
	bool barrier;			/* overlaps an older request: waits for it */
	bool singly;			/* failed as a whole: its bios go one by one */
	struct list_head rest;
	u64 seq;
	nsec_t queued;
};
/* Each piece of memory of the request, in order. */
#define request_for_each_segment(bio, i, rq) \
	list_for_each_entry(bio, &(rq)->bios, link) \
		for (i = 0; i < bio->vcnt; i++)

struct disk;
struct request_queue;
struct disk_ops {
	/* Start rq; complete it with request_done() later, never from within. Queue lock held, interrupts off, must not sleep. 0, -EBUSY (the hardware is shared and in use: disk_kick() when it is free), or an error that fails the request. */
	int (*start)(struct disk *d, struct request *rq);
	/* rq has run for disk->timeout_ms. Interrupt context; the driver must still end it by request_done(). */
	void (*timeout)(struct disk *d, struct request *rq);
	int (*ioctl)(struct disk *d, unsigned cmd, unsigned long arg);	/* -ENOTTY: unknown; may sleep */
	int (*open)(struct disk *d);	/* first opener of any part; may sleep */
	void (*close)(struct disk *d);
};
/* Locks: q queue lock, b bdev lock (block/disk.c), I set by the driver before disk_add() */
struct disk {
	char name[16];			/* I "sda" */
	const char *driver;		/* I whose major number it is, in /proc/devices */
	dev_t dev;			/* I minor 0 of the whole disk */
	unsigned minors;		/* I whole disk and partitions */
	sector_t sectors;		/* I, or disk_resize() */
	bool readonly, removable, rotational;	/* I */
	bool write_cache;		/* I volatile cache: flushes matter */
	bool fua;			/* I the driver writes through it on request */
	u32 max_sectors;		/* I per request */
	u32 max_segments;		/* I */
	u32 timeout_ms;			/* I 0: 30 seconds */
	const struct disk_ops *ops;	/* I */
	void *private;			/* I */
	char model[44];			/* I for messages; may be empty */
	const char *parent;		/* I the path in /sys of what it is attached to; NULL: nothing */
	struct block_device *whole;	/* b */
	struct list_head parts;		/* b */
	struct request_queue *queue;
	unsigned openers;		/* b */
	bool removed;			/* b */
	u64 stats[11];			/* q in /proc/diskstats's order, times in ns: read by disk_stats() */
};
int disk_add(struct disk *d);		/* reads the partition table, makes devices and their nodes; sleeps; 0 or -errno */
void disk_remove(struct disk *d);	/* outstanding requests end with -ENODEV; sleeps */
int disk_rescan(struct disk *d);	/* partitions anew; -EBUSY while one is open; sleeps */
void disk_resize(struct disk *d, sector_t sectors);	/* sleeps; whole device only */
void disk_kick(struct disk *d);		/* after -EBUSY: try again; any context, no driver lock held */
void request_done(struct disk *d, struct request *rq, int status);	/* any context, no driver lock held */
void disk_stats(struct disk *d, u64 out[11]);	/* times in ms */

/* Locks: b bdev lock, I immutable, a atomic */
struct block_device {
	dev_t dev;
	char name[16];			/* "sda1" */
	struct disk *disk;
	sector_t start, sectors;
	int partno;			/* 0: whole disk */
	struct inode *inode;		/* its page cache: inode->mapping, 4 KiB pages */
	atomic_t refs;			/* a the list's, each opener's, and each finder's until bdev_put() */
	atomic_t openers;		/* a */
	void *holder;			/* b exclusive: a mounted filesystem */
	bool gone;			/* b off the list: not to be opened any more */
	struct list_head link, part_link;	/* b */
	u64 done[4];			/* queue lock: reads, sectors of them, writes, sectors of them; as they were asked for */
};
/* Finders return a device with a reference, for bdev_put(), or NULL. All sleep. */
struct block_device *bdev_find(dev_t dev);
struct block_device *bdev_find_name(const char *name);	/* "sda1" or "/dev/sda1" */
int bdev_open(struct block_device *b, bool write, void *holder);	/* 0, -EBUSY, -EROFS, -ENXIO */
void bdev_close(struct block_device *b, bool write, void *holder);
/* Whole disks and partitions by number: NULL for the first. Takes over the reference to `after`; a loop that is left early puts its own. */
struct block_device *bdev_next(struct block_device *after);
void bdev_put(struct block_device *b);			/* NULL is let pass; sleeps */
extern const struct file_ops bdev_file_ops;

#endif
