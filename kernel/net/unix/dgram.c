/*
 * SOCK_DGRAM and SOCK_SEQPACKET of AF_UNIX: whole messages. A receiver takes so many unread ones from strangers
 * (net.unix.max_dgram_qlen); then senders wait. Sockets that are each other's peer are held back by the send buffer alone.
 */
#include "unix.h"
#include <fs/poll.h>
#include <sched/signal.h>
#include <sched/task.h>

void unix_made_room(struct unix_sock *u)
{
	if (wait_queue_active(&u->room))
		wake_up_key(&u->room, 1, (void *)(POLLOUT | POLLWRNORM));
	if (list_empty(&u->wanters))
		return;
	spin_lock(&unix_lock);
	while (!list_empty(&u->wanters)) {
		struct unix_sock *w = list_first_entry(&u->wanters, struct unix_sock, want_link);

		list_del_init(&w->want_link);
		wake_up_key(&w->s.wait, 0x7fffffff, (void *)(POLLOUT | POLLWRNORM | POLLWRBAND));
	}
	spin_unlock(&unix_lock);
}

/* ---- sending ---- */

static bool is_full(struct unix_sock *u, struct unix_sock *to)
{
	return to != u && to->peer != u && READ_ONCE(to->queued) > READ_ONCE(to->backlog);
}

/* 0 (queued), -EAGAIN (full), -ECONNREFUSED (dead), -EPERM, -EPIPE. */
static int deliver(struct unix_sock *u, struct unix_sock *to, struct unix_buf *b)
{
	int error = 0;

	spin_lock(&unix_lock);
	spin_lock(&to->s.lock);
	if (to->peer && to->peer != u)
		error = -EPERM;
	else if (to->dead)
		error = -ECONNREFUSED;
	else if (to->s.shutdown & SHUT_RCV)
		error = -EPIPE;
	else if (is_full(u, to))
		error = -EAGAIN;
	else
		unix_queue(to, b);
	spin_unlock(&to->s.lock);
	spin_unlock(&unix_lock);
	if (!error && wait_queue_active(&to->s.wait))
		wake_up_poll(&to->s.wait, POLLIN | POLLRDNORM);
	if (!error)
		fasync_tell(&to->s.fasync, POLL_IN);
	return error;
}

static int deliver_wait(struct unix_sock *u, struct unix_sock *to, struct unix_buf *b, nsec_t limit)
{
	nsec_t left = limit;

	for (;;) {
		int error = deliver(u, to, b);

		if (error != -EAGAIN || !left)
			return error;
		if (wait_event_full(&to->room, !is_full(u, to) || to->dead || (to->s.shutdown & SHUT_RCV) || !left, TASK_INTERRUPTIBLE,
				    true, left = schedule_timeout(left), signal_pending(current)))
			return socket_interrupted(limit);
	}
}

/* A connected datagram socket whose peer has gone is connected no more. */
static void forget_peer(struct unix_sock *u, struct unix_sock *peer)
{
	bool was;

	spin_lock(&unix_lock);
	was = u->s.type == SOCK_DGRAM && u->peer == peer;
	if (was) {
		u->peer = NULL;
		u->state = UNIX_CLOSED;
		list_del_init(&u->want_link);
	}
	spin_unlock(&unix_lock);
	if (was)
		unix_put(peer);
}

static struct unix_sock *destination(struct unix_sock *u, struct sock_msg *m, int *error)
{
	struct unix_sock *to;

	if (!m->addr_len) {
		to = unix_peer_get(u);
		*error = to ? 0 : -ENOTCONN;
		return to;
	}
	*error = unix_check_addr(&m->addr, m->addr_len);
	if (*error)
		return NULL;
	to = unix_find(&m->addr, m->addr_len, u->s.type);
	*error = IS_ERR(to) ? PTR_ERR(to) : 0;
	return *error ? NULL : to;
}

