/*
 * Pipes and FIFOs: a ring of page-sized buffers between writers and readers.
 *
 * Writes of up to PIPE_BUF bytes are atomic: they go into one buffer, or into the room that is left in the last one.
 * pipe->lock (RANK_PIPE) guards everything; read and write give it back before they wake anybody, who may run at once.
 * Sleepers wait on rd_wait for data or the last writer's end, on wr_wait for room or the last reader's end, with the
 * lock dropped. The structure lives while a file refers to it.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/fasync.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <fs/splice.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/ioctl.h>

#define PIPE_BUF	4096u
#define DEFAULT_SLOTS	16u
#define MAX_UNPRIVILEGED (1024u * 1024u)

struct pipe_buf {
	struct page *page;
	u32 offset, len;
	bool packet;			/* one write, read whole or cut (O_DIRECT) */
	bool shared;			/* a file's page: nothing may be written to it */
};

/* Locks: l lock */
struct pipe {
	struct mutex lock;
	struct wait_queue rd_wait, wr_wait;
	struct fasync rd_async, wr_async;
	struct pipe_buf *ring;		/* l `slots` of them, a power of two */
	u32 head, tail, slots;		/* l head - tail are in use */
	u32 readers, writers, files;	/* l */
	u32 reader_opens, writer_opens;	/* l how often ever: FIFO opens wait for a change */
	struct page *spare;		/* l an empty page to use next */
};

static inline bool empty(const struct pipe *p) { return READ_ONCE(p->head) == READ_ONCE(p->tail); }
static inline bool full(const struct pipe *p) { return READ_ONCE(p->head) - READ_ONCE(p->tail) >= p->slots; }
static inline struct pipe_buf *slot(struct pipe *p, u32 n) { return &p->ring[n & (p->slots - 1)]; }

static struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->ring = kcalloc(DEFAULT_SLOTS, sizeof(*p->ring), GFP_KERNEL);
	if (!p->ring) {
		kfree(p);
		return NULL;
	}
	p->slots = DEFAULT_SLOTS;
	mutex_init(&p->lock, RANK_PIPE);
	wait_queue_init(&p->rd_wait);
	wait_queue_init(&p->wr_wait);
	fasync_init(&p->rd_async);
	fasync_init(&p->wr_async);
	return p;
}

static void pipe_free(struct pipe *p)
{
	for (; p->tail != p->head; p->tail++)
		page_put(slot(p, p->tail)->page);
	if (p->spare)
		page_put(p->spare);
	kvfree(p->ring);
	kfree(p);
}

void pipe_free_inode(struct inode *inode)
{
	struct pipe *p = inode->pipe;

	inode->pipe = NULL;
	if (p)
		pipe_free(p);
}

static inline void wake(struct wait_queue *q, unsigned events)
{
	if (wait_queue_active(q))
		wake_up_key(q, 0x7fffffff, (void *)(unsigned long)events);
}

static void release_slot(struct pipe *p)
{
	struct page *page = slot(p, p->tail)->page;
	bool shared = slot(p, p->tail)->shared;

	p->tail++;
	if (!shared && !p->spare && atomic_read(&page->refcount) == 1)
		p->spare = page;
	else
		page_put(page);
}

static ssize_t pipe_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pipe *p = f->inode->pipe;
	ssize_t done = 0;
	bool room = false;

	(void)pos;
	if (!it->count)
		return 0;
	mutex_lock(&p->lock);
	for (;;) {
		if (!empty(p)) {
			struct pipe_buf *b = slot(p, p->tail);
			bool was_full = full(p), packet = b->packet;
			size_t n = min((size_t)b->len, it->count), copied;

			copied = copy_to_iter((char *)page_address(b->page) + b->offset, n, it);
			b->offset += copied;
			b->len -= copied;
			done += copied;
			if (copied < n) {
				if (!done)
					done = -EFAULT;
				break;
			}
			if (!b->len || packet) {
				release_slot(p);
				room |= was_full;
			}
			if (!it->count || packet)
				break;
			continue;
		}
		if (done || !p->writers)
			break;
		if ((f->flags & O_NONBLOCK) || (it->rwf & RWF_NOWAIT)) {
			done = -EAGAIN;
			break;
		}
		mutex_unlock(&p->lock);
		if (wait_event_interruptible(&p->rd_wait, !empty(p) || !READ_ONCE(p->writers)))
			return -ERESTARTSYS;
		mutex_lock(&p->lock);
	}
	mutex_unlock(&p->lock);
	if (room)
		wake(&p->wr_wait, POLLOUT | POLLWRNORM);
	if (done > 0)
		fasync_tell(&p->wr_async, POLL_OUT);
	return done;
}

