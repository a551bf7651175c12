/* Signals: sending, pending queues, actions. Delivery to user frames is sched/signal_frame.c on exit to user mode. */
#ifndef SCHED_SIGNAL_H
#define SCHED_SIGNAL_H

#include <sched/task.h>

struct posix_timer;
struct core_state;

struct sighand {
	atomic_t count;
	spinlock_t lock;			/* RANK_SIGHAND, irqsave */
	struct abi_sigaction action[64];	/* lock; rt form */
};
/* Readers and pollers of signalfds sleep here: one queue, because a file may outlive the signal handlers it was made under. */
extern struct wait_queue signalfd_wait;

struct cpu_timer {				/* ITIMER_VIRTUAL, ITIMER_PROF: on the group's CPU time, ns */
	u64 expires, interval;			/* 0: not armed */
};

/*
 * Shared by a thread group. A task keeps its pointers to this and to its sighand until it is freed.
 * Locks: s sighand->lock, t tasklist_lock, st changed under both, I immutable, a atomic
 */
struct signal_struct {
	atomic_t count;				/* a tasks that point here */
	int live;				/* s threads that have not begun to exit */
	int nr_threads;				/* st threads not yet released */
	struct list_head threads;		/* st */
	struct list_head sigqueue;		/* s shared pending */
	u64 sigset;				/* s */
	struct wait_queue child_wait;		/* wait4() sleeps here */
	int group_exit_code;			/* s */
	unsigned flags;				/* s SIGNAL_* */
	struct task *group_exit_task;		/* s exec waits for the others: woken when nr_threads reaches notify_count */
	int notify_count;			/* s */
	struct core_state *core;		/* s while a core file is written (sched/coredump.h) */
	int group_stop_count;			/* s threads that have yet to stop */
	int stop_code;				/* s signal of the stop; 0 once a parent has seen it */
	bool leader;				/* t session leader */
	bool did_exec;				/* t setpgid() by the parent is refused */
	struct tty *tty;			/* t controlling terminal, counted */
	struct pid *leader_pid;			/* I counted: the thread group's id */
	struct abi_rlimit64 rlim[16];		/* s */
	u64 sum_exec;				/* t of dead threads */
	u64 utime_ns, stime_ns, cutime_ns, cstime_ns;	/* t of dead threads and reaped children */
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt, nvcsw, nivcsw, cnvcsw, cnivcsw, maxrss, cmaxrss;	/* t */
	struct timer real_timer;		/* ITIMER_REAL */
	nsec_t real_interval;			/* s */
	struct cpu_timer virt_timer, prof_timer;	/* s */
	bool cpu_timers;			/* s something of the two, RLIMIT_CPU or an alarm is to be checked at ticks */
	struct list_head cpu_alarms;		/* t on its clocks and its threads' (sched/cpu_clock.h) */
	u64 cpu_limit_next;			/* s next SIGXCPU, ns of CPU time */
	int oom_score_adj;
	bool child_subreaper;			/* t */
	bool has_child_subreaper;		/* t an ancestor is one */
	struct list_head posix_timers;		/* s */
	int next_timer_id;			/* s */
};
#define SIGNAL_GROUP_EXIT	1u		/* everybody dies, with group_exit_code */
#define SIGNAL_STOPPED		2u		/* all threads have stopped */
#define SIGNAL_CONTINUED	4u		/* continued, no parent has seen it yet */
#define SIGNAL_UNKILLABLE	8u		/* init */
#define SIGNAL_TELL_CONTINUED	16u		/* parent is to be told */
#define SIGNAL_TELL_STOPPED	32u
#define SIGNAL_OOM_VICTIM	64u		/* killed for its memory: may use the reserve to end */

struct sigqueue {
	struct list_head link;
	struct user *user;			/* counted against RLIMIT_SIGPENDING */
	struct abi_siginfo info;
	struct posix_timer *timer;		/* its preallocated record: stays with the timer */
};

/* The process's id, whichever of its threads calls; pids[PIDTYPE_TGID] is the leader's alone. */
static inline struct pid *current_tgid(void) { return current->signal->leader_pid; }

#define sigmask(sig) (1ull << ((sig) - 1))

