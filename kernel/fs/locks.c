/*
 * Advisory locks: record locks by process (fcntl), by open file (OFD), and whole-file locks (flock).
 *
 * A lock's owner is a descriptor table (POSIX) or an open file (OFD, flock). Ranges of one owner and kind do not
 * overlap and are sorted. inode->locks is made at the first lock and stays with the inode; ctx->lock guards the lists;
 * sleepers wait on ctx->wait for any change.
 */
#include <core/init.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>

enum kind { POSIX, OFD, FLOCK };

struct file_lock {
	struct list_head link;
	struct list_head all;		/* all_lock, while it is held */
	const struct inode *inode;
	const void *owner;
	enum kind kind;
	int type;			/* F_RDLCK, F_WRLCK */
	loff_t start, end;		/* end inclusive */
	pid_t pid;
};

struct file_lock_context {
	struct mutex lock;		/* RANK_FILE_POS */
	struct list_head locks;		/* lock */
	struct wait_queue wait;
	u32 changes;			/* lock: grows with every release */
};

struct waiter {
	struct list_head link;
	const void *owner, *blocker;
};
static LIST_HEAD(waiters);		/* POSIX locks waited for, to find deadlocks */
static DEFINE_SPINLOCK(waiters_lock, RANK_EPOLL);

/* Every lock that is held, for /proc/locks. */
static LIST_HEAD(all_locks);
static DEFINE_SPINLOCK(all_lock, RANK_EPOLL);

static void enlist(struct file_lock *l)
{
	spin_lock(&all_lock);
	list_add_tail(&l->all, &all_locks);
	spin_unlock(&all_lock);
}

static void drop(struct file_lock *l)
{
	spin_lock(&all_lock);
	list_del(&l->all);
	spin_unlock(&all_lock);
	kfree(l);
}

static struct file_lock_context *context(struct inode *inode)
{
	struct file_lock_context *c = READ_ONCE(inode->locks);

	if (c)
		return c;
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return NULL;
	mutex_init(&c->lock, RANK_FILE_POS);
	list_init(&c->locks);
	wait_queue_init(&c->wait);
	spin_lock(&inode->lock);
	if (inode->locks) {
		kfree(c);
		c = inode->locks;
	} else {
		inode->locks = c;
	}
	spin_unlock(&inode->lock);
	return c;
}

void locks_free_inode(struct inode *inode)
{
	struct file_lock *l, *n;

	list_for_each_entry_safe(l, n, &inode->locks->locks, link)
		drop(l);
	kfree(inode->locks);
	inode->locks = NULL;
}

static bool conflicts(const struct file_lock *a, const struct file_lock *b)
{
	if ((a->kind == FLOCK) != (b->kind == FLOCK) || (a->owner == b->owner && a->kind == b->kind))
		return false;
	return (a->type == F_WRLCK || b->type == F_WRLCK) && a->start <= b->end && b->start <= a->end;
}

static struct file_lock *find_conflict(struct file_lock_context *c, const struct file_lock *want)
{
	struct file_lock *l;

	list_for_each_entry(l, &c->locks, link)
		if (conflicts(l, want))
			return l;
	return NULL;
}

static void changed(struct file_lock_context *c)
{
	c->changes++;
	wake_up_all(&c->wait);
}

/*
 * Put `want` (F_UNLCK: nothing) in place of what its owner has there. `extra` is for a range that is split in two.
 * Consumes what it uses and clears the pointers.
 */
