/*
 * timerfd: a timer whose expirations are counted and read. The timer runs in an interrupt: `lock` is taken with
 * interrupts off. Times are kept monotonic; an absolute wall-clock time is converted when it is set, and moved by
 * the timer code whenever the clock is. One that is to be cancelled by that counts an expiry then, and who reads it gets
 * -ECANCELED once.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/time.h>
#include <abi/timerfd.h>

struct timerfd {
	struct timer timer;
	spinlock_t lock;	/* RANK_INODE_STATE, irqsave */
	nsec_t expires, interval;	/* lock; expires 0: disarmed */
	u64 ticks;		/* lock: not read yet */
	bool expired;		/* lock: a periodic one that goes on when somebody looks */
	bool realtime;
	struct list_head cancellable;	/* cancel_lock: in the list while the clock's setting cancels it */
	bool cancelled;		/* lock: nobody has been told yet */
	struct wait_queue wait;
};

static DEFINE_SPINLOCK(cancel_lock, RANK_ICACHE);
static LIST_HEAD(cancellables);

static void fired(struct timer *t)
{
	struct timerfd *x = container_of(t, struct timerfd, timer);
	unsigned long flags;

	spin_lock_irqsave(&x->lock, flags);
	x->ticks++;
	x->expires = x->interval ? t->expires : 0;	/* moved meanwhile if the wall clock was set */
	x->expired = x->interval != 0;
	spin_unlock_irqrestore(&x->lock, flags);
	wake_up_key(&x->wait, 0x7fffffff, (void *)(POLLIN | POLLRDNORM));
}

static void clock_was_set(void)
{
	struct timerfd *x;
	unsigned long flags;

	spin_lock(&cancel_lock);
	list_for_each_entry(x, &cancellables, cancellable) {
		spin_lock_irqsave(&x->lock, flags);
		x->cancelled = true;
		x->ticks++;
		spin_unlock_irqrestore(&x->lock, flags);
		wake_up_key(&x->wait, 0x7fffffff, (void *)(POLLIN | POLLRDNORM));
	}
	spin_unlock(&cancel_lock);
}

static void set_cancellable(struct timerfd *x, bool on)
{
	spin_lock(&cancel_lock);
	list_del_init(&x->cancellable);
	if (on)
		list_add_tail(&x->cancellable, &cancellables);
	spin_unlock(&cancel_lock);
}

/* lock held. Once for each time that the clock was set. */
static bool take_cancelled(struct timerfd *x)
{
	bool was = x->cancelled;

	x->cancelled = false;
	return was;
}

/*
 * A periodic one is armed again only here, when its count is asked for: nobody can keep the processor busy with a timer
 * that nobody reads. What it would have counted since is added.
 */
static void go_on_locked(struct timerfd *x)
{
	nsec_t now = ktime_get();
	u64 n = 1;

	if (!x->expired)
		return;
	x->expired = false;
	if (now > x->expires)
		n += div64_u64(now - x->expires, x->interval);
	x->ticks += n - 1;
	x->expires += n * x->interval;
	timer_arm(&x->timer, x->expires);
}

/* *error -ECANCELED: the clock was set; the timer does not go on, as whoever set it has to look at the time again. */
static bool take(struct timerfd *x, u64 *ticks, int *error)
{
	unsigned long flags;

	spin_lock_irqsave(&x->lock, flags);
	if (take_cancelled(x)) {
		*error = -ECANCELED;
		x->expired = false;
	}
	go_on_locked(x);
	*ticks = x->ticks;
	x->ticks = 0;
	spin_unlock_irqrestore(&x->lock, flags);
	return *ticks != 0 || *error;
}

static ssize_t timer_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct timerfd *x = f->private;
	u64 ticks;
	int error = 0;

	(void)pos;
	if (it->count < sizeof(ticks))
		return -EINVAL;
	if (!take(x, &ticks, &error)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&x->wait, take(x, &ticks, &error)))
			return -ERESTARTSYS;
	}
	if (error)
		return error;
	return copy_to_iter(&ticks, sizeof(ticks), it) == sizeof(ticks) ? (ssize_t)sizeof(ticks) : -EFAULT;
}

static unsigned timer_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *x = f->private;

	poll_wait(f, &x->wait, pt);
	return READ_ONCE(x->ticks) ? POLLIN | POLLRDNORM : 0;
}

static void timer_release(struct inode *inode, struct file *f)
{
	struct timerfd *x = f->private;
	unsigned long flags;

	(void)inode;
	set_cancellable(x, false);
	spin_lock_irqsave(&x->lock, flags);
	x->interval = 0;
	spin_unlock_irqrestore(&x->lock, flags);
	timer_cancel(&x->timer);
	kfree(x);
}

static const struct file_ops timer_ops = { .read = timer_read, .poll = timer_poll, .release = timer_release };

/* Clock numbers. The machine never sleeps: boot time is monotonic, and alarms need not wake it. */
enum { REALTIME = 0, MONOTONIC = 1, BOOTTIME = 7, REALTIME_ALARM = 8, BOOTTIME_ALARM = 9 };

long sys_timerfd_create(int clock, int flags)
{
	struct timerfd *x;

	if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK))
		return -EINVAL;
	if (clock != REALTIME && clock != MONOTONIC && clock != BOOTTIME && clock != REALTIME_ALARM && clock != BOOTTIME_ALARM)
		return -EINVAL;
	if ((clock == REALTIME_ALARM || clock == BOOTTIME_ALARM) && !capable(CAP_WAKE_ALARM))
		return -EPERM;
	x = kzalloc(sizeof(*x), GFP_KERNEL);
	if (!x)
		return -ENOMEM;
	timer_init(&x->timer, fired);
	spin_lock_init(&x->lock, RANK_INODE_STATE);
	wait_queue_init(&x->wait);
	list_init(&x->cancellable);
	x->realtime = clock == REALTIME || clock == REALTIME_ALARM;
	return anon_fd("[timerfd]", &timer_ops, x, flags);
}

