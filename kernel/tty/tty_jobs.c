/*
 * Sessions and terminals: the controlling terminal, the foreground group, background reads and writes.
 *
 * Invariant (tasklist_lock): signal->tty of every member of tty->session is that tty or NULL; tty->pgrp is NULL when
 * tty->session is. signal->tty, tty->session and tty->pgrp hold references. Signals are sent with no lock held.
 */
#include <tty/internal.h>
#include <sched/signal.h>
#include <sched/pid.h>
#include <abi/capability.h>
#include <arch/uaccess.h>

struct pid *tty_pgrp_get(struct tty *t)
{
	struct pid *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	p = pid_get(t->pgrp);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return p;
}

void tty_signal_pgrp(struct tty *t, int sig)
{
	struct pid *p = tty_pgrp_get(t);

	if (!p)
		return;
	/* An empty foreground group is nobody to tell. */
	(void)signal_send_pgrp(sig, p, true);
	pid_put(p);
}

bool tty_is_current(const struct tty *t)
{
	return READ_ONCE(current->signal->tty) == t;
}

struct tty *tty_current_get(void)
{
	struct tty *t;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = tty_get(current->signal->tty);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return t;
}

/* current belongs to a background group of t, its controlling terminal: the group, counted. NULL: go ahead. */
static struct pid *background_group(struct tty *t)
{
	struct pid *mine = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (current->signal->tty == t && t->pgrp && t->pgrp != task_pgrp(current))
		mine = pid_get(task_pgrp(current));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return mine;
}

static int stop_group(struct pid *group, int sig)
{
	/* It has at least one member: current. */
	(void)signal_send_pgrp(sig, group, true);
	return -ERESTARTSYS;
}

int tty_check_background_read(struct tty *t)
{
	struct pid *mine = background_group(t);
	int ret;

	if (!mine)
		return 0;
	if (signal_ignored_or_blocked(SIGTTIN) || pgrp_orphaned(mine))
		ret = -EIO;
	else
		ret = stop_group(mine, SIGTTIN);
	pid_put(mine);
	return ret;
}

int tty_check_change(struct tty *t, int sig)
{
	struct pid *mine = background_group(t);
	int ret;

	if (!mine)
		return 0;
	if (signal_ignored_or_blocked(sig))
		ret = 0;
	else if (pgrp_orphaned(mine))
		ret = -EIO;
	else
		ret = stop_group(mine, sig);
	pid_put(mine);
	return ret;
}

/* ---- taking and giving up a terminal ---- */

/* tasklist_lock held. What it replaces is handed back to be put without the lock. */
static void set_session(struct tty *t, struct pid *session, struct pid *pgrp, struct pid *old[2])
{
	old[0] = t->session;
	old[1] = t->pgrp;
	t->session = pid_get(session);
	t->pgrp = pid_get(pgrp);
}

/* No member of t's session has it any more. tasklist_lock held; how many references to t went free. */
static unsigned clear_members(struct tty *t)
{
	struct task *p;
	unsigned n = 0;

	if (!t->session)
		return 0;
	hlist_for_each_entry(p, &t->session->tasks[PIDTYPE_SID], pid_links[PIDTYPE_SID]) {
		if (p->signal && p->signal->tty == t) {
			p->signal->tty = NULL;
			n++;
		}
	}
	return n;
}

void tty_session_clear(struct tty *t)
{
	struct pid *old[2];
	unsigned long flags;
	unsigned n;

	spin_lock_irqsave(&tasklist_lock, flags);
	n = clear_members(t);
	set_session(t, NULL, NULL, old);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	pid_put(old[0]);
	pid_put(old[1]);
	while (n--)
		tty_put(t);
}

/* tasklist_lock held. 0 with the reference to t used, or -EPERM. */
static int take_locked(struct tty *t, bool steal, struct pid *old[2], unsigned *freed)
{
	struct signal_struct *s = current->signal;

	*freed = 0;
	old[0] = old[1] = NULL;
	if (!s->leader || s->tty)
		return -EPERM;
	if (t->session && t->session != task_session(current)) {
		if (!steal)
			return -EPERM;
		*freed = clear_members(t);
	}
	set_session(t, task_session(current), task_pgrp(current), old);
	s->tty = t;
	return 0;
}

static int take(struct tty *t, bool steal)
{
	struct pid *old[2];
	unsigned long flags;
	unsigned freed;
	int ret;

	tty_get(t);
	spin_lock_irqsave(&tasklist_lock, flags);
	ret = take_locked(t, steal, old, &freed);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (old[0])
		pid_put(old[0]);
	if (old[1])
		pid_put(old[1]);
	while (freed--)
		tty_put(t);
	if (ret)
		tty_put(t);
	return ret;
}

