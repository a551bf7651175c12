/*
 * Page locks and waits for write-back. Waiters sleep on one of a few hashed wait queues, shared by many pages, so
 * every wake-up is of all of them and each looks at its own page again.
 *
 * Completions in interrupts unlock pages that a task locked, so page locks are not on the held list of debug builds.
 */
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/wait.h>
#include <mm/init.h>
#include <mm/page.h>
#include <sched/task.h>
#include "internal.h"

#define QUEUE_BITS 6

static struct wait_queue queues[1 << QUEUE_BITS];

static struct wait_queue *page_queue(const struct page *p)
{
	return &queues[(((unsigned long)p / sizeof(*p)) * 0x61C88647u) >> (32 - QUEUE_BITS)];
}

bool page_trylock(struct page *p)
{
	return !page_test_set(p, PG_LOCKED);
}

void page_lock(struct page *p)
{
	might_sleep();
	if (page_test_set(p, PG_LOCKED))
		wait_event(page_queue(p), !page_test_set(p, PG_LOCKED));
}

void page_unlock(struct page *p)
{
	struct wait_queue *q = page_queue(p);

	ASSERT(page_test(p, PG_LOCKED));
	page_clear(p, PG_LOCKED);
	if (unlikely(wait_queue_active(q)))
		wake_up_all(q);
}

void page_wait_writeback(struct page *p)
{
	might_sleep();
	if (page_test(p, PG_WRITEBACK))
		wait_event(page_queue(p), !page_test(p, PG_WRITEBACK));
}

void page_end_writeback(struct page *p)
{
	struct wait_queue *q = page_queue(p);

	if (page_test_clear(p, PG_WRITEBACK))
		mem_count(MEM_WRITEBACK, -1);
	if (unlikely(wait_queue_active(&reclaim_wait)))
		wake_up_all(&reclaim_wait);
	if (unlikely(wait_queue_active(q)))
		wake_up_all(q);
}

void __init page_wait_init(void)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(queues); i++)
		wait_queue_init(&queues[i]);
}
