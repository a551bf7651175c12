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
struct pi_waiter;	/* core/pi.h */
struct abi_rseq;
struct sighand;		/* sched/signal.h */
struct signal_struct;	/* sched/signal.h */
struct pid;
struct sem_undo_list;

enum { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPES };

/*
 * Locks: t tasklist_lock, s sighand->lock, r run queue lock, c only current, I immutable, a atomic
 */
struct task {
	struct thread thread;		/* c arch state; keep first: assembly uses offset 0 (thread.sp) */
	void *stack;			/* I lowest address of the kernel stack */
	volatile int state;		/* r TASK_* (core/wait.h) */
	int exit_state;			/* t 0, TASK_ZOMBIE (to be reaped), TASK_DEAD (reaped) */
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
	int policy;			/* r SCHED_* */
	int nice;			/* r -20..19 */
	int rt_priority;		/* r 1..99 for SCHED_FIFO and SCHED_RR, else 0 */
	int prio;			/* r what it runs by: rt_priority, or more by inheritance (core/pi.h) */
	struct list_head pi_locks;	/* r what it holds and others wait for */
	struct pi_waiter *pi_blocked_on;	/* r */
	bool on_rq;			/* r runnable: running, or in a queue */
	bool reset_on_fork;		/* c SCHED_RESET_ON_FORK */
	u32 weight, inv_weight;		/* r share; 2^32 / weight */
	struct rb_node rq_node;		/* r fair tree */
	struct list_head rq_list;	/* r real-time queue, or fair queue */
	bool in_tree;			/* r which of the two a fair task is in, when it is queued */
	u64 vruntime;			/* r weighted run time, ns */
	nsec_t exec_start;		/* r when it was last charged */
	nsec_t slice_start;		/* r when it was put on the processor */
	u64 sum_exec;			/* r CPU time, ns; exact */
	u32 ticks_user, ticks_system;	/* r samples by which sum_exec is split: task_cputime() */
	u64 utime_ns, stime_ns;		/* r last answer of task_cputime(), so that none goes back */
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	nsec_t start_time;		/* I monotonic */

	/* identity and family */
	pid_t pid, tgid;		/* I */
	struct pid *pids[PIDTYPES];	/* t */
	struct hlist_node pid_links[PIDTYPES];	/* t */
	struct task *parent;		/* t a thread: of who reaps (tracer or real parent) */
	struct task *real_parent;	/* t the thread that made it; when that ends, another of its process, then its reaper's */
	struct list_head children, sibling;	/* t of a group leader: all children of its threads; in that list */
	struct task *group_leader;	/* t */
	struct list_head thread_link;	/* t signal->threads */
	struct list_head all_link;	/* t every task */

	/* signals (sched/signal.h) */
	struct signal_struct *signal;	/* shared by the thread group */
	struct sighand *sighand;	/* s */
	bool sig_pending;		/* s something to deliver: checked at every exit to user mode, with the next */
	bool rseq_event;		/* c it has been off the processor since it was last in user mode, and rseq is set */
	u64 blocked, saved_blocked;	/* s bit n-1 is signal n */
	u64 awaited;			/* s what sigtimedwait() unblocked for its sleep: not ignored meanwhile */
	bool restore_blocked;		/* c sigsuspend and its kin */
	bool stop_pending;		/* s must take part in a group stop */
	bool no_new_privs;		/* s */
	u8 seccomp_mode;		/* s SECCOMP_MODE_* */
	struct seccomp_filter *seccomp;	/* s the newest of its filters, counted; NULL: none (sched/seccomp.h) */
	u16 ioprio;			/* t as ioprio_set(2) encodes it; 0: not set */
	struct list_head sigqueue;	/* s private pending */
	u64 sigset;			/* s private pending */
	unsigned long sas_sp, sas_size;	/* c */
	unsigned sas_flags;

	int exit_code;			/* t wait status */
	int exit_signal;		/* t sent to the parent at the end; -1: a thread that is not the leader */
	int pdeath_signal;		/* c sent to it when its parent dies */
	u32 __user *set_child_tid, *clear_child_tid;
	void __user *robust_list;
	struct abi_rseq __user *rseq;	/* c rseq(2); NULL: none */
	u32 rseq_signature;		/* c */
	struct sem_undo_list *sem_undo;	/* what to give back to System V semaphores (sys/ipc) */
	struct completion *vfork_done;
	struct { long (*fn)(struct task *); u32 args[8]; nsec_t deadline; } restart;	/* restart_syscall(2) */
	unsigned personality;
	unsigned long timer_slack;	/* ns, kept for prctl(2) */
	struct completion *kthread_done;	/* kthread_stop() waits for it */
	bool kthread_stop;
	unsigned long wait_ip;		/* where it went to sleep last, for /proc/PID/wchan */
	u64 io_rchar, io_wchar, io_syscr, io_syscw, io_read_bytes, io_write_bytes;	/* c */
#ifdef CONFIG_DEBUG
	struct held_lock { const void *lock; const char *name; u8 rank; } held[32];	/* c sleeping locks */
	unsigned held_count;
	unsigned fail_nth;		/* requests for memory until one is refused (mm/fail.h); 0: none is */
	bool fail_on;			/* all further ones are then too */
	int pagefault_depth;		/* c in a page fault: none is refused */
#endif

