/*
 * seccomp: a task's system calls pass its filters, programs in the code of the classic packet filter, before they are made.
 *
 * A filter is immutable and counted, and holds the one that was there before it. Each task has the newest of its own; threads
 * that are brought into line take one whose ancestors theirs is. So a filter that a task is running stays: its own pointer only
 * moves to descendants, which hold it. sighand->lock guards the pointers of a group's tasks.
 */
#ifndef SCHED_SECCOMP_H
#define SCHED_SECCOMP_H

#include <core/types.h>
#include <abi/seccomp.h>

struct task;
struct pt_regs;
struct seccomp_filter;
struct seccomp_listener;	/* who is asked: seccomp_notify.c */
struct file;

/*
 * A filter of instructions that have been copied in, `n` of them: checked, and the caller's from then on. ERR_PTR: -EINVAL, the
 * code is none; -ENOMEM. Its listener (NULL: none) becomes the filter's when it works.
 */
struct seccomp_filter *seccomp_filter_new(const struct abi_sock_filter *code, unsigned n, bool log, struct seccomp_listener *l);
void seccomp_filter_put(struct seccomp_filter *f);	/* may be NULL; any context */
/* On top of current's filters, and with `all` of all its threads. Takes `f` when it works. -EINVAL, -ENOMEM, -EBUSY (a listener is enough), the thread in the way. */
long seccomp_attach(struct seccomp_filter *f, bool all);
struct seccomp_listener *seccomp_listener_new(bool killable);	/* counted once; NULL: no memory */
void seccomp_listener_desert(struct seccomp_listener *l);	/* its filter goes, with a count; any context */
struct file *seccomp_listener_file(struct seccomp_listener *l);	/* with a count of its own; ERR_PTR */
int seccomp_strict(void);				/* current may read, write, return from signals and end. 0 or -EINVAL */
void seccomp_inherit(struct task *child);		/* of current; sighand->lock held */
void seccomp_exit(struct task *t);			/* PF_EXITING, makes no calls any more: who listens learns of it */
unsigned seccomp_filters(const struct task *t);		/* how many; tasklist_lock held for others' */

/* Whether the call in `regs` may be made; if not regs->ax is what it returns, or a signal is on its way. May end the task. */
bool seccomp_permits(struct pt_regs *regs);

#endif