static void replace(struct file_lock_context *c, struct file_lock **want, struct file_lock **extra)
{
	struct file_lock *w = *want, *l, *n;
	struct list_head *at = &c->locks;

	list_for_each_entry_safe(l, n, &c->locks, link) {
		if (l->owner != w->owner || l->kind != w->kind)
			continue;
		if (l->type == w->type) {	/* alike and touching: one range */
			if (l->end + 1 < w->start && l->end != 0x7fffffffffffffffLL)
				continue;
			if (w->end != 0x7fffffffffffffffLL && w->end + 1 < l->start)
				continue;
			w->start = min(w->start, l->start);
			w->end = max(w->end, l->end);
			list_del(&l->link);
			drop(l);
			continue;
		}
		if (l->end < w->start || l->start > w->end)
			continue;
		if (l->start < w->start && l->end > w->end) {
			struct file_lock *tail = *extra;

			*extra = NULL;
			*tail = *l;
			tail->start = w->end + 1;
			l->end = w->start - 1;
			list_add(&tail->link, &l->link);
			enlist(tail);
		} else if (l->start < w->start) {
			l->end = w->start - 1;
		} else if (l->end > w->end) {
			l->start = w->end + 1;
		} else {
			list_del(&l->link);
			drop(l);
		}
	}
	if (w->type != F_UNLCK) {
		list_for_each_entry(l, &c->locks, link) {
			if (l->owner == w->owner && l->kind == w->kind && l->start > w->start)
				break;
			at = &l->link;
		}
		list_add(&w->link, at);
		enlist(w);
		*want = NULL;
	}
	changed(c);
}

/* Would waiting for `blocker` close a circle? */
static bool deadlock(const void *owner, const void *blocker)
{
	struct waiter *w;
	bool again = true;

	for (unsigned n = 0; again && n < 100; n++) {
		if (blocker == owner)
			return true;
		again = false;
		list_for_each_entry(w, &waiters, link)
			if (w->owner == blocker) {
				blocker = w->blocker;
				again = true;
				break;
			}
	}
	return false;
}

static int wait_for(struct file_lock_context *c, const struct file_lock *want, const struct file_lock *blocker)
{
	struct waiter w = { .owner = want->owner, .blocker = blocker->owner };
	u32 seen = c->changes;
	int error;

	spin_lock(&waiters_lock);
	if (want->kind == POSIX && deadlock(w.owner, w.blocker)) {
		spin_unlock(&waiters_lock);
		return -EDEADLK;
	}
	list_add(&w.link, &waiters);
	spin_unlock(&waiters_lock);
	mutex_unlock(&c->lock);
	error = wait_event_interruptible(&c->wait, READ_ONCE(c->changes) != seen);
	mutex_lock(&c->lock);
	spin_lock(&waiters_lock);
	list_del(&w.link);
	spin_unlock(&waiters_lock);
	return error;
}

static int apply(struct inode *inode, const struct file_lock *proto, bool wait)
{
	struct file_lock_context *c = context(inode);
	struct file_lock *want = kmalloc(sizeof(*want), GFP_KERNEL), *extra = kmalloc(sizeof(*extra), GFP_KERNEL), *other;
	int error = -ENOLCK;

	if (!c || !want || !extra)
		goto out;
	*want = *proto;
	want->inode = inode;
	error = 0;
	mutex_lock(&c->lock);
	while (!error && want->type != F_UNLCK && (other = find_conflict(c, want)))
		error = wait ? wait_for(c, want, other) : -EAGAIN;
	if (!error)
		replace(c, &want, &extra);
	mutex_unlock(&c->lock);
out:
	kfree(want);
	kfree(extra);
	return error;
}

/* ---- fcntl ---- */

static int to_lock(struct file *f, const struct abi_flock64 *fl, bool ofd, struct file_lock *l)
{
	loff_t base, len = fl->l_len;

	switch (fl->l_whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = f->pos;
		break;
	case SEEK_END:
		base = inode_size(f->inode);
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, fl->l_start, &l->start))
		return -EOVERFLOW;
	if (len < 0) {
		l->end = l->start - 1;
		l->start += len;
	} else if (len == 0) {
		l->end = 0x7fffffffffffffffLL;
	} else if (__builtin_add_overflow(l->start, len - 1, &l->end)) {
		return -EOVERFLOW;
	}
	if (l->start < 0 || l->end < l->start)
		return -EINVAL;
	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	if (ofd && fl->l_pid)
		return -EINVAL;
	l->type = fl->l_type;
	l->kind = ofd ? OFD : POSIX;
	l->owner = ofd ? (const void *)f : (const void *)current->files;
	l->pid = ofd ? -1 : current->tgid;
	return 0;
}

