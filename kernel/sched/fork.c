/*
 * New tasks: fork, vfork, clone, clone3 and kernel threads, all by task_clone(). Either everything is built and the
 * task is in the lists, or nothing remains. The caller starts it with wake_up_new_task() and may hold a reference
 * across that, since the new task can end before the caller looks at it again.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <fs/fdtable.h>
#include <fs/namei.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/internal.h>
#include <sched/sem_undo.h>
#include <sched/pidfd.h>
#include <sched/ptrace.h>
#include <sched/seccomp.h>
#include <tty/tty.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/ldt.h>
#include <abi/sched.h>

#define CLONE_NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static int check_flags(u64 flags)
{
	/* No namespaces here: said so as Linux says it when built without them. */
	if (flags & CLONE_NAMESPACES)
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_THREAD | CLONE_DETACHED)))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && (flags & CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_PARENT) && (current->signal->flags & SIGNAL_UNKILLABLE))
		return -EINVAL;
	return 0;
}

static int copy_files(struct task *t, u64 flags)
{
	int error = 0;

	if (!t->files || (t->flags & PF_KTHREAD)) {
		t->files = NULL;
		return 0;
	}
	if (flags & CLONE_FILES) {
		atomic_inc(&t->files->count);
		return 0;
	}
	t->files = files_dup(t->files, &error);
	return t->files ? 0 : error;
}

static int copy_fs(struct task *t, u64 flags)
{
	if (!t->fs)
		return 0;
	if (flags & CLONE_FS) {
		atomic_inc(&t->fs->count);
		return 0;
	}
	t->fs = fs_struct_dup(t->fs);
	return t->fs ? 0 : -ENOMEM;
}

static int copy_sighand(struct task *t, u64 flags)
{
	struct sighand *s;
	unsigned long irq;

	if (flags & CLONE_SIGHAND) {
		atomic_inc(&t->sighand->count);
		return 0;
	}
	s = sighand_alloc();
	if (!s)
		return -ENOMEM;
	spin_lock_irqsave(&t->sighand->lock, irq);
	memcpy(s->action, t->sighand->action, sizeof(s->action));
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	t->sighand = s;
	if (flags & CLONE_CLEAR_SIGHAND)
		signal_flush_handlers(t);
	return 0;
}

static int copy_signal(struct task *t, u64 flags)
{
	struct signal_struct *s;

	if (flags & CLONE_THREAD) {
		atomic_inc(&t->signal->count);
		return 0;
	}
	s = signal_alloc();
	if (!s)
		return -ENOMEM;
	s->has_child_subreaper = t->signal->has_child_subreaper || t->signal->child_subreaper;
	t->signal = s;
	return 0;
}

static int copy_mm(struct task *t, u64 flags)
{
	struct mm *mm;
	int error;

	if (!t->mm)
		return 0;
	if (flags & CLONE_VM) {
		mm_get(t->mm);
		return 0;
	}
	mm = mm_alloc();
	if (!mm)
		return -ENOMEM;
	error = mm_fork(mm, t->mm);
	if (error) {
		mm_put(mm);
		return error;
	}
	t->mm = mm;
	return 0;
}

static int copy_tls(struct task *t, unsigned long tls)
{
	struct abi_user_desc d;

	if (copy_from_user(&d, (const void __user *)tls, sizeof(d)))
		return -EFAULT;
	if (d.entry_number < GDT_TLS_MIN || d.entry_number > GDT_TLS_MAX)
		return -EINVAL;
	return thread_set_tls(t, d.entry_number - GDT_TLS_MIN, &d);
}

