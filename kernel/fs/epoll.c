/*
 * epoll: a set of files and the events awaited of each. An item sits in the wait queues of its file; a wake-up there
 * puts it on its set's ready list, and epoll_wait() asks the files on that list.
 *
 * Items are added, changed and removed, and the ready list is worked off, under epoll_mutex. The ready list itself
 * changes in wake-ups, in any context: ready_lock with interrupts off, below the wait queue's lock. An item does not
 * hold its file: the file's end takes the item away (epoll_file_released()). Sets within sets wake each other with
 * nested queue locks; circles and chains deeper than MAX_NEST are refused.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/time.h>

#define MAX_NEST 4
#define PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
#define HASH 64u

struct item_wait {
	struct wait_entry wait;
	struct wait_queue *queue;
	struct item *item;
	struct item_wait *next;
};

/* Locks: m epoll_mutex, r ready_lock */
struct item {
	struct eventpoll *ep;		/* I */
	struct file *file;		/* I not counted */
	u32 fd;				/* I */
	struct abi_epoll_event event;	/* m */
	struct item_wait *waits;	/* m */
	struct hlist_node hash;		/* m */
	struct list_head file_link;	/* m file->epoll_links */
	struct list_head ready;		/* r empty: not ready */
	int error;			/* m of queuing */
	struct poll_table table;
};

struct eventpoll {
	struct user *user;		/* I who made it, and its items are counted for */
	struct hlist_head items[HASH];	/* m */
	unsigned count;			/* m */
	struct list_head ready;		/* r */
	struct wait_queue waiters;	/* epoll_wait() and poll() of the set itself */
};

static DEFINE_MUTEX(epoll_mutex, RANK_FILE_POS);
static DEFINE_SPINLOCK(ready_lock, RANK_EPOLL);
static const struct file_ops epoll_ops;
static int max_watches;		/* of a user: what a twenty-fifth of memory holds */

static inline struct hlist_head *bucket(struct eventpoll *ep, const struct file *f, u32 fd)
{
	return &ep->items[(((u32)f >> 6) + fd) % HASH];
}

/* wake_up_key() for a queue within a wake-up: the second lock of its rank. */
static void wake_nested(struct wait_queue *q, unsigned events)
{
	struct wait_entry *w, *next;
	unsigned long flags;

	if (!wait_queue_active(q))
		return;
	flags = irq_save();
	spin_lock_nested(&q->lock);
	list_for_each_entry_safe(w, next, &q->entries, link)
		w->func(w, (void *)(unsigned long)events);
	spin_unlock_irqrestore(&q->lock, flags);
}

static bool make_ready(struct item *it)
{
	unsigned long flags;
	bool fresh;

	spin_lock_irqsave(&ready_lock, flags);
	fresh = list_empty(&it->ready);
	if (fresh)
		list_add_tail(&it->ready, &it->ep->ready);
	spin_unlock_irqrestore(&ready_lock, flags);
	return fresh;
}

static int item_wake(struct wait_entry *w, void *key)
{
	struct item *it = container_of(w, struct item_wait, wait)->item;
	unsigned events = (unsigned)(unsigned long)key;

	if (events && !(events & (it->event.events | POLLERR | POLLHUP)))
		return 0;
	if (!(it->event.events & ~PRIVATE_BITS))
		return 0;		/* a one-shot that has fired */
	make_ready(it);
	wake_nested(&it->ep->waiters, POLLIN | POLLRDNORM);
	return 1;
}

static void item_queue(struct file *f, struct wait_queue *q, struct poll_table *pt)
{
	struct item *it = container_of(pt, struct item, table);
	struct item_wait *iw = kmalloc(sizeof(*iw), GFP_KERNEL);

	(void)f;
	if (!iw) {
		it->error = -ENOMEM;
		return;
	}
	wait_entry_init(&iw->wait, it->event.events & EPOLLEXCLUSIVE);
	iw->wait.func = item_wake;
	iw->queue = q;
	iw->item = it;
	iw->next = it->waits;
	it->waits = iw;
	wait_queue_add(q, &iw->wait);
}