/* Send as kill(2) would from the kernel (SI_KERNEL) or with info. Any context. 0, -EAGAIN (queue full). */
int signal_send(int sig, struct task *t);		/* to the thread group */
int signal_send_thread(int sig, struct task *t);
int signal_send_info(int sig, const struct abi_siginfo *info, struct task *t, bool group);
/* A fault of current itself: cannot be blocked or ignored (then it kills). */
void signal_force_fault(int sig, int code, unsigned long addr);
/* To every process of a group. -ESRCH if empty. For terminals. */
int signal_send_pgrp(int sig, struct pid *pgrp, bool privileged);
/* As kill(2): permission of current and sig 0 considered. 0, -EPERM, -EINVAL, -EAGAIN. */
int signal_check_kill(struct task *t, int sig);
u64 signal_block(u64 mask);				/* current: adds, returns the old mask */
void signal_set_blocked(u64 mask);			/* current: replaces */
bool signal_ignored_or_blocked(int sig);		/* current; job control (SIGTTIN, SIGTTOU) */
bool pgrp_orphaned(struct pid *pgrp);
u64 rlimit(unsigned which);				/* current's soft limit */

/*
 * pselect(2) and its kin: a mask in force for one call. Restore: false, the old mask is back at once (the call has
 * succeeded); true, it comes back after the handler (the call was interrupted).
 */
void signal_mask_set_temporary(u64 mask);
void signal_mask_restore(bool interrupted);
static inline u64 sigset_to_u64(const struct abi_sigset *s) { return s->sig[0] | (u64)s->sig[1] << 32; }
static inline struct abi_sigset sigset_from_u64(u64 v) { return (struct abi_sigset){ { (u32)v, (u32)(v >> 32) } }; }
/* Takes the first pending signal of `mask` (private, then shared); its number or 0. For sigtimedwait and signalfd. */
int signal_dequeue(u64 mask, struct abi_siginfo *info);

/* Inside sched/. */
struct signal_delivery {
	int sig;
	struct abi_siginfo info;
	struct abi_sigaction action;
};
bool signal_get(struct signal_delivery *d);		/* the next to be handled by a handler; acts on the others */
int signal_setup_frame(struct signal_delivery *d, struct pt_regs *regs, u64 mask);	/* arch frame; 0 or -EFAULT */
void signal_recalc(struct task *t);			/* sighand->lock held: t->sig_pending */
void signal_recheck(struct task *t);			/* the same, only from false to true: for others' tasks, and in the middle of calls */
void signal_wake(struct task *t, bool kill);		/* sighand->lock held */
void signal_trap_notify(struct task *t);		/* sighand->lock held: a seized tracee is to report a group stop's begin or end */
void signal_kill_others(struct task *t);		/* tasklist_lock and sighand->lock held: SIGKILL to t's other threads */
void signal_flush_queue(struct list_head *queue, u64 *set);
void signal_flush_handlers(struct task *t);		/* exec: caught ones become default; IGN stays */
bool signal_notify_parent(struct task *t, int sig);	/* tasklist_lock held; true: nobody will wait, reap at once */
void signal_notify_stop(struct task *t, bool leader, int why);	/* tasklist_lock held */
void signal_exit_thread(void);				/* sched/exit.c: current leaves stops and pending signals to the others */
int signal_force_info(int sig, const struct abi_siginfo *info);
void sigqueue_free(struct sigqueue *q);
bool posix_timer_dequeued(struct posix_timer *t, struct abi_siginfo *info);
/* sys/itimer.c, sys/posix_timer.c */
void itimers_init(struct signal_struct *s);
void itimers_stop(struct signal_struct *s);		/* the group is dead */
void cpu_timers_tick(struct task *t);			/* at a tick, interrupts off */
void posix_timers_delete_all(struct task *t);		/* exec and exit of the group */
void futex_exit(struct task *t);			/* robust list and clear_child_tid; before the mm goes */

/* System calls return these; they never reach user space: see exit_to_user(). */
#define ERESTARTSYS		512
#define ERESTARTNOINTR		513
#define ERESTARTNOHAND		514
#define ERESTART_RESTARTBLOCK	516

#endif
