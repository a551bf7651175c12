/*
 * Takes the memory of processes that were killed for it and do not end: they may wait for somebody who waits for memory.
 *
 * Only what nobody else sees is taken: private areas. From then on mm->reaped makes faults on them fail, so that no call
 * that is under way mistakes fresh zeros for what was there. The thread never waits for mmap_lock, since a holder may wait
 * for it; nor does anybody wait for the thread longer than PATIENCE.
 */
#include <core/init.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/time.h>
#include <sched/task.h>
#include "internal.h"

#define DELAY		NSEC_PER_SEC		/* a victim that can ends by itself, and in order */
#define TRIES		10
#define PAUSE		(100 * NSEC_PER_MSEC)
#define PATIENCE	(5 * NSEC_PER_SEC)

static DEFINE_SPINLOCK(queue_lock, RANK_OOM);
static LIST_HEAD(queue);			/* queue_lock: by mm->oom_link, each referenced (count) */
static DEFINE_WAIT_QUEUE(queue_wait);

bool oom_memory_comes(struct mm *mm)
{
	bool first;

	spin_lock(&queue_lock);
	first = !mm->oom_since;
	if (first) {
		mm->oom_since = max(ktime_get(), (nsec_t)1);
		atomic_inc(&mm->count);
		list_add_tail(&mm->oom_link, &queue);
	}
	spin_unlock(&queue_lock);
	if (first)
		wake_up_all(&queue_wait);
	return !READ_ONCE(mm->oom_done) && ktime_get() - mm->oom_since < PATIENCE;
}

/* False: its lock is not to be had now. */
static bool reap(struct mm *mm)
{
	if (!atomic_inc_not_zero(&mm->users))
		return true;			/* it is being taken apart */
	if (!down_read_trylock(&mm->mmap_lock)) {
		mm_put(mm);
		return false;
	}
	WRITE_ONCE(mm->reaped, true);
	for (struct vm_area *a = mm->first; a; a = a->next)
		if (!(a->flags & (VM_SHARED | VM_IO | VM_SPECIAL)))
			zap_range(mm, a->start, a->end, false);
	up_read(&mm->mmap_lock);
	mm_put(mm);
	return true;
}

static struct mm *first_in_queue(void)
{
	struct mm *mm = NULL;

	spin_lock(&queue_lock);
	if (!list_empty(&queue)) {
		mm = list_first_entry(&queue, struct mm, oom_link);
		list_del(&mm->oom_link);
	}
	spin_unlock(&queue_lock);
	return mm;
}

static void reaper(void *arg)
{
	(void)arg;
	current->flags |= PF_MEMALLOC;
	while (!kthread_should_stop()) {
		struct mm *mm;

		(void)wait_event_interruptible(&queue_wait, !list_empty(&queue) || kthread_should_stop());
		mm = first_in_queue();
		if (!mm)
			continue;
		while (atomic_read(&mm->users) && ktime_get() - mm->oom_since < DELAY)
			sleep_ns(PAUSE);
		for (unsigned i = 0; i < TRIES && !reap(mm); i++)
			sleep_ns(PAUSE);
		WRITE_ONCE(mm->oom_done, true);
		mm_drop(mm);
	}
}

static int __init reaper_init(void)
{
	struct task *t = kthread_run(reaper, NULL, "oom_reaper");

	return IS_ERR(t) ? (int)PTR_ERR(t) : 0;
}
bus_initcall(reaper_init);
