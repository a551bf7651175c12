/* Sending signals: kill, tkill, tgkill and the queueing calls, with their permission rules. */
#include <arch/uaccess.h>
#include <core/string.h>
#include <sched/internal.h>
#include <sched/pidfd.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>

static bool may_signal(const struct task *t, int sig)
{
	const struct cred *me = current->cred, *you = t->cred;

	/* A C library changes the other threads' credentials by a signal, when those of the first have changed. */
	if (t->group_leader == current->group_leader)
		return true;
	if (me->euid == you->suid || me->euid == you->uid || me->uid == you->suid || me->uid == you->uid || capable(CAP_KILL))
		return true;
	return sig == SIGCONT && task_session(current) == task_session((struct task *)t);
}

/* tasklist_lock held. sig 0 only asks. */
static int send_checked(struct task *t, int sig, const struct abi_siginfo *info, bool group)
{
	/* A forged kernel origin is only for oneself: checked by the queueing calls. */
	if (!may_signal(t, sig))
		return -EPERM;
	return sig ? signal_send_info(sig, info, t, group) : 0;
}

int signal_check_kill(struct task *t, int sig)
{
	if (sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	return may_signal(t, sig) ? 0 : -EPERM;
}

static void user_info(struct abi_siginfo *info, int sig, int code)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = code;
	info->_sifields._kill._pid = current->tgid;
	info->_sifields._kill._uid = current->cred->uid;
}

static int kill_group(pid_t pgid, int sig, const struct abi_siginfo *info)
{
	struct pid *pgrp = pgid ? pid_find(pgid) : task_pgrp(current);
	struct task *t;
	int error = -ESRCH;
	bool sent = false;

	if (!pgrp)
		return -ESRCH;
	pid_for_each_task(pgrp, t, PIDTYPE_PGID) {
		int e = send_checked(t, sig, info, true);

		if (e)
			error = e;
		else
			sent = true;
	}
	return sent ? 0 : error;
}

/* Everybody but init and the caller's own process. */
static int kill_all(int sig, const struct abi_siginfo *info)
{
	struct task *t;
	int error = -ESRCH;
	bool sent = false;

	list_for_each_entry(t, &task_list, all_link) {
		int e;

		if (t->pid <= 1 || t->group_leader != t || t == current->group_leader || (t->flags & PF_KTHREAD))
			continue;
		e = send_checked(t, sig, info, true);
		if (!e)
			sent = true;
		else if (e != -EPERM || error == -ESRCH)
			error = e;
	}
	return sent ? 0 : error;
}

long sys_kill(pid_t pid, int sig)
{
	struct abi_siginfo info;
	unsigned long flags;
	struct task *t;
	int error;

	if (sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	if (pid == -2147483647 - 1)
		return -ESRCH;
	user_info(&info, sig, SI_USER);
	spin_lock_irqsave(&tasklist_lock, flags);
	if (pid > 0) {
		/* The id of any thread names its process, as on Linux. */
		t = task_find(pid);
		error = t ? send_checked(t, sig, &info, true) : -ESRCH;
	} else if (pid == -1) {
		error = kill_all(sig, &info);
	} else {
		error = kill_group(-pid, sig, &info);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

static long kill_thread(pid_t tgid, pid_t tid, int sig, const struct abi_siginfo *info)
{
	unsigned long flags;
	struct task *t;
	int error = -ESRCH;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = task_find(tid);
	if (t && (tgid <= 0 || t->tgid == tgid))
		error = send_checked(t, sig, info, false);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

long sys_tgkill(pid_t tgid, pid_t tid, int sig)
{
	struct abi_siginfo info;

	if (tgid <= 0 || tid <= 0 || sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	user_info(&info, sig, SI_TKILL);
	return kill_thread(tgid, tid, sig, &info);
}

long sys_tkill(pid_t tid, int sig)
{
	struct abi_siginfo info;

	if (tid <= 0 || sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	user_info(&info, sig, SI_TKILL);
	return kill_thread(0, tid, sig, &info);
}

static int copy_info(struct abi_siginfo *info, const struct abi_siginfo __user *u, int sig, bool self)
{
	if (sig < 0 || sig > ABI_NSIG)
		return -EINVAL;
	if (copy_from_user(info, u, sizeof(*info)))
		return -EFAULT;
	info->si_signo = sig;
	/* Nobody may look like the kernel or like kill() to others. */
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && !self)
		return -EPERM;
	return 0;
}

long sys_rt_sigqueueinfo(pid_t pid, int sig, const struct abi_siginfo __user *uinfo)
{
	struct abi_siginfo info;
	unsigned long flags;
	struct task *t;
	int error = copy_info(&info, uinfo, sig, pid == current->tgid);

	if (error)
		return error;
	spin_lock_irqsave(&tasklist_lock, flags);
	t = task_find(pid);
	error = t ? send_checked(t, sig, &info, true) : -ESRCH;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

long sys_pidfd_send_signal(int pidfd, int sig, struct abi_siginfo __user *uinfo, unsigned flags)
{
	struct abi_siginfo info;
	struct pid *pid;
	struct task *t;
	unsigned long irq;
	int error = 0;

	if (flags)
		return -EINVAL;
	pid = pidfd_pid((unsigned)pidfd, NULL);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	if (uinfo) {
		s32 inner = sig;

		error = copy_info(&info, uinfo, sig, pid->nr == current->tgid);
		if (!error && get_user(inner, &uinfo->si_signo))
			error = -EFAULT;
		if (!error && inner != sig)
			error = -EINVAL;
	} else if (sig < 0 || sig > ABI_NSIG) {
		error = -EINVAL;
	} else {
		user_info(&info, sig, SI_USER);
	}
	if (!error) {
		spin_lock_irqsave(&tasklist_lock, irq);
		t = pid_task(pid, PIDTYPE_TGID);
		error = t ? send_checked(t, sig, &info, true) : -ESRCH;
		spin_unlock_irqrestore(&tasklist_lock, irq);
	}
	pid_put(pid);
	return error;
}

long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t tid, int sig, const struct abi_siginfo __user *uinfo)
{
	struct abi_siginfo info;
	int error;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	error = copy_info(&info, uinfo, sig, tid == current->pid);
	return error ? error : kill_thread(tgid, tid, sig, &info);
}
