/*
 * The end of tasks. do_exit() gives everything back in the task's own context, then leaves a zombie for its parent,
 * or, for a thread or when the parent does not care, nothing. release_task() takes the zombie out of the tables.
 *
 * A group leader stays a zombie until its last thread is released; only then is its parent told. tasklist_lock
 * guards the family tree and exit_state; sighand->lock nests inside it.
 */
#include <core/string.h>
#include <fs/fdtable.h>
#include <fs/namei.h>
#include <mm/mm.h>
#include <sched/coredump.h>
#include <sched/cpu_clock.h>
#include <sched/internal.h>
#include <sched/seccomp.h>
#include <sched/sem_undo.h>
#include <sched/ptrace.h>
#include <sys/syscalls.h>
#include <tty/tty.h>
#include <abi/wait.h>

/* ---- orphaned process groups ---- */

/* A group is orphaned when no member's parent is in another group of the same session. tasklist_lock held. */
static bool orphaned(struct pid *pgrp, struct task *ignored)
{
	struct task *t;

	pid_for_each_task(pgrp, t, PIDTYPE_PGID) {
		struct task *parent = t->real_parent;

		if (t == ignored || (t->exit_state && thread_group_alone(t)) || parent->group_leader == init_process || parent == &init_task)
			continue;
		if (task_pgrp(parent) != pgrp && task_session(parent) == task_session(t))
			return false;
	}
	return true;
}

bool pgrp_orphaned(struct pid *pgrp)
{
	unsigned long flags;
	bool result;

	spin_lock_irqsave(&tasklist_lock, flags);
	result = orphaned(pgrp, NULL);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return result;
}

static bool has_stopped(struct pid *pgrp)
{
	struct task *t;

	pid_for_each_task(pgrp, t, PIDTYPE_PGID) {
		if (t->signal->flags & SIGNAL_STOPPED)
			return true;
	}
	return false;
}

bool pgrp_stopped_orphan(struct pid *pgrp, struct task *ignored)
{
	return orphaned(pgrp, ignored) && has_stopped(pgrp);
}

static void signal_group_locked(int sig, struct pid *pgrp)
{
	struct task *t;

	pid_for_each_task(pgrp, t, PIDTYPE_PGID)
		(void)signal_send(sig, t);	/* SIGHUP and SIGCONT need no queue record to be delivered */
}

/* `t` leaves (or `parent` leaves t): if that orphans t's group while it has stopped members, they get the news. */
static void check_orphaned(struct task *t, struct task *parent)
{
	struct pid *pgrp = task_pgrp(t);
	struct task *ignored = t;

	if (!parent)
		parent = t->real_parent;
	else
		ignored = NULL;
	if (task_pgrp(parent) != pgrp && task_session(parent) == task_session(t) && pgrp_stopped_orphan(pgrp, ignored)) {
		signal_group_locked(SIGHUP, pgrp);
		signal_group_locked(SIGCONT, pgrp);
	}
}

/* ---- release ---- */

static void add_usage(struct signal_struct *s, struct task *t)
{
	u64 user, system;

	task_cputime(t, &user, &system);
	s->utime_ns += user;
	s->stime_ns += system;
	s->sum_exec += t->sum_exec;
	s->min_flt += t->min_flt;
	s->maj_flt += t->maj_flt;
	s->nvcsw += t->nvcsw;
	s->nivcsw += t->nivcsw;
}

static void detach(struct task *t)
{
	bool leader = t->group_leader == t;

	pid_detach(t, PIDTYPE_PID);
	if (leader) {
		pid_detach(t, PIDTYPE_TGID);
		pid_detach(t, PIDTYPE_PGID);
		pid_detach(t, PIDTYPE_SID);
	}
	list_del_init(&t->all_link);
	list_del_init(&t->sibling);
	nr_tasks--;
}

