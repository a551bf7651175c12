/*
 * User and group ids, supplementary groups, capabilities: credentials(7), capabilities(7). Every call prepares a
 * copy, checks, edits and commits, so that other threads and open files keep what they had.
 *
 * The 16-bit calls are the 32-bit ones with -1 widened and large ids shown as the overflow id.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/cred.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>

#define NO_ID		0xffffffffu
#define OVERFLOW_ID	65534u
#define NGROUPS_MAX	65536

static uid_t widen(u16 id) { return id == 0xffff ? NO_ID : id; }
static u16 narrow(u32 id) { return id > 0xffff ? OVERFLOW_ID : (u16)id; }

/* What root loses and gains by its user ids: capabilities(7), "Effect of user ID changes on capabilities". */
static void fixup_capabilities(struct cred *new, const struct cred *old)
{
	if (new->securebits & BIT(SECURE_NO_SETUID_FIXUP))
		return;
	if ((!old->uid || !old->euid || !old->suid) && new->uid && new->euid && new->suid) {
		if (!(new->securebits & BIT(SECURE_KEEP_CAPS))) {
			new->cap_permitted = 0;
			new->cap_effective = 0;
		}
		new->cap_ambient = 0;
	}
	if (!old->euid && new->euid)
		new->cap_effective = 0;
	if (old->euid && !new->euid)
		new->cap_effective = new->cap_permitted;
}

#define CAP_FS_MASK (BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | \
		     BIT(CAP_FSETID) | BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_MKNOD))

static int commit_uids(struct cred *new)
{
	const struct cred *old = current_cred();

	if (new->uid != old->uid) {
		struct user *u = user_get_uid(new->uid);

		if (!u) {
			cred_abort(new);
			return -EAGAIN;
		}
		user_put(new->user);
		new->user = u;
	}
	fixup_capabilities(new, old);
	cred_commit(new);
	return 0;
}

static bool may_use_uid(const struct cred *c, uid_t id) { return id == c->uid || id == c->euid || id == c->suid; }
static bool may_use_gid(const struct cred *c, gid_t id) { return id == c->gid || id == c->egid || id == c->sgid; }

static struct cred *prepare(int *error)
{
	struct cred *c = cred_prepare();

	*error = c ? 0 : -ENOMEM;
	return c;
}

static int refuse(struct cred *c, int error)
{
	cred_abort(c);
	return error;
}

/* ---- user ids ---- */

long sys_setuid32(uid_t uid)
{
	int error;
	struct cred *new = prepare(&error);

	if (!new)
		return error;
	if (uid == NO_ID)
		return refuse(new, -EINVAL);
	if (capable(CAP_SETUID))
		new->uid = new->suid = uid;
	else if (uid != new->uid && uid != new->suid)
		return refuse(new, -EPERM);
	new->euid = new->fsuid = uid;
	return commit_uids(new);
}

long sys_setreuid32(uid_t ruid, uid_t euid)
{
	int error;
	struct cred *new = prepare(&error);
	const struct cred *old = current_cred();

	if (!new)
		return error;
	if (ruid != NO_ID) {
		if (ruid != old->uid && ruid != old->euid && !capable(CAP_SETUID))
			return refuse(new, -EPERM);
		new->uid = ruid;
	}
	if (euid != NO_ID) {
		if (!may_use_uid(old, euid) && !capable(CAP_SETUID))
			return refuse(new, -EPERM);
		new->euid = euid;
	}
	if (ruid != NO_ID || (euid != NO_ID && euid != old->uid))
		new->suid = new->euid;
	new->fsuid = new->euid;
	return commit_uids(new);
}

