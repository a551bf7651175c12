/* Messages of AF_UNIX: making them against the send buffer, queues, what goes along with the bytes. */
#include "unix.h"
#include <core/time.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/time.h>

/* Takes its share of the send buffer if there is any left; a message may go beyond the limit, the next one waits. */
static bool charge(struct unix_sock *u, u32 n)
{
	bool ok;

	spin_lock(&u->s.lock);
	ok = u->wmem < u->s.sndbuf;
	if (ok)
		u->wmem += n;
	else
		u->s.no_space = true;
	spin_unlock(&u->s.lock);
	return ok;
}

static void uncharge(struct unix_sock *u, u32 n)
{
	bool writable, tell;

	spin_lock(&u->s.lock);
	u->wmem -= n;
	writable = unix_writable(u);
	tell = writable && u->s.no_space;
	if (tell)
		u->s.no_space = false;
	spin_unlock(&u->s.lock);
	if (unlikely(tell))
		fasync_tell(&u->s.fasync, POLL_OUT);
	if (wait_queue_active(&u->s.wait) && (writable || !u->wmem))
		wake_up_key(&u->s.wait, 0x7fffffff, (void *)(POLLOUT | POLLWRNORM | POLLWRBAND));
}

static int wait_room(struct unix_sock *u, u32 n, nsec_t limit)
{
	nsec_t left = limit;
	int error;

	for (;;) {
		error = socket_error(&u->s);
		if (error)
			return error;
		if (READ_ONCE(u->s.shutdown) & SHUT_SEND)
			return -EPIPE;
		if (charge(u, n))
			return 0;
		if (!left)
			return -EAGAIN;
		if (wait_event_interruptible_timeout(&u->s.wait, unix_writable(u) || u->s.error || (u->s.shutdown & SHUT_SEND), &left))
			return socket_interrupted(limit);
	}
}

struct unix_buf *unix_buf_alloc(struct unix_sock *u, u32 len, nsec_t limit)
{
	u32 size = (u32)sizeof(struct unix_buf) + len;
	struct unix_buf *b;
	int error = wait_room(u, size, limit);

	if (error)
		return ERR_PTR(error);
	b = size <= 16384 ? kmalloc(size, GFP_KERNEL) : kvmalloc(size, GFP_KERNEL);
	if (!b) {
		uncharge(u, size);
		return ERR_PTR(-ENOBUFS);
	}
	b->len = len;
	b->pos = 0;
	b->charge = size;
	b->sender = unix_get(u);
	b->from = NULL;
	scm_init(&b->scm);
	b->embryo = NULL;
	b->stamp.tv_nsec = -1;
	return b;
}

void unix_buf_free(struct unix_buf *b)
{
	if (b->sender) {
		uncharge(b->sender, b->charge);
		unix_put(b->sender);
	}
	if (b->from)
		unix_addr_put(b->from);
	if (unlikely(b->scm.files))
		unix_landed(b->scm.files);
	scm_drop(&b->scm);
	if (b->embryo)
		unix_put(b->embryo);
	kvfree(b);
}

int unix_buf_attach(struct unix_buf *b, struct unix_sock *u, struct unix_sock *to, struct sock_msg *m)
{
	unsigned options = READ_ONCE(to->s.options);
	int error;

	/* One pair of queues may carry several identities: each message tells its own. */
	if (m->scm.pid) {
		b->scm.pid = pid_get(m->scm.pid);
		b->scm.uid = m->scm.uid;
		b->scm.gid = m->scm.gid;
	} else if (((options | READ_ONCE(u->s.options)) & SOCK_OPT_PASSCRED) || !to->s.file) {
		scm_set_current(&b->scm);
	}
	if (options & SOCK_OPT_STAMP)
		ktime_get_real(&b->stamp);
	if (likely(!m->scm.files))
		return 0;
	error = unix_inflight(m->scm.files);
	if (error)
		return error;
	b->scm.files = m->scm.files;
	m->scm.files = NULL;
	return 0;
}

void unix_queue(struct unix_sock *to, struct unix_buf *b)
{
	list_add_tail(&b->link, &to->queue);
	to->queued++;
	to->bytes += b->len;
}

void unix_unqueue(struct unix_sock *u, struct unix_buf *b)
{
	list_del(&b->link);
	u->queued--;
	u->bytes -= b->len - b->pos;
	if (unlikely(u->urgent == b))
		u->urgent = NULL;
}

struct unix_buf *unix_dequeue(struct unix_sock *u)
{
	struct unix_buf *b;

	if (list_empty(&u->queue))
		return NULL;
	b = list_first_entry(&u->queue, struct unix_buf, link);
	unix_unqueue(u, b);
	return b;
}

static void tell_stamp(unsigned options, const struct timespec64 *ts, struct sock_msg *m)
{
	bool ns = options & SOCK_OPT_STAMP_NS, wide = options & SOCK_OPT_STAMP_64;
	s32 part = ns ? ts->tv_nsec : ts->tv_nsec / 1000;
	s64 both[2] = { ts->tv_sec, part };
	s32 narrow[2] = { (s32)ts->tv_sec, part };
	int type = ns ? (wide ? SO_TIMESTAMPNS_NEW : SO_TIMESTAMPNS) : (wide ? SO_TIMESTAMP_NEW : SO_TIMESTAMP);

	if (wide)
		sock_put_cmsg(m, SOL_SOCKET, type, both, sizeof(both));
	else
		sock_put_cmsg(m, SOL_SOCKET, type, narrow, sizeof(narrow));
}

void unix_buf_tell(struct unix_sock *u, const struct unix_buf *b, struct sock_msg *m)
{
	unsigned options = READ_ONCE(u->s.options);

	if (b->scm.pid && (options & SOCK_OPT_PASSCRED) && !m->scm.pid) {
		m->scm.pid = pid_get(b->scm.pid);
		m->scm.uid = b->scm.uid;
		m->scm.gid = b->scm.gid;
	}
	if ((options & SOCK_OPT_STAMP) && b->stamp.tv_nsec >= 0)
		tell_stamp(options, &b->stamp, m);
}

void unix_take_files(struct unix_buf *b, struct sock_msg *m)
{
	if (likely(!b->scm.files))
		return;
	unix_landed(b->scm.files);
	m->scm.files = b->scm.files;
	b->scm.files = NULL;
}

int unix_peek_files(const struct unix_buf *b, struct sock_msg *m)
{
	if (likely(!b->scm.files))
		return 0;
	m->scm.files = scm_files_dup(b->scm.files);
	return m->scm.files ? 0 : -ENOMEM;
}

bool unix_readable(const struct unix_sock *u, u32 beyond)
{
	u32 bytes;

	if (u->s.type != SOCK_STREAM && !beyond)
		return !list_empty(&u->queue);
	/* What is left of an urgent byte is only its mark, and one that is not read in line is passed. */
	bytes = READ_ONCE(u->bytes);
	if (unlikely(READ_ONCE(u->urgent)) && !(u->s.options & SOCK_OPT_OOBINLINE))
		bytes--;
	return bytes > beyond;
}

int unix_wait_data(struct unix_sock *u, u32 beyond, nsec_t limit, nsec_t *left)
{
	if (!*left)
		return -EAGAIN;
	if (wait_event_interruptible_timeout(&u->s.wait, unix_readable(u, beyond) || READ_ONCE(u->s.error) ||
					     (READ_ONCE(u->s.shutdown) & SHUT_RCV), left))
		return socket_interrupted(limit);
	return 0;
}
