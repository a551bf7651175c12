/*
 * When nothing can be reclaimed any more: the process whose end gives most memory back is killed, by name. The
 * caller holds mmap_lock of nobody and tries its allocation again afterwards.
 */
#include <abi/signal.h>
#include <core/printk.h>
#include <core/time.h>
#include <sched/signal.h>
#include <sched/task.h>
#include "internal.h"

#define OOM_NEVER (-1000)

/* Frames that its end would free, moved by /proc/PID/oom_score_adj; 0: not to be killed. */
static unsigned long badness(struct task *t)
{
	long adjust = t->signal ? t->signal->oom_score_adj : 0, points = 0;

	if ((t->flags & PF_KTHREAD) || t->pid == 1 || !t->signal || (t->signal->flags & SIGNAL_UNKILLABLE) || adjust == OOM_NEVER)
		return 0;
	preempt_disable();	/* the mm stays while nobody else can run */
	if (t->mm)
		points = (long)(mm_rss(t->mm) + t->mm->page_table_pages);
	preempt_enable();
	if (!points)
		return 0;
	points += adjust * (long)(mm_total_frames() / 1000);
	return points > 0 ? (unsigned long)points : 1;
}

bool oom_kill(void)
{
	struct task *t, *victim = NULL;
	unsigned long worst = 0, points, rss = 0;
	pid_t from = 0;

	while ((t = task_next_get(from, true)) != NULL) {
		from = t->pid + 1;
		if (t->mm && (fatal_signal_pending(t) || (t->flags & PF_EXITING) ||
			      (t->signal && (t->signal->flags & SIGNAL_GROUP_EXIT)))) {
			/* One is dying already: its memory comes soon. */
			task_put(t);
			if (victim)
				task_put(victim);
			sleep_ns(10 * NSEC_PER_MSEC);
			return true;
		}
		points = badness(t);
		if (points > worst) {
			if (victim)
				task_put(victim);
			victim = t;
			worst = points;
		} else {
			task_put(t);
		}
	}
	if (!victim) {
		sleep_ns(10 * NSEC_PER_MSEC);
		return false;
	}
	preempt_disable();
	if (victim->mm)
		rss = mm_rss(victim->mm);
	preempt_enable();
	pr_err("Out of memory: killed process %d (%s), %lu KiB of %lu KiB\n", victim->pid, victim->comm,
	       rss << (PAGE_SHIFT - 10), mm_total_frames() << (PAGE_SHIFT - 10));
	(void)signal_send(SIGKILL, victim);	/* SIGKILL needs no queue entry */
	task_put(victim);
	if (!fatal_signal_pending(current))
		sleep_ns(NSEC_PER_MSEC);
	return true;
}
