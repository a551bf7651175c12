/*
 * wait4() and waitid(): finding children that ended, stopped or went on, and reaping the dead.
 *
 * A waiter queues itself on its group's child_wait before it scans, so a change between scan and sleep wakes it. Any
 * thread may wait for the children and tracees of all threads of its process; with __WNOTHREAD it waits for its own.
 * Whoever turns a zombie's exit_state into TASK_DEAD under tasklist_lock owns its release.
 *
 * A tracer sees its tracees' stops and ends first, each thread by itself; a child's real parent sees a zombie once
 * its tracer is done with it.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/mm.h>
#include <sched/internal.h>
#include <sched/pidfd.h>
#include <sched/ptrace.h>
#include <sched/usage.h>
#include <sys/syscalls.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/wait.h>

struct wait_request {
	int type;			/* P_ALL, P_PID, P_PGID */
	struct pid *pid;		/* counted; NULL for P_ALL */
	int options;
	/* results */
	pid_t found;
	uid_t uid;
	int status;			/* as wait4() stores it */
	int code;			/* CLD_* */
	struct abi_rusage usage;
	bool want_usage;
	bool again;			/* nothing yet is -EAGAIN */
};

static bool eligible(const struct wait_request *r, const struct task *t, bool tracee)
{
	bool is_clone;

	switch (r->type) {
	case P_PID:
		if (t->pids[PIDTYPE_PID] != r->pid)
			return false;
		break;
	case P_PGID:
		if (t->group_leader->pids[PIDTYPE_PGID] != r->pid)
			return false;
		break;
	}
	if (tracee || (r->options & __WALL))
		return true;
	is_clone = t->exit_signal != SIGCHLD;
	return is_clone == !!((unsigned)r->options & __WCLONE);
}

static void fill(struct wait_request *r, struct task *t, int code, int status)
{
	r->found = t->pid;
	r->uid = t->cred->uid;
	r->code = code;
	r->status = status;
	if (r->want_usage)
		usage_children_of(t, &r->usage);
}

/* The dead child's usage, and that of its own reaped children, becomes part of ours. */
static void inherit_usage(struct task *t)
{
	struct signal_struct *to = current->signal, *from = t->signal;
	u64 user, system;

	task_cputime(t, &user, &system);
	to->cutime_ns += user + from->utime_ns + from->cutime_ns;
	to->cstime_ns += system + from->stime_ns + from->cstime_ns;
	to->cmin_flt += t->min_flt + from->min_flt + from->cmin_flt;
	to->cmaj_flt += t->maj_flt + from->maj_flt + from->cmaj_flt;
	to->cnvcsw += t->nvcsw + from->nvcsw + from->cnvcsw;
	to->cnivcsw += t->nivcsw + from->nivcsw + from->cnivcsw;
	to->cmaxrss = max(to->cmaxrss, max(from->maxrss, from->cmaxrss));
}

/* 1: taken, and the caller's to release if TASK_DEAD; 0: it is not this waiter's turn. */
static bool take_zombie(struct wait_request *r, struct task *t, bool tracee)
{
	int status = t->signal->flags & SIGNAL_GROUP_EXIT ? t->signal->group_exit_code : t->exit_code;

	fill(r, t, WIFEXITED(status) ? CLD_EXITED : WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED, status);
	if (r->options & WNOWAIT)
		return true;
	if (tracee && (ptrace_reparented(t) || t->group_leader != t)) {
		/* Now its real parent's turn, if it has one that cares. */
		(void)ptrace_detach_locked(t);		/* the state says whether it is to be released */
		return true;
	}
	inherit_usage(t);
	t->exit_state = TASK_DEAD;
	return true;
}

static bool take_trapped(struct wait_request *r, struct task *t)
{
	int code;

	if (!(t->state & TASK_TRACED) || t->listening || !t->ptrace_code)
		return false;
	code = t->ptrace_code;
	fill(r, t, CLD_TRAPPED, code << 8 | 0x7f);
	if (!(r->options & WNOWAIT))
		t->ptrace_code = 0;
	return true;
}

