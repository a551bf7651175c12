/*
 * Sending signals and the queues they wait in. A signal goes to a thread or to a group; a group's goes to any thread
 * that does not block it. What it does happens when a thread takes it: sched/signal_get.c.
 *
 * sighand->lock guards queues, masks as others see them, and group-wide state. It is taken with interrupts off; any
 * context may send. A signal that kills for certain marks the whole group at once, so that no thread goes on.
 */
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/coredump.h>
#include <sched/internal.h>
#include <sched/ptrace.h>
#include <abi/capability.h>
#include <abi/errno.h>

#define MASK_STOP	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define MASK_IGNORED	(sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG))
#define MASK_FAULT	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGFPE) | sigmask(SIGSYS))

static struct kmem_cache *cache;

void signal_init(void)
{
	cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 0);
}

/* ---- records ---- */

/* NULL: the user's limit (unless it may be passed) or no memory. */
static struct sigqueue *record_alloc(struct task *t, bool over_limit)
{
	struct user *u = t->cred->user;
	struct sigqueue *q;

	if (!over_limit && (u64)atomic_read(&u->sigpending) >= t->signal->rlim[RLIMIT_SIGPENDING].rlim_cur)
		return NULL;
	q = kmem_cache_alloc(cache, GFP_ATOMIC);
	if (!q)
		return NULL;
	q->user = user_get(u);
	q->timer = NULL;
	atomic_inc(&u->sigpending);
	return q;
}

struct sigqueue *sigqueue_alloc_timer(struct posix_timer *timer)
{
	struct sigqueue *q;
	struct user *u = current->cred->user;

	if ((u64)atomic_read(&u->sigpending) >= rlimit(RLIMIT_SIGPENDING))
		return NULL;
	q = kmem_cache_alloc(cache, GFP_KERNEL);
	if (!q)
		return NULL;
	list_init(&q->link);
	q->user = user_get(u);
	q->timer = timer;
	atomic_inc(&u->sigpending);
	return q;
}

void sigqueue_free(struct sigqueue *q)
{
	atomic_dec(&q->user->sigpending);
	user_put(q->user);
	kmem_cache_free(cache, q);
}

/* A timer's record stays the timer's. */
static void record_done(struct sigqueue *q)
{
	if (q->timer)
		list_init(&q->link);
	else
		sigqueue_free(q);
}

void signal_flush_queue(struct list_head *queue, u64 *set)
{
	struct sigqueue *q, *next;

	*set = 0;
	list_for_each_entry_safe(q, next, queue, link) {
		list_del(&q->link);
		record_done(q);
	}
}

void signal_remove(u64 mask, struct list_head *queue, u64 *set)
{
	struct sigqueue *q, *next;

	if (!(*set & mask))
		return;
	*set &= ~mask;
	list_for_each_entry_safe(q, next, queue, link) {
		if (mask & sigmask(q->info.si_signo)) {
			list_del(&q->link);
			record_done(q);
		}
	}
}

static void clear_without_record(int sig, const struct list_head *queue, u64 *set)
{
	const struct sigqueue *q;

	list_for_each_entry(q, queue, link) {
		if (q->info.si_signo == sig)
			return;
	}
	*set &= ~sigmask(sig);
}

void signal_unqueue(struct sigqueue *q)
{
	struct signal_struct *s = current->signal;
	int sig = q->info.si_signo;
	struct task *t;

	list_del_init(&q->link);
	clear_without_record(sig, &s->sigqueue, &s->sigset);
	list_for_each_entry(t, &s->threads, thread_link)
		clear_without_record(sig, &t->sigqueue, &t->sigset);
}

static int first_signal(u64 set)
{
	if (set & MASK_FAULT)
		set &= MASK_FAULT;
	return (u32)set ? __builtin_ctz((u32)set) + 1 : __builtin_ctz((u32)(set >> 32)) + 33;
}

static int take_from(struct list_head *queue, u64 *set, u64 mask, struct abi_siginfo *info)
{
	struct sigqueue *q, *found = NULL;
	bool more = false;
	int sig;

	if (!(*set & mask))
		return 0;
	sig = first_signal(*set & mask);
	list_for_each_entry(q, queue, link) {
		if (q->info.si_signo != sig)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = q;
	}
	if (!more)
		*set &= ~sigmask(sig);
	if (found) {
		*info = found->info;
		list_del(&found->link);
		if (found->timer)
			(void)posix_timer_dequeued(found->timer, info);
		record_done(found);
	} else {
		/* Sent when there was no memory for a record, or over the limit. */
		memset(info, 0, sizeof(*info));
		info->si_signo = sig;
		info->si_code = SI_USER;
	}
	return sig;
}

