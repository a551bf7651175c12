/*
 * seccomp filters that ask another process: a call that such a filter singles out sleeps until whoever holds the filter's
 * listener, a file, has answered what it returns, or that it is to be made after all. Meanwhile the listener may give the
 * caller descriptors, which the caller itself installs.
 *
 * A listener is counted by its filter and its file. A call under way is on its caller's stack and in the listener's list, both
 * under the listener's lock; all sleep on its one queue and look again. It ends with its caller, with the listener's file, or
 * by an answer.
 */
#include <arch/regs.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/internal.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/poll.h>
#include "seccomp.h"

enum state { ASKED, SEEN, ANSWERED };

struct call {
	struct list_head link;
	u64 id;
	pid_t pid;
	enum state state;
	struct abi_seccomp_data data;
	struct abi_seccomp_notif_resp answer;
	struct list_head gifts;
};

/* A descriptor that is to be put into the caller's table. */
struct gift {
	struct list_head link;		/* empty: done, or the caller is gone */
	struct file *file;
	const struct abi_seccomp_notif_addfd *how;
	long result;
};

struct seccomp_listener {
	atomic_t count;
	spinlock_t lock;		/* RANK_INODE_STATE */
	struct list_head calls;		/* lock; oldest first */
	u64 next_id;			/* lock */
	bool closed;			/* lock: nobody answers any more */
	bool deserted;			/* nobody has the filter any more */
	bool killable;			/* I a call that has been seen is interrupted by its caller's end alone */
	struct wait_queue wait;
};

struct seccomp_listener *seccomp_listener_new(bool killable)
{
	struct seccomp_listener *l = kzalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return NULL;
	atomic_set(&l->count, 1);
	spin_lock_init(&l->lock, RANK_INODE_STATE);
	list_init(&l->calls);
	l->next_id = 1;
	l->killable = killable;
	wait_queue_init(&l->wait);
	return l;
}

static void put(struct seccomp_listener *l)
{
	if (atomic_dec_and_test(&l->count))
		kfree(l);
}

void seccomp_listener_desert(struct seccomp_listener *l)
{
	WRITE_ONCE(l->deserted, true);
	wake_up_all(&l->wait);
	put(l);
}

/* ---- whose call it is ---- */

/* The lock is held, and dropped meanwhile. */
static void accept_gifts(struct seccomp_listener *l, struct call *c)
{
	while (!list_empty(&c->gifts)) {
		struct gift *g = list_first_entry(&c->gifts, struct gift, link);
		const struct abi_seccomp_notif_addfd how = *g->how;
		struct file *file = file_get(g->file);
		long fd;

		spin_unlock(&l->lock);
		if (how.flags & SECCOMP_ADDFD_FLAG_SETFD) {
			fd = fd_replace(how.newfd, file, how.newfd_flags);
			if (fd >= 0)
				fd = (long)how.newfd;
		} else {
			fd = fd_alloc(0, how.newfd_flags);
			if (fd >= 0)
				fd_install((unsigned)fd, file_get(file));
		}
		file_put(file);
		spin_lock(&l->lock);
		if (list_empty(&c->gifts) || list_first_entry(&c->gifts, struct gift, link) != g)
			continue;		/* its giver was interrupted; the descriptor stays */
		/* Another thread may have answered meanwhile: that holds. */
		if ((how.flags & SECCOMP_ADDFD_FLAG_SEND) && fd >= 0 && c->state != ANSWERED) {
			c->state = ANSWERED;
			c->answer = (struct abi_seccomp_notif_resp){ .val = fd };
		}
		g->result = fd;
		list_del_init(&g->link);
		wake_up_all(&l->wait);
	}
}

/* Until it is answered; 0, or -ERESTARTSYS. The lock is held, but for the sleep. */
static int await_answer(struct seccomp_listener *l, struct call *c)
{
	int error = 0;

	for (;;) {
		bool patient = l->killable && c->state == SEEN;

		accept_gifts(l, c);
		if (c->state == ANSWERED || error)
			return c->state == ANSWERED ? 0 : error;
		spin_unlock(&l->lock);
#define NEWS	(READ_ONCE(c->state) == ANSWERED || !list_empty(&c->gifts) || (!patient && l->killable && READ_ONCE(c->state) == SEEN))
		error = (int)(patient ? wait_event_killable(&l->wait, NEWS) : wait_event_interruptible(&l->wait, NEWS));
#undef NEWS
		spin_lock(&l->lock);
	}
}

