/*
 * When nothing can be reclaimed any more: the process whose end gives most memory back is killed, by name, and whoever
 * asked waits for that memory and tries again. Callers may hold locks that sleep, any but those of reclaim.
 *
 * The victim may wait for such a lock itself. So nobody waits for it to end: its memory is taken from it (oom_reap.c) if it
 * has not gone by itself soon, and who has nothing more to give is not waited for. It, and all who share its memory, may
 * use the reserve of frames meanwhile.
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

/* Who is considered: a process, one of its threads that still has memory, and that, referenced (count). */
struct candidate {
	struct task *leader;	/* referenced by who looks */
	struct mm *mm;		/* NULL: has none any more, or never had */
	bool dying;
};

static void look_at(struct candidate *c, struct task *leader)
{
	struct task *t;
	unsigned long flags;

	*c = (struct candidate){ .leader = leader };
	spin_lock_irqsave(&tasklist_lock, flags);
	if (leader->signal && !(leader->flags & PF_KTHREAD)) {
		list_for_each_entry(t, &leader->signal->threads, thread_link) {
			if (!t->mm)
				continue;
			c->mm = t->mm;
			c->dying = fatal_signal_pending(t) || (t->flags & PF_EXITING) || (t->signal->flags & SIGNAL_GROUP_EXIT);
			if (!c->dying)
				break;		/* some threads may end alone */
		}
		if (c->mm)
			atomic_inc(&c->mm->count);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static bool protected(const struct task *t)
{
	return (t->flags & PF_KTHREAD) || t->pid == 1 || !t->signal || (t->signal->flags & SIGNAL_UNKILLABLE) ||
	       t->signal->oom_score_adj == OOM_NEVER;
}

/* Frames that its end would free, moved by /proc/PID/oom_score_adj; 0: not to be killed. */
static unsigned long badness(const struct candidate *c)
{
	unsigned long swap_total, swap_free;
	long points;

	/* After vfork() the memory is still the parent's. */
	if (!c->mm || protected(c->leader) || READ_ONCE(c->leader->vfork_done))
		return 0;
	points = (long)(mm_rss(c->mm) + c->mm->page_table_pages) + atomic_read(&c->mm->swap_pages);
	if (!points)
		return 0;
	swap_totals(&swap_total, &swap_free);
	points += c->leader->signal->oom_score_adj * (long)((mm_total_frames() + swap_total) / 1000);
	return points > 0 ? (unsigned long)points : 1;
}

/* Why, and who: one line for each. */
static void report(const struct candidate *c, unsigned long points)
{
	unsigned long anon, swap_total, swap_free;
	struct mem_stats s;

	mem_stats(&s);
	swap_totals(&swap_total, &swap_free);
	anon = (unsigned long)atomic_read(&c->mm->rss_anon);
	pr_err("Out of memory: %s (%d) asked; %lu KiB of %lu free, %lu of files, %lu in tmpfs, %lu of %lu swap free\n", current->comm,
	       current->pid, s.free * 4, s.total * 4, (s.page_cache - min(s.page_cache, s.shmem)) * 4, s.shmem * 4, swap_free * 4,
	       swap_total * 4);
	pr_err("Out of memory: killed process %d (%s), anon %lu KiB, file %lu, swap %lu, tables %lu, score %lu, adjusted by %d\n",
	       c->leader->pid, c->leader->comm, anon * 4, (mm_rss(c->mm) - anon) * 4, (unsigned long)atomic_read(&c->mm->swap_pages) * 4,
	       c->mm->page_table_pages * 4, points * 4, c->leader->signal->oom_score_adj);
}

static void forget(struct candidate *c)
{
	if (c->leader)
		task_put(c->leader);
	if (c->mm)
		mm_drop(c->mm);
	*c = (struct candidate){ 0 };
}

/* It may use the reserve. One instruction: no lock. */
static void grant_reserve(struct task *t)
{
	t->signal->flags |= SIGNAL_OOM_VICTIM;
}

/* The process with most points; false: none can be killed. *ending: somebody's memory comes soon, nobody need be chosen. */
static bool choose(struct candidate *worst, unsigned long *most, bool *ending)
{
	struct task *t;
	pid_t from = 0;

	*worst = (struct candidate){ 0 };
	*most = 0;
	*ending = mm_leaving();
	while (!*ending && (t = task_next_get(from, true)) != NULL) {
		struct candidate c;
		unsigned long points;

		from = t->pid + 1;
		look_at(&c, t);
		if (c.mm && c.dying) {
			if (oom_memory_comes(c.mm)) {
				grant_reserve(t);
				*ending = true;
			}
		} else if ((points = badness(&c)) > *most) {
			forget(worst);
			*worst = c;
			*most = points;
			continue;
		}
		forget(&c);
	}
	if (*ending)
		forget(worst);
	return worst->leader != NULL;
}

/* Others with the same memory go too, or it would stay. false: one of them must not. */
static bool kill_sharers(const struct candidate *victim)
{
	struct task *t;
	pid_t from = 0;
	bool all = true;

	while ((t = task_next_get(from, true)) != NULL) {
		struct candidate c;

		from = t->pid + 1;
		look_at(&c, t);
		if (c.mm == victim->mm && t != victim->leader) {
			if (protected(t)) {
				all = false;
			} else {
				grant_reserve(t);
				(void)signal_send(SIGKILL, t);	/* SIGKILL needs no queue entry */
			}
		}
		forget(&c);
	}
	return all;
}

static bool kill_worst(bool allowed)
{
	struct candidate victim;
	unsigned long points;
	bool ending;

	if (!choose(&victim, &points, &ending))
		return ending;
	if (!allowed) {
		forget(&victim);
		return false;
	}
	report(&victim, points);
	vm_event(OOM_KILL, 1);
	grant_reserve(victim.leader);
	(void)signal_send(SIGKILL, victim.leader);	/* SIGKILL needs no queue entry */
	if (kill_sharers(&victim))
		(void)oom_memory_comes(victim.mm);
	else
		victim.mm->oom_done = true;
	forget(&victim);
	return true;
}

/* Who ends already need not wait: with the reserve it ends sooner. False: it had that. */
static bool let_end(void)
{
	if (current->signal->flags & SIGNAL_OOM_VICTIM)
		return false;
	grant_reserve(current);
	return true;
}

bool oom_kill(bool allowed)
{
	static bool busy;
	bool again = true, mine;

	if (!(current->flags & PF_KTHREAD) && current->signal && (fatal_signal_pending(current) || (current->flags & PF_EXITING)))
		return let_end();
	/* One at a time: while one chooses and tells, others would choose the same. */
	preempt_disable();
	mine = !busy;
	busy = true;
	preempt_enable();
	if (mine) {
		again = kill_worst(allowed);
		WRITE_ONCE(busy, false);
	}
	if (again && !fatal_signal_pending(current))
		sleep_ns(mine ? NSEC_PER_MSEC : 10 * NSEC_PER_MSEC);
	return again;
}