/* Append to the last buffer what fits there; -1 if it may not be used. */
static ssize_t merge(struct pipe *p, struct iov_iter *it, size_t n)
{
	struct pipe_buf *b;
	u32 end;
	size_t copied;

	if (empty(p))
		return -1;
	b = slot(p, p->head - 1);
	end = b->offset + b->len;
	if (b->packet || b->shared || end + n > PAGE_SIZE || atomic_read(&b->page->refcount) != 1)
		return -1;
	copied = copy_from_iter((char *)page_address(b->page) + end, n, it);
	b->len += copied;
	return copied == n ? (ssize_t)n : copied ? (ssize_t)copied : -EFAULT;
}

/* One new buffer of up to a page. */
static ssize_t append(struct pipe *p, struct file *f, struct iov_iter *it)
{
	size_t n = min(it->count, (size_t)PAGE_SIZE), copied;
	struct page *page = p->spare;
	struct pipe_buf *b;

	if (!page) {
		page = page_alloc(GFP_USER, 0);
		if (!page)
			return -ENOMEM;
		p->spare = page;
	}
	copied = copy_from_iter(page_address(page), n, it);
	if (!copied)
		return -EFAULT;
	p->spare = NULL;
	b = slot(p, p->head);
	b->page = page;
	b->offset = 0;
	b->len = copied;
	b->packet = f->flags & O_DIRECT;
	b->shared = false;
	p->head++;
	return copied;
}

static ssize_t pipe_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct pipe *p = f->inode->pipe;
	ssize_t done = 0, n;
	bool data = false;

	(void)pos;
	if (!it->count)
		return 0;
	mutex_lock(&p->lock);
	for (;;) {
		bool was_empty = empty(p);

		if (!p->readers) {
			signal_send_thread(SIGPIPE, current);
			if (!done)
				done = -EPIPE;
			break;
		}
		/* What does not fill a page goes behind the last bytes, if it fits there whole. */
		n = -1;
		if ((it->count & (PAGE_SIZE - 1)) && !(f->flags & O_DIRECT) && !done)
			n = merge(p, it, it->count & (PAGE_SIZE - 1));
		if (n == -1 && !full(p))
			n = append(p, f, it);
		if (n != -1) {
			if (n < 0) {
				if (!done)
					done = n;
				break;
			}
			done += n;
			data |= was_empty;
			if (!it->count)
				break;
			continue;
		}
		if ((f->flags & O_NONBLOCK) || (it->rwf & RWF_NOWAIT)) {
			if (!done)
				done = -EAGAIN;
			break;
		}
		mutex_unlock(&p->lock);
		if (data) {
			wake(&p->rd_wait, POLLIN | POLLRDNORM);
			fasync_tell(&p->rd_async, POLL_IN);
		}
		data = false;
		if (wait_event_interruptible(&p->wr_wait, !full(p) || !READ_ONCE(p->readers)))
			return done ? done : -ERESTARTSYS;
		mutex_lock(&p->lock);
	}
	mutex_unlock(&p->lock);
	if (data)
		wake(&p->rd_wait, POLLIN | POLLRDNORM);
	if (done > 0)
		fasync_tell(&p->rd_async, POLL_IN);
	return done;
}

