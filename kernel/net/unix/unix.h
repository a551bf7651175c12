/*
 * AF_UNIX: what its files share.
 *
 * A message (struct unix_buf) is made by the sender, charged to the sender's send buffer, and lies in the receiver's queue
 * until it is read; freeing it gives the charge back. A connection that waits for accept() is a message as well: it
 * holds the new socket. Names and peers change under unix_lock; a queue and a socket's state under its own lock. A
 * connected stream's peer stays until the socket is released, so that senders need no lock to find it.
 */
#ifndef NET_UNIX_H
#define NET_UNIX_H

#include <core/mutex.h>
#include <fs/namei.h>
#include <net/socket.h>

struct unix_addr {
	atomic_t count;
	int len;			/* of the sockaddr, family included */
	struct abi_sockaddr_un name;	/* abstract: sun_path[0] is 0 */
};

struct unix_buf {
	struct list_head link;
	u32 len, pos;			/* bytes; how many are read */
	u32 charge;			/* against the sender's send buffer */
	struct unix_sock *sender;	/* counted; NULL: not charged */
	struct unix_addr *from;		/* counted; NULL: nameless */
	struct scm scm;			/* files in flight; credentials if somebody wanted them */
	struct unix_sock *embryo;	/* a connection; no bytes */
	struct timespec64 stamp;	/* tv_nsec -1: none */
	u8 data[];
};

enum unix_state { UNIX_CLOSED, UNIX_CONNECTED, UNIX_LISTENING };
enum unix_gc { GC_IDLE, GC_CANDIDATE, GC_REACHED };

/*
 * Locks: I immutable, u unix_lock, q socket.lock, b bind_lock
 */
struct unix_sock {
	struct socket s;		/* first */
	struct unix_addr *addr;		/* u, set once; counted */
	struct path path;		/* u, set once: of a name in the tree */
	struct hlist_node bound;	/* u in a hash of names or inodes */
	struct list_head all;		/* u */
	struct unix_sock *peer;		/* u counted; of a connected stream: until release */
	enum unix_state state;		/* q and u: read with either */
	bool dead;			/* q released */
	struct list_head queue;		/* q what is to be read or accepted */
	u32 queued;			/* q messages in it */
	u32 bytes;			/* q bytes in it */
	u32 wmem;			/* q charged to this socket */
	struct unix_buf *urgent;	/* q of a stream: the byte sent with MSG_OOB, in the queue until it is read or passed */
	u32 backlog;			/* q datagrams or connections that may wait */
	struct mutex read_lock;		/* one reader at a time; the queue's head stays while it is held */
	struct mutex bind_lock;
	struct wait_queue room;		/* senders and connectors: the queue has room */
	struct list_head wanters;	/* u sockets that poll for room in this one */
	struct list_head want_link;	/* u in the peer's wanters */
	/* sockets whose files are in messages (gc.c) */
	u32 inflight;			/* u how many times */
	u32 outside;			/* u of these, not from sockets that may be garbage */
	enum unix_gc gc;		/* u */
	struct list_head inflight_link;	/* u */
};
static inline struct unix_sock *unix_sk(const struct socket *s) { return (struct unix_sock *)s; }
static inline struct unix_sock *unix_get(struct unix_sock *u) { socket_get(&u->s); return u; }
static inline void unix_put(struct unix_sock *u) { socket_put(&u->s); }

extern spinlock_t unix_lock;		/* RANK_UNIX */
extern struct list_head unix_sockets;	/* unix_lock */
extern int unix_dgram_backlog;		/* net.unix.max_dgram_qlen */

/* af_unix.c */
int unix_alloc(int type, struct unix_sock **out);
void unix_release_sock(struct unix_sock *u);
bool unix_writable(const struct unix_sock *u);
/* The peer, counted, or NULL. */
struct unix_sock *unix_peer_get(struct unix_sock *u);

