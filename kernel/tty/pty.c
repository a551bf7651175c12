/*
 * Pseudo terminals: /dev/ptmx makes a pair; the slave /dev/pts/N is a terminal whose "wire" ends at the master file.
 *
 *   program <-> slave (N_TTY) -- write --> ring[] --> read(master)
 *                             <- tty_input() <------- write(master)
 *
 * Invariant: a pair lives from the opening of the master until the master is closed and the last reference to the slave
 * is gone. ring[] is under lock (RANK_DEVICE, irqsave). Closing the master hangs the slave up; closing the slave makes
 * the master read EIO until somebody opens it again.
 */
#include <tty/internal.h>
#include <core/init.h>
#include <fs/chrdev.h>
#include <fs/fdtable.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <arch/uaccess.h>

#define PAIRS 1024u
#define RING 4096u		/* a power of two */

/* Locks: l lock, I immutable after opening */
struct pty {
	struct tty *slave;		/* I the master's reference; NULL once it is closed */
	struct dentry *node;		/* I */
	spinlock_t lock;
	u8 ring[RING];			/* l */
	u32 head, tail;			/* l run freely */
	bool locked;			/* l TIOCSPTLCK: the slave cannot be opened yet */
	bool packet;			/* l */
	u8 status;			/* l TIOCPKT_* not told yet */
	bool slave_closed;		/* l it was open and is not */
	struct wait_queue read_wait, write_wait;	/* master's readers and writers */
	struct fasync fasync;
};

/* A master's file->private begins as every terminal file's does, without a terminal: file_tty() is NULL. */
struct master {
	struct tty_file file;
	struct pty *pty;
};

static struct pty *file_pty(const struct file *f) { return ((struct master *)f->private)->pty; }

static void wake_reader(struct pty *p)
{
	wake_up_poll(&p->read_wait, POLLIN | POLLRDNORM);
	fasync_tell(&p->fasync, POLL_IN);
}

static void add_status(struct pty *p, u8 set, u8 clear)
{
	unsigned long flags;
	bool wake;

	spin_lock_irqsave(&p->lock, flags);
	wake = p->packet;
	if (wake)
		p->status = (u8)((p->status & ~clear) | set);
	spin_unlock_irqrestore(&p->lock, flags);
	if (wake)
		wake_reader(p);
}

/* ---- the slave's driver ---- */

static int pts_open(struct tty *t)
{
	struct pty *p = tty_driver_data(t);
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&p->lock, flags);
	if (p->locked)
		ret = -EIO;
	else
		p->slave_closed = false;
	spin_unlock_irqrestore(&p->lock, flags);
	return ret;
}

static void pts_close(struct tty *t)
{
	struct pty *p = tty_driver_data(t);

	WRITE_ONCE(p->slave_closed, true);
	wake_up_all(&p->read_wait);
	wake_up_all(&p->write_wait);
}

static size_t pts_write(struct tty *t, const u8 *buf, size_t n)
{
	struct pty *p = tty_driver_data(t);
	unsigned long flags;
	size_t done = 0;

	spin_lock_irqsave(&p->lock, flags);
	while (done < n && p->head - p->tail < RING) {
		u32 at = p->head & (RING - 1);
		size_t run = min_t(size_t, min_t(size_t, n - done, RING - at), RING - (p->head - p->tail));

		memcpy(p->ring + at, buf + done, run);
		p->head += run;
		done += run;
	}
	spin_unlock_irqrestore(&p->lock, flags);
	if (done)
		wake_reader(p);
	return done;
}

static size_t pts_write_room(struct tty *t)
{
	struct pty *p = tty_driver_data(t);

	return RING - (READ_ONCE(p->head) - READ_ONCE(p->tail));
}

static void pts_flush_output(struct tty *t)
{
	struct pty *p = tty_driver_data(t);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	p->tail = p->head;
	spin_unlock_irqrestore(&p->lock, flags);
	add_status(p, TIOCPKT_FLUSHWRITE, 0);
}

static void pts_input_space(struct tty *t)
{
	struct pty *p = tty_driver_data(t);

	wake_up_poll(&p->write_wait, POLLOUT | POLLWRNORM);
}

static void pts_flow(struct tty *t, bool stop)
{
	add_status(tty_driver_data(t), stop ? TIOCPKT_STOP : TIOCPKT_START, stop ? TIOCPKT_START : TIOCPKT_STOP);
}

static bool standard_flow(const struct abi_termios *k)
{
	return (k->c_iflag & IXON) && k->c_cc[VSTOP] == 19 && k->c_cc[VSTART] == 17;
}

static void pts_set_termios(struct tty *t, const struct abi_termios *old)
{
	bool now = standard_flow(tty_termios(t));

	t->termios.c_cflag = (t->termios.c_cflag & ~(u32)(CSIZE | PARENB)) | CS8 | CREAD;
	if (now != standard_flow(old))
		add_status(tty_driver_data(t), now ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP, now ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP);
}