static unsigned pipe_poll(struct file *f, struct poll_table *pt)
{
	struct pipe *p = f->inode->pipe;
	unsigned mask = 0;

	if (f->mode & FMODE_READ) {
		poll_wait(f, &p->rd_wait, pt);
		if (!empty(p))
			mask |= POLLIN | POLLRDNORM;
		/* A FIFO nobody has written to since this open is not hung up yet. */
		if (!p->writers && (u32)(unsigned long)f->private != p->writer_opens)
			mask |= POLLHUP;
	}
	if (f->mode & FMODE_WRITE) {
		poll_wait(f, &p->wr_wait, pt);
		if (!full(p))
			mask |= POLLOUT | POLLWRNORM;
		if (!p->readers)
			mask |= POLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct pipe *p = f->inode->pipe;
	u32 n = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&p->lock);
	for (u32 i = p->tail; i != p->head; i++)
		n += slot(p, i)->len;
	mutex_unlock(&p->lock);
	return put_user(n, (u32 __user *)arg);
}

static int pipe_fasync(int fd, struct file *f, bool on)
{
	struct pipe *p = f->inode->pipe;
	int error = 0;

	if (f->mode & FMODE_READ)
		error = fasync_set(fd, f, on, &p->rd_async);
	if (!error && (f->mode & FMODE_WRITE))
		error = fasync_set(fd, f, on, &p->wr_async);
	if (error && (f->mode & FMODE_READ))
		(void)fasync_set(fd, f, false, &p->rd_async);	/* leaving needs no memory */
	return error;
}

static void pipe_release(struct inode *inode, struct file *f)
{
	struct pipe *p = inode->pipe;
	bool last;

	mutex_lock(&p->lock);
	if (f->mode & FMODE_READ)
		p->readers--;
	if (f->mode & FMODE_WRITE)
		p->writers--;
	if (!p->readers || !p->writers) {
		wake(&p->rd_wait, POLLIN | POLLHUP);
		wake(&p->wr_wait, POLLOUT | POLLERR);
		fasync_tell(&p->rd_async, POLL_IN);
		fasync_tell(&p->wr_async, POLL_OUT);
	}
	spin_lock(&inode->lock);
	last = --p->files == 0;
	if (last)
		inode->pipe = NULL;
	spin_unlock(&inode->lock);
	mutex_unlock(&p->lock);
	if (last)
		pipe_free(p);
}

/* ---- FIFOs by name ---- */

static struct pipe *fifo_get(struct inode *inode)
{
	struct pipe *fresh = NULL, *p;

	if (!READ_ONCE(inode->pipe)) {
		fresh = pipe_alloc();
		if (!fresh)
			return NULL;
	}
	spin_lock(&inode->lock);
	if (!inode->pipe && fresh) {
		inode->pipe = fresh;
		fresh = NULL;
	}
	p = inode->pipe;
	if (p)
		p->files++;
	spin_unlock(&inode->lock);
	if (fresh)
		pipe_free(fresh);
	return p ? p : fifo_get(inode);
}

static int fifo_open(struct inode *inode, struct file *f)
{
	struct pipe *p = fifo_get(inode);
	unsigned mode = f->mode & (FMODE_READ | FMODE_WRITE);
	int error = 0;
	u32 seen;

	if (!p)
		return -ENOMEM;
	mutex_lock(&p->lock);
	f->mode |= FMODE_STREAM;
	f->mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	if (mode & FMODE_READ) {
		p->readers++;
		if (p->reader_opens++ == 0 || p->readers == 1)
			wake(&p->wr_wait, POLLOUT);
	}
	if (mode & FMODE_WRITE) {
		if (mode == FMODE_WRITE && (f->flags & O_NONBLOCK) && !p->readers) {
			error = -ENXIO;
			goto fail_writer;
		}
		p->writers++;
		if (p->writer_opens++ == 0 || p->writers == 1)
			wake(&p->rd_wait, POLLIN);
	}
	f->private = (void *)~0ul;
	if (f->path.mnt->flags & MNT_INTERNAL) {
		mutex_unlock(&p->lock);
		return 0;
	}
	if (mode == FMODE_READ && !p->writers) {
		f->private = (void *)(unsigned long)p->writer_opens;
		if (!(f->flags & O_NONBLOCK)) {
			seen = p->writer_opens;
			mutex_unlock(&p->lock);
			error = wait_event_interruptible(&p->rd_wait, READ_ONCE(p->writer_opens) != seen);
			mutex_lock(&p->lock);
		}
	} else if (mode == FMODE_WRITE && !p->readers) {
		seen = p->reader_opens;
		mutex_unlock(&p->lock);
		error = wait_event_interruptible(&p->wr_wait, READ_ONCE(p->reader_opens) != seen);
		mutex_lock(&p->lock);
	}
	mutex_unlock(&p->lock);
	if (error)
		pipe_release(inode, f);
	return error;
fail_writer:
	spin_lock(&inode->lock);
	if (--p->files == 0)
		inode->pipe = NULL;
	else
		p = NULL;
	spin_unlock(&inode->lock);
	if (p) {
		mutex_unlock(&p->lock);
		pipe_free(p);
	} else {
		mutex_unlock(&inode->pipe->lock);
	}
	return error;
}