int signal_dequeue(u64 mask, struct abi_siginfo *info)
{
	struct task *t = current;
	unsigned long flags;
	int sig;

	spin_lock_irqsave(&t->sighand->lock, flags);
	sig = signal_take_locked(mask, info);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return sig;
}

int signal_take_locked(u64 mask, struct abi_siginfo *info)
{
	struct task *t = current;
	int sig = take_from(&t->sigqueue, &t->sigset, mask, info);

	if (!sig)
		sig = take_from(&t->signal->sigqueue, &t->signal->sigset, mask, info);
	signal_recalc(t);
	return sig;
}

/* ---- who notices ---- */

static bool anything_pending(const struct task *t)
{
	const struct signal_struct *s = t->signal;

	if (unlikely(s->core && s->core->dumper == t))
		return (t->sigset | s->sigset) & sigmask(SIGKILL);	/* it ends already */
	return ((t->sigset | s->sigset) & ~t->blocked) || t->stop_pending || t->trap_stop || t->trap_notify ||
			 (t->sigset & sigmask(SIGKILL)) ||
			 (s->flags & (SIGNAL_GROUP_EXIT | SIGNAL_TELL_CONTINUED | SIGNAL_TELL_STOPPED));
}

void signal_recalc(struct task *t)
{
	t->sig_pending = anything_pending(t);
}

/* Never takes it back: the task may be on its way out of a call that was interrupted, and has to see to that there. */
void signal_recheck(struct task *t)
{
	if (anything_pending(t))
		t->sig_pending = true;
}

bool signal_pending(const struct task *t)
{
	return READ_ONCE(t->sig_pending);
}

bool fatal_signal_pending(const struct task *t)
{
	return READ_ONCE(t->sig_pending) && (t->sigset & sigmask(SIGKILL));
}

void signal_wake(struct task *t, bool kill)
{
	t->sig_pending = true;
	wake_up_task(t, TASK_INTERRUPTIBLE | (kill ? TASK_KILLABLE | TASK_STOPPED | TASK_TRACED : 0));
}

void signal_trap_notify(struct task *t)
{
	t->trap_notify = true;
	t->sig_pending = true;
	wake_up_task(t, TASK_INTERRUPTIBLE | (t->listening ? TASK_TRACED : 0));
}

static u32 handler_of(const struct task *t, int sig)
{
	return t->sighand->action[sig - 1].sa_handler;
}

bool signal_action_ignores(int sig, const struct abi_sigaction *a)
{
	return a->sa_handler == ABI_SIG_IGN || (a->sa_handler == ABI_SIG_DFL && (sigmask(sig) & MASK_IGNORED));
}

/* Blocked signals are kept even if ignored: the handler may change before they are taken. A tracer sees all. */
static bool is_ignored(const struct task *t, int sig, bool force)
{
	u32 handler = handler_of(t, sig);

	if ((t->blocked | t->awaited | (t->restore_blocked ? t->saved_blocked : 0)) & sigmask(sig))
		return false;
	if ((t->signal->flags & SIGNAL_UNKILLABLE) && handler == ABI_SIG_DFL && !force)
		return true;
	if (t->ptrace && sig != SIGKILL)
		return false;
	return signal_action_ignores(sig, &t->sighand->action[sig - 1]);
}

bool signal_default_fatal(int sig)
{
	return !(sigmask(sig) & (MASK_STOP | MASK_IGNORED));
}

static bool wants(const struct task *t, int sig)
{
	if (t->blocked & sigmask(sig) || t->flags & PF_EXITING)
		return false;
	if (sig == SIGKILL)
		return true;
	return !(t->state & (TASK_STOPPED | TASK_TRACED)) && (t == current || !t->sig_pending);
}

void signal_kill_others(struct task *t)
{
	struct task *other;

	t->signal->group_stop_count = 0;
	list_for_each_entry(other, &t->signal->threads, thread_link) {
		other->stop_pending = other->trap_stop = other->trap_notify = false;
		if (other == t || other->exit_state)
			continue;
		other->sigset |= sigmask(SIGKILL);
		signal_wake(other, true);
	}
}

static void kill_group(struct task *t, int sig)
{
	struct signal_struct *s = t->signal;

	s->flags |= SIGNAL_GROUP_EXIT;
	s->group_exit_code = sig;
	signal_kill_others(t);
	t->sigset |= sigmask(SIGKILL);
	signal_wake(t, true);
}

