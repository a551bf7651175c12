/*
 * Output half of the line discipline: output processing, echoes, flow control, write(2) and the column that
 * tabs and erasing need.
 *
 * Invariant: bytes reach the driver in the order echo, then writes; a write waits while echoes are pending. What
 * write_room() promised is taken by write(), because only the holder of t->lock writes. While `stopped` nothing goes
 * out but flow control characters.
 */
#include <tty/internal.h>
#include <sched/signal.h>
#include <abi/poll.h>

#define CHUNK 256
/* The most that one byte expands to (a tab): with less room a writer waits. */
#define WRITE_ROOM 8

static size_t driver_room(struct tty *t)
{
	return t->stopped ? 0 : t->driver->ops->write_room(t);
}

/* Expands one byte by c_oflag into out (room bytes); length, or -1 when it does not fit. Updates *column. */
static int expand(const struct tty *t, u8 c, u8 *out, size_t room, unsigned *column)
{
	unsigned spaces;

	if (!room)
		return -1;
	if (!O(t, OPOST))
		goto plain;
	switch (c) {
	case '\n':
		if (O(t, ONLRET))
			*column = 0;
		if (O(t, ONLCR)) {
			if (room < 2)
				return -1;
			*column = 0;
			out[0] = '\r';
			out[1] = '\n';
			return 2;
		}
		break;
	case '\r':
		if (O(t, ONOCR) && *column == 0)
			return 0;
		if (O(t, OCRNL)) {
			c = '\n';
			if (O(t, ONLRET))
				*column = 0;
			break;
		}
		*column = 0;
		break;
	case '\t':
		spaces = 8 - (*column & 7);
		if (O(t, TABDLY) == XTABS) {
			if (room < spaces)
				return -1;
			*column += spaces;
			memset(out, ' ', spaces);
			return (int)spaces;
		}
		*column += spaces;
		break;
	case '\b':
		if (*column)
			(*column)--;
		break;
	default:
		if (O(t, OLCUC) && c >= 'a' && c <= 'z')
			c = (u8)(c - 'a' + 'A');
		goto plain;
	}
	out[0] = c;
	return 1;
plain:
	if (c >= ' ' && c != 0x7f && !(I(t, IUTF8) && (c & 0xc0) == 0x80))
		(*column)++;
	out[0] = c;
	return 1;
}

size_t n_tty_output_locked(struct tty *t, const u8 *buf, size_t n)
{
	u8 out[CHUNK];
	size_t done = 0;

	assert_locked(&t->lock);
	while (done < n) {
		size_t room = min_t(size_t, driver_room(t), sizeof(out)), used = 0;
		size_t first = done;

		while (done < n) {
			int len = expand(t, buf[done], out + used, room - used, &t->column);

			if (len < 0)
				break;
			used += (size_t)len;
			done++;
		}
		if (used)
			t->driver->ops->write(t, out, used);
		if (done == first)
			break;
	}
	return done;
}

/* ---- echo ---- */

bool n_tty_flush_echo_locked(struct tty *t)
{
	struct tty_buffers *b = t->buf;

	while (b && b->echo_head != b->echo_tail) {
		u32 at = b->echo_tail & (TTY_ECHO - 1);
		u32 run = min(b->echo_head - b->echo_tail, TTY_ECHO - at);
		size_t room = min_t(size_t, driver_room(t), run);

		if (!room)
			return false;
		b->echo_tail += t->driver->ops->write(t, b->echo + at, room);
	}
	return true;
}

void n_tty_echo_locked(struct tty *t, u8 c)
{
	struct tty_buffers *b = t->buf;
	u8 out[8];
	int len;

	if (b->echo_head - b->echo_tail > TTY_ECHO - sizeof(out))
		n_tty_flush_echo_locked(t);
	if (b->echo_head - b->echo_tail > TTY_ECHO - sizeof(out))
		return;		/* nobody takes output: the echo is lost, as on any terminal that is stopped for long */
	len = expand(t, c, out, sizeof(out), &t->column);
	for (int i = 0; i < len; i++)
		b->echo[b->echo_head++ & (TTY_ECHO - 1)] = out[i];
}

