/* Signals: sending, pending queues, actions. Delivery to user frames is sched/signal_frame.c on exit to user mode. */
#ifndef SCHED_SIGNAL_H
#define SCHED_SIGNAL_H

#include <sched/task.h>

struct sighand {
	atomic_t count;
	spinlock_t lock;			/* RANK_SIGHAND, irqsave */
	struct abi_sigaction action[64];	/* rt form */
	struct wait_queue signalfd_wait;
};

/* Shared by a thread group. Locks: s sighand->lock, t tasklist_lock, I immutable */
struct signal_struct {
	atomic_t count;				/* threads alive and referenced */
	atomic_t live;				/* threads not exiting yet */
	struct list_head threads;		/* t */
	struct list_head sigqueue;		/* s shared pending */
	u64 sigset;				/* s */
	struct wait_queue child_wait;		/* wait4() sleeps here */
	int group_exit_code;			/* s */
	unsigned flags;				/* s SIGNAL_* */
	struct task *group_exit_task;		/* s exec waits for the others */
	int group_stop_count;			/* s */
	bool leader;				/* t session leader */
	struct tty *tty;			/* t controlling terminal, counted */
	struct abi_rlimit64 rlim[16];		/* s */
	u64 utime_ns, stime_ns, cutime_ns, cstime_ns;	/* t of dead threads and reaped children */
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt, nvcsw, nivcsw, cnvcsw, cnivcsw, maxrss, cmaxrss;
	struct timer real_timer;		/* ITIMER_REAL */
	nsec_t real_interval;
	int oom_score_adj;
	bool child_subreaper;
	struct list_head posix_timers;		/* s */
};
#define SIGNAL_GROUP_EXIT	1u
#define SIGNAL_STOPPED		2u
#define SIGNAL_CONTINUED	4u
#define SIGNAL_UNKILLABLE	8u		/* init */

#define sigmask(sig) (1ull << ((sig) - 1))

/* Send as kill(2) would from the kernel (SI_KERNEL) or with info. Any context. 0, -EAGAIN (queue full). */
int signal_send(int sig, struct task *t);		/* to the thread group */
int signal_send_thread(int sig, struct task *t);
int signal_send_info(int sig, const struct abi_siginfo *info, struct task *t, bool group);
/* A fault of current itself: cannot be blocked or ignored (then it kills). */
void signal_force_fault(int sig, int code, unsigned long addr);
/* To every process of a group. -ESRCH if empty. For terminals. */
int signal_send_pgrp(int sig, struct pid *pgrp, bool privileged);
u64 signal_block(u64 mask);				/* current: adds, returns the old mask */
void signal_set_blocked(u64 mask);			/* current: replaces */
bool signal_ignored_or_blocked(int sig);		/* current; job control (SIGTTIN, SIGTTOU) */
bool pgrp_orphaned(struct pid *pgrp);
u64 rlimit(unsigned which);				/* current's soft limit */

/* System calls return these; they never reach user space: see exit_to_user(). */
#define ERESTARTSYS		512
#define ERESTARTNOINTR		513
#define ERESTARTNOHAND		514
#define ERESTART_RESTARTBLOCK	516

#endif
