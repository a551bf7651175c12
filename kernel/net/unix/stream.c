/*
 * SOCK_STREAM of AF_UNIX: bytes in messages of up to UNIX_CHUNK. A reader goes on from message to message, but not across
 * a change of the sender's identity (if it asked for that) and not beyond a message that brought files.
 *
 * An urgent byte (MSG_OOB) is a message of its own in the queue, the last one sent is u->urgent. A read ends in front of it;
 * the next one begins behind it, or with it if it is read in line. Read by MSG_OOB it stays as an empty message, its mark.
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

static int deliver(struct unix_sock *peer, struct unix_buf *b, bool urgent)
{
	int error = 0;

	spin_lock(&peer->s.lock);
	if (peer->dead || (peer->s.shutdown & SHUT_RCV)) {
		error = -EPIPE;
	} else {
		unix_queue(peer, b);
		if (unlikely(urgent))
			peer->urgent = b;	/* the one before it is a byte like others now */
	}
	spin_unlock(&peer->s.lock);
	if (error)
		return error;
	if (unlikely(urgent) && socket_send_urgent(&peer->s))
		fasync_tell(&peer->s.fasync, POLL_PRI);
	if (wait_queue_active(&peer->s.wait))
		wake_up_poll(&peer->s.wait, urgent ? POLLIN | POLLRDNORM | POLLPRI : POLLIN | POLLRDNORM);
	fasync_tell(&peer->s.fasync, POLL_IN);
	return 0;
}

/* At most `most` of m's bytes; *sent: how many. */
static int send_chunk(struct unix_sock *u, struct unix_sock *peer, struct sock_msg *m, size_t most, bool urgent, nsec_t limit, u32 *sent)
{
	struct unix_buf *b = chunk_alloc(u, most, limit);
	int error;

	if (IS_ERR(b))
		return PTR_ERR(b);
	*sent = b->len;			/* once it is queued it may be gone */
	error = copy_from_iter(b->data, b->len, &m->it) == b->len ? 0 : -EFAULT;
	if (!error)
		error = unix_buf_attach(b, u, peer, m);
	if (!error)
		error = deliver(peer, b, urgent);
	if (error)
		unix_buf_free(b);
	return error;
}