	/* tracing (sched/ptrace.h) */
	unsigned ptrace;		/* ts PT_*; 0: nobody traces it, and parent is real_parent */
	u8 syscall_work;		/* ts SYSCALL_WORK_*: entry code takes the long way */
	bool trap_stop, trap_notify;	/* s is to report to its tracer: asked to; a group stop began or ended */
	bool listening;			/* s stopped, but not to be reported until something happens */
	int ptrace_code;		/* ts stopped: what wait() tells (0: told); then what the tracer sends on */
	int stop_sig;			/* s signal of the last group stop */
	unsigned long ptrace_message;	/* ts */
	struct abi_siginfo *last_siginfo;	/* s of the stop it is in; on its stack */
	struct list_head tracees, tracee_link;	/* t whom this thread traces; in that list */

	struct list_head journal_info_link;
	void *journal_info;		/* c a filesystem's running transaction */
};

#define PF_KTHREAD	0x1u
#define PF_EXITING	0x2u
#define PF_FORKNOEXEC	0x4u
#define PF_SIGNALED	0x8u
#define PF_MEMALLOC	0x10u	/* reclaiming: may use the reserve, must not reclaim again */
#define PF_DUMPCORE	0x20u
#define PF_NPROC_EXCEEDED	0x40u	/* became a user who had more processes than may be: execve() refuses if that still holds */

static inline struct task *task_get(struct task *t) { atomic_inc(&t->count); return t; }
void task_put(struct task *t);			/* any context */
struct task *task_find_get(pid_t pid);		/* referenced, or NULL */
extern spinlock_t tasklist_lock;		/* irqsave */
extern struct list_head task_list;		/* t every task, by all_link */
extern struct task init_task;			/* pid 0: the idle loop */
extern struct task *init_process;		/* pid 1 */
extern int nr_tasks;				/* t */
extern unsigned long total_forks;
/* Tasks in pid order for /proc: the first thread group leader with pid >= `from`, referenced; NULL at the end. */
struct task *task_next_get(pid_t from, bool leaders_only);
bool thread_group_alone(const struct task *t);	/* no other thread */
/* User and system time of one task, and of its thread group (dead threads included), in ns. */
void task_cputime(struct task *t, u64 *utime, u64 *stime);
void group_cputime(struct task *t, u64 *utime, u64 *stime);	/* takes tasklist_lock */
void group_cputime_locked(struct task *t, u64 *utime, u64 *stime);
char task_state_char(const struct task *t);	/* as in /proc/PID/stat: R S D T t Z X I */

/* Kernel threads: fn runs with signals blocked until it returns or sees kthread_should_stop(). */
struct task *kthread_run(void (*fn)(void *), void *arg, const char *name_fmt, ...) __printf(3, 4);	/* ERR_PTR */
void kthread_stop(struct task *t);		/* wakes it, waits for its end; a thread that may end by itself first: hold a task_get() */
bool kthread_should_stop(void);
void kthread_returned(void);		/* entry code: ends the thread unless it has become a program */

void sched_init(void);				/* makes init_task current; before the first kthread_run() */
__noreturn void idle_loop(void);		/* init_task, once start-up is done */
int wake_up_task(struct task *t, int state_mask);	/* any context; true if it was asleep in one of these states */
/* As wake_up_process(), of one whose time has come: among fair tasks it runs next, within bounds. */
void wake_up_sleeper(struct task *t);
#define wake_up_process(t) wake_up_task(t, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | TASK_KILLABLE)
void wake_up_new_task(struct task *t);
void sched_fork(struct task *t);		/* a copy of current gets scheduling fields of its own */
void sched_tail(struct task *prev);		/* first code of a new task, from entry code; turns interrupts on */
/* On the way to user mode, may sleep: a restartable sequence that was disturbed is left. false: SIGSEGV is due. */
bool rseq_resume(struct pt_regs *regs);
void preempt_schedule_irq(void);		/* from the interrupt's return path, interrupts off */
void yield(void);
static inline void set_current_state(int state) { current->state = state; barrier(); }
void sched_tick(nsec_t now);
int sched_set(struct task *t, int policy, int rt_priority, int nice);	/* checked by the caller; 0 */
void load_average(u32 loads[3]);		/* fixed point, 16 fraction bits (SI_LOAD_SHIFT) */
unsigned nr_running(void);
u64 cpu_idle_time(void);			/* ns */
__noreturn void do_exit(int code);		/* wait status format */
__noreturn void group_exit(int code);

/* Change what current shares. */
struct clone_request {
	u64 flags;			/* CLONE_*, without CSIGNAL */
	int exit_signal;
	unsigned long stack;		/* 0: the caller's */
	unsigned long tls;		/* struct abi_user_desc * */
	u32 __user *parent_tid, *child_tid;
	u32 __user *pidfd;		/* CLONE_PIDFD */
	void (*fn)(void *);		/* kernel threads */
	void *arg;
	const char *name;
};
/* The new task, referenced and not yet started, or ERR_PTR. */
struct task *task_clone(const struct clone_request *r);

#endif
