/*
 * POSIX timers on the monotonic and the wall clock and on clocks of processor time. A timer owns one signal record: while
 * it waits to be taken, expiries are overruns, so that signals never pile up. A periodic timer of real time goes on when the
 * record is taken; one of processor time by itself, as it is looked at only at ticks.
 *
 * The list and the timers in it are guarded by tasklist_lock and sighand->lock; expiry runs in interrupt context.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/cpu_clock.h>
#include <sched/internal.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/errno.h>
#include <abi/time.h>

struct posix_timer {
	struct list_head link;		/* signal->posix_timers */
	s32 id;
	s32 clock;
	int notify;			/* SIGEV_* */
	struct pid *thread;		/* SIGEV_THREAD_ID: counted */
	struct signal_struct *owner;
	bool cpu;			/* of processor time: by `alarm`, not by `timer` */
	struct timer timer;
	struct cpu_alarm alarm;
	nsec_t expires;			/* of the next or the last expiry: monotonic, or as the clock of `alarm` has it */
	nsec_t interval;
	s32 overrun, overrun_last;
	struct sigqueue *record;
};

#define TIMERS_MAX 0x10000
#define UNHEARD NSEC_PER_MSEC		/* a timer that tells nobody expires no more often: it must not keep the processor busy */

static unsigned long lock(void)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&current->sighand->lock);
	return flags;
}

