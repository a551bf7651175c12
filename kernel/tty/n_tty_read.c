/*
 * read(2) and poll(2) of the line discipline: whole lines in canonical mode, VMIN and VTIME in raw mode.
 *
 * Bytes are copied to the reader with t->lock held, so that a line goes to one reader. Sleepers on read_wait are woken
 * when input becomes readable, by hang-ups and by a change of mode.
 */
#include <tty/internal.h>
#include <fs/poll.h>
#include <sched/signal.h>

#define DECISECOND (100 * NSEC_PER_MSEC)

bool n_tty_readable_locked(const struct tty *t, size_t amount)
{
	const struct tty_buffers *b = t->buf;

	if (!b)
		return false;
	if (L(t, ICANON))
		return b->canon_head != b->tail;
	return b->head - b->tail >= amount;
}

static bool ends_line(const struct tty_buffers *b, u32 i)
{
	u32 at = TTY_MASK(i);

	return (b->line_end[at / 32] >> (at & 31)) & 1;
}

/* Copies [tail, tail + n) out and removes it; bytes, short on a fault. */
static size_t copy_out(struct tty_buffers *b, size_t n, struct iov_iter *it)
{
	size_t done = 0;

	while (done < n) {
		u32 at = TTY_MASK(b->tail);
		size_t run = min_t(size_t, n - done, TTY_RING - at), got;

		got = copy_to_iter(b->line + at, run, it);
		b->tail += got;
		done += got;
		if (got < run)
			break;
	}
	return done;
}

/* One line or what fits; *end is set when the line's end was reached. Bytes or -EFAULT. */
static ssize_t read_line(struct tty *t, struct iov_iter *it, bool *end)
{
	struct tty_buffers *b = t->buf;
	size_t n = 0, got;
	bool eof = false;

	*end = false;
	while (n < it->count && b->tail + n != b->canon_head) {
		u32 i = b->tail + (u32)n;

		if (ends_line(b, i)) {
			*end = true;
			if (b->line[TTY_MASK(i)] == 0)
				eof = true;
			else
				n++;
			break;
		}
		n++;
	}
	/* A full buffer right before the end-of-file mark takes the mark too: the next read is a new line. */
	if (!*end && n == it->count && b->tail + n != b->canon_head && ends_line(b, b->tail + (u32)n) &&
	    b->line[TTY_MASK(b->tail + n)] == 0)
		eof = *end = true;
	got = copy_out(b, n, it);
	if (got < n)
		return got ? (ssize_t)got : -EFAULT;
	if (eof)
		b->tail++;
	return (ssize_t)got;
}

static ssize_t read_raw(struct tty *t, struct iov_iter *it)
{
	struct tty_buffers *b = t->buf;
	size_t n = min_t(size_t, it->count, b->head - b->tail), got;

	got = copy_out(b, n, it);
	b->canon_head = b->tail;
	return got < n && !got ? -EFAULT : (ssize_t)got;
}

/* Room was made: bytes that wait in the driver's queue may go on. */
static void pull_queue(struct tty *t)
{
	if (READ_ONCE(t->buf->in_head) != READ_ONCE(t->buf->in_tail) || t->sent_stop)
		tty_queue_input(t);
}

/* One try. Bytes (0 with *done at end of file), or -EAGAIN when there is nothing. */
static ssize_t read_some(struct tty *t, struct iov_iter *it, bool *done)
{
	ssize_t ret = -EAGAIN;

	mutex_lock(&t->lock);
	if (n_tty_readable_locked(t, 1)) {
		if (L(t, ICANON)) {
			ret = read_line(t, it, done);
			*done = true;
		} else {
			ret = read_raw(t, it);
		}
		pull_queue(t);
	}
	mutex_unlock(&t->lock);
	return ret;
}

static bool readable(struct tty *t)
{
	return n_tty_readable_locked(t, 1);
}

ssize_t n_tty_read(struct tty *t, struct file *f, struct iov_iter *it)
{
	nsec_t left = MAX_SCHEDULE_TIMEOUT, between = 0;
	size_t minimum = 1, total = 0;
	bool done = false;
	ssize_t ret;

	ret = tty_check_background_read(t);
	if (ret)
		return ret;
	if (!L(t, ICANON)) {
		minimum = CC(t, VMIN);
		if (minimum) {
			between = CC(t, VTIME) * DECISECOND;
		} else {
			left = CC(t, VTIME) * DECISECOND;
			minimum = 1;
		}
	}
	for (;;) {
		ret = read_some(t, it, &done);
		if (ret >= 0) {
			total += (size_t)ret;
			if (done || total >= minimum || !it->count)
				return (ssize_t)total;
			if (between)
				left = between;
		} else if (ret != -EAGAIN) {
			break;
		}
		if (tty_file_hung(f)) {
			ret = 0;
			break;
		}
		if (f->flags & O_NONBLOCK) {
			/* VMIN 0 without a timer polls: nothing there is an empty read, not an error. */
			ret = left ? -EAGAIN : 0;
			break;
		}
		if (!left) {
			ret = 0;
			break;
		}
		ret = wait_event_interruptible_timeout(&t->read_wait, readable(t) || tty_file_hung(f), &left);
		if (ret)
			break;
	}
	return total ? (ssize_t)total : ret;
}

unsigned n_tty_poll(struct tty *t, struct file *f, struct poll_table *pt)
{
	size_t amount = 1;
	unsigned mask = 0;

	poll_wait(f, &t->read_wait, pt);
	poll_wait(f, &t->write_wait, pt);
	if (tty_file_hung(f))
		return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR | POLLHUP;
	if (!L(t, ICANON) && !CC(t, VTIME) && CC(t, VMIN))
		amount = CC(t, VMIN);
	if (n_tty_readable_locked(t, amount))
		mask |= POLLIN | POLLRDNORM;
	if (n_tty_writable(t))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}