static void pts_free(struct tty *t)
{
	kvfree(tty_driver_data(t));
}

static const struct tty_driver_ops pts_ops = {
	.open = pts_open,
	.close = pts_close,
	.write = pts_write,
	.write_room = pts_write_room,
	.flush_output = pts_flush_output,
	.input_space = pts_input_space,
	.flow = pts_flow,
	.set_termios = pts_set_termios,
	.free = pts_free,
};

static struct tty_driver pts_driver = {
	.name = "pts/",
	.first = MKDEV(136, 0),
	.count = PAIRS,
	.ops = &pts_ops,
	.no_nodes = true,
};

/* ---- the master's file ---- */

/* The slave with the lowest free number. */
static struct tty *add_slave(struct pty *p)
{
	struct tty *t = ERR_PTR(-EBUSY);

	for (unsigned i = 0; i < PAIRS && PTR_ERR(t) == -EBUSY; i++)
		t = tty_device_add(&pts_driver, i, p);
	return PTR_ERR(t) == -EBUSY ? ERR_PTR(-ENOSPC) : t;
}

static int ptmx_open(struct inode *inode, struct file *f)
{
	struct master *m = kzalloc(sizeof(*m), GFP_KERNEL);
	struct pty *p = kvmalloc(sizeof(*p), GFP_KERNEL);
	int ret = -ENOMEM;

	(void)inode;
	if (!m || !p)
		goto out_free;
	memset(p, 0, sizeof(*p));
	spin_lock_init(&p->lock, RANK_DEVICE);
	wait_queue_init(&p->read_wait);
	fasync_init(&p->fasync);
	wait_queue_init(&p->write_wait);
	p->locked = true;
	p->slave = add_slave(p);
	if (IS_ERR(p->slave)) {
		ret = (int)PTR_ERR(p->slave);
		goto out_free;
	}
	tty_get(p->slave);	/* the master's; the table's goes with tty_device_remove() */
	ret = tty_keep_buffers(p->slave);
	if (!ret)
		ret = devpts_create(tty_index(p->slave), tty_dev(p->slave), &p->node);
	if (ret) {
		struct tty *t = p->slave;

		tty_device_remove(t);
		tty_put(t);	/* frees p by pts_free() */
		kfree(m);
		return ret;
	}
	m->pty = p;
	f->private = m;
	return 0;
out_free:
	kfree(m);
	kvfree(p);
	return ret;
}

static void ptmx_release(struct inode *inode, struct file *f)
{
	struct master *m = f->private;
	struct tty *slave = m->pty->slave;

	(void)inode;
	devpts_remove(m->pty->node);
	tty_device_remove(slave);
	tty_put(slave);
	kfree(m);
}

/* Bytes of the ring into buf, a packet's first byte in front. 0: nothing. */
static size_t take(struct pty *p, u8 *buf, size_t n)
{
	unsigned long flags;
	size_t done = 0;

	spin_lock_irqsave(&p->lock, flags);
	if (p->packet && p->status) {
		buf[done++] = p->status;
		p->status = 0;
	} else if (p->head != p->tail) {
		if (p->packet)
			buf[done++] = TIOCPKT_DATA;
		while (done < n && p->head != p->tail)
			buf[done++] = p->ring[p->tail++ & (RING - 1)];
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return done;
}

static bool can_read(const struct pty *p)
{
	return READ_ONCE(p->head) != READ_ONCE(p->tail) || READ_ONCE(p->status) || READ_ONCE(p->slave_closed);
}

static ssize_t ptmx_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pty *p = file_pty(f);
	u8 buf[256];
	size_t total = 0;

	(void)pos;
	while (it->count) {
		size_t n = take(p, buf, min_t(size_t, it->count, sizeof(buf)));

		if (n) {
			size_t copied = copy_to_iter(buf, n, it);

			total += copied;
			if (copied < n)
				return total ? (ssize_t)total : -EFAULT;
			/* A packet ends with its read. */
			if (n < sizeof(buf) || p->packet)
				break;
			continue;
		}
		if (total)
			break;
		if (READ_ONCE(p->slave_closed))
			return -EIO;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		/* Woken by the slave's writes, its closing, and packet events. */
		if (wait_event_interruptible(&p->read_wait, can_read(p)))
			return -ERESTARTSYS;
	}
	if (total)
		tty_wakeup(p->slave);
	return (ssize_t)total;
}

static ssize_t ptmx_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pty *p = file_pty(f);
	u8 buf[256];
	size_t total = 0;

	(void)pos;
	while (it->count) {
		size_t want = min_t(size_t, min_t(size_t, it->count, sizeof(buf)), tty_input_room(p->slave)), n;

		if (!want) {
			if (f->flags & O_NONBLOCK)
				return total ? (ssize_t)total : -EAGAIN;
			/* Woken when the slave's discipline has taken input. */
			if (wait_event_interruptible(&p->write_wait, tty_input_room(p->slave)))
				return total ? (ssize_t)total : -ERESTARTSYS;
			continue;
		}
		n = copy_from_iter(buf, want, it);
		if (!n)
			return total ? (ssize_t)total : -EFAULT;
		/* Two writers may race for the room: what did not fit is lost to neither, it is simply not counted. */
		total += tty_input(p->slave, buf, n);
	}
	return (ssize_t)total;
}

