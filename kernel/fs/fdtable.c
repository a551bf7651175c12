/*
 * Descriptor tables. A descriptor is reserved (its bit in open_bits) before its file is installed; files->lock guards
 * all. A table that only current uses can be read without it: nobody else changes it.
 *
 * The arrays of a grown table are one allocation: files, open bits, close-on-exec bits.
 */
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>

#define WORD 32u
#define FDS_MAX (1024u * 1024u)		/* /proc/sys/fs/nr_open */

static void use_inline(struct files *f)
{
	f->fd = f->inline_fd;
	f->open_bits = f->inline_open;
	f->cloexec_bits = f->inline_cloexec;
	f->max = ARRAY_SIZE(f->inline_fd);
}

struct files *files_alloc(void)
{
	struct files *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return NULL;
	atomic_set(&f->count, 1);
	spin_lock_init(&f->lock, RANK_FILES);
	use_inline(f);
	return f;
}

static struct file **arrays_alloc(unsigned max)
{
	return kvmalloc(max * sizeof(struct file *) + 2 * (max / 8), GFP_KERNEL | GFP_ZERO);
}

/* Replace the arrays of f by larger ones. f->lock held; dropped while allocating. 0, -ENOMEM, -EMFILE. */
static int grow_locked(struct files *f, unsigned fd)
{
	while (fd >= f->max) {
		unsigned max = f->max * 2, old = f->max;
		struct file **fds, **drop;
		unsigned long *open;

		while (max <= fd)
			max *= 2;
		if (max > FDS_MAX)
			return -EMFILE;
		spin_unlock(&f->lock);
		fds = arrays_alloc(max);
		spin_lock(&f->lock);
		if (!fds)
			return -ENOMEM;
		drop = fds;
		if (max > f->max) {
			old = f->max;
			open = (unsigned long *)(fds + max);
			memcpy(fds, f->fd, old * sizeof(*fds));
			memcpy(open, f->open_bits, old / 8);
			memcpy(open + max / WORD, f->cloexec_bits, old / 8);
			drop = f->fd == f->inline_fd ? NULL : f->fd;
			f->fd = fds;
			f->open_bits = open;
			f->cloexec_bits = open + max / WORD;
			f->max = max;
		}
		if (drop) {
			spin_unlock(&f->lock);
			kvfree(drop);
			spin_lock(&f->lock);
		}
	}
	return 0;
}

struct files *files_dup(struct files *from, int *error)
{
	struct files *f = files_alloc();
	unsigned n;

	*error = -ENOMEM;
	if (!f)
		return NULL;
	spin_lock(&from->lock);
	for (;;) {
		/* As many as are in use, in whole words. */
		n = from->max / WORD;
		while (n > 1 && !from->open_bits[n - 1])
			n--;
		n *= WORD;
		if (n <= f->max)
			break;
		spin_unlock(&from->lock);
		spin_lock(&f->lock);
		*error = grow_locked(f, n - 1);
		spin_unlock(&f->lock);
		if (*error) {
			files_put(f);
			return NULL;
		}
		spin_lock(&from->lock);
	}
	for (unsigned w = 0; w < n / WORD; w++) {
		unsigned long bits = from->open_bits[w];

		f->cloexec_bits[w] = from->cloexec_bits[w];
		while (bits) {
			unsigned fd = w * WORD + (unsigned)__builtin_ctzl(bits);
			struct file *file = from->fd[fd];

			bits &= bits - 1;
			if (!file)		/* reserved by a sharer that is opening it: not ours */
				continue;
			f->fd[fd] = file_get(file);
			set_bit(fd, &f->open_bits[w]);
		}
	}
	f->next = from->next;
	spin_unlock(&from->lock);
	*error = 0;
	return f;
}

void files_put(struct files *f)
{
	if (!f || !atomic_dec_and_test(&f->count))
		return;
	for (unsigned w = 0; w < f->max / WORD; w++)
		while (f->open_bits[w]) {
			unsigned fd = w * WORD + (unsigned)__builtin_ctzl(f->open_bits[w]);
			struct file *file = f->fd[fd];

			clear_bit(fd, &f->open_bits[w]);
			if (!file)
				continue;
			if (file->op && file->op->flush)
				file->op->flush(file);
			if (unlikely(file->inode->locks))
				locks_release_posix(file->inode, f);
			if (unlikely(!list_empty(&file->inode->watches)))
				dnotify_flush(file, f);
			file_put(file);
		}
	if (f->fd != f->inline_fd)
		kvfree(f->fd);
	kfree(f);
}

static inline struct file *lookup(struct files *files, unsigned fd)
{
	struct file *f = NULL;

	if (likely(atomic_read(&files->count) == 1)) {
		if (likely(fd < files->max) && (f = files->fd[fd]))
			file_get(f);
		return f;
	}
	spin_lock(&files->lock);
	if (fd < files->max && (f = files->fd[fd]))
		file_get(f);
	spin_unlock(&files->lock);
	return f;
}

struct file *fd_get_raw(unsigned fd)
{
	return lookup(current->files, fd);
}

struct file *fd_get(unsigned fd)
{
	struct file *f = lookup(current->files, fd);

	if (f && unlikely(f->mode & FMODE_PATH)) {
		file_put(f);
		return NULL;
	}
	return f;
}

struct file *task_fd_get(struct task *t, unsigned fd)
{
	struct files *files;
	struct file *f = NULL;

	/* An exiting task lets go of its table: not while we look. */
	preempt_disable();
	files = READ_ONCE(t->files);
	if (files) {
		spin_lock(&files->lock);
		if (fd < files->max && (f = files->fd[fd]))
			file_get(f);
		spin_unlock(&files->lock);
	}
	preempt_enable();
	return f;
}

