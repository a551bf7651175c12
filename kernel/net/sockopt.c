/* getsockopt(2) and setsockopt(2) at SOL_SOCKET: the options that all families share. */
#include <arch/uaccess.h>
#include <core/time.h>
#include <fs/poll.h>
#include <net/socket.h>
#include <sched/pid.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/time.h>

static const struct {
	int name;
	unsigned bit;
} bits[] = {
	{ SO_DEBUG, SOCK_OPT_DEBUG }, { SO_REUSEADDR, SOCK_OPT_REUSEADDR }, { SO_REUSEPORT, SOCK_OPT_REUSEPORT },
	{ SO_DONTROUTE, SOCK_OPT_DONTROUTE }, { SO_BROADCAST, SOCK_OPT_BROADCAST }, { SO_KEEPALIVE, SOCK_OPT_KEEPALIVE },
	{ SO_OOBINLINE, SOCK_OPT_OOBINLINE }, { SO_PASSCRED, SOCK_OPT_PASSCRED }, { SO_NO_CHECK, SOCK_OPT_NO_CHECK },
};

static unsigned bit_of(int name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(bits); i++)
		if (bits[i].name == name)
			return bits[i].bit;
	return 0;
}

static void change(struct socket *s, unsigned clear, unsigned set)
{
	spin_lock(&s->lock);
	s->options = (s->options & ~clear) | set;
	spin_unlock(&s->lock);
}

/* ---- set ---- */

static int get_time(const void __user *value, int len, bool wide, s64 *sec, s64 *usec)
{
	struct abi_timeval tv;
	s64 both[2];

	if (len < (int)(wide ? sizeof(both) : sizeof(tv)))
		return -EINVAL;
	if (wide) {
		if (copy_from_user(both, value, sizeof(both)))
			return -EFAULT;
		*sec = both[0];
		*usec = both[1];
	} else {
		if (copy_from_user(&tv, value, sizeof(tv)))
			return -EFAULT;
		*sec = tv.tv_sec;
		*usec = tv.tv_usec;
	}
	return *usec < 0 || *usec >= 1000000 ? -EDOM : 0;
}

static int set_timeout(nsec_t *timeout, const void __user *value, int len, bool wide)
{
	s64 sec, usec;
	int error = get_time(value, len, wide, &sec, &usec);

	if (error)
		return error;
	if (sec < 0)
		*timeout = 0;
	else if ((!sec && !usec) || sec > 0x7fffffff)
		*timeout = MAX_SCHEDULE_TIMEOUT;
	else
		*timeout = (u64)sec * NSEC_PER_SEC + (u64)usec * NSEC_PER_USEC;
	return 0;
}

static int set_linger(struct socket *s, const void __user *value, int len)
{
	struct abi_linger l;

	if (len < (int)sizeof(l))
		return -EINVAL;
	if (copy_from_user(&l, value, sizeof(l)))
		return -EFAULT;
	s->linger = l;
	return 0;
}

/* The kernel's own records count too: room for what was asked is twice that. */
static void set_size(struct socket *s, bool send, int value, int limit)
{
	u32 size = min((u32)value, (u32)limit) * 2;

	spin_lock(&s->lock);
	if (send)
		s->sndbuf = max(size, (u32)SOCK_MIN_SNDBUF);
	else
		s->rcvbuf = max(size, (u32)SOCK_MIN_RCVBUF);
	spin_unlock(&s->lock);
	if (send)
		wake_up_poll(&s->wait, POLLOUT | POLLWRNORM | POLLWRBAND);
}

static void set_stamp(struct socket *s, int name, bool on)
{
	unsigned set = SOCK_OPT_STAMP;

	if (name == SO_TIMESTAMPNS || name == SO_TIMESTAMPNS_NEW)
		set |= SOCK_OPT_STAMP_NS;
	if (name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW)
		set |= SOCK_OPT_STAMP_64;
	change(s, SOCK_OPT_STAMP | SOCK_OPT_STAMP_NS | SOCK_OPT_STAMP_64, on ? set : 0);
}

