/*
 * Connections. connect() makes the socket that accept() will return and queues it at the listener, so that the client may
 * send at once; the listener's queue is as long as listen() said. A datagram socket's connection is a default address.
 */
#include "unix.h"
#include <fs/poll.h>
#include <sched/signal.h>
#include <sched/task.h>

/* ---- streams ---- */

static bool backlog_full(struct unix_sock *l)
{
	return READ_ONCE(l->queued) > READ_ONCE(l->backlog);
}

static bool refuses(struct unix_sock *l)
{
	return READ_ONCE(l->state) != UNIX_LISTENING || l->dead || (READ_ONCE(l->s.shutdown) & SHUT_RCV);
}

/* Joins u and the embryo and queues that at l. 0, -EAGAIN (no room any more), -ECONNREFUSED, -EISCONN, -EINVAL. */
static int join(struct unix_sock *u, struct unix_sock *l, struct unix_sock *embryo, struct unix_buf *b)
{
	int error = 0;

	spin_lock(&unix_lock);
	spin_lock(&l->s.lock);
	if (refuses(l))
		error = -ECONNREFUSED;
	else if (l->queued > l->backlog)
		error = -EAGAIN;
	else if (u->state == UNIX_CONNECTED)
		error = -EISCONN;
	else if (u->state == UNIX_LISTENING || u->peer)
		error = -EINVAL;
	if (!error) {
		embryo->addr = unix_addr_get(l);
		embryo->peer = unix_get(u);
		embryo->state = UNIX_CONNECTED;
		u->peer = unix_get(embryo);
		u->state = UNIX_CONNECTED;
		unix_queue(l, b);
	}
	spin_unlock(&l->s.lock);
	spin_unlock(&unix_lock);
	return error;
}

static int connect_to(struct unix_sock *u, struct unix_sock *l, struct unix_sock *embryo, struct unix_buf *b, nsec_t limit)
{
	nsec_t left = limit;
	int error;

	for (;;) {
		if (u == l)		/* cannot both listen and connect */
			return -EINVAL;
		error = join(u, l, embryo, b);
		if (error != -EAGAIN || !left)
			return error;
		if (wait_event_interruptible_timeout(&l->room, !backlog_full(l) || refuses(l), &left))
			return socket_interrupted(limit);
	}
}

int unix_stream_connect(struct socket *s, const struct abi_sockaddr *addr, int len, bool nonblock)
{
	struct unix_sock *u = unix_sk(s), *l, *embryo;
	struct unix_buf *b;
	int error = unix_check_addr(addr, len);

	if (!error && (s->options & SOCK_OPT_PASSCRED))
		error = unix_autobind(u);
	if (error)
		return error;
	error = unix_alloc(s->type, &embryo);
	if (error)
		return error;
	b = unix_buf_alloc(embryo, 0, 0);
	if (IS_ERR(b)) {
		error = PTR_ERR(b);
		goto out;
	}
	b->embryo = unix_get(embryo);
	l = unix_find(addr, len, s->type);
	error = PTR_ERR(l);
	if (IS_ERR(l))
		goto out_buf;
	socket_set_peer(&embryo->s);		/* the server sees who called connect(), the client who called listen() */
	error = connect_to(u, l, embryo, b, socket_timeout(s->sndtimeo, nonblock ? MSG_DONTWAIT : 0));
	if (!error) {
		socket_copy_peer(s, &l->s);
		wake_up_poll(&l->s.wait, POLLIN | POLLRDNORM);
		fasync_tell(&l->s.fasync, POLL_IN);
		wake_up_poll(&s->wait, POLLOUT | POLLWRNORM);
	}
	unix_put(l);
out_buf:
	if (error)
		unix_buf_free(b);
out:
	if (error)
		unix_release_sock(embryo);
	unix_put(embryo);
	return error;
}

int unix_listen(struct socket *s, int backlog)
{
	struct unix_sock *u = unix_sk(s);
	int error = 0;

	if (!READ_ONCE(u->addr))
		return -EINVAL;
	spin_lock(&unix_lock);
	spin_lock(&s->lock);
	if (u->state == UNIX_CONNECTED || u->peer) {
		error = -EINVAL;
	} else {
		u->state = UNIX_LISTENING;
		u->backlog = min((u32)backlog, (u32)net_somaxconn);
	}
	spin_unlock(&s->lock);
	spin_unlock(&unix_lock);
	if (!error) {
		socket_set_peer(s);
		wake_up_all(&u->room);
	}
	return error;
}

