/*
 * AF_UNIX sockets: their making, their end, poll, ioctl and /proc/net/unix. The rules are in unix.h.
 */
#include "unix.h"
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/ioctl.h>

DEFINE_SPINLOCK(unix_lock, RANK_UNIX);
LIST_HEAD(unix_sockets);
int unix_dgram_backlog = 10;
static struct kmem_cache *cache;

bool unix_writable(const struct unix_sock *u)
{
	return u->state != UNIX_LISTENING && READ_ONCE(u->wmem) * 4 <= READ_ONCE(u->s.sndbuf);
}

struct unix_sock *unix_peer_get(struct unix_sock *u)
{
	struct unix_sock *peer;

	spin_lock(&unix_lock);
	peer = u->peer ? unix_get(u->peer) : NULL;
	spin_unlock(&unix_lock);
	return peer;
}

/* ---- the end ---- */

/* Sockets that poll for room in u look again. unix_lock held. */
static void release_wanters(struct unix_sock *u)
{
	while (!list_empty(&u->wanters)) {
		struct unix_sock *w = list_first_entry(&u->wanters, struct unix_sock, want_link);

		list_del_init(&w->want_link);
		wake_up_poll(&w->s.wait, POLLOUT | POLLWRNORM | POLLWRBAND);
	}
}

/* The other end of a connection learns of it. */
static void hang_up(struct unix_sock *peer, bool reset)
{
	spin_lock(&peer->s.lock);
	peer->s.shutdown = SHUT_BOTH;
	if (reset)
		peer->s.error = ECONNRESET;
	spin_unlock(&peer->s.lock);
	wake_up_key(&peer->s.wait, 0x7fffffff,
		    (void *)(POLLIN | POLLRDNORM | POLLRDHUP | POLLHUP | POLLOUT | POLLWRNORM | (reset ? POLLERR : 0)));
	fasync_tell(&peer->s.fasync, POLL_HUP);
}

static void release(struct unix_sock *u, bool embryo)
{
	struct path path = { NULL, NULL };
	struct unix_sock *peer;
	LIST_HEAD(left);
	bool reset = embryo;

	spin_lock(&unix_lock);
	unix_unbind(u);
	path = u->path;
	u->path.dentry = NULL;
	list_del_init(&u->all);
	list_del_init(&u->want_link);
	release_wanters(u);
	peer = u->peer;
	u->peer = NULL;
	spin_unlock(&unix_lock);

	spin_lock(&u->s.lock);
	u->dead = true;
	u->state = UNIX_CLOSED;
	u->s.shutdown = SHUT_BOTH;
	reset |= u->s.type == SOCK_STREAM ? u->bytes != 0 : !list_empty(&u->queue);
	list_splice_init(&u->queue, &left);
	u->queued = u->bytes = 0;
	u->urgent = NULL;
	spin_unlock(&u->s.lock);

	wake_up_all(&u->room);
	wake_up_key(&u->s.wait, 0x7fffffff, (void *)(POLLIN | POLLOUT | POLLHUP));
	if (peer) {
		if (u->s.type != SOCK_DGRAM)
			hang_up(peer, reset);
		unix_put(peer);
	}
	while (!list_empty(&left)) {
		struct unix_buf *b = list_first_entry(&left, struct unix_buf, link);

		list_del(&b->link);
		if (b->embryo)
			release(b->embryo, true);
		unix_buf_free(b);
	}
	if (path.dentry)
		path_put(&path);
}

void unix_release_sock(struct unix_sock *u)
{
	release(u, false);
	if (READ_ONCE(unix_inflight_total))
		unix_collect(NULL);
}

static void unix_closing(struct socket *s)
{
	if (READ_ONCE(unix_sk(s)->inflight))
		unix_collect(unix_sk(s));
}

static void unix_release(struct socket *s)
{
	unix_release_sock(unix_sk(s));
}

static void unix_destroy(struct socket *s)
{
	struct unix_sock *u = unix_sk(s);

	ASSERT(list_empty(&u->queue) && !u->wmem && !u->inflight);
	if (u->addr)
		unix_addr_put(u->addr);
	socket_fini(s);
	kmem_cache_free(cache, u);
}