long sys_setresuid32(uid_t ruid, uid_t euid, uid_t suid)
{
	int error;
	struct cred *new = prepare(&error);
	const struct cred *old = current_cred();

	if (!new)
		return error;
	if (!capable(CAP_SETUID) && ((ruid != NO_ID && !may_use_uid(old, ruid)) || (euid != NO_ID && !may_use_uid(old, euid)) ||
				     (suid != NO_ID && !may_use_uid(old, suid))))
		return refuse(new, -EPERM);
	if (ruid != NO_ID)
		new->uid = ruid;
	if (euid != NO_ID)
		new->euid = euid;
	if (suid != NO_ID)
		new->suid = suid;
	new->fsuid = new->euid;
	return commit_uids(new);
}

long sys_setfsuid32(uid_t uid)
{
	uid_t was = current_cred()->fsuid;
	int error;
	struct cred *new;

	if (uid == NO_ID || uid == was)
		return (long)was;
	if (!may_use_uid(current_cred(), uid) && !capable(CAP_SETUID))
		return (long)was;
	new = prepare(&error);
	if (!new)
		return (long)was;	/* the call has no error return */
	new->fsuid = uid;
	if (!was && uid)
		new->cap_effective &= ~(u64)CAP_FS_MASK;
	if (was && !uid)
		new->cap_effective |= new->cap_permitted & CAP_FS_MASK;
	cred_commit(new);
	return (long)was;
}

long sys_getuid32(void) { return (long)current_cred()->uid; }
long sys_geteuid32(void) { return (long)current_cred()->euid; }

long sys_getresuid32(uid_t __user *ruid, uid_t __user *euid, uid_t __user *suid)
{
	const struct cred *c = current_cred();

	return put_user(c->uid, ruid) || put_user(c->euid, euid) || put_user(c->suid, suid) ? -EFAULT : 0;
}

/* ---- group ids ---- */

long sys_setgid32(gid_t gid)
{
	int error;
	struct cred *new = prepare(&error);

	if (!new)
		return error;
	if (gid == NO_ID)
		return refuse(new, -EINVAL);
	if (capable(CAP_SETGID))
		new->gid = new->sgid = gid;
	else if (gid != new->gid && gid != new->sgid)
		return refuse(new, -EPERM);
	new->egid = new->fsgid = gid;
	cred_commit(new);
	return 0;
}

long sys_setregid32(gid_t rgid, gid_t egid)
{
	int error;
	struct cred *new = prepare(&error);
	const struct cred *old = current_cred();

	if (!new)
		return error;
	if (rgid != NO_ID) {
		if (rgid != old->gid && rgid != old->egid && !capable(CAP_SETGID))
			return refuse(new, -EPERM);
		new->gid = rgid;
	}
	if (egid != NO_ID) {
		if (!may_use_gid(old, egid) && !capable(CAP_SETGID))
			return refuse(new, -EPERM);
		new->egid = egid;
	}
	if (rgid != NO_ID || (egid != NO_ID && egid != old->gid))
		new->sgid = new->egid;
	new->fsgid = new->egid;
	cred_commit(new);
	return 0;
}

long sys_setresgid32(gid_t rgid, gid_t egid, gid_t sgid)
{
	int error;
	struct cred *new = prepare(&error);
	const struct cred *old = current_cred();

	if (!new)
		return error;
	if (!capable(CAP_SETGID) && ((rgid != NO_ID && !may_use_gid(old, rgid)) || (egid != NO_ID && !may_use_gid(old, egid)) ||
				     (sgid != NO_ID && !may_use_gid(old, sgid))))
		return refuse(new, -EPERM);
	if (rgid != NO_ID)
		new->gid = rgid;
	if (egid != NO_ID)
		new->egid = egid;
	if (sgid != NO_ID)
		new->sgid = sgid;
	new->fsgid = new->egid;
	cred_commit(new);
	return 0;
}

long sys_setfsgid32(gid_t gid)
{
	gid_t was = current_cred()->fsgid;
	int error;
	struct cred *new;

	if (gid == NO_ID || gid == was || (!may_use_gid(current_cred(), gid) && !capable(CAP_SETGID)))
		return (long)was;
	new = prepare(&error);
	if (!new)
		return (long)was;
	new->fsgid = gid;
	cred_commit(new);
	return (long)was;
}

