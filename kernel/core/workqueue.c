/* One kernel thread that runs queued functions in order. */
#include <core/workqueue.h>
#include <core/init.h>
#include <core/wait.h>
#include <core/spinlock.h>
#include <sched/task.h>

/* Locks: w work_lock (irqsave) */
static DEFINE_SPINLOCK(work_lock, RANK_QUEUE);
static LIST_HEAD(pending);		/* w */
static struct work *running;		/* w */
static DEFINE_WAIT_QUEUE(work_wait);	/* the worker: something to do */
static DEFINE_WAIT_QUEUE(done_wait);	/* work_flush() */

void work_init(struct work *w, void (*fn)(struct work *w))
{
	list_init(&w->link);
	w->fn = fn;
	w->queued = false;
}

bool work_queue(struct work *w)
{
	unsigned long flags;
	bool queued = false;

	spin_lock_irqsave(&work_lock, flags);
	if (!w->queued) {
		w->queued = queued = true;
		list_add_tail(&w->link, &pending);
	}
	spin_unlock_irqrestore(&work_lock, flags);
	if (queued)
		wake_up(&work_wait);
	return queued;
}

void work_flush(struct work *w)
{
	wait_event(&done_wait, !READ_ONCE(w->queued) && READ_ONCE(running) != w);
}

static void worker(void *arg __maybe_unused)
{
	for (;;) {
		struct work *w = NULL;

		wait_event(&work_wait, !list_empty(&pending));
		spin_lock_irq(&work_lock);
		if (!list_empty(&pending)) {
			w = list_first_entry(&pending, struct work, link);
			list_del_init(&w->link);
			w->queued = false;
			running = w;
		}
		spin_unlock_irq(&work_lock);
		if (!w)
			continue;
		w->fn(w);		/* may free w */
		WRITE_ONCE(running, NULL);
		wake_up_all(&done_wait);
	}
}

static int __init workqueue_init(void)
{
	struct task *t = kthread_run(worker, NULL, "kworker");

	return IS_ERR(t) ? (int)PTR_ERR(t) : 0;
}
core_initcall(workqueue_init);