void release_task(struct task *t)
{
	struct signal_struct *s = t->signal;
	struct task *leader = NULL;
	unsigned long flags;

	for (;;) {
		spin_lock_irqsave(&tasklist_lock, flags);
		spin_lock(&t->sighand->lock);
		add_usage(s, t);
		list_del_init(&t->thread_link);
		s->nr_threads--;
		list_del_init(&t->tracee_link);
		signal_flush_queue(&t->sigqueue, &t->sigset);
		if (!s->nr_threads) {
			signal_flush_queue(&s->sigqueue, &s->sigset);
			cpu_alarms_end_locked(s);
		}
		if (s->group_exit_task && s->nr_threads == s->notify_count)
			wake_up_process(s->group_exit_task);
		spin_unlock(&t->sighand->lock);
		leader = t->group_leader;
		detach(t);
		/* The last thread besides a dead leader: now the leader's parent is told, or it goes at once. */
		if (leader != t && s->nr_threads == 1 && leader->exit_state == TASK_ZOMBIE) {
			if (signal_notify_parent(leader, ptrace_reparented(leader) ? SIGCHLD : leader->exit_signal))
				leader->exit_state = TASK_DEAD;
			else
				leader = NULL;
		} else {
			leader = NULL;
		}
		spin_unlock_irqrestore(&tasklist_lock, flags);
		atomic_dec(&t->cred->user->processes);
		task_put(t);
		if (!leader)
			return;
		t = leader;
	}
}

/* ---- do_exit ---- */

static void leave_mm(struct task *t)
{
	futex_exit(t);
	vfork_release(t);
	if (t->mm)
		mm_leave(t);
}

/* A thread of t's process that is still to say what becomes of its children. NULL: there is none but t. */
static struct task *other_thread(struct task *t)
{
	struct task *other;

	list_for_each_entry(other, &t->signal->threads, thread_link) {
		if (other != t && !other->exit_state)
			return other;
	}
	return NULL;
}

/* Who takes over the children of `t`: the nearest living subreaper above it, else init. A group leader. */
static struct task *find_reaper(struct task *t)
{
	struct task *up;

	if (t->signal->has_child_subreaper) {
		for (up = t->real_parent->group_leader; up != &init_task && up != init_process; up = up->real_parent->group_leader) {
			if (up->signal->child_subreaper && up->signal->live > 0)
				return up;
			if (!up->signal->has_child_subreaper && !up->signal->child_subreaper)
				break;
		}
	}
	return init_process;
}

static void adopt(struct task *child, struct task *parent)
{
	struct task *thread;

	list_for_each_entry(thread, &child->signal->threads, thread_link) {
		if (!thread->ptrace)
			thread->parent = parent;
		thread->real_parent = parent;
		if (thread->pdeath_signal)
			(void)signal_send(thread->pdeath_signal, thread);	/* it was asked for; a full queue cannot refuse it */
	}
}

/* tasklist_lock held. t ends and its process does not: what t made is another thread's from now on. */
static void hand_over_children(struct task *t)
{
	struct task *child, *heir = other_thread(t);

	list_for_each_entry(child, &t->group_leader->children, sibling) {
		if (child->real_parent == t)
			adopt(child, heir);
	}
}

/* tasklist_lock held. Children that are zombies already and that the new parent ignores end in `dead`. */
static void reparent_children(struct task *t, struct list_head *dead)
{
	struct task *reaper = find_reaper(t), *child, *next;
	struct task *thread = reaper->exit_state ? other_thread(reaper) : reaper;

	list_for_each_entry_safe(child, next, &t->children, sibling) {
		adopt(child, thread ? thread : reaper);
		list_move_tail(&child->sibling, &reaper->children);
		child->exit_signal = SIGCHLD;
		if (child->exit_state == TASK_ZOMBIE && thread_group_alone(child) && !child->ptrace) {
			if (signal_notify_parent(child, SIGCHLD)) {
				child->exit_state = TASK_DEAD;
				list_move_tail(&child->sibling, dead);
			}
		}
		check_orphaned(child, t);
	}
}

