/*
 * The point of no return of execve(): the calling thread becomes the only one of its process, gets the new address
 * space and credentials, and loses what does not survive: handlers, timers, close-on-exec files, TLS, FPU state.
 */
#include <core/string.h>
#include <fs/fdtable.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/exec.h>
#include <sched/internal.h>
#include <sched/ptrace.h>
#include <abi/capability.h>
#include <abi/personality.h>

/* ---- one thread ---- */

static bool others_gone(struct task *self)
{
	return self->signal->nr_threads <= self->signal->notify_count &&
	       (self->group_leader == self || self->group_leader->exit_state);
}

/* Ends all other threads, but for a dead leader. 0, or -EAGAIN when this process ends or execs elsewhere. */
static int end_other_threads(void)
{
	struct task *self = current;
	struct signal_struct *s = self->signal;
	unsigned long flags;
	int error = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&self->sighand->lock);
	if ((s->flags & SIGNAL_GROUP_EXIT) || s->group_exit_task) {
		spin_unlock(&self->sighand->lock);
		spin_unlock_irqrestore(&tasklist_lock, flags);
		return -EAGAIN;
	}
	s->group_exit_task = self;
	s->notify_count = self->group_leader == self ? 1 : 2;
	signal_kill_others(self);
	spin_unlock(&self->sighand->lock);
	while (!others_gone(self)) {
		set_current_state(TASK_KILLABLE);
		spin_unlock_irqrestore(&tasklist_lock, flags);
		schedule();
		spin_lock_irqsave(&tasklist_lock, flags);
		if (fatal_signal_pending(self)) {
			error = -EAGAIN;
			break;
		}
	}
	s->group_exit_task = NULL;
	s->notify_count = 0;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

static void take_id(struct task *to, struct task *from, unsigned type)
{
	struct pid *p = from->pids[type];

	pid_attach(to, type, p);
	pid_detach(from, type);
}

/* The process keeps its id: a thread that execs takes over the dead leader's identity and family. */
static void become_leader(void)
{
	struct task *self = current, *old = self->group_leader;
	unsigned long flags;

	if (old == self)
		return;
	spin_lock_irqsave(&tasklist_lock, flags);
	pid_detach(self, PIDTYPE_PID);
	for (unsigned type = 0; type < PIDTYPES; type++)
		take_id(self, old, type);
	self->pid = old->pid;
	self->start_time = old->start_time;
	self->group_leader = old->group_leader = self;
	self->exit_signal = SIGCHLD;
	old->exit_signal = -1;
	old->exit_state = TASK_DEAD;
	list_add(&self->sibling, &old->sibling);
	list_del_init(&old->sibling);
	list_splice_init(&old->children, &self->children);	/* whose real parent we are: all others have ended */
	if (init_process == old)
		init_process = self;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	release_task(old);
}

static int own_sighand(void)
{
	struct sighand *old = current->sighand, *s;
	unsigned long flags;

	if (atomic_read(&old->count) == 1)
		return 0;
	s = sighand_alloc();
	if (!s)
		return -ENOMEM;
	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&old->lock);
	memcpy(s->action, old->action, sizeof(s->action));
	current->sighand = s;
	spin_unlock(&old->lock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	sighand_put(old);
	return 0;
}

/* ---- credentials ---- */

static bool honours_setid(const struct exec_image *image)
{
	struct task *tracer;
	unsigned long flags;
	bool traced;

	/* Who steers it must not thereby gain what the file's owner may. */
	spin_lock_irqsave(&tasklist_lock, flags);
	tracer = current->parent;
	traced = current->ptrace && !cred_capable(tracer->cred, CAP_SYS_PTRACE);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return !traced && !(image->file->path.mnt->flags & MNT_NOSUID) && !current->no_new_privs;
}

/* capabilities(7), "Transformation of capabilities during execve()"; files carry none here. */
static void exec_capabilities(struct cred *c, const struct cred *old, bool setid)
{
	bool root = !(c->securebits & 1u << SECURE_NOROOT) && (c->euid == 0 || c->uid == 0);

	if (setid)
		c->cap_ambient = 0;
	c->cap_permitted = root ? (old->cap_inheritable | c->cap_bset) : c->cap_ambient;
	c->cap_effective = root && c->euid == 0 ? c->cap_permitted : c->cap_ambient;
	c->securebits &= ~(1u << SECURE_KEEP_CAPS);
}

static struct cred *exec_cred(struct exec_image *image)
{
	const struct inode *inode = image->file->inode;
	const struct cred *old = current->cred;
	struct cred *c = cred_prepare();
	bool setid = false;

	if (!c)
		return NULL;
	if (honours_setid(image)) {
		if (inode->mode & S_ISUID)
			c->euid = inode->uid;
		if ((inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			c->egid = inode->gid;
		setid = c->euid != old->euid || c->egid != old->egid;
	}
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	exec_capabilities(c, old, setid);
	image->secure = c->euid != c->uid || c->egid != c->gid || (c->uid != 0 && c->cap_effective & ~c->cap_ambient);
	return c;
}

/* ---- the exchange ---- */

static void switch_mm(struct exec_image *image)
{
	struct task *self = current;
	struct mm *old = self->mm;

	futex_exit(self);
	preempt_disable();
	self->mm = image->mm;
	mm_switch(old, image->mm);
	preempt_enable();
	image->mm = NULL;
	vfork_release(self);
	if (old) {
		self->signal->maxrss = max(self->signal->maxrss, max(mm_rss(old), old->hiwater_rss));
		mm_put(old);
	}
}

static void name_task(const char *path)
{
	const char *slash = strrchr(path, '/');

	(void)strscpy(current->comm, slash ? slash + 1 : path, sizeof(current->comm));	/* cut if long */
}

int exec_commit(struct exec_image *image)
{
	struct task *self = current;
	struct cred *cred = exec_cred(image);
	int error;

	if (!cred)
		return -ENOMEM;
	error = files_unshare_current();
	if (error)
		goto out;
	error = own_sighand();
	if (error)
		goto out;
	if (!thread_group_alone(self)) {
		error = end_other_threads();
		if (error)
			goto out;
	}
	image->committed = true;
	become_leader();
	error = deny_write_access(image->file);		/* until the address space goes; exec's own ends with exec */
	BUG_ON(error);
	image->mm->exe_file = file_get(image->file);
	switch_mm(image);
	self->flags &= ~(PF_FORKNOEXEC | PF_KTHREAD);
	self->personality &= ~(unsigned)(READ_IMPLIES_EXEC | (image->secure ? ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO : 0));
	name_task(image->filename);
	thread_flush(self);
	posix_timers_delete_all(self);
	signal_flush_handlers(self);
	self->sas_sp = self->sas_size = 0;
	self->sas_flags = 0;
	self->restart.fn = NULL;
	self->rseq = NULL;
	self->rseq_event = false;
	self->signal->did_exec = true;
	self->exit_signal = SIGCHLD;
	if (self->blocked == ~0ull)
		signal_set_blocked(0);		/* it was a kernel thread */
	self->mm->dumpable = !image->secure;
	if (image->secure)
		self->pdeath_signal = 0;
	files_close_on_exec(self->files);
	cred_commit(cred);
	return 0;
out:
	cred_abort(cred);
	return error;
}
