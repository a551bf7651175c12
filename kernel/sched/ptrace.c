/*
 * Tracing, the tracee's side: who traces whom, the stops, what the tracer made of a signal. Requests are in
 * sys/ptrace.c.
 *
 * A stop is announced and entered under tasklist_lock and sighand->lock, so that a tracer that was told finds it
 * stopped, and SIGKILL either prevents it or ends it.
 */
#include <arch/thread.h>
#include <core/string.h>
#include <mm/mm.h>
#include <sched/internal.h>
#include <sched/ptrace.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/wait.h>

/* ---- permission ---- */

bool ptrace_may_access(struct task *t)
{
	const struct cred *c = current_cred(), *tc;
	bool ok;

	if (t == current || t->tgid == current->tgid)
		return true;
	preempt_disable();
	tc = cred_get(t->cred);
	ok = c->fsuid == tc->uid && c->fsuid == tc->euid && c->fsuid == tc->suid && c->fsgid == tc->gid &&
	     c->fsgid == tc->egid && c->fsgid == tc->sgid && (!t->mm || t->mm->dumpable);
	preempt_enable();
	cred_put(tc);
	return ok || capable(CAP_SYS_PTRACE);
}

/* ---- who traces whom ---- */

void ptrace_link(struct task *t, struct task *tracer, unsigned flags)
{
	t->ptrace = flags | PT_TRACED;
	t->parent = tracer;
	list_add_tail(&t->tracee_link, &tracer->tracees);
}

void ptrace_unlink(struct task *t)
{
	struct signal_struct *s = t->signal;

	t->ptrace = 0;
	t->syscall_work &= SYSCALL_WORK_SECCOMP;
	t->parent = t->real_parent;
	list_del_init(&t->tracee_link);
	thread_step_end(t);
	spin_lock(&t->sighand->lock);
	t->trap_stop = t->trap_notify = t->listening = false;
	/* Its group has stopped, or is about to: as a task of its own again it takes part. */
	if (!(t->flags & PF_EXITING) && !t->stop_pending && ((s->flags & SIGNAL_STOPPED) || s->group_stop_count)) {
		t->stop_pending = true;
		s->group_stop_count++;
	}
	signal_recheck(t);
	wake_up_task(t, TASK_TRACED);
	spin_unlock(&t->sighand->lock);
}

bool ptrace_detach_locked(struct task *t)
{
	bool reparented = ptrace_reparented(t);

	ptrace_unlink(t);
	if (t->exit_state != TASK_ZOMBIE)
		return false;
	if (t->group_leader != t) {
		t->exit_state = TASK_DEAD;
	} else if (thread_group_alone(t)) {
		/* The real parent was not told yet, or tells by ignoring SIGCHLD that it does not want it. */
		if (reparented && signal_notify_parent(t, t->exit_signal))
			t->exit_state = TASK_DEAD;
	}
	return t->exit_state == TASK_DEAD;
}

void ptrace_release_all(struct task *tracer, struct list_head *dead)
{
	struct task *t, *next;

	list_for_each_entry_safe(t, next, &tracer->tracees, tracee_link) {
		if (ptrace_option(t, PTRACE_O_EXITKILL))
			(void)signal_send(SIGKILL, t);		/* needs no record: cannot fail */
		if (ptrace_detach_locked(t))
			list_add_tail(&t->tracee_link, dead);
	}
}

void ptrace_init_child(struct task *child, unsigned event, bool wanted)
{
	if (!current->ptrace || !(event || wanted))
		return;
	ptrace_link(child, current->parent, current->ptrace);
	if (child->ptrace & PT_SEIZED)
		child->trap_stop = true;
	else
		child->sigset |= sigmask(SIGSTOP);
	child->sig_pending = true;
}

