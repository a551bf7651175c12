/*
 * ptrace(2): a tracer's requests, and the long way of a tracee's system call. A request finds its tracee stopped
 * and keeps it so (SIGKILL apart): on one processor a task that is TASK_TRACED does not run in user mode, and its
 * registers are where its last entry left them.
 */
#include <arch/fpu.h>
#include <arch/thread.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/mm.h>
#include <sched/internal.h>
#include <sched/ptrace.h>
#include <sched/seccomp.h>
#include <sys/syscalls.h>
#include <sys/table.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include "ptrace.h"

/* ---- a tracee's system call ---- */

/* In place of what entry code does, of a tracee and of who has seccomp's filters: registers are looked at after each stop, since the tracer may change them. */
void syscall_traced(struct pt_regs *regs)
{
	typedef long (*handler)(unsigned long, unsigned long, unsigned long, unsigned long, unsigned long, unsigned long);
	u8 work = current->syscall_work;
	unsigned nr;

	if (work & (SYSCALL_WORK_TRACE | SYSCALL_WORK_EMULATE)) {
		regs->ax = (unsigned long)-ENOSYS;
		if (ptrace_syscall_stop(true))
			return;
	}
	if (!(work & SYSCALL_WORK_EMULATE) && (!(work & SYSCALL_WORK_SECCOMP) || seccomp_permits(regs))) {
		nr = (unsigned)regs->orig_ax;
		if (nr < nr_syscalls)
			regs->ax = (unsigned long)((handler)(unsigned long)sys_call_table[nr])(regs->bx, regs->cx, regs->dx, regs->si,
											       regs->di, regs->bp);
		else if (nr != ~0u)
			regs->ax = (unsigned long)sys_unknown();
	}
	work = current->syscall_work;
	if (work & SYSCALL_WORK_TRACE)
		(void)ptrace_syscall_stop(false);	/* killed: the way out sees it */
	else if (work & SYSCALL_WORK_STEP)
		ptrace_step_reported();
}

/* ---- memory ---- */

static struct mm *mm_of(struct task *t)
{
	struct mm *mm;

	preempt_disable();
	mm = t->mm;
	if (mm)
		mm_get(mm);
	preempt_enable();
	return mm;
}

static long peek(struct task *t, unsigned long addr, u32 __user *data)
{
	struct mm *mm = mm_of(t);
	u32 word;
	size_t n;

	if (!mm)
		return -EIO;
	n = vm_access(mm, addr, &word, sizeof(word), false);
	mm_put(mm);
	if (n != sizeof(word))
		return -EIO;
	return put_user(word, data);
}

static long poke(struct task *t, unsigned long addr, u32 word)
{
	struct mm *mm = mm_of(t);
	size_t n;

	if (!mm)
		return -EIO;
	n = vm_access(mm, addr, &word, sizeof(word), true);
	mm_put(mm);
	return n == sizeof(word) ? 0 : -EIO;
}

/* ---- signals ---- */

static long get_siginfo(struct task *t, struct abi_siginfo __user *to)
{
	struct abi_siginfo info;
	unsigned long flags;
	bool there;

	spin_lock_irqsave(&t->sighand->lock, flags);
	there = t->last_siginfo != NULL;
	if (there)
		info = *t->last_siginfo;
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	if (!there)
		return -EINVAL;
	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

static long set_siginfo(struct task *t, const struct abi_siginfo __user *from)
{
	struct abi_siginfo info;
	unsigned long flags;
	long error = -EINVAL;

	if (copy_from_user(&info, from, sizeof(info)))
		return -EFAULT;
	spin_lock_irqsave(&t->sighand->lock, flags);
	if (t->last_siginfo) {
		*t->last_siginfo = info;
		error = 0;
	}
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return error;
}

/* The n-th record of a queue; false: there are fewer. */
static bool nth_record(struct task *t, bool shared, u64 n, struct abi_siginfo *info)
{
	struct sigqueue *q;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&t->sighand->lock, flags);
	list_for_each_entry(q, shared ? &t->signal->sigqueue : &t->sigqueue, link) {
		if (n-- == 0) {
			*info = q->info;
			found = true;
			break;
		}
	}
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return found;
}

static long peek_siginfo(struct task *t, const struct abi_peeksiginfo_args __user *uargs, struct abi_siginfo __user *to)
{
	struct abi_peeksiginfo_args args;
	struct abi_siginfo info;
	long done = 0;

	if (copy_from_user(&args, uargs, sizeof(args)))
		return -EFAULT;
	if (args.nr < 0 || args.flags & ~PTRACE_PEEKSIGINFO_SHARED)
		return -EINVAL;
	while (done < args.nr && nth_record(t, args.flags, args.off + (u64)done, &info)) {
		if (copy_to_user(&to[done], &info, sizeof(info)))
			return done ? done : -EFAULT;
		done++;
	}
	return done;
}

