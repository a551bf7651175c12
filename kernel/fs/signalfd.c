/*
 * signalfd: pending signals of the reader, taken by read() instead of by a handler. The mask is the file's; whose
 * signals are meant is decided at each call, as on Linux.
 */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/signalfd.h>

struct wait_queue signalfd_wait = WAIT_QUEUE_INIT(signalfd_wait);

struct signalfd {
	u64 mask;		/* never SIGKILL, SIGSTOP; replaced whole by a single store on this processor */
};

static void convert(const struct abi_siginfo *i, struct abi_signalfd_siginfo *o)
{
	memset(o, 0, sizeof(*o));
	o->ssi_signo = (u32)i->si_signo;
	o->ssi_errno = i->si_errno;
	o->ssi_code = i->si_code;
	if (i->si_code == SI_TIMER) {
		o->ssi_tid = (u32)i->_sifields._timer._tid;
		o->ssi_overrun = (u32)i->_sifields._timer._overrun;
		o->ssi_int = i->_sifields._timer._sigval.sival_int;
		o->ssi_ptr = (u32)i->_sifields._timer._sigval.sival_int;
	} else if (i->si_code <= 0) {
		o->ssi_pid = (u32)i->_sifields._rt._pid;
		o->ssi_uid = i->_sifields._rt._uid;
		if (i->si_code < 0) {
			o->ssi_int = i->_sifields._rt._sigval.sival_int;
			o->ssi_ptr = (u32)i->_sifields._rt._sigval.sival_int;
		}
	} else {
		switch (i->si_signo) {
		case SIGCHLD:
			o->ssi_pid = (u32)i->_sifields._sigchld._pid;
			o->ssi_uid = i->_sifields._sigchld._uid;
			o->ssi_status = i->_sifields._sigchld._status;
			o->ssi_utime = (u64)i->_sifields._sigchld._utime;
			o->ssi_stime = (u64)i->_sifields._sigchld._stime;
			break;
		case SIGILL: case SIGFPE: case SIGSEGV: case SIGBUS: case SIGTRAP:
			o->ssi_addr = i->_sifields._sigfault._addr;
			o->ssi_addr_lsb = (u16)i->_sifields._sigfault._addr_lsb;
			break;
		case SIGIO:
			o->ssi_band = (u32)i->_sifields._sigpoll._band;
			o->ssi_fd = i->_sifields._sigpoll._fd;
			break;
		default:
			o->ssi_pid = (u32)i->_sifields._kill._pid;
			o->ssi_uid = i->_sifields._kill._uid;
		}
	}
}

static ssize_t signal_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct signalfd *s = f->private;
	struct abi_signalfd_siginfo out;
	struct abi_siginfo info;
	ssize_t done = 0;

	(void)pos;
	if (it->count < sizeof(out))
		return -EINVAL;
	while (it->count >= sizeof(out)) {
		int sig = signal_dequeue(s->mask, &info);

		if (!sig) {
			if (done)
				break;
			if (f->flags & O_NONBLOCK)
				return -EAGAIN;
			if (wait_event_interruptible(&signalfd_wait, (sig = signal_dequeue(s->mask, &info))))
				return -ERESTARTSYS;
		}
		convert(&info, &out);
		if (copy_to_iter(&out, sizeof(out), it) != sizeof(out))
			return done ? done : -EFAULT;
		done += sizeof(out);
	}
	return done;
}

static unsigned signal_poll(struct file *f, struct poll_table *pt)
{
	struct signalfd *s = f->private;
	unsigned long flags;
	u64 pending;

	poll_wait(f, &signalfd_wait, pt);
	spin_lock_irqsave(&current->sighand->lock, flags);
	pending = current->sigset | current->signal->sigset;
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return pending & s->mask ? POLLIN | POLLRDNORM : 0;
}

static void signal_release(struct inode *inode, struct file *f)
{
	(void)inode;
	kfree(f->private);
}

static void signal_fdinfo(struct seq_file *m, struct file *f)
{
	seq_printf(m, "sigmask:\t%016llx\n", ((struct signalfd *)f->private)->mask);
}

static const struct file_ops signal_ops = {
	.read = signal_read, .poll = signal_poll, .release = signal_release, .show_fdinfo = signal_fdinfo,
};

long sys_signalfd4(int fd, const struct abi_sigset __user *mask, size_t size, int flags)
{
	struct abi_sigset set;
	struct signalfd *s;
	struct file *f;
	u64 bits;

	if ((flags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) || size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)))
		return -EFAULT;
	bits = sigset_to_u64(&set) & ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	if (fd == -1) {
		s = kzalloc(sizeof(*s), GFP_KERNEL);
		if (!s)
			return -ENOMEM;
		s->mask = bits;
		return anon_fd("[signalfd]", &signal_ops, s, flags);
	}
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	if (f->op != &signal_ops) {
		file_put(f);
		return -EINVAL;
	}
	s = f->private;
	preempt_disable();
	s->mask = bits;
	preempt_enable();
	/* Somebody may wait for what the new mask lets through. */
	wake_up_all(&signalfd_wait);
	file_put(f);
	return fd;
}

long sys_signalfd(int fd, const struct abi_sigset __user *mask, size_t size)
{
	return sys_signalfd4(fd, mask, size, 0);
}
