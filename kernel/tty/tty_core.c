/*
 * Terminals as devices and files: drivers' tables, opening, closing, hanging up, and the queue between a driver's
 * interrupt and the discipline's work.
 *
 * Invariant: t->buf is there exactly while t has openers. A queued work holds a reference to its terminal, a file
 * one, the driver's table one. A file whose generation is older than its terminal's is hung up: it reads end of file
 * and writes -EIO for ever, while new opens of the terminal are fresh.
 */
#include <tty/internal.h>
#include <core/init.h>
#include <fs/chrdev.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <abi/capability.h>

#define CLOSE_DRAIN (3 * NSEC_PER_SEC)	/* a last close waits that long for output to go out */

const struct abi_termios tty_std_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = 3, [VQUIT] = 28, [VERASE] = 0x7f, [VKILL] = 21, [VEOF] = 4, [VMIN] = 1, [VSTART] = 17, [VSTOP] = 19,
		[VSUSP] = 26, [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22,
	},
};

static LIST_HEAD(drivers);
static DEFINE_MUTEX(table_lock, RANK_TTY_OUTER);	/* drivers, and each driver's ttys[] */
struct tty *(*tty_foreground_vt)(void);

/* ---- references ---- */

struct tty *tty_get(struct tty *t)
{
	if (t)
		atomic_inc(&t->count);
	return t;
}

void tty_put(struct tty *t)
{
	if (!t || !atomic_dec_and_test(&t->count))
		return;
	ASSERT(!t->buf && !t->session);
	if (t->driver->ops->free)
		t->driver->ops->free(t);
	kfree(t);
}

static void queue_work(struct tty *t, struct work *w)
{
	tty_get(t);
	if (!work_queue(w))
		atomic_dec(&t->count);	/* queued already; the caller's own reference remains */
}

void tty_queue_input(struct tty *t)
{
	queue_work(t, &t->in_work);
}

static void input_work(struct work *w)
{
	struct tty *t = container_of(w, struct tty, in_work);

	n_tty_input_work(w);
	tty_put(t);
}

static void hangup_work(struct work *w)
{
	struct tty *t = container_of(w, struct tty, hangup_work);

	tty_do_hangup(t, false);
	tty_put(t);
}

void *tty_driver_data(struct tty *t) { return t->driver_data; }
unsigned tty_index(const struct tty *t) { return t->index; }
const struct abi_termios *tty_termios(const struct tty *t) { return &t->termios; }
u32 tty_output_speed(const struct tty *t) { return t->ospeed; }
dev_t tty_dev(const struct tty *t) { return t ? t->dev : 0; }
const char *tty_name(const struct tty *t) { return t->name; }

/* ---- drivers and devices ---- */

struct tty *tty_alloc(struct tty_driver *d, unsigned index, void *driver_data)
{
	struct tty *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	atomic_set(&t->count, 1);
	t->driver = d;
	t->index = index;
	t->driver_data = driver_data;
	t->dev = MKDEV(MAJOR(d->first), MINOR(d->first) + index);
	t->termios = d->init_termios;
	t->ispeed = t->ospeed = tty_baud_rate(t->termios.c_cflag & CBAUD, 38400);
	snprintf(t->name, sizeof(t->name), "%s%u", d->name, d->first_index + index);
	mutex_init(&t->open_lock, RANK_TTY_OUTER);
	mutex_init(&t->write_lock, RANK_TTY_WRITE);
	mutex_init(&t->lock, RANK_TTY);
	spin_lock_init(&t->in_lock, RANK_TTY_INPUT);
	work_init(&t->in_work, input_work);
	work_init(&t->hangup_work, hangup_work);
	wait_queue_init(&t->read_wait);
	fasync_init(&t->fasync);
	wait_queue_init(&t->write_wait);
	return t;
}

int tty_driver_register(struct tty_driver *d)
{
	struct chrdev *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int ret;

	if (!c)
		return -ENOMEM;
	d->ttys = kcalloc(d->count, sizeof(*d->ttys), GFP_KERNEL);
	if (!d->ttys) {
		kfree(c);
		return -ENOMEM;
	}
	*c = (struct chrdev){ .first = d->first, .count = d->count, .name = d->name, .op = &tty_file_ops };
	ret = chrdev_register(c);
	if (ret) {
		kfree(d->ttys);
		kfree(c);
		return ret;
	}
	mutex_lock(&table_lock);
	list_add_tail(&d->link, &drivers);
	mutex_unlock(&table_lock);
	return 0;
}