static unsigned item_events(struct item *it, struct poll_table *pt)
{
	unsigned mask = it->file->op->poll ? it->file->op->poll(it->file, pt) : POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

	return mask & (it->event.events | EPOLLERR | EPOLLHUP) & ~PRIVATE_BITS;
}

/* epoll_mutex held. */
static void item_free(struct item *it)
{
	unsigned long flags;

	while (it->waits) {
		struct item_wait *iw = it->waits;

		it->waits = iw->next;
		wait_queue_remove(iw->queue, &iw->wait);
		kfree(iw);
	}
	spin_lock_irqsave(&ready_lock, flags);
	if (!list_empty(&it->ready))
		list_del_init(&it->ready);
	spin_unlock_irqrestore(&ready_lock, flags);
	hlist_del_init(&it->hash);
	list_del(&it->file_link);
	it->ep->count--;
	atomic_dec(&it->ep->user->epoll_watches);
	kfree(it);
}

void epoll_file_released(struct file *f)
{
	mutex_lock(&epoll_mutex);
	while (!list_empty(&f->epoll_links))
		item_free(list_first_entry(&f->epoll_links, struct item, file_link));
	mutex_unlock(&epoll_mutex);
}

static void epoll_release(struct inode *inode, struct file *f)
{
	struct eventpoll *ep = f->private;

	(void)inode;
	mutex_lock(&epoll_mutex);
	for (unsigned i = 0; i < HASH; i++)
		while (ep->items[i].first)
			item_free(hlist_entry(ep->items[i].first, struct item, hash));
	mutex_unlock(&epoll_mutex);
	user_put(ep->user);
	kfree(ep);
}

static unsigned epoll_poll(struct file *f, struct poll_table *pt)
{
	struct eventpoll *ep = f->private;
	struct item *it, *next;
	bool any = false, outer;

	poll_wait(f, &ep->waiters, pt);
	if (list_empty(&ep->ready))
		return 0;
	/* Ready may be stale: ask. From epoll_ctl() and epoll_wait() of an outer set the mutex is held already. */
	outer = epoll_mutex.pi.owner == current;
	if (!outer)
		mutex_lock(&epoll_mutex);
	list_for_each_entry_safe(it, next, &ep->ready, ready)
		if (item_events(it, NULL)) {
			any = true;
			break;
		}
	if (!outer)
		mutex_unlock(&epoll_mutex);
	return any ? POLLIN | POLLRDNORM : 0;
}

static const struct file_ops epoll_ops = { .poll = epoll_poll, .release = epoll_release };

long sys_epoll_create1(int flags)
{
	struct eventpoll *ep;
	struct file *f;
	int fd;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	if (!ep)
		return -ENOMEM;
	list_init(&ep->ready);
	wait_queue_init(&ep->waiters);
	ep->user = user_get(current_cred()->user);
	fd = fd_alloc(0, flags & EPOLL_CLOEXEC ? O_CLOEXEC : 0);
	if (fd < 0) {
		user_put(ep->user);
		kfree(ep);
		return fd;
	}
	f = file_open_inode(NULL, O_RDWR, &epoll_ops, "[eventpoll]", ep);
	if (IS_ERR(f)) {
		fd_release(fd);
		user_put(ep->user);
		kfree(ep);
		return PTR_ERR(f);
	}
	fd_install(fd, f);
	return fd;
}

long sys_epoll_create(int size)
{
	return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}

static struct item *find(struct eventpoll *ep, const struct file *f, u32 fd)
{
	struct item *it;

	hlist_for_each_entry(it, bucket(ep, f, fd), hash)
		if (it->file == f && it->fd == fd)
			return it;
	return NULL;
}

/* How deep sets are nested below ep; more than MAX_NEST if `top` is among them. Depth is bounded by that. */
static int nesting(struct eventpoll *ep, const struct eventpoll *top, int depth)
{
	int deepest = depth;

	if (ep == top || depth > MAX_NEST)
		return MAX_NEST + 1;
	for (unsigned i = 0; i < HASH; i++) {
		struct item *it;

		hlist_for_each_entry(it, &ep->items[i], hash)
			if (it->file->op == &epoll_ops) {
				int d = nesting(it->file->private, top, depth + 1);

				deepest = max(deepest, d);
			}
	}
	return deepest;
}

