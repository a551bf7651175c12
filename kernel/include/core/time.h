/*
 * Time. Monotonic nanoseconds since boot from a clock source (TSC when usable, else PIT or ACPI timer), wall
 * clock as an offset to it, and one-shot timers from one event device. Any context.
 */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include <core/types.h>
#include <core/rbtree.h>

#define NSEC_PER_SEC	1000000000ull
#define NSEC_PER_MSEC	1000000ull
#define NSEC_PER_USEC	1000ull

nsec_t ktime_get(void);				/* monotonic */
void ktime_get_real(struct timespec64 *ts);	/* wall clock */
void ktime_set_real(const struct timespec64 *ts);
/* Called when the wall clock has been set, before anybody runs who sees it; without sleeping. Listeners stay. */
struct clock_listener {
	struct clock_listener *next;
	void (*was_set)(void);
};
void clock_listen(struct clock_listener *l);
/* Wall clock for inode times: may lag by up to 4 ms, cheap. */
void ktime_get_coarse_real(struct timespec64 *ts);
void ns_to_timespec64(nsec_t ns, struct timespec64 *ts);
nsec_t timespec64_to_ns(const struct timespec64 *ts);	/* saturates */
static inline bool timespec64_valid(const struct timespec64 *ts)
{
	return ts->tv_sec >= 0 && (unsigned long)ts->tv_nsec < NSEC_PER_SEC;
}
void ndelay(u32 ns);
void udelay(u32 us);				/* busy; at most 10 ms */
void sleep_ns(nsec_t ns);			/* sleeps, not interruptible */

/*
 * One-shot timer. fn runs in interrupt context with interrupts off and without any lock of the timer code; it may
 * re-arm. timer_cancel() from a task also waits for a running fn (never call it with a lock that fn takes).
 */
struct timer {
	struct rb_node node;
	nsec_t expires;				/* monotonic */
	void (*fn)(struct timer *t);
	bool armed;
	bool wall;				/* meant for a time of the wall clock: moved when that is set */
};
void timer_init(struct timer *t, void (*fn)(struct timer *t));
void timer_arm(struct timer *t, nsec_t expires);	/* absolute; moves an armed one */
bool timer_cancel(struct timer *t);			/* true if it was armed */

/* The event device: the soonest expiry asks it. Provided by arch (LAPIC or PIT). */
void timer_interrupt(void);			/* called by the event device's handler */

#endif
