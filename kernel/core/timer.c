/*
 * Time and one-shot timers. Timers stand in a tree by expiry; the event device is armed for the first. Expired ones
 * run in interrupt context, each unlinked before its function is called, so that it may arm itself again.
 */
#include <core/time.h>
#include <core/clock.h>
#include <core/spinlock.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/wait.h>
#include <arch/arch.h>
#include <arch/cpu.h>

/* Locks: t timer_lock (irqsave) */
static DEFINE_SPINLOCK(timer_lock, RANK_TIMER);
static struct rb_root timers;		/* t */
static struct timer *first;		/* t */
static struct timer *running;		/* t */
static nsec_t armed_for = ~0ull;	/* t what the device is set to */
static struct clock_listener *listeners;	/* t to add; none ever goes */
static s64 real_offset;			/* t wall clock = monotonic + this, ns */
static nsec_t coarse_stamp;
static struct timespec64 coarse_real;

nsec_t ktime_get(void)
{
	return clock_read();
}

s64 clock_real_offset(void)
{
	return real_offset;
}

void ns_to_timespec64(nsec_t ns, struct timespec64 *ts)
{
	ts->tv_nsec = (long)div_u64_rem(&ns, (u32)NSEC_PER_SEC);
	ts->tv_sec = (time64_t)ns;
}

nsec_t timespec64_to_ns(const struct timespec64 *ts)
{
	if (ts->tv_sec < 0)
		return 0;
	if ((u64)ts->tv_sec >= 9223372036ull)
		return 9223372036ull * NSEC_PER_SEC;
	return (u64)ts->tv_sec * NSEC_PER_SEC + (u64)ts->tv_nsec;
}

void ktime_get_real(struct timespec64 *ts)
{
	unsigned long flags = irq_save();
	u64 ns = clock_read() + (u64)real_offset;

	irq_restore(flags);
	ns_to_timespec64(ns, ts);
}

void ktime_get_coarse_real(struct timespec64 *ts)
{
	unsigned long flags = irq_save();
	nsec_t now = clock_read();

	if (now - coarse_stamp >= 4 * NSEC_PER_MSEC || !coarse_stamp) {
		coarse_stamp = now;
		ns_to_timespec64(now + (u64)real_offset, &coarse_real);
	}
	*ts = coarse_real;
	irq_restore(flags);
}

void ndelay(u32 ns)
{
	nsec_t end = clock_read() + ns;

	while (clock_read() < end)
		cpu_pause();
}

void udelay(u32 us) { ndelay(us * 1000); }

void timer_init(struct timer *t, void (*fn)(struct timer *t))
{
	t->fn = fn;
	t->armed = t->wall = false;
	t->expires = 0;
}

static void insert(struct timer *t)
{
	struct rb_node **link = &timers.node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (t->expires < rb_entry(parent, struct timer, node)->expires) {
			link = &parent->left;
		} else {
			link = &parent->right;
			leftmost = false;
		}
	}
	rb_link(&t->node, parent, link);
	rb_insert_fixup(&t->node, &timers);
	t->armed = true;
	if (leftmost)
		first = t;
}

static void remove(struct timer *t)
{
	if (first == t)
		first = rb_entry_safe(rb_next(&t->node), struct timer, node);
	rb_erase(&t->node, &timers);
	t->armed = false;
}

static void program(void)
{
	if (first && first->expires < armed_for) {
		armed_for = first->expires;
		clock_event_set(armed_for);
	}
}

/* timer_lock held. Timers for times of the wall clock move by as much as that was put back. */
static void move_wall_timers(s64 back)
{
	struct rb_node *n = rb_first(&timers), *next, *moved = NULL;

	for (; n; n = next) {
		struct timer *t = rb_entry(n, struct timer, node);

		next = rb_next(n);
		if (t->wall) {
			remove(t);
			n->left = moved;	/* out of the tree: a list until they are put back */
			moved = n;
		}
	}
	for (n = moved; n; n = next) {
		struct timer *t = rb_entry(n, struct timer, node);
		s64 expires = (s64)t->expires + back;

		next = n->left;
		t->expires = expires > 0 ? (nsec_t)expires : 1;
		insert(t);
	}
	program();
}

void ktime_set_real(const struct timespec64 *ts)
{
	unsigned long flags;
	s64 offset;

	preempt_disable();		/* whose time has come by that learns first that the clock was set */
	spin_lock_irqsave(&timer_lock, flags);
	offset = (s64)(timespec64_to_ns(ts) - clock_read());
	move_wall_timers(real_offset - offset);
	real_offset = offset;
	clock_real_changed(offset);
	coarse_stamp = 0;
	spin_unlock_irqrestore(&timer_lock, flags);
	for (const struct clock_listener *l = READ_ONCE(listeners); l; l = l->next)
		l->was_set();
	preempt_enable();
}

void clock_listen(struct clock_listener *l)
{
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	l->next = listeners;
	WRITE_ONCE(listeners, l);
	spin_unlock_irqrestore(&timer_lock, flags);
}

void timer_arm(struct timer *t, nsec_t expires)
{
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	if (t->armed)
		remove(t);
	t->expires = expires;
	insert(t);
	program();
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool timer_cancel(struct timer *t)
{
	unsigned long flags;
	bool was;

	spin_lock_irqsave(&timer_lock, flags);
	was = t->armed;
	if (was)
		remove(t);
	/* One processor: a function that runs has interrupted this call's caller only if it is this very timer's. */
	ASSERT(running != t || in_interrupt());
	spin_unlock_irqrestore(&timer_lock, flags);
	return was;
}

void timer_interrupt(void)
{
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	armed_for = ~0ull;
	while (first && first->expires <= clock_read()) {
		struct timer *t = first;

		remove(t);
		running = t;
		spin_unlock_debug(&timer_lock);
		preempt_enable_no_resched();
		t->fn(t);
		spin_lock(&timer_lock);
		running = NULL;
	}
	program();
	spin_unlock_irqrestore(&timer_lock, flags);
}