static long signal_mask(struct task *t, bool set, unsigned long size, struct abi_sigset __user *user)
{
	struct abi_sigset mask;
	unsigned long flags;

	if (size != sizeof(mask))
		return -EINVAL;
	if (!set) {
		mask = sigset_from_u64(t->restore_blocked ? t->saved_blocked : t->blocked);
		return copy_to_user(user, &mask, sizeof(mask)) ? -EFAULT : 0;
	}
	if (copy_from_user(&mask, user, sizeof(mask)))
		return -EFAULT;
	spin_lock_irqsave(&t->sighand->lock, flags);
	t->blocked = sigset_to_u64(&mask) & ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	t->restore_blocked = false;
	signal_recheck(t);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return 0;
}

/* ---- what stopped it ---- */

static unsigned fill_syscall_info(struct task *t, struct abi_ptrace_syscall_info *i)
{
	const struct pt_regs *r = task_regs(t);
	const unsigned long args[6] = { r->bx, r->cx, r->dx, r->si, r->di, r->bp };
	int code = t->last_siginfo ? t->last_siginfo->si_code : 0;

	memset(i, 0, sizeof(*i));
	i->op = PTRACE_SYSCALL_INFO_NONE;
	i->arch = AUDIT_ARCH_I386;
	i->instruction_pointer = r->ip;
	i->stack_pointer = r->sp;
	if (code == (SIGTRAP | 0x80) && t->ptrace_message == PTRACE_EVENTMSG_SYSCALL_ENTRY) {
		i->op = PTRACE_SYSCALL_INFO_ENTRY;
		i->entry.nr = r->orig_ax;
		for (unsigned n = 0; n < 6; n++)
			i->entry.args[n] = args[n];
		return offsetof(struct abi_ptrace_syscall_info, entry) + sizeof(i->entry);
	}
	if (code == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		i->op = PTRACE_SYSCALL_INFO_SECCOMP;
		i->seccomp.nr = r->orig_ax;
		for (unsigned n = 0; n < 6; n++)
			i->seccomp.args[n] = args[n];
		i->seccomp.ret_data = t->ptrace_message;
		return offsetof(struct abi_ptrace_syscall_info, seccomp.ret_data) + sizeof(i->seccomp.ret_data);
	}
	if (code == (SIGTRAP | 0x80) && t->ptrace_message == PTRACE_EVENTMSG_SYSCALL_EXIT) {
		i->op = PTRACE_SYSCALL_INFO_EXIT;
		i->exit.rval = (long)r->ax;
		i->exit.is_error = (long)r->ax < 0 && (long)r->ax >= -4095;
		return offsetof(struct abi_ptrace_syscall_info, exit.is_error) + 1;
	}
	return offsetof(struct abi_ptrace_syscall_info, entry);
}

static long get_syscall_info(struct task *t, unsigned long size, void __user *to)
{
	struct abi_ptrace_syscall_info info;
	unsigned n = fill_syscall_info(t, &info);

	return copy_to_user(to, &info, min(size, (unsigned long)n)) ? -EFAULT : (long)n;
}

/* ---- letting go ---- */

/* Filters are taken off for the time by who may do anything anyway, and is under none himself. */
static long options_allowed(unsigned long options)
{
	if (!(options & PTRACE_O_SUSPEND_SECCOMP))
		return 0;
	if (!capable(CAP_SYS_ADMIN) || current->seccomp_mode || ptrace_option(current, PTRACE_O_SUSPEND_SECCOMP))
		return -EPERM;
	return 0;
}

static long set_options(struct task *t, unsigned long options)
{
	long error = options & ~(unsigned long)PTRACE_O_KNOWN ? -EINVAL : options_allowed(options);

	if (error)
		return error;
	t->ptrace = (t->ptrace & ~PT_OPTIONS) | (unsigned)options << PT_OPTIONS_SHIFT;
	return 0;
}

static u8 work_of(long request)
{
	switch (request) {
	case PTRACE_SYSCALL: return SYSCALL_WORK_TRACE;
	case PTRACE_SYSEMU: return SYSCALL_WORK_EMULATE;
	case PTRACE_SYSEMU_SINGLESTEP: return SYSCALL_WORK_EMULATE | SYSCALL_WORK_STEP;
	case PTRACE_SINGLESTEP: return SYSCALL_WORK_STEP;
	default: return 0;
	}
}

