/*
 * Signal calls: actions, masks, waiting. Each validates, copies in, calls sched/signal.c, copies out. The calls from
 * before real-time signals see the first 32 only.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <core/wait.h>
#include <sched/internal.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/errno.h>
#include <abi/time.h>

#define UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))

/* ---- actions ---- */

/* Signals that the new action ignores vanish if they are pending. */
static void drop_if_ignored(int sig, const struct abi_sigaction *a)
{
	struct signal_struct *s = current->signal;
	struct task *t;

	if (!signal_action_ignores(sig, a))
		return;
	signal_remove(sigmask(sig), &s->sigqueue, &s->sigset);
	list_for_each_entry(t, &s->threads, thread_link)
		signal_remove(sigmask(sig), &t->sigqueue, &t->sigset);
	signal_recalc(current);
}

static int set_action(int sig, const struct abi_sigaction *new, struct abi_sigaction *old)
{
	struct sighand *h = current->sighand;
	unsigned long flags;

	if (sig < 1 || sig > ABI_NSIG || (new && (sigmask(sig) & UNBLOCKABLE)))
		return -EINVAL;
	spin_lock_irqsave(&h->lock, flags);
	if (old)
		*old = h->action[sig - 1];
	if (new) {
		struct abi_sigaction *a = &h->action[sig - 1];

		*a = *new;
		a->sa_mask = sigset_from_u64(sigset_to_u64(&new->sa_mask) & ~UNBLOCKABLE);
		a->sa_flags &= ~(u32)SA_UNSUPPORTED;	/* the bit by which programs ask what is known */
		drop_if_ignored(sig, a);
	}
	spin_unlock_irqrestore(&h->lock, flags);
	return 0;
}

long sys_rt_sigaction(int sig, const struct abi_sigaction __user *unew, struct abi_sigaction __user *uold, size_t size)
{
	struct abi_sigaction new, old;
	int error;

	if (size != sizeof(struct abi_sigset))
		return -EINVAL;
	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	error = set_action(sig, unew ? &new : NULL, uold ? &old : NULL);
	if (error)
		return error;
	return uold && copy_to_user(uold, &old, sizeof(old)) ? -EFAULT : 0;
}

long sys_sigaction(int sig, const struct abi_old_sigaction __user *unew, struct abi_old_sigaction __user *uold)
{
	struct abi_old_sigaction in, out;
	struct abi_sigaction new, old;
	int error;

	if (unew) {
		if (copy_from_user(&in, unew, sizeof(in)))
			return -EFAULT;
		new = (struct abi_sigaction){ in.sa_handler, in.sa_flags, in.sa_restorer, { { in.sa_mask, 0 } } };
	}
	error = set_action(sig, unew ? &new : NULL, uold ? &old : NULL);
	if (error || !uold)
		return error;
	out = (struct abi_old_sigaction){ old.sa_handler, old.sa_mask.sig[0], old.sa_flags, old.sa_restorer };
	return copy_to_user(uold, &out, sizeof(out)) ? -EFAULT : 0;
}

long sys_signal(int sig, unsigned long handler)
{
	struct abi_sigaction new = { .sa_handler = (u32)handler, .sa_flags = SA_ONESHOT | SA_NOMASK }, old;
	int error = set_action(sig, &new, &old);

	return error ? error : (long)old.sa_handler;
}

/* ---- masks ---- */

static int change_mask(int how, u64 set)
{
	u64 mask = current->blocked;

	switch (how) {
	case SIG_BLOCK:
		mask |= set & ~UNBLOCKABLE;
		break;
	case SIG_UNBLOCK:
		mask &= ~set;
		break;
	case SIG_SETMASK:
		mask = set;
		break;
	default:
		return -EINVAL;
	}
	signal_set_blocked(mask);
	return 0;
}

long sys_rt_sigprocmask(int how, const struct abi_sigset __user *uset, struct abi_sigset __user *uold, size_t size)
{
	struct abi_sigset set, old = sigset_from_u64(current->blocked);
	int error;

	if (size != sizeof(set))
		return -EINVAL;
	if (uset) {
		if (copy_from_user(&set, uset, sizeof(set)))
			return -EFAULT;
		error = change_mask(how, sigset_to_u64(&set));
		if (error)
			return error;
	}
	return uold && copy_to_user(uold, &old, sizeof(old)) ? -EFAULT : 0;
}