long sys_getgid32(void) { return (long)current_cred()->gid; }
long sys_getegid32(void) { return (long)current_cred()->egid; }

long sys_getresgid32(gid_t __user *rgid, gid_t __user *egid, gid_t __user *sgid)
{
	const struct cred *c = current_cred();

	return put_user(c->gid, rgid) || put_user(c->egid, egid) || put_user(c->sgid, sgid) ? -EFAULT : 0;
}

/* ---- supplementary groups ---- */

/* Shell sort: in place, no recursion; lists are short. */
static void sort_groups(gid_t *g, u32 n)
{
	u32 gap, i, j;

	for (gap = n / 2; gap; gap /= 2) {
		for (i = gap; i < n; i++) {
			gid_t v = g[i];

			for (j = i; j >= gap && g[j - gap] > v; j -= gap)
				g[j] = g[j - gap];
			g[j] = v;
		}
	}
}

static long groups_set(int size, const void __user *list, bool narrow_ids)
{
	struct group_list *g;
	struct cred *new;
	int i, error;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size < 0 || size > NGROUPS_MAX)
		return -EINVAL;
	g = groups_alloc((u32)size);
	if (!g)
		return -ENOMEM;
	for (i = 0; i < size; i++) {
		u16 small;

		error = narrow_ids ? get_user(small, (const u16 __user *)list + i) : get_user(g->gid[i], (const gid_t __user *)list + i);
		if (!error && narrow_ids)
			g->gid[i] = small;
		if (error || g->gid[i] == NO_ID) {
			groups_put(g);
			return error ? -EFAULT : -EINVAL;
		}
	}
	sort_groups(g->gid, g->n);
	new = prepare(&error);
	if (!new) {
		groups_put(g);
		return error;
	}
	groups_put(new->groups);
	new->groups = g;
	cred_commit(new);
	return 0;
}

static long groups_get(int size, void __user *list, bool narrow_ids)
{
	const struct group_list *g = current_cred()->groups;
	u32 i;

	if (size < 0)
		return -EINVAL;
	if (!size)
		return (long)g->n;
	if ((u32)size < g->n)
		return -EINVAL;
	for (i = 0; i < g->n; i++)
		if (narrow_ids ? put_user(narrow(g->gid[i]), (u16 __user *)list + i) : put_user(g->gid[i], (gid_t __user *)list + i))
			return -EFAULT;
	return (long)g->n;
}

long sys_setgroups32(int size, const gid_t __user *list) { return groups_set(size, list, false); }
long sys_getgroups32(int size, gid_t __user *list) { return groups_get(size, list, false); }
long sys_setgroups(int size, const u16 __user *list) { return groups_set(size, list, true); }
long sys_getgroups(int size, u16 __user *list) { return groups_get(size, list, true); }

/* ---- the 16-bit calls ---- */

long sys_setuid(u16 uid) { return sys_setuid32(widen(uid)); }
long sys_setgid(u16 gid) { return sys_setgid32(widen(gid)); }
long sys_getuid(void) { return narrow(current_cred()->uid); }
long sys_getgid(void) { return narrow(current_cred()->gid); }
long sys_geteuid(void) { return narrow(current_cred()->euid); }
long sys_getegid(void) { return narrow(current_cred()->egid); }
long sys_setreuid(u16 ruid, u16 euid) { return sys_setreuid32(widen(ruid), widen(euid)); }
long sys_setregid(u16 rgid, u16 egid) { return sys_setregid32(widen(rgid), widen(egid)); }
long sys_setresuid(u16 ruid, u16 euid, u16 suid) { return sys_setresuid32(widen(ruid), widen(euid), widen(suid)); }
long sys_setresgid(u16 rgid, u16 egid, u16 sgid) { return sys_setresgid32(widen(rgid), widen(egid), widen(sgid)); }
long sys_setfsuid(u16 uid) { return sys_setfsuid32(widen(uid)); }
long sys_setfsgid(u16 gid) { return sys_setfsgid32(widen(gid)); }

