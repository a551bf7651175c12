/*
 * Interval timers of a process: ITIMER_REAL by a one-shot timer, ITIMER_VIRTUAL and ITIMER_PROF and RLIMIT_CPU by
 * the scheduler's ticks, which run while the process does.
 */
#include <arch/uaccess.h>
#include <core/time.h>
#include <sched/cpu_clock.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <abi/errno.h>
#include <abi/time.h>

/*
 * When a signal that is due has not been taken yet, or is ignored, the next one comes after this time at the earliest: a
 * short interval must not keep the processor busy.
 */
#define UNHEARD NSEC_PER_MSEC

static nsec_t real_next(const struct timer *t, nsec_t interval, bool heard)
{
	nsec_t now = ktime_get(), next = t->expires + interval;

	if (!heard && interval < UNHEARD)
		return now + UNHEARD;
	return next > now ? next : now + interval;
}

/* ITIMER_REAL is due: interrupt context. */
static void real_expired(struct timer *t)
{
	struct signal_struct *s = container_of(t, struct signal_struct, real_timer);
	struct task *leader;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	leader = pid_task(s->leader_pid, PIDTYPE_TGID);
	if (leader) {
		bool pending = s->sigset & sigmask(SIGALRM);

		/* A standard signal that is pending already is the same signal. */
		(void)signal_send(SIGALRM, leader);
		if (s->real_interval)
			timer_arm(t, real_next(t, s->real_interval, !pending && (s->sigset & sigmask(SIGALRM))));
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

void itimers_init(struct signal_struct *s)
{
	timer_init(&s->real_timer, real_expired);
	s->real_interval = 0;
	s->virt_timer = s->prof_timer = (struct cpu_timer){ 0, 0 };
	s->cpu_timers = s->rlim[RLIMIT_CPU].rlim_cur != ABI_RLIM64_INFINITY;
}

void itimers_stop(struct signal_struct *s)
{
	s->real_interval = 0;
	timer_cancel(&s->real_timer);
}

static bool cpu_timer_due(struct cpu_timer *c, u64 now)
{
	if (!c->expires || now < c->expires)
		return false;
	if (!c->interval)
		c->expires = 0;
	else
		while (c->expires <= now)
			c->expires += c->interval;
	return true;
}

static void check_limit(struct task *t, u64 used)
{
	struct signal_struct *s = t->signal;
	u64 soft = s->rlim[RLIMIT_CPU].rlim_cur, hard = s->rlim[RLIMIT_CPU].rlim_max, seconds = div_u64(used, (u32)NSEC_PER_SEC);

	if (hard != ABI_RLIM64_INFINITY && seconds >= hard) {
		(void)signal_send(SIGKILL, t);
	} else if (soft != ABI_RLIM64_INFINITY && seconds >= soft && used >= s->cpu_limit_next) {
		s->cpu_limit_next = used + NSEC_PER_SEC;
		(void)signal_send(SIGXCPU, t);
	}
}

void cpu_timers_tick(struct task *t)
{
	struct signal_struct *s = t->signal;
	u64 user, system;

	group_cputime(t, &user, &system);
	if (cpu_timer_due(&s->virt_timer, user))
		(void)signal_send(SIGVTALRM, t);
	if (cpu_timer_due(&s->prof_timer, user + system))
		(void)signal_send(SIGPROF, t);
	check_limit(t, user + system);
	cpu_alarms_tick(t);
	s->cpu_timers = s->virt_timer.expires || s->prof_timer.expires || !list_empty(&s->cpu_alarms) || s->rlim[RLIMIT_CPU].rlim_cur != ABI_RLIM64_INFINITY ||
		s->rlim[RLIMIT_CPU].rlim_max != ABI_RLIM64_INFINITY;
}

static void to_timeval(struct abi_timeval *tv, nsec_t ns)
{
	u32 rest = div_u64_rem(&ns, (u32)NSEC_PER_SEC);

	tv->tv_sec = (s32)ns;
	tv->tv_usec = (s32)(rest / 1000);
}

static int from_timeval(nsec_t *ns, const struct abi_timeval *tv)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return -EINVAL;
	*ns = (nsec_t)tv->tv_sec * NSEC_PER_SEC + (nsec_t)tv->tv_usec * 1000;
	return 0;
}

static u64 group_clock(int which)
{
	u64 user, system;

	group_cputime(current, &user, &system);
	return which == ITIMER_VIRTUAL ? user : user + system;
}

/* Left until the next expiry (an armed timer never shows 0), and the interval. */
static void get(int which, nsec_t *left, nsec_t *interval)
{
	struct signal_struct *s = current->signal;
	struct cpu_timer *c = which == ITIMER_VIRTUAL ? &s->virt_timer : &s->prof_timer;
	nsec_t expires, now;

	if (which == ITIMER_REAL) {
		unsigned long flags = irq_save();

		expires = s->real_timer.armed ? s->real_timer.expires : 0;
		irq_restore(flags);
		*interval = s->real_interval;
		now = ktime_get();
	} else {
		expires = c->expires;
		*interval = c->interval;
		now = group_clock(which);
	}
	*left = !expires ? 0 : expires > now ? max(expires - now, (nsec_t)1000) : 1000;
}

static void set(int which, nsec_t value, nsec_t interval)
{
	struct signal_struct *s = current->signal;
	struct cpu_timer *c = which == ITIMER_VIRTUAL ? &s->virt_timer : &s->prof_timer;

	if (which == ITIMER_REAL) {
		timer_cancel(&s->real_timer);
		s->real_interval = value ? interval : 0;
		if (value)
			timer_arm(&s->real_timer, ktime_get() + value);
	} else {
		c->expires = value ? group_clock(which) + value : 0;
		c->interval = interval;
		if (value)
			s->cpu_timers = true;
	}
}

long sys_getitimer(int which, struct abi_itimerval __user *value)
{
	struct abi_itimerval v;
	nsec_t left, interval;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	get(which, &left, &interval);
	to_timeval(&v.it_value, left);
	to_timeval(&v.it_interval, interval);
	return copy_to_user(value, &v, sizeof(v)) ? -EFAULT : 0;
}

long sys_setitimer(int which, const struct abi_itimerval __user *value, struct abi_itimerval __user *old)
{
	struct abi_itimerval v = { 0 }, o;
	nsec_t left, interval, old_left, old_interval;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	if (value && copy_from_user(&v, value, sizeof(v)))
		return -EFAULT;
	if (from_timeval(&left, &v.it_value) || from_timeval(&interval, &v.it_interval))
		return -EINVAL;
	get(which, &old_left, &old_interval);
	set(which, left, interval);
	to_timeval(&o.it_value, old_left);
	to_timeval(&o.it_interval, old_interval);
	return old && copy_to_user(old, &o, sizeof(o)) ? -EFAULT : 0;
}

long sys_alarm(unsigned seconds)
{
	nsec_t left, interval;

	get(ITIMER_REAL, &left, &interval);
	set(ITIMER_REAL, min(seconds, 0x7fffffffu) * NSEC_PER_SEC, 0);
	/* Rounded, but never to "none". */
	return left ? (long)max_t(u64, 1, div_u64(left + NSEC_PER_SEC / 2, (u32)NSEC_PER_SEC)) : 0;
}
