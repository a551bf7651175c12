/*
 * Clocks and sleeping. Inside the kernel times are 64-bit; the 32-bit calls convert at the border and refuse what
 * does not fit.
 */
#include <arch/uaccess.h>
#include <core/time.h>
#include <core/wait.h>
#include <sched/cpu_clock.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/time.h>

/* ---- conversions, for all calls that take times ---- */

int timespec_from_user32(struct timespec64 *ts, const struct abi_timespec32 __user *u)
{
	struct abi_timespec32 t;

	if (copy_from_user(&t, u, sizeof(t)))
		return -EFAULT;
	ts->tv_sec = t.tv_sec;
	ts->tv_nsec = t.tv_nsec;
	return 0;
}

int timespec_from_user64(struct timespec64 *ts, const struct abi_timespec64 __user *u)
{
	struct abi_timespec64 t;

	if (copy_from_user(&t, u, sizeof(t)))
		return -EFAULT;
	ts->tv_sec = t.tv_sec;
	ts->tv_nsec = (long)t.tv_nsec;	/* the upper half is padding for 32-bit programs */
	return 0;
}

int timespec_to_user32(const struct timespec64 *ts, struct abi_timespec32 __user *u)
{
	struct abi_timespec32 t = { (s32)ts->tv_sec, (s32)ts->tv_nsec };

	return copy_to_user(u, &t, sizeof(t)) ? -EFAULT : 0;
}

int timespec_to_user64(const struct timespec64 *ts, struct abi_timespec64 __user *u)
{
	struct abi_timespec64 t = { ts->tv_sec, ts->tv_nsec };

	return copy_to_user(u, &t, sizeof(t)) ? -EFAULT : 0;
}

/* ---- reading and setting ---- */

static int cpu_clock_get(s32 clock, struct timespec64 *ts)
{
	struct cpu_clock c;
	nsec_t now;
	int error = cpu_clock_find(clock, true, &c);

	if (error)
		return error;
	error = cpu_clock_read(&c, &now);
	cpu_clock_put(&c);
	if (error)
		return -EINVAL;
	ns_to_timespec64(now, ts);
	return 0;
}

int clock_may_alarm(s32 *clock)
{
	if (*clock != CLOCK_REALTIME_ALARM && *clock != CLOCK_BOOTTIME_ALARM)
		return 0;
	if (!capable(CAP_WAKE_ALARM))
		return -EPERM;
	*clock = *clock == CLOCK_REALTIME_ALARM ? CLOCK_REALTIME : CLOCK_BOOTTIME;
	return 0;
}

int clock_get(s32 clock, struct timespec64 *ts)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:			/* no leap second table: TAI is UTC */
		ktime_get_real(ts);
		return 0;
	case CLOCK_REALTIME_COARSE:
		ktime_get_coarse_real(ts);
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		ns_to_timespec64(ktime_get(), ts);
		return 0;
	}
	return cpu_clock_is(clock) ? cpu_clock_get(clock, ts) : -EINVAL;
}

static int clock_set(s32 clock, const struct timespec64 *ts)
{
	struct timespec64 now;

	if (clock < 0)
		return clock_get(clock, &now) ? -EINVAL : -EPERM;	/* time that was used is nobody's to change */
	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (!timespec64_valid(ts))
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	ktime_set_real(ts);
	return 0;
}

long sys_clock_gettime(s32 clock, struct abi_timespec32 __user *u)
{
	struct timespec64 ts;
	int error = clock_get(clock, &ts);

	return error ? error : timespec_to_user32(&ts, u);
}

long sys_clock_gettime64(s32 clock, struct abi_timespec64 __user *u)
{
	struct timespec64 ts;
	int error = clock_get(clock, &ts);

	return error ? error : timespec_to_user64(&ts, u);
}

long sys_clock_settime(s32 clock, const struct abi_timespec32 __user *u)
{
	struct timespec64 ts;
	int error = timespec_from_user32(&ts, u);

	return error ? error : clock_set(clock, &ts);
}

long sys_clock_settime64(s32 clock, const struct abi_timespec64 __user *u)
{
	struct timespec64 ts;
	int error = timespec_from_user64(&ts, u);

	return error ? error : clock_set(clock, &ts);
}

static int clock_resolution(s32 clock, struct timespec64 *ts)
{
	struct timespec64 now;
	int error = clock_get(clock, &now);

	if (error)
		return error;
	ts->tv_sec = 0;
	ts->tv_nsec = clock == CLOCK_REALTIME_COARSE || (clock < 0 && !(clock & CPUCLOCK_SCHED)) ? 4 * (long)NSEC_PER_MSEC : 1;
	return 0;
}

