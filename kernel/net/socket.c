/*
 * The socket layer: families, sockets as files, what read(2), write(2), poll(2) and ioctl(2) do to them. A socket's file
 * owns one reference; closing it calls the family's release() and drops that.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/percpu.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <net/socket.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/ioctl.h>

int net_wmem_default = 212992, net_rmem_default = 212992, net_wmem_max = 212992, net_rmem_max = 212992;
int net_somaxconn = SOMAXCONN;

static const struct net_family *families[AF_MAX];	/* set during start-up and by modules */

int net_family_register(const struct net_family *f)
{
	if (families[f->family])
		return -EEXIST;
	families[f->family] = f;
	return 0;
}

int socket_create(int family, int type, int protocol, struct socket **out)
{
	if (family < 0 || family >= AF_MAX)
		return -EAFNOSUPPORT;
	if (type < 0 || type > SOCK_PACKET)
		return -EINVAL;
	if (!families[family])
		return -EAFNOSUPPORT;
	return families[family]->create(type, protocol, out);
}

void socket_init(struct socket *s, const struct socket_ops *ops, int family, int type, int protocol)
{
	memset(s, 0, sizeof(*s));
	atomic_set(&s->count, 1);
	s->ops = ops;
	s->family = (u16)family;
	s->type = (u16)type;
	s->protocol = (u16)protocol;
	spin_lock_init(&s->lock, RANK_SOCKET);
	wait_queue_init(&s->wait);
	s->sndbuf = (u32)net_wmem_default;
	s->rcvbuf = (u32)net_rmem_default;
	fasync_init(&s->fasync);
	s->peek_off = -1;
	s->rcvlowat = 1;
	s->rcvtimeo = s->sndtimeo = MAX_SCHEDULE_TIMEOUT;
}

void socket_fini(struct socket *s)
{
	if (s->peer_pid)
		pid_put(s->peer_pid);
	if (s->peer_cred)
		cred_put(s->peer_cred);
}

void socket_put(struct socket *s)
{
	if (atomic_dec_and_test(&s->count))
		s->ops->destroy(s);
}

int socket_error(struct socket *s)
{
	int error;

	if (likely(!READ_ONCE(s->error)))
		return 0;
	spin_lock(&s->lock);
	error = s->error;
	s->error = 0;
	spin_unlock(&s->lock);
	return -error;
}

void socket_set_error(struct socket *s, int error)
{
	spin_lock(&s->lock);
	s->error = error;
	spin_unlock(&s->lock);
}

void socket_peek_move(struct socket *s, s32 n)
{
	s64 to;

	if (likely(READ_ONCE(s->peek_off) < 0))
		return;
	spin_lock(&s->lock);
	if (s->peek_off >= 0) {
		to = (s64)s->peek_off + n;
		s->peek_off = to < 0 ? 0 : to > 0x7fffffff ? 0x7fffffff : (s32)to;
	}
	spin_unlock(&s->lock);
}

bool socket_send_urgent(struct socket *s)
{
	struct file *f;
	bool sent;

	spin_lock(&s->lock);
	f = s->file;
	if (f && !atomic_inc_not_zero(&f->count))
		f = NULL;		/* on its way out */
	spin_unlock(&s->lock);
	if (!f)
		return false;
	sent = file_send_urgent(f);
	file_put(f);
	return sent;
}

static void set_peer(struct socket *s, struct pid *pid, const struct cred *cred)
{
	struct pid *old_pid;
	const struct cred *old_cred;

	spin_lock(&s->lock);
	old_pid = s->peer_pid;
	old_cred = s->peer_cred;
	s->peer_pid = pid;
	s->peer_cred = cred;
	spin_unlock(&s->lock);
	if (old_pid)
		pid_put(old_pid);
	if (old_cred)
		cred_put(old_cred);
}

void socket_set_peer(struct socket *s)
{
	set_peer(s, pid_get(current_tgid()), cred_get(current_cred()));
}

void socket_copy_peer(struct socket *s, const struct socket *from)
{
	set_peer(s, pid_get(from->peer_pid), from->peer_cred ? cred_get(from->peer_cred) : NULL);
}

ssize_t socket_send(struct socket *s, struct sock_msg *m, unsigned flags)
{
	ssize_t n;

	if (!s->ops->sendmsg)
		return -EOPNOTSUPP;
	n = s->ops->sendmsg(s, m, flags);
	if (n == -EPIPE && !(flags & MSG_NOSIGNAL) && s->type == SOCK_STREAM)
		signal_send_thread(SIGPIPE, current);
	return n;
}