bool seccomp_ask(struct seccomp_listener *l, struct pt_regs *regs, const struct abi_seccomp_data *data)
{
	struct call c = { .pid = current->pid, .state = ASKED, .data = *data, .gifts = LIST_HEAD_INIT(c.gifts) };
	int error = -ENOSYS;

	spin_lock(&l->lock);
	if (!l->closed) {
		c.id = l->next_id++;
		list_add_tail(&c.link, &l->calls);
		wake_up_all(&l->wait);
		error = await_answer(l, &c);
		list_del(&c.link);
		while (!list_empty(&c.gifts)) {
			struct gift *g = list_first_entry(&c.gifts, struct gift, link);

			g->result = -ESRCH;
			list_del_init(&g->link);
		}
		wake_up_all(&l->wait);
	}
	spin_unlock(&l->lock);
	if (!error && (c.answer.flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE))
		return true;
	if (!error)
		error = c.answer.error;
	regs->ax = error ? (unsigned long)(long)error : (unsigned long)c.answer.val;
	return false;
}

/* ---- the listener's file ---- */

/* Lock held. */
static struct call *find(struct seccomp_listener *l, u64 id)
{
	struct call *c;

	list_for_each_entry(c, &l->calls, link)
		if (c->id == id)
			return c;
	return NULL;
}

static struct call *first_in(struct seccomp_listener *l, enum state state)
{
	struct call *c;

	list_for_each_entry(c, &l->calls, link)
		if (c->state == state)
			return c;
	return NULL;
}

static bool take(struct seccomp_listener *l, struct abi_seccomp_notif *n)
{
	struct call *c;

	spin_lock(&l->lock);
	c = first_in(l, ASKED);
	if (c) {
		c->state = SEEN;
		*n = (struct abi_seccomp_notif){ .id = c->id, .pid = (u32)c->pid, .data = c->data };
		wake_up_all(&l->wait);
	}
	spin_unlock(&l->lock);
	return c;
}

static long receive(struct seccomp_listener *l, struct abi_seccomp_notif __user *u)
{
	struct abi_seccomp_notif n;
	struct call *c;

	if (copy_from_user(&n, u, sizeof(n)))
		return -EFAULT;
	for (unsigned i = 0; i < sizeof(n); i++)
		if (((const u8 *)&n)[i])
			return -EINVAL;
	if (wait_event_interruptible(&l->wait, take(l, &n) || READ_ONCE(l->deserted)))
		return -ERESTARTSYS;
	if (!n.pid)
		return -ENOENT;
	if (!copy_to_user(u, &n, sizeof(n)))
		return 0;
	/* Nobody knows of it: it is there to be asked for again. */
	spin_lock(&l->lock);
	c = find(l, n.id);
	if (c && c->state == SEEN)
		c->state = ASKED;
	wake_up_all(&l->wait);
	spin_unlock(&l->lock);
	return -EFAULT;
}

static long answer(struct seccomp_listener *l, const struct abi_seccomp_notif_resp __user *u)
{
	struct abi_seccomp_notif_resp r;
	struct call *c;
	long error = 0;

	if (copy_from_user(&r, u, sizeof(r)))
		return -EFAULT;
	if (r.flags & ~SECCOMP_USER_NOTIF_FLAG_CONTINUE || (r.flags && (r.error || r.val)))
		return -EINVAL;
	spin_lock(&l->lock);
	c = find(l, r.id);
	if (!c) {
		error = -ENOENT;
	} else if (c->state != SEEN) {
		error = -EINPROGRESS;
	} else {
		c->state = ANSWERED;
		c->answer = r;
		wake_up_all(&l->wait);
	}
	spin_unlock(&l->lock);
	return error;
}

