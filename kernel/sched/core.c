/*
 * The scheduler: who runs. schedule() gives the processor up, wake_up_task() makes a task runnable, ticks end slices.
 *
 * A task that waits sets its state before it tests what it waits for, then calls schedule(); a wake-up in between
 * puts the state back to TASK_RUNNING, so it is not lost. A preempted task stays runnable whatever its state says.
 * The run queue is guarded by interrupts off. The tick exists only while something runs besides the idle loop.
 */
#include <arch/cpu.h>
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/irqflags.h>
#include <mm/mm.h>
#include <core/pi.h>
#include <core/string.h>
#include <sched/rq.h>
#include <sched/internal.h>

static struct run_queue rq;
static struct timer tick_timer;
static nsec_t idle_since;
static u64 idle_total;
static unsigned blocked;		/* user tasks in uninterruptible sleep: part of the load */

static void resched(void)
{
	this_cpu()->need_resched = true;
}

/* ---- charging run time ---- */

int rt_period_us = 1000000, rt_runtime_us = 950000;

static void charge_rt(u64 delta, nsec_t now)
{
	if (now - rq.rt_start >= (u64)(u32)rt_period_us * NSEC_PER_USEC) {
		rq.rt_start = now;
		rq.rt_time = 0;
		rq.rt_throttled = false;
	}
	rq.rt_time += delta;
	if (rt_runtime_us >= 0 && rq.rt_time >= (u64)(u32)rt_runtime_us * NSEC_PER_USEC)
		rq.rt_throttled = true;
}

/* At a tick, whatever runs: the period may be over, or the share used up. */
static void check_rt_share(struct task *running, nsec_t now)
{
	if (rq.rt_throttled && now - rq.rt_start >= (u64)(u32)rt_period_us * NSEC_PER_USEC) {
		rq.rt_throttled = false;
		rq.rt_time = 0;
		rq.rt_start = now;
		if (rq_top_rt(&rq) > running->prio)
			resched();
	} else if (rq.rt_throttled && task_is_rt(running) && rq_first_fair(&rq)) {
		resched();
	}
}

static void charge(struct task *t, nsec_t now)
{
	u64 delta = now - t->exec_start;

	t->exec_start = now;
	if (unlikely((s64)delta <= 0))
		return;
	t->sum_exec += delta;
	if (!task_is_rt(t))
		t->vruntime += rq_weighted(delta, t);
	else
		charge_rt(delta, now);
}

/* Should `woken` run instead of the running task? */
static bool preempts(const struct task *woken, const struct task *running)
{
	if (running == this_cpu()->idle)
		return true;
	if (unlikely(rq.rt_throttled) && task_is_rt(woken) != task_is_rt(running))
		return task_is_rt(running);
	if (woken->prio || running->prio)
		return woken->prio > running->prio;
	if (running->policy == SCHED_IDLE && woken->policy != SCHED_IDLE)
		return true;
	if (woken->policy != SCHED_NORMAL)
		return false;
	return (s64)(running->vruntime - woken->vruntime) > (s64)rq_weighted(FAIR_GRANULE, woken);
}

static void activate(struct task *t, bool new)
{
	struct task *running = current;

	if (!task_is_rt(t)) {
		/* Who has run alone for long has moved on since the last switch: the newcomer starts from where it is now. */
		if (!task_is_rt(running) && running != this_cpu()->idle) {
			charge(running, ktime_get());
			rq_update_min(&rq, running);
		}
		rq_place(&rq, t, new);
	}
	t->on_rq = true;
	rq.running++;
	rq_insert(&rq, t, false);
	if (preempts(t, running))
		resched();
}

static bool counts_as_blocked(const struct task *t)
{
	return (t->state & (TASK_UNINTERRUPTIBLE | TASK_KILLABLE)) && !(t->flags & PF_KTHREAD);
}

/*
 * A sleeper whose time has come asked for that time: it need not have less run time than who runs now. It may be
 * ahead of it by a few milliseconds, so that one that sleeps much and runs little is on time, and no more.
 */
void wake_up_sleeper(struct task *t)
{
	unsigned long flags = irq_save();
	struct task *running = current;

	if (wake_up_task(t, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | TASK_KILLABLE) && t->on_rq && t != running &&
	    !task_is_rt(t) && t->policy == SCHED_NORMAL && !task_is_rt(running) && running != this_cpu()->idle &&
	    (s64)(t->vruntime - running->vruntime) < (s64)SLEEPER_AHEAD) {
		rq.next = t;
		resched();
	}
	irq_restore(flags);
}

int wake_up_task(struct task *t, int state_mask)
{
	unsigned long flags = irq_save();
	int woken = 0;

	if (t->state & state_mask) {
		if (!t->on_rq) {
			if (counts_as_blocked(t))
				blocked--;
			activate(t, false);
		}
		t->state = TASK_RUNNING;
		woken = 1;
	}
	irq_restore(flags);
	if (unlikely(this_cpu()->need_resched) && (flags & EFLAGS_IF) && !this_cpu()->preempt_count)
		preempt_schedule();
	return woken;
}