ssize_t socket_recv(struct socket *s, struct sock_msg *m, unsigned flags)
{
	return s->ops->recvmsg ? s->ops->recvmsg(s, m, flags) : -EOPNOTSUPP;
}

/* ---- as a file ---- */

static inline unsigned call_flags(const struct file *f, const struct iov_iter *it)
{
	return (f->flags & O_NONBLOCK) || (it->rwf & RWF_NOWAIT) ? MSG_DONTWAIT : 0;
}

static ssize_t sock_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct sock_msg m;
	ssize_t n;

	(void)pos;
	if (!it->count)
		return 0;
	sock_msg_init(&m);
	iov_move(&m.it, it);
	n = socket_recv(f->private, &m, call_flags(f, it));
	iov_move(it, &m.it);
	return n;
}

static ssize_t sock_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct sock_msg m;
	ssize_t n;

	(void)pos;
	sock_msg_init(&m);
	iov_move(&m.it, it);
	n = socket_send(f->private, &m, call_flags(f, it));
	iov_move(it, &m.it);
	return n;
}

static unsigned sock_poll(struct file *f, struct poll_table *pt)
{
	struct socket *s = f->private;

	return s->ops->poll(s, f, pt);
}

static long sock_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	u32 __user *user = (void *)arg;
	u32 who;

	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		if (get_user(who, user))
			return -EFAULT;
		if (who == 0x80000000u)
			return -EINVAL;
		return (s32)who < 0 ? file_set_owner_nr(f, OWNER_PGRP, -(pid_t)who) : file_set_owner_nr(f, OWNER_PID, (pid_t)who);
	case FIOGETOWN:
	case SIOCGPGRP:
		return put_user((u32)file_owner_nr(f), user);
	}
	return socket_ioctl(f->private, cmd, arg);
}

static int sock_fasync(int fd, struct file *f, bool on)
{
	struct socket *s = f->private;

	return fasync_set(fd, f, on, &s->fasync);
}

static int sock_flush(struct file *f)
{
	struct socket *s = f->private;

	if (s->ops->closing)
		s->ops->closing(s);
	return 0;
}

static void sock_release(struct inode *inode, struct file *f)
{
	struct socket *s = f->private;

	(void)inode;
	spin_lock(&s->lock);
	s->file = NULL;
	spin_unlock(&s->lock);
	s->ops->release(s);
	socket_put(s);
}

static const struct file_ops sock_ops = {
	.nowait = true, .read = sock_read, .write = sock_write, .poll = sock_poll, .ioctl = sock_ioctl, .flush = sock_flush,
	.fasync = sock_fasync,
	.release = sock_release,
};

struct socket *file_socket(const struct file *f)
{
	return f->op == &sock_ops ? f->private : NULL;
}

struct file *socket_file(struct socket *s, unsigned flags)
{
	struct inode *inode = anon_inode_new(S_IFSOCK | 0777);
	struct file *f;

	if (!inode)
		return ERR_PTR(-ENFILE);
	inode_init_special(inode, S_IFSOCK | 0777, 0);	/* by /proc/PID/fd it cannot be opened */
	f = file_open_inode(inode, O_RDWR | (flags & O_NONBLOCK), &sock_ops, "socket", s);
	iput(inode);
	if (IS_ERR(f))
		return f;
	f->mode |= FMODE_STREAM;
	s->file = f;
	return f;
}

static int __init socket_sysctls(void)
{
	static const struct {
		const char *name;
		int *value, min;
	} values[] = {
		{ "net/core/somaxconn", &net_somaxconn, 0 },
		{ "net/core/wmem_default", &net_wmem_default, SOCK_MIN_SNDBUF },
		{ "net/core/rmem_default", &net_rmem_default, SOCK_MIN_RCVBUF },
		{ "net/core/wmem_max", &net_wmem_max, SOCK_MIN_SNDBUF },
		{ "net/core/rmem_max", &net_rmem_max, SOCK_MIN_RCVBUF },
	};
	int error = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(values) && !error; i++)
		error = sysctl_int(values[i].name, 0644, values[i].value, values[i].min, 0x3fffffff);
	return error;
}
late_initcall(socket_sysctls);