struct tty *tty_device_add(struct tty_driver *d, unsigned index, void *driver_data)
{
	struct tty *t;
	int ret;

	if (index >= d->count)
		return ERR_PTR(-EINVAL);
	t = tty_alloc(d, index, driver_data);
	if (!t)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&table_lock);
	if (d->ttys[index]) {
		mutex_unlock(&table_lock);
		kfree(t);	/* nobody knows it yet, and driver_data stays the caller's: not by tty_put() */
		return ERR_PTR(-EBUSY);
	}
	d->ttys[index] = t;
	mutex_unlock(&table_lock);
	if (d->no_nodes)
		return t;
	ret = chrdev_show_device("tty", d->parent, t->name, 0620, t->dev);
	if (ret)
		pr_err("%s: no node: %d\n", t->name, ret);
	return t;
}

static void set_buffers(struct tty *t, struct tty_buffers *b)
{
	unsigned long flags;

	mutex_lock(&t->lock);
	spin_lock_irqsave(&t->in_lock, flags);
	swap(t->buf, b);
	spin_unlock_irqrestore(&t->in_lock, flags);
	t->stopped = t->sent_stop = t->lnext = t->erasing = false;
	t->column = t->canon_column = 0;
	mutex_unlock(&t->lock);
	kvfree(b);
}

/* open_lock held. */
static void drop_buffers(struct tty *t)
{
	if (!t->keep_buffers)
		set_buffers(t, NULL);
}

void tty_device_remove(struct tty *t)
{
	mutex_lock(&table_lock);
	if (t->driver->ttys[t->index] == t)
		t->driver->ttys[t->index] = NULL;
	mutex_unlock(&table_lock);
	if (!t->driver->no_nodes)
		chrdev_hide_device("tty", t->driver->parent, t->name, t->dev);
	mutex_lock(&t->open_lock);
	t->gone = true;
	mutex_unlock(&t->open_lock);
	tty_do_hangup(t, false);
	mutex_lock(&t->open_lock);
	t->keep_buffers = false;
	if (!t->openers)
		drop_buffers(t);
	mutex_unlock(&t->open_lock);
	tty_put(t);
}

static struct tty *find(dev_t dev)
{
	struct tty_driver *d;
	struct tty *t = NULL;

	mutex_lock(&table_lock);
	list_for_each_entry(d, &drivers, link) {
		if (MAJOR(dev) == MAJOR(d->first) && MINOR(dev) >= MINOR(d->first) && MINOR(dev) - MINOR(d->first) < d->count) {
			t = tty_get(d->ttys[MINOR(dev) - MINOR(d->first)]);
			break;
		}
	}
	mutex_unlock(&table_lock);
	return t;
}

static struct tty *find_name(const char *name, size_t len)
{
	struct tty_driver *d;
	struct tty *t = NULL;

	mutex_lock(&table_lock);
	list_for_each_entry(d, &drivers, link) {
		for (unsigned i = 0; i < d->count && !t; i++) {
			if (d->ttys[i] && strlen(d->ttys[i]->name) == len && !strncmp(d->ttys[i]->name, name, len))
				t = tty_get(d->ttys[i]);
		}
	}
	mutex_unlock(&table_lock);
	return t;
}

/* What the last `console=` of the command line names; without one, the screen, or else the first serial line. */
static struct tty *console_tty(void)
{
	const char *word = NULL, *p = cmdline();
	struct tty *t = NULL;
	size_t len = 0;

	while ((p = strstr(p, "console=")) != NULL) {
		if (p == cmdline() || p[-1] == ' ')
			word = p + 8;
		p += 8;
	}
	if (word) {
		while (word[len] && word[len] != ' ' && word[len] != ',')
			len++;
		t = find_name(word, len);
		if (t || (len != 4 || strncmp(word, "tty0", 4)))
			goto out;
	}
	if (tty_foreground_vt)
		t = tty_foreground_vt();
out:
	return t ? t : find_name("ttyS0", 5);
}

/* ---- input queue ---- */

size_t tty_input_room(struct tty *t)
{
	unsigned long flags;
	size_t room;

	spin_lock_irqsave(&t->in_lock, flags);
	room = t->buf ? TTY_RING - (t->buf->in_head - t->buf->in_tail) : 0;
	spin_unlock_irqrestore(&t->in_lock, flags);
	return room;
}

