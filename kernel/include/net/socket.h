/*
 * Sockets: the part that is the same for all families. A family registers a constructor; its sockets begin with
 * `struct socket` and answer through a table of operations. Layers above know nothing of families.
 *
 * A socket is counted: its open file holds one reference, and so do peers and messages of its family. ops->release() is
 * called once, when the file (or, before accept(), the listener) lets go; ops->destroy() frees it with the last
 * reference. Calls return 0, bytes or -errno; all but the inline ones may sleep.
 */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <core/wait.h>
#include <fs/fasync.h>
#include <fs/iov.h>
#include <fs/vfs.h>
#include <net/scm.h>
#include <abi/socket.h>

struct poll_table;
struct socket;
struct sock_msg;

#define ADDR_MAX	128		/* sockaddr_storage */
#define SHUT_RCV	1u		/* bits of socket.shutdown */
#define SHUT_SEND	2u
#define SHUT_BOTH	3u

/* NULL operations answer -EOPNOTSUPP. Addresses are kernel copies of `len` bytes, len <= ADDR_MAX. */
struct socket_ops {
	int (*bind)(struct socket *s, const struct abi_sockaddr *addr, int len);
	int (*connect)(struct socket *s, const struct abi_sockaddr *addr, int len, bool nonblock);
	int (*pair)(struct socket *a, struct socket *b);
	int (*listen)(struct socket *s, int backlog);
	int (*accept)(struct socket *s, bool nonblock, struct socket **out);	/* *out has no file yet */
	int (*getname)(struct socket *s, struct abi_sockaddr *addr, bool peer);	/* length, or -ENOTCONN */
	ssize_t (*sendmsg)(struct socket *s, struct sock_msg *m, unsigned flags);
	ssize_t (*recvmsg)(struct socket *s, struct sock_msg *m, unsigned flags);
	int (*shutdown)(struct socket *s, unsigned bits);
	unsigned (*poll)(struct socket *s, struct file *f, struct poll_table *pt);
	long (*ioctl)(struct socket *s, unsigned cmd, unsigned long arg);	/* -ENOTTY: the common ones are tried */
	int (*setsockopt)(struct socket *s, int level, int name, const void __user *value, int len);
	int (*getsockopt)(struct socket *s, int level, int name, void __user *value, int __user *len);
	bool (*listening)(const struct socket *s);
	bool peek_offset;			/* SO_PEEK_OFF is honoured */
	void (*closing)(struct socket *s);	/* a descriptor goes: current holds one reference to the file, for the last moment */
	void (*release)(struct socket *s);
	void (*destroy)(struct socket *s);
};

/*
 * Locks: I immutable, s lock, a atomic
 */
struct socket {
	atomic_t count;			/* a */
	const struct socket_ops *ops;	/* I */
	u16 family, type, protocol;	/* I */
	struct file *file;		/* s its open file, not counted; NULL before accept() and after close() */
	spinlock_t lock;		/* RANK_SOCKET */
	struct wait_queue wait;		/* anything changed: woken with poll events */
	struct fasync fasync;		/* told of the same by signal */
	bool no_space;			/* s somebody found no room: told when there is */
	s32 peek_off;			/* s where MSG_PEEK begins; -1: at the first byte */
	unsigned options;		/* s SOCK_OPT_* */
	unsigned shutdown;		/* s SHUT_* */
	int error;			/* s positive; reported once */
	u32 sndbuf, rcvbuf;		/* s bytes, bookkeeping included */
	u32 rcvlowat;			/* s at least 1 */
	nsec_t rcvtimeo, sndtimeo;	/* s MAX_SCHEDULE_TIMEOUT: for ever */
	struct abi_linger linger;	/* s */
	u32 priority;			/* s */
	u64 cookie;			/* s 0: not given out yet */
	struct pid *peer_pid;		/* s counted; NULL: nobody */
	const struct cred *peer_cred;	/* s counted */
};
#define SOCK_OPT_PASSCRED	1u
#define SOCK_OPT_DEBUG		2u
#define SOCK_OPT_REUSEADDR	4u
#define SOCK_OPT_REUSEPORT	8u
#define SOCK_OPT_DONTROUTE	16u
#define SOCK_OPT_BROADCAST	32u
#define SOCK_OPT_KEEPALIVE	64u
#define SOCK_OPT_OOBINLINE	128u
#define SOCK_OPT_STAMP		256u	/* messages carry the time they were sent */
#define SOCK_OPT_STAMP_NS	512u	/* as a timespec */
#define SOCK_OPT_STAMP_64	1024u	/* with 64-bit seconds */
#define SOCK_OPT_LINGER		2048u
#define SOCK_OPT_NO_CHECK	4096u