const struct file_ops fifo_ops = {
	.nowait = true,
	.open = fifo_open,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.fasync = pipe_fasync,
	.release = pipe_release,
};

/* ---- pipe(2) ---- */

struct pipe *file_pipe(struct file *f)
{
	return f->op == &fifo_ops ? f->inode->pipe : NULL;
}

int pipe_create(struct file **ends, unsigned flags)
{
	struct inode *inode = anon_inode_new(S_IFIFO | 0600);
	struct pipe *p;
	struct file *r, *w;

	if (!inode)
		return -ENFILE;
	p = pipe_alloc();
	if (!p) {
		iput(inode);
		return -ENOMEM;
	}
	inode->pipe = p;
	inode->fop = &fifo_ops;		/* by /proc/PID/fd it opens like a FIFO, but nobody waits for the other end */
	r = file_open_inode(inode, O_RDONLY | (flags & O_NONBLOCK), &fifo_ops, "pipe", (void *)~0ul);
	if (IS_ERR(r))
		goto fail;
	w = file_alloc(&r->path, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)), &fifo_ops);
	if (IS_ERR(w)) {
		r->op = NULL;
		file_put(r);
		r = w;
		goto fail;
	}
	p->readers = p->writers = 1;
	p->reader_opens = p->writer_opens = 1;
	p->files = 2;
	r->mode |= FMODE_STREAM;
	w->mode |= FMODE_STREAM;
	w->private = (void *)~0ul;
	iput(inode);
	ends[0] = r;
	ends[1] = w;
	return 0;
fail:
	iput(inode);		/* frees the pipe with it */
	return PTR_ERR(r);
}

void pipe_finish(struct file *w)
{
	struct pipe *p = w->inode->pipe;

	mutex_lock(&p->lock);
	p->writers--;
	wake(&p->rd_wait, POLLIN | POLLHUP);
	fasync_tell(&p->rd_async, POLL_IN);
	mutex_unlock(&p->lock);
	/* Killed: the caller lets go of its end all the same. */
	(void)wait_event_killable(&p->wr_wait, !READ_ONCE(p->readers));
	mutex_lock(&p->lock);
	p->writers++;
	mutex_unlock(&p->lock);
}

long pipe_get_size(struct file *f)
{
	struct pipe *p = file_pipe(f);

	return p ? (long)(p->slots * PAGE_SIZE) : -EBADF;
}