long sys_getresuid(u16 __user *ruid, u16 __user *euid, u16 __user *suid)
{
	const struct cred *c = current_cred();

	return put_user(narrow(c->uid), ruid) || put_user(narrow(c->euid), euid) || put_user(narrow(c->suid), suid) ? -EFAULT : 0;
}

long sys_getresgid(u16 __user *rgid, u16 __user *egid, u16 __user *sgid)
{
	const struct cred *c = current_cred();

	return put_user(narrow(c->gid), rgid) || put_user(narrow(c->egid), egid) || put_user(narrow(c->sgid), sgid) ? -EFAULT : 0;
}

/* ---- capabilities ---- */

/* How many 64-bit halves the version has; an unknown one is told which to use. */
static int cap_words(struct abi_cap_user_header __user *header, struct abi_cap_user_header *h)
{
	if (copy_from_user(h, header, sizeof(*h)))
		return -EFAULT;
	if (h->version == _LINUX_CAPABILITY_VERSION_1)
		return 1;
	if (h->version == _LINUX_CAPABILITY_VERSION_2 || h->version == _LINUX_CAPABILITY_VERSION_3)
		return 2;
	return put_user((u32)_LINUX_CAPABILITY_VERSION_3, &header->version) ? -EFAULT : -EINVAL;
}

long sys_capget(struct abi_cap_user_header __user *header, struct abi_cap_user_data __user *data)
{
	struct abi_cap_user_data d[2];
	struct abi_cap_user_header h;
	int words = cap_words(header, &h);
	struct task *t;
	unsigned long flags;

	if (words < 0)
		return words == -EINVAL && !data ? 0 : words;
	if (h.pid < 0)
		return -EINVAL;
	t = h.pid ? task_find_get(h.pid) : task_get(current);
	if (!t)
		return -ESRCH;
	spin_lock_irqsave(&tasklist_lock, flags);
	d[0] = (struct abi_cap_user_data){ (u32)t->cred->cap_effective, (u32)t->cred->cap_permitted, (u32)t->cred->cap_inheritable };
	d[1] = (struct abi_cap_user_data){ (u32)(t->cred->cap_effective >> 32), (u32)(t->cred->cap_permitted >> 32),
					   (u32)(t->cred->cap_inheritable >> 32) };
	spin_unlock_irqrestore(&tasklist_lock, flags);
	task_put(t);
	if (!data)
		return 0;
	return copy_to_user(data, d, (size_t)words * sizeof(d[0])) ? -EFAULT : 0;
}

long sys_capset(struct abi_cap_user_header __user *header, const struct abi_cap_user_data __user *data)
{
	struct abi_cap_user_data d[2] = { 0 };
	struct abi_cap_user_header h;
	int words = cap_words(header, &h), error;
	u64 effective, permitted, inheritable;
	struct cred *new;

	if (words < 0)
		return words;
	if (h.pid && h.pid != current->pid)
		return -EPERM;
	if (copy_from_user(d, data, (size_t)words * sizeof(d[0])))
		return -EFAULT;
	effective = (d[0].effective | (u64)d[1].effective << 32) & CAP_FULL;
	permitted = (d[0].permitted | (u64)d[1].permitted << 32) & CAP_FULL;
	inheritable = (d[0].inheritable | (u64)d[1].inheritable << 32) & CAP_FULL;
	new = prepare(&error);
	if (!new)
		return error;
	if ((!capable(CAP_SETPCAP) && inheritable & ~(new->cap_inheritable | new->cap_permitted)) ||
	    inheritable & ~(new->cap_inheritable | new->cap_bset) || permitted & ~new->cap_permitted || effective & ~permitted)
		return refuse(new, -EPERM);
	new->cap_effective = effective;
	new->cap_permitted = permitted;
	new->cap_inheritable = inheritable;
	new->cap_ambient &= permitted & inheritable;
	cred_commit(new);
	return 0;
}