static long valid(struct seccomp_listener *l, const u64 __user *u)
{
	const struct call *c;
	bool ok;
	u64 id;

	if (copy_from_user(&id, u, sizeof(id)))
		return -EFAULT;
	spin_lock(&l->lock);
	c = find(l, id);
	ok = c && c->state == SEEN;
	spin_unlock(&l->lock);
	return ok ? 0 : -ENOENT;
}

/* Lock held. */
static long offer(struct seccomp_listener *l, struct gift *g)
{
	struct call *c = find(l, g->how->id);

	if (!c)
		return -ENOENT;
	if (c->state != SEEN)
		return -EINPROGRESS;
	if (g->how->flags & SECCOMP_ADDFD_FLAG_SEND) {
		if (!list_empty(&c->gifts))
			return -EBUSY;
	}
	list_add_tail(&g->link, &c->gifts);
	wake_up_all(&l->wait);
	return 0;
}

static long give(struct seccomp_listener *l, const struct abi_seccomp_notif_addfd __user *u)
{
	struct abi_seccomp_notif_addfd how;
	struct gift g = { .how = &how, .link = LIST_HEAD_INIT(g.link) };
	long error;

	if (copy_from_user(&how, u, sizeof(how)))
		return -EFAULT;
	if (how.newfd_flags & ~(u32)O_CLOEXEC || how.flags & ~(u32)(SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND) ||
	    (how.newfd && !(how.flags & SECCOMP_ADDFD_FLAG_SETFD)))
		return -EINVAL;
	g.file = fd_get(how.srcfd);
	if (!g.file)
		return -EBADF;
	spin_lock(&l->lock);
	error = offer(l, &g);
	spin_unlock(&l->lock);
	if (!error) {
		error = wait_event_interruptible(&l->wait, list_empty(&g.link));
		spin_lock(&l->lock);
		if (list_empty(&g.link)) {
			error = g.result;
		} else {
			list_del_init(&g.link);
			error = -ERESTARTSYS;
		}
		spin_unlock(&l->lock);
	}
	file_put(g.file);
	return error;
}

static long listener_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct seccomp_listener *l = f->private;

	switch (cmd) {
	case SECCOMP_IOCTL_NOTIF_RECV:
		return receive(l, (void __user *)arg);
	case SECCOMP_IOCTL_NOTIF_SEND:
		return answer(l, (void __user *)arg);
	case SECCOMP_IOCTL_NOTIF_ID_VALID:
	case SECCOMP_IOCTL_NOTIF_ID_VALID_OLD:
		return valid(l, (void __user *)arg);
	case SECCOMP_IOCTL_NOTIF_ADDFD:
		return give(l, (void __user *)arg);
	}
	return -EINVAL;
}

static unsigned listener_poll(struct file *f, struct poll_table *pt)
{
	struct seccomp_listener *l = f->private;
	unsigned mask = 0;

	poll_wait(f, &l->wait, pt);
	spin_lock(&l->lock);
	if (first_in(l, ASKED))
		mask |= POLLIN | POLLRDNORM;
	if (first_in(l, SEEN))
		mask |= POLLOUT | POLLWRNORM;
	if (l->deserted)
		mask |= POLLHUP;
	spin_unlock(&l->lock);
	return mask;
}

static void listener_release(struct inode *inode, struct file *f)
{
	struct seccomp_listener *l = f->private;
	struct call *c;

	(void)inode;
	spin_lock(&l->lock);
	l->closed = true;
	list_for_each_entry(c, &l->calls, link)
		if (c->state != ANSWERED) {
			c->state = ANSWERED;
			c->answer = (struct abi_seccomp_notif_resp){ .error = -ENOSYS };
		}
	wake_up_all(&l->wait);
	spin_unlock(&l->lock);
	put(l);
}

static const struct file_ops listener_ops = { .ioctl = listener_ioctl, .poll = listener_poll, .release = listener_release };

struct file *seccomp_listener_file(struct seccomp_listener *l)
{
	struct file *f = file_open_inode(NULL, O_RDWR, &listener_ops, "seccomp notify", l);

	if (!IS_ERR(f))
		atomic_inc(&l->count);
	return f;
}
