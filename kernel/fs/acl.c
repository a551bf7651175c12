/*
 * Access control lists in memory: checked when they come in, so that the rest of the kernel relies on their order. See
 * acl.h for who guards them; where they are kept is the filesystem's business (set_acl()).
 */
#include <fs/acl.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/capability.h>

#define PERMISSIONS	(S_IRWXU | S_IRWXG | S_IRWXO)
#define NAMED		(ACL_USER | ACL_GROUP)
#define REQUIRED	(ACL_USER_OBJ | ACL_GROUP_OBJ | ACL_OTHER)

struct acl acl_broken;

static const char *const names[ACL_TYPES] = {
	[ACL_TYPE_ACCESS] = XATTR_NAME_ACL_ACCESS,
	[ACL_TYPE_DEFAULT] = XATTR_NAME_ACL_DEFAULT,
};

int acl_type(const char *name)
{
	for (int type = 0; type < ACL_TYPES; type++)
		if (strcmp(name, names[type]) == 0)
			return type;
	return -EOPNOTSUPP;
}

const char *acl_name(int type)
{
	return names[type];
}

/* Whether lists count: a filesystem may know none, or be mounted without. */
static bool supported(const struct inode *inode)
{
	return inode->op && inode->op->set_acl && !READ_ONCE(inode->sb->no_acl);
}

static struct acl **slot(struct inode *inode, int type)
{
	return type == ACL_TYPE_ACCESS ? &inode->acl : &inode->default_acl;
}

/* ---- lists ---- */

static struct acl *acl_alloc(u32 count)
{
	struct acl *acl = kmalloc(sizeof(*acl) + count * sizeof(acl->entry[0]), GFP_NOFS);

	if (acl)
		acl->count = count;
	return acl;
}

void acl_free(struct acl *acl)
{
	if (acl != &acl_broken)
		kfree(acl);
}

struct acl *acl_dup(const struct acl *acl)
{
	struct acl *copy = acl_alloc(acl->count);

	if (copy)
		memcpy(copy->entry, acl->entry, acl->count * sizeof(acl->entry[0]));
	return copy;
}

static bool listed_before(const struct acl *acl, u32 i)
{
	for (u32 k = 0; k < i; k++)
		if (acl->entry[k].tag == acl->entry[i].tag && acl->entry[k].id == acl->entry[i].id)
			return true;
	return false;
}

/* Tags ascend, each class is there once, named ones once a name, and these have a mask. */
static bool acl_valid(const struct acl *acl)
{
	u32 seen = 0;

	for (u32 i = 0; i < acl->count; i++) {
		const struct acl_entry *e = &acl->entry[i];

		if (!e->tag || e->tag > ACL_OTHER || e->tag & (e->tag - 1) || e->perm > 7)
			return false;
		if (seen >= e->tag * 2u || (seen & e->tag & ~NAMED))
			return false;
		if (e->tag & NAMED && (e->id == ACL_NO_ID || listed_before(acl, i)))
			return false;
		seen |= e->tag;
	}
	return (seen & REQUIRED) == REQUIRED && (!(seen & NAMED) || seen & ACL_MASK);
}

int acl_decode(const void *value, size_t size, struct acl **out)
{
	const struct acl_xattr_header *head = value;
	const struct acl_xattr_entry *from = (const void *)(head + 1);
	struct acl *acl;
	size_t count;

	if (size < sizeof(*head))
		return -EINVAL;
	if (head->version != ACL_XATTR_VERSION)
		return -EOPNOTSUPP;
	if ((size - sizeof(*head)) % sizeof(*from))
		return -EINVAL;
	count = (size - sizeof(*head)) / sizeof(*from);
	if (count > ACL_ENTRIES_MAX)
		return -ENOSPC;
	if (count == 0) {
		*out = NULL;
		return 0;
	}
	acl = acl_alloc(count);
	if (!acl)
		return -ENOMEM;
	for (u32 i = 0; i < count; i++)
		acl->entry[i] = (struct acl_entry){ from[i].tag, from[i].perm, from[i].tag & NAMED ? from[i].id : ACL_NO_ID };
	if (!acl_valid(acl)) {
		acl_free(acl);
		return -EINVAL;
	}
	*out = acl;
	return 0;
}

size_t acl_size(const struct acl *acl)
{
	return sizeof(struct acl_xattr_header) + acl->count * sizeof(struct acl_xattr_entry);
}

void acl_encode(const struct acl *acl, void *value)
{
	struct acl_xattr_header *head = value;
	struct acl_xattr_entry *to = (void *)(head + 1);

	head->version = ACL_XATTR_VERSION;
	for (u32 i = 0; i < acl->count; i++)
		to[i] = (struct acl_xattr_entry){ acl->entry[i].tag, acl->entry[i].perm, acl->entry[i].id };
}

/* ---- lists and modes ---- */

static umode_t acl_mode(const struct acl *acl)
{
	const struct acl_entry *end = &acl->entry[acl->count];

	return acl->entry[0].perm << 6 | end[-2].perm << 3 | end[-1].perm;
}