/* What a copy must not share with its original. Nothing here can fail. */
static void reset_copy(struct task *t, const struct clone_request *r)
{
	bool thread = r->flags & CLONE_THREAD;

	t->state = TASK_UNINTERRUPTIBLE;
	t->exit_state = 0;
	t->flags = (r->fn ? PF_KTHREAD : 0) | PF_FORKNOEXEC;
	t->pagefault_disabled = 0;
	memset(t->pids, 0, sizeof(t->pids));
	memset(t->pid_links, 0, sizeof(t->pid_links));
	list_init(&t->children);
	list_init(&t->sibling);
	list_init(&t->sigqueue);
	t->sigset = 0;
	t->sig_pending = false;
	t->stop_pending = false;
	t->restore_blocked = false;
	if ((r->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		t->sas_sp = t->sas_size = 0;
	t->exit_code = 0;
	t->pdeath_signal = 0;
	t->exit_signal = thread ? -1 : (r->flags & CLONE_PARENT) ? current->group_leader->exit_signal : r->exit_signal;
	t->set_child_tid = (r->flags & CLONE_CHILD_SETTID) ? r->child_tid : NULL;
	t->clear_child_tid = (r->flags & CLONE_CHILD_CLEARTID) ? r->child_tid : NULL;
	t->robust_list = NULL;
	t->rseq_event = false;
	if (r->flags & CLONE_VM || r->fn)
		t->rseq = NULL;			/* the original's; this one registers its own */
	t->vfork_done = NULL;
	t->restart.fn = NULL;
	t->kthread_done = NULL;
	t->kthread_stop = false;
	t->wait_ip = 0;
	t->io_rchar = t->io_wchar = t->io_syscr = t->io_syscw = t->io_read_bytes = t->io_write_bytes = 0;
#ifdef CONFIG_DEBUG
	t->held_count = 0;
#endif
	t->ptrace = 0;
	t->syscall_work = 0;
	t->seccomp_mode = 0;		/* until publish() */
	t->seccomp = NULL;
	t->trap_stop = t->trap_notify = t->listening = false;
	t->ptrace_code = t->stop_sig = 0;
	t->last_siginfo = NULL;
	list_init(&t->tracees);
	list_init(&t->tracee_link);
	t->journal_info = NULL;
	list_init(&t->journal_info_link);
}

/* Kernel threads own nothing of whoever happened to start them. */
static void make_kernel_thread(struct task *t, const struct clone_request *r)
{
	(void)strscpy(t->comm, r->name, sizeof(t->comm));	/* cut if long */
	t->cred = &init_cred;
	t->mm = NULL;
	if (init_process)
		t->fs = init_process->fs;
	t->blocked = ~0ull;
	t->policy = SCHED_NORMAL;
	t->rt_priority = t->nice = 0;	/* sched_fork() takes the rest from these */
}

/* One more of the user is too many. */
static bool one_too_many(const struct user *u)
{
	return (u64)atomic_read(&u->processes) >= rlimit(RLIMIT_NPROC) && u != &root_user &&
	       !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

/* Which stop of the caller its tracer wants to see; 0: none. exit_signal -1: a thread. */
static unsigned trace_event(u64 flags, int exit_signal)
{
	unsigned event;

	if (flags & CLONE_UNTRACED)
		return 0;
	event = flags & CLONE_VFORK ? PTRACE_EVENT_VFORK : exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE : PTRACE_EVENT_FORK;
	return ptrace_event_enabled(current, event) ? event : 0;
}

/* Into the lists, all at once: signals to a group find either all of a fork or nothing of it. */
static int publish(struct task *t, struct pid *pid, u64 flags)
{
	bool kernel = t->flags & PF_KTHREAD;
	struct task *parent = kernel ? &init_task : current;
	unsigned long irq;
	bool interrupted;

	spin_lock_irqsave(&tasklist_lock, irq);
	spin_lock(&current->sighand->lock);
	signal_recalc(current);
	interrupted = current->sig_pending && !kernel;
	if (interrupted) {
		spin_unlock(&current->sighand->lock);
		spin_unlock_irqrestore(&tasklist_lock, irq);
		return -ERESTARTNOINTR;
	}
	if (!kernel)
		seccomp_inherit(t);
	pid_attach(t, PIDTYPE_PID, pid);
	if (flags & CLONE_THREAD) {
		t->tgid = current->tgid;
		t->group_leader = current->group_leader;
		t->parent = t->real_parent = current->real_parent;
		t->signal->live++;
		t->signal->nr_threads++;
	} else {
		t->tgid = t->pid;
		t->group_leader = t;
		t->parent = t->real_parent = (flags & CLONE_PARENT) ? parent->real_parent : parent;
		list_add_tail(&t->sibling, &t->real_parent->group_leader->children);
		t->signal->leader_pid = pid_get(pid);
		pid_attach(t, PIDTYPE_TGID, pid);
		pid_attach(t, PIDTYPE_PGID, task_pgrp(parent));
		pid_attach(t, PIDTYPE_SID, task_session(parent));
		t->signal->tty = parent->signal->tty ? tty_get(parent->signal->tty) : NULL;
		if (!init_process && t->pid == 1) {
			init_process = t;
			t->signal->flags |= SIGNAL_UNKILLABLE;
		}
	}
	ptrace_init_child(t, trace_event(flags, t->exit_signal), (flags & CLONE_PTRACE) && !kernel);
	list_add_tail(&t->thread_link, &t->signal->threads);
	list_add_tail(&t->all_link, &task_list);
	nr_tasks++;
	total_forks++;
	spin_unlock(&current->sighand->lock);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	return 0;
}

struct task *task_clone(const struct clone_request *r)
{
	u64 flags = r->flags;
	struct file *file = NULL;
	struct task *t;
	struct pid *pid;
	unsigned long irq;
	int error, fd = -1;

	error = check_flags(flags);
	if (error)
		return ERR_PTR(error);
	t = task_alloc();
	if (!t)
		return ERR_PTR(-ENOMEM);
	reset_copy(t, r);
	if (r->fn)
		make_kernel_thread(t, r);
	sched_fork(t);
	error = -EAGAIN;
	if (one_too_many(t->cred->user))
		goto out_task;
	error = thread_copy(t, current);
	if (error)
		goto out_task;
	cred_get(t->cred);
	atomic_inc(&t->cred->user->processes);
	error = sem_undo_fork(t, (flags & CLONE_SYSVSEM) && !r->fn);
	if (error)
		goto out_cred;
	error = copy_files(t, flags);
	if (error)
		goto out_undo;
	error = copy_fs(t, flags);
	if (error)
		goto out_files;
	error = copy_sighand(t, flags);
	if (error)
		goto out_fs;
	error = copy_signal(t, flags);
	if (error)
		goto out_sighand;
	error = copy_mm(t, flags);
	if (error)
		goto out_signal;
	if (r->fn)
		thread_init_kernel(t, r->fn, r->arg);
	else
		thread_init_fork(t, current_regs(), r->stack);
	if (flags & CLONE_SETTLS) {
		error = copy_tls(t, r->tls);
		if (error)
			goto out_mm;
	}
	pid = pid_alloc();
	if (IS_ERR(pid)) {
		error = (int)PTR_ERR(pid);
		goto out_mm;
	}
	t->pid = pid->nr;
	if (flags & CLONE_PARENT_SETTID) {
		/* As on Linux, a bad pointer does not stop the clone. */
		(void)put_user((u32)t->pid, r->parent_tid);
	}
	if (flags & CLONE_PIDFD) {
		error = fd = pidfd_make(pid, 0, &file);
		if (error < 0)
			goto out_pid;
		error = put_user((u32)fd, r->pidfd);
		if (error)
			goto out_pidfd;
	}
	error = publish(t, pid, flags);
	if (!error) {
		if (file)
			fd_install((unsigned)fd, file);
		return t;
	}
out_pidfd:
	if (file) {
		fd_release((unsigned)fd);
		file_put(file);
	}
out_pid:
	spin_lock_irqsave(&tasklist_lock, irq);
	pid_free_unused(pid);
	spin_unlock_irqrestore(&tasklist_lock, irq);
out_mm:
	if (t->mm)
		mm_put(t->mm);
out_signal:
	if (flags & CLONE_THREAD)
		atomic_dec(&t->signal->count);
	else
		signal_put(t->signal);
out_sighand:
	sighand_put(t->sighand);
out_fs:
	if (t->fs)
		fs_struct_put(t->fs);
out_files:
	if (t->files)
		files_put(t->files);
out_undo:
	sem_undo_exit(t);
out_cred:
	atomic_dec(&t->cred->user->processes);
	cred_put(t->cred);
	thread_free(t);
out_task:
	task_free_new(t);
	return ERR_PTR(error);
}

/* The child has the mm to itself until it execs or ends; a fatal signal to the parent ends the wait. */
static void wait_for_vfork(struct task *child, struct completion *done)
{
	unsigned long flags;

	if (!wait_event_killable(&done->wait, READ_ONCE(done->done)))
		return;
	spin_lock_irqsave(&tasklist_lock, flags);
	child->vfork_done = NULL;
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

void vfork_release(struct task *t)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (t->vfork_done) {
		complete(t->vfork_done);
		t->vfork_done = NULL;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static long clone_and_start(const struct clone_request *r)
{
	struct completion done;
	struct task *t = task_clone(r);
	unsigned event;
	pid_t pid;

	if (IS_ERR(t))
		return PTR_ERR(t);
	pid = t->pid;
	if (r->flags & CLONE_VFORK) {
		completion_init(&done);
		t->vfork_done = &done;
		task_get(t);
	}
	event = trace_event(r->flags, t->exit_signal);
	wake_up_new_task(t);
	if (event)
		ptrace_event(event, (unsigned long)pid);
	if (r->flags & CLONE_VFORK) {
		wait_for_vfork(t, &done);
		task_put(t);
		ptrace_event(PTRACE_EVENT_VFORK_DONE, (unsigned long)pid);
	}
	return pid;
}

long sys_fork(void)
{
	return clone_and_start(&(struct clone_request){ .exit_signal = SIGCHLD });
}

long sys_vfork(void)
{
	return clone_and_start(&(struct clone_request){ .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD });
}

long sys_clone(unsigned long flags, unsigned long sp, int __user *parent_tid, unsigned long tls, int __user *child_tid)
{
	/* Both would be stored in the same place. */
	if ((flags & (CLONE_PIDFD | CLONE_PARENT_SETTID)) == (CLONE_PIDFD | CLONE_PARENT_SETTID))
		return -EINVAL;
	return clone_and_start(&(struct clone_request){
		.flags = flags & ~(unsigned long)CSIGNAL,
		.exit_signal = flags & CSIGNAL,
		.stack = sp,
		.tls = tls,
		.parent_tid = (u32 __user *)parent_tid,
		.pidfd = (u32 __user *)parent_tid,
		.child_tid = (u32 __user *)child_tid,
	});
}

/* A longer structure than ours is fine as long as what we do not know is zero. */
static int copy_clone_args(struct abi_clone_args *args, const void __user *from, size_t size)
{
	char tail[64];

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	memset(args, 0, sizeof(*args));
	if (copy_from_user(args, from, min(size, sizeof(*args))))
		return -EFAULT;
	for (size_t at = sizeof(*args); at < size; at += sizeof(tail)) {
		size_t n = min(size - at, sizeof(tail));

		if (copy_from_user(tail, (const char __user *)from + at, n))
			return -EFAULT;
		for (size_t i = 0; i < n; i++) {
			if (tail[i])
				return -E2BIG;
		}
	}
	return 0;
}

long sys_clone3(struct abi_clone_args __user *uargs, size_t size)
{
	struct abi_clone_args args;
	unsigned long stack = 0;
	int error = copy_clone_args(&args, uargs, size);

	if (error)
		return error;
	if (args.flags & (CSIGNAL | CLONE_DETACHED | ~(u64)(0xffffffffu | CLONE_CLEAR_SIGHAND)))
		return -EINVAL;
	if (args.exit_signal > ABI_NSIG)
		return -EINVAL;
	if ((args.flags & (CLONE_THREAD | CLONE_PARENT)) && args.exit_signal)
		return -EINVAL;
	if (args.set_tid_size || args.set_tid)
		return -EINVAL;		/* choosing ids is for checkpoints: not here */
	if (args.stack || args.stack_size) {
		if (!args.stack || !args.stack_size || args.stack > TASK_SIZE || args.stack_size > TASK_SIZE - args.stack)
			return -EINVAL;
		stack = (unsigned long)(args.stack + args.stack_size);
	}
	return clone_and_start(&(struct clone_request){
		.flags = args.flags,
		.exit_signal = (int)args.exit_signal,
		.stack = stack,
		.tls = (unsigned long)args.tls,
		.parent_tid = (u32 __user *)(unsigned long)args.parent_tid,
		.pidfd = (u32 __user *)(unsigned long)args.pidfd,
		.child_tid = (u32 __user *)(unsigned long)args.child_tid,
	});
}

long sys_unshare(unsigned long flags)
{
	if (flags & ~(unsigned long)(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM))
		return -EINVAL;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && !thread_group_alone(current))
		return -EINVAL;
	if ((flags & CLONE_VM) && atomic_read(&current->mm->users) > 1)
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && atomic_read(&current->sighand->count) > 1)
		return -EINVAL;
	if ((flags & CLONE_FS) && atomic_read(&current->fs->count) > 1) {
		struct fs_struct *fs = fs_struct_dup(current->fs), *old = current->fs;

		if (!fs)
			return -ENOMEM;
		current->fs = fs;
		fs_struct_put(old);
	}
	if (flags & CLONE_SYSVSEM)
		sem_undo_exit(current);
	return (flags & CLONE_FILES) ? files_unshare_current() : 0;
}

long sys_set_tid_address(int __user *tid)
{
	current->clear_child_tid = (u32 __user *)tid;
	return current->pid;
}