static int item_add(struct eventpoll *ep, struct file *f, u32 fd, const struct abi_epoll_event *ev)
{
	struct item *it;

	if (atomic_read(&ep->user->epoll_watches) >= max_watches)
		return -ENOSPC;
	it = kzalloc(sizeof(*it), GFP_KERNEL);
	if (!it)
		return -ENOMEM;
	atomic_inc(&ep->user->epoll_watches);
	it->ep = ep;
	it->file = f;
	it->fd = fd;
	it->event = *ev;
	list_init(&it->ready);
	hlist_add_head(&it->hash, bucket(ep, f, fd));
	list_add_tail(&it->file_link, &f->epoll_links);
	ep->count++;
	it->table.queue = item_queue;
	it->table.key = ev->events;
	if (item_events(it, &it->table) && make_ready(it))
		wake_up_poll(&ep->waiters, POLLIN | POLLRDNORM);
	if (it->error) {
		item_free(it);
		return -ENOMEM;
	}
	return 0;
}

static int ctl_locked(struct eventpoll *ep, int op, struct file *f, u32 fd, const struct abi_epoll_event *ev)
{
	struct item *it = find(ep, f, fd);

	switch (op) {
	case EPOLL_CTL_ADD:
		if (it)
			return -EEXIST;
		if (f->op == &epoll_ops && nesting(f->private, ep, 1) > MAX_NEST)
			return -ELOOP;
		return item_add(ep, f, fd, ev);
	case EPOLL_CTL_DEL:
		if (!it)
			return -ENOENT;
		item_free(it);
		return 0;
	case EPOLL_CTL_MOD:
		if (!it)
			return -ENOENT;
		if ((it->event.events | ev->events) & EPOLLEXCLUSIVE)
			return -EINVAL;
		it->event = *ev;
		if (item_events(it, NULL) && make_ready(it))
			wake_up_poll(&ep->waiters, POLLIN | POLLRDNORM);
		return 0;
	}
	return -EINVAL;
}

long sys_epoll_ctl(int epfd, int op, int fd, void __user *event)
{
	struct file *ef = fd_get(epfd), *f = fd_get(fd);
	struct abi_epoll_event ev = { 0, 0 };
	long r = -EBADF;

	if (!ef || !f)
		goto out;
	r = -EFAULT;
	if (op != EPOLL_CTL_DEL && copy_from_user(&ev, event, sizeof(ev)))
		goto out;
	r = -EPERM;
	if (!f->op->poll)
		goto out;
	r = -EINVAL;
	if (f == ef || ef->op != &epoll_ops)
		goto out;
	if ((ev.events & EPOLLEXCLUSIVE) && (op == EPOLL_CTL_MOD || f->op == &epoll_ops))
		goto out;
	mutex_lock(&epoll_mutex);
	r = ctl_locked(ef->private, op, f, fd, &ev);
	mutex_unlock(&epoll_mutex);
out:
	if (ef)
		file_put(ef);
	if (f)
		file_put(f);
	return r;
}

/* Up to max events that hold now. epoll_mutex held. Each item that was ready is asked once. */
static int collect(struct eventpoll *ep, struct abi_epoll_event *out, int max)
{
	LIST_HEAD(again);
	unsigned long flags;
	int n = 0;

	while (n < max) {
		struct item *it = NULL;
		unsigned events;

		spin_lock_irqsave(&ready_lock, flags);
		if (!list_empty(&ep->ready)) {
			it = list_first_entry(&ep->ready, struct item, ready);
			list_del_init(&it->ready);
		}
		spin_unlock_irqrestore(&ready_lock, flags);
		if (!it)
			break;
		events = item_events(it, NULL);
		if (!events)
			continue;
		out[n].events = events;
		out[n++].data = it->event.data;
		if (it->event.events & EPOLLONESHOT) {
			it->event.events &= PRIVATE_BITS;
		} else if (!(it->event.events & EPOLLET)) {
			/* Level-triggered: ready until asked and found otherwise. */
			spin_lock_irqsave(&ready_lock, flags);
			if (!list_empty(&it->ready))
				list_del_init(&it->ready);
			list_add_tail(&it->ready, &again);
			spin_unlock_irqrestore(&ready_lock, flags);
		}
	}
	spin_lock_irqsave(&ready_lock, flags);
	while (!list_empty(&again))
		list_move_tail(again.next, &ep->ready);
	spin_unlock_irqrestore(&ready_lock, flags);
	return n;
}