int locks_get(struct file *f, struct abi_flock64 *fl, bool ofd)
{
	struct file_lock_context *c;
	struct file_lock want, *other = NULL;
	int error = to_lock(f, fl, ofd, &want);

	if (error)
		return error;
	if (want.type == F_UNLCK)
		return -EINVAL;
	c = f->inode->locks;
	if (c) {
		mutex_lock(&c->lock);
		other = find_conflict(c, &want);
		if (other) {
			fl->l_type = (s16)other->type;
			fl->l_whence = SEEK_SET;
			fl->l_start = other->start;
			fl->l_len = other->end == 0x7fffffffffffffffLL ? 0 : other->end - other->start + 1;
			fl->l_pid = other->pid;
		}
		mutex_unlock(&c->lock);
	}
	if (!other)
		fl->l_type = F_UNLCK;
	return 0;
}

int locks_set(struct file *f, struct abi_flock64 *fl, bool ofd, bool wait)
{
	struct file_lock want;
	int error = to_lock(f, fl, ofd, &want);

	if (error)
		return error;
	if ((want.type == F_RDLCK && !(f->mode & FMODE_READ)) || (want.type == F_WRLCK && !(f->mode & FMODE_WRITE)))
		return -EBADF;
	if (want.type == F_UNLCK && !f->inode->locks)
		return 0;
	return apply(f->inode, &want, wait);
}

/* ---- flock ---- */

int locks_flock(struct file *f, unsigned cmd)
{
	struct file_lock want = { .owner = f, .kind = FLOCK, .start = 0, .end = 0x7fffffffffffffffLL, .pid = current->tgid };
	struct file_lock_context *c = f->inode->locks;
	int error;

	switch (cmd & ~(unsigned)LOCK_NB) {
	case LOCK_SH:
		want.type = F_RDLCK;
		break;
	case LOCK_EX:
		want.type = F_WRLCK;
		break;
	case LOCK_UN:
		want.type = F_UNLCK;
		return c ? apply(f->inode, &want, false) : 0;
	default:
		return -EINVAL;
	}
	error = apply(f->inode, &want, false);
	if (error != -EAGAIN || (cmd & LOCK_NB))
		return error;
	/* A conversion gives the old lock up before it waits. */
	want.type = F_UNLCK;
	error = apply(f->inode, &want, false);
	if (error)
		return error;
	want.type = (cmd & LOCK_EX) ? F_WRLCK : F_RDLCK;
	return apply(f->inode, &want, true);
}

/* ---- closing ---- */

static void release(struct inode *inode, const void *owner, bool posix)
{
	struct file_lock_context *c = inode->locks;
	struct file_lock *l, *n;
	bool any = false;

	mutex_lock(&c->lock);
	list_for_each_entry_safe(l, n, &c->locks, link)
		if (l->owner == owner && (l->kind == POSIX) == posix) {
			list_del(&l->link);
			drop(l);
			any = true;
		}
	if (any)
		changed(c);
	mutex_unlock(&c->lock);
}

void locks_release_posix(struct inode *inode, struct files *owner)
{
	release(inode, owner, true);
}

void locks_release_file(struct file *f)
{
	release(f->inode, f, false);
}

/* ---- /proc/locks ---- */

static int show_locks(struct seq_file *m, void *v)
{
	static const char *const kinds[] = { [POSIX] = "POSIX ", [OFD] = "OFDLCK", [FLOCK] = "FLOCK " };
	const struct file_lock *l;
	unsigned n = 0;

	(void)v;
	spin_lock(&all_lock);
	list_for_each_entry(l, &all_locks, all) {
		dev_t dev = l->inode->sb->dev;

		seq_printf(m, "%u: %s ADVISORY  %s %d %02x:%02x:%llu %lld ", ++n, kinds[l->kind], l->type == F_WRLCK ? "WRITE" : "READ ",
			   l->pid, MAJOR(dev), MINOR(dev), l->inode->ino, l->start);
		if (l->end == 0x7fffffffffffffffLL)
			seq_puts(m, "EOF\n");
		else
			seq_printf(m, "%lld\n", l->end);
	}
	spin_unlock(&all_lock);
	leases_show(m, n);
	return 0;
}

static int __init locks_init(void)
{
	return proc_create_single("locks", 0444, show_locks, NULL);
}
late_initcall(locks_init);