static void unlock(unsigned long flags)
{
	spin_unlock(&current->sighand->lock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static struct posix_timer *find(s32 id)
{
	struct posix_timer *t;

	list_for_each_entry(t, &current->signal->posix_timers, link) {
		if (t->id == id)
			return t;
	}
	return NULL;
}

/* Moves the expiry past `now`; how many were missed is the overrun. */
static void advance(struct posix_timer *t, nsec_t now)
{
	u64 missed = 0;

	t->expires += t->interval;
	if (t->expires <= now) {
		missed = div64_u64(now - t->expires, t->interval) + 1;
		t->expires += missed * t->interval;
	}
	t->overrun = (s32)min_t(u64, (u64)t->overrun + missed, 0x7fffffff);
}

/* tasklist_lock held. The target, or NULL when it is gone. */
static struct task *target(const struct posix_timer *t)
{
	return t->thread ? pid_task(t->thread, PIDTYPE_PID) : pid_task(t->owner->leader_pid, PIDTYPE_TGID);
}

/* tasklist_lock held, the record not queued. */
static void tell(struct posix_timer *t)
{
	struct task *to = t->notify == SIGEV_NONE ? NULL : target(t);

	if (to)
		(void)signal_send_record(t->record, to, !t->thread);	/* has no failure: the record is there */
}

static void expired(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, timer);
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	t->expires = timer->expires;		/* moved meanwhile if the wall clock was set */
	if (list_empty(&t->record->link))
		tell(t);
	/* Not queued (ignored, or nobody to tell): a periodic one goes on by itself. */
	if (t->interval && list_empty(&t->record->link)) {
		advance(t, ktime_get() + (t->interval < UNHEARD ? UNHEARD : 0));
		timer_arm(timer, t->expires);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static nsec_t cpu_expired(struct cpu_alarm *alarm, nsec_t now)
{
	struct posix_timer *t = container_of(alarm, struct posix_timer, alarm);

	if (list_empty(&t->record->link))
		tell(t);
	else if (t->overrun < 0x7fffffff)
		t->overrun++;
	if (!t->interval)
		return 0;
	t->expires = alarm->expires;
	advance(t, now);
	return t->expires;
}

bool posix_timer_dequeued(struct posix_timer *t, struct abi_siginfo *info)
{
	if (t->interval && !t->cpu) {
		advance(t, ktime_get());
		timer_arm(&t->timer, t->expires);
	}
	t->overrun_last = t->overrun;
	t->overrun = 0;
	info->_sifields._timer._overrun = t->overrun_last;
	return true;
}

static void release(struct posix_timer *t)
{
	cpu_clock_put(&t->alarm.clock);
	pid_put(t->thread);
	kfree(t);
}

/* Out of the list already. */
static void destroy(struct posix_timer *t)
{
	unsigned long flags;

	timer_cancel(&t->timer);
	flags = lock();
	cpu_alarm_cancel_locked(&t->alarm);
	if (!list_empty(&t->record->link))
		signal_unqueue(t->record);
	unlock(flags);
	sigqueue_free(t->record);
	release(t);
}

void posix_timers_delete_all(struct task *task)
{
	struct posix_timer *t;
	unsigned long flags;

	while (!list_empty(&task->signal->posix_timers)) {
		flags = lock();
		t = list_first_entry(&task->signal->posix_timers, struct posix_timer, link);
		list_del(&t->link);
		t->interval = 0;
		unlock(flags);
		destroy(t);
	}
}

static int copy_event(struct posix_timer *t, const struct abi_sigevent __user *u, struct abi_sigevent *e)
{
	*e = (struct abi_sigevent){ .sigev_signo = SIGALRM, .sigev_notify = SIGEV_SIGNAL };
	if (u && copy_from_user(e, u, sizeof(*e)))
		return -EFAULT;
	t->notify = e->sigev_notify;
	if (e->sigev_notify & ~(SIGEV_NONE | SIGEV_THREAD | SIGEV_THREAD_ID))
		return -EINVAL;
	if (e->sigev_notify != SIGEV_NONE && (e->sigev_signo < 1 || e->sigev_signo > ABI_NSIG))
		return -EINVAL;
	if (e->sigev_notify & SIGEV_THREAD_ID) {
		struct task *thread = task_find_get(e->_sigev_un._tid);
		bool ours = thread && thread->tgid == current->tgid;

		if (ours)
			t->thread = pid_find_get(e->_sigev_un._tid);
		if (thread)
			task_put(thread);
		if (!t->thread)
			return -EINVAL;
	}
	return 0;
}

/* The next free id, and into the list. -EAGAIN: too many. */
static int publish(struct posix_timer *t)
{
	struct signal_struct *s = current->signal;
	unsigned long flags = lock();
	unsigned n = 0;

	while (find(s->next_timer_id) && n++ < TIMERS_MAX)
		s->next_timer_id = (s->next_timer_id + 1) & 0x7fffffff;
	if (n < TIMERS_MAX) {
		t->id = s->next_timer_id;
		s->next_timer_id = (s->next_timer_id + 1) & 0x7fffffff;
		t->record->info._sifields._timer._tid = t->id;
		list_add_tail(&t->link, &s->posix_timers);
	}
	unlock(flags);
	return n < TIMERS_MAX ? 0 : -EAGAIN;
}

static int set_clock(struct posix_timer *t, s32 clock)
{
	t->clock = clock;
	t->cpu = cpu_clock_is(clock);
	if (t->cpu)
		return cpu_clock_find(clock, false, &t->alarm.clock);
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return 0;
	}
	return clock_get(clock, &(struct timespec64){ 0 }) == 0 ? -EOPNOTSUPP : -EINVAL;
}

long sys_timer_create(s32 clock, struct abi_sigevent __user *uevent, s32 __user *uid)
{
	struct posix_timer *t;
	struct abi_sigevent e;
	int error = clock_may_alarm(&clock);

	if (error)
		return error;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->owner = current->signal;
	timer_init(&t->timer, expired);
	list_init(&t->alarm.link);
	t->alarm.fn = cpu_expired;
	error = set_clock(t, clock);
	error = error ? error : copy_event(t, uevent, &e);
	if (error)
		goto out;
	error = -EAGAIN;
	t->record = sigqueue_alloc_timer(t);
	if (!t->record)
		goto out;
	memset(&t->record->info, 0, sizeof(t->record->info));
	t->record->info.si_signo = e.sigev_signo;
	t->record->info.si_code = SI_TIMER;
	t->record->info._sifields._timer._sigval = e.sigev_value;
	error = publish(t);
	if (error)
		goto out_record;
	if (!uevent) {
		t->record->info._sifields._timer._sigval.sival_int = t->id;
	}
	if (put_user(t->id, uid)) {
		(void)sys_timer_delete(t->id);	/* nobody else knows it yet */
		return -EFAULT;
	}
	return 0;
out_record:
	sigqueue_free(t->record);
out:
	release(t);
	return error;
}

long sys_timer_delete(s32 id)
{
	unsigned long flags = lock();
	struct posix_timer *t = find(id);

	if (t) {
		list_del(&t->link);
		t->interval = 0;
	}
	unlock(flags);
	if (!t)
		return -EINVAL;
	destroy(t);
	return 0;
}

struct setting {
	struct timespec64 value, interval;
};

/* Locked. */
static void read_setting(struct posix_timer *t, struct setting *s)
{
	nsec_t now = ktime_get(), expires = t->timer.armed ? t->timer.expires : t->expires;
	bool armed = t->timer.armed || (t->interval && expires);

	s->value = (struct timespec64){ 0, 0 };
	ns_to_timespec64(t->interval, &s->interval);
	if (t->cpu)
		armed = cpu_alarm_armed(&t->alarm) && cpu_clock_read_locked(&t->alarm.clock, &now) == 0;
	if (!armed)
		return;
	if (t->interval && expires <= now)
		expires += (div64_u64(now - expires, t->interval) + 1) * t->interval;
	ns_to_timespec64(expires > now ? expires - now : 1, &s->value);
}

/* What the clock shows, as monotonic time. */
static nsec_t to_monotonic(const struct posix_timer *t, nsec_t when)
{
	struct timespec64 ts;
	nsec_t now, mono;

	if (t->clock != CLOCK_REALTIME && t->clock != CLOCK_TAI)
		return when;
	ktime_get_real(&ts);
	now = timespec64_to_ns(&ts);
	mono = ktime_get();
	if (when >= now)
		return mono + (when - now);
	return now - when < mono ? mono - (now - when) : 1;
}

/* tasklist_lock held: of a timer that is stopped. */
static int start_cpu(struct posix_timer *t, nsec_t value, bool absolute)
{
	nsec_t now;

	if (cpu_clock_read_locked(&t->alarm.clock, &now))
		return -ESRCH;
	if (!value)
		return 0;
	t->expires = absolute ? value : now + value < now ? ~0ull - 1 : now + value;
	return cpu_alarm_arm_locked(&t->alarm, t->expires);
}

/* The same of the others. */
static void start(struct posix_timer *t, nsec_t value, bool absolute)
{
	t->timer.wall = absolute && (t->clock == CLOCK_REALTIME || t->clock == CLOCK_TAI);
	if (!value)
		return;
	t->expires = absolute ? to_monotonic(t, value) : ktime_get() + value;
	timer_arm(&t->timer, t->expires);
}

static int settime(s32 id, int flags, const struct setting *new, struct setting *old)
{
	nsec_t value = timespec64_to_ns(&new->value);
	struct posix_timer *t;
	bool absolute = flags & TIMER_ABSTIME;
	unsigned long irq;
	int error = 0;

	if (!timespec64_valid(&new->value) || !timespec64_valid(&new->interval))
		return -EINVAL;
	spin_lock_irqsave(&tasklist_lock, irq);
	spin_lock(&current->sighand->lock);
	t = find(id);
	if (t) {
		read_setting(t, old);
		timer_cancel(&t->timer);
		cpu_alarm_cancel_locked(&t->alarm);
		if (!list_empty(&t->record->link))
			signal_unqueue(t->record);
		t->interval = value ? timespec64_to_ns(&new->interval) : 0;
		t->overrun = t->overrun_last = 0;
		t->expires = 0;
		if (!t->cpu)
			start(t, value, absolute);
	}
	spin_unlock(&current->sighand->lock);
	if (!t)
		error = -EINVAL;
	else if (t->cpu)
		error = start_cpu(t, value, absolute);	/* may send a signal */
	spin_unlock_irqrestore(&tasklist_lock, irq);
	return error;
}

static int gettime(s32 id, struct setting *s)
{
	unsigned long flags = lock();
	struct posix_timer *t = find(id);

	if (t)
		read_setting(t, s);
	unlock(flags);
	return t ? 0 : -EINVAL;
}

long sys_timer_getoverrun(s32 id)
{
	unsigned long flags = lock();
	struct posix_timer *t = find(id);
	long overrun = t ? t->overrun_last : -EINVAL;

	unlock(flags);
	return overrun;
}

long sys_timer_settime(s32 id, int flags, const struct abi_itimerspec32 __user *unew, struct abi_itimerspec32 __user *uold)
{
	struct setting new, old;
	int error;

	if (!unew)
		return -EINVAL;
	if (timespec_from_user32(&new.value, &unew->it_value) || timespec_from_user32(&new.interval, &unew->it_interval))
		return -EFAULT;
	error = settime(id, flags, &new, &old);
	if (error || !uold)
		return error;
	return timespec_to_user32(&old.value, &uold->it_value) || timespec_to_user32(&old.interval, &uold->it_interval) ? -EFAULT : 0;
}

long sys_timer_settime64(s32 id, int flags, const struct abi_itimerspec64 __user *unew, struct abi_itimerspec64 __user *uold)
{
	struct setting new, old;
	int error;

	if (!unew)
		return -EINVAL;
	if (timespec_from_user64(&new.value, &unew->it_value) || timespec_from_user64(&new.interval, &unew->it_interval))
		return -EFAULT;
	error = settime(id, flags, &new, &old);
	if (error || !uold)
		return error;
	return timespec_to_user64(&old.value, &uold->it_value) || timespec_to_user64(&old.interval, &uold->it_interval) ? -EFAULT : 0;
}

long sys_timer_gettime(s32 id, struct abi_itimerspec32 __user *u)
{
	struct setting s;
	int error = gettime(id, &s);

	if (error)
		return error;
	return timespec_to_user32(&s.value, &u->it_value) || timespec_to_user32(&s.interval, &u->it_interval) ? -EFAULT : 0;
}

long sys_timer_gettime64(s32 id, struct abi_itimerspec64 __user *u)
{
	struct setting s;
	int error = gettime(id, &s);

	if (error)
		return error;
	return timespec_to_user64(&s.value, &u->it_value) || timespec_to_user64(&s.interval, &u->it_interval) ? -EFAULT : 0;
}