/* From here on the task is a zombie or nothing. Returns whether it is to release itself. */
static bool notify(struct task *t, bool group_dead, struct list_head *dead, struct list_head *released)
{
	unsigned long flags;
	bool autoreap;

	spin_lock_irqsave(&tasklist_lock, flags);
	ptrace_release_all(t, released);
	if (group_dead) {
		reparent_children(t->group_leader, dead);
		check_orphaned(t->group_leader, NULL);
	} else {
		hand_over_children(t);
		wake_up_all(&t->signal->child_wait);	/* other threads may have waited for its tracees */
	}
	if (t->kthread_done) {
		complete(t->kthread_done);
		t->kthread_done = NULL;
	}
	t->exit_state = TASK_ZOMBIE;
	if (t->flags & PF_KTHREAD)
		autoreap = true;
	else if (t->ptrace)	/* its tracer waits for it, whoever else may afterwards */
		autoreap = signal_notify_parent(t, t->group_leader == t && thread_group_alone(t) && !ptrace_reparented(t) ? t->exit_signal : SIGCHLD);
	else if (t->group_leader == t)
		autoreap = thread_group_alone(t) && signal_notify_parent(t, t->exit_signal);
	else
		autoreap = true;
	if (autoreap)
		t->exit_state = TASK_DEAD;
	if (t->group_leader == t && t->signal->group_exit_task)
		wake_up_process(t->signal->group_exit_task);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return autoreap;
}

static bool begin_exit(struct task *t, int code)
{
	unsigned long flags;
	bool group_dead, stopped;

	spin_lock_irqsave(&t->sighand->lock, flags);
	t->flags |= PF_EXITING;
	t->exit_code = code;
	group_dead = --t->signal->live == 0;
	signal_exit_thread();
	stopped = !group_dead && (t->signal->flags & SIGNAL_TELL_STOPPED);
	if (stopped)
		t->signal->flags &= ~SIGNAL_TELL_STOPPED;
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	if (stopped) {		/* all others had stopped already */
		spin_lock_irqsave(&tasklist_lock, flags);
		signal_notify_stop(t, true, CLD_STOPPED);
		spin_unlock_irqrestore(&tasklist_lock, flags);
	}
	return group_dead;
}

void do_exit(int code)
{
	struct task *t = current;
	LIST_HEAD(dead);
	LIST_HEAD(released);
	struct task *child, *next;
	bool group_dead;

	if (in_interrupt())
		panic("a task ended in an interrupt");
	if (t == &init_task)
		panic("the idle task ended");
	ptrace_event(PTRACE_EVENT_EXIT, (unsigned long)code);
	coredump_wait();
	group_dead = begin_exit(t, code);
	if (group_dead && t->group_leader == init_process)
		panic("init ended: %s %d", WIFEXITED(code) ? "status" : "signal", WIFEXITED(code) ? WEXITSTATUS(code) : WTERMSIG(code));
	if (group_dead) {
		itimers_stop(t->signal);
		posix_timers_delete_all(t);
	}
	if (t->seccomp)
		seccomp_exit(t);
	leave_mm(t);
	sem_undo_exit(t);
	if (t->files) {
		struct files *files = t->files;

		t->files = NULL;	/* first: others look into it, and closing may sleep */
		files_put(files);
	}
	if (group_dead && t->signal->leader)
		tty_session_end();
	if (t->fs) {
		struct fs_struct *fs = t->fs;

		t->fs = NULL;		/* first: others look at it under tasklist_lock */
		fs_struct_put(fs);
	}
	if (group_dead && t->signal->tty) {
		tty_put(t->signal->tty);
		t->signal->tty = NULL;
	}
	if (notify(t, group_dead, &dead, &released))
		release_task(t);
	list_for_each_entry_safe(child, next, &released, tracee_link)
		release_task(child);
	list_for_each_entry_safe(child, next, &dead, sibling)
		release_task(child);
	schedule_dead();
}

void group_exit(int code)
{
	struct task *t = current;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&t->sighand->lock);
	if (t->signal->flags & SIGNAL_GROUP_EXIT) {
		code = t->signal->group_exit_code;
	} else if (!t->signal->group_exit_task) {	/* else another thread's exec ends us alone */
		t->signal->flags |= SIGNAL_GROUP_EXIT;
		t->signal->group_exit_code = code;
		signal_kill_others(t);
	}
	spin_unlock(&t->sighand->lock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	do_exit(code);
}

long sys_exit(int status)
{
	do_exit((status & 0xff) << 8);
}

long sys_exit_group(int status)
{
	group_exit((status & 0xff) << 8);
}
