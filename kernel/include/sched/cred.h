/* Credentials: immutable once a task has them, counted. Change by prepare, edit, commit. */
#ifndef SCHED_CRED_H
#define SCHED_CRED_H

#include <core/atomic.h>
#include <core/list.h>
#include <core/types.h>

struct group_list {
	atomic_t count;
	u32 n;
	gid_t gid[];			/* sorted */
};

/* What one user id holds in all; counted. */
struct user {
	atomic_t count;
	uid_t uid;
	atomic_t processes;		/* tasks, against RLIMIT_NPROC */
	atomic_t sigpending;		/* queued signals, against RLIMIT_SIGPENDING */
	atomic_t inflight;		/* descriptors in messages that nobody has received, against RLIMIT_NOFILE */
	atomic_t mq_bytes;		/* of POSIX message queues, against RLIMIT_MSGQUEUE */
	atomic_t inotify_groups, inotify_watches;	/* against the limits of fs.inotify */
	atomic_t epoll_watches;		/* against fs.epoll.max_user_watches */
	struct hlist_node hash;
};
struct user *user_get_uid(uid_t uid);	/* made when new; NULL when out of memory */
static inline struct user *user_get(struct user *u) { atomic_inc(&u->count); return u; }
void user_put(struct user *u);
extern struct user root_user;
bool too_many_processes(const struct user *u);	/* more than the caller's RLIMIT_NPROC; never of root */

struct cred {
	atomic_t count;
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	u64 cap_permitted, cap_effective, cap_inheritable, cap_bset, cap_ambient;
	u32 securebits;
	struct group_list *groups;	/* never NULL */
	struct user *user;		/* of uid */
};

extern struct cred init_cred;		/* root with everything */
static inline const struct cred *cred_get(const struct cred *c) { atomic_inc(&((struct cred *)c)->count); return c; }
void cred_put(const struct cred *c);
void cred_abort(struct cred *c);	/* instead of commit */
struct group_list *groups_alloc(u32 n);
void groups_put(struct group_list *g);
#define SECURE_NOROOT			0u	/* bits of securebits; each is followed by its lock */
#define SECURE_NO_SETUID_FIXUP		2u
#define SECURE_KEEP_CAPS		4u
#define SECURE_NO_CAP_AMBIENT_RAISE	6u
#define CAP_FULL			0x1ffffffffffull
struct cred *cred_prepare(void);	/* a copy of current's to edit; NULL when out of memory */
void cred_commit(struct cred *c);	/* becomes current's; takes over the reference */
#define current_cred()	(current->cred)
bool capable(int cap);			/* current has it effective (CAP_* in abi/capability.h) */
bool cred_capable(const struct cred *c, int cap);
bool in_group(const struct cred *c, gid_t gid);	/* fsgid or supplementary */

#endif
