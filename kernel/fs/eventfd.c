/*
 * eventfd: a 64-bit counter. Reading takes it (or one of it, as a semaphore), writing adds; each waits while it cannot.
 * The counter is guarded by the wait queue's neighbour `lock`, which is never held while sleeping.
 */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/eventfd.h>

struct eventfd {
	spinlock_t lock;	/* RANK_INODE_STATE */
	u64 count;		/* lock; at most 2^64 - 2 */
	bool semaphore;
	struct wait_queue wait;
};
#define LIMIT (~0ull - 1)

static bool take(struct eventfd *e, u64 *value)
{
	bool ok;

	spin_lock(&e->lock);
	ok = e->count > 0;
	if (ok) {
		*value = e->semaphore ? 1 : e->count;
		e->count -= *value;
	}
	spin_unlock(&e->lock);
	return ok;
}

static bool add(struct eventfd *e, u64 value)
{
	bool ok;

	spin_lock(&e->lock);
	ok = LIMIT - e->count >= value;
	if (ok)
		e->count += value;
	spin_unlock(&e->lock);
	return ok;
}

static ssize_t event_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct eventfd *e = f->private;
	u64 value = 0;
	bool got;

	(void)pos;
	if (it->count < sizeof(value))
		return -EINVAL;
	got = take(e, &value);
	if (!got) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&e->wait, (got = take(e, &value))))
			return -ERESTARTSYS;
	}
	wake_up_key(&e->wait, 0x7fffffff, (void *)(POLLOUT | POLLWRNORM));
	return copy_to_iter(&value, sizeof(value), it) == sizeof(value) ? (ssize_t)sizeof(value) : -EFAULT;
}

static ssize_t event_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct eventfd *e = f->private;
	u64 value;

	(void)pos;
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

static unsigned event_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->private;
	u64 count;

	poll_wait(f, &e->wait, pt);
	spin_lock(&e->lock);
	count = e->count;
	spin_unlock(&e->lock);
	return (count > 0 ? POLLIN | POLLRDNORM : 0) | (count < LIMIT ? POLLOUT | POLLWRNORM : 0);
}

static void event_release(struct inode *inode, struct file *f)
{
	(void)inode;
	kfree(f->private);
}

static void event_fdinfo(struct seq_file *m, struct file *f)
{
	seq_printf(m, "eventfd-count: %16llx\n", ((struct eventfd *)f->private)->count);
}

static const struct file_ops event_ops = {
	.read = event_read, .write = event_write, .poll = event_poll, .release = event_release, .show_fdinfo = event_fdinfo,
};

/* A descriptor for an anonymous file; `private` is freed on failure. */
int anon_fd(const char *name, const struct file_ops *op, void *private, unsigned flags)
{
	struct file *f;
	int fd = fd_alloc(0, flags & O_CLOEXEC);

	if (fd < 0) {
		kfree(private);
		return fd;
	}
	f = file_open_inode(NULL, O_RDWR | (flags & O_NONBLOCK), op, name, private);
	if (IS_ERR(f)) {
		fd_release(fd);
		kfree(private);
		return PTR_ERR(f);
	}
	f->mode |= FMODE_STREAM;
	fd_install(fd, f);
	return fd;
}

long sys_eventfd2(unsigned count, int flags)
{
	struct eventfd *e;

	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	spin_lock_init(&e->lock, RANK_INODE_STATE);
	wait_queue_init(&e->wait);
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	return anon_fd("[eventfd]", &event_ops, e, flags);
}

long sys_eventfd(unsigned count)
{
	return sys_eventfd2(count, 0);
}