/* The lowest clear bit from `from` on; files->max if there is none. */
static unsigned find_free(const struct files *f, unsigned from)
{
	unsigned w = from / WORD;
	unsigned long bits;

	if (from >= f->max)
		return from;
	bits = ~f->open_bits[w] & (~0ul << (from % WORD));
	while (!bits) {
		if (++w == f->max / WORD)
			return f->max;
		bits = ~f->open_bits[w];
	}
	return w * WORD + (unsigned)__builtin_ctzl(bits);
}

int fd_alloc(unsigned from, unsigned flags)
{
	struct files *f = current->files;
	u64 limit = rlimit(RLIMIT_NOFILE);
	unsigned fd;
	int error;

	if (from >= limit)
		return -EMFILE;
	spin_lock(&f->lock);
	for (;;) {
		fd = find_free(f, max(from, f->next));
		error = -EMFILE;
		if (fd >= limit)
			goto out;
		if (fd < f->max)
			break;
		error = grow_locked(f, fd);
		if (error)
			goto out;
	}
	set_bit(fd, &f->open_bits[fd / WORD]);
	if (flags & O_CLOEXEC)
		set_bit(fd, &f->cloexec_bits[fd / WORD]);
	else
		clear_bit(fd, &f->cloexec_bits[fd / WORD]);
	if (from <= f->next)
		f->next = fd + 1;
	error = fd;
out:
	spin_unlock(&f->lock);
	return error;
}

void fd_install(unsigned fd, struct file *file)
{
	struct files *f = current->files;

	spin_lock(&f->lock);
	ASSERT(!f->fd[fd]);
	f->fd[fd] = file;
	spin_unlock(&f->lock);
}

static void release_locked(struct files *f, unsigned fd)
{
	clear_bit(fd, &f->open_bits[fd / WORD]);
	if (fd < f->next)
		f->next = fd;
}

void fd_release(unsigned fd)
{
	struct files *f = current->files;

	spin_lock(&f->lock);
	release_locked(f, fd);
	spin_unlock(&f->lock);
}

/* After the descriptor is gone: what close() means for the file. Consumes the reference. */
static int file_close(struct files *files, struct file *f)
{
	int error = 0;

	if (f->op && f->op->flush)
		error = f->op->flush(f);
	if (unlikely(f->inode->locks) && !(f->mode & FMODE_PATH))
		locks_release_posix(f->inode, files);
	if (unlikely(!list_empty(&f->inode->watches)))
		dnotify_flush(f, files);
	file_put(f);
	return error;
}

int fd_close(unsigned fd)
{
	struct files *files = current->files;
	struct file *f = NULL;

	spin_lock(&files->lock);
	if (fd < files->max && (f = files->fd[fd])) {
		files->fd[fd] = NULL;
		release_locked(files, fd);
	}
	spin_unlock(&files->lock);
	return f ? file_close(files, f) : -EBADF;
}

int fd_replace(unsigned fd, struct file *file, unsigned flags)
{
	struct files *f = current->files;
	struct file *old;
	int error = 0;

	if (fd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	spin_lock(&f->lock);
	if (fd >= f->max)
		error = grow_locked(f, fd);
	if (error) {
		spin_unlock(&f->lock);
		return error;
	}
	old = f->fd[fd];
	/* Reserved by another thread's open(): that one is to have it. */
	if (!old && test_bit(fd, &f->open_bits[fd / WORD])) {
		spin_unlock(&f->lock);
		return -EBUSY;
	}
	f->fd[fd] = file_get(file);
	set_bit(fd, &f->open_bits[fd / WORD]);
	if (flags & O_CLOEXEC)
		set_bit(fd, &f->cloexec_bits[fd / WORD]);
	else
		clear_bit(fd, &f->cloexec_bits[fd / WORD]);
	spin_unlock(&f->lock);
	if (old)
		(void)file_close(f, old);	/* dup2() reports nothing of what it closes */
	return 0;
}

bool fd_cloexec(unsigned fd)
{
	const struct files *f = current->files;

	return fd < f->max && test_bit(fd, &f->cloexec_bits[fd / WORD]);
}

void fd_set_cloexec(unsigned fd, bool on)
{
	struct files *f = current->files;

	spin_lock(&f->lock);
	if (fd < f->max) {
		if (on)
			set_bit(fd, &f->cloexec_bits[fd / WORD]);
		else
			clear_bit(fd, &f->cloexec_bits[fd / WORD]);
	}
	spin_unlock(&f->lock);
}

unsigned fd_next_open(struct files *f, unsigned from)
{
	unsigned fd;

	spin_lock(&f->lock);
	for (fd = from; fd < f->max; fd++)
		if (f->fd[fd])
			break;
	if (fd >= f->max)
		fd = ~0u;
	spin_unlock(&f->lock);
	return fd;
}

void files_close_on_exec(struct files *f)
{
	for (unsigned w = 0; w < f->max / WORD; w++) {
		unsigned long bits;

		while ((bits = f->cloexec_bits[w] & f->open_bits[w])) {
			unsigned fd = w * WORD + (unsigned)__builtin_ctzl(bits);

			clear_bit(fd, &f->cloexec_bits[w]);
			(void)fd_close(fd);	/* exec goes on whatever a flush says */
		}
	}
}

int files_unshare_current(void)
{
	struct files *old = current->files, *f;
	int error;

	if (atomic_read(&old->count) == 1)
		return 0;
	f = files_dup(old, &error);
	if (!f)
		return error;
	current->files = f;
	files_put(old);
	return 0;
}