static unsigned ptmx_poll(struct file *f, struct poll_table *pt)
{
	struct pty *p = file_pty(f);
	unsigned mask = 0;

	poll_wait(f, &p->read_wait, pt);
	poll_wait(f, &p->write_wait, pt);
	if (p->head != p->tail || p->status)
		mask |= POLLIN | POLLRDNORM;
	if (p->status)
		mask |= POLLPRI;
	if (p->slave_closed)
		mask |= POLLHUP;
	if (tty_input_room(p->slave))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static int ptmx_fasync(int fd, struct file *f, bool on)
{
	if (on)
		tty_own_file(f, NULL);
	return fasync_set(fd, f, on, &file_pty(f)->fasync);
}

/* A file whose open failed has nothing to release. */
static const struct file_ops unopened;

/* TIOCGPTPEER: the slave as a new descriptor, whatever is mounted where. */
static long open_peer(struct pty *p, unsigned flags)
{
	struct path path;
	struct file *f;
	int fd, ret;

	if (flags & ~(unsigned)(O_ACCMODE | O_NOCTTY | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	fd = fd_alloc(0, flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	ret = devpts_path(p->node, &path);
	if (ret)
		goto out_fd;
	f = file_alloc(&path, flags & ~(unsigned)O_CLOEXEC, &unopened);
	path_put(&path);
	if (IS_ERR(f)) {
		ret = (int)PTR_ERR(f);
		goto out_fd;
	}
	ret = tty_file_ops.open(f->inode, f);
	if (ret) {
		file_put(f);
		goto out_fd;
	}
	f->op = &tty_file_ops;
	fd_install((unsigned)fd, f);
	return fd;
out_fd:
	fd_release((unsigned)fd);
	return ret;
}

static long set_packet(struct pty *p, const s32 __user *u)
{
	unsigned long flags;
	s32 on;

	if (get_user(on, u))
		return -EFAULT;
	spin_lock_irqsave(&p->lock, flags);
	if (!p->packet)
		p->status = 0;
	p->packet = on;
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static long flush_master(struct pty *p, struct file *f, unsigned long arg)
{
	/* The master's input is the slave's output and the other way round. */
	return tty_ioctl(p->slave, f, TCFLSH, arg == TCIFLUSH ? TCOFLUSH : arg == TCOFLUSH ? TCIFLUSH : arg);
}

static long ptmx_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct pty *p = file_pty(f);
	s32 __user *u = (s32 __user *)arg;
	s32 v;

	switch (cmd) {
	case TIOCGPTN:
		return put_user((s32)tty_index(p->slave), u);
	case TIOCSPTLCK:
		if (get_user(v, u))
			return -EFAULT;
		p->locked = v;
		return 0;
	case TIOCGPTLCK:
		return put_user((s32)p->locked, u);
	case TIOCPKT:
		return set_packet(p, u);
	case TIOCGPKT:
		return put_user((s32)p->packet, u);
	case TIOCGPTPEER:
		return open_peer(p, (unsigned)arg);
	case TIOCSIG:
		if (arg != SIGINT && arg != SIGQUIT && arg != SIGTSTP)
			return -EINVAL;
		tty_signal_pgrp(p->slave, (int)arg);
		return 0;
	case FIONREAD:
		return put_user((s32)(p->head - p->tail), u);
	case TIOCOUTQ:
		return put_user((s32)(TTY_RING - tty_input_room(p->slave)), u);
	case TCFLSH:
		return flush_master(p, f, arg);
	case TIOCSCTTY: case TIOCNOTTY: case TIOCSTI: case TIOCVHANGUP: case TIOCEXCL: case TIOCNXCL:
		return -ENOTTY;
	}
	/* Settings, window size and groups are the slave's. */
	return tty_ioctl(p->slave, f, cmd, arg);
}

static const struct file_ops ptmx_ops = {
	.open = ptmx_open,
	.release = ptmx_release,
	.read = ptmx_read,
	.write = ptmx_write,
	.poll = ptmx_poll,
	.ioctl = ptmx_ioctl,
	.fasync = ptmx_fasync,
};

static struct chrdev ptmx_dev = { .first = MKDEV(5, 2), .count = 1, .name = "/dev/ptmx", .op = &ptmx_ops };

static int __init pty_init(void)
{
	int ret;

	pts_driver.init_termios = tty_std_termios;
	ret = tty_driver_register(&pts_driver);
	if (!ret)
		ret = chrdev_register(&ptmx_dev);
	return ret ? ret : chrdev_show_device("tty", NULL, "ptmx", 0666, ptmx_dev.first);
}
fs_initcall(pty_init);