/* The signal is queued: find a thread to take it. */
static void deliver_to_some(int sig, struct task *t, bool group)
{
	struct signal_struct *s = t->signal;
	struct task *target = NULL, *other;

	if (wants(t, sig)) {
		target = t;
	} else if (group) {
		list_for_each_entry(other, &s->threads, thread_link) {
			if (wants(other, sig)) {
				target = other;
				break;
			}
		}
	}
	if (!target)
		return;		/* whoever unblocks it will see it */
	/* One that dumps core is acted on by the thread that takes it: there the registers are. */
	if (signal_default_fatal(sig) && !signal_dumps_core(sig) && (sig == SIGKILL || handler_of(t, sig) == ABI_SIG_DFL) &&
	    (s->core || !(s->flags & SIGNAL_GROUP_EXIT)) && (sig == SIGKILL || !target->ptrace) && (sig == SIGKILL || !((target->blocked | target->awaited) & sigmask(sig)))) {
		kill_group(target, sig);
		return;
	}
	signal_wake(target, sig == SIGKILL);
}

/* Stops and continues cancel each other before anything else. false: nothing is to be queued. */
static bool prepare(int sig, struct task *t, bool force)
{
	struct signal_struct *s = t->signal;
	struct task *other;

	if (t->flags & PF_KTHREAD)
		return false;
	if ((s->flags & SIGNAL_GROUP_EXIT) && sig != SIGKILL)
		return false;
	if (sigmask(sig) & MASK_STOP) {
		signal_remove(sigmask(SIGCONT), &s->sigqueue, &s->sigset);
		list_for_each_entry(other, &s->threads, thread_link)
			signal_remove(sigmask(SIGCONT), &other->sigqueue, &other->sigset);
	} else if (sig == SIGCONT) {
		signal_remove(MASK_STOP, &s->sigqueue, &s->sigset);
		list_for_each_entry(other, &s->threads, thread_link) {
			signal_remove(MASK_STOP, &other->sigqueue, &other->sigset);
			other->stop_pending = false;
			if (other->ptrace & PT_SEIZED)
				signal_trap_notify(other);
			else
				wake_up_task(other, TASK_STOPPED);
		}
		if (s->flags & SIGNAL_STOPPED)
			s->flags |= SIGNAL_CONTINUED | SIGNAL_TELL_CONTINUED;
		s->flags &= ~SIGNAL_STOPPED;
		s->group_stop_count = 0;
		s->stop_code = 0;
	}
	return !is_ignored(t, sig, force);
}

static void kernel_info(struct abi_siginfo *info, int sig)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = SI_KERNEL;
}

int signal_send_locked(int sig, const struct abi_siginfo *info, struct task *t, bool group, bool force)
{
	struct list_head *queue = group ? &t->signal->sigqueue : &t->sigqueue;
	u64 *set = group ? &t->signal->sigset : &t->sigset;
	struct sigqueue *q;

	if (!prepare(sig, t, force))
		return 0;
	if (sig < ABI_SIGRTMIN && (*set & sigmask(sig)))
		return 0;
	if (sig != SIGKILL) {
		/* What the kernel itself sends may exceed the limit a little, so that faults keep their address. */
		q = record_alloc(t, sig < ABI_SIGRTMIN && (!info || info->si_code >= 0));
		if (q) {
			if (info)
				q->info = *info;
			else
				kernel_info(&q->info, sig);
			list_add_tail(&q->link, queue);
		} else if (sig >= ABI_SIGRTMIN && info && info->si_code != SI_USER) {
			return -EAGAIN;		/* a queued signal is never lost silently */
		}
	}
	*set |= sigmask(sig);
	wake_up_all(&signalfd_wait);
	deliver_to_some(sig, t, group);
	return 0;
}

int signal_send_record(struct sigqueue *q, struct task *t, bool group)
{
	int sig = q->info.si_signo;
	unsigned long flags;

	spin_lock_irqsave(&t->sighand->lock, flags);
	if (prepare(sig, t, false)) {
		list_add_tail(&q->link, group ? &t->signal->sigqueue : &t->sigqueue);
		if (group)
			t->signal->sigset |= sigmask(sig);
		else
			t->sigset |= sigmask(sig);
		wake_up_all(&signalfd_wait);
		deliver_to_some(sig, t, group);
	}
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return 0;
}

int signal_send_info(int sig, const struct abi_siginfo *info, struct task *t, bool group)
{
	unsigned long flags;
	int error;

	spin_lock_irqsave(&t->sighand->lock, flags);
	error = signal_send_locked(sig, info, t, group, false);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return error;
}

