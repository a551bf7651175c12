/*
 * Generated text files. A record is what one show() writes; the buffer holds whole records, so a short read never
 * tears one and a record that does not fit makes the buffer grow.
 *
 * m->lock covers all of struct seq_file; iterators may sleep between start() and stop().
 */
#include <core/string.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>

#define SEQ_MAX_BUFFER (4u << 20)

int seq_open(struct file *f, const struct seq_ops *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock, RANK_SEQ_FILE);
	m->op = op;
	m->file = f;
	f->private = m;
	return 0;
}

void seq_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct seq_file *m = f->private;

	kvfree(m->buf);
	kfree(m);
}

static int grow(struct seq_file *m)
{
	size_t size = m->size ? m->size * 2 : PAGE_SIZE;

	if (size > SEQ_MAX_BUFFER)
		return -EFBIG;
	kvfree(m->buf);
	m->buf = kvmalloc(size, GFP_KERNEL);
	m->size = m->buf ? size : 0;
	m->count = m->from = 0;
	return m->buf ? 0 : -ENOMEM;
}

/* One record at the end of the buffer; if it does not fit, the buffer is as before and overflow says so. */
static int show_one(struct seq_file *m, void *v)
{
	size_t before = m->count;
	int error;

	m->overflow = false;
	error = m->op->show(m, v);
	if (error || m->overflow)
		m->count = before;
	return error > 0 ? 0 : error;	/* positive: skip this record */
}

/*
 * Fills the empty buffer with records from m->index on, until it holds `wanted` bytes, is full, or the records end.
 * Returns 0 with m->count == 0 at the end.
 */
static int fill(struct seq_file *m, size_t wanted)
{
	loff_t index;
	void *v;
	int error = 0;

	m->from = m->count = 0;
	if (!m->buf) {
		error = grow(m);
		if (error)
			return error;
	}
	for (;;) {
		bool too_small = false;

		index = m->index;
		v = m->op->start(m, &index);
		while (v) {
			if (IS_ERR(v)) {
				error = (int)PTR_ERR(v);
				break;
			}
			error = show_one(m, v);
			if (error)
				break;
			if (m->overflow) {
				too_small = !m->count;
				break;
			}
			v = m->op->next(m, v, &index);
			m->index = index;
			if (m->count >= wanted)
				break;
		}
		m->op->stop(m, IS_ERR(v) ? NULL : v);
		if (!too_small || error)
			return m->count ? 0 : error;
		error = grow(m);
		if (error)
			return error;
	}
}

/* Somebody reads from elsewhere than where the last read ended: generate from the start and skip. */
static int seek_to(struct seq_file *m, loff_t pos)
{
	loff_t at = 0;

	m->index = 0;
	m->from = m->count = 0;
	while (at < pos) {
		int error = fill(m, 1);

		if (error)
			return error;
		if (!m->count)
			break;
		if (at + (loff_t)m->count > pos) {
			m->from = (size_t)(pos - at);
			m->count -= m->from;
			at = pos;
		} else {
			at += (loff_t)m->count;
			m->count = 0;
		}
	}
	m->read_pos = pos;
	return 0;
}

ssize_t seq_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct seq_file *m = f->private;
	ssize_t done = 0;
	int error = 0;

	mutex_lock(&m->lock);
	if (*pos != m->read_pos) {
		error = seek_to(m, *pos);
		if (error)
			goto out;
	}
	while (it->count) {
		size_t n, copied;

		if (!m->count) {
			error = fill(m, it->count);
			if (error || !m->count)
				break;
		}
		n = min(m->count, it->count);
		copied = copy_to_iter(m->buf + m->from, n, it);
		m->from += copied;
		m->count -= copied;
		done += (ssize_t)copied;
		if (copied < n) {
			error = -EFAULT;
			break;
		}
		/* One call gives what one filling held: readers of /proc see a consistent piece. */
		if (!m->count)
			break;
	}
	m->read_pos += done;
	*pos = m->read_pos;
out:
	mutex_unlock(&m->lock);
	return done ? done : error;
}

loff_t seq_lseek(struct file *f, loff_t off, int whence)
{
	struct seq_file *m = f->private;
	loff_t result;

	mutex_lock(&m->lock);
	if (whence == SEEK_CUR)
		off += f->pos;
	if ((whence != SEEK_SET && whence != SEEK_CUR) || off < 0) {
		result = -EINVAL;
	} else {
		int error = off != m->read_pos ? seek_to(m, off) : 0;

		result = error ? error : off;
		if (!error)
			f->pos = off;
	}
	mutex_unlock(&m->lock);
	return result;
}

/* ---- one record ---- */

static void *single_start(struct seq_file *m __maybe_unused, loff_t *pos) { return *pos ? NULL : (void *)1; }
static void *single_next(struct seq_file *m __maybe_unused, void *v __maybe_unused, loff_t *pos)
{
	++*pos;
	return NULL;
}
static void single_stop(struct seq_file *m __maybe_unused, void *v __maybe_unused) {}

int single_open(struct file *f, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_ops *op = kmalloc(sizeof(*op), GFP_KERNEL);
	int error;

	if (!op)
		return -ENOMEM;
	*op = (struct seq_ops){ single_start, single_stop, single_next, show };
	error = seq_open(f, op);
	if (error)
		kfree(op);
	else
		((struct seq_file *)f->private)->private = data;
	return error;
}

void single_release(struct inode *inode, struct file *f)
{
	const struct seq_ops *op = ((struct seq_file *)f->private)->op;

	seq_release(inode, f);
	kfree(op);
}

/* ---- writing records ---- */

void seq_write(struct seq_file *m, const void *data, size_t n)
{
	if (n > m->size - m->count) {
		m->overflow = true;
		m->count = m->size;
		return;
	}
	memcpy(m->buf + m->count, data, n);
	m->count += n;
}

void seq_putc(struct seq_file *m, char c) { seq_write(m, &c, 1); }
void seq_puts(struct seq_file *m, const char *s) { seq_write(m, s, strlen(s)); }

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	size_t room = m->size - m->count;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(m->buf + m->count, room, fmt, ap);
	va_end(ap);
	if ((size_t)n >= room) {
		m->overflow = true;
		m->count = m->size;
	} else {
		m->count += (size_t)n;
	}
}

void seq_escape(struct seq_file *m, const char *s, const char *which)
{
	for (; *s; s++) {
		if (strchr(which, *s))
			seq_printf(m, "\\%03o", (u8)*s);
		else
			seq_putc(m, *s);
	}
}