static bool take_stopped(struct wait_request *r, struct task *t)
{
	struct signal_struct *s = t->signal;
	bool taken = false;

	spin_lock(&t->sighand->lock);
	if ((s->flags & SIGNAL_STOPPED) && s->stop_code) {
		fill(r, t, CLD_STOPPED, s->stop_code << 8 | 0x7f);
		if (!(r->options & WNOWAIT))
			s->stop_code = 0;
		taken = true;
	}
	spin_unlock(&t->sighand->lock);
	return taken;
}

static bool take_continued(struct wait_request *r, struct task *t)
{
	struct signal_struct *s = t->signal;
	bool taken = false;

	spin_lock(&t->sighand->lock);
	if (s->flags & SIGNAL_CONTINUED) {
		fill(r, t, CLD_CONTINUED, 0xffff);
		if (!(r->options & WNOWAIT))
			s->flags &= ~SIGNAL_CONTINUED;
		taken = true;
	}
	spin_unlock(&t->sighand->lock);
	return taken;
}

static bool take(struct wait_request *r, struct task *t, bool tracee, struct task **dead)
{
	bool taken = false;

	if (t->exit_state == TASK_ZOMBIE && (t->group_leader != t || thread_group_alone(t))) {
		if (!tracee && t->ptrace)
			return false;		/* its tracer's first */
		taken = (r->options & WEXITED) && take_zombie(r, t, tracee);
		if (taken && t->exit_state == TASK_DEAD)
			*dead = t;
		return taken;
	}
	if (tracee)
		return take_trapped(r, t);
	if (r->options & WUNTRACED)
		taken = take_stopped(r, t);
	if (!taken && (r->options & WCONTINUED))
		taken = take_continued(r, t);
	return taken;
}

/* scan()'s results, of one of them. */
static int look_at(struct wait_request *r, struct task *t, bool tracee, struct task **dead)
{
	if (t->exit_state == TASK_DEAD || !eligible(r, t, tracee))
		return -ECHILD;
	return take(r, t, tracee, dead);
}

/* A child that its own parent's process traces is waited for as a tracee. */
static int scan_children(struct wait_request *r, struct task **dead)
{
	struct task *t;
	int result = -ECHILD;

	list_for_each_entry(t, &current->group_leader->children, sibling) {
		if ((r->options & __WNOTHREAD) && t->real_parent != current)
			continue;
		result = max(result, look_at(r, t, t->ptrace && !ptrace_reparented(t), dead));
		if (result == 1)
			break;
	}
	return result;
}

static int scan_tracees(struct wait_request *r, struct task *tracer, struct task **dead)
{
	struct task *t, *next;
	int result = -ECHILD;

	list_for_each_entry_safe(t, next, &tracer->tracees, tracee_link) {
		result = max(result, look_at(r, t, true, dead));
		if (result == 1)
			break;
	}
	return result;
}

/* 1: r is filled (and *dead is to be released), 0: there are children to wait for, -ECHILD: none. */
static int scan(struct wait_request *r, struct task **dead)
{
	struct task *tracer;
	unsigned long flags;
	int result;

	*dead = NULL;
	spin_lock_irqsave(&tasklist_lock, flags);
	result = scan_children(r, dead);
	list_for_each_entry(tracer, &current->signal->threads, thread_link) {
		if (result == 1)
			break;
		if (tracer == current || !(r->options & __WNOTHREAD))
			result = max(result, scan_tracees(r, tracer, dead));
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return result;
}

/* 0 with r->found set, or 0 when WNOHANG finds nothing yet; -ECHILD, -ERESTARTSYS. */
static int wait_for_child(struct wait_request *r)
{
	struct wait_queue *queue = &current->signal->child_wait;
	struct wait_entry w;
	struct task *dead;
	int result;

	r->found = 0;
	result = scan(r, &dead);
	if (result == 0 && !(r->options & WNOHANG)) {
		wait_entry_init(&w, false);
		for (;;) {
			bool interrupted;

			prepare_to_wait(queue, &w, TASK_INTERRUPTIBLE);
			/* Before the look at the children: the signal may be the news that one has ended. */
			interrupted = signal_pending(current);
			result = scan(r, &dead);
			if (result)
				break;
			if (interrupted) {
				result = -ERESTARTSYS;
				break;
			}
			schedule();
		}
		finish_wait(queue, &w);
	}
	if (result != 1) {
		r->found = 0;
		return result;
	}
	if (dead)
		release_task(dead);
	return 0;
}

static long wait4(pid_t pid, int __user *status, int options, struct abi_rusage __user *usage)
{
	struct wait_request r = { .type = P_ALL, .options = options | WEXITED, .want_usage = usage != NULL };
	int error;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | (int)__WCLONE | __WALL))
		return -EINVAL;
	if (pid == -2147483647 - 1)
		return -ESRCH;
	if (pid > 0) {
		r.type = P_PID;
		r.pid = pid_find_get(pid);
	} else if (pid == 0) {
		r.type = P_PGID;
		r.pid = pid_get(task_pgrp(current));
	} else if (pid < -1) {
		r.type = P_PGID;
		r.pid = pid_find_get(-pid);
	}
	if (r.type != P_ALL && !r.pid)
		return -ECHILD;
	error = wait_for_child(&r);
	pid_put(r.pid);
	if (error || !r.found)
		return error;
	if (status && put_user(r.status, status))
		return -EFAULT;
	if (usage && copy_to_user(usage, &r.usage, sizeof(r.usage)))
		return -EFAULT;
	return r.found;
}

