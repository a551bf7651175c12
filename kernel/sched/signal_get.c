/*
 * Taking signals: on the way back to user mode a task looks what is pending and acts on it: dies, stops, goes on, or
 * enters a handler. Parents are told here, too.
 *
 * exit_to_user() is entered with interrupts off and leaves with them off and nothing left to do.
 */
#include <core/irqflags.h>
#include <core/string.h>
#include <gen/syscall_numbers.h>
#include <sched/coredump.h>
#include <sched/internal.h>
#include <sched/ptrace.h>
#include <abi/errno.h>
#include <abi/wait.h>

/* ---- parents ---- */

static void child_info(struct abi_siginfo *info, int sig, struct task *t, int code, int status)
{
	u64 user, system;

	memset(info, 0, sizeof(*info));
	task_cputime(t, &user, &system);
	info->si_signo = sig;
	info->si_code = code;
	info->_sifields._sigchld._pid = t->pid;
	info->_sifields._sigchld._uid = t->cred->uid;
	info->_sifields._sigchld._status = status;
	info->_sifields._sigchld._utime = (s32)div_u64(user, NSEC_PER_SEC / USER_HZ);
	info->_sifields._sigchld._stime = (s32)div_u64(system, NSEC_PER_SEC / USER_HZ);
}

bool signal_notify_parent(struct task *t, int sig)
{
	struct task *parent = t->parent;
	struct abi_siginfo info;
	int status = t->signal->flags & SIGNAL_GROUP_EXIT ? t->signal->group_exit_code : t->exit_code;
	bool unwanted = false;

	if (sig > 0 && sig <= ABI_NSIG) {	/* clone() takes any byte for it; what is no signal tells nobody */
		if (WIFEXITED(status))
			child_info(&info, sig, t, CLD_EXITED, WEXITSTATUS(status));
		else
			child_info(&info, sig, t, WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED, WTERMSIG(status));
		spin_lock(&parent->sighand->lock);
		if (sig == SIGCHLD) {
			const struct abi_sigaction *a = &parent->sighand->action[SIGCHLD - 1];

			unwanted = !t->ptrace && (parent == &init_task || a->sa_handler == ABI_SIG_IGN || (a->sa_flags & SA_NOCLDWAIT));
			if (unwanted && a->sa_handler == ABI_SIG_IGN)
				sig = 0;
		}
		if (sig)
			(void)signal_send_locked(sig, &info, parent, true, false);	/* a lost record is as on Linux: wait() tells */
		spin_unlock(&parent->sighand->lock);
	}
	wake_up_all(&parent->signal->child_wait);
	if (t->group_leader == t && thread_group_alone(t))
		wake_up_all(&t->pids[PIDTYPE_TGID]->ended);
	return unwanted;
}

void signal_notify_stop(struct task *t, bool leader, int why)
{
	struct task *parent;
	struct abi_siginfo info;
	const struct abi_sigaction *a;

	if (leader)
		t = t->group_leader;
	parent = leader ? t->real_parent : t->parent;
	child_info(&info, SIGCHLD, t, why, !leader ? t->ptrace_code & 0x7f : why == CLD_STOPPED ? t->signal->stop_code : SIGCONT);
	spin_lock(&parent->sighand->lock);
	a = &parent->sighand->action[SIGCHLD - 1];
	if (a->sa_handler != ABI_SIG_IGN && !(a->sa_flags & SA_NOCLDSTOP))
		(void)signal_send_locked(SIGCHLD, &info, parent, true, false);
	spin_unlock(&parent->sighand->lock);
	wake_up_all(&parent->signal->child_wait);
}

static void tell_parent(int why)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	signal_notify_stop(current, true, why);
	if (why == CLD_CONTINUED && ptrace_reparented(current->group_leader))
		signal_notify_stop(current->group_leader, false, why);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* ---- stopping ---- */

/* sighand->lock held. Everybody in the group is to stop. */
static void begin_stop(int sig)
{
	struct signal_struct *s = current->signal;
	struct task *t;

	if (s->group_stop_count)
		return;
	if (!(s->flags & SIGNAL_STOPPED))
		s->stop_code = sig;
	s->flags &= ~SIGNAL_CONTINUED;
	list_for_each_entry(t, &s->threads, thread_link) {
		if (t->flags & PF_EXITING)
			continue;
		t->stop_sig = sig;
		/* In a group that has stopped only tracees run: the others stand still already. */
		if (t->stop_pending || (t->state & (TASK_STOPPED | TASK_TRACED)))
			continue;
		t->stop_pending = true;
		s->group_stop_count++;
		if (t->ptrace & PT_SEIZED && t != current)
			signal_trap_notify(t);
		else if (t != current)
			signal_wake(t, false);
	}
}

