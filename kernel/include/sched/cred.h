/* Credentials: immutable once a task has them, counted. Change by prepare, edit, commit. */
#ifndef SCHED_CRED_H
#define SCHED_CRED_H

#include <core/atomic.h>
#include <core/types.h>

struct group_list {
	atomic_t count;
	u32 n;
	gid_t gid[];			/* sorted */
};

struct cred {
	atomic_t count;
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	u64 cap_permitted, cap_effective, cap_inheritable, cap_bset, cap_ambient;
	u32 securebits;
	struct group_list *groups;	/* never NULL */
};

extern struct cred init_cred;		/* root with everything */
static inline const struct cred *cred_get(const struct cred *c) { atomic_inc(&((struct cred *)c)->count); return c; }
void cred_put(const struct cred *c);
struct cred *cred_prepare(void);	/* a copy of current's to edit; NULL when out of memory */
void cred_commit(struct cred *c);	/* becomes current's; takes over the reference */
#define current_cred()	(current->cred)
bool capable(int cap);			/* current has it effective (CAP_* in abi/capability.h) */
bool cred_capable(const struct cred *c, int cap);
bool in_group(const struct cred *c, gid_t gid);	/* fsgid or supplementary */

#endif