int ptrace_traceme(void)
{
	struct task *t = current;
	unsigned long flags;
	int error = -EPERM;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (!t->ptrace && t->real_parent != &init_task && !(t->real_parent->flags & PF_EXITING)) {
		ptrace_link(t, t->real_parent, 0);
		error = 0;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

/* tasklist_lock held. Whether t sleeps in a group stop, which becomes a stop for the tracer. */
static bool attach_locked(struct task *t, bool seize, unsigned options)
{
	bool stopped;

	ptrace_link(t, current, (seize ? PT_SEIZED : 0) | options << PT_OPTIONS_SHIFT);
	spin_lock(&t->sighand->lock);
	if (!seize)
		(void)signal_send_locked(SIGSTOP, NULL, t, false, true);	/* needs no record */
	stopped = t->state & TASK_STOPPED;
	if (stopped) {
		t->trap_stop = true;
		t->sig_pending = true;
		wake_up_task(t, TASK_STOPPED);
	}
	spin_unlock(&t->sighand->lock);
	return stopped;
}

int ptrace_attach(struct task *t, bool seize, unsigned options)
{
	unsigned long flags;
	bool stopped;

	if ((t->flags & PF_KTHREAD) || t->tgid == current->tgid || !ptrace_may_access(t))
		return -EPERM;
	spin_lock_irqsave(&tasklist_lock, flags);
	if (t->exit_state || (t->flags & PF_EXITING) || t->ptrace) {
		spin_unlock_irqrestore(&tasklist_lock, flags);
		return -EPERM;
	}
	stopped = attach_locked(t, seize, options);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	/* It wakes only to stop again: a wait() after this call finds it. It tells our group's queue. */
	if (stopped)
		(void)wait_event_killable(&current->signal->child_wait,	/* killed: nobody will look */
					  (t->state & TASK_TRACED) || t->exit_state || !READ_ONCE(t->trap_stop));
	return 0;
}

/* ---- stopping ---- */

/* tasklist_lock held. */
static void tell_tracer(struct task *t, int why)
{
	signal_notify_stop(t, false, why);
	if (why == CLD_STOPPED && ptrace_reparented(t) && (t->signal->flags & SIGNAL_TELL_STOPPED)) {
		t->signal->flags &= ~SIGNAL_TELL_STOPPED;
		signal_notify_stop(t, true, CLD_STOPPED);
	}
}

/* Group stops count this thread as stopped. sighand->lock held. */
static void join_group_stop(struct task *t)
{
	struct signal_struct *s = t->signal;

	t->stop_pending = false;
	if (s->group_stop_count && --s->group_stop_count == 0 && !(s->flags & SIGNAL_STOPPED))
		s->flags |= SIGNAL_STOPPED | SIGNAL_TELL_STOPPED;
}

/*
 * Stops until the tracer lets go; `code` is what wait() reports. Returns what the tracer sends on: a signal or 0; or
 * `code` itself when there is no tracer any more or the task is being killed.
 */
static int trap(int code, int why, unsigned long message, struct abi_siginfo *info)
{
	struct task *t = current;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&t->sighand->lock);
	if (!t->ptrace || (t->sigset & sigmask(SIGKILL))) {
		spin_unlock(&t->sighand->lock);
		spin_unlock_irqrestore(&tasklist_lock, flags);
		return code;
	}
	if (why == CLD_STOPPED && t->stop_pending)
		join_group_stop(t);
	t->trap_stop = false;
	if (info && info->si_code >> 8 == PTRACE_EVENT_STOP)
		t->trap_notify = false;
	t->ptrace_code = code;
	t->ptrace_message = message;
	t->last_siginfo = info;
	set_current_state(TASK_TRACED);
	spin_unlock(&t->sighand->lock);
	tell_tracer(t, why);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	schedule();
	spin_lock_irqsave(&t->sighand->lock, flags);
	t->last_siginfo = NULL;
	t->listening = false;
	signal_recheck(t);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	code = t->ptrace_code;
	t->ptrace_code = 0;
	return code;
}

static void trap_info(struct abi_siginfo *info, int sig, int code)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = code;
	info->_sifields._kill._pid = current->pid;
	info->_sifields._kill._uid = current->cred->uid;
}

/* A stop that reports SIGTRAP with `code`; what the tracer sends on becomes a signal of its own. */
static void trap_and_send(int code, unsigned long message)
{
	struct abi_siginfo info;
	int sig;

	if (!current->ptrace)
		return;
	trap_info(&info, SIGTRAP, code);
	current->ptrace_code = 0;
	sig = trap(code, CLD_TRAPPED, message, &info);
	if (sig > 0 && sig <= ABI_NSIG && current->ptrace)
		(void)signal_send_thread(sig, current);		/* no room: as if the tracer had not sent it */
}

int ptrace_signal(int sig, struct abi_siginfo *info)
{
	struct task *t = current;

	sig = trap(sig, CLD_TRAPPED, 0, info);
	if (sig <= 0 || sig > ABI_NSIG)
		return 0;
	if (sig != info->si_signo) {
		unsigned long flags;

		spin_lock_irqsave(&tasklist_lock, flags);
		trap_info(info, sig, SI_USER);
		info->_sifields._kill._pid = t->parent->pid;
		info->_sifields._kill._uid = t->parent->cred->uid;
		spin_unlock_irqrestore(&tasklist_lock, flags);
	}
	if (t->blocked & sigmask(sig)) {
		(void)signal_send_info(sig, info, t, false);	/* it waits; without room for its record, without that */
		return 0;
	}
	return sig;
}

void ptrace_group_stop(void)
{
	struct task *t = current;
	struct signal_struct *s = t->signal;
	struct abi_siginfo info;
	int sig = t->stop_sig ? t->stop_sig : SIGSTOP;

	if (!(t->ptrace & PT_SEIZED)) {
		(void)trap(sig, CLD_STOPPED, 0, NULL);	/* there is no signal to send on */
		return;
	}
	if (!s->group_stop_count && !(s->flags & SIGNAL_STOPPED))
		sig = SIGTRAP;
	trap_info(&info, sig, sig | PTRACE_EVENT_STOP << 8);
	(void)trap(info.si_code, CLD_STOPPED, 0, &info);
}

void ptrace_event(unsigned event, unsigned long message)
{
	if (unlikely(ptrace_event_enabled(current, event)))
		trap_and_send(SIGTRAP | (int)event << 8, message);
}

void ptrace_exec(pid_t old)
{
	if (ptrace_event_enabled(current, PTRACE_EVENT_EXEC))
		ptrace_event(PTRACE_EVENT_EXEC, (unsigned long)old);
	else if ((current->ptrace & (PT_TRACED | PT_SEIZED)) == PT_TRACED)
		(void)signal_send_thread(SIGTRAP, current);	/* needs no record */
}

void ptrace_step_reported(void)
{
	trap_and_send(SIGTRAP, 0);
}

int ptrace_syscall_stop(bool entry)
{
	int good = SIGTRAP | (ptrace_option(current, PTRACE_O_TRACESYSGOOD) ? 0x80 : 0);

	trap_and_send(good, entry ? PTRACE_EVENTMSG_SYSCALL_ENTRY : PTRACE_EVENTMSG_SYSCALL_EXIT);
	return current->sigset & sigmask(SIGKILL) ? -EINTR : 0;
}