/* sighand->lock held, released. Sleeps until SIGCONT or SIGKILL. */
static void stop_here(unsigned long flags)
{
	struct signal_struct *s = current->signal;
	bool last = --s->group_stop_count == 0 && !(s->flags & SIGNAL_STOPPED);

	current->stop_pending = false;
	if (last)
		s->flags |= SIGNAL_STOPPED;
	set_current_state(TASK_STOPPED);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	if (last)
		tell_parent(CLD_STOPPED);
	schedule();
}

void signal_exit_thread(void)
{
	struct task *self = current, *t;
	struct signal_struct *s = self->signal;

	if (self->stop_pending) {
		self->stop_pending = false;
		if (--s->group_stop_count == 0)
			s->flags |= SIGNAL_STOPPED | SIGNAL_TELL_STOPPED;
	}
	if (!s->sigset)
		return;
	list_for_each_entry(t, &s->threads, thread_link) {
		if (t != self && !(t->flags & PF_EXITING) && (s->sigset & ~t->blocked))
			signal_wake(t, false);
	}
}

/* ---- what to do ---- */

enum verdict { TAKE_NEXT, RUN_HANDLER, DIE, STOP };

/* sighand->lock held. */
static enum verdict judge(struct signal_delivery *d, bool orphaned)
{
	struct abi_sigaction *a = &current->sighand->action[d->sig - 1];

	if (a->sa_handler == ABI_SIG_IGN)
		return TAKE_NEXT;
	if (a->sa_handler != ABI_SIG_DFL) {
		d->action = *a;
		if (a->sa_flags & SA_RESETHAND)
			a->sa_handler = ABI_SIG_DFL;
		return RUN_HANDLER;
	}
	switch (d->sig) {
	case SIGCONT:
	case SIGCHLD:
	case SIGWINCH:
	case SIGURG:
		return TAKE_NEXT;
	}
	if (current->signal->flags & SIGNAL_UNKILLABLE)
		return TAKE_NEXT;
	switch (d->sig) {
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return orphaned ? TAKE_NEXT : STOP;
	case SIGSTOP:
		return STOP;
	}
	return DIE;
}

bool signal_get(struct signal_delivery *d)
{
	struct task *t = current;
	struct signal_struct *s = t->signal;
	struct sighand *h = t->sighand;
	unsigned long flags;

	for (;;) {
		bool job, orphaned;

		spin_lock_irqsave(&h->lock, flags);
		if (s->flags & (SIGNAL_TELL_CONTINUED | SIGNAL_TELL_STOPPED)) {
			int why = s->flags & SIGNAL_TELL_CONTINUED ? CLD_CONTINUED : CLD_STOPPED;

			s->flags &= ~(SIGNAL_TELL_CONTINUED | SIGNAL_TELL_STOPPED);
			spin_unlock_irqrestore(&h->lock, flags);
			tell_parent(why);
			continue;
		}
		if ((s->flags & SIGNAL_GROUP_EXIT) || (t->sigset & sigmask(SIGKILL))) {
			int code = s->flags & SIGNAL_GROUP_EXIT ? s->group_exit_code : SIGKILL;

			spin_unlock_irqrestore(&h->lock, flags);
			do_exit(code);
		}
		if ((t->stop_pending || t->trap_stop || t->trap_notify) && t->ptrace) {
			spin_unlock_irqrestore(&h->lock, flags);
			ptrace_group_stop();
			continue;
		}
		if (t->stop_pending) {
			stop_here(flags);
			continue;
		}
		d->sig = signal_take_locked(~t->blocked, &d->info);
		if (!d->sig) {
			spin_unlock_irqrestore(&h->lock, flags);
			return false;
		}
		if (t->ptrace && d->sig != SIGKILL) {
			spin_unlock_irqrestore(&h->lock, flags);
			d->sig = ptrace_signal(d->sig, &d->info);
			if (!d->sig)
				continue;
			spin_lock_irqsave(&h->lock, flags);
		}
		job = d->sig == SIGTSTP || d->sig == SIGTTIN || d->sig == SIGTTOU;
		orphaned = false;
		if (job && h->action[d->sig - 1].sa_handler == ABI_SIG_DFL) {
			/* The family tree's lock comes first. */
			spin_unlock_irqrestore(&h->lock, flags);
			orphaned = pgrp_orphaned(task_pgrp(t));
			spin_lock_irqsave(&h->lock, flags);
		}
		switch (judge(d, orphaned)) {
		case TAKE_NEXT:
			break;
		case RUN_HANDLER:
			spin_unlock_irqrestore(&h->lock, flags);
			return true;
		case STOP:
			begin_stop(d->sig);
			break;
		case DIE:
			spin_unlock_irqrestore(&h->lock, flags);
			if (signal_dumps_core(d->sig) && coredump(d->sig, &d->info))
				group_exit(d->sig | 0x80);
			group_exit(d->sig);
		}
		spin_unlock_irqrestore(&h->lock, flags);
	}
}

