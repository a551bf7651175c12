/* System calls that send and receive messages: sendto(2) and recvfrom(2), sendmsg(2) and recvmsg(2), several at once. */
#include <arch/uaccess.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/splice.h>
#include <mm/kmalloc.h>
#include <net/socket.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/socket.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/time.h>

#define FAST_IOV 8

static inline unsigned with_file_flags(const struct file *f, unsigned flags)
{
	return f->flags & O_NONBLOCK ? flags | MSG_DONTWAIT : flags;
}

long sys_sendto(int fd, const void __user *buf, size_t len, unsigned flags, const void __user *addr, int addr_len)
{
	struct sock_msg m;
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);
	ssize_t n;

	if (!s)
		return error;
	sock_msg_init(&m);
	n = -EFAULT;
	len = min(len, (size_t)0x7ffff000);
	if (!access_ok(buf, len))
		goto out;
	iov_init_user(&m.it, true, (void *)buf, len);
	if (addr) {
		n = sock_addr_in((union sock_addr *)m.raw, addr, addr_len);
		if (n)
			goto out;
		m.addr_len = addr_len;
	}
	n = socket_send(s, &m, with_file_flags(f, flags));
out:
	file_put(f);
	return n;
}

long sys_recvfrom(int fd, void __user *buf, size_t len, unsigned flags, void __user *addr, int __user *addr_len)
{
	struct sock_msg m;
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);
	ssize_t n = -EFAULT;

	if (!s)
		return error;
	sock_msg_init(&m);
	len = min(len, (size_t)0x7ffff000);
	if (access_ok(buf, len)) {
		iov_init_user(&m.it, false, buf, len);
		n = socket_recv(s, &m, with_file_flags(f, flags));
		scm_drop(&m.scm);
	}
	if (n >= 0 && addr && (error = sock_addr_out((union sock_addr *)m.raw, m.addr_len, addr, addr_len)))
		n = error;
	file_put(f);
	return n;
}

/* ---- with a header ---- */

struct header {
	struct abi_msghdr h;
	struct abi_iovec fast[FAST_IOV], *iov;
};

/* The header and its vector, with m's iterator over it; header_done() afterwards. */
static int header_in(struct header *hd, struct sock_msg *m, const struct abi_msghdr __user *user, bool source)
{
	ssize_t n;

	if (copy_from_user(&hd->h, user, sizeof(hd->h)))
		return -EFAULT;
	if (hd->h.msg_namelen < 0)
		return -EINVAL;
	if (hd->h.msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	n = import_iovec((void *)hd->h.msg_iov, hd->h.msg_iovlen, hd->fast, FAST_IOV, &hd->iov);
	if (n < 0)
		return (int)n;
	iov_init_vector(&m->it, source, hd->iov, hd->h.msg_iovlen, (size_t)n);
	return 0;
}

static void header_done(struct header *hd)
{
	if (hd->iov != hd->fast)
		kfree(hd->iov);
}

static ssize_t send_one(struct socket *s, const struct abi_msghdr __user *user, unsigned flags)
{
	struct header hd;
	struct sock_msg m;
	ssize_t n;

	sock_msg_init(&m);
	n = header_in(&hd, &m, user, true);
	if (n)
		return n;
	if (hd.h.msg_name && hd.h.msg_namelen) {
		int len = min(hd.h.msg_namelen, ADDR_MAX);

		n = sock_addr_in((union sock_addr *)m.raw, (void *)hd.h.msg_name, len);
		if (n)
			goto out;
		m.addr_len = len;
	}
	if (hd.h.msg_controllen) {
		n = scm_send(&m.scm, (void *)hd.h.msg_control, hd.h.msg_controllen);
		if (n)
			goto out;
	}
	n = socket_send(s, &m, flags);
	scm_drop(&m.scm);
out:
	header_done(&hd);
	return n;
}

static ssize_t receive_one(struct socket *s, struct abi_msghdr __user *user, unsigned flags)
{
	struct header hd;
	struct sock_msg m;
	ssize_t n;

	sock_msg_init(&m);
	n = header_in(&hd, &m, user, false);
	if (n)
		return n;
	if (hd.h.msg_control) {
		m.control = (void *)hd.h.msg_control;
		m.control_left = hd.h.msg_controllen;
	}
	n = socket_recv(s, &m, flags);
	header_done(&hd);
	if (n < 0) {
		scm_drop(&m.scm);
		return n;
	}
	if (hd.h.msg_name) {
		int error = sock_addr_out((union sock_addr *)m.raw, m.addr_len, (void *)hd.h.msg_name, &user->msg_namelen);

		if (error) {
			scm_drop(&m.scm);
			return error;
		}
	}
	scm_receive(s, &m, flags);
	if (put_user(m.flags, &user->msg_flags) || put_user(m.control_used, &user->msg_controllen))
		return -EFAULT;
	return n;
}

long sys_sendmsg(int fd, const struct abi_msghdr __user *msg, unsigned flags)
{
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);
	ssize_t n;

	if (!s)
		return error;
	n = send_one(s, msg, with_file_flags(f, flags));
	file_put(f);
	return n;
}