static size_t enqueue(struct tty *t, const u8 *buf, size_t n, u8 flag)
{
	struct tty_buffers *b;
	unsigned long flags;
	size_t done = 0;

	spin_lock_irqsave(&t->in_lock, flags);
	b = t->buf;
	while (b && done < n && b->in_head - b->in_tail < TTY_RING) {
		u32 at = TTY_MASK(b->in_head++);

		b->in[at] = buf[done++];
		b->in_flag[at] = flag;
	}
	spin_unlock_irqrestore(&t->in_lock, flags);
	if (b)
		tty_queue_input(t);
	return done;
}

size_t tty_input(struct tty *t, const u8 *buf, size_t n)
{
	return enqueue(t, buf, n, TTY_NORMAL);
}

void tty_input_flag(struct tty *t, u8 c, unsigned flag)
{
	enqueue(t, &c, 1, (u8)flag);
}

void tty_wakeup(struct tty *t)
{
	struct tty_buffers *b = READ_ONCE(t->buf);

	if ((b && b->echo_head != b->echo_tail) || READ_ONCE(t->no_room))
		tty_queue_input(t);
	wake_up_poll(&t->write_wait, POLLOUT | POLLWRNORM);
}

void tty_hangup(struct tty *t)
{
	queue_work(t, &t->hangup_work);
}

void tty_resize(struct tty *t, const struct abi_winsize *ws)
{
	bool same;

	mutex_lock(&t->lock);
	same = !memcmp(&t->winsize, ws, sizeof(*ws));
	t->winsize = *ws;
	mutex_unlock(&t->lock);
	if (!same)
		tty_signal_pgrp(t, SIGWINCH);
}

/* ---- opening and closing ---- */

bool tty_file_hung(const struct file *f)
{
	const struct tty_file *tf = f->private;

	return !tf->console && tf->generation != READ_ONCE(tf->tty->generation);
}

static int make_buffers(struct tty *t)
{
	struct tty_buffers *b;

	if (t->buf)
		return 0;
	b = kvmalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	memset(b, 0, sizeof(*b));
	set_buffers(t, b);
	return 0;
}

int tty_keep_buffers(struct tty *t)
{
	int ret;

	mutex_lock(&t->open_lock);
	ret = make_buffers(t);
	if (!ret)
		t->keep_buffers = true;
	mutex_unlock(&t->open_lock);
	return ret;
}