ssize_t unix_dgram_sendmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	struct unix_sock *u = unix_sk(s), *to;
	nsec_t limit = socket_timeout(s->sndtimeo, flags);
	size_t len = m->it.count;
	struct unix_buf *b;
	int error;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (len > s->sndbuf - sizeof(struct unix_buf) && (m->addr_len || READ_ONCE(u->peer)))
		return -EMSGSIZE;
	to = destination(u, m, &error);
	if (!to)
		return error;
	if ((s->options & SOCK_OPT_PASSCRED) && (error = unix_autobind(u)))
		goto out;
	b = unix_buf_alloc(u, (u32)len, limit);
	error = PTR_ERR(b);
	if (IS_ERR(b))
		goto out;
	b->from = unix_addr_get(u);
	error = copy_from_iter(b->data, len, &m->it) == len ? 0 : -EFAULT;
	if (!error)
		error = unix_buf_attach(b, u, to, m);
	if (!error)
		error = deliver_wait(u, to, b, limit);
	if (error)
		unix_buf_free(b);
	if (error == -ECONNREFUSED && !m->addr_len)
		forget_peer(u, to);
out:
	unix_put(to);
	return error ? error : (ssize_t)len;
}

ssize_t unix_seqpacket_sendmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	int error = socket_error(s);

	if (error)
		return error;
	if (unix_sk(s)->state != UNIX_CONNECTED)
		return -ENOTCONN;
	if (READ_ONCE(s->shutdown) & SHUT_SEND)
		return -EPIPE;
	m->addr_len = 0;
	error = (int)unix_dgram_sendmsg(s, m, flags);
	return error == -ECONNREFUSED ? -EPIPE : error;		/* the connection has ended */
}

/* ---- receiving ---- */

/* The message that byte *skip of the queue lies in; *skip becomes relative to it. s.lock held. */
static struct unix_buf *look(struct unix_sock *u, u32 *skip)
{
	struct unix_buf *b;

	list_for_each_entry(b, &u->queue, link) {
		if (!*skip || *skip < b->len)
			return b;
		*skip -= b->len;
	}
	return NULL;
}

/* The first message, which leaves the queue, or the one that is to be looked at. read_lock held. */
static struct unix_buf *take(struct unix_sock *u, bool peek, u32 *skip)
{
	struct unix_buf *b;

	spin_lock(&u->s.lock);
	b = peek ? look(u, skip) : unix_dequeue(u);
	spin_unlock(&u->s.lock);
	return b;
}

static ssize_t receive(struct unix_sock *u, struct unix_buf *b, u32 skip, struct sock_msg *m, unsigned flags)
{
	size_t n = min((size_t)(b->len - skip), m->it.count);
	int error = 0;

	if (n < b->len - skip)
		m->flags |= MSG_TRUNC;
	m->addr_len = b->from ? unix_addr_copy(&m->addr, b->from) : 0;
	if (copy_to_iter(b->data + skip, n, &m->it) < n)
		return -EFAULT;
	unix_buf_tell(u, b, m);
	if (flags & MSG_PEEK)
		error = unix_peek_files(b, m);
	else
		unix_take_files(b, m);
	if (!error)
		socket_peek_move(&u->s, flags & MSG_PEEK ? (s32)n : -(s32)b->len);
	return error ? error : (ssize_t)(flags & MSG_TRUNC ? b->len - skip : n);
}

ssize_t unix_dgram_recvmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	struct unix_sock *u = unix_sk(s);
	nsec_t limit = socket_timeout(s->rcvtimeo, flags), left = limit;
	bool peek = flags & MSG_PEEK;
	u32 start, skip;
	struct unix_buf *b;
	ssize_t n;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	m->flags |= flags & MSG_CMSG_CLOEXEC;
	for (;;) {
		mutex_lock(&u->read_lock);
		start = skip = unix_peek_start(u, flags);
		b = take(u, peek, &skip);
		if (b)
			break;
		mutex_unlock(&u->read_lock);
		n = socket_error(s);
		if (n)
			return n;
		if (READ_ONCE(s->shutdown) & SHUT_RCV)
			return 0;
		n = unix_wait_data(u, start, limit, &left);
		if (n)
			return n;
	}
	if (!peek)
		unix_made_room(u);
	n = receive(u, b, skip, m, flags);
	mutex_unlock(&u->read_lock);
	if (!peek)
		unix_buf_free(b);
	return n;
}

ssize_t unix_seqpacket_recvmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	if (unix_sk(s)->state != UNIX_CONNECTED)
		return -ENOTCONN;
	return unix_dgram_recvmsg(s, m, flags);
}