void wake_up_new_task(struct task *t)
{
	unsigned long flags = irq_save();

	t->state = TASK_RUNNING;
	activate(t, true);
	irq_restore(flags);
}

void sched_fork(struct task *t)
{
	if (current->reset_on_fork) {
		t->reset_on_fork = false;
		t->policy = SCHED_NORMAL;
		t->rt_priority = 0;
		if (t->nice < 0)
			t->nice = 0;
	}
	t->prio = t->rt_priority;
	list_init(&t->pi_locks);
	t->pi_blocked_on = NULL;
	rq_set_weight(t);
	t->on_rq = false;
	t->sum_exec = 0;
	t->ticks_user = t->ticks_system = 0;
	t->utime_ns = t->stime_ns = 0;
	t->nvcsw = t->nivcsw = t->min_flt = t->maj_flt = 0;
	t->exec_start = t->start_time = ktime_get();
	t->slice_start = t->start_time;
}

/* ---- switching ---- */

/*
 * Right after a switch, interrupts still off: the task that ran before, if it has ended and its last reference is to
 * go here, on another stack; else NULL. Once interrupts are on a living one may run, end and be freed elsewhere.
 */
static struct task *ended(struct task *prev)
{
	return unlikely(prev->state == TASK_DEAD) ? prev : NULL;
}

/* Interrupts off; on return too, in whatever task runs then. Returns a task to be task_put() with them on, or NULL. */
static struct task *switch_to_next(bool preempt)
{
	struct cpu *cpu = this_cpu();
	struct task *prev = current, *next;
	nsec_t now = ktime_get();

	cpu->need_resched = false;
	if (prev != cpu->idle) {
		charge(prev, now);
		if (!preempt && prev->state != TASK_RUNNING) {
			if ((prev->state == TASK_INTERRUPTIBLE && prev->sig_pending) ||
			    (prev->state == TASK_KILLABLE && fatal_signal_pending(prev))) {
				prev->state = TASK_RUNNING;
			} else {
				prev->on_rq = false;
				rq.running--;
				if (counts_as_blocked(prev))
					blocked++;
			}
		}
		if (prev->on_rq)
			rq_insert(&rq, prev, preempt && task_is_rt(prev) && prev->slice_start);
	}
	next = rq_take_next(&rq);
	if (!next)
		next = cpu->idle;
	rq_update_min(&rq, next == cpu->idle || task_is_rt(next) ? NULL : next);
	if (next == prev) {
		if (!prev->slice_start)
			prev->slice_start = now;
		return NULL;
	}
	next->exec_start = next->slice_start = now;
	if (next == cpu->idle) {
		idle_since = now;
	} else if (prev == cpu->idle) {
		idle_total += now - idle_since;
		if (!tick_timer.armed)
			timer_arm(&tick_timer, now + TICK_NS);
	}
	if (prev->rseq)
		prev->rseq_event = true;
	if (preempt)
		prev->nivcsw++;
	else
		prev->nvcsw++;
	cpu->switches++;
	if (next->mm)
		mm_switch(NULL, next->mm);
	return ended(switch_to(prev, next));
}

void schedule(void)
{
	schedule_from((unsigned long)__builtin_return_address(0));
}

void schedule_from(unsigned long ip)
{
	unsigned long flags;
	struct task *dead;

	might_sleep();
	current->wait_ip = ip;
	flags = irq_save();
	dead = switch_to_next(false);
	irq_restore(flags);
	if (dead)
		task_put(dead);
}

void schedule_dead(void)
{
	irq_disable();
	current->state = TASK_DEAD;
	switch_to_next(false);
	panic("a dead task runs");
}

void preempt_schedule(void)
{
	struct task *dead;

	if (this_cpu()->preempt_count || irqs_disabled())
		return;
	while (this_cpu()->need_resched) {
		irq_disable();
		dead = switch_to_next(true);
		irq_enable();
		if (dead)
			task_put(dead);
	}
}

void preempt_schedule_irq(void)
{
	while (this_cpu()->need_resched) {
		struct task *dead = switch_to_next(true);

		if (dead) {
			irq_enable();
			task_put(dead);
			irq_disable();
		}
	}
}

void sched_tail(struct task *prev)
{
	struct task *self = current;

	prev = ended(prev);
	irq_enable();
	if (prev)
		task_put(prev);
	if (self->set_child_tid) {
		/* The parent's memory may refuse it: Linux ignores that, too. */
		(void)put_user((u32)self->pid, self->set_child_tid);
		self->set_child_tid = NULL;
	}
}

void yield(void)
{
	struct task *self = current, *first, *dead = NULL;
	unsigned long flags = irq_save();

	if (rq.running > 1) {
		first = task_is_rt(self) ? NULL : rq_first_fair(&rq);
		if (first && (s64)(first->vruntime - self->vruntime) > 0)
			self->vruntime = first->vruntime;
		self->state = TASK_RUNNING;
		dead = switch_to_next(false);
	}
	irq_restore(flags);
	if (dead)
		task_put(dead);
}

/* ---- ticks and load ---- */