long pipe_set_size(struct file *f, unsigned long size)
{
	struct pipe *p = file_pipe(f);
	struct pipe_buf *ring, *old;
	u32 slots = 1, used;

	if (!p)
		return -EBADF;
	if (size > 0x40000000ul)
		return -EINVAL;
	while (slots * PAGE_SIZE < size)
		slots *= 2;
	if (slots * PAGE_SIZE > MAX_UNPRIVILEGED && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	ring = kvmalloc(slots * sizeof(*ring), GFP_KERNEL | GFP_ZERO);
	if (!ring)
		return -ENOMEM;
	mutex_lock(&p->lock);
	used = p->head - p->tail;
	if (used > slots) {
		mutex_unlock(&p->lock);
		kvfree(ring);
		return -EBUSY;
	}
	for (u32 i = 0; i < used; i++)
		ring[i] = *slot(p, p->tail + i);
	old = p->ring;
	p->ring = ring;
	p->slots = slots;
	p->tail = 0;
	p->head = used;
	mutex_unlock(&p->lock);
	kvfree(old);
	wake(&p->wr_wait, POLLOUT | POLLWRNORM);
	return slots * PAGE_SIZE;
}

/* ---- splice ---- */

/* From a pipe: each buffer is offered to the file's write operation and shrinks by what was taken. */
static ssize_t splice_from(struct file *in, struct file *out, loff_t *out_pos, size_t count, bool nonblock)
{
	struct pipe *p = in->inode->pipe;
	ssize_t done = 0, n = 0;

	mutex_lock(&p->lock);
	while ((size_t)done < count) {
		if (!empty(p)) {
			struct pipe_buf *b = slot(p, p->tail);

			n = kernel_write(out, (char *)page_address(b->page) + b->offset, min((size_t)b->len, count - (size_t)done), out_pos);
			if (n <= 0)
				break;
			b->offset += (u32)n;
			b->len -= (u32)n;
			done += n;
			if (!b->len) {
				release_slot(p);
				wake(&p->wr_wait, POLLOUT | POLLWRNORM);
				fasync_tell(&p->wr_async, POLL_OUT);
			}
			continue;
		}
		n = 0;
		if (done || !p->writers)
			break;
		n = -EAGAIN;
		if (nonblock)
			break;
		mutex_unlock(&p->lock);
		n = wait_event_interruptible(&p->rd_wait, !empty(p) || !READ_ONCE(p->writers));
		if (n)
			return n;
		mutex_lock(&p->lock);
	}
	mutex_unlock(&p->lock);
	return done ? done : n;
}

/* Would a read of what gives bytes as they come (a socket, a terminal) have to wait? */
static bool would_wait(struct file *f)
{
	return (f->mode & FMODE_STREAM) && f->op->poll && !(f->op->poll(f, NULL) & (POLLIN | POLLHUP | POLLERR));
}

/*
 * The next bytes of `in`, up to a page's end: the file's own page where it has one in memory, else a copy. 0: the end of
 * the file; -errno. *in_pos advances.
 */
static ssize_t splice_get(struct file *in, loff_t *in_pos, size_t want, struct pipe_buf *b)
{
	size_t len = 0;
	ssize_t n;

	if (in->op->splice_page) {
		b->page = in->op->splice_page(in, *in_pos, want, &len);
		if (IS_ERR_OR_NULL(b->page))
			return PTR_ERR(b->page);	/* 0 of NULL */
		*b = (struct pipe_buf){ b->page, (u32)*in_pos & (PAGE_SIZE - 1), (u32)min(len, want), false, true };
		*in_pos += b->len;
		return b->len;
	}
	b->page = page_alloc(GFP_USER, 0);
	if (!b->page)
		return -ENOMEM;
	n = kernel_read(in, page_address(b->page), min(want, (size_t)PAGE_SIZE), in_pos);
	if (n <= 0)
		page_put(b->page);
	else
		*b = (struct pipe_buf){ b->page, 0, (u32)n, false, false };
	return n;
}

/* Into a pipe: bytes are taken only when there is a free buffer for them. Waits for the first ones alone. */
static ssize_t splice_to(struct file *in, loff_t *in_pos, struct file *out, size_t count, bool nonblock)
{
	struct pipe *p = out->inode->pipe;
	ssize_t done = 0, n = 0;
	struct pipe_buf b;

	while ((size_t)done < count) {
		if (done && would_wait(in))
			break;
		if (READ_ONCE(p->readers) && full(p)) {
			if (done)
				break;
			n = nonblock ? -EAGAIN : wait_event_interruptible(&p->wr_wait, !full(p) || !READ_ONCE(p->readers));
			if (n)
				break;
			continue;
		}
		n = splice_get(in, in_pos, count - (size_t)done, &b);
		if (n <= 0)
			break;
		mutex_lock(&p->lock);
		if (!p->readers) {
			mutex_unlock(&p->lock);
			page_put(b.page);
			signal_send_thread(SIGPIPE, current);
			n = -EPIPE;
			break;
		}
		/* Another writer may have filled the ring meanwhile: wait for room, the bytes are read already. */
		while (full(p) && p->readers) {
			mutex_unlock(&p->lock);
			wait_event(&p->wr_wait, !full(p) || !READ_ONCE(p->readers));
			mutex_lock(&p->lock);
		}
		*slot(p, p->head) = b;
		p->head++;
		wake(&p->rd_wait, POLLIN | POLLRDNORM);
		fasync_tell(&p->rd_async, POLL_IN);
		mutex_unlock(&p->lock);
		done += n;
	}
	return done ? done : n;
}

ssize_t splice_copy(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t count, unsigned flags)
{
	bool nonblock = flags & SPLICE_F_NONBLOCK;

	count = min(count, (size_t)0x7ffff000);
	if (!file_pipe(in))
		return splice_to(in, in_pos, out, count, nonblock || (out->flags & O_NONBLOCK));
	if (file_pipe(out)) {
		/* Both are pipes: through the write side of one, which takes no lock of the other's rank twice. */
		return copy_between(in, in_pos, out, out_pos, count);
	}
	return splice_from(in, out, out_pos, count, nonblock || (in->flags & O_NONBLOCK));
}

/* ---- tee and vmsplice ---- */

static void lock_two(struct pipe *a, struct pipe *b)
{
	mutex_lock(a < b ? &a->lock : &b->lock);
	mutex_lock_nested(a < b ? &b->lock : &a->lock);
}

static void unlock_two(struct pipe *a, struct pipe *b)
{
	mutex_unlock(&a->lock);
	mutex_unlock(&b->lock);
}

/* What fits of in's buffers, by reference, with both locked. From then on nobody appends to those pages. */
static ssize_t share(struct pipe *in, struct pipe *out, size_t count)
{
	ssize_t done = 0;

	for (u32 i = in->tail; i != in->head && !full(out) && (size_t)done < count; i++) {
		struct pipe_buf *b = slot(in, i), *to = slot(out, out->head);

		page_get(b->page);
		*to = *b;
		to->len = (u32)min((size_t)b->len, count - (size_t)done);
		out->head++;
		done += to->len;
	}
	return done;
}

ssize_t pipe_tee(struct file *from, struct file *to, size_t count, unsigned flags)
{
	struct pipe *in = from->inode->pipe, *out = to->inode->pipe;
	bool nonblock = (flags & SPLICE_F_NONBLOCK) || ((from->flags | to->flags) & O_NONBLOCK);
	ssize_t n;

	while (count) {
		lock_two(in, out);
		if (!out->readers) {
			unlock_two(in, out);
			signal_send_thread(SIGPIPE, current);
			return -EPIPE;
		}
		n = share(in, out, count);
		if (n) {
			wake(&out->rd_wait, POLLIN | POLLRDNORM);
			fasync_tell(&out->rd_async, POLL_IN);
		} else if (empty(in) && !in->writers) {
			count = 0;
		}
		unlock_two(in, out);
		if (n || !count)
			return n;
		if (nonblock)
			return -EAGAIN;
		if (empty(in))
			n = wait_event_interruptible(&in->rd_wait, !empty(in) || !READ_ONCE(in->writers));
		else
			n = wait_event_interruptible(&out->wr_wait, !full(out) || !READ_ONCE(out->readers));
		if (n)
			return n;
	}
	return 0;
}

/* A user's memory into a pipe, or what is in the pipe to there; waits for the first room or the first bytes alone. */
ssize_t pipe_vmsplice(struct file *f, struct iov_iter *it, unsigned flags)
{
	bool in = it->source, nonblock = (flags & SPLICE_F_NONBLOCK) || (f->flags & O_NONBLOCK);
	unsigned want = in ? POLLOUT | POLLERR : POLLIN | POLLHUP;
	size_t total = it->count;
	ssize_t done = 0, n = 0;
	loff_t pos = 0;

	while ((size_t)done < total) {
		if ((done || nonblock) && !(pipe_poll(f, NULL) & want)) {
			n = -EAGAIN;
			break;
		}
		it->count = min(total - (size_t)done, (size_t)PAGE_SIZE);
		n = in ? vfs_write(f, it, &pos) : vfs_read(f, it, &pos);
		if (n <= 0)
			break;
		done += n;
	}
	return done ? done : n;
}
