/*
 * seccomp: filters of tasks, and what becomes of a call that they do not let pass. See sched/seccomp.h for what holds whom,
 * and seccomp_notify.c for filters that ask another process.
 */
#include <arch/regs.h>
#include <core/printk.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/internal.h>
#include <sched/ptrace.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <gen/syscall_numbers.h>
#include <abi/errno.h>
#include "seccomp.h"

#define PATH_MAX_CODE	32768	/* instructions of a task's filters together, with 4 more for each */

/* All but count is immutable once it is attached. */
struct seccomp_filter {
	atomic_t count;
	bool log;
	struct seccomp_listener *listener;	/* counted */
	unsigned n;
	struct seccomp_filter *before;	/* counted */
	struct abi_sock_filter code[];
};

struct seccomp_filter *seccomp_filter_new(const struct abi_sock_filter *code, unsigned n, bool log, struct seccomp_listener *l)
{
	struct seccomp_filter *f;
	int error = seccomp_check(code, n);

	if (error)
		return ERR_PTR(error);
	f = kmalloc(sizeof(*f) + n * sizeof(*code), GFP_KERNEL);
	if (!f)
		return ERR_PTR(-ENOMEM);
	atomic_set(&f->count, 1);
	f->log = log;
	f->listener = l;
	f->n = n;
	f->before = NULL;
	memcpy(f->code, code, n * sizeof(*code));
	return f;
}

void seccomp_filter_put(struct seccomp_filter *f)
{
	while (f && atomic_dec_and_test(&f->count)) {
		struct seccomp_filter *before = f->before;

		if (f->listener)
			seccomp_listener_desert(f->listener);
		kfree(f);
		f = before;
	}
}

static bool descends(const struct seccomp_filter *f, const struct seccomp_filter *from)
{
	while (f && f != from)
		f = f->before;
	return f == from;
}

/* sighand->lock held. The first thread whose filters are not among current's; 0: none. */
static pid_t odd_thread(void)
{
	struct task *t;

	list_for_each_entry(t, &current->signal->threads, thread_link) {
		if (t == current || (t->flags & PF_EXITING))
			continue;
		if (t->seccomp_mode == SECCOMP_MODE_STRICT || !descends(current->seccomp, t->seccomp))
			return t->pid;
	}
	return 0;
}

/* sighand->lock held. */
static void take(struct task *t, struct seccomp_filter *f)
{
	struct seccomp_filter *old = t->seccomp;

	atomic_inc(&f->count);
	t->seccomp = f;
	t->seccomp_mode = SECCOMP_MODE_FILTER;
	t->syscall_work |= SYSCALL_WORK_SECCOMP;
	seccomp_filter_put(old);		/* never the last: f descends from it */
}

long seccomp_attach(struct seccomp_filter *f, bool all)
{
	unsigned long flags, total = f->n;
	bool asked = false;
	long result = 0;
	struct task *t;

	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&current->sighand->lock);
	for (const struct seccomp_filter *b = current->seccomp; b; b = b->before) {
		total += b->n + 4;
		asked |= b->listener != NULL;
	}
	if (current->seccomp_mode == SECCOMP_MODE_STRICT)
		result = -EINVAL;
	else if (total > PATH_MAX_CODE)
		result = -ENOMEM;
	else if (asked && f->listener)
		result = -EBUSY;
	else if (all)
		result = odd_thread();
	if (!result) {
		f->before = current->seccomp;
		if (f->before)
			atomic_inc(&f->before->count);
		list_for_each_entry(t, &current->signal->threads, thread_link) {
			if (t != current && (!all || (t->flags & PF_EXITING)))
				continue;
			if (current->no_new_privs)
				t->no_new_privs = true;
			take(t, f);
		}
	}
	spin_unlock(&current->sighand->lock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (!result)
		seccomp_filter_put(f);		/* the tasks have theirs */
	return result;
}

