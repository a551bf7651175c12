/*
 * clock_nanosleep(2) on processor time: the sleeper waits until others, or other threads of its process, have used so much.
 * Nobody wakes it when whom it times has ended; signals do.
 */
#include <core/wait.h>
#include <sched/cpu_clock.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/timeconv.h>
#include <abi/errno.h>
#include <abi/time.h>

struct cpu_sleep {
	struct cpu_alarm alarm;
	struct task *sleeper;
	bool over;			/* tasklist_lock */
};

static nsec_t slept(struct cpu_alarm *a, nsec_t now)
{
	struct cpu_sleep *s = container_of(a, struct cpu_sleep, alarm);

	(void)now;
	WRITE_ONCE(s->over, true);
	wake_up_process(s->sleeper);
	return 0;
}

static int arm(struct cpu_sleep *s, nsec_t *target, bool relative)
{
	unsigned long flags;
	nsec_t now;
	int error;

	spin_lock_irqsave(&tasklist_lock, flags);
	error = cpu_clock_read_locked(&s->alarm.clock, &now);
	if (!error) {
		if (relative)
			*target = *target + now < now ? ~0ull - 1 : *target + now;
		error = cpu_alarm_arm_locked(&s->alarm, *target);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error ? -EINVAL : 0;
}

static int wait(struct cpu_sleep *s)
{
	int error = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(s->over))
			break;
		if (signal_pending(current)) {
			error = -EINTR;
			break;
		}
		schedule();
	}
	set_current_state(TASK_RUNNING);
	return error;
}

/* Until the clock shows *target, which becomes absolute; 0, -EINTR with what it shows then, or -EINVAL. */
static int sleep_until(s32 clock, nsec_t *target, bool relative, nsec_t *now)
{
	struct cpu_sleep s = { .sleeper = current, .alarm.fn = slept };
	unsigned long flags;
	int error = cpu_clock_find(clock, false, &s.alarm.clock);

	if (error)
		return error;
	list_init(&s.alarm.link);
	error = arm(&s, target, relative);
	if (!error) {
		error = wait(&s);
		spin_lock_irqsave(&tasklist_lock, flags);
		cpu_alarm_cancel_locked(&s.alarm);
		if (cpu_clock_read_locked(&s.alarm.clock, now))
			*now = 0;	/* it has ended: all of it is left */
		spin_unlock_irqrestore(&tasklist_lock, flags);
	}
	cpu_clock_put(&s.alarm.clock);
	return error;
}

static long restart(struct task *t);

static int sleep(s32 clock, nsec_t target, bool relative, unsigned kind, unsigned long rem)
{
	nsec_t now;
	int error = sleep_until(clock, &target, relative, &now);

	if (error != -EINTR)
		return error;
	error = sleep_put_left(target, now, kind, rem);
	if (error)
		return error;
	current->restart.fn = restart;
	current->restart.args[0] = kind;
	current->restart.args[1] = (u32)rem;
	current->restart.args[2] = (u32)clock;
	current->restart.deadline = target;
	return -ERESTART_RESTARTBLOCK;
}

static long restart(struct task *t)
{
	return sleep((s32)t->restart.args[2], t->restart.deadline, false, t->restart.args[0], t->restart.args[1]);
}

int cpu_clock_sleep(s32 clock, int flags, nsec_t target, unsigned kind, void __user *rem)
{
	struct cpu_clock c;
	bool self;
	int error = cpu_clock_find(clock, false, &c);

	if (error)
		return error;
	self = c.thread && c.pid == current->pids[PIDTYPE_PID];
	cpu_clock_put(&c);
	if (self)		/* its time does not go on while it sleeps */
		return clock == CLOCK_THREAD_CPUTIME_ID ? -EOPNOTSUPP : -EINVAL;
	if (!(flags & TIMER_ABSTIME))
		return sleep(clock, target, true, rem ? kind : RMTP_NONE, (unsigned long)rem);
	error = sleep(clock, target, false, RMTP_NONE, 0);
	return error == -ERESTART_RESTARTBLOCK ? -ERESTARTNOHAND : error;
}
