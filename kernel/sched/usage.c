/* Resource usage, added up over a thread group. Callers hold tasklist_lock where the header says so. */
#include <core/string.h>
#include <mm/mm.h>
#include <sched/internal.h>
#include <sched/usage.h>

struct sums {
	u64 user, system;
	unsigned long min_flt, maj_flt, nvcsw, nivcsw, maxrss;
};

static void add_task(struct sums *s, struct task *t)
{
	u64 user, system;

	task_cputime(t, &user, &system);
	s->user += user;
	s->system += system;
	s->min_flt += t->min_flt;
	s->maj_flt += t->maj_flt;
	s->nvcsw += t->nvcsw;
	s->nivcsw += t->nivcsw;
}

static void add_group(struct sums *s, struct task *t)
{
	const struct signal_struct *sig = t->signal;
	struct task *thread;

	list_for_each_entry(thread, &sig->threads, thread_link)
		add_task(s, thread);
	s->user += sig->utime_ns;
	s->system += sig->stime_ns;
	s->min_flt += sig->min_flt;
	s->maj_flt += sig->maj_flt;
	s->nvcsw += sig->nvcsw;
	s->nivcsw += sig->nivcsw;
	s->maxrss = max(s->maxrss, sig->maxrss);
}

static void add_children(struct sums *s, const struct signal_struct *sig)
{
	s->user += sig->cutime_ns;
	s->system += sig->cstime_ns;
	s->min_flt += sig->cmin_flt;
	s->maj_flt += sig->cmaj_flt;
	s->nvcsw += sig->cnvcsw;
	s->nivcsw += sig->cnivcsw;
	s->maxrss = max(s->maxrss, sig->cmaxrss);
}

static void store_time(struct abi_timeval *tv, u64 ns)
{
	u32 rest = div_u64_rem(&ns, NSEC_PER_SEC);

	tv->tv_sec = (s32)ns;
	tv->tv_usec = rest / 1000;
}

static void store(const struct sums *s, struct abi_rusage *u)
{
	memset(u, 0, sizeof(*u));
	store_time(&u->ru_utime, s->user);
	store_time(&u->ru_stime, s->system);
	u->ru_maxrss = s->maxrss * (PAGE_SIZE / 1024);
	u->ru_minflt = s->min_flt;
	u->ru_majflt = s->maj_flt;
	u->ru_nvcsw = s->nvcsw;
	u->ru_nivcsw = s->nivcsw;
}

void usage_children_of(struct task *t, struct abi_rusage *u)
{
	struct sums s = { .maxrss = 0 };

	add_group(&s, t);
	add_children(&s, t->signal);
	store(&s, u);
}

void usage_of(struct task *t, int who, struct abi_rusage *u)
{
	struct sums s = { .maxrss = 0 };
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (who == RUSAGE_THREAD)
		add_task(&s, t);
	else if (who == RUSAGE_CHILDREN)
		add_children(&s, t->signal);
	else
		add_group(&s, t);
	if (who != RUSAGE_CHILDREN && t == current && t->mm) {
		unsigned long rss = atomic_read(&t->mm->rss_anon) + atomic_read(&t->mm->rss_file) + atomic_read(&t->mm->rss_shmem);

		s.maxrss = max(s.maxrss, max(rss, t->mm->hiwater_rss));
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	store(&s, u);
}
