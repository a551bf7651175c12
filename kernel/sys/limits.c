/* Limits, usage and priorities of processes: getrlimit(2), getrusage(2), times(2), getpriority(2). */
#include <arch/uaccess.h>
#include <core/string.h>
#include <core/time.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/usage.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/resource.h>
#include <abi/sched.h>
#include <abi/time.h>

#define NR_OPEN_MAX 1048576u

/* ---- limits ---- */

static bool may_change(struct task *t)
{
	const struct cred *c = current_cred(), *tc = t->cred;

	if (t->signal == current->signal || capable(CAP_SYS_RESOURCE))
		return true;
	return c->uid == tc->euid && c->uid == tc->suid && c->uid == tc->uid && c->gid == tc->egid && c->gid == tc->sgid &&
		c->gid == tc->gid;
}

/* new and old may each be NULL. */
static int do_prlimit(struct task *t, unsigned resource, const struct abi_rlimit64 *new, struct abi_rlimit64 *old)
{
	struct abi_rlimit64 *r = &t->signal->rlim[resource];
	unsigned long flags;
	int error = 0;

	if (new && new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (new && resource == RLIMIT_NOFILE && new->rlim_max > NR_OPEN_MAX)
		return -EPERM;
	spin_lock_irqsave(&tasklist_lock, flags);
	if (old)
		*old = *r;
	if (new) {
		if (new->rlim_max > r->rlim_max && !capable(CAP_SYS_RESOURCE))
			error = -EPERM;
		else
			*r = *new;
		if (!error && resource == RLIMIT_CPU && new->rlim_cur != ABI_RLIM64_INFINITY)
			t->signal->cpu_timers = true;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

long sys_prlimit64(pid_t pid, unsigned resource, const struct abi_rlimit64 __user *unew, struct abi_rlimit64 __user *uold)
{
	struct abi_rlimit64 new, old;
	struct task *t;
	int error;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	t = pid ? task_find_get(pid) : task_get(current);
	if (!t)
		return -ESRCH;
	error = may_change(t) ? do_prlimit(t, resource, unew ? &new : NULL, uold ? &old : NULL) : -EPERM;
	task_put(t);
	if (!error && uold && copy_to_user(uold, &old, sizeof(old)))
		error = -EFAULT;
	return error;
}

static u64 widen(u32 v, u32 infinity) { return v >= infinity ? ABI_RLIM64_INFINITY : v; }
static u32 narrow(u64 v, u32 infinity) { return v >= infinity ? infinity : (u32)v; }

long sys_setrlimit(unsigned resource, const struct abi_rlimit __user *u)
{
	struct abi_rlimit r;
	struct abi_rlimit64 wide;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (copy_from_user(&r, u, sizeof(r)))
		return -EFAULT;
	wide = (struct abi_rlimit64){ widen(r.rlim_cur, 0xffffffff), widen(r.rlim_max, 0xffffffff) };
	return do_prlimit(current, resource, &wide, NULL);
}

static long get_limit(unsigned resource, struct abi_rlimit __user *u, u32 infinity)
{
	struct abi_rlimit64 wide;
	struct abi_rlimit r;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	do_prlimit(current, resource, NULL, &wide);	/* reading cannot fail */
	r = (struct abi_rlimit){ narrow(wide.rlim_cur, infinity), narrow(wide.rlim_max, infinity) };
	return copy_to_user(u, &r, sizeof(r)) ? -EFAULT : 0;
}

long sys_ugetrlimit(unsigned resource, struct abi_rlimit __user *u) { return get_limit(resource, u, 0xffffffff); }
long sys_getrlimit(unsigned resource, struct abi_rlimit __user *u) { return get_limit(resource, u, 0x7fffffff); }

/* ---- usage ---- */

long sys_getrusage(int who, struct abi_rusage __user *u)
{
	struct abi_rusage usage;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	usage_of(current, who, &usage);
	return copy_to_user(u, &usage, sizeof(usage)) ? -EFAULT : 0;
}

static s32 ticks(u64 ns) { return (s32)div_u64(ns, (u32)(NSEC_PER_SEC / USER_HZ)); }

long sys_times(struct abi_tms __user *u)
{
	struct abi_tms t;
	u64 user, system;

	if (u) {
		group_cputime(current, &user, &system);
		t.tms_utime = ticks(user);
		t.tms_stime = ticks(system);
		t.tms_cutime = ticks(current->signal->cutime_ns);
		t.tms_cstime = ticks(current->signal->cstime_ns);
		if (copy_to_user(u, &t, sizeof(t)))
			return -EFAULT;
	}
	return ticks(ktime_get());
}

/* ---- priorities ---- */

/* nice values 19..-20 as getpriority(2) returns them: 1..40. */
static bool may_renice(int nice)
{
	return (u64)(20 - nice) <= rlimit(RLIMIT_NICE) || capable(CAP_SYS_NICE);
}

static int renice(struct task *t, int nice)
{
	const struct cred *c = current_cred();

	if (c->euid != t->cred->uid && c->euid != t->cred->euid && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (nice < t->nice && !may_renice(nice))
		return -EACCES;
	return sched_set(t, t->policy, t->rt_priority, nice);
}

struct each {
	int nice;		/* to set */
	bool set;
	int best;		/* lowest nice seen */
	int error;
	bool found;
};

static void one(struct each *e, struct task *t)
{
	e->found = true;
	if (e->set) {
		int error = renice(t, e->nice);

		if (error)
			e->error = error;
	} else {
		e->best = min(e->best, t->nice);
	}
}

/* Visits the tasks that (which, who) names, one at a time and without a lock while visiting. */
static int for_each_named(struct each *e, int which, int who)
{
	struct pid *group = NULL;
	struct task *t;
	pid_t nr;

	if (which == PRIO_PROCESS) {
		t = who ? task_find_get(who) : task_get(current);
		if (!t)
			return -ESRCH;
		one(e, t);
		task_put(t);
		return e->error;
	}
	if (which == PRIO_PGRP)
		group = who ? pid_find_get(who) : pid_get(task_pgrp(current));
	for (nr = 1; (t = task_next_get(nr, false)); nr++) {
		nr = t->pid;
		if (which == PRIO_PGRP ? group && t->group_leader->pids[PIDTYPE_PGID] == group
		    : t->cred->uid == (who ? (uid_t)who : current_cred()->uid))
			one(e, t);
		task_put(t);
	}
	pid_put(group);
	return e->found ? e->error : -ESRCH;
}

long sys_setpriority(int which, int who, int value)
{
	struct each e = { .set = true, .nice = max(-20, min(19, value)) };

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	return for_each_named(&e, which, who);
}

long sys_getpriority(int which, int who)
{
	struct each e = { .best = 100 };
	int error;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	error = for_each_named(&e, which, who);
	return error ? error : 20 - e.best;
}

long sys_nice(int increment)
{
	int nice;

	increment = max(-40, min(40, increment));
	nice = max(-20, min(19, current->nice + increment));
	if (increment < 0 && !may_renice(nice))
		return -EPERM;
	return sched_set(current, current->policy, current->rt_priority, nice);
}
