/*
 * Extended attributes: names and permissions are checked here, storage is the filesystem's. Of system.* there are access
 * control lists alone (fs/acl.h): keeping what is not acted upon would deceive.
 */
#include <arch/uaccess.h>
#include <fs/acl.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/xattr.h>

static int get_name(char *kname, const char __user *name)
{
	ssize_t n = strncpy_from_user(kname, name, XATTR_NAME_MAX + 1);

	if (n < 0)
		return n;
	return n == 0 || n > XATTR_NAME_MAX ? -ERANGE : 0;
}

static bool is_system(const char *name)
{
	return strncmp(name, XATTR_SYSTEM_PREFIX, 7) == 0;
}

static int may_access(struct inode *inode, const char *name, int mask)
{
	if (mask == MAY_WRITE && (inode->flags & (S_IMMUTABLE | S_APPEND)))
		return -EPERM;
	if (is_system(name))
		return 0;		/* each has its own rules */
	if (strncmp(name, XATTR_TRUSTED_PREFIX, 8) == 0)
		return capable(CAP_SYS_ADMIN) ? 0 : mask == MAY_WRITE ? -EPERM : -ENODATA;
	if (strncmp(name, XATTR_SECURITY_PREFIX, 9) == 0)
		return mask == MAY_WRITE && !capable(CAP_SYS_ADMIN) ? -EPERM : 0;
	if (strncmp(name, XATTR_USER_PREFIX, 5) == 0) {
		/* Only where the mode bits say who may write contents; in sticky directories the owner alone. */
		if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
			return mask == MAY_WRITE ? -EPERM : -ENODATA;
		if (S_ISDIR(inode->mode) && (inode->mode & S_ISVTX) && mask == MAY_WRITE && !inode_owner_or_capable(inode))
			return -EPERM;
		return inode_permission(inode, mask);
	}
	return inode_permission(inode, mask);
}

static int set(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	int type;

	if (!is_system(name))
		return inode->op && inode->op->setxattr ? inode->op->setxattr(inode, name, value, size, flags) : -EOPNOTSUPP;
	type = acl_type(name);
	return type < 0 ? type : acl_set(inode, type, value, size);
}

static ssize_t get(struct inode *inode, const char *name, void *value, size_t size)
{
	int type;

	if (!is_system(name))
		return inode->op && inode->op->getxattr ? inode->op->getxattr(inode, name, value, size) : -EOPNOTSUPP;
	type = acl_type(name);
	return type < 0 ? type : acl_get(inode, type, value, size);
}

static int remove(struct inode *inode, const char *name)
{
	if (is_system(name))
		return set(inode, name, NULL, 0, 0);
	return inode->op && inode->op->removexattr ? inode->op->removexattr(inode, name) : -EOPNOTSUPP;
}

/* Lists come first, then what the filesystem keeps. */
static ssize_t list_names(struct inode *inode, char *list, size_t size)
{
	ssize_t done = acl_list(inode, list, size), more;

	if (done < 0 || !inode->op || !inode->op->listxattr)
		return done;
	more = inode->op->listxattr(inode, size ? list + done : NULL, size - (size ? done : 0));
	if (more < 0)
		return more;
	/* With no room left it has told what it needs. */
	return size && (size_t)(done + more) > size ? -ERANGE : done + more;
}

static long do_set(const struct path *p, const char __user *uname, const void __user *uvalue, size_t size, int flags)
{
	struct inode *inode = p->dentry->inode;
	char name[XATTR_NAME_MAX + 1];
	void *value = NULL;
	int error;

	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	error = get_name(name, uname);
	if (error)
		return error;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	if (size) {
		value = kvmalloc(size, GFP_KERNEL);
		if (!value)
			return -ENOMEM;
		if (copy_from_user(value, uvalue, size)) {
			error = -EFAULT;
			goto out;
		}
	}
	error = mnt_want_write(p->mnt);
	if (error)
		goto out;
	down_write(&inode->rwsem);
	error = may_access(inode, name, MAY_WRITE);
	if (!error)
		error = set(inode, name, value, size, flags);
	up_write(&inode->rwsem);
	if (!error)
		notify_dentry(p->dentry, IN_ATTRIB);
	mnt_drop_write(p->mnt);
out:
	kvfree(value);
	return error;
}