/* ---- the way back to user mode ---- */

static bool in_syscall(const struct pt_regs *regs)
{
	return (long)regs->orig_ax >= 0;
}

static void rerun_syscall(struct pt_regs *regs, unsigned long nr)
{
	regs->ax = nr;
	regs->ip -= 2;		/* int $0x80; after sysenter the vDSO has one there for this */
}

static void restart_before_handler(struct pt_regs *regs, const struct abi_sigaction *a)
{
	if (!in_syscall(regs))
		return;
	switch ((long)regs->ax) {
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		regs->ax = -EINTR;
		break;
	case -ERESTARTSYS:
		if (!(a->sa_flags & SA_RESTART)) {
			regs->ax = -EINTR;
			break;
		}
		rerun_syscall(regs, regs->orig_ax);
		break;
	case -ERESTARTNOINTR:
		rerun_syscall(regs, regs->orig_ax);
		break;
	}
}

static void restart_without_handler(struct pt_regs *regs)
{
	if (!in_syscall(regs))
		return;
	switch ((long)regs->ax) {
	case -ERESTARTNOHAND:
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
		rerun_syscall(regs, regs->orig_ax);
		break;
	case -ERESTART_RESTARTBLOCK:
		rerun_syscall(regs, __NR_restart_syscall);
		break;
	}
}

static void enter_handler(struct signal_delivery *d, struct pt_regs *regs)
{
	u64 mask = current->restore_blocked ? current->saved_blocked : current->blocked, block;
	bool stepping = current->thread.stepping;

	thread_step_end(current);
	restart_before_handler(regs, &d->action);
	regs->orig_ax = -1ul;
	/* What the handler interrupts must not be a restartable sequence any more. */
	if (!rseq_resume(regs) || signal_setup_frame(d, regs, mask)) {
		/* No room for the frame, or none of its memory: dies, and not by the handler of SIGSEGV if that is what has none. */
		if (d->sig == SIGSEGV)
			current->sighand->action[SIGSEGV - 1].sa_handler = ABI_SIG_DFL;
		signal_force_fault(SIGSEGV, SI_KERNEL, 0);
		return;
	}
	current->restore_blocked = false;
	block = sigset_to_u64(&d->action.sa_mask);
	if (!(d->action.sa_flags & SA_NODEFER))
		block |= sigmask(d->sig);
	signal_set_blocked(current->blocked | block);
	if (stepping)
		ptrace_step_reported();		/* at the handler's first instruction */
}

static void handle_signals(struct pt_regs *regs)
{
	struct signal_delivery d;

	if (signal_get(&d)) {
		enter_handler(&d, regs);
		return;
	}
	restart_without_handler(regs);
	regs->orig_ax = -1ul;
	signal_mask_restore(false);
}

void exit_to_user(struct pt_regs *regs)
{
	struct cpu *cpu = this_cpu();

	for (;;) {
		if (cpu->need_resched) {
			irq_enable();
			preempt_schedule();
		} else if (current->sig_pending) {
			irq_enable();
			handle_signals(regs);
		} else if (current->rseq_event) {
			irq_enable();
			if (!rseq_resume(regs))
				signal_force_fault(SIGSEGV, SI_KERNEL, 0);
		} else {
			return;
		}
		irq_disable();
	}
}
