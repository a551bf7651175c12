/*
 * Clocks of processor time, of threads and of processes, and alarms on them. A clock is named by a number that holds whose
 * it is (clock_getcpuclockid(3)); it is kept by a counted pid, so that it outlives whom it measures and then has no time.
 *
 * Alarms are looked at when the scheduler ticks in whom the clock measures: they are late by a tick, never early.
 */
#ifndef SCHED_CPU_CLOCK_H
#define SCHED_CPU_CLOCK_H

#include <core/list.h>
#include <core/types.h>
#include <core/time.h>

struct pid;
struct task;
struct signal_struct;

struct cpu_clock {
	struct pid *pid;		/* counted */
	bool thread;			/* of one thread, not of its process */
	u8 kind;			/* CPUCLOCK_* */
};
#define CPUCLOCK_PROF	0		/* user and system time, by ticks */
#define CPUCLOCK_VIRT	1		/* user time */
#define CPUCLOCK_SCHED	2		/* both, exact */

/* CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, and negative numbers. */
bool cpu_clock_is(s32 clock);
/*
 * 0 or -EINVAL: no such clock, process or thread; another process's thread. To read it, the calling thread's own number
 * will do for its process's.
 */
int cpu_clock_find(s32 clock, bool reading, struct cpu_clock *c);
void cpu_clock_put(struct cpu_clock *c);
int cpu_clock_read(const struct cpu_clock *c, nsec_t *now);		/* takes tasklist_lock; -ESRCH: has ended */
int cpu_clock_read_locked(const struct cpu_clock *c, nsec_t *now);	/* tasklist_lock held */

/* All of it under tasklist_lock. fn is called with it and interrupts off; it says when the alarm is due again, 0: not. */
struct cpu_alarm {
	struct list_head link;		/* in the list of the group that is measured, while armed */
	struct cpu_clock clock;
	nsec_t expires;
	nsec_t (*fn)(struct cpu_alarm *a, nsec_t now);
};
static inline bool cpu_alarm_armed(const struct cpu_alarm *a) { return !list_empty(&a->link); }
/* One whose time has come already is called at once. -ESRCH: the measured has ended. */
int cpu_alarm_arm_locked(struct cpu_alarm *a, nsec_t expires);
void cpu_alarm_cancel_locked(struct cpu_alarm *a);
void cpu_alarms_tick(struct task *t);			/* takes tasklist_lock */
void cpu_alarms_end_locked(struct signal_struct *s);	/* its last thread is gone: nothing will come due */

#endif
