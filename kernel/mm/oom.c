/*
 * When nothing can be reclaimed any more: the process whose end gives most memory back is killed, by name. The
 * caller holds mmap_lock of nobody and tries its allocation again afterwards.
 */
#include <abi/signal.h>
#include <core/printk.h>
#include <core/time.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <mm/swap.h>
#include <mm/vmstat.h>
#include "internal.h"

#define OOM_NEVER (-1000)

/* Frames that its end would free, moved by /proc/PID/oom_score_adj; 0: not to be killed. */
static unsigned long badness(struct task *t)
{
	long adjust = t->signal ? t->signal->oom_score_adj : 0, points = 0;
	unsigned long swap_total, swap_free;

	if ((t->flags & PF_KTHREAD) || t->pid == 1 || !t->signal || (t->signal->flags & SIGNAL_UNKILLABLE) || adjust == OOM_NEVER)
		return 0;
	preempt_disable();	/* the mm stays while nobody else can run */
	if (t->mm)
		points = (long)(mm_rss(t->mm) + t->mm->page_table_pages) + atomic_read(&t->mm->swap_pages);
	preempt_enable();
	if (!points)
		return 0;
	swap_totals(&swap_total, &swap_free);
	points += adjust * (long)((mm_total_frames() + swap_total) / 1000);
	return points > 0 ? (unsigned long)points : 1;
}

/* Why, and who: one line for each. */
static void report(const struct task *victim, unsigned long points)
{
	unsigned long anon = 0, file = 0, swapped = 0, tables = 0, swap_total, swap_free;
	struct mem_stats s;

	mem_stats(&s);
	swap_totals(&swap_total, &swap_free);
	preempt_disable();
	if (victim->mm) {
		anon = (unsigned long)atomic_read(&victim->mm->rss_anon);
		file = mm_rss(victim->mm) - anon;
		swapped = (unsigned long)atomic_read(&victim->mm->swap_pages);
		tables = victim->mm->page_table_pages;
	}
	preempt_enable();
	pr_err("Out of memory: %s (%d) asked; %lu KiB of %lu free, %lu of files, %lu in tmpfs, %lu of %lu swap free\n", current->comm,
	       current->pid, s.free * 4, s.total * 4, (s.page_cache - min(s.page_cache, s.shmem)) * 4, s.shmem * 4, swap_free * 4,
	       swap_total * 4);
	pr_err("Out of memory: killed process %d (%s), anon %lu KiB, file %lu, swap %lu, tables %lu, score %lu, adjusted by %d\n",
	       victim->pid, victim->comm, anon * 4, file * 4, swapped * 4, tables * 4, points * 4, victim->signal->oom_score_adj);
}

/* Is it on its way out already? Its memory comes soon. */
static bool dying(const struct task *t)
{
	return t->mm && (fatal_signal_pending(t) || (t->flags & PF_EXITING) || (t->signal && (t->signal->flags & SIGNAL_GROUP_EXIT)));
}

/* The task with most points, referenced; NULL: none can be killed. *ending: one is dying, nobody need be chosen. */
static struct task *choose(unsigned long *worst, bool *ending)
{
	struct task *t, *victim = NULL;
	unsigned long points;
	pid_t from = 0;

	*worst = 0;
	*ending = false;
	while ((t = task_next_get(from, true)) != NULL) {
		from = t->pid + 1;
		if (dying(t)) {
			task_put(t);
			if (victim)
				task_put(victim);
			*ending = true;
			return NULL;
		}
		points = badness(t);
		if (points > *worst) {
			if (victim)
				task_put(victim);
			victim = t;
			*worst = points;
		} else {
			task_put(t);
		}
	}
	return victim;
}

static bool kill_worst(void)
{
	struct task *victim;
	unsigned long points;
	bool ending;

	victim = choose(&points, &ending);
	if (!victim)
		return ending;
	report(victim, points);
	vm_event(OOM_KILL, 1);
	victim->signal->flags |= SIGNAL_OOM_VICTIM;	/* one instruction; the flag only grants memory */
	(void)signal_send(SIGKILL, victim);	/* SIGKILL needs no queue entry */
	task_put(victim);
	return true;
}

bool oom_kill(void)
{
	static bool busy;
	bool again = true, mine;

	/* One at a time: while one chooses and tells, others would choose the same. */
	preempt_disable();
	mine = !busy;
	busy = true;
	preempt_enable();
	if (mine) {
		again = kill_worst();
		WRITE_ONCE(busy, false);
	}
	if (!fatal_signal_pending(current))
		sleep_ns(mine && again ? NSEC_PER_MSEC : 10 * NSEC_PER_MSEC);
	return again;
}
