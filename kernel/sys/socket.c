/* System calls of sockets but those that move messages: socket(2) to shutdown(2), and socketcall(2) for all. */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <net/socket.h>
#include <sched/task.h>
#include <sys/socket.h>
#include <sys/syscalls.h>

struct socket *sock_get(int fd, struct file **out, int *error)
{
	struct file *f = fd_get((unsigned)fd);
	struct socket *s;

	*error = -EBADF;
	if (!f)
		return NULL;
	s = file_socket(f);
	if (!s) {
		*error = -ENOTSOCK;
		file_put(f);
		return NULL;
	}
	*out = f;
	*error = 0;
	return s;
}

int sock_addr_in(union sock_addr *addr, const void __user *user, int len)
{
	if (len < 0 || len > ADDR_MAX)
		return -EINVAL;
	memset(addr, 0, sizeof(addr->addr));
	return len && copy_from_user(addr, user, (size_t)len) ? -EFAULT : 0;
}

int sock_addr_out(const union sock_addr *addr, int len, void __user *user, int __user *user_len)
{
	int room;

	if (get_user(room, user_len))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	room = min(room, len);
	if (room && copy_to_user(user, addr, (size_t)room))
		return -EFAULT;
	return put_user(len, user_len) ? -EFAULT : 0;
}

/* A descriptor for a socket nobody else knows yet, which goes on failure. */
static int publish(struct socket *s, unsigned flags, int fd)
{
	struct file *f = socket_file(s, flags);

	if (IS_ERR(f)) {
		s->ops->release(s);
		socket_put(s);
		return PTR_ERR(f);
	}
	fd_install((unsigned)fd, f);
	return 0;
}

static inline unsigned cloexec(int flags) { return flags & SOCK_CLOEXEC ? O_CLOEXEC : 0; }

long sys_socket(int family, int type, int protocol)
{
	int flags = type & ~SOCK_TYPE_MASK, fd, error;
	struct socket *s;

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	error = socket_create(family, type & SOCK_TYPE_MASK, protocol, &s);
	if (error)
		return error;
	fd = fd_alloc(0, cloexec(flags));
	if (fd < 0) {
		s->ops->release(s);
		socket_put(s);
		return fd;
	}
	error = publish(s, (unsigned)flags, fd);
	if (error)
		fd_release((unsigned)fd);
	return error ? error : fd;
}

/* Two files that are each other's peer; ERR_PTR in neither: both or an error. */
static int make_pair(int family, int type, int protocol, unsigned flags, struct file **ends)
{
	struct socket *s[2];
	int error = socket_create(family, type, protocol, &s[0]);

	if (error)
		return error;
	error = socket_create(family, type, protocol, &s[1]);
	if (error)
		goto out_first;
	error = s[0]->ops->pair ? s[0]->ops->pair(s[0], s[1]) : -EOPNOTSUPP;
	if (error)
		goto out_second;
	ends[0] = socket_file(s[0], flags);
	error = PTR_ERR(ends[0]);
	if (IS_ERR(ends[0]))
		goto out_second;
	ends[1] = socket_file(s[1], flags);
	if (!IS_ERR(ends[1]))
		return 0;
	error = PTR_ERR(ends[1]);
	file_put(ends[0]);
	s[0] = NULL;
out_second:
	s[1]->ops->release(s[1]);
	socket_put(s[1]);
out_first:
	if (s[0]) {
		s[0]->ops->release(s[0]);
		socket_put(s[0]);
	}
	return error;
}

long sys_socketpair(int family, int type, int protocol, int __user *fds)
{
	int flags = type & ~SOCK_TYPE_MASK, fd[2], error;
	struct file *ends[2];

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	fd[0] = fd_alloc(0, cloexec(flags));
	if (fd[0] < 0)
		return fd[0];
	fd[1] = fd_alloc(0, cloexec(flags));
	error = fd[1];
	if (fd[1] < 0)
		goto out_first;
	/* Before anything can be used: a bad pointer makes nothing. */
	error = copy_to_user(fds, fd, sizeof(fd)) ? -EFAULT : 0;
	if (!error)
		error = make_pair(family, type & SOCK_TYPE_MASK, protocol, (unsigned)flags, ends);
	if (error)
		goto out_second;
	fd_install((unsigned)fd[0], ends[0]);
	fd_install((unsigned)fd[1], ends[1]);
	return 0;
out_second:
	fd_release((unsigned)fd[1]);
out_first:
	fd_release((unsigned)fd[0]);
	return error;
}

long sys_bind(int fd, const void __user *addr, int len)
{
	union sock_addr a;
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);

	if (!s)
		return error;
	error = sock_addr_in(&a, addr, len);
	if (!error)
		error = s->ops->bind ? s->ops->bind(s, &a.addr, len) : -EOPNOTSUPP;
	file_put(f);
	return error;
}

long sys_connect(int fd, const void __user *addr, int len)
{
	union sock_addr a;
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);

	if (!s)
		return error;
	error = sock_addr_in(&a, addr, len);
	if (!error)
		error = s->ops->connect ? s->ops->connect(s, &a.addr, len, f->flags & O_NONBLOCK) : -EOPNOTSUPP;
	file_put(f);
	return error;
}

long sys_listen(int fd, int backlog)
{
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);

	if (!s)
		return error;
	error = s->ops->listen ? s->ops->listen(s, backlog) : -EOPNOTSUPP;
	file_put(f);
	return error;
}