void n_tty_echo_visible_locked(struct tty *t, u8 c)
{
	if (L(t, ECHOCTL) && (c < ' ' || c == 0x7f) && c != '\t' && c != '\n') {
		n_tty_echo_locked(t, '^');
		n_tty_echo_locked(t, c ^ 0x40);
	} else {
		n_tty_echo_locked(t, c);
	}
}

void n_tty_echo_string_locked(struct tty *t, const char *s)
{
	while (*s)
		n_tty_echo_locked(t, (u8)*s++);
}

/* ---- flow control ---- */

void tty_stop_locked(struct tty *t)
{
	if (t->stopped)
		return;
	t->stopped = true;
	if (t->driver->ops->flow)
		t->driver->ops->flow(t, true);
}

void tty_start_locked(struct tty *t)
{
	if (!t->stopped)
		return;
	t->stopped = false;
	if (t->driver->ops->flow)
		t->driver->ops->flow(t, false);
	n_tty_flush_echo_locked(t);
	wake_up_poll(&t->write_wait, POLLOUT | POLLWRNORM);
}

void tty_send_char_locked(struct tty *t, u8 c)
{
	/* A full driver loses it: the peer then overruns us, which the overrun flag reports. */
	if (t->driver->ops->write_room(t))
		t->driver->ops->write(t, &c, 1);
}

void tty_flush_output_locked(struct tty *t)
{
	if (t->buf)
		t->buf->echo_tail = t->buf->echo_head;
	if (t->driver->ops->flush_output)
		t->driver->ops->flush_output(t);
	wake_up_poll(&t->write_wait, POLLOUT | POLLWRNORM);
}

/* ---- write(2) ---- */

bool n_tty_writable(struct tty *t)
{
	return driver_room(t) >= WRITE_ROOM;
}

/* One chunk: waits until all of it is with the driver. Bytes taken, or an error when none was. */
static ssize_t write_chunk(struct tty *t, struct file *f, const u8 *buf, size_t n)
{
	size_t done = 0;
	long err;

	for (;;) {
		mutex_lock(&t->lock);
		if (n_tty_flush_echo_locked(t))
			done += n_tty_output_locked(t, buf + done, n - done);
		mutex_unlock(&t->lock);
		if (done == n)
			return (ssize_t)done;
		if (tty_file_hung(f))
			return done ? (ssize_t)done : -EIO;
		if (fasync_active(&t->fasync))
			WRITE_ONCE(t->no_room, true);
		if (f->flags & O_NONBLOCK)
			return done ? (ssize_t)done : -EAGAIN;
		/* Woken by tty_wakeup(), tty_start_locked() and hang-ups. */
		err = wait_event_interruptible(&t->write_wait, n_tty_writable(t) || tty_file_hung(f));
		if (err)
			return done ? (ssize_t)done : err;
	}
}

ssize_t n_tty_write(struct tty *t, struct file *f, struct iov_iter *it)
{
	struct iov_iter start = *it;
	u8 buf[CHUNK];
	size_t total = 0;
	ssize_t ret = 0;

	if (L(t, TOSTOP)) {
		ret = tty_check_change(t, SIGTTOU);
		if (ret)
			return ret;
	}
	if (f->flags & O_NONBLOCK) {
		if (!mutex_trylock(&t->write_lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&t->write_lock)) {
		return -ERESTARTSYS;
	}
	while (it->count) {
		size_t want = min_t(size_t, it->count, sizeof(buf)), n;

		n = copy_from_iter(buf, want, it);
		if (!n) {
			ret = -EFAULT;
			break;
		}
		ret = write_chunk(t, f, buf, n);
		if (ret < 0)
			break;
		total += (size_t)ret;
		if ((size_t)ret < n)
			break;
		if (it->count && signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
	}
	mutex_unlock(&t->write_lock);
	/* The iterator stands where the terminal stopped, not where the copy did. */
	if (start.count - it->count != total) {
		*it = start;
		iov_advance(it, total);
	}
	return total ? (ssize_t)total : ret;
}