static long resume(struct task *t, long request, unsigned long sig)
{
	unsigned long flags;

	if (sig > ABI_NSIG)
		return -EIO;
	spin_lock_irqsave(&t->sighand->lock, flags);
	t->syscall_work = work_of(request) | (t->syscall_work & SYSCALL_WORK_SECCOMP);
	if (t->syscall_work & SYSCALL_WORK_STEP)
		thread_step_begin(t);
	else
		thread_step_end(t);
	t->ptrace_code = (int)sig;
	wake_up_task(t, TASK_TRACED);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return 0;
}

static long detach(struct task *t, unsigned long sig)
{
	unsigned long flags;
	bool dead;

	if (sig > ABI_NSIG)
		return -EIO;
	spin_lock_irqsave(&tasklist_lock, flags);
	t->ptrace_code = (int)sig;
	dead = ptrace_detach_locked(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (dead)
		release_task(t);
	return 0;
}

static long listen(struct task *t)
{
	unsigned long flags;
	long error = -EIO;

	spin_lock_irqsave(&t->sighand->lock, flags);
	if ((t->ptrace & PT_SEIZED) && t->last_siginfo && t->last_siginfo->si_code >> 8 == PTRACE_EVENT_STOP) {
		t->listening = true;
		if (t->trap_notify)
			wake_up_task(t, TASK_TRACED);
		error = 0;
	}
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return error;
}

/* The one request that finds the tracee running. */
static long interrupt(struct task *t)
{
	unsigned long flags;

	if (!(t->ptrace & PT_SEIZED))
		return -EIO;
	spin_lock_irqsave(&t->sighand->lock, flags);
	if (!(t->flags & PF_EXITING)) {
		t->trap_stop = true;
		t->sig_pending = true;
		wake_up_task(t, TASK_INTERRUPTIBLE | (t->listening ? TASK_TRACED : 0));
	}
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return 0;
}

/* ---- the call ---- */

static long seize(struct task *t, unsigned long addr, unsigned long options)
{
	long error = addr || options & ~(unsigned long)PTRACE_O_KNOWN ? -EIO : options_allowed(options);

	return error ? error : ptrace_attach(t, true, (unsigned)options);
}

static long stopped_request(struct task *t, long request, unsigned long addr, unsigned long data)
{
	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek(t, addr, (u32 __user *)data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return poke(t, addr, (u32)data);
	case PTRACE_CONT:
	case PTRACE_SYSCALL:
	case PTRACE_SYSEMU:
	case PTRACE_SYSEMU_SINGLESTEP:
	case PTRACE_SINGLESTEP:
		return resume(t, request, data);
	case PTRACE_DETACH:
		return detach(t, data);
	case PTRACE_SETOPTIONS:
		return set_options(t, data);
	case PTRACE_GETEVENTMSG:
		return put_user(t->ptrace_message, (u32 __user *)data);
	case PTRACE_GETSIGINFO:
		return get_siginfo(t, (struct abi_siginfo __user *)data);
	case PTRACE_SETSIGINFO:
		return set_siginfo(t, (const struct abi_siginfo __user *)data);
	case PTRACE_PEEKSIGINFO:
		return peek_siginfo(t, (const struct abi_peeksiginfo_args __user *)addr, (struct abi_siginfo __user *)data);
	case PTRACE_GETSIGMASK:
	case PTRACE_SETSIGMASK:
		return signal_mask(t, request == PTRACE_SETSIGMASK, addr, (struct abi_sigset __user *)data);
	case PTRACE_GET_SYSCALL_INFO:
		return get_syscall_info(t, addr, (void __user *)data);
	case PTRACE_LISTEN:
		return listen(t);
	}
	return ptrace_registers(t, request, addr, (void __user *)data);
}

static long tracee_request(struct task *t, long request, unsigned long addr, unsigned long data)
{
	if (!t->ptrace || t->parent != current)
		return -ESRCH;
	if (request == PTRACE_KILL) {
		(void)signal_send_thread(SIGKILL, t);	/* needs no record */
		return 0;
	}
	if (request == PTRACE_INTERRUPT)
		return interrupt(t);
	if (!(t->state & TASK_TRACED) || t->listening)
		return -ESRCH;
	return stopped_request(t, request, addr, data);
}

long sys_ptrace(long request, pid_t pid, unsigned long addr, unsigned long data)
{
	struct task *t;
	long result;

	if (request == PTRACE_TRACEME)
		return ptrace_traceme();
	t = pid > 0 ? task_find_get(pid) : NULL;
	if (!t)
		return -ESRCH;
	if (request == PTRACE_ATTACH)
		result = ptrace_attach(t, false, 0);
	else if (request == PTRACE_SEIZE)
		result = seize(t, addr, data);
	else
		result = tracee_request(t, request, addr, data);
	task_put(t);
	return result;
}
