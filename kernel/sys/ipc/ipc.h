/*
 * System V IPC: what shared memory, semaphores and message queues have in common. Objects of one kind live in one
 * table; an identifier is the slot's index plus a sequence number, so that an old identifier does not find a new object.
 *
 * One spin lock per kind guards its table and everything in its objects; whoever sleeps gives it up and afterwards
 * looks whether the object is dead. Objects are counted: the table holds one reference while the object is alive.
 */
#ifndef SYS_IPC_H
#define SYS_IPC_H

#include <core/list.h>
#include <core/spinlock.h>
#include <fs/seq_file.h>
#include <abi/ipc.h>

#define IPC_SLOTS 32768u		/* identifiers of one kind; the rest of an id is its sequence number */

/* Locks: l the kind's lock, I immutable */
struct ipc_object {
	struct hlist_node hash;		/* l by key, unless IPC_PRIVATE */
	int id;				/* I once it is in the table */
	s32 key;			/* l */
	uid_t uid, cuid;		/* l; I */
	gid_t gid, cgid;		/* l; I */
	u16 mode, seq;			/* l; I */
	unsigned count;			/* l references */
	bool dead;			/* l removed: not in the table any more */
};

struct ipc_kind {
	spinlock_t lock;
	struct ipc_object **slot;	/* l */
	unsigned slots, used, top;	/* l allocated, taken, highest taken + 1 */
	int *limit;			/* how many there may be */
	u16 seq;			/* l */
	struct hlist_head hash[64];	/* l */
	struct ipc_object *(*create)(void *arg, int flags);	/* sleeps; ERR_PTR */
	int (*check)(const struct ipc_object *o, void *arg);	/* l: does what exists fit the request? NULL: yes */
	void (*destroy)(struct ipc_object *o);		/* last reference gone; no lock held; sleeps */
};
#define IPC_KIND_INIT { .lock = SPINLOCK_INIT(RANK_FUTEX) }

/* The id that key names, made if need be. */
int ipc_get(struct ipc_kind *k, s32 key, int flags, void *arg);
/* Finds and locks the kind; ERR_PTR(-EINVAL, -EIDRM) without the lock. */
struct ipc_object *ipc_lock(struct ipc_kind *k, int id);
struct ipc_object *ipc_lock_index(struct ipc_kind *k, int index);	/* by slot, for *_STAT */
void ipc_put_unlock(struct ipc_kind *k, struct ipc_object *o);	/* drops a reference and the lock */
void ipc_remove(struct ipc_kind *k, struct ipc_object *o);	/* locked: out of the table; its reference becomes the caller's */
int ipc_allowed(const struct ipc_object *o, int want);		/* want: mode bits in any of the three places; 0 or -EACCES */
int ipc_may_change(const struct ipc_object *o);			/* IPC_SET, IPC_RMID: 0 or -EPERM */
void ipc_perm_out(const struct ipc_object *o, struct abi_ipc_perm *p);
int ipc_set(struct ipc_object *o, const struct abi_ipc_perm *p);	/* locked: owner, group and mode */
/* The object of IPC_STAT and its kin, locked and allowed; *result: what the call returns. ERR_PTR. */
struct ipc_object *ipc_stat_lock(struct ipc_kind *k, int id, bool by_index, bool any, int *result);
int ipc_top_index(struct ipc_kind *k);				/* for *_INFO */
/* Shows each object, locked. */
void ipc_for_each(struct ipc_kind *k, void (*show)(struct ipc_object *o, void *arg), void *arg);
u32 ipc_time(u64 *now);						/* seconds of the real-time clock into *now; its low word */

/* sem_undo.c and sem.c */
struct sem_set;
struct task;
/* One process's adjustments of one set: on its list and on the set's. Locks: s sem kind's lock */
struct sem_undo {
	struct list_head list_link, set_link;	/* s */
	struct sem_set *set;			/* I */
	s16 adjust[];				/* s */
};
struct sem_undo_list {
	unsigned users;				/* s tasks that share it */
	struct list_head undos;			/* s */
};
struct sem {
	u16 value;
	pid_t pid;				/* who changed it last */
};
struct sem_set {
	struct ipc_object ipc;
	u64 otime, ctime;			/* s */
	unsigned n;				/* I */
	struct list_head waiting;		/* s struct sem_wait, in order of arrival */
	struct list_head undos;			/* s */
	struct sem sem[];			/* s */
};
extern struct ipc_kind sem_kind;
struct sem_undo *sem_undo_find(struct sem_set *set);			/* s current's; NULL */
/* Makes current's undo for the set, which is locked and referenced; gives the lock up meanwhile. ERR_PTR(-ENOMEM, -EIDRM). */
struct sem_undo *sem_undo_make(struct sem_set *set);
/* s The set goes away: its undos move to the list, for the caller to kvfree(). */
void sem_undo_forget(struct sem_set *set, struct list_head *dead);
void sem_wake_waiting(struct sem_set *set);				/* s values have changed */
void sem_remove_unlock(struct sem_set *set);				/* s sleepers get -EIDRM; gives the lock up */
int sem_count_waiting(struct sem_set *set, unsigned num, bool for_zero);	/* s */
void sem_limits(struct abi_seminfo *i, bool used);			/* s; used: what there is instead of two limits */
struct abi_timespec32;
long sem_timedop32(int id, const void __user *ops, unsigned n, const struct abi_timespec32 __user *timeout);

#endif