/* open_lock held. */
static int activate(struct tty *t)
{
	int ret;

	if (t->gone)
		return -EIO;
	if (t->exclusive && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	ret = make_buffers(t);
	if (ret)
		return ret;
	if (t->active)
		return 0;
	ret = t->driver->ops->open ? t->driver->ops->open(t) : 0;
	if (!ret)
		t->active = true;
	else if (!t->openers)
		drop_buffers(t);
	return ret;
}

/* open_lock held; no opener that counts is left. The settings of a hung up terminal start afresh as well. */
static void deactivate(struct tty *t, bool hangup)
{
	if (!t->active)
		return;
	t->active = false;
	t->exclusive = false;
	if (hangup && t->driver->ops->hangup)
		t->driver->ops->hangup(t);
	else if (t->driver->ops->close)
		t->driver->ops->close(t);
	if (t->driver->reset_termios) {
		mutex_lock(&t->lock);
		t->termios = t->driver->init_termios;
		mutex_unlock(&t->lock);
	}
}

static int wait_carrier(struct tty *t, struct file *f)
{
	if (!t->driver->ops->carrier || (t->termios.c_cflag & CLOCAL) || (f->flags & O_NONBLOCK))
		return 0;
	/* The driver wakes write_wait when the modem lines change. */
	return (int)wait_event_interruptible(&t->write_wait, t->driver->ops->carrier(t) || tty_file_hung(f));
}

static void tty_release(struct inode *inode, struct file *f)
{
	struct tty_file *tf = f->private;
	struct tty *t = tf->tty;

	(void)inode;
	mutex_lock(&t->open_lock);
	if (tf->console)
		t->console_openers--;
	if (t->openers == 1) {
		if (t->active)
			tty_wait_drained(t, CLOSE_DRAIN);
		deactivate(t, false);
		tty_session_clear(t);
		drop_buffers(t);
	}
	t->openers--;
	mutex_unlock(&t->open_lock);
	wake_up_all(&t->read_wait);
	tty_put(t);
	kfree(tf);
}

int tty_open_file(struct tty *t, struct file *f, bool console)
{
	struct tty_file *tf = kzalloc(sizeof(*tf), GFP_KERNEL);
	int ret;

	if (!tf)
		return -ENOMEM;
	mutex_lock(&t->open_lock);
	ret = activate(t);
	if (!ret) {
		t->openers++;
		t->console_openers += console;
		*tf = (struct tty_file){ .tty = t, .generation = t->generation, .console = console };
		f->private = tf;
	}
	mutex_unlock(&t->open_lock);
	if (ret) {
		kfree(tf);
		return ret;
	}
	f->op = &tty_file_ops;
	if (console)
		return 0;
	ret = wait_carrier(t, f);
	if (ret) {
		tty_get(t);	/* the caller's reference stays its own on failure */
		tty_release(f->inode, f);
		f->private = NULL;
	}
	return ret;
}

static int tty_open(struct inode *inode, struct file *f)
{
	bool console = inode->rdev == MKDEV(5, 1), noctty = console;
	struct tty *t;
	int ret;

	if (inode->rdev == MKDEV(5, 0)) {
		t = tty_current_get();
		noctty = true;
	} else if (console) {
		t = console_tty();
	} else if (inode->rdev == MKDEV(4, 0)) {
		t = tty_foreground_vt ? tty_foreground_vt() : NULL;
		noctty = true;
	} else {
		t = find(inode->rdev);
	}
	if (!t)
		return -ENXIO;
	ret = tty_open_file(t, f, console);
	if (ret) {
		tty_put(t);
		return ret;
	}
	if (!noctty)
		tty_open_controlling(t, f);
	return 0;
}

void tty_wait_drained(struct tty *t, nsec_t limit)
{
	size_t (*left)(struct tty *) = t->driver->ops->chars_in_buffer;

	if (!left)
		return;
	/* The driver's tty_wakeup() comes when it is empty. A signal or the limit gives up: what is left may be lost. */
	(void)wait_event_interruptible_timeout(&t->write_wait, left(t) == 0, &limit);
}

void tty_do_hangup(struct tty *t, bool from_exit)
{
	mutex_lock(&t->open_lock);
	WRITE_ONCE(t->generation, t->generation + 1);
	mutex_lock(&t->lock);
	n_tty_flush_input_locked(t);
	tty_flush_output_locked(t);
	tty_start_locked(t);
	mutex_unlock(&t->lock);
	wake_up_all(&t->read_wait);
	wake_up_all(&t->write_wait);
	tty_session_hangup(t, from_exit);
	if (!t->console_openers)
		deactivate(t, true);
	mutex_unlock(&t->open_lock);
}

/* ---- files ---- */

static ssize_t tty_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	(void)pos;
	if (tty_file_hung(f) || !it->count)
		return 0;
	return n_tty_read(file_tty(f), f, it);
}

static ssize_t tty_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	(void)pos;
	if (tty_file_hung(f))
		return -EIO;
	return n_tty_write(file_tty(f), f, it);
}

static unsigned tty_poll(struct file *f, struct poll_table *pt)
{
	return n_tty_poll(file_tty(f), f, pt);
}

void tty_tell_input(struct tty *t)
{
	wake_up_poll(&t->read_wait, POLLIN | POLLRDNORM);
	fasync_tell(&t->fasync, POLL_IN);
}

/* Unless the file has an owner, its signals are for the foreground group, or the caller where there is none. */
void tty_own_file(struct file *f, struct tty *t)
{
	struct pid *pgrp = t ? tty_pgrp_get(t) : NULL;

	if (pgrp)
		file_set_owner(f, OWNER_PGRP, pgrp, false);
	else
		file_set_owner(f, OWNER_PID, pid_get(current_tgid()), false);
}

static int tty_fasync(int fd, struct file *f, bool on)
{
	struct tty *t = file_tty(f);

	if (on && tty_file_hung(f))
		return -EIO;
	if (on)
		tty_own_file(f, t);
	return fasync_set(fd, f, on, &t->fasync);
}

static long tty_file_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	if (tty_file_hung(f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	return tty_ioctl(file_tty(f), f, cmd, arg);
}

const struct file_ops tty_file_ops = {
	.open = tty_open,
	.release = tty_release,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_file_ioctl,
	.fasync = tty_fasync,
};

static struct chrdev alternates = {
	.first = MKDEV(5, 0), .count = 2, .name = "/dev/tty", .op = &tty_file_ops,
};

static int __init tty_init(void)
{
	int ret = chrdev_register(&alternates);

	if (!ret)
		ret = chrdev_show_device("tty", NULL, "tty", 0666, MKDEV(5, 0));
	if (!ret)
		ret = chrdev_show_device("tty", NULL, "console", 0600, MKDEV(5, 1));
	return ret;
}
fs_initcall(tty_init);
