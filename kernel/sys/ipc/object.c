/* Tables of System V IPC objects: keys, identifiers, permissions. See ipc.h. */
#include "ipc.h"
#include <core/printk.h>
#include <core/time.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/errno.h>

static struct hlist_head *chain(struct ipc_kind *k, s32 key)
{
	return &k->hash[((u32)key * 0x61C88647u) >> 26];
}

static struct ipc_object *find_key(struct ipc_kind *k, s32 key)
{
	struct ipc_object *o;

	hlist_for_each_entry(o, chain(k, key), hash)
		if (o->key == key)
			return o;
	return NULL;
}

int ipc_allowed(const struct ipc_object *o, int want)
{
	const struct cred *c = current_cred();
	int granted = o->mode, bits = (want >> 6) | (want >> 3) | want;

	if (c->euid == o->cuid || c->euid == o->uid)
		granted >>= 6;
	else if (in_group(c, o->cgid) || in_group(c, o->gid))
		granted >>= 3;
	return (bits & ~granted & 7) && !capable(CAP_IPC_OWNER) ? -EACCES : 0;
}

int ipc_may_change(const struct ipc_object *o)
{
	const struct cred *c = current_cred();

	return c->euid == o->cuid || c->euid == o->uid || capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* Room for one more slot. Takes the lock, and gives it up to allocate. 0 with the lock held, or -errno without. */
static int reserve_slot(struct ipc_kind *k)
{
	spin_lock(&k->lock);
	while (k->used == k->slots) {
		unsigned have = k->slots, n = have ? have * 2 : 16;
		struct ipc_object **fresh, **old;

		spin_unlock(&k->lock);
		if (have >= IPC_SLOTS)
			return -ENOSPC;
		fresh = kvmalloc(n * sizeof(*fresh), GFP_KERNEL | GFP_ZERO);
		if (!fresh)
			return -ENOMEM;
		spin_lock(&k->lock);
		old = fresh;
		if (k->slots == have) {
			if (have)
				memcpy(fresh, k->slot, have * sizeof(*fresh));
			old = k->slot;
			k->slot = fresh;
			k->slots = n;
		}
		spin_unlock(&k->lock);
		kvfree(old);
		spin_lock(&k->lock);
	}
	if (k->used >= (unsigned)*k->limit) {
		spin_unlock(&k->lock);
		return -ENOSPC;
	}
	return 0;
}

static void insert(struct ipc_kind *k, struct ipc_object *o)
{
	unsigned i = 0;

	while (k->slot[i])
		i++;
	k->slot[i] = o;
	k->used++;
	if (i >= k->top)
		k->top = i + 1;
	o->seq = k->seq++ & 0x7fff;
	o->id = (int)(o->seq * IPC_SLOTS + i);
	if (o->key != IPC_PRIVATE)
		hlist_add_head(&o->hash, chain(k, o->key));
}

static void init_object(struct ipc_object *o, s32 key, int flags)
{
	const struct cred *c = current_cred();

	o->key = key;
	o->mode = flags & 0777;
	o->uid = o->cuid = c->euid;
	o->gid = o->cgid = c->egid;
	o->count = 1;
	o->dead = false;
	o->hash.next = NULL;
	o->hash.pprev = NULL;
}

/* The lock is held: what exists under the key is good enough? */
static int open_existing(struct ipc_kind *k, const struct ipc_object *o, int flags, void *arg)
{
	int error;

	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	error = k->check ? k->check(o, arg) : 0;
	if (!error)
		error = ipc_allowed(o, flags & 0777);
	return error ? error : o->id;
}

int ipc_get(struct ipc_kind *k, s32 key, int flags, void *arg)
{
	struct ipc_object *o = NULL, *there;
	int result;

	if (key != IPC_PRIVATE) {
		spin_lock(&k->lock);
		there = find_key(k, key);
		result = there ? open_existing(k, there, flags, arg) : flags & IPC_CREAT ? 0 : -ENOENT;
		spin_unlock(&k->lock);
		if (there || result)
			return result;
	}
	o = k->create(arg, flags);
	if (IS_ERR(o))
		return (int)PTR_ERR(o);
	init_object(o, key, flags);
	result = reserve_slot(k);
	if (!result) {
		there = key != IPC_PRIVATE ? find_key(k, key) : NULL;	/* somebody was faster? */
		if (there) {
			result = open_existing(k, there, flags, arg);
		} else {
			insert(k, o);
			result = o->id;
			o = NULL;
		}
		spin_unlock(&k->lock);
	}
	if (o)
		k->destroy(o);
	return result;
}

struct ipc_object *ipc_lock_index(struct ipc_kind *k, int index)
{
	struct ipc_object *o = NULL;

	spin_lock(&k->lock);
	if (index >= 0 && (unsigned)index < k->top)
		o = k->slot[index];
	if (o)
		return o;
	spin_unlock(&k->lock);
	return ERR_PTR(-EINVAL);
}

struct ipc_object *ipc_lock(struct ipc_kind *k, int id)
{
	struct ipc_object *o;

	if (id < 0)
		return ERR_PTR(-EINVAL);
	o = ipc_lock_index(k, (int)((unsigned)id % IPC_SLOTS));
	if (!IS_ERR(o) && o->id != id) {
		spin_unlock(&k->lock);
		return ERR_PTR(-EIDRM);
	}
	return o;
}

void ipc_put_unlock(struct ipc_kind *k, struct ipc_object *o)
{
	bool last = --o->count == 0;

	spin_unlock(&k->lock);
	if (last)
		k->destroy(o);
}

void ipc_remove(struct ipc_kind *k, struct ipc_object *o)
{
	unsigned i = (unsigned)o->id % IPC_SLOTS;

	ASSERT(k->slot[i] == o);
	k->slot[i] = NULL;
	k->used--;
	while (k->top && !k->slot[k->top - 1])
		k->top--;
	hlist_del_init(&o->hash);
	o->dead = true;
}

void ipc_perm_out(const struct ipc_object *o, struct abi_ipc_perm *p)
{
	memset(p, 0, sizeof(*p));
	p->key = o->key;
	p->uid = o->uid;
	p->gid = o->gid;
	p->cuid = o->cuid;
	p->cgid = o->cgid;
	p->mode = o->mode;
	p->seq = o->seq;
}

int ipc_set(struct ipc_object *o, const struct abi_ipc_perm *p)
{
	if (p->uid == (u32)-1 || p->gid == (u32)-1)
		return -EINVAL;
	o->uid = p->uid;
	o->gid = p->gid;
	o->mode = (o->mode & ~0777) | (p->mode & 0777);
	return 0;
}

struct ipc_object *ipc_stat_lock(struct ipc_kind *k, int id, bool by_index, bool any, int *result)
{
	struct ipc_object *o = by_index ? ipc_lock_index(k, id) : ipc_lock(k, id);
	int error;

	if (IS_ERR(o))
		return o;
	error = any ? 0 : ipc_allowed(o, 0444);
	if (error) {
		spin_unlock(&k->lock);
		return ERR_PTR(error);
	}
	*result = by_index ? o->id : 0;
	return o;
}

int ipc_top_index(struct ipc_kind *k)
{
	return k->top ? (int)k->top - 1 : 0;
}

void ipc_for_each(struct ipc_kind *k, void (*show)(struct ipc_object *o, void *arg), void *arg)
{
	spin_lock(&k->lock);
	for (unsigned i = 0; i < k->top; i++)
		if (k->slot[i])
			show(k->slot[i], arg);
	spin_unlock(&k->lock);
}

u32 ipc_time(u64 *now)
{
	struct timespec64 ts;

	ktime_get_real(&ts);
	*now = (u64)ts.tv_sec;
	return (u32)*now;
}