long sys_clock_getres(s32 clock, struct abi_timespec32 __user *u)
{
	struct timespec64 ts;
	int error = clock_resolution(clock, &ts);

	return error || !u ? error : timespec_to_user32(&ts, u);
}

long sys_clock_getres_time64(s32 clock, struct abi_timespec64 __user *u)
{
	struct timespec64 ts;
	int error = clock_resolution(clock, &ts);

	return error || !u ? error : timespec_to_user64(&ts, u);
}

long sys_time(s32 __user *t)
{
	struct timespec64 ts;

	ktime_get_real(&ts);
	if (t && put_user((s32)ts.tv_sec, t))
		return -EFAULT;
	return (s32)ts.tv_sec;
}

long sys_stime(const s32 __user *t)
{
	struct timespec64 ts = { 0, 0 };
	s32 sec;

	if (get_user(sec, t))
		return -EFAULT;
	ts.tv_sec = sec;
	return clock_set(CLOCK_REALTIME, &ts);
}

static struct abi_timezone zone;

long sys_gettimeofday(struct abi_timeval __user *tv, struct abi_timezone __user *tz)
{
	struct timespec64 ts;
	struct abi_timeval v;

	ktime_get_real(&ts);
	v.tv_sec = (s32)ts.tv_sec;
	v.tv_usec = (s32)(ts.tv_nsec / 1000);
	if (tv && copy_to_user(tv, &v, sizeof(v)))
		return -EFAULT;
	if (tz && copy_to_user(tz, &zone, sizeof(zone)))
		return -EFAULT;
	return 0;
}

long sys_settimeofday(const struct abi_timeval __user *tv, const struct abi_timezone __user *tz)
{
	struct abi_timeval v;
	struct abi_timezone z;

	if (tv && copy_from_user(&v, tv, sizeof(v)))
		return -EFAULT;
	if (tz && copy_from_user(&z, tz, sizeof(z)))
		return -EFAULT;
	if (tz && (z.tz_minuteswest > 15 * 60 || z.tz_minuteswest < -15 * 60))
		return -EINVAL;
	if (tv) {
		struct timespec64 ts = { v.tv_sec, v.tv_usec * 1000l };
		int error;

		if (v.tv_usec < 0 || v.tv_usec >= 1000000)
			return -EINVAL;
		error = clock_set(CLOCK_REALTIME, &ts);
		if (error)
			return error;
	}
	if (tz) {
		if (!capable(CAP_SYS_TIME))
			return -EPERM;
		zone = z;
	}
	return 0;
}

/*
 * adjtimex(2): reads what the clock does; the only change offered is ADJ_SETOFFSET. There is no frequency
 * discipline: other modes are refused, not swallowed.
 */
static int timex(unsigned modes, s64 set_sec, s64 set_frac)
{
	struct timespec64 now;
	long nsec;

	if (!modes)
		return 0;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (modes & ~(unsigned)(ADJ_SETOFFSET | ADJ_NANO))
		return -EOPNOTSUPP;
	nsec = (long)(modes & ADJ_NANO ? set_frac : set_frac * 1000);
	if (nsec < 0 || nsec >= (long)NSEC_PER_SEC)
		return -EINVAL;
	ktime_get_real(&now);
	now.tv_sec += set_sec;
	now.tv_nsec += nsec;
	if (now.tv_nsec >= (long)NSEC_PER_SEC) {
		now.tv_nsec -= (long)NSEC_PER_SEC;
		now.tv_sec++;
	}
	return clock_set(CLOCK_REALTIME, &now);
}

static long timex32(struct abi_timex32 __user *u)
{
	struct abi_timex32 t;
	struct timespec64 now;
	int error;

	if (copy_from_user(&t, u, sizeof(t)))
		return -EFAULT;
	error = timex(t.modes, t.time.tv_sec, t.time.tv_usec);
	if (error)
		return error;
	ktime_get_real(&now);
	t = (struct abi_timex32){ .modes = t.modes, .status = STA_UNSYNC, .precision = 1, .tick = 10000,
		.maxerror = 16000000, .esterror = 16000000, .tolerance = 32768000,
		.time = { (s32)now.tv_sec, (s32)(now.tv_nsec / 1000) } };
	return copy_to_user(u, &t, sizeof(t)) ? -EFAULT : TIME_ERROR;
}

long sys_adjtimex(struct abi_timex32 __user *u) { return timex32(u); }

long sys_clock_adjtime(s32 clock, struct abi_timex32 __user *u)
{
	return clock == CLOCK_REALTIME ? timex32(u) : -EINVAL;
}