#define LOAD_PERIOD	5000000000ull
#define LOAD_ONE	2048u
static const u32 load_decay[3] = { 1884, 2014, 2037 };	/* 2048 * e^(-5/60), e^(-5/300), e^(-5/900) */
static u32 load_now[3];
static nsec_t load_next = LOAD_PERIOD;

/* Called with interrupts off. Periods that passed without a tick were idle. */
static void update_load(nsec_t now)
{
	unsigned periods = 0;

	while (now >= load_next && periods++ < 1000) {
		unsigned active = now - load_next < LOAD_PERIOD ? rq.running + blocked : 0;

		for (unsigned i = 0; i < 3; i++) {
			u64 value = (u64)load_now[i] * load_decay[i] + (u64)active * LOAD_ONE * (LOAD_ONE - load_decay[i]);

			load_now[i] = (u32)((value + (active * LOAD_ONE >= load_now[i] ? LOAD_ONE - 1 : 0)) / LOAD_ONE);
		}
		load_next += LOAD_PERIOD;
	}
	if (now >= load_next)
		load_next = now + LOAD_PERIOD;
}

void load_average(u32 loads[3])
{
	unsigned long flags = irq_save();

	update_load(ktime_get());
	for (unsigned i = 0; i < 3; i++)
		loads[i] = load_now[i] << 5;
	irq_restore(flags);
}

void sched_tick(nsec_t now)
{
	struct cpu *cpu = this_cpu();
	struct task *t = current;

	if (t == cpu->idle)
		return;
	charge(t, now);
	if (cpu->irq_from_user)
		t->ticks_user++;
	else
		t->ticks_system++;
	if (now >= load_next)
		update_load(now);
	if (t->signal->cpu_timers)
		cpu_timers_tick(t);
	if (unlikely(rq.rt_time))
		check_rt_share(t, now);
	if (t->policy == SCHED_RR) {
		if (now - t->slice_start >= RR_SLICE) {
			t->slice_start = 0;	/* to the tail of its list */
			resched();
		}
	} else if (!task_is_rt(t)) {
		const struct task *first = rq_first_fair(&rq);

		if (first && (s64)(t->vruntime - first->vruntime) > 0)
			resched();
	}
}

static void tick(struct timer *timer)
{
	nsec_t now = ktime_get();

	sched_tick(now);
	if (current != this_cpu()->idle || rq.running)
		timer_arm(timer, now + TICK_NS);
}

unsigned nr_running(void)
{
	return rq.running;
}

u64 cpu_idle_time(void)
{
	unsigned long flags = irq_save();
	u64 total = idle_total;

	if (current == this_cpu()->idle)
		total += ktime_get() - idle_since;
	irq_restore(flags);
	return total;
}

/* Interrupts off. Whoever should run now is found by the next pass through the scheduler. */
void sched_set_prio(struct task *t, int prio)
{
	bool queued = t->on_rq && t != current;

	if (t == current)
		charge(t, ktime_get());
	if (queued)
		rq_remove(&rq, t);
	if (task_is_rt(t) && !prio && (s64)(t->vruntime - rq.min_vruntime) < 0)
		t->vruntime = rq.min_vruntime;
	t->prio = prio;
	if (queued)
		rq_insert(&rq, t, false);
	if (t->on_rq)
		resched();
}

int sched_set(struct task *t, int policy, int rt_priority, int nice)
{
	unsigned long flags = irq_save();
	bool queued = t->on_rq && t != current;

	if (t == current)
		charge(t, ktime_get());
	if (queued)
		rq_remove(&rq, t);
	t->policy = policy;
	t->rt_priority = rt_priority;
	t->nice = nice;
	rq_set_weight(t);
	if (queued)
		rq_insert(&rq, t, false);
	if (t->on_rq)
		resched();
	pi_recompute(t);
	irq_restore(flags);
	if (flags & EFLAGS_IF)
		preempt_schedule();
	return 0;
}

/* ---- start-up and idle ---- */

void sched_init(void)
{
	struct cpu *cpu = this_cpu();

	task_init();
	pid_init();
	cred_init();
	signal_init();
	rq_init(&rq);
	timer_init(&tick_timer, tick);
	rq_set_weight(&init_task);
	init_task.state = TASK_RUNNING;
	current = &init_task;
	cpu->idle = &init_task;
	idle_since = ktime_get();
}

/*
 * `idle=poll` waits for work by looking, as Linux's word of this name does: a processor that never halts keeps the
 * clocks of a machine that counts instructions (QEMU's -icount sleep=off) from jumping over a disk's answer.
 */
void idle_loop(void)
{
	char how[8] = "";
	bool poll = cmdline_get("idle", how, sizeof(how)) && !strcmp(how, "poll");

	if (*how && !poll)
		pr_warn("idle=%s is unknown: `poll` is what there is\n", how);
	for (;;) {
		irq_disable();
		if (!this_cpu()->need_resched) {
			if (poll) {
				irq_enable();
				cpu_pause();
			} else {
				cpu_idle_wait();
			}
			continue;
		}
		irq_enable();
		schedule();
	}
}
