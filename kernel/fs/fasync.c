/*
 * O_ASYNC: who is told by a signal that a file is ready, and who may be.
 *
 * fasync_lock guards all lists, which are short and seldom there; the owner of a file is under its inode's lock. The signal is
 * sent with the rights of whoever set the owner. A chosen one (F_SETSIG) brings the descriptor and the reason with it and
 * becomes a plain SIGIO when the queue of real-time signals is full.
 */
#include <fs/fasync.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/poll.h>

struct entry {
	struct list_head link;
	struct file *file;
	int fd;
};

struct owner {
	struct pid *pid;
	int signum, type;
	uid_t uid, euid;
};

static DEFINE_SPINLOCK(fasync_lock, RANK_FASYNC);

static struct entry *find(const struct fasync *l, const struct file *f)
{
	struct entry *e;

	list_for_each_entry(e, &l->files, link)
		if (e->file == f)
			return e;
	return NULL;
}

int fasync_list(int fd, struct file *f, bool on, struct fasync *l)
{
	struct entry *fresh = on ? kmalloc(sizeof(*fresh), GFP_KERNEL) : NULL, *old;

	if (on && !fresh)
		return -ENOMEM;
	spin_lock(&fasync_lock);
	old = find(l, f);
	if (on && old) {
		old->fd = fd;
		old = NULL;
	} else if (on) {
		*fresh = (struct entry){ .file = f, .fd = fd };
		list_add_tail(&fresh->link, &l->files);
		fresh = NULL;
	} else if (old) {
		list_del(&old->link);
	}
	spin_unlock(&fasync_lock);
	kfree(fresh);
	kfree(old);
	return 0;
}

int fasync_set(int fd, struct file *f, bool on, struct fasync *l)
{
	int error = fasync_list(fd, f, on, l);

	if (on && !error)
		f->async = true;
	return error;
}

/* ---- owners ---- */

void file_set_owner(struct file *f, int type, struct pid *pid, bool force)
{
	struct pid *old = pid;

	spin_lock(&f->inode->lock);
	if (force || !f->owner.pid) {
		old = f->owner.pid;
		f->owner.pid = pid;
		f->owner.type = type;
		f->owner.uid = current_cred()->uid;
		f->owner.euid = current_cred()->euid;
	}
	spin_unlock(&f->inode->lock);
	if (old)
		pid_put(old);
}

int file_set_owner_nr(struct file *f, int type, pid_t nr)
{
	struct pid *pid = nr ? pid_find_get(nr) : NULL;

	if (nr && !pid)
		return -ESRCH;
	file_set_owner(f, type, pid, true);
	return 0;
}

pid_t file_owner_nr(const struct file *f)
{
	pid_t nr;

	spin_lock(&f->inode->lock);
	nr = f->owner.type == OWNER_PGRP ? -pid_nr(f->owner.pid) : pid_nr(f->owner.pid);
	spin_unlock(&f->inode->lock);
	return nr;
}

/* false: nobody owns it. o->pid is counted. */
static bool owner_get(struct file *f, struct owner *o)
{
	spin_lock(&f->inode->lock);
	*o = (struct owner){ pid_get(f->owner.pid), f->owner.signum, f->owner.type, f->owner.uid, f->owner.euid };
	spin_unlock(&f->inode->lock);
	return o->pid;
}

static bool may_tell(const struct owner *o, const struct task *t)
{
	const struct cred *c = t->cred;

	return o->euid == 0 || o->euid == c->suid || o->euid == c->uid || o->uid == c->suid || o->uid == c->uid;
}

static void tell_task(const struct owner *o, struct task *t, const struct abi_siginfo *info, int plain)
{
	bool group = o->type != OWNER_TID;

	if (!may_tell(o, t))
		return;
	if (!info || signal_send_info(info->si_signo, info, t, group))
		(void)signal_send_info(plain, NULL, t, group);	/* a standard signal is there at most once: nothing to lose */
}

/* info NULL: `plain`, from the kernel. */
static void tell_owner(const struct owner *o, const struct abi_siginfo *info, int plain)
{
	unsigned long flags;
	struct task *t;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (o->type == OWNER_PGRP) {
		pid_for_each_task(o->pid, t, PIDTYPE_PGID)
			tell_task(o, t, info, plain);
	} else {
		t = pid_task(o->pid, o->type == OWNER_TID ? PIDTYPE_PID : PIDTYPE_TGID);
		if (t)
			tell_task(o, t, info, plain);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* ---- telling ---- */

/* Signals whose si_code has meanings of its own; those of SIGIO are just these. */
static bool has_codes(int sig)
{
	return sig < ABI_SIGRTMIN && (sigmask(sig) & (sigmask(SIGILL) | sigmask(SIGFPE) | sigmask(SIGSEGV) | sigmask(SIGBUS) |
						      sigmask(SIGTRAP) | sigmask(SIGCHLD) | sigmask(SIGSYS)));
}

static void tell(struct entry *e, int why)
{
	static const short bands[] = {
		[POLL_IN] = POLLIN | POLLRDNORM, [POLL_OUT] = POLLOUT | POLLWRNORM | POLLWRBAND,
		[POLL_MSG] = POLLIN | POLLRDNORM | POLLMSG, [POLL_ERR] = POLLERR,
		[POLL_PRI] = POLLPRI | POLLRDBAND, [POLL_HUP] = POLLHUP | POLLERR,
	};
	struct abi_siginfo info = { .si_signo = 0 };
	struct owner o;

	if (!owner_get(e->file, &o))
		return;
	if (o.signum) {
		info.si_signo = o.signum;
		info.si_code = has_codes(o.signum) ? SI_SIGIO : why;
		info._sifields._sigpoll._band = bands[why];
		info._sifields._sigpoll._fd = e->fd;
	}
	tell_owner(&o, o.signum ? &info : NULL, SIGIO);
	pid_put(o.pid);
}

void fasync_send(struct fasync *l, int why)
{
	struct entry *e;

	spin_lock(&fasync_lock);
	list_for_each_entry(e, &l->files, link)
		tell(e, why);
	spin_unlock(&fasync_lock);
}

bool file_send_urgent(struct file *f)
{
	struct owner o;

	if (!owner_get(f, &o))
		return false;
	tell_owner(&o, NULL, SIGURG);
	pid_put(o.pid);
	return true;
}