/* One message on its way: what sendmsg(2) and recvmsg(2) move. */
struct sock_msg {
	struct iov_iter it;
	union {
		struct abi_sockaddr addr;
		u8 raw[ADDR_MAX];
	};
	int addr_len;			/* 0: no address */
	void __user *control;		/* received: where records go; NULL: nowhere */
	u32 control_left;
	u32 control_used;
	unsigned flags;			/* received: MSG_* to tell */
	struct scm scm;
};
static inline void sock_msg_init(struct sock_msg *m)
{
	m->addr_len = 0;
	m->control = NULL;
	m->control_left = m->control_used = 0;
	m->flags = 0;
	scm_init(&m->scm);
}
/* A control record for the receiver; sets MSG_CTRUNC when it does not fit whole. */
void sock_put_cmsg(struct sock_msg *m, int level, int type, const void *data, u32 len);

/* ---- families ---- */

struct net_family {
	int family;
	/* Checks type (without flags) and protocol; *out has one reference and no file. */
	int (*create)(int type, int protocol, struct socket **out);
};
#define AF_MAX 46
int net_family_register(const struct net_family *f);	/* -EEXIST */
void socket_init(struct socket *s, const struct socket_ops *ops, int family, int type, int protocol);
void socket_fini(struct socket *s);		/* in destroy(), before the memory goes */
static inline struct socket *socket_get(struct socket *s) { atomic_inc(&s->count); return s; }
void socket_put(struct socket *s);

/* ---- for system calls ---- */

int socket_create(int family, int type, int protocol, struct socket **out);
/* A file for it; flags: SOCK_NONBLOCK. On failure the socket is untouched. Afterwards the file owns the reference. */
struct file *socket_file(struct socket *s, unsigned flags);
struct socket *file_socket(const struct file *f);	/* NULL: not a socket */
ssize_t socket_send(struct socket *s, struct sock_msg *m, unsigned flags);
ssize_t socket_recv(struct socket *s, struct sock_msg *m, unsigned flags);
int socket_setsockopt(struct socket *s, int level, int name, const void __user *value, int len);
int socket_getsockopt(struct socket *s, int level, int name, void __user *value, int __user *len);
long socket_ioctl(struct socket *s, unsigned cmd, unsigned long arg);

/* ---- for families ---- */

int socket_error(struct socket *s);		/* takes the pending error: 0 or -errno */
void socket_set_error(struct socket *s, int error);	/* positive */
/* MSG_PEEK has seen n more bytes (negative: a read has taken some). s->lock is taken. */
void socket_peek_move(struct socket *s, s32 n);
bool socket_send_urgent(struct socket *s);	/* SIGURG to the owner of its file; false: nobody owns it */
void socket_set_peer(struct socket *s);		/* SO_PEERCRED becomes current */
void socket_copy_peer(struct socket *s, const struct socket *from);
static inline nsec_t socket_timeout(nsec_t set, unsigned flags) { return flags & MSG_DONTWAIT ? 0 : set; }
/* What an interrupted wait returns: with a time limit it must not be started again. */
static inline int socket_interrupted(nsec_t limit) { return limit == MAX_SCHEDULE_TIMEOUT ? -512 /* ERESTARTSYS */ : -EINTR; }

extern int net_wmem_default, net_rmem_default, net_wmem_max, net_rmem_max, net_somaxconn;
#define SOCK_MIN_SNDBUF 4480
#define SOCK_MIN_RCVBUF 2240

#endif