/* ---- poll ---- */

/* A datagram socket that is connected to a full one is not writable; it is told when that has room. */
static bool peer_is_full(struct unix_sock *u, bool waits)
{
	struct unix_sock *peer;
	bool full;

	spin_lock(&unix_lock);
	peer = u->peer;
	full = peer && peer != u && peer->peer != u && !peer->dead && peer->queued > peer->backlog;
	if (full && waits && list_empty(&u->want_link))
		list_add_tail(&u->want_link, &peer->wanters);
	spin_unlock(&unix_lock);
	return full;
}

static unsigned unix_poll(struct socket *s, struct file *f, struct poll_table *pt)
{
	struct unix_sock *u = unix_sk(s);
	unsigned mask = 0, shut;

	poll_wait(f, &s->wait, pt);
	shut = READ_ONCE(s->shutdown);
	if (READ_ONCE(s->error))
		mask |= POLLERR;
	if (shut == SHUT_BOTH)
		mask |= POLLHUP;
	if (shut & SHUT_RCV)
		mask |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (s->type == SOCK_STREAM && u->state == UNIX_CONNECTED ? READ_ONCE(u->bytes) != 0 : !list_empty(&u->queue))
		mask |= POLLIN | POLLRDNORM;
	if (READ_ONCE(u->urgent))
		mask |= POLLPRI;
	if (s->type != SOCK_DGRAM && u->state == UNIX_CLOSED)
		mask |= POLLHUP;
	if (unix_writable(u) && (s->type != SOCK_DGRAM || !peer_is_full(u, true)))
		mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
	else
		WRITE_ONCE(s->no_space, true);
	return mask;
}

/* ---- ioctl ---- */

static long unix_ioctl(struct socket *s, unsigned cmd, unsigned long arg)
{
	struct unix_sock *u = unix_sk(s);
	u32 n;

	switch (cmd) {
	case FIONREAD:		/* SIOCINQ: all of a stream, the first datagram */
		if (u->state == UNIX_LISTENING)
			return -EINVAL;
		spin_lock(&s->lock);
		if (s->type != SOCK_DGRAM)
			n = u->bytes;
		else
			n = list_empty(&u->queue) ? 0 : list_first_entry(&u->queue, struct unix_buf, link)->len;
		spin_unlock(&s->lock);
		return put_user(n, (u32 __user *)arg);
	case SIOCATMARK:
		if (s->type != SOCK_STREAM)
			break;
		return put_user(unix_at_mark(u), (u32 __user *)arg);
	case SIOCOUTQ:
		return put_user(READ_ONCE(u->wmem), (u32 __user *)arg);
	}
	return -ENOTTY;
}

static bool unix_listening(const struct socket *s)
{
	return unix_sk(s)->state == UNIX_LISTENING;
}

/* ---- making ---- */

#define COMMON \
	.bind = unix_bind, .getname = unix_getname, .shutdown = unix_shutdown, .poll = unix_poll, .ioctl = unix_ioctl, \
	.pair = unix_pair, .listening = unix_listening, .closing = unix_closing, .release = unix_release, .destroy = unix_destroy, \
	.peek_offset = true
static const struct socket_ops stream_ops = {
	COMMON, .connect = unix_stream_connect, .listen = unix_listen, .accept = unix_accept,
	.sendmsg = unix_stream_sendmsg, .recvmsg = unix_stream_recvmsg,
};
static const struct socket_ops seqpacket_ops = {
	COMMON, .connect = unix_stream_connect, .listen = unix_listen, .accept = unix_accept,
	.sendmsg = unix_seqpacket_sendmsg, .recvmsg = unix_seqpacket_recvmsg,
};
static const struct socket_ops dgram_ops = {
	COMMON, .connect = unix_dgram_connect, .sendmsg = unix_dgram_sendmsg, .recvmsg = unix_dgram_recvmsg,
};