ssize_t unix_stream_sendmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	struct unix_sock *u = unix_sk(s), *peer;
	nsec_t limit = socket_timeout(s->sndtimeo, flags);
	bool urgent = flags & MSG_OOB;
	ssize_t done = 0;
	int error = 0;

	if (unlikely(urgent) && !m->it.count)
		return -EOPNOTSUPP;
	if (m->addr_len)
		return u->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	peer = READ_ONCE(u->peer);	/* stays: see unix.h */
	if (!peer)
		return -ENOTCONN;
	if (READ_ONCE(s->shutdown) & SHUT_SEND)
		return -EPIPE;
	while (m->it.count) {
		/* Of what is sent urgently the last byte is. */
		bool last = urgent && m->it.count == 1;
		u32 n;

		error = send_chunk(u, peer, m, m->it.count - (urgent && !last), last, limit, &n);
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
	u32 skip;			/* bytes that are not looked at (SO_PEEK_OFF) */
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
	u32 from = b->pos + r->skip;
	size_t n = min((size_t)(b->len - from), r->left), copied;
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
	r->skip = 0;
	copied = copy_to_iter(b->data + from, n, &r->m->it);
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

enum place { BEFORE_MARK, AT_MARK, BEHIND_MARK };

/*
 * Where b, the next message, stands to the urgent byte, which is b itself or none of this read's business. read_lock held.
 * BEFORE_MARK: to be read. AT_MARK: reading ends in front of it. BEHIND_MARK: it is passed over, and has left the queue
 * unless it is only looked at.
 */
static enum place pass_mark(struct unix_sock *u, struct unix_buf *b, const struct reading *r)
{
	bool peek = r->flags & MSG_PEEK, spent = b->pos == b->len, urgent;
	enum place place = BEHIND_MARK;

	if (likely(!spent && !READ_ONCE(u->urgent)))
		return BEFORE_MARK;
	spin_lock(&u->s.lock);
	urgent = u->urgent == b;
	if (!spent && !urgent)
		place = BEFORE_MARK;
	else if (r->done && (urgent || !u->urgent))
		place = AT_MARK;
	else if (urgent && (u->s.options & SOCK_OPT_OOBINLINE))
		place = BEFORE_MARK;
	if (urgent && !peek && place == BEFORE_MARK)
		u->urgent = NULL;
	if (!peek && place == BEHIND_MARK)
		unix_unqueue(u, b);
	spin_unlock(&u->s.lock);
	if (!peek && place == BEHIND_MARK)
		unix_buf_free(b);
	return place;
}

/* What is there now, read_lock held. 1: ask for more, 0: done, or -errno. */
static int read_queue(struct unix_sock *u, struct reading *r)
{
	bool peek = r->flags & MSG_PEEK;
	struct unix_buf *b = NULL;
	enum place place;
	int more = 1;

	r->skip = unix_peek_start(u, r->flags);
	do {
		b = next_buf(u, peek ? b : NULL);
		if (!b)
			return peek && r->done ? 0 : 1;
		place = pass_mark(u, b, r);
		if (place == AT_MARK)
			return 0;
		if (place == BEHIND_MARK)
			continue;
		if (unlikely(r->skip >= b->len - b->pos)) {
			r->skip -= b->len - b->pos;
			continue;
		}
		more = read_buf(u, b, r);
	} while (more > 0 && r->left);
	return more > 0 ? 0 : more;
}

/* The urgent byte, out of line. */
static ssize_t read_urgent(struct unix_sock *u, struct sock_msg *m, unsigned flags)
{
	struct unix_buf *b;
	ssize_t n = -EINVAL;
	u8 byte = 0;

	mutex_lock(&u->read_lock);
	spin_lock(&u->s.lock);
	b = u->urgent;
	if (b && !(u->s.options & SOCK_OPT_OOBINLINE)) {
		n = 1;
		byte = b->data[0];
		if (!(flags & MSG_PEEK)) {
			u->urgent = NULL;
			b->pos = b->len;
			u->bytes--;
		}
	}
	spin_unlock(&u->s.lock);
	mutex_unlock(&u->read_lock);
	if (n < 0)
		return n;
	m->flags |= MSG_OOB;
	return copy_to_iter(&byte, 1, &m->it) == 1 || !m->it.count ? n : -EFAULT;
}

bool unix_at_mark(struct unix_sock *u)
{
	struct unix_buf *b;
	bool at = false;

	spin_lock(&u->s.lock);
	if (!list_empty(&u->queue)) {
		b = list_first_entry(&u->queue, struct unix_buf, link);
		/* A mark whose byte is read counts until the next one is reached. */
		at = b == u->urgent || (b->pos == b->len && (!u->urgent || b->link.next == &u->urgent->link));
	}
	spin_unlock(&u->s.lock);
	return at;
}

ssize_t unix_stream_recvmsg(struct socket *s, struct sock_msg *m, unsigned flags)
{
	struct unix_sock *u = unix_sk(s);
	struct reading r = { .m = m, .flags = flags, .left = m->it.count };
	nsec_t limit = socket_timeout(s->rcvtimeo, flags), left = limit;
	ssize_t target = (ssize_t)(flags & MSG_WAITALL ? r.left : min((size_t)s->rcvlowat, r.left));
	int more;

	if (u->state != UNIX_CONNECTED)
		return -EINVAL;
	if (unlikely(flags & MSG_OOB))
		return read_urgent(u, m, flags);
	for (;;) {
		mutex_lock(&u->read_lock);
		more = read_queue(u, &r);
		mutex_unlock(&u->read_lock);
		if (more <= 0 || r.done >= max(target, (ssize_t)1) || !r.left)
			break;
		more = socket_error(s);
		if (more || (READ_ONCE(s->shutdown) & SHUT_RCV))
			break;
		more = unix_wait_data(u, unix_peek_start(u, flags), limit, &left);
		if (more)
			break;
	}
	m->flags |= flags & MSG_CMSG_CLOEXEC;
	if (r.done)
		socket_peek_move(s, flags & MSG_PEEK ? (s32)r.done : -(s32)r.done);
	return r.done ? r.done : more < 0 ? more : 0;
}
