/* signalfd(2): pending signals of the reader, as records. The signals should be blocked, or handlers see them first. */
#include <arch/uaccess.h>
#include <core/string.h>
#include <fs/fdtable.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <abi/errno.h>
#include <abi/signalfd.h>

static void to_record(struct abi_signalfd_siginfo *r, const struct abi_siginfo *i)
{
	memset(r, 0, sizeof(*r));
	r->ssi_signo = (u32)i->si_signo;
	r->ssi_errno = i->si_errno;
	r->ssi_code = i->si_code;
	if (i->si_code == SI_TIMER) {
		r->ssi_tid = (u32)i->_sifields._timer._tid;
		r->ssi_overrun = (u32)i->_sifields._timer._overrun;
		r->ssi_int = i->_sifields._timer._sigval.sival_int;
		r->ssi_ptr = i->_sifields._timer._sigval.sival_ptr;
	} else if (i->si_code <= SI_USER || i->si_signo >= 32) {
		r->ssi_pid = (u32)i->_sifields._rt._pid;
		r->ssi_uid = i->_sifields._rt._uid;
		r->ssi_int = i->_sifields._rt._sigval.sival_int;
		r->ssi_ptr = i->_sifields._rt._sigval.sival_ptr;
	} else if (i->si_signo == SIGCHLD) {
		r->ssi_pid = (u32)i->_sifields._sigchld._pid;
		r->ssi_uid = i->_sifields._sigchld._uid;
		r->ssi_status = i->_sifields._sigchld._status;
		r->ssi_utime = (u64)(s64)i->_sifields._sigchld._utime;
		r->ssi_stime = (u64)(s64)i->_sifields._sigchld._stime;
	} else if (i->si_signo == SIGIO) {
		r->ssi_band = (u32)i->_sifields._sigpoll._band;
		r->ssi_fd = i->_sifields._sigpoll._fd;
	} else {
		r->ssi_addr = i->_sifields._sigfault._addr;
	}
}

static u64 mask_of(const struct file *f) { return *(const u64 *)f->private; }

static ssize_t signalfd_read(struct file *f, struct iov_iter *it, loff_t *pos __maybe_unused)
{
	struct abi_signalfd_siginfo record;
	struct abi_siginfo info;
	ssize_t done = 0;

	if (it->count < sizeof(record))
		return -EINVAL;
	while (it->count >= sizeof(record)) {
		int sig = signal_dequeue(mask_of(f), &info);

		if (!sig) {
			if (done)
				break;
			if (f->flags & O_NONBLOCK)
				return -EAGAIN;
			if (wait_event_interruptible(&current->sighand->signalfd_wait, (sig = signal_dequeue(mask_of(f), &info)) != 0))
				return -ERESTARTSYS;
		}
		to_record(&record, &info);
		if (copy_to_iter(&record, sizeof(record), it) != sizeof(record))
			return done ? done : -EFAULT;
		done += (ssize_t)sizeof(record);
	}
	return done;
}

static unsigned signalfd_poll(struct file *f, struct poll_table *pt)
{
	u64 pending;

	poll_wait(f, &current->sighand->signalfd_wait, pt);
	pending = current->sigset | current->signal->sigset;
	return pending & mask_of(f) ? POLLIN | POLLRDNORM : 0;
}

static void signalfd_release(struct inode *inode __maybe_unused, struct file *f)
{
	kfree(f->private);
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.poll = signalfd_poll,
	.release = signalfd_release,
	.llseek = no_llseek,
};

static long set_mask(int fd, u64 mask)
{
	struct file *f = fd_get((unsigned)fd);

	if (!f)
		return -EBADF;
	if (f->op != &signalfd_ops) {
		file_put(f);
		return -EINVAL;
	}
	*(u64 *)f->private = mask;
	wake_up_all(&current->sighand->signalfd_wait);
	file_put(f);
	return fd;
}

long sys_signalfd4(int fd, const struct abi_sigset __user *umask, size_t size, int flags)
{
	struct abi_sigset set;
	struct file *f;
	u64 mask, *kept;

	if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK) || size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, umask, sizeof(set)))
		return -EFAULT;
	mask = sigset_to_u64(&set) & ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	if (fd != -1)
		return set_mask(fd, mask);
	kept = kmalloc(sizeof(*kept), GFP_KERNEL);
	if (!kept)
		return -ENOMEM;
	*kept = mask;
	f = file_open_inode(NULL, O_RDWR | ((unsigned)flags & SFD_NONBLOCK), &signalfd_ops, "[signalfd]", kept);
	if (IS_ERR(f)) {
		kfree(kept);
		return PTR_ERR(f);
	}
	fd = fd_alloc(0, (unsigned)flags & SFD_CLOEXEC);
	if (fd < 0)
		file_put(f);
	else
		fd_install((unsigned)fd, f);
	return fd;
}

long sys_signalfd(int fd, const struct abi_sigset __user *mask, size_t size)
{
	return sys_signalfd4(fd, mask, size, 0);
}
