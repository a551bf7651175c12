/* Waiting for several files: poll operations call poll_wait() for each queue, then return the events that hold. */
#ifndef FS_POLL_H
#define FS_POLL_H

#include <core/wait.h>
#include <fs/vfs.h>
#include <abi/poll.h>

struct poll_table {
	/* NULL: only the mask is wanted. */
	void (*queue)(struct file *f, struct wait_queue *q, struct poll_table *pt);
	unsigned key;		/* events of interest */
};
static inline void poll_wait(struct file *f, struct wait_queue *q, struct poll_table *pt)
{
	if (pt && pt->queue)
		pt->queue(f, q, pt);
}

#endif
