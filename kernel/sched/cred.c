/*
 * Credentials and what a user id holds in all. A cred never changes once a task has it: copy by cred_prepare(), edit,
 * cred_commit(). Groups are sorted, so that membership is a binary search.
 */
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/internal.h>
#include <sched/signal.h>
#include <abi/capability.h>
#include <abi/errno.h>

#define USER_HASH_BITS 6
static struct hlist_head users[1 << USER_HASH_BITS];	/* users_lock */
static DEFINE_SPINLOCK(users_lock, RANK_FS_STRUCT);
static struct kmem_cache *cred_cache, *user_cache;

struct user root_user = { .count = ATOMIC_INIT(1) };
static struct group_list no_groups = { .count = ATOMIC_INIT(1) };
struct cred init_cred = {
	.count = ATOMIC_INIT(2),
	.cap_permitted = CAP_FULL,
	.cap_effective = CAP_FULL,
	.cap_bset = CAP_FULL,
	.groups = &no_groups,
	.user = &root_user,
};

void cred_init(void)
{
	cred_cache = kmem_cache_create("cred", sizeof(struct cred), 0);
	user_cache = kmem_cache_create("user", sizeof(struct user), 0);
	hlist_add_head(&root_user.hash, &users[hash_32(0, USER_HASH_BITS)]);
}

static struct user *user_find(uid_t uid)
{
	struct user *u;

	hlist_for_each_entry(u, &users[hash_32(uid, USER_HASH_BITS)], hash) {
		if (u->uid == uid)
			return u;
	}
	return NULL;
}

struct user *user_get_uid(uid_t uid)
{
	struct user *u, *made = NULL;
	unsigned long flags;

	for (;;) {
		spin_lock_irqsave(&users_lock, flags);
		u = user_find(uid);
		if (u) {
			user_get(u);
		} else if (made) {
			hlist_add_head(&made->hash, &users[hash_32(uid, USER_HASH_BITS)]);
			u = made;
			made = NULL;
		}
		spin_unlock_irqrestore(&users_lock, flags);
		if (u) {
			if (made)
				kmem_cache_free(user_cache, made);
			return u;
		}
		made = kmem_cache_alloc(user_cache, GFP_KERNEL | GFP_ZERO);
		if (!made)
			return NULL;
		atomic_set(&made->count, 1);
		made->uid = uid;
	}
}

void user_put(struct user *u)
{
	unsigned long flags;
	bool last;

	spin_lock_irqsave(&users_lock, flags);
	last = atomic_dec_and_test(&u->count);
	if (last)
		hlist_del_init(&u->hash);
	spin_unlock_irqrestore(&users_lock, flags);
	if (last)
		kmem_cache_free(user_cache, u);
}

struct group_list *groups_alloc(u32 n)
{
	struct group_list *g = kvmalloc(sizeof(*g) + n * sizeof(gid_t), GFP_KERNEL);

	if (g) {
		atomic_set(&g->count, 1);
		g->n = n;
	}
	return g;
}

void groups_put(struct group_list *g)
{
	if (atomic_dec_and_test(&g->count))
		kvfree(g);
}

void cred_put(const struct cred *c)
{
	struct cred *cred = (struct cred *)c;

	if (!atomic_dec_and_test(&cred->count))
		return;
	groups_put(cred->groups);
	user_put(cred->user);
	kmem_cache_free(cred_cache, cred);
}

struct cred *cred_prepare(void)
{
	struct cred *c = kmem_cache_alloc(cred_cache, GFP_KERNEL);

	if (!c)
		return NULL;
	*c = *current->cred;
	atomic_set(&c->count, 1);
	atomic_inc(&c->groups->count);
	user_get(c->user);
	return c;
}

void cred_abort(struct cred *c)
{
	cred_put(c);
}

bool too_many_processes(const struct user *u)
{
	return (u64)atomic_read(&u->processes) > rlimit(RLIMIT_NPROC) && u != &root_user;
}

void cred_commit(struct cred *c)
{
	const struct cred *old = current->cred;
	unsigned long flags;

	if (c->user != old->user) {
		if (too_many_processes(c->user))
			current->flags |= PF_NPROC_EXCEEDED;
		else
			current->flags &= ~PF_NPROC_EXCEEDED;
		atomic_inc(&c->user->processes);
		atomic_dec(&old->user->processes);
	}
	/* Others look at a task's credentials with the task list locked. */
	spin_lock_irqsave(&tasklist_lock, flags);
	current->cred = c;
	if (c->euid != old->euid || c->egid != old->egid || c->fsuid != old->fsuid || c->fsgid != old->fsgid)
		current->pdeath_signal = 0;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	cred_put(old);
}

bool cred_capable(const struct cred *c, int cap)
{
	return c->cap_effective >> cap & 1;
}

bool capable(int cap)
{
	return cred_capable(current->cred, cap);
}

bool in_group(const struct cred *c, gid_t gid)
{
	u32 low = 0, high = c->groups->n;

	if (gid == c->fsgid)
		return true;
	while (low < high) {
		u32 middle = (low + high) / 2;

		if (c->groups->gid[middle] == gid)
			return true;
		if (c->groups->gid[middle] < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
