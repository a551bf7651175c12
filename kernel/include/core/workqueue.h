/* Deferred work in task context: work_queue() from anywhere, the function runs once in a kernel thread and may sleep. */
#ifndef CORE_WORKQUEUE_H
#define CORE_WORKQUEUE_H

#include <core/list.h>

struct work {
	struct list_head link;
	void (*fn)(struct work *w);
	bool queued;
};
void work_init(struct work *w, void (*fn)(struct work *w));
bool work_queue(struct work *w);	/* false if it was queued already */
void work_flush(struct work *w);	/* waits until it neither runs nor waits */

#endif