int unix_accept(struct socket *s, bool nonblock, struct socket **out)
{
	struct unix_sock *u = unix_sk(s);
	nsec_t limit = socket_timeout(s->rcvtimeo, nonblock ? MSG_DONTWAIT : 0), left = limit;
	struct unix_buf *b;

	if (u->state != UNIX_LISTENING)
		return -EINVAL;
	for (;;) {
		spin_lock(&s->lock);
		b = unix_dequeue(u);
		spin_unlock(&s->lock);
		if (b)
			break;
		if (READ_ONCE(s->shutdown) & SHUT_RCV)
			return -EINVAL;
		if (!left)
			return -EAGAIN;
		if (wait_event_full(&s->wait, !list_empty(&u->queue) || (READ_ONCE(s->shutdown) & SHUT_RCV) || !left,
				    TASK_INTERRUPTIBLE, true, left = schedule_timeout(left), signal_pending(current)))
			return socket_interrupted(limit);
	}
	wake_up(&u->room);
	*out = &b->embryo->s;
	(*out)->options |= s->options & SOCK_OPT_PASSCRED;
	b->embryo = NULL;		/* its reference is the caller's now */
	unix_buf_free(b);
	return 0;
}

/* ---- datagrams ---- */

/* Whoever changes its peer gives up what the old one sent. */
static void disconnected(struct unix_sock *u, struct unix_sock *old)
{
	LIST_HEAD(left);
	bool tell;

	mutex_lock(&u->read_lock);	/* nobody is looking at one of them */
	spin_lock(&u->s.lock);
	list_splice_init(&u->queue, &left);
	u->queued = u->bytes = 0;
	spin_unlock(&u->s.lock);
	mutex_unlock(&u->read_lock);
	if (list_empty(&left))
		return;
	while (!list_empty(&left)) {
		struct unix_buf *b = list_first_entry(&left, struct unix_buf, link);

		list_del(&b->link);
		unix_buf_free(b);
	}
	unix_made_room(u);
	spin_lock(&unix_lock);
	tell = !old->dead && old->peer == u;
	spin_unlock(&unix_lock);
	if (tell) {
		socket_set_error(&old->s, ECONNRESET);
		wake_up_poll(&old->s.wait, POLLERR);
		fasync_tell(&old->s.fasync, POLL_ERR);
	}
}

int unix_dgram_connect(struct socket *s, const struct abi_sockaddr *addr, int len, bool nonblock)
{
	struct unix_sock *u = unix_sk(s), *other = NULL, *old;
	int error = 0;

	(void)nonblock;
	if (len < (int)sizeof(addr->sa_family))
		return -EINVAL;
	if (addr->sa_family != AF_UNSPEC) {
		error = unix_check_addr(addr, len);
		if (!error && (s->options & SOCK_OPT_PASSCRED))
			error = unix_autobind(u);
		if (error)
			return error;
		other = unix_find(addr, len, s->type);
		if (IS_ERR(other))
			return PTR_ERR(other);
	}
	spin_lock(&unix_lock);
	old = u->peer;
	if (other && other->peer && other->peer != u) {
		error = -EPERM;		/* it talks to somebody else only */
	} else {
		u->peer = other;
		u->state = other ? UNIX_CONNECTED : UNIX_CLOSED;
		list_del_init(&u->want_link);
	}
	spin_unlock(&unix_lock);
	if (error) {
		unix_put(other);
		return error;
	}
	if (old) {
		if (old != other)
			disconnected(u, old);
		unix_put(old);
	}
	wake_up_poll(&s->wait, POLLOUT | POLLWRNORM);
	return 0;
}

/* ---- both ---- */

int unix_pair(struct socket *a, struct socket *b)
{
	struct unix_sock *x = unix_sk(a), *y = unix_sk(b);

	spin_lock(&unix_lock);
	x->peer = unix_get(y);
	y->peer = unix_get(x);
	x->state = y->state = UNIX_CONNECTED;
	spin_unlock(&unix_lock);
	socket_set_peer(a);
	socket_set_peer(b);
	return 0;
}

/* `tell`: it is the other end that has shut down. */
static void shut(struct socket *s, unsigned bits, bool tell)
{
	spin_lock(&s->lock);
	s->shutdown |= bits;
	bits = s->shutdown;
	spin_unlock(&s->lock);
	wake_up_key(&s->wait, 0x7fffffff, (void *)((bits & SHUT_RCV ? POLLIN | POLLRDNORM | POLLRDHUP : 0) |
						   (bits == SHUT_BOTH ? POLLHUP : 0) | POLLOUT | POLLWRNORM));
	if (tell && (bits & SHUT_RCV))
		fasync_tell(&s->fasync, bits == SHUT_BOTH ? POLL_HUP : POLL_IN);
}

int unix_shutdown(struct socket *s, unsigned bits)
{
	struct unix_sock *u = unix_sk(s), *peer = s->type == SOCK_DGRAM ? NULL : unix_peer_get(u);

	shut(s, bits, false);
	wake_up_all(&u->room);
	if (peer) {
		shut(&peer->s, (bits & SHUT_RCV ? SHUT_SEND : 0) | (bits & SHUT_SEND ? SHUT_RCV : 0), true);
		unix_put(peer);
	}
	return 0;
}
