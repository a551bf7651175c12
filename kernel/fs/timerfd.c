/*
 * timerfd_create(2): expirations of a timer, counted until read. Times on the wall clock are turned into monotonic
 * ones when set; TFD_TIMER_CANCEL_ON_SET is refused.
 */
#include <core/time.h>
#include <core/wait.h>
#include <fs/fdtable.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <arch/uaccess.h>
#include <abi/errno.h>
#include <abi/time.h>
#include <abi/timerfd.h>

struct timerfd {
	struct timer timer;
	spinlock_t lock;		/* RANK_EPOLL, irqsave */
	u64 ticks;			/* lock: expired and not read */
	nsec_t interval;		/* lock */
	int clock;			/* I */
	struct wait_queue wait;
};

static void expired(struct timer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, timer);
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	t->ticks++;
	if (t->interval) {
		nsec_t now = ktime_get(), next = timer->expires + t->interval;

		if (next <= now) {	/* late: count what was missed */
			u64 missed = div64_u64(now - timer->expires, t->interval);

			t->ticks += missed - 1;
			next = timer->expires + (missed + 1) * t->interval;
		}
		timer_arm(timer, next);
	}
	spin_unlock_irqrestore(&t->lock, flags);
	wake_up_poll(&t->wait, POLLIN | POLLRDNORM);
}

static bool take(struct timerfd *t, u64 *ticks)
{
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	*ticks = t->ticks;
	t->ticks = 0;
	spin_unlock_irqrestore(&t->lock, flags);
	return *ticks != 0;
}

static ssize_t timerfd_read(struct file *f, struct iov_iter *it, loff_t *pos __maybe_unused)
{
	struct timerfd *t = f->private;
	u64 ticks;

	if (it->count < sizeof(ticks))
		return -EINVAL;
	if (!take(t, &ticks)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&t->wait, take(t, &ticks)))
			return -ERESTARTSYS;
	}
	return copy_to_iter(&ticks, sizeof(ticks), it) == sizeof(ticks) ? (ssize_t)sizeof(ticks) : -EFAULT;
}

static unsigned timerfd_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *t = f->private;

	poll_wait(f, &t->wait, pt);
	return READ_ONCE(*(volatile u32 *)&t->ticks) ? POLLIN | POLLRDNORM : 0;
}

static void timerfd_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct timerfd *t = f->private;

	timer_cancel(&t->timer);
	kfree(t);
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
	.llseek = no_llseek,
};

long sys_timerfd_create(int clock, int flags)
{
	struct timerfd *t;
	struct file *f;
	int fd;

	if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK) || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME))
		return -EINVAL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	spin_lock_init(&t->lock, RANK_EPOLL);
	wait_queue_init(&t->wait);
	timer_init(&t->timer, expired);
	t->clock = clock;
	f = file_open_inode(NULL, O_RDWR | ((unsigned)flags & TFD_NONBLOCK), &timerfd_ops, "[timerfd]", t);
	if (IS_ERR(f)) {
		kfree(t);
		return PTR_ERR(f);
	}
	fd = fd_alloc(0, (unsigned)flags & TFD_CLOEXEC);
	if (fd < 0)
		file_put(f);
	else
		fd_install((unsigned)fd, f);
	return fd;
}

struct setting { struct timespec64 interval, value; };

static void current_setting(struct timerfd *t, struct setting *s)
{
	unsigned long flags;
	nsec_t left = 0, now, interval;

	spin_lock_irqsave(&t->lock, flags);
	interval = t->interval;
	if (t->timer.armed) {
		now = ktime_get();
		left = t->timer.expires > now ? t->timer.expires - now : 1;
	}
	spin_unlock_irqrestore(&t->lock, flags);
	ns_to_timespec64(left, &s->value);
	ns_to_timespec64(interval, &s->interval);
}

static struct timerfd *timerfd_of(int fd, struct file **file, int *error)
{
	struct file *f = fd_get((unsigned)fd);

	*error = -EBADF;
	if (f && f->op == &timerfd_ops) {
		*file = f;
		return f->private;
	}
	if (f) {
		*error = -EINVAL;
		file_put(f);
	}
	return NULL;
}

static int timerfd_set(int fd, int flags, const struct setting *new, struct setting *old)
{
	struct timespec64 clock_now;
	struct timerfd *t;
	struct file *f;
	nsec_t value, now;
	unsigned long irq;
	int error;

	if (flags & ~TFD_TIMER_ABSTIME || !timespec64_valid(&new->value) || !timespec64_valid(&new->interval))
		return -EINVAL;
	t = timerfd_of(fd, &f, &error);
	if (!t)
		return error;
	current_setting(t, old);
	timer_cancel(&t->timer);
	spin_lock_irqsave(&t->lock, irq);
	t->ticks = 0;
	t->interval = timespec64_to_ns(&new->interval);
	spin_unlock_irqrestore(&t->lock, irq);
	value = timespec64_to_ns(&new->value);
	now = ktime_get();
	if (value && flags & TFD_TIMER_ABSTIME && t->clock == CLOCK_REALTIME) {
		nsec_t real;

		ktime_get_real(&clock_now);
		real = timespec64_to_ns(&clock_now);
		timer_arm(&t->timer, value > real ? now + (value - real) : now);
	} else if (value) {
		timer_arm(&t->timer, flags & TFD_TIMER_ABSTIME ? value : now + value);
	}
	file_put(f);
	return 0;
}

static int timerfd_get(int fd, struct setting *s)
{
	struct timerfd *t;
	struct file *f;
	int error;

	t = timerfd_of(fd, &f, &error);
	if (!t)
		return error;
	current_setting(t, s);
	file_put(f);
	return 0;
}

long sys_timerfd_settime(int fd, int flags, const struct abi_itimerspec32 __user *unew, struct abi_itimerspec32 __user *uold)
{
	struct setting new, old;
	int error;

	if (timespec_from_user32(&new.interval, &unew->it_interval) || timespec_from_user32(&new.value, &unew->it_value))
		return -EFAULT;
	error = timerfd_set(fd, flags, &new, &old);
	if (!error && uold && (timespec_to_user32(&old.interval, &uold->it_interval) || timespec_to_user32(&old.value, &uold->it_value)))
		error = -EFAULT;
	return error;
}

long sys_timerfd_settime64(int fd, int flags, const struct abi_itimerspec64 __user *unew, struct abi_itimerspec64 __user *uold)
{
	struct setting new, old;
	int error;

	if (timespec_from_user64(&new.interval, &unew->it_interval) || timespec_from_user64(&new.value, &unew->it_value))
		return -EFAULT;
	error = timerfd_set(fd, flags, &new, &old);
	if (!error && uold && (timespec_to_user64(&old.interval, &uold->it_interval) || timespec_to_user64(&old.value, &uold->it_value)))
		error = -EFAULT;
	return error;
}

long sys_timerfd_gettime(int fd, struct abi_itimerspec32 __user *u)
{
	struct setting s;
	int error = timerfd_get(fd, &s);

	if (!error && (timespec_to_user32(&s.interval, &u->it_interval) || timespec_to_user32(&s.value, &u->it_value)))
		error = -EFAULT;
	return error;
}

long sys_timerfd_gettime64(int fd, struct abi_itimerspec64 __user *u)
{
	struct setting s;
	int error = timerfd_get(fd, &s);

	if (!error && (timespec_to_user64(&s.interval, &u->it_interval) || timespec_to_user64(&s.value, &u->it_value)))
		error = -EFAULT;
	return error;
}