struct setting {
	struct timespec64 interval, value;
};

static void get_locked(struct timerfd *x, struct setting *s)
{
	nsec_t now = ktime_get();

	go_on_locked(x);
	ns_to_timespec64(x->interval, &s->interval);
	if (x->timer.armed)
		x->expires = x->timer.expires;
	ns_to_timespec64(!x->expires ? 0 : x->expires > now ? x->expires - now : 1, &s->value);
}

static struct timerfd *timer_of(struct file *f)
{
	return f->op == &timer_ops ? f->private : NULL;
}

static int settime(int fd, int flags, const struct setting *new, struct setting *old)
{
	struct file *f;
	struct timerfd *x;
	nsec_t value = timespec64_to_ns(&new->value), now;
	bool absolute = flags & TFD_TIMER_ABSTIME, cancelled = false;
	unsigned long irq;

	if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) || !timespec64_valid(&new->value) ||
	    !timespec64_valid(&new->interval))
		return -EINVAL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	x = timer_of(f);
	if (!x) {
		file_put(f);
		return -EINVAL;
	}
	set_cancellable(x, x->realtime && absolute && (flags & TFD_TIMER_CANCEL_ON_SET));
	now = ktime_get();
	if (value && absolute) {
		if (x->realtime) {
			struct timespec64 wall;
			nsec_t at;

			ktime_get_real(&wall);
			at = timespec64_to_ns(&wall);
			value = value > at ? now + (value - at) : now;
		}
	} else if (value) {
		value += now;
	}
	/* Disarmed first, so that fired() cannot come between. */
	spin_lock_irqsave(&x->lock, irq);
	get_locked(x, old);
	x->interval = 0;
	x->expired = false;
	spin_unlock_irqrestore(&x->lock, irq);
	timer_cancel(&x->timer);
	spin_lock_irqsave(&x->lock, irq);
	x->ticks = 0;
	x->expired = false;		/* another call may have come between */
	x->timer.wall = x->realtime && absolute;
	if (list_empty(&x->cancellable))
		x->cancelled = false;
	else if (value)
		cancelled = take_cancelled(x);	/* set since it was last looked at: the new time holds all the same */
	x->interval = timespec64_to_ns(&new->interval);
	x->expires = value;
	if (value)
		timer_arm(&x->timer, value);
	spin_unlock_irqrestore(&x->lock, irq);
	file_put(f);
	return cancelled ? -ECANCELED : 0;
}

static int gettime(int fd, struct setting *s)
{
	struct file *f = fd_get(fd);
	struct timerfd *x;
	unsigned long irq;

	if (!f)
		return -EBADF;
	x = timer_of(f);
	if (x) {
		spin_lock_irqsave(&x->lock, irq);
		get_locked(x, s);
		spin_unlock_irqrestore(&x->lock, irq);
	}
	file_put(f);
	return x ? 0 : -EINVAL;
}

static long put32(const struct setting *s, struct abi_itimerspec32 __user *u)
{
	struct abi_itimerspec32 a = {
		{ (s32)s->interval.tv_sec, s->interval.tv_nsec }, { (s32)s->value.tv_sec, s->value.tv_nsec },
	};

	return copy_to_user(u, &a, sizeof(a)) ? -EFAULT : 0;
}

static long put64(const struct setting *s, struct abi_itimerspec64 __user *u)
{
	struct abi_itimerspec64 a = { { s->interval.tv_sec, s->interval.tv_nsec }, { s->value.tv_sec, s->value.tv_nsec } };

	return copy_to_user(u, &a, sizeof(a)) ? -EFAULT : 0;
}

long sys_timerfd_settime(int fd, int flags, const struct abi_itimerspec32 __user *new, struct abi_itimerspec32 __user *old)
{
	struct abi_itimerspec32 a;
	struct setting n, o;
	long r;

	if (copy_from_user(&a, new, sizeof(a)))
		return -EFAULT;
	n = (struct setting){ { a.it_interval.tv_sec, a.it_interval.tv_nsec }, { a.it_value.tv_sec, a.it_value.tv_nsec } };
	r = settime(fd, flags, &n, &o);
	return r || !old ? r : put32(&o, old);
}

long sys_timerfd_settime64(int fd, int flags, const struct abi_itimerspec64 __user *new, struct abi_itimerspec64 __user *old)
{
	struct abi_itimerspec64 a;
	struct setting n, o;
	long r;

	if (copy_from_user(&a, new, sizeof(a)))
		return -EFAULT;
	n = (struct setting){
		{ a.it_interval.tv_sec, (long)a.it_interval.tv_nsec }, { a.it_value.tv_sec, (long)a.it_value.tv_nsec },
	};
	r = settime(fd, flags, &n, &o);
	return r || !old ? r : put64(&o, old);
}

long sys_timerfd_gettime(int fd, struct abi_itimerspec32 __user *value)
{
	struct setting s;
	long r = gettime(fd, &s);

	return r ? r : put32(&s, value);
}

long sys_timerfd_gettime64(int fd, struct abi_itimerspec64 __user *value)
{
	struct setting s;
	long r = gettime(fd, &s);

	return r ? r : put64(&s, value);
}

static struct clock_listener listener = { .was_set = clock_was_set };

static int __init timerfd_init(void)
{
	clock_listen(&listener);
	return 0;
}
late_initcall(timerfd_init);
