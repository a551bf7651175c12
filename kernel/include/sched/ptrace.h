/*
 * Tracing: a thread (the tracer) sees and steers another process's threads (its tracees).
 *
 * A tracee is in the list of its tracer and has it as parent. Only that thread may give requests, and with it tracing
 * ends; any thread of its process may wait for the tracee. It stops in ptrace_trap() only, TASK_TRACED, its registers
 * saved; from then until the tracer lets it go they are the tracer's to change. Locks: tasklist_lock for who traces
 * whom, sighand->lock inside for traps.
 */
#ifndef SCHED_PTRACE_H
#define SCHED_PTRACE_H

#include <sched/task.h>
#include <abi/ptrace.h>

#define PT_TRACED	1u
#define PT_SEIZED	2u
#define PT_OPTIONS_SHIFT 3	/* PTRACE_O_*: from here on */
#define PT_OPTIONS	(~0u << PT_OPTIONS_SHIFT)
#define PTRACE_O_KNOWN	(0xffu | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)

#define SYSCALL_WORK_TRACE	1u
#define SYSCALL_WORK_EMULATE	2u	/* stops at the entry, does not run the call */
#define SYSCALL_WORK_STEP	4u
#define SYSCALL_WORK_SECCOMP	8u	/* not the tracer's: stays */

static inline bool ptrace_option(const struct task *t, unsigned option)
{
	return t->ptrace & (option << PT_OPTIONS_SHIFT);
}
static inline bool ptrace_event_enabled(const struct task *t, unsigned event)
{
	return t->ptrace && ptrace_option(t, 1u << event);
}
static inline bool ptrace_reparented(const struct task *t) { return t->parent->signal != t->real_parent->signal; }

/* May current look into t (attach, /proc, process_vm_readv)? */
bool ptrace_may_access(struct task *t);

/* Stops of current. None may be called with a lock held. */
int ptrace_signal(int sig, struct abi_siginfo *info);	/* the tracer sees it first; what is left of it, 0: nothing */
void ptrace_group_stop(void);			/* trap_stop, trap_notify or stop_pending of a tracee */
void ptrace_event(unsigned event, unsigned long message);	/* PTRACE_EVENT_*: nothing unless asked for */
void ptrace_exec(pid_t old);			/* after a successful exec; old: the thread's id before it */
int ptrace_syscall_stop(bool entry);		/* -EINTR: killed meanwhile */
void ptrace_step_reported(void);		/* single step ended without the processor's help: a call, a handler's start */

/* Family. tasklist_lock held. */
void ptrace_link(struct task *t, struct task *tracer, unsigned flags);
void ptrace_unlink(struct task *t);
void ptrace_init_child(struct task *child, unsigned event, bool wanted);	/* of a traced parent; in publish() */
void ptrace_release_all(struct task *tracer, struct list_head *dead);	/* it ends; who is to be released goes to dead */
bool ptrace_detach_locked(struct task *t);	/* unlink; true: a zombie whose release is the caller's */

int ptrace_attach(struct task *t, bool seize, unsigned options);
int ptrace_traceme(void);

#endif
