/*
 * Tasks: a thread, its thread group, and what it shares. Lifetimes: a task is referenced by the pid table until
 * reaped, by wait queues never, and by task_get() otherwise.
 */
#ifndef SCHED_TASK_H
#define SCHED_TASK_H

#include <core/mutex.h>
#include <core/rbtree.h>
#include <core/time.h>
#include <core/printk.h>
#include <arch/thread.h>
#include <abi/signal.h>
#include <abi/resource.h>
#include <sched/cred.h>

struct mm;
struct files;		/* fs/fdtable.h */
struct fs_struct;	/* fs/namei.h */
struct tty;
struct sighand;		/* sched/signal.h */
struct signal_struct;	/* sched/signal.h */
struct pid;

enum { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPES };

/*
 * Locks: t tasklist_lock, s sighand->lock, r run queue lock, c only current, I immutable, a atomic
 */
struct task {
	struct thread thread;		/* c arch state; keep first: assembly uses offset 0 (thread.sp) */
	void *stack;			/* I lowest address of the kernel stack */
	volatile int state;		/* r TASK_* (core/wait.h) */
	unsigned flags;			/* c PF_* */
	atomic_t count;			/* a */
	unsigned pagefault_disabled;	/* c */

	struct mm *mm;			/* c NULL: kernel thread */
	struct mm *active_mm;		/* c what is loaded */
	struct files *files;		/* c */
	struct fs_struct *fs;		/* c */
	const struct cred *cred;	/* c effective credentials (subjective) */
	char comm[16];			/* c */

	/* scheduler (sched/) */
	int policy, static_prio, nice, rt_priority;
	bool on_rq;
	struct rb_node rq_node;
	struct list_head rq_list;
	u64 vruntime, exec_start, slice_left;
	u64 utime_ns, stime_ns;		/* c CPU time */
	u64 account_stamp;
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	nsec_t start_time;		/* I monotonic */

	/* identity and family */
	pid_t pid, tgid;		/* I */
	struct pid *pids[PIDTYPES];	/* t */
	struct hlist_node pid_links[PIDTYPES];	/* t */
	struct task *parent;		/* t who reaps (tracer or real parent) */
	struct task *real_parent;	/* t */
	struct list_head children, sibling;	/* t */
	struct task *group_leader;	/* t */
	struct list_head thread_link;	/* t signal->threads */
	struct list_head all_link;	/* t every task */

	/* signals (sched/signal.h) */
	struct signal_struct *signal;	/* shared by the thread group */
	struct sighand *sighand;	/* s */
	bool sig_pending;		/* s something to deliver: checked at every exit to user mode */
	u64 blocked, saved_blocked;	/* s bit n-1 is signal n */
	bool restore_blocked;		/* c sigsuspend and its kin */
	struct list_head sigqueue;	/* s private pending */
	u64 sigset;			/* s private pending */
	unsigned long sas_sp, sas_size;	/* c */
	unsigned sas_flags;

	int exit_code, exit_signal;	/* t */
	unsigned long __user *set_child_tid, *clear_child_tid;
	void __user *robust_list;
	struct completion *vfork_done;
	struct { int (*fn)(struct task *); u32 args[8]; nsec_t deadline; } restart;	/* restart_syscall(2) */
	unsigned personality;
	const char *wait_what;		/* for /proc/PID/wchan: what it sleeps on, or NULL */
	u64 io_rchar, io_wchar, io_syscr, io_syscw, io_read_bytes, io_write_bytes;	/* c */
#ifdef CONFIG_DEBUG
	struct held_lock { const void *lock; const char *name; u8 rank; } held[32];	/* c sleeping locks */
	unsigned held_count;
#endif
	void *ptrace;			/* reserved */
	unsigned ptrace_flags;
	struct list_head journal_info_link;
	void *journal_info;		/* c a filesystem's running transaction */
};

#define PF_KTHREAD	0x1u
#define PF_EXITING	0x2u
#define PF_FORKNOEXEC	0x4u
#define PF_SIGNALED	0x8u
#define PF_MEMALLOC	0x10u	/* reclaiming: may use the reserve, must not reclaim again */
#define PF_DUMPCORE	0x20u

static inline struct task *task_get(struct task *t) { atomic_inc(&t->count); return t; }
void task_put(struct task *t);
struct task *task_find_get(pid_t pid);		/* referenced, or NULL */
extern spinlock_t tasklist_lock;		/* irqsave */
/* Tasks in pid order for /proc: the first thread group leader with pid >= `from`, referenced; NULL at the end. */
struct task *task_next_get(pid_t from, bool leaders_only);

/* Kernel threads: fn runs with signals blocked until it returns or sees kthread_should_stop(). */
struct task *kthread_run(void (*fn)(void *), void *arg, const char *name_fmt, ...) __printf(3, 4);	/* ERR_PTR */
void kthread_stop(struct task *t);		/* wakes it, waits for its end */
bool kthread_should_stop(void);

int wake_up_task(struct task *t, int state_mask);	/* any context; true if it was asleep in one of these states */
#define wake_up_process(t) wake_up_task(t, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | TASK_KILLABLE)
void yield(void);
void set_current_state(int state);
void sched_tick(nsec_t now);
__noreturn void do_exit(int code);		/* wait status format */
void group_exit(int code) __noreturn;

#endif
