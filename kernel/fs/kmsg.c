/*
 * /dev/kmsg: a record of the kernel's log a read, and what a program adds to it. Linux, Documentation/ABI/testing/dev-kmsg:
 * "priority,number,microseconds,-;text\n". A reader that is too slow is told of it once by -EPIPE and goes on with the
 * oldest record there is.
 */
#include <arch/uaccess.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>

#define RAW_MAX		1152		/* a line of the log: a message and its head */
#define RECORD_MAX	2048		/* as readers get it */
#define WRITE_MAX	1024
#define USER_FACILITY	(1 << 3)
#define DEFAULT_LEVEL	4

struct kmsg_reader {
	struct mutex lock;
	u64 pos, number;	/* lock: of the next record */
	char raw[RAW_MAX], record[RECORD_MAX];	/* lock */
};

static int kmsg_open(struct inode *inode, struct file *f)
{
	struct kmsg_reader *r;

	(void)inode;
	if (!(f->mode & FMODE_READ))
		return 0;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	mutex_init(&r->lock, RANK_FILE_POS);
	r->pos = log_record(0, &r->number);
	f->private = r;
	return 0;
}

static u64 digits(const char **s)
{
	u64 v = 0;

	while (**s == ' ')
		(*s)++;
	while (**s >= '0' && **s <= '9')
		v = v * 10 + (unsigned)(*(*s)++ - '0');
	return v;
}

/* From "<priority>[seconds.microseconds] text", which ends with a null byte. What no terminal should get is escaped. */
static size_t format(struct kmsg_reader *r)
{
	const char *s = r->raw + 1;
	u64 priority = digits(&s), us;
	size_t n;

	s += 2;			/* >[ */
	us = digits(&s) * 1000000;
	s++;			/* . */
	us += digits(&s);
	s += 2;			/* ] and a space */
	n = (size_t)scnprintf(r->record, RECORD_MAX, "%llu,%llu,%llu,-;", priority, r->number, us);
	for (; *s && *s != '\n' && n + 5 < RECORD_MAX; s++) {
		if (*s < ' ' || *s >= 127 || *s == '\\')
			n += (size_t)scnprintf(r->record + n, RECORD_MAX - n, "\\x%02x", (unsigned char)*s);
		else
			r->record[n++] = *s;
	}
	r->record[n++] = '\n';
	return n;
}

/* lock held. */
static ssize_t read_record(struct kmsg_reader *r, struct iov_iter *it)
{
	u64 at = r->pos;
	size_t got = log_read(&at, r->raw, RAW_MAX - 1), n;
	const char *end;

	if (at - got != r->pos) {
		r->pos = log_record(r->pos, &r->number);
		return -EPIPE;
	}
	r->raw[got] = 0;
	n = format(r);
	if (n > it->count)
		return -EINVAL;
	if (copy_to_iter(r->record, n, it) != n)
		return -EFAULT;
	/* By what was read: the next one may be gone by now, which the next read has to tell. */
	end = memchr(r->raw, '\n', got);
	r->pos = end ? r->pos + (size_t)(end - r->raw) + 1 : log_record(r->pos + 1, NULL);
	r->number++;
	return (ssize_t)n;
}

static ssize_t kmsg_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct kmsg_reader *r = f->private;
	ssize_t ret;

	(void)pos;
	mutex_lock(&r->lock);
	while (r->pos >= log_end()) {
		mutex_unlock(&r->lock);
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(log_wait(), r->pos < log_end());
		if (ret)
			return ret;
		mutex_lock(&r->lock);
	}
	ret = read_record(r, it);
	mutex_unlock(&r->lock);
	return ret;
}

/* "<11>text": facility and level. The kernel's own facility is not to be had. */
static ssize_t kmsg_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	unsigned priority = USER_FACILITY | DEFAULT_LEVEL;
	size_t n = it->count;
	const char *text;
	char *line;

	(void)f;
	(void)pos;
	if (n > WRITE_MAX)
		return -EINVAL;
	line = kmalloc(n + 1, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	if (copy_from_iter(line, n, it) != n) {
		kfree(line);
		return -EFAULT;
	}
	line[n] = 0;
	text = line;
	if (line[0] == '<') {
		const char *end = line + 1;
		u64 given = digits(&end);

		if (*end == '>') {
			priority = given & 0xf8 ? (unsigned)given & 0xff : USER_FACILITY | ((unsigned)given & 7);
			text = end + 1;
		}
	}
	log_user((u8)priority, text, strlen(text));
	kfree(line);
	return (ssize_t)n;
}

static loff_t kmsg_llseek(struct file *f, loff_t off, int whence)
{
	struct kmsg_reader *r = f->private;

	if (!r)
		return -EBADF;
	if (off)
		return -ESPIPE;
	if (whence != SEEK_SET && whence != SEEK_END && whence != SEEK_DATA)
		return -EINVAL;
	mutex_lock(&r->lock);
	r->pos = log_record(whence == SEEK_SET ? 0 : whence == SEEK_END ? log_end() : log_cleared(), &r->number);
	mutex_unlock(&r->lock);
	return 0;
}

static unsigned kmsg_poll(struct file *f, struct poll_table *pt)
{
	struct kmsg_reader *r = f->private;
	unsigned ready = 0;

	if (!r)
		return POLLOUT | POLLWRNORM;
	poll_wait(f, log_wait(), pt);
	if (r->pos < log_end())
		ready = POLLIN | POLLRDNORM | (log_record(r->pos, NULL) == r->pos ? 0 : POLLERR | POLLPRI);
	return ready;
}

static void kmsg_release(struct inode *inode, struct file *f)
{
	(void)inode;
	kfree(f->private);
}

const struct file_ops kmsg_ops = {
	.open = kmsg_open, .read = kmsg_read, .write = kmsg_write, .poll = kmsg_poll, .llseek = kmsg_llseek, .release = kmsg_release,
};