#define CHUNK 16

static int send_events(struct eventpoll *ep, struct abi_epoll_event __user *u, int max)
{
	struct abi_epoll_event chunk[CHUNK];
	int n;

	mutex_lock(&epoll_mutex);
	n = collect(ep, chunk, min(max, CHUNK));
	mutex_unlock(&epoll_mutex);
	return n && copy_to_user(u, chunk, (size_t)n * sizeof(*u)) ? -EFAULT : n;
}

/* left: nanoseconds, 0: do not wait. */
static int do_wait(int epfd, void __user *events, int max, nsec_t left)
{
	struct file *f;
	struct eventpoll *ep;
	int n = -EINVAL;

	if (max <= 0 || max > (int)(0x7fffffff / sizeof(struct abi_epoll_event)))
		return -EINVAL;
	if (!access_ok(events, (size_t)max * sizeof(struct abi_epoll_event)))
		return -EFAULT;
	f = fd_get(epfd);
	if (!f)
		return -EBADF;
	if (f->op != &epoll_ops)
		goto out;
	ep = f->private;
	for (;;) {
		n = list_empty(&ep->ready) ? 0 : send_events(ep, events, max);
		if (n || !left)
			break;
		if (wait_event_interruptible_timeout(&ep->waiters, !list_empty(&ep->ready), &left)) {
			n = -EINTR;
			break;
		}
	}
out:
	file_put(f);
	return n;
}

static nsec_t wait_ms(int timeout)
{
	return timeout < 0 ? MAX_SCHEDULE_TIMEOUT : (nsec_t)timeout * NSEC_PER_MSEC;
}

long sys_epoll_wait(int epfd, void __user *events, int max, int timeout)
{
	return do_wait(epfd, events, max, wait_ms(timeout));
}

static long pwait(int epfd, void __user *events, int max, nsec_t left, const struct abi_sigset __user *mask, size_t size)
{
	struct abi_sigset set;
	int n;

	if (mask) {
		if (size != sizeof(set))
			return -EINVAL;
		if (copy_from_user(&set, mask, sizeof(set)))
			return -EFAULT;
		signal_mask_set_temporary(sigset_to_u64(&set));
	}
	n = do_wait(epfd, events, max, left);
	if (mask)
		signal_mask_restore(n == -EINTR);
	return n;
}

long sys_epoll_pwait(int epfd, void __user *events, int max, int timeout, const struct abi_sigset __user *mask, size_t size)
{
	return pwait(epfd, events, max, wait_ms(timeout), mask, size);
}

long sys_epoll_pwait2(int epfd, void __user *events, int max, const struct abi_timespec64 __user *timeout,
		      const struct abi_sigset __user *mask, size_t size)
{
	struct abi_timespec64 u;
	struct timespec64 t;

	if (!timeout)
		return pwait(epfd, events, max, MAX_SCHEDULE_TIMEOUT, mask, size);
	if (copy_from_user(&u, timeout, sizeof(u)))
		return -EFAULT;
	t = (struct timespec64){ u.tv_sec, (long)u.tv_nsec };
	if (!timespec64_valid(&t))
		return -EINVAL;
	return pwait(epfd, events, max, timespec64_to_ns(&t), mask, size);
}

static int __init epoll_sysctls(void)
{
	max_watches = (int)(nr_free_pages / 25 * (PAGE_SIZE / (sizeof(struct item) + sizeof(struct item_wait))));
	return sysctl_int("fs/epoll/max_user_watches", 0644, &max_watches, 0, 0x7fffffff);
}
late_initcall(epoll_sysctls);