static int do_accept(struct socket *s, bool nonblock, void __user *addr, int __user *len, int flags)
{
	int fd = fd_alloc(0, cloexec(flags)), error, n;
	struct socket *new;
	struct file *file;
	union sock_addr a;

	if (fd < 0)
		return fd;
	error = s->ops->accept ? s->ops->accept(s, nonblock, &new) : -EOPNOTSUPP;
	if (error)
		goto out_fd;
	file = socket_file(new, (unsigned)flags);
	if (IS_ERR(file)) {
		error = PTR_ERR(file);
		new->ops->release(new);
		socket_put(new);
		goto out_fd;
	}
	if (addr) {
		n = new->ops->getname(new, &a.addr, true);
		error = n < 0 ? -ECONNABORTED : sock_addr_out(&a, n, addr, len);
		if (error) {
			file_put(file);
			goto out_fd;
		}
	}
	fd_install((unsigned)fd, file);
	return fd;
out_fd:
	fd_release((unsigned)fd);
	return error;
}

long sys_accept4(int fd, void __user *addr, int __user *len, int flags)
{
	struct file *f;
	int error;
	struct socket *s;

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	s = sock_get(fd, &f, &error);
	if (!s)
		return error;
	error = do_accept(s, f->flags & O_NONBLOCK, addr, len, flags);
	file_put(f);
	return error;
}

static long get_name(int fd, void __user *addr, int __user *len, bool peer)
{
	union sock_addr a;
	struct file *f;
	int error, n;
	struct socket *s = sock_get(fd, &f, &error);

	if (!s)
		return error;
	n = s->ops->getname ? s->ops->getname(s, &a.addr, peer) : -EOPNOTSUPP;
	error = n < 0 ? n : sock_addr_out(&a, n, addr, len);
	file_put(f);
	return error;
}

long sys_getsockname(int fd, void __user *addr, int __user *len)
{
	return get_name(fd, addr, len, false);
}

long sys_getpeername(int fd, void __user *addr, int __user *len)
{
	return get_name(fd, addr, len, true);
}

long sys_setsockopt(int fd, int level, int name, char __user *value, int len)
{
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);

	if (!s)
		return error;
	error = socket_setsockopt(s, level, name, value, len);
	file_put(f);
	return error;
}

long sys_getsockopt(int fd, int level, int name, char __user *value, int __user *len)
{
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);

	if (!s)
		return error;
	error = socket_getsockopt(s, level, name, value, len);
	file_put(f);
	return error;
}

long sys_shutdown(int fd, int how)
{
	struct file *f;
	int error;
	struct socket *s = sock_get(fd, &f, &error);

	if (!s)
		return error;
	if (how < SHUT_RD || how > SHUT_RDWR)
		error = -EINVAL;
	else
		error = s->ops->shutdown ? s->ops->shutdown(s, (unsigned)how + 1) : -EOPNOTSUPP;
	file_put(f);
	return error;
}

/* ---- socketcall ---- */

long sys_socketcall(int call, u32 __user *args)
{
	static const u8 counts[] = { 0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4, 6, 6, 2, 5, 5, 3, 3, 4, 5, 4 };
	u32 a[6];

	if (call < SYS_SOCKET || call > SYS_SENDMMSG)
		return -EINVAL;
	if (copy_from_user(a, args, counts[call] * sizeof(u32)))
		return -EFAULT;
	switch (call) {
	case SYS_SOCKET:
		return sys_socket((int)a[0], (int)a[1], (int)a[2]);
	case SYS_BIND:
		return sys_bind((int)a[0], (void *)a[1], (int)a[2]);
	case SYS_CONNECT:
		return sys_connect((int)a[0], (void *)a[1], (int)a[2]);
	case SYS_LISTEN:
		return sys_listen((int)a[0], (int)a[1]);
	case SYS_ACCEPT:
		return sys_accept4((int)a[0], (void *)a[1], (int *)a[2], 0);
	case SYS_GETSOCKNAME:
		return sys_getsockname((int)a[0], (void *)a[1], (int *)a[2]);
	case SYS_GETPEERNAME:
		return sys_getpeername((int)a[0], (void *)a[1], (int *)a[2]);
	case SYS_SOCKETPAIR:
		return sys_socketpair((int)a[0], (int)a[1], (int)a[2], (int *)a[3]);
	case SYS_SEND:
		return sys_sendto((int)a[0], (void *)a[1], a[2], a[3], NULL, 0);
	case SYS_RECV:
		return sys_recvfrom((int)a[0], (void *)a[1], a[2], a[3], NULL, NULL);
	case SYS_SENDTO:
		return sys_sendto((int)a[0], (void *)a[1], a[2], a[3], (void *)a[4], (int)a[5]);
	case SYS_RECVFROM:
		return sys_recvfrom((int)a[0], (void *)a[1], a[2], a[3], (void *)a[4], (int *)a[5]);
	case SYS_SHUTDOWN:
		return sys_shutdown((int)a[0], (int)a[1]);
	case SYS_SETSOCKOPT:
		return sys_setsockopt((int)a[0], (int)a[1], (int)a[2], (char *)a[3], (int)a[4]);
	case SYS_GETSOCKOPT:
		return sys_getsockopt((int)a[0], (int)a[1], (int)a[2], (char *)a[3], (int *)a[4]);
	case SYS_SENDMSG:
		return sys_sendmsg((int)a[0], (void *)a[1], a[2]);
	case SYS_RECVMSG:
		return sys_recvmsg((int)a[0], (void *)a[1], a[2]);
	case SYS_ACCEPT4:
		return sys_accept4((int)a[0], (void *)a[1], (int *)a[2], (int)a[3]);
	case SYS_RECVMMSG:
		return sys_recvmmsg((int)a[0], (void *)a[1], a[2], a[3], (void *)a[4]);
	default:
		return sys_sendmmsg((int)a[0], (void *)a[1], a[2], a[3]);
	}
}