long sys_wait4(pid_t pid, int __user *status, int options, struct abi_rusage __user *usage)
{
	return wait4(pid, status, options, usage);
}

long sys_waitpid(pid_t pid, int __user *status, int options)
{
	return wait4(pid, status, options, NULL);
}

static int waitid_target(struct wait_request *r, int which, pid_t id)
{
	unsigned flags;

	switch (which) {
	case P_ALL:
		return 0;
	case P_PID:
		if (id <= 0)
			return -EINVAL;
		r->pid = pid_find_get(id);
		break;
	case P_PGID:
		if (id < 0)
			return -EINVAL;
		r->pid = id ? pid_find_get(id) : pid_get(task_pgrp(current));
		break;
	case P_PIDFD:
		if (id < 0)
			return -EINVAL;
		r->pid = pidfd_pid((unsigned)id, &flags);
		if (IS_ERR(r->pid))
			return (int)PTR_ERR(r->pid);
		r->type = P_PID;
		r->again = flags & O_NONBLOCK && !(r->options & WNOHANG);
		if (r->again)
			r->options |= WNOHANG;
		break;
	default:
		return -EINVAL;
	}
	return r->pid ? 0 : -ECHILD;
}

long sys_waitid(int which, pid_t id, struct abi_siginfo __user *uinfo, int options, struct abi_rusage __user *usage)
{
	struct wait_request r = { .type = which, .options = options, .want_usage = usage != NULL };
	struct abi_siginfo info;
	int error;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WUNTRACED | WCONTINUED | __WNOTHREAD | (int)__WCLONE | __WALL))
		return -EINVAL;
	if (!(options & (WEXITED | WUNTRACED | WCONTINUED)))
		return -EINVAL;
	error = waitid_target(&r, which, id);
	if (error)
		return error;
	error = wait_for_child(&r);
	pid_put(r.pid);
	if (!error && !r.found && r.again)
		error = -EAGAIN;
	if (error)
		return error;
	if (r.found && usage && copy_to_user(usage, &r.usage, sizeof(r.usage)))
		return -EFAULT;
	if (!uinfo)
		return 0;
	memset(&info, 0, sizeof(info));
	if (r.found) {
		info.si_signo = SIGCHLD;
		info.si_code = r.code;
		info._sifields._sigchld._pid = r.found;
		info._sifields._sigchld._uid = r.uid;
		info._sifields._sigchld._status = r.code == CLD_EXITED ? WEXITSTATUS(r.status)
			: r.code == CLD_STOPPED || r.code == CLD_TRAPPED ? r.status >> 8
			: r.code == CLD_CONTINUED ? SIGCONT : WTERMSIG(r.status);
	}
	/* Only the fields that mean something are stored, as Linux does. */
	if (copy_to_user(uinfo, &info, offsetof(struct abi_siginfo, _sifields) + offsetof(__typeof__(info._sifields._sigchld), _utime)))
		return -EFAULT;
	return 0;
}