long sys_clock_adjtime64(s32 clock, struct abi_timex __user *u)
{
	struct abi_timex t;
	struct timespec64 now;
	int error;

	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (copy_from_user(&t, u, sizeof(t)))
		return -EFAULT;
	error = timex(t.modes, t.time_sec, t.time_usec);
	if (error)
		return error;
	ktime_get_real(&now);
	t = (struct abi_timex){ .modes = t.modes, .status = STA_UNSYNC, .precision = 1, .tick = 10000,
		.maxerror = 16000000, .esterror = 16000000, .tolerance = 32768000,
		.time_sec = now.tv_sec, .time_usec = now.tv_nsec / 1000 };
	return copy_to_user(u, &t, sizeof(t)) ? -EFAULT : TIME_ERROR;
}

/* ---- sleeping ---- */

int sleep_put_left(nsec_t deadline, nsec_t now, unsigned kind, unsigned long rem)
{
	struct timespec64 ts;

	ns_to_timespec64(deadline > now ? deadline - now : 0, &ts);
	if (kind == RMTP_32)
		return timespec_to_user32(&ts, (struct abi_timespec32 __user *)rem);
	if (kind == RMTP_64)
		return timespec_to_user64(&ts, (struct abi_timespec64 __user *)rem);
	return 0;
}

static int sleep_until(nsec_t deadline)
{
	for (;;) {
		nsec_t now = ktime_get();

		if (now >= deadline)
			return 0;
		if (signal_pending(current))
			return -EINTR;
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current)) {
			set_current_state(TASK_RUNNING);
			return -EINTR;
		}
		schedule_timeout(deadline - now);
	}
}

static long sleep_restart(struct task *t)
{
	int error = sleep_until(t->restart.deadline);

	if (!error)
		return 0;
	error = sleep_put_left(t->restart.deadline, ktime_get(), t->restart.args[0], t->restart.args[1]);
	return error ? error : -ERESTART_RESTARTBLOCK;
}

static int sleep_relative(nsec_t ns, unsigned kind, void __user *rem)
{
	nsec_t now = ktime_get(), deadline = now + ns;
	int error;

	if (deadline < now)
		deadline = ~0ull - 1;
	error = sleep_until(deadline);
	if (!error)
		return 0;
	if (!rem)
		kind = RMTP_NONE;
	error = sleep_put_left(deadline, ktime_get(), kind, (unsigned long)rem);
	if (error)
		return error;
	current->restart.fn = sleep_restart;
	current->restart.args[0] = kind;
	current->restart.args[1] = (u32)(unsigned long)rem;
	current->restart.deadline = deadline;
	return -ERESTART_RESTARTBLOCK;
}

/* Absolute sleeps start over by themselves: the deadline does not move. */
static int clock_sleep(s32 clock, int flags, const struct timespec64 *ts, unsigned kind, void __user *rem)
{
	struct timespec64 now;
	nsec_t target;
	int error;

	if (!timespec64_valid(ts))
		return -EINVAL;
	error = clock_may_alarm(&clock);
	if (error)
		return error;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME && clock != CLOCK_TAI && !cpu_clock_is(clock))
		return clock_get(clock, &now) ? -EINVAL : -EOPNOTSUPP;	/* one that tells the time alone */
	target = timespec64_to_ns(ts);
	if (cpu_clock_is(clock))
		return cpu_clock_sleep(clock, flags, target, kind, rem);
	if (!(flags & TIMER_ABSTIME))
		return sleep_relative(target, kind, rem);
	for (;;) {
		nsec_t clock_now;

		error = clock_get(clock, &now);
		if (error)
			return error;
		clock_now = timespec64_to_ns(&now);
		if (clock_now >= target)
			return 0;
		/* A wall clock that is set meanwhile is looked at again after at most a second. */
		error = sleep_until(ktime_get() + (clock == CLOCK_REALTIME ? min(target - clock_now, (nsec_t)NSEC_PER_SEC)
						   : target - clock_now));
		if (error)
			return -ERESTARTNOHAND;
	}
}

long sys_nanosleep(const struct abi_timespec32 __user *req, struct abi_timespec32 __user *rem)
{
	struct timespec64 ts;
	int error = timespec_from_user32(&ts, req);

	return error ? error : clock_sleep(CLOCK_MONOTONIC, 0, &ts, RMTP_32, rem);
}

long sys_clock_nanosleep(s32 clock, int flags, const struct abi_timespec32 __user *req, struct abi_timespec32 __user *rem)
{
	struct timespec64 ts;
	int error = timespec_from_user32(&ts, req);

	return error ? error : clock_sleep(clock, flags, &ts, RMTP_32, rem);
}

long sys_clock_nanosleep_time64(s32 clock, int flags, const struct abi_timespec64 __user *req, struct abi_timespec64 __user *rem)
{
	struct timespec64 ts;
	int error = timespec_from_user64(&ts, req);

	return error ? error : clock_sleep(clock, flags, &ts, RMTP_64, rem);
}