long sys_sigprocmask(int how, const u32 __user *uset, u32 __user *uold)
{
	u32 set, old = (u32)current->blocked;
	int error;

	if (uset) {
		if (get_user(set, uset))
			return -EFAULT;
		error = change_mask(how, how == SIG_SETMASK ? (current->blocked >> 32 << 32) | set : set);
		if (error)
			return error;
	}
	return uold && put_user(old, uold) ? -EFAULT : 0;
}

long sys_sgetmask(void)
{
	return (long)(u32)current->blocked;
}

long sys_ssetmask(u32 mask)
{
	u32 old = (u32)current->blocked;

	signal_set_blocked(mask);
	return (long)old;
}

static u64 pending(void)
{
	return (current->sigset | current->signal->sigset) & current->blocked;
}

long sys_rt_sigpending(struct abi_sigset __user *uset, size_t size)
{
	struct abi_sigset set = sigset_from_u64(pending());

	if (size > sizeof(set))
		return -EINVAL;
	return copy_to_user(uset, &set, size) ? -EFAULT : 0;
}

long sys_sigpending(u32 __user *set)
{
	return put_user((u32)pending(), set);
}

/* ---- waiting ---- */

static long suspend(u64 mask)
{
	signal_mask_set_temporary(mask);
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	return -ERESTARTNOHAND;
}

long sys_rt_sigsuspend(const struct abi_sigset __user *uset, size_t size)
{
	struct abi_sigset set;

	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, uset, sizeof(set)))
		return -EFAULT;
	return suspend(sigset_to_u64(&set));
}

long sys_sigsuspend(int unused1, int unused2, u32 mask)
{
	(void)unused1;
	(void)unused2;
	return suspend(mask);
}

long sys_pause(void)
{
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	return -ERESTARTNOHAND;
}

/* Takes a signal of `set` that would otherwise stay blocked. left: ns, MAX_SCHEDULE_TIMEOUT for ever. */
static int timed_wait(u64 set, struct abi_siginfo *info, nsec_t left)
{
	u64 blocked = current->blocked;
	int sig;

	set &= ~UNBLOCKABLE;
	sig = signal_dequeue(set, info);
	if (sig || !left)
		return sig ? sig : -EAGAIN;
	/* While it waits they count as unblocked, so that senders wake it. */
	current->awaited = blocked & set;
	signal_set_blocked(blocked & ~set);
	while (!signal_pending(current) && left) {
		set_current_state(TASK_INTERRUPTIBLE);
		left = schedule_timeout(left);
	}
	sig = signal_dequeue(set, info);
	signal_set_blocked(blocked);
	current->awaited = 0;
	return sig ? sig : left ? -EINTR : -EAGAIN;
}

static long sigtimedwait(const struct abi_sigset __user *uset, struct abi_siginfo __user *uinfo, const struct timespec64 *ts, size_t size)
{
	struct abi_siginfo info;
	struct abi_sigset set;
	int sig;

	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, uset, sizeof(set)))
		return -EFAULT;
	if (ts && !timespec64_valid(ts))
		return -EINVAL;
	sig = timed_wait(sigset_to_u64(&set), &info, ts ? timespec64_to_ns(ts) : MAX_SCHEDULE_TIMEOUT);
	if (sig > 0 && uinfo && copy_to_user(uinfo, &info, sizeof(info)))
		return -EFAULT;
	return sig;
}

long sys_rt_sigtimedwait(const struct abi_sigset __user *set, struct abi_siginfo __user *info,
			 const struct abi_timespec32 __user *timeout, size_t size)
{
	struct timespec64 ts;

	if (timeout && timespec_from_user32(&ts, timeout))
		return -EFAULT;
	return sigtimedwait(set, info, timeout ? &ts : NULL, size);
}

long sys_rt_sigtimedwait_time64(const struct abi_sigset __user *set, struct abi_siginfo __user *info,
				const struct abi_timespec64 __user *timeout, size_t size)
{
	struct timespec64 ts;

	if (timeout && timespec_from_user64(&ts, timeout))
		return -EFAULT;
	return sigtimedwait(set, info, timeout ? &ts : NULL, size);
}

long sys_restart_syscall(void)
{
	return current->restart.fn ? current->restart.fn(current) : -EINTR;
}