static int set_int(struct socket *s, int name, int v)
{
	switch (name) {
	case SO_SNDBUF:
	case SO_RCVBUF:
		set_size(s, name == SO_SNDBUF, v, name == SO_SNDBUF ? net_wmem_max : net_rmem_max);
		return 0;
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		set_size(s, name == SO_SNDBUFFORCE, max(v, 0), 0x3fffffff);
		return 0;
	case SO_RCVLOWAT:
		WRITE_ONCE(s->rcvlowat, v < 0 ? 0x7fffffffu : v ? (u32)v : 1u);
		return 0;
	case SO_PRIORITY:
		if ((v < 0 || v > 6) && !capable(CAP_NET_ADMIN) && !capable(CAP_NET_RAW))
			return -EPERM;
		s->priority = (u32)v;
		return 0;
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_NEW:
		set_stamp(s, name, v);
		return 0;
	case SO_PEEK_OFF:
		if (!s->ops->peek_offset)
			return -EOPNOTSUPP;
		WRITE_ONCE(s->peek_off, v);
		return 0;
	case SO_TYPE:
	case SO_PROTOCOL:
	case SO_DOMAIN:
	case SO_ERROR:
		return -ENOPROTOOPT;
	}
	if (!bit_of(name))
		return -ENOPROTOOPT;
	if (name == SO_DEBUG && v && !capable(CAP_NET_ADMIN))
		return -EACCES;
	change(s, bit_of(name), v ? bit_of(name) : 0);
	return 0;
}

int socket_setsockopt(struct socket *s, int level, int name, const void __user *value, int len)
{
	u32 v;

	if (len < 0)
		return -EINVAL;
	if (level != SOL_SOCKET)
		return s->ops->setsockopt ? s->ops->setsockopt(s, level, name, value, len) : -EOPNOTSUPP;
	if (len < (int)sizeof(v))
		return -EINVAL;
	if (get_user(v, (const u32 __user *)value))
		return -EFAULT;
	switch (name) {
	case SO_LINGER: {
		int error = set_linger(s, value, len);

		if (!error)
			change(s, SOCK_OPT_LINGER, s->linger.l_onoff ? SOCK_OPT_LINGER : 0);
		return error;
	}
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return set_timeout(&s->rcvtimeo, value, len, name == SO_RCVTIMEO_NEW);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return set_timeout(&s->sndtimeo, value, len, name == SO_SNDTIMEO_NEW);
	}
	return set_int(s, name, (int)v);
}

/* ---- get ---- */

union answer {
	int number;
	u64 cookie;
	s64 time64[2];
	struct abi_timeval time;
	struct abi_linger linger;
	struct abi_ucred cred;
	u8 address[ADDR_MAX];
};

static u32 time_answer(union answer *a, nsec_t timeout, bool wide)
{
	u64 sec = 0;
	u32 usec = 0;

	if (timeout != MAX_SCHEDULE_TIMEOUT) {
		struct timespec64 ts;

		ns_to_timespec64(timeout, &ts);
		sec = (u64)ts.tv_sec;
		usec = (u32)ts.tv_nsec / 1000;
	}
	if (wide) {
		a->time64[0] = (s64)sec;
		a->time64[1] = usec;
		return sizeof(a->time64);
	}
	a->time.tv_sec = (s32)sec;
	a->time.tv_usec = (s32)usec;
	return sizeof(a->time);
}

static u32 peer_answer(union answer *a, struct socket *s)
{
	spin_lock(&s->lock);
	a->cred.pid = pid_nr(s->peer_pid);
	a->cred.uid = s->peer_cred ? s->peer_cred->euid : (u32)-1;
	a->cred.gid = s->peer_cred ? s->peer_cred->egid : (u32)-1;
	spin_unlock(&s->lock);
	return sizeof(a->cred);
}

static u64 cookie_of(struct socket *s)
{
	static u64 next;		/* s->lock of any socket: preemption is off */

	spin_lock(&s->lock);
	if (!s->cookie)
		s->cookie = ++next;
	spin_unlock(&s->lock);
	return s->cookie;
}