static long do_get(const struct path *p, const char __user *uname, void __user *uvalue, size_t size)
{
	struct inode *inode = p->dentry->inode;
	char name[XATTR_NAME_MAX + 1];
	void *value = NULL;
	ssize_t n = get_name(name, uname);

	if (n)
		return n;
	size = min(size, (size_t)XATTR_SIZE_MAX);
	if (size) {
		value = kvmalloc(size, GFP_KERNEL);
		if (!value)
			return -ENOMEM;
	}
	down_read(&inode->rwsem);
	n = may_access(inode, name, MAY_READ);
	if (!n)
		n = get(inode, name, value, size);
	up_read(&inode->rwsem);
	if (n > 0 && size && copy_to_user(uvalue, value, n))
		n = -EFAULT;
	kvfree(value);
	return n;
}

static long do_list(const struct path *p, char __user *ulist, size_t size)
{
	struct inode *inode = p->dentry->inode;
	char *list = NULL;
	ssize_t n;

	size = min(size, (size_t)XATTR_LIST_MAX);
	if (size) {
		list = kvmalloc(size, GFP_KERNEL);
		if (!list)
			return -ENOMEM;
	}
	down_read(&inode->rwsem);
	n = list_names(inode, list, size);
	up_read(&inode->rwsem);
	if (n > 0 && size && copy_to_user(ulist, list, n))
		n = -EFAULT;
	kvfree(list);
	return n;
}

static long do_remove(const struct path *p, const char __user *uname)
{
	struct inode *inode = p->dentry->inode;
	char name[XATTR_NAME_MAX + 1];
	int error = get_name(name, uname);

	if (error)
		return error;
	error = mnt_want_write(p->mnt);
	if (error)
		return error;
	down_write(&inode->rwsem);
	error = may_access(inode, name, MAY_WRITE);
	if (!error)
		error = remove(inode, name);
	up_write(&inode->rwsem);
	if (!error)
		notify_dentry(p->dentry, IN_ATTRIB);
	mnt_drop_write(p->mnt);
	return error;
}

#define BY_PATH(path, how, call) ({ \
	struct path p; \
	long _r = user_path_at(AT_FDCWD, path, how, &p); \
	if (!_r) { \
		_r = (call); \
		path_put(&p); \
	} \
	_r; })
#define BY_FD(fd, call) ({ \
	struct file *_f = fd_get(fd); \
	long _r = -EBADF; \
	if (_f) { \
		const struct path p = _f->path; \
		_r = (call); \
		file_put(_f); \
	} \
	_r; })

long sys_setxattr(const char __user *path, const char __user *name, const void __user *value, size_t size, int flags)
{
	return BY_PATH(path, LOOKUP_FOLLOW, do_set(&p, name, value, size, flags));
}
long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *value, size_t size, int flags)
{
	return BY_PATH(path, 0, do_set(&p, name, value, size, flags));
}
long sys_fsetxattr(int fd, const char __user *name, const void __user *value, size_t size, int flags)
{
	return BY_FD(fd, do_set(&p, name, value, size, flags));
}
long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return BY_PATH(path, LOOKUP_FOLLOW, do_get(&p, name, value, size));
}
long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return BY_PATH(path, 0, do_get(&p, name, value, size));
}
long sys_fgetxattr(int fd, const char __user *name, void __user *value, size_t size)
{
	return BY_FD(fd, do_get(&p, name, value, size));
}
long sys_listxattr(const char __user *path, char __user *list, size_t size)
{
	return BY_PATH(path, LOOKUP_FOLLOW, do_list(&p, list, size));
}
long sys_llistxattr(const char __user *path, char __user *list, size_t size)
{
	return BY_PATH(path, 0, do_list(&p, list, size));
}
long sys_flistxattr(int fd, char __user *list, size_t size)
{
	return BY_FD(fd, do_list(&p, list, size));
}
long sys_removexattr(const char __user *path, const char __user *name)
{
	return BY_PATH(path, LOOKUP_FOLLOW, do_remove(&p, name));
}
long sys_lremovexattr(const char __user *path, const char __user *name)
{
	return BY_PATH(path, 0, do_remove(&p, name));
}
long sys_fremovexattr(int fd, const char __user *name)
{
	return BY_FD(fd, do_remove(&p, name));
}
