/* The inside of the block layer: for block/ only. */
#ifndef BLOCK_INTERNAL_H
#define BLOCK_INTERNAL_H

#include <block/bio.h>

extern struct mutex bdev_lock;		/* RANK_BDEV: disks, partitions, openers, holders */

struct request_queue *queue_create(struct disk *d);	/* NULL: no memory */
void queue_destroy(struct request_queue *q);		/* after queue_kill() */
void queue_kill(struct request_queue *q);		/* waiting requests end with -ENODEV, the running one is awaited; sleeps */
void queue_add(struct request_queue *q, struct bio *b);	/* may sleep for a free request */

struct partition {
	sector_t start, sectors;
};
#define MAX_PARTITIONS 128
/* The table of the disk whose whole device is b. parts[i] is number i + 1, sectors 0: unused. 0 (no table: none) or -errno. */
int partitions_read(struct block_device *b, struct partition *parts, unsigned max);

int bdev_inode_create(struct block_device *b);		/* 0 or -ENOMEM */
void bdev_inode_drop(struct block_device *b);		/* pages are dropped unwritten */
/* Its place in /sys; bdev_lock not held. What cannot be added is said. */
void bdev_sysfs_add(struct block_device *b);
void bdev_sysfs_remove(struct block_device *b);
int bdev_sync(struct block_device *b);			/* dirty pages out, then a flush; sleeps */

#endif
