/* Extended attributes in memory, a list per inode. The VFS has checked names and permissions; vfs.rwsem is held. */
#include "tmpfs.h"
#include <fs/acl.h>
#include <mm/kmalloc.h>
#include <abi/capability.h>
#include <abi/xattr.h>

struct xattr {
	struct list_head link;
	size_t size;
	char *value;		/* follows the name in the same allocation */
	char name[];
};

static struct xattr *find(struct inode *i, const char *name)
{
	struct xattr *x;

	list_for_each_entry(x, &tmpfs_i(i)->xattrs, link)
		if (strcmp(x->name, name) == 0)
			return x;
	return NULL;
}

static bool known(const char *name)
{
	return strncmp(name, XATTR_USER_PREFIX, 5) == 0 || strncmp(name, XATTR_TRUSTED_PREFIX, 8) == 0 ||
	       strncmp(name, XATTR_SECURITY_PREFIX, 9) == 0;
}

ssize_t tmpfs_getxattr(struct inode *i, const char *name, void *value, size_t size)
{
	struct xattr *x = find(i, name);

	if (!known(name))
		return -EOPNOTSUPP;
	if (!x)
		return -ENODATA;
	if (!size)
		return x->size;
	if (size < x->size)
		return -ERANGE;
	memcpy(value, x->value, x->size);
	return x->size;
}

int tmpfs_setxattr(struct inode *i, const char *name, const void *value, size_t size, int flags)
{
	struct xattr *old = find(i, name), *x;
	size_t n = strlen(name) + 1;

	if (!known(name))
		return -EOPNOTSUPP;
	if (old && (flags & XATTR_CREATE))
		return -EEXIST;
	if (!old && (flags & XATTR_REPLACE))
		return -ENODATA;
	x = kmalloc(sizeof(*x) + n + size, GFP_KERNEL);
	if (!x)
		return -ENOMEM;
	memcpy(x->name, name, n);
	x->value = x->name + n;
	x->size = size;
	if (size)		/* an empty one may come without a value */
		memcpy(x->value, value, size);
	list_add_tail(&x->link, &tmpfs_i(i)->xattrs);
	if (old) {
		list_del(&old->link);
		kfree(old);
	}
	inode_now(i, ATTR_CTIME);
	return 0;
}

ssize_t tmpfs_listxattr(struct inode *i, char *list, size_t size)
{
	struct xattr *x;
	size_t done = 0;

	list_for_each_entry(x, &tmpfs_i(i)->xattrs, link) {
		size_t n = strlen(x->name) + 1;

		if (strncmp(x->name, XATTR_TRUSTED_PREFIX, sizeof(XATTR_TRUSTED_PREFIX) - 1) == 0 && !capable(CAP_SYS_ADMIN))
			continue;
		if (size) {
			if (done + n > size)
				return -ERANGE;
			memcpy(list + done, x->name, n);
		}
		done += n;
	}
	return done;
}

int tmpfs_removexattr(struct inode *i, const char *name)
{
	struct xattr *x = find(i, name);

	if (!known(name))
		return -EOPNOTSUPP;
	if (!x)
		return -ENODATA;
	list_del(&x->link);
	kfree(x);
	inode_now(i, ATTR_CTIME);
	return 0;
}

/* The inode stays as long as the file: nothing is to be kept elsewhere. */
int tmpfs_set_acl(struct inode *i, umode_t mode, int type, struct acl *acl)
{
	acl_replace(i, mode, type, acl);
	return 0;
}

void tmpfs_free_xattrs(struct inode *i)
{
	struct xattr *x, *next;

	list_for_each_entry_safe(x, next, &tmpfs_i(i)->xattrs, link)
		kfree(x);
	list_init(&tmpfs_i(i)->xattrs);
}