int signal_send(int sig, struct task *t)
{
	return signal_send_info(sig, NULL, t, true);
}

int signal_send_thread(int sig, struct task *t)
{
	return signal_send_info(sig, NULL, t, false);
}

static void report_fatal(int sig, const struct abi_siginfo *info)
{
	const struct pt_regs *r = current_regs();

	if (!(sigmask(sig) & MASK_FAULT))
		return;
	pr_info("%s[%d]: signal %d code %d at %08x, ip %08lx sp %08lx error %lx\n", current->comm, current->pid, sig, info->si_code,
		info->_sifields._sigfault._addr, r->ip, r->sp, current->thread.fault_code);
}

int signal_force_info(int sig, const struct abi_siginfo *info)
{
	struct task *t = current;
	struct abi_sigaction *action = &t->sighand->action[(unsigned)(sig - 1) % ABI_NSIG];
	unsigned long flags;
	int error;

	spin_lock_irqsave(&t->sighand->lock, flags);
	if (action->sa_handler == ABI_SIG_IGN || (t->blocked & sigmask(sig))) {
		action->sa_handler = ABI_SIG_DFL;
		t->blocked &= ~sigmask(sig);
	}
	if (action->sa_handler == ABI_SIG_DFL && !t->ptrace) {
		t->signal->flags &= ~SIGNAL_UNKILLABLE;
		if (!(t->signal->flags & SIGNAL_GROUP_EXIT))
			report_fatal(sig, info);
	}
	error = signal_send_locked(sig, info, t, false, true);
	signal_recalc(t);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return error;
}

void signal_force_fault(int sig, int code, unsigned long addr)
{
	struct abi_siginfo info;

	kernel_info(&info, sig);
	info.si_code = code;
	info._sifields._sigfault._addr = addr;
	(void)signal_force_info(sig, &info);	/* without memory for a record it still arrives, without its address */
}

int signal_send_pgrp(int sig, struct pid *pgrp, bool privileged)
{
	struct task *t;
	unsigned long flags;
	int error = -ESRCH;
	bool sent = false;

	(void)privileged;
	spin_lock_irqsave(&tasklist_lock, flags);
	if (pgrp) {
		pid_for_each_task(pgrp, t, PIDTYPE_PGID) {
			error = signal_send_info(sig, NULL, t, true);
			sent |= !error;
		}
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return sent ? 0 : error;
}

/* ---- current's mask ---- */

void signal_set_blocked(u64 mask)
{
	struct task *t = current, *other;
	unsigned long flags;
	u64 newly;

	mask &= ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	if (mask == t->blocked)
		return;
	spin_lock_irqsave(&t->sighand->lock, flags);
	newly = mask & ~t->blocked;
	t->blocked = mask;
	/* Somebody else must now take what was meant for any thread. */
	if ((t->signal->sigset & newly) && !thread_group_alone(t)) {
		list_for_each_entry(other, &t->signal->threads, thread_link) {
			if (other != t && !(other->flags & PF_EXITING) && (t->signal->sigset & newly & ~other->blocked))
				signal_wake(other, false);
		}
	}
	signal_recalc(t);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
}

u64 signal_block(u64 mask)
{
	u64 old = current->blocked;

	signal_set_blocked(old | mask);
	return old;
}

void signal_mask_set_temporary(u64 mask)
{
	current->saved_blocked = current->blocked;
	current->restore_blocked = true;
	signal_set_blocked(mask);
}

void signal_mask_restore(bool interrupted)
{
	if (interrupted || !current->restore_blocked)
		return;
	current->restore_blocked = false;
	signal_set_blocked(current->saved_blocked);
}

bool signal_ignored_or_blocked(int sig)
{
	return (current->blocked & sigmask(sig)) || handler_of(current, sig) == ABI_SIG_IGN;
}

u64 rlimit(unsigned which)
{
	return READ_ONCE(current->signal->rlim[which].rlim_cur);
}

void signal_flush_handlers(struct task *t)
{
	unsigned long flags;

	spin_lock_irqsave(&t->sighand->lock, flags);
	for (unsigned i = 0; i < ABI_NSIG; i++) {
		struct abi_sigaction *a = &t->sighand->action[i];
		u32 handler = a->sa_handler == ABI_SIG_IGN ? ABI_SIG_IGN : ABI_SIG_DFL;

		memset(a, 0, sizeof(*a));
		a->sa_handler = handler;
	}
	spin_unlock_irqrestore(&t->sighand->lock, flags);
}
