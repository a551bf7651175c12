/*
 * Clocks of processor time and alarms on them. A group's armed alarms, and those on its threads, are in one list of its
 * signal_struct under tasklist_lock; its `cpu_timers` flag makes ticks look at them.
 */
#include <sched/cpu_clock.h>
#include <sched/internal.h>
#include <abi/errno.h>
#include <abi/time.h>

/* A number is ~pid << 3, with the kind in the lower two bits and a bit for threads; pid 0 is the caller. */
#define THREAD_BIT	4
#define KIND_MASK	3

bool cpu_clock_is(s32 clock)
{
	return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

/* tasklist_lock held. Not counted. */
static struct pid *find_pid(pid_t nr, bool thread, bool reading)
{
	struct task *t;
	struct pid *pid;

	if (!nr)
		return thread ? current->pids[PIDTYPE_PID] : current_tgid();
	pid = pid_find(nr);
	t = pid_task(pid, PIDTYPE_PID);
	if (thread)
		return t && t->signal == current->signal ? pid : NULL;
	if (reading && t == current)
		return current_tgid();
	return pid_task(pid, PIDTYPE_TGID) ? pid : NULL;
}

int cpu_clock_find(s32 clock, bool reading, struct cpu_clock *c)
{
	unsigned long flags;
	pid_t nr = 0;

	c->kind = CPUCLOCK_SCHED;
	c->thread = clock == CLOCK_THREAD_CPUTIME_ID;
	if (clock < 0) {
		c->kind = clock & KIND_MASK;
		c->thread = clock & THREAD_BIT;
		nr = ~(clock >> 3);
	}
	if (c->kind > CPUCLOCK_SCHED)
		return -EINVAL;
	spin_lock_irqsave(&tasklist_lock, flags);
	c->pid = pid_get(find_pid(nr, c->thread, reading));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return c->pid ? 0 : -EINVAL;
}

void cpu_clock_put(struct cpu_clock *c)
{
	pid_put(c->pid);
	c->pid = NULL;
}

static struct task *measured(const struct cpu_clock *c)
{
	return pid_task(c->pid, c->thread ? PIDTYPE_PID : PIDTYPE_TGID);
}

static nsec_t read(const struct cpu_clock *c, struct task *t)
{
	u64 user, system;

	if (c->thread)
		task_cputime(t, &user, &system);
	else
		group_cputime_locked(t, &user, &system);
	return c->kind == CPUCLOCK_VIRT ? user : user + system;
}

int cpu_clock_read_locked(const struct cpu_clock *c, nsec_t *now)
{
	struct task *t = measured(c);

	if (!t)
		return -ESRCH;
	*now = read(c, t);
	return 0;
}

int cpu_clock_read(const struct cpu_clock *c, nsec_t *now)
{
	unsigned long flags;
	int error;

	spin_lock_irqsave(&tasklist_lock, flags);
	error = cpu_clock_read_locked(c, now);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

/* ---- alarms ---- */

/* `expires` 0: not at all. */
static void arm(struct cpu_alarm *a, struct task *t, nsec_t expires)
{
	if (!expires)
		return;
	a->expires = expires;
	list_add_tail(&a->link, &t->signal->cpu_alarms);
	t->signal->cpu_timers = true;
}

int cpu_alarm_arm_locked(struct cpu_alarm *a, nsec_t expires)
{
	struct task *t = measured(&a->clock);
	nsec_t now;

	if (!t)
		return -ESRCH;
	a->expires = expires;
	now = read(&a->clock, t);
	arm(a, t, now >= expires ? a->fn(a, now) : expires);
	return 0;
}

void cpu_alarm_cancel_locked(struct cpu_alarm *a)
{
	list_del_init(&a->link);
}

void cpu_alarms_tick(struct task *t)
{
	struct cpu_alarm *a, *next;
	unsigned long flags;
	LIST_HEAD(due);

	if (list_empty(&t->signal->cpu_alarms))
		return;
	spin_lock_irqsave(&tasklist_lock, flags);
	list_for_each_entry_safe(a, next, &t->signal->cpu_alarms, link)
		if ((!a->clock.thread || a->clock.pid == t->pids[PIDTYPE_PID]) && read(&a->clock, t) >= a->expires)
			list_move_tail(&a->link, &due);
	while (!list_empty(&due)) {
		a = list_first_entry(&due, struct cpu_alarm, link);
		list_del_init(&a->link);
		arm(a, t, a->fn(a, read(&a->clock, t)));
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

void cpu_alarms_end_locked(struct signal_struct *s)
{
	while (!list_empty(&s->cpu_alarms))
		list_del_init(s->cpu_alarms.next);
}
