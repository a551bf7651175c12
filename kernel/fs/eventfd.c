/* eventfd(2): a counter behind a descriptor. Writers add, a reader takes all (or one, EFD_SEMAPHORE). */
#include <core/wait.h>
#include <fs/fdtable.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <abi/errno.h>
#include <abi/eventfd.h>

struct eventfd {
	spinlock_t lock;		/* RANK_EPOLL */
	u64 count;			/* lock; never ~0 */
	bool semaphore;
	struct wait_queue wait;		/* readers and writers */
};

static bool take(struct eventfd *e, u64 *value)
{
	bool ok;

	spin_lock(&e->lock);
	ok = e->count != 0;
	*value = e->semaphore ? 1 : e->count;
	if (ok)
		e->count -= *value;
	spin_unlock(&e->lock);
	return ok;
}

static bool add(struct eventfd *e, u64 value)
{
	bool ok;

	spin_lock(&e->lock);
	ok = ~0ull - e->count > value;
	if (ok)
		e->count += value;
	spin_unlock(&e->lock);
	return ok;
}

static ssize_t eventfd_read(struct file *f, struct iov_iter *it, loff_t *pos __maybe_unused)
{
	struct eventfd *e = f->private;
	u64 value;

	if (it->count < sizeof(value))
		return -EINVAL;
	if (!take(e, &value)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&e->wait, take(e, &value)))
			return -ERESTARTSYS;
	}
	wake_up_key(&e->wait, 0x7fffffff, (void *)(POLLOUT | POLLWRNORM));
	return copy_to_iter(&value, sizeof(value), it) == sizeof(value) ? (ssize_t)sizeof(value) : -EFAULT;
}

static ssize_t eventfd_write(struct file *f, struct iov_iter *it, loff_t *pos __maybe_unused)
{
	struct eventfd *e = f->private;
	u64 value;

	if (it->count < sizeof(value))
		return -EINVAL;
	if (copy_from_iter(&value, sizeof(value), it) != sizeof(value))
		return -EFAULT;
	if (value == ~0ull)
		return -EINVAL;
	if (!add(e, value)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&e->wait, add(e, value)))
			return -ERESTARTSYS;
	}
	wake_up_key(&e->wait, 0x7fffffff, (void *)(POLLIN | POLLRDNORM));
	return sizeof(value);
}

static unsigned eventfd_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->private;
	u64 count;

	poll_wait(f, &e->wait, pt);
	spin_lock(&e->lock);
	count = e->count;
	spin_unlock(&e->lock);
	return (count ? POLLIN | POLLRDNORM : 0) | (count < ~0ull - 1 ? POLLOUT | POLLWRNORM : 0);
}

static void eventfd_release(struct inode *inode __maybe_unused, struct file *f)
{
	kfree(f->private);
}

static const struct file_ops eventfd_ops = {
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.release = eventfd_release,
	.llseek = no_llseek,
};

long sys_eventfd2(unsigned count, int flags)
{
	struct eventfd *e;
	struct file *f;
	int fd;

	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	spin_lock_init(&e->lock, RANK_EPOLL);
	wait_queue_init(&e->wait);
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	f = file_open_inode(NULL, O_RDWR | ((unsigned)flags & EFD_NONBLOCK), &eventfd_ops, "[eventfd]", e);
	if (IS_ERR(f)) {
		kfree(e);
		return PTR_ERR(f);
	}
	fd = fd_alloc(0, (unsigned)flags & EFD_CLOEXEC);
	if (fd < 0)
		file_put(f);
	else
		fd_install((unsigned)fd, f);
	return fd;
}

long sys_eventfd(unsigned count) { return sys_eventfd2(count, 0); }