void acl_set_mode(struct acl *acl, umode_t mode)
{
	struct acl_entry *end = &acl->entry[acl->count];

	if (acl == &acl_broken)
		return;
	acl->entry[0].perm = mode >> 6 & 7;
	end[-2].perm = mode >> 3 & 7;
	end[-1].perm = mode & 7;
}

/* Lists of three entries say what the mode does. */
static bool more_than_mode(const struct acl *acl)
{
	return acl->count > 3;
}

void acl_replace(struct inode *inode, umode_t mode, int type, struct acl *acl)
{
	struct acl **at = slot(inode, type), *old;

	spin_lock(&inode->lock);
	old = *at;
	*at = acl;
	inode->mode = mode;
	spin_unlock(&inode->lock);
	acl_free(old);
	inode_now(inode, ATTR_CTIME);
}

umode_t acl_new_mode(const struct inode *dir, umode_t mode)
{
	return dir->default_acl && supported(dir) ? mode : mode & ~current->fs->umask;
}

int acl_inherit(const struct inode *dir, struct inode *inode)
{
	struct acl *acl;

	if (likely(!dir->default_acl) || S_ISLNK(inode->mode) || !supported(dir))
		return 0;
	if (dir->default_acl == &acl_broken)
		return -EIO;
	acl = acl_dup(dir->default_acl);
	if (!acl)
		return -ENOMEM;
	if (S_ISDIR(inode->mode)) {
		inode->default_acl = acl_dup(acl);
		if (!inode->default_acl) {
			acl_free(acl);
			return -ENOMEM;
		}
	}
	inode->mode &= acl_mode(acl) | ~PERMISSIONS;
	acl_set_mode(acl, inode->mode);
	if (more_than_mode(acl))
		inode->acl = acl;
	else
		acl_free(acl);
	return 0;
}

/* ---- the check ---- */

/* acl(5)'s algorithm, for everybody but the owner. */
static int check(const struct acl *acl, gid_t gid, u32 want)
{
	const struct acl_entry *e, *mask = &acl->entry[acl->count - 2];
	const struct cred *c = current_cred();
	bool member = false;

	for (e = &acl->entry[1]; e->tag != ACL_OTHER; e++) {
		if (e->tag == ACL_MASK)
			continue;
		if (e->tag == ACL_USER ? e->id != c->fsuid : !in_group(c, e->tag == ACL_GROUP_OBJ ? gid : e->id))
			continue;
		/* Of several groups, one that has all that is wanted will do. */
		if ((e->perm & mask->perm & want) == want)
			return 0;
		if (e->tag == ACL_USER)
			return -EACCES;
		member = true;
	}
	return !member && (e->perm & want) == want ? 0 : -EACCES;
}

int acl_permission(struct inode *inode, int want)
{
	int error = -EAGAIN;

	if (!supported(inode))
		return error;
	spin_lock(&inode->lock);
	if (inode->acl == &acl_broken)
		error = -EIO;
	else if (inode->acl)
		error = check(inode->acl, inode->gid, (u32)want);
	spin_unlock(&inode->lock);
	return error;
}

/* ---- the attributes ---- */

ssize_t acl_get(struct inode *inode, int type, void *value, size_t size)
{
	const struct acl *acl = *slot(inode, type);

	if (!supported(inode))
		return -EOPNOTSUPP;
	if (!acl)
		return -ENODATA;
	if (acl == &acl_broken)
		return -EIO;
	if (size && size < acl_size(acl))
		return -ERANGE;
	if (size)
		acl_encode(acl, value);
	return (ssize_t)acl_size(acl);
}

/* XATTR_CREATE and XATTR_REPLACE mean nothing here: a mode is a list too. */
int acl_set(struct inode *inode, int type, const void *value, size_t size)
{
	umode_t mode = inode->mode;
	struct acl *acl = NULL;
	int error;

	if (!supported(inode))
		return -EOPNOTSUPP;
	error = size ? acl_decode(value, size, &acl) : 0;
	if (error)
		return error;
	if (type == ACL_TYPE_DEFAULT && !S_ISDIR(mode)) {
		error = acl ? -EACCES : 0;
		goto out_free;
	}
	if (!inode_owner_or_capable(inode)) {
		error = -EPERM;
		goto out_free;
	}
	if (type == ACL_TYPE_ACCESS && acl) {
		mode = (mode & ~PERMISSIONS) | acl_mode(acl);
		if (!in_group(current_cred(), inode->gid) && !capable(CAP_FSETID))
			mode &= ~S_ISGID;
		if (!more_than_mode(acl)) {
			acl_free(acl);
			acl = NULL;
		}
	}
	return inode->op->set_acl(inode, mode, type, acl);
out_free:
	acl_free(acl);
	return error;
}

ssize_t acl_list(struct inode *inode, char *list, size_t size)
{
	size_t done = 0;

	if (!supported(inode))
		return 0;
	for (int type = 0; type < ACL_TYPES; type++) {
		size_t n = strlen(names[type]) + 1;

		if (!*slot(inode, type))
			continue;
		if (size && done + n > size)
			return -ERANGE;
		if (size)
			memcpy(list + done, names[type], n);
		done += n;
	}
	return (ssize_t)done;
}
