/*
 * Process descriptors: a file that stands for a process as long as it is open, whatever becomes of the number. It
 * can be signalled, waited for, and polled: readable once the process has ended.
 */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <sched/internal.h>
#include <sched/pidfd.h>
#include <sched/ptrace.h>
#include <sys/syscalls.h>
#include <abi/errno.h>

static unsigned pidfd_poll(struct file *f, struct poll_table *pt)
{
	struct pid *pid = f->private;
	unsigned long flags;
	struct task *t;
	bool ended;

	poll_wait(f, &pid->ended, pt);
	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(pid, PIDTYPE_TGID);
	ended = !t || (t->exit_state && thread_group_alone(t));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ended ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct inode *inode, struct file *f)
{
	(void)inode;
	pid_put(f->private);
}

static void pidfd_fdinfo(struct seq_file *m, struct file *f)
{
	struct pid *pid = f->private;
	unsigned long flags;
	pid_t nr;

	spin_lock_irqsave(&tasklist_lock, flags);
	nr = pid_task(pid, PIDTYPE_TGID) ? pid->nr : -1;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	seq_printf(m, "Pid:\t%d\nNSpid:\t%d\n", nr, nr);
}

static const struct file_ops pidfd_ops = { .poll = pidfd_poll, .release = pidfd_release, .show_fdinfo = pidfd_fdinfo };

int pidfd_make(struct pid *pid, unsigned flags, struct file **file)
{
	struct file *f;
	int fd = fd_alloc(0, O_CLOEXEC);

	if (fd < 0)
		return fd;
	f = file_open_inode(NULL, O_RDWR | (flags & O_NONBLOCK), &pidfd_ops, "[pidfd]", pid_get(pid));
	if (IS_ERR(f)) {
		pid_put(pid);
		fd_release((unsigned)fd);
		return (int)PTR_ERR(f);
	}
	*file = f;
	return fd;
}

struct pid *pidfd_pid(unsigned fd, unsigned *flags)
{
	struct file *f = fd_get(fd);
	struct pid *pid;

	if (!f)
		return ERR_PTR(-EBADF);
	pid = f->op == &pidfd_ops ? pid_get(f->private) : ERR_PTR(-EBADF);
	if (flags)
		*flags = f->flags;
	file_put(f);
	return pid;
}

long sys_pidfd_open(pid_t nr, unsigned flags)
{
	unsigned long irq;
	struct file *f;
	struct pid *pid;
	bool process;
	int fd;

	if (flags & ~(unsigned)O_NONBLOCK || nr <= 0)
		return -EINVAL;
	spin_lock_irqsave(&tasklist_lock, irq);
	pid = pid_get(pid_find(nr));
	process = pid && pid_task(pid, PIDTYPE_TGID);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	if (!pid)
		return -ESRCH;
	fd = process ? pidfd_make(pid, flags, &f) : -EINVAL;
	pid_put(pid);
	if (fd >= 0)
		fd_install((unsigned)fd, f);
	return fd;
}

/* The process behind the descriptor, referenced. */
static struct task *process_of(unsigned fd)
{
	struct pid *pid = pidfd_pid(fd, NULL);
	unsigned long flags;
	struct task *t;

	if (IS_ERR(pid))
		return (struct task *)pid;
	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(pid, PIDTYPE_TGID);
	if (t)
		task_get(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	pid_put(pid);
	return t ? t : ERR_PTR(-ESRCH);
}

long sys_pidfd_getfd(int pidfd, int fd, unsigned flags)
{
	struct task *t;
	struct file *f;
	int new;

	if (flags)
		return -EINVAL;
	t = process_of((unsigned)pidfd);
	if (IS_ERR(t))
		return PTR_ERR(t);
	f = ptrace_may_access(t) ? task_fd_get(t, (unsigned)fd) : ERR_PTR(-EPERM);
	task_put(t);
	if (IS_ERR(f))
		return PTR_ERR(f);
	if (!f)
		return -EBADF;
	new = fd_alloc(0, O_CLOEXEC);
	if (new < 0)
		file_put(f);
	else
		fd_install((unsigned)new, f);
	return new;
}