static bool stamp_is(unsigned options, int name)
{
	bool ns = name == SO_TIMESTAMPNS || name == SO_TIMESTAMPNS_NEW;
	bool wide = name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW;

	return (options & SOCK_OPT_STAMP) && !(options & SOCK_OPT_STAMP_NS) == !ns && !(options & SOCK_OPT_STAMP_64) == !wide;
}

/* Size of the answer, or -errno. */
static int answer(struct socket *s, int name, union answer *a)
{
	a->number = 0;
	switch (name) {
	case SO_SNDBUF:
	case SO_RCVBUF:
		a->number = (int)(name == SO_SNDBUF ? s->sndbuf : s->rcvbuf);
		break;
	case SO_TYPE:
		a->number = s->type;
		break;
	case SO_PROTOCOL:
		a->number = s->protocol;
		break;
	case SO_DOMAIN:
		a->number = s->family;
		break;
	case SO_ERROR:
		a->number = -socket_error(s);
		break;
	case SO_PRIORITY:
		a->number = (int)s->priority;
		break;
	case SO_RCVLOWAT:
		a->number = (int)s->rcvlowat;
		break;
	case SO_SNDLOWAT:
		a->number = 1;
		break;
	case SO_PEEK_OFF:
		if (!s->ops->peek_offset)
			return -EOPNOTSUPP;
		a->number = s->peek_off;
		break;
	case SO_ACCEPTCONN:
		a->number = s->ops->listening && s->ops->listening(s);
		break;
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_NEW:
		a->number = stamp_is(s->options, name);
		break;
	case SO_LINGER:
		a->linger.l_onoff = !!(s->options & SOCK_OPT_LINGER);
		a->linger.l_linger = s->linger.l_linger;
		return sizeof(a->linger);
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return (int)time_answer(a, s->rcvtimeo, name == SO_RCVTIMEO_NEW);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return (int)time_answer(a, s->sndtimeo, name == SO_SNDTIMEO_NEW);
	case SO_PEERCRED:
		return (int)peer_answer(a, s);
	case SO_COOKIE:
		a->cookie = cookie_of(s);
		return sizeof(a->cookie);
	case SO_PEERNAME:
		return s->ops->getname ? s->ops->getname(s, (void *)a->address, true) : -ENOTCONN;
	default:
		if (!bit_of(name))
			return -ENOPROTOOPT;
		a->number = !!(s->options & bit_of(name));
	}
	return sizeof(a->number);
}

static int peer_groups(struct socket *s, u32 __user *value, int len, int __user *len_at)
{
	const struct cred *c;
	const struct group_list *g;
	int error, size;

	spin_lock(&s->lock);
	c = s->peer_cred ? cred_get(s->peer_cred) : NULL;
	spin_unlock(&s->lock);
	if (!c)
		return -ENODATA;
	g = c->groups;
	size = (int)(g->n * sizeof(u32));
	error = put_user(size, len_at);
	if (!error && len < size)
		error = -ERANGE;
	else if (!error && copy_to_user(value, g->gid, (size_t)size))
		error = -EFAULT;
	cred_put(c);
	return error;
}

int socket_getsockopt(struct socket *s, int level, int name, void __user *value, int __user *len_at)
{
	union answer a;
	int len, size;

	if (level != SOL_SOCKET)
		return s->ops->getsockopt ? s->ops->getsockopt(s, level, name, value, len_at) : -EOPNOTSUPP;
	if (get_user(len, len_at))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (name == SO_PEERGROUPS)
		return peer_groups(s, value, len, len_at);
	size = answer(s, name, &a);
	if (size < 0)
		return size;
	if (name == SO_PEERNAME ? size < len : name == SO_COOKIE && len != size)
		return -EINVAL;
	len = min(len, size);
	if (copy_to_user(value, &a, (size_t)len))
		return -EFAULT;
	return put_user(len, len_at) ? -EFAULT : 0;
}