int seccomp_strict(void)
{
	unsigned long flags;
	int error = 0;

	spin_lock_irqsave(&current->sighand->lock, flags);
	if (current->seccomp_mode == SECCOMP_MODE_FILTER) {
		error = -EINVAL;
	} else {
		current->seccomp_mode = SECCOMP_MODE_STRICT;
		current->syscall_work |= SYSCALL_WORK_SECCOMP;
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return error;
}

void seccomp_inherit(struct task *child)
{
	child->no_new_privs = current->no_new_privs;
	child->seccomp_mode = current->seccomp_mode;
	child->seccomp = current->seccomp;
	if (child->seccomp)
		atomic_inc(&child->seccomp->count);
	if (child->seccomp_mode)
		child->syscall_work |= SYSCALL_WORK_SECCOMP;
}

void seccomp_exit(struct task *t)
{
	struct seccomp_filter *f;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&t->sighand->lock);
	f = t->seccomp;
	t->seccomp = NULL;
	spin_unlock(&t->sighand->lock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	seccomp_filter_put(f);
}

unsigned seccomp_filters(const struct task *t)
{
	unsigned n = 0;

	for (const struct seccomp_filter *f = t->seccomp; f; f = f->before)
		n++;
	return n;
}

/* ---- a call ---- */

static void describe(const struct pt_regs *regs, struct abi_seccomp_data *d)
{
	*d = (struct abi_seccomp_data){
		.nr = (int)regs->orig_ax, .arch = AUDIT_ARCH_I386, .instruction_pointer = regs->ip,
		.args = { regs->bx, regs->cx, regs->dx, regs->si, regs->di, regs->bp },
	};
}

/* What the strictest filter says of it, the newest of those that say the same; *by: which. */
static u32 verdict(const struct pt_regs *regs, const struct seccomp_filter **by)
{
	struct abi_seccomp_data d;
	u32 result = SECCOMP_RET_ALLOW;

	describe(regs, &d);
	*by = NULL;
	for (const struct seccomp_filter *f = READ_ONCE(current->seccomp); f; f = f->before) {
		u32 r = seccomp_run(f->code, &d);

		if ((s32)(r & SECCOMP_RET_ACTION_FULL) < (s32)(result & SECCOMP_RET_ACTION_FULL)) {
			result = r;
			*by = f;
		}
	}
	return result;
}

static void report(const struct pt_regs *regs, const char *what)
{
	pr_info("seccomp: %s[%d]: system call %ld at %08lx %s\n", current->comm, current->pid, (long)regs->orig_ax, regs->ip, what);
}

static void trap(struct pt_regs *regs, u32 data)
{
	struct abi_siginfo info = { .si_signo = SIGSYS, .si_errno = (int)data, .si_code = SYS_SECCOMP };

	info._sifields._sigsys._call_addr = (u32)regs->ip;
	info._sifields._sigsys._syscall = (int)regs->orig_ax;
	info._sifields._sigsys._arch = AUDIT_ARCH_I386;
	regs->ax = regs->orig_ax;		/* a handler finds the registers as they were */
	(void)signal_force_info(SIGSYS, &info);	/* without a record it is the signal alone */
}

static void kill(const struct pt_regs *regs, bool process)
{
	report(regs, process ? "ends the process" : "ends the thread");
	if (process || thread_group_alone(current))
		group_exit(SIGSYS);
	do_exit(SIGSYS);
}

static bool strict_permits(const struct pt_regs *regs)
{
	switch (regs->orig_ax) {
	case __NR_read:
	case __NR_write:
	case __NR_exit:
	case __NR_sigreturn:
		return true;
	}
	report(regs, "ends the thread");
	do_exit(SIGKILL);
}

/* A tracer may change the call, which the filters then see anew, or leave it out. */
static bool tracer_permits(struct pt_regs *regs, u32 data)
{
	const struct seccomp_filter *by;
	u32 action;

	if (!ptrace_event_enabled(current, PTRACE_EVENT_SECCOMP)) {
		regs->ax = (unsigned long)-ENOSYS;
		return false;
	}
	regs->ax = (unsigned long)-ENOSYS;
	ptrace_event(PTRACE_EVENT_SECCOMP, data);
	if (fatal_signal_pending(current) || (long)regs->orig_ax < 0)
		return false;
	action = verdict(regs, &by) & SECCOMP_RET_ACTION_FULL;
	if (action == SECCOMP_RET_TRACE || action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG)
		return true;
	return seccomp_permits(regs);
}

bool seccomp_permits(struct pt_regs *regs)
{
	const struct seccomp_filter *by;
	struct abi_seccomp_data d;
	u32 result, data;

	if (ptrace_option(current, PTRACE_O_SUSPEND_SECCOMP))
		return true;
	if (current->seccomp_mode == SECCOMP_MODE_STRICT)
		return strict_permits(regs);
	result = verdict(regs, &by);
	data = result & SECCOMP_RET_DATA;
	switch (result & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return true;
	case SECCOMP_RET_LOG:
		report(regs, "is let pass");
		return true;
	case SECCOMP_RET_TRACE:
		return tracer_permits(regs, data);
	case SECCOMP_RET_USER_NOTIF:
		if (by->listener) {
			describe(regs, &d);
			return seccomp_ask(by->listener, regs, &d);
		}
		regs->ax = (unsigned long)-ENOSYS;
		return false;
	case SECCOMP_RET_ERRNO:
		if (by && by->log)
			report(regs, "is refused");
		regs->ax = (unsigned long)-(long)min(data, 4095u);
		return false;
	case SECCOMP_RET_TRAP:
		if (by && by->log)
			report(regs, "is trapped");
		trap(regs, data);
		return false;
	case SECCOMP_RET_KILL_THREAD:
		kill(regs, false);
		break;
	}
	kill(regs, true);		/* or an action that nobody knows */
	return false;
}