long sys_recvmsg(int fd, struct abi_msghdr __user *msg, unsigned flags)
{
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);
	ssize_t n;

	if (!s)
		return error;
	n = receive_one(s, msg, with_file_flags(f, flags));
	file_put(f);
	return n;
}

/* ---- several ---- */

long sys_sendmmsg(int fd, struct abi_mmsghdr __user *msgs, unsigned n, unsigned flags)
{
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);
	unsigned done;
	ssize_t sent = 0;

	if (!s)
		return error;
	n = min(n, (unsigned)UIO_MAXIOV);
	for (done = 0; done < n; done++) {
		sent = send_one(s, &msgs[done].msg_hdr, with_file_flags(f, flags));
		if (sent < 0)
			break;
		if (put_user((u32)sent, &msgs[done].msg_len)) {
			sent = -EFAULT;
			break;
		}
	}
	file_put(f);
	return done ? (long)done : sent;
}

/* `end`: when to stop waiting for more, looked at after each message; the first is waited for without limit. */
static long receive_several(struct socket *s, const struct file *f, struct abi_mmsghdr __user *msgs, unsigned n, unsigned flags, nsec_t end)
{
	ssize_t got = socket_error(s);
	unsigned done = 0;

	if (got)
		return got;
	while (done < n) {
		got = receive_one(s, &msgs[done].msg_hdr, with_file_flags(f, flags & ~(unsigned)MSG_WAITFORONE));
		if (got < 0)
			break;
		if (put_user((u32)got, &msgs[done].msg_len)) {
			got = -EFAULT;
			break;
		}
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (end != MAX_SCHEDULE_TIMEOUT && ktime_get() >= end)
			break;
	}
	if (!done)
		return got;
	/* The trouble behind the messages that came is told next time. */
	if (got < 0 && got != -EAGAIN && got != -ERESTARTSYS && got != -EINTR)
		socket_set_error(s, (int)-got);
	return (long)done;
}

static long do_recvmmsg(int fd, struct abi_mmsghdr __user *msgs, unsigned n, unsigned flags, struct timespec64 *timeout)
{
	nsec_t end = MAX_SCHEDULE_TIMEOUT, now;
	struct file *f;
	struct socket *s;
	int error;
	long ret;

	if (timeout) {
		if (!timespec64_valid(timeout))
			return -EINVAL;
		end = ktime_get() + timespec64_to_ns(timeout);
	}
	s = sock_get(fd, &f, &error);
	if (!s)
		return error;
	ret = receive_several(s, f, msgs, min(n, (unsigned)UIO_MAXIOV), flags, end);
	file_put(f);
	if (timeout && ret > 0) {
		now = ktime_get();
		ns_to_timespec64(now < end ? end - now : 0, timeout);
	}
	return ret;
}

long sys_recvmmsg(int fd, struct abi_mmsghdr __user *msgs, unsigned n, unsigned flags, struct abi_timespec32 __user *timeout)
{
	struct timespec64 ts;
	long ret;

	if (timeout && timespec_from_user32(&ts, timeout))
		return -EFAULT;
	ret = do_recvmmsg(fd, msgs, n, flags, timeout ? &ts : NULL);
	return timeout && ret > 0 && timespec_to_user32(&ts, timeout) ? -EFAULT : ret;
}

long sys_recvmmsg_time64(int fd, struct abi_mmsghdr __user *msgs, unsigned n, unsigned flags, struct abi_timespec64 __user *timeout)
{
	struct timespec64 ts;
	long ret;

	if (timeout && timespec_from_user64(&ts, timeout))
		return -EFAULT;
	ret = do_recvmmsg(fd, msgs, n, flags, timeout ? &ts : NULL);
	return timeout && ret > 0 && timespec_to_user64(&ts, timeout) ? -EFAULT : ret;
}