int unix_alloc(int type, struct unix_sock **out)
{
	struct unix_sock *u = kmem_cache_alloc(cache, GFP_KERNEL | GFP_ZERO);

	if (!u)
		return -ENOMEM;
	socket_init(&u->s, type == SOCK_STREAM ? &stream_ops : type == SOCK_DGRAM ? &dgram_ops : &seqpacket_ops, AF_UNIX, type, 0);
	list_init(&u->queue);
	list_init(&u->wanters);
	list_init(&u->want_link);
	list_init(&u->inflight_link);
	wait_queue_init(&u->room);
	mutex_init(&u->read_lock, RANK_SOCKET_READ);
	mutex_init(&u->bind_lock, RANK_SOCKET_BIND);
	u->backlog = (u32)unix_dgram_backlog;
	spin_lock(&unix_lock);
	list_add_tail(&u->all, &unix_sockets);
	spin_unlock(&unix_lock);
	*out = u;
	return 0;
}

static int create(int type, int protocol, struct socket **out)
{
	struct unix_sock *u;
	int error;

	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == SOCK_RAW)
		type = SOCK_DGRAM;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	error = unix_alloc(type, &u);
	if (!error)
		*out = &u->s;
	return error;
}

/* ---- /proc/net/unix ---- */

/* The nth socket, with unix_lock held from start to stop: show() only writes to the file's buffer. */
static void *seq_start(struct seq_file *m, loff_t *pos)
{
	struct unix_sock *u;
	loff_t n = *pos;

	(void)m;
	spin_lock(&unix_lock);
	if (n-- == 0)
		return &unix_lock;	/* the heading */
	list_for_each_entry(u, &unix_sockets, all)
		if (n-- == 0)
			return u;
	return NULL;
}

static void *seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct list_head *at = v == (void *)&unix_lock ? &unix_sockets : &((struct unix_sock *)v)->all;

	(void)m;
	(*pos)++;
	return at->next == &unix_sockets ? NULL : list_entry(at->next, struct unix_sock, all);
}

static void seq_stop(struct seq_file *m, void *v)
{
	(void)m;
	(void)v;
	spin_unlock(&unix_lock);
}

static int seq_show(struct seq_file *m, void *v)
{
	struct unix_sock *u = v;
	ino_t ino = 0;

	if (v == (void *)&unix_lock) {
		seq_puts(m, "Num       RefCount Protocol Flags    Type St Inode Path\n");
		return 0;
	}
	spin_lock(&u->s.lock);
	if (u->s.file)
		ino = u->s.file->inode->ino;
	spin_unlock(&u->s.lock);
	seq_printf(m, "00000000: %08X 00000000 %08X %04X %02X %5llu", (unsigned)atomic_read(&u->s.count),
		   u->state == UNIX_LISTENING ? 0x10000u : 0u, u->s.type,
		   u->state == UNIX_CONNECTED ? 3u : 1u, ino);
	if (u->addr) {
		int n = u->addr->len - (int)sizeof(u16);

		seq_putc(m, ' ');
		for (int i = 0; i < n && (u->addr->name.sun_path[0] == 0 || u->addr->name.sun_path[i]); i++)
			seq_putc(m, u->addr->name.sun_path[i] ? u->addr->name.sun_path[i] : '@');
	}
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_ops seq_ops = { .start = seq_start, .next = seq_next, .stop = seq_stop, .show = seq_show };

static int proc_open(struct inode *inode, struct file *f)
{
	(void)inode;
	return seq_open(f, &seq_ops);
}

static const struct file_ops proc_ops = { .open = proc_open, .read = seq_read, .llseek = seq_lseek, .release = seq_release };

static int __init unix_init(void)
{
	static const struct net_family family = { AF_UNIX, create };
	int error;

	cache = kmem_cache_create("unix socket", sizeof(struct unix_sock), 8);
	error = net_family_register(&family);
	if (!error)
		error = proc_create("net/unix", 0444, &proc_ops, NULL);
	return error ? error : sysctl_int("net/unix/max_dgram_qlen", 0644, &unix_dgram_backlog, 0, 0x7fffffff);
}
late_initcall(unix_init);
