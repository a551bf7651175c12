/* Who a process is and whom it belongs to: ids, process groups, sessions; prctl(2) and thread areas. */
#include <arch/thread.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/mm.h>
#include <sched/internal.h>
#include <sched/pid.h>
#include <sched/seccomp.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <tty/tty.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/futex.h>
#include <abi/ldt.h>
#include <abi/prctl.h>
#include <abi/seccomp.h>

long sys_getpid(void) { return current->tgid; }
long sys_gettid(void) { return current->pid; }

long sys_getppid(void)
{
	pid_t pid;

	preempt_disable();		/* the parent's thread may end */
	pid = READ_ONCE(current->group_leader->real_parent)->tgid;
	preempt_enable();
	return pid;
}

long sys_getpgrp(void) { return pid_nr(task_pgrp(current)); }

/* ---- groups and sessions ---- */

long sys_setpgid(pid_t pid, pid_t pgid)
{
	struct task *me = current->group_leader, *t;
	unsigned long flags;
	struct pid *group;
	int error = 0;

	if (!pid)
		pid = me->tgid;
	if (!pgid)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	spin_lock_irqsave(&tasklist_lock, flags);
	t = process_find(pid);
	if (!t) {
		error = pid_task(pid_find(pid), PIDTYPE_PID) ? -EINVAL : -ESRCH;	/* -EINVAL: a thread */
		goto out;
	}
	if (t->real_parent->group_leader == me) {
		if (task_session(t) != task_session(me))
			error = -EPERM;
		else if (!(t->flags & PF_FORKNOEXEC))
			error = -EACCES;
	} else if (t != me) {
		error = -ESRCH;
	}
	if (!error && t->signal->leader)
		error = -EPERM;
	if (error)
		goto out;
	group = t->pids[PIDTYPE_PID];
	if (pgid != pid) {
		struct task *member = pid_task(pid_find(pgid), PIDTYPE_PGID);

		if (!member || task_session(member) != task_session(me)) {
			error = -EPERM;
			goto out;
		}
		group = task_pgrp(member);
	}
	if (task_pgrp(t) != group)
		pid_change(t, PIDTYPE_PGID, group);
out:
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

static long id_of(pid_t pid, unsigned type)
{
	unsigned long flags;
	struct task *t;
	long nr = -ESRCH;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid ? task_find(pid) : current;
	if (t && t->group_leader->pids[type])
		nr = pid_nr(t->group_leader->pids[type]);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return nr;
}

long sys_getpgid(pid_t pid) { return id_of(pid, PIDTYPE_PGID); }
long sys_getsid(pid_t pid) { return id_of(pid, PIDTYPE_SID); }

long sys_setsid(void)
{
	struct task *me = current->group_leader;
	struct pid *id = me->pids[PIDTYPE_PID];
	struct tty *tty = NULL;
	unsigned long flags;
	long error = -EPERM;

	spin_lock_irqsave(&tasklist_lock, flags);
	/* A group of this number would be split over two sessions. */
	if (!me->signal->leader && !pid_task(id, PIDTYPE_PGID)) {
		me->signal->leader = true;
		pid_change(me, PIDTYPE_SID, id);
		pid_change(me, PIDTYPE_PGID, id);
		tty = me->signal->tty;
		me->signal->tty = NULL;
		error = id->nr;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (tty)
		tty_put(tty);
	return error;
}

/* Hangs up the caller's own terminal, as login programs do before they hand it to somebody. */
long sys_vhangup(void)
{
	struct tty *tty;
	unsigned long flags;

	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	spin_lock_irqsave(&tasklist_lock, flags);
	tty = current->signal->tty ? tty_get(current->signal->tty) : NULL;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (tty) {
		tty_hangup(tty);
		tty_put(tty);
	}
	return 0;
}

/* ---- thread areas ---- */

long sys_set_thread_area(struct abi_user_desc __user *u)
{
	struct abi_user_desc d;
	unsigned index;
	int error;

	if (copy_from_user(&d, u, sizeof(d)))
		return -EFAULT;
	index = d.entry_number;
	if (index == 0xffffffff) {
		for (index = GDT_ENTRY_TLS_MIN; index <= GDT_ENTRY_TLS_MAX; index++)
			if (!current->thread.tls[index - GDT_ENTRY_TLS_MIN])
				break;
		if (index > GDT_ENTRY_TLS_MAX)
			return -ESRCH;
		if (put_user(index, &u->entry_number))
			return -EFAULT;
	}
	if (index < GDT_ENTRY_TLS_MIN || index > GDT_ENTRY_TLS_MAX)
		return -EINVAL;
	preempt_disable();
	error = thread_set_tls(current, index - GDT_ENTRY_TLS_MIN, &d);
	preempt_enable();
	return error;
}

long sys_get_thread_area(struct abi_user_desc __user *u)
{
	struct abi_user_desc d;
	unsigned index;

	if (get_user(index, &u->entry_number))
		return -EFAULT;
	if (index < GDT_ENTRY_TLS_MIN || index > GDT_ENTRY_TLS_MAX)
		return -EINVAL;
	thread_get_tls(current, index - GDT_ENTRY_TLS_MIN, &d);
	return copy_to_user(u, &d, sizeof(d)) ? -EFAULT : 0;
}

long sys_set_robust_list(struct abi_robust_list_head __user *head, size_t len)
{
	if (len != sizeof(*head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(pid_t pid, u32 __user *head, u32 __user *len)
{
	struct task *t = pid ? task_find_get(pid) : task_get(current);
	unsigned long list;

	if (!t)
		return -ESRCH;
	if (t != current && t->cred->euid != current_cred()->euid && !capable(CAP_SYS_PTRACE)) {
		task_put(t);
		return -EPERM;
	}
	list = (unsigned long)t->robust_list;
	task_put(t);
	if (put_user((u32)sizeof(struct abi_robust_list_head), len) || put_user((u32)list, head))
		return -EFAULT;
	return 0;
}

/* ---- prctl ---- */

static long drop_bounding(unsigned long cap)
{
	struct cred *new;

	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	if (!capable(CAP_SETPCAP))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->cap_bset &= ~(1ull << cap);
	cred_commit(new);
	return 0;
}

#define SECURE_ALL_BITS		0x55u
#define SECURE_ALL_LOCKS	(SECURE_ALL_BITS << 1)

static long set_securebits(unsigned long bits)
{
	u32 old = current_cred()->securebits;
	struct cred *new;

	if (bits & ~(unsigned long)(SECURE_ALL_BITS | SECURE_ALL_LOCKS))
		return -EINVAL;
	/* Locked bits keep their value, locks stay. */
	if ((((old & SECURE_ALL_LOCKS) >> 1) & (old ^ bits)) || (old & SECURE_ALL_LOCKS & ~bits) || !capable(CAP_SETPCAP))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->securebits = (u32)bits;
	cred_commit(new);
	return 0;
}

static long keep_caps(unsigned long on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	if (current_cred()->securebits & (BIT(SECURE_KEEP_CAPS) << 1))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->securebits = (u32)((new->securebits & ~BIT(SECURE_KEEP_CAPS)) | (on ? BIT(SECURE_KEEP_CAPS) : 0));
	cred_commit(new);
	return 0;
}

#define PR_CAP_AMBIENT_IS_SET		1
#define PR_CAP_AMBIENT_RAISE		2
#define PR_CAP_AMBIENT_LOWER		3
#define PR_CAP_AMBIENT_CLEAR_ALL	4

static long ambient(unsigned long what, unsigned long cap)
{
	const struct cred *c = current_cred();
	struct cred *new;
	u64 bit = 1ull << (cap & 63);

	if (cap > CAP_LAST_CAP || (what == PR_CAP_AMBIENT_CLEAR_ALL && cap))
		return -EINVAL;
	if (what == PR_CAP_AMBIENT_IS_SET)
		return (c->cap_ambient & bit) != 0;
	if (what < PR_CAP_AMBIENT_RAISE || what > PR_CAP_AMBIENT_CLEAR_ALL)
		return -EINVAL;
	if (what == PR_CAP_AMBIENT_RAISE &&
	    (!(c->cap_permitted & c->cap_inheritable & bit) || c->securebits & BIT(SECURE_NO_CAP_AMBIENT_RAISE)))
		return -EPERM;
	new = cred_prepare();
	if (!new)
		return -ENOMEM;
	new->cap_ambient = what == PR_CAP_AMBIENT_RAISE ? c->cap_ambient | bit
		: what == PR_CAP_AMBIENT_LOWER ? c->cap_ambient & ~bit : 0;
	cred_commit(new);
	return 0;
}

static long set_name(const char __user *name)
{
	char text[sizeof(current->comm)];
	ssize_t n;

	memset(text, 0, sizeof(text));
	n = strncpy_from_user(text, name, sizeof(text) - 1);
	if (n < 0)
		return n;
	text[sizeof(text) - 1] = 0;
	memcpy(current->comm, text, sizeof(text));
	return 0;
}

static long get_name(char __user *name)
{
	char text[sizeof(current->comm)];

	memset(text, 0, sizeof(text));
	strscpy(text, current->comm, sizeof(text));
	return copy_to_user(name, text, sizeof(text)) ? -EFAULT : 0;
}

long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4 __maybe_unused,
	       unsigned long arg5 __maybe_unused)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
		if (arg2 > 64)
			return -EINVAL;
		current->pdeath_signal = (int)arg2;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, (int __user *)arg2);
	case PR_GET_DUMPABLE:
		return current->mm->dumpable;
	case PR_SET_DUMPABLE:
		if (arg2 > 1)
			return -EINVAL;
		current->mm->dumpable = arg2 != 0;
		return 0;
	case PR_GET_KEEPCAPS:
		return (current_cred()->securebits & BIT(SECURE_KEEP_CAPS)) != 0;
	case PR_SET_KEEPCAPS:
		return keep_caps(arg2);
	case PR_GET_TIMING:
		return 0;		/* statistical */
	case PR_SET_TIMING:
		return arg2 ? -EINVAL : 0;
	case PR_SET_NAME:
		return set_name((const char __user *)arg2);
	case PR_GET_NAME:
		return get_name((char __user *)arg2);
	case PR_CAPBSET_READ:
		return arg2 > CAP_LAST_CAP ? -EINVAL : (long)(current_cred()->cap_bset >> arg2 & 1);
	case PR_CAPBSET_DROP:
		return drop_bounding(arg2);
	case PR_GET_SECUREBITS:
		return (long)current_cred()->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(arg2);
	case PR_SET_TIMERSLACK:
		current->timer_slack = arg2 ? arg2 : 50000;
		return 0;
	case PR_GET_TIMERSLACK:
		return (long)current->timer_slack;
	case PR_SET_CHILD_SUBREAPER:
		current->signal->child_subreaper = arg2 != 0;
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)current->signal->child_subreaper, (int __user *)arg2);
	case PR_GET_SECCOMP:
		return current->seccomp_mode;
	case PR_SET_SECCOMP:
		if (arg2 == SECCOMP_MODE_STRICT)
			return sys_seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL);
		return arg2 == SECCOMP_MODE_FILTER ? sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, (void __user *)arg3) : -EINVAL;
	case PR_SET_NO_NEW_PRIVS:
		if (arg2 != 1 || arg3)
			return -EINVAL;
		current->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return arg2 || arg3 ? -EINVAL : current->no_new_privs;
	case PR_GET_TID_ADDRESS:
		return put_user((u32)(unsigned long)current->clear_child_tid, (u32 __user *)arg2);
	case PR_CAP_AMBIENT:
		return ambient(arg2, arg3);
	}
	return -EINVAL;
}