void tty_open_controlling(struct tty *t, struct file *f)
{
	/* Not a leader, has one already, or it is another session's: then this is an ordinary open. */
	if (!(f->flags & O_NOCTTY) && (f->mode & FMODE_READ))
		(void)take(t, false);
}

/* SIGHUP and SIGCONT to the session's leader and the foreground group; the session loses t. */
void tty_session_hangup(struct tty *t, bool from_exit)
{
	struct pid *pgrp, *session;
	struct task *leader = NULL, *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	pgrp = pid_get(t->pgrp);
	session = pid_get(t->session);
	if (session && !from_exit) {
		hlist_for_each_entry(p, &session->tasks[PIDTYPE_SID], pid_links[PIDTYPE_SID]) {
			if (p->signal && p->signal->leader && p->signal->tty == t) {
				leader = task_get(p);
				break;
			}
		}
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (leader) {
		signal_send(SIGHUP, leader);
		signal_send(SIGCONT, leader);
		task_put(leader);
	}
	if (pgrp) {
		/* The group may have ended meanwhile. */
		(void)signal_send_pgrp(SIGHUP, pgrp, true);
		(void)signal_send_pgrp(SIGCONT, pgrp, true);
		pid_put(pgrp);
	}
	if (session)
		pid_put(session);
	tty_session_clear(t);
}

void tty_session_end(void)
{
	struct tty *t;

	if (!current->signal->leader)
		return;
	t = tty_current_get();
	if (!t)
		return;
	if (t->driver->no_nodes)
		tty_session_hangup(t, true);	/* a pseudo terminal: its master still reads what was written */
	else
		tty_do_hangup(t, true);
	tty_put(t);
}

/* TIOCNOTTY: the leader takes the terminal from the whole session, others only leave it. */
static long leave(struct tty *t)
{
	unsigned long flags;

	if (!tty_is_current(t))
		return -ENOTTY;
	if (current->signal->leader) {
		tty_session_hangup(t, true);
		return 0;
	}
	spin_lock_irqsave(&tasklist_lock, flags);
	current->signal->tty = NULL;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	tty_put(t);
	return 0;
}

/* ---- requests ---- */

static long get_group(struct tty *t, struct file *f, pid_t __user *out, bool session)
{
	unsigned long flags;
	pid_t nr;

	/* The master of a pseudo terminal may always ask. */
	if (file_tty(f) == t && !tty_is_current(t))
		return -ENOTTY;
	spin_lock_irqsave(&tasklist_lock, flags);
	nr = pid_nr(session ? t->session : t->pgrp);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (session && !nr)
		return -ENOTTY;
	return put_user(nr, out);
}

/* pid's group belongs to session: -ESRCH, -EPERM or 0. tasklist_lock held. */
static int group_in_session(struct pid *pgrp, struct pid *session)
{
	struct task *p = hlist_entry_safe(pgrp->tasks[PIDTYPE_PGID].first, struct task, pid_links[PIDTYPE_PGID]);

	if (!p)
		return -ESRCH;
	return task_session(p) == session ? 0 : -EPERM;
}

static long set_foreground(struct tty *t, const pid_t __user *in)
{
	struct pid *pgrp, *old = NULL;
	unsigned long flags;
	long ret;
	pid_t nr;

	ret = tty_check_change(t, SIGTTOU);
	if (ret)
		return ret == -EIO ? -ENOTTY : ret;
	if (get_user(nr, in))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	pgrp = pid_find_get(nr);
	if (!pgrp)
		return -ESRCH;
	spin_lock_irqsave(&tasklist_lock, flags);
	if (current->signal->tty != t || t->session != task_session(current)) {
		ret = -ENOTTY;
	} else {
		ret = group_in_session(pgrp, t->session);
		if (!ret) {
			old = t->pgrp;
			t->pgrp = pid_get(pgrp);
		}
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (old)
		pid_put(old);
	pid_put(pgrp);
	return ret;
}

static long set_controlling(struct tty *t, struct file *f, unsigned long arg)
{
	bool steal = arg == 1 && capable(CAP_SYS_ADMIN);

	if (current->signal->leader && tty_is_current(t))
		return 0;
	if (!(f->mode & FMODE_READ) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return take(t, steal);
}

long tty_jobs_ioctl(struct tty *t, struct file *f, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCSCTTY:
		return set_controlling(t, f, arg);
	case TIOCNOTTY:
		return leave(t);
	case TIOCGPGRP:
		return get_group(t, f, (pid_t __user *)arg, false);
	case TIOCSPGRP:
		return set_foreground(t, (const pid_t __user *)arg);
	case TIOCGSID:
		return get_group(t, f, (pid_t __user *)arg, true);
	}
	return -ENOIOCTLCMD;
}

pid_t tty_foreground_pgrp(struct tty *t)
{
	unsigned long flags;
	pid_t nr;

	spin_lock_irqsave(&tasklist_lock, flags);
	nr = pid_nr(t->pgrp);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return nr;
}
