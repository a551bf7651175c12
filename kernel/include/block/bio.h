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
	u32 bytes;			/* sum of lens */
	u16 vcnt, vmax;
	struct list_head link;		/* queue's */
	struct bio_vec *vec;
	struct bio_vec inline_vec[4];
};

struct bio *bio_alloc(unsigned vecs, unsigned gfp);	/* NULL; vmax >= vecs */
bool bio_add(struct bio *b, struct page *p, u32 offset, u32 len);	/* false: full */
void bio_free(struct bio *b);
void bio_submit(struct bio *b);				/* may sleep for a free request; consumes until end_io */
int bio_submit_wait(struct bio *b);			/* 0 or status; does not free */
void bio_done(struct bio *b, int status);		/* drivers: completes */
int bdev_flush(struct block_device *b);			/* waits */

/* A queue: sorted, merged, one direction of requests to a driver. */
struct request {
	struct list_head link;
	struct list_head bios;
	enum bio_op op;
	sector_t sector;		/* absolute on the disk */
	u32 sectors;
	bool fua, preflush;
	nsec_t start;
};

struct disk;
struct disk_ops {
	/* Start this request; complete with request_done() from the interrupt. Queue lock held, interrupts off. 0, -EBUSY (try after a completion). */
	int (*start)(struct disk *d, struct request *rq);
	int (*ioctl)(struct disk *d, unsigned cmd, unsigned long arg);
	int (*media_check)(struct disk *d);
};
struct disk {
	char name[16];			/* "sda" */
	dev_t dev;			/* minor 0 of the whole disk */
	unsigned minors;
	sector_t sectors;
	bool readonly, removable, write_cache, rotational;
	u32 max_sectors;		/* per request */
	u32 max_segments;
	const struct disk_ops *ops;
	void *private;
	struct block_device *whole;
	struct list_head parts;
	struct request_queue *queue;
	u64 stats[11];			/* /proc/diskstats order */
	struct list_head link;
};
int disk_add(struct disk *d);		/* reads the partition table, makes devices and their nodes */
void disk_remove(struct disk *d);	/* outstanding requests end with -ENODEV */
void request_done(struct disk *d, struct request *rq, int status);	/* interrupt context */

struct block_device {
	dev_t dev;
	char name[16];			/* "sda1" */
	struct disk *disk;
	sector_t start, sectors;
	int partno;			/* 0: whole disk */
	struct inode *inode;		/* its page cache: inode->mapping, 4 KiB pages */
	atomic_t openers;
	void *holder;			/* exclusive: a mounted filesystem */
	struct list_head link, part_link;
};
struct block_device *bdev_find(dev_t dev);		/* NULL */
struct block_device *bdev_find_name(const char *name);	/* "sda1" or "/dev/sda1" */
int bdev_open(struct block_device *b, bool write, void *holder);	/* 0, -EBUSY, -EROFS, -ENXIO */
void bdev_close(struct block_device *b, bool write, void *holder);
struct disk *disk_next(struct disk *after);		/* for /proc/partitions and diskstats */
extern const struct file_ops bdev_file_ops;

#endif
