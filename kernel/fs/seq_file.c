/*
 * Files whose text is made as it is read. A record that does not fit the buffer is made again in a larger one, so a
 * reader never sees half of one. m->lock guards everything of one open file.
 */
#include <arch/uaccess.h>
#include <fs/internal.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>

#define MAX_RECORD (4u * 1024 * 1024)

int seq_open(struct file *f, const struct seq_ops *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock, RANK_SEQ_FILE);
	m->op = op;
	m->file = f;
	f->private = m;
	f->mode &= ~FMODE_PWRITE;
	return 0;
}

void seq_release(struct inode *inode, struct file *f)
{
	struct seq_file *m = f->private;

	(void)inode;
	kvfree(m->buf);
	kfree(m);
}

static bool grow(struct seq_file *m)
{
	size_t size = m->size ? m->size * 2 : PAGE_SIZE;
	char *buf;

	if (size > MAX_RECORD)
		return false;
	buf = kvmalloc(size, GFP_KERNEL);
	if (!buf)
		return false;
	kvfree(m->buf);
	m->buf = buf;
	m->size = size;
	return true;
}

/* Fill the buffer from record m->index on: at least one non-empty record, more while they fit. 0 or -errno. */
static int fill(struct seq_file *m)
{
	loff_t pos;
	void *v;
	int error = 0;

	if (!m->buf && !grow(m))
		return -ENOMEM;
again:
	m->from = m->count = 0;
	m->overflow = false;
	pos = m->index;
	v = m->op->start(m, &pos);
	while (v && !IS_ERR(v)) {
		size_t before = m->count;

		error = m->op->show(m, v);
		if (error < 0)
			break;
		if (error > 0) {		/* skip this record */
			m->count = before;
			error = 0;
		}
		if (m->overflow) {
			m->overflow = false;
			m->count = before;
			if (before)
				break;
			m->op->stop(m, v);
			if (!grow(m))
				return -ENOMEM;
			goto again;
		}
		v = m->op->next(m, v, &pos);
		m->index = pos;
		if (m->count && m->size - m->count < 256)
			break;
	}
	if (IS_ERR(v)) {
		error = PTR_ERR(v);
		v = NULL;
	}
	m->op->stop(m, v);
	return m->count ? 0 : error;
}

/* Go to byte `pos` of the text by making it from the start. */
static int seek_to(struct seq_file *m, loff_t pos)
{
	loff_t at = 0;

	m->index = 0;
	m->from = m->count = 0;
	while (at < pos) {
		int error = fill(m);

		if (error)
			return error;
		if (!m->count)
			break;
		if (at + (loff_t)m->count > pos) {
			m->from = (size_t)(pos - at);
			m->count -= m->from;
			at = pos;
		} else {
			at += m->count;
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
	if (*pos != m->read_pos)
		error = seek_to(m, *pos);
	while (!error && it->count) {
		size_t n, copied;

		if (!m->count) {
			error = fill(m);
			if (error || !m->count)
				break;
		}
		n = min(m->count, it->count);
		copied = copy_to_iter(m->buf + m->from, n, it);
		m->from += copied;
		m->count -= copied;
		done += copied;
		if (copied < n)
			error = -EFAULT;
	}
	*pos += done;
	m->read_pos = *pos;
	mutex_unlock(&m->lock);
	return done ? done : error;
}

loff_t seq_lseek(struct file *f, loff_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	return f->pos = off;
}

/* ---- one record ---- */


static void *single_start(struct seq_file *m, loff_t *pos)
{
	return *pos == 0 ? m : NULL;
}

static void *single_next(struct seq_file *m, void *v, loff_t *pos)
{
	(void)m;
	(void)v;
	(*pos)++;
	return NULL;
}

static void single_stop(struct seq_file *m, void *v)
{
	(void)m;
	(void)v;
}

int single_open(struct file *f, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_ops *op = kmalloc(sizeof(*op), GFP_KERNEL);
	int error;

	if (!op)
		return -ENOMEM;
	*op = (struct seq_ops){ .start = single_start, .next = single_next, .stop = single_stop, .show = show };
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

/* ---- text ---- */

void seq_write(struct seq_file *m, const void *data, size_t n)
{
	if (m->overflow || n > m->size - m->count) {
		m->overflow = true;
		return;
	}
	memcpy(m->buf + m->count, data, n);
	m->count += n;
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (m->overflow)
		return;
	va_start(ap, fmt);
	n = vsnprintf(m->buf + m->count, m->size - m->count, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= m->size - m->count)
		m->overflow = true;
	else
		m->count += (size_t)n;
}

void seq_escape(struct seq_file *m, const char *s, const char *which)
{
	while (*s) {
		size_t n = 0;

		while (s[n] && !strchr(which, s[n]))
			n++;
		seq_write(m, s, n);
		s += n;
		if (*s)
			seq_printf(m, "\\%03o", (u8)*s++);
	}
}

ssize_t text_read(const char *text, size_t n, struct iov_iter *it, loff_t *pos)
{
	if (*pos >= (loff_t)n)
		return 0;
	n = min(n - (size_t)*pos, it->count);
	if (copy_to_iter(text + *pos, n, it) != n)
		return -EFAULT;
	*pos += (loff_t)n;
	return (ssize_t)n;
}
