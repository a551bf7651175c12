/*
 * SOCK_STREAM of AF_UNIX: bytes in messages of up to UNIX_CHUNK. A reader goes on from message to message, but not across
 * a change of the sender's identity (if it asked for that) and not beyond a message that brought files.
 */
#include "unix.h"
#include <fs/poll.h>
#include <sched/signal.h>
#include <sched/task.h>

/* ---- sending ---- */

static struct unix_buf *chunk_alloc(struct unix_sock *u, size_t left, nsec_t limit)
{
	/* Two messages fit into any send buffer, so that both ends work at the same time. */
	u32 n = min(min((u32)min(left, (size_t)UNIX_CHUNK), UNIX_CHUNK), u->s.sndbuf / 2 - (u32)sizeof(struct unix_buf));
	struct unix_buf *b = unix_buf_alloc(u, n, limit);

	/* Memory in pieces: a page will do. */
	if (b == ERR_PTR(-ENOBUFS) && n > 3500)
		b = unix_buf_alloc(u, 3500, limit);
	return b;
}

static int deliver(struct unix_sock *peer, struct unix_buf *b)
{
	int error = 0;

	spin_lock(&peer->s.lock);
	if (peer->dead || (peer->s.shutdown & SHUT_RCV))
		error = -EPIPE;
	else
		unix_queue(peer, b);
	spin_unlock(&peer->s.lock);
	if (!error && wait_queue_active(&peer->s.wait))
		wake_up_poll(&peer->s.wait, POLLIN | POLLRDNORM);
	return error;
}

static int send_chunk(struct unix_sock *u, struct unix_sock *peer, struct sock_msg *m, nsec_t limit, u32 *sent)
{
	struct unix_buf *b = chunk_alloc(u, m->it.count, limit);
	int error;

	if (IS_ERR(b))
		return PTR_ERR(b);
	*sent = b->len;			/* once it is queued it may be gone */
	error = copy_from_iter(b->data, b->len, &m->it) == b->len ? 0 : -EFAULT;
	if (!error)
		error = unix_buf_attach(b, u, peer, m);
	if (!error)
		error = deliver(peer, b);
	if (error)
		unix_buf_free(b);
	return error;
}

ssize_t unix_stream_sendmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	struct unix_sock *u = unix_sk(s), *peer;
	nsec_t limit = socket_timeout(s->sndtimeo, flags);
	ssize_t done = 0;
	int error = 0;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (m->addr_len)
		return u->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	peer = READ_ONCE(u->peer);	/* stays: see unix.h */
	if (!peer)
		return -ENOTCONN;
	if (READ_ONCE(s->shutdown) & SHUT_SEND)
		return -EPIPE;
	while (m->it.count) {
		u32 n;

		error = send_chunk(u, peer, m, limit, &n);
		if (error)
			break;
		done += n;
	}
	return done ? done : error;
}

/* ---- receiving ---- */

struct reading {
	struct sock_msg *m;
	unsigned flags;
	size_t left;
	ssize_t done;
	bool told;			/* the sender's identity and name */
};

static bool same_sender(const struct sock_msg *m, const struct unix_buf *b)
{
	return m->scm.pid == b->scm.pid && (!b->scm.pid || (m->scm.uid == b->scm.uid && m->scm.gid == b->scm.gid));
}

/* read_lock held. Copies from b; 1: go on with the next, 0: enough, or -errno. */
static int read_buf(struct unix_sock *u, struct unix_buf *b, struct reading *r)
{
	bool peek = r->flags & MSG_PEEK;
	size_t n = min((size_t)(b->len - b->pos), r->left), copied;
	struct unix_buf *gone = NULL;
	bool files = b->scm.files;
	int error;

	if (!r->told) {
		unix_buf_tell(u, b, r->m);
		r->m->addr_len = b->sender ? unix_addr_copy(&r->m->addr, READ_ONCE(b->sender->addr)) : 0;
		if (r->m->addr_len <= (int)sizeof(u16))
			r->m->addr_len = 0;
		r->told = true;
	} else if ((u->s.options & SOCK_OPT_PASSCRED) && !same_sender(r->m, b)) {
		return 0;
	}
	copied = copy_to_iter(b->data + b->pos, n, &r->m->it);
	if (copied < n && !copied)
		return -EFAULT;
	r->done += (ssize_t)copied;
	r->left -= copied;
	if (peek) {
		error = r->m->scm.files ? 0 : unix_peek_files(b, r->m);
		return error ? error : copied < n || files ? 0 : 1;
	}
	if (!r->m->scm.files)
		unix_take_files(b, r->m);
	spin_lock(&u->s.lock);
	b->pos += (u32)copied;
	u->bytes -= (u32)copied;
	if (b->pos == b->len)
		gone = unix_dequeue(u);
	spin_unlock(&u->s.lock);
	if (gone)
		unix_buf_free(gone);
	return copied < n || files ? 0 : 1;
}

/* The message after b, or the first; NULL: none. */
static struct unix_buf *next_buf(struct unix_sock *u, struct unix_buf *b)
{
	struct list_head *at;

	spin_lock(&u->s.lock);
	at = b ? b->link.next : u->queue.next;
	b = at == &u->queue ? NULL : list_entry(at, struct unix_buf, link);
	spin_unlock(&u->s.lock);
	return b;
}

/* What is there now, read_lock held. 1: ask for more, 0: done, or -errno. */
static int read_queue(struct unix_sock *u, struct reading *r)
{
	struct unix_buf *b = NULL;
	int more = 1;

	do {
		b = next_buf(u, r->flags & MSG_PEEK ? b : NULL);
		if (!b)
			return r->flags & MSG_PEEK && r->done ? 0 : 1;
		more = read_buf(u, b, r);
	} while (more > 0 && r->left);
	return more > 0 ? 0 : more;
}

ssize_t unix_stream_recvmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	struct unix_sock *u = unix_sk(s);
	struct reading r = { m, flags, m->it.count, 0, false };
	nsec_t limit = socket_timeout(s->rcvtimeo, flags), left = limit;
	ssize_t target = (ssize_t)(flags & MSG_WAITALL ? r.left : min((size_t)s->rcvlowat, r.left));
	int more;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (u->state != UNIX_CONNECTED)
		return -EINVAL;
	for (;;) {
		mutex_lock(&u->read_lock);
		more = read_queue(u, &r);
		mutex_unlock(&u->read_lock);
		if (more <= 0 || r.done >= max(target, (ssize_t)1) || !r.left)
			break;
		more = socket_error(s);
		if (more || (READ_ONCE(s->shutdown) & SHUT_RCV))
			break;
		more = unix_wait_data(u, limit, &left);
		if (more)
			break;
	}
	m->flags |= flags & MSG_CMSG_CLOEXEC;
	return r.done ? r.done : more < 0 ? more : 0;
}