/* name.c */
int unix_bind(struct socket *s, const struct abi_sockaddr *addr, int len);
int unix_autobind(struct unix_sock *u);
void unix_unbind(struct unix_sock *u);		/* unix_lock held; the path is the caller's to put */
int unix_check_addr(const struct abi_sockaddr *addr, int len);
/* The socket that a name means, counted; ERR_PTR(-ECONNREFUSED, -EPROTOTYPE, path errors). */
struct unix_sock *unix_find(const struct abi_sockaddr *addr, int len, int type);
int unix_getname(struct socket *s, struct abi_sockaddr *addr, bool peer);
struct unix_addr *unix_addr_get(struct unix_sock *u);	/* counted; NULL: nameless */
void unix_addr_put(struct unix_addr *a);
int unix_addr_copy(struct abi_sockaddr *to, const struct unix_addr *a);	/* its length */

/* connect.c */
int unix_stream_connect(struct socket *s, const struct abi_sockaddr *addr, int len, bool nonblock);
int unix_dgram_connect(struct socket *s, const struct abi_sockaddr *addr, int len, bool nonblock);
int unix_listen(struct socket *s, int backlog);
int unix_accept(struct socket *s, bool nonblock, struct socket **out);
int unix_pair(struct socket *a, struct socket *b);
int unix_shutdown(struct socket *s, unsigned bits);

/* buf.c */
#define UNIX_CHUNK (16384u - (u32)sizeof(struct unix_buf))	/* a stream's bytes in one message at most */
/* Room for len bytes, charged to u; waits for the send buffer as `limit` says. ERR_PTR(-EAGAIN, -EPIPE, -ENOBUFS, …). */
struct unix_buf *unix_buf_alloc(struct unix_sock *u, u32 len, nsec_t limit);
void unix_buf_free(struct unix_buf *b);
/* Credentials, time and files go with the message; m's files are in flight then. 0 or -ETOOMANYREFS. */
int unix_buf_attach(struct unix_buf *b, struct unix_sock *u, struct unix_sock *to, struct sock_msg *m);
void unix_queue(struct unix_sock *to, struct unix_buf *b);	/* to->s.lock held */
struct unix_buf *unix_dequeue(struct unix_sock *u);		/* first; the same */
void unix_unqueue(struct unix_sock *u, struct unix_buf *b);	/* any; the same */
/* To the receiver: identity of the sender, time. Files: unix_take_files(). */
void unix_buf_tell(struct unix_sock *u, const struct unix_buf *b, struct sock_msg *m);
void unix_take_files(struct unix_buf *b, struct sock_msg *m);
int unix_peek_files(const struct unix_buf *b, struct sock_msg *m);	/* 0 or -ENOMEM */
/* Waits until there is something to read, an error or an end; 0, -EAGAIN, -ERESTARTSYS, -EINTR. *left counts down. */
int unix_wait_data(struct unix_sock *u, u32 beyond, nsec_t limit, nsec_t *left);
/* Is there something to read beyond so many bytes that are only looked past? */
bool unix_readable(const struct unix_sock *u, u32 beyond);
static inline u32 unix_peek_start(const struct unix_sock *u, unsigned flags)
{
	return flags & MSG_PEEK ? (u32)max(READ_ONCE(u->s.peek_off), (s32)0) : 0;
}

/* stream.c, dgram.c */
ssize_t unix_stream_sendmsg(struct socket *s, struct sock_msg *m, unsigned flags);
ssize_t unix_stream_recvmsg(struct socket *s, struct sock_msg *m, unsigned flags);
bool unix_at_mark(struct unix_sock *u);		/* SIOCATMARK */
ssize_t unix_dgram_sendmsg(struct socket *s, struct sock_msg *m, unsigned flags);
ssize_t unix_dgram_recvmsg(struct socket *s, struct sock_msg *m, unsigned flags);
ssize_t unix_seqpacket_sendmsg(struct socket *s, struct sock_msg *m, unsigned flags);
ssize_t unix_seqpacket_recvmsg(struct socket *s, struct sock_msg *m, unsigned flags);
void unix_made_room(struct unix_sock *u);	/* a message has left the queue: senders go on */

/* gc.c */
int unix_inflight(struct scm_files *f);		/* 0 or -ETOOMANYREFS */
void unix_landed(struct scm_files *f);
/* Frees cycles of sockets that only messages refer to; of `closing` (or NULL) one more reference is about to go. */
void unix_collect(struct unix_sock *closing);
extern unsigned unix_inflight_total;

#endif
