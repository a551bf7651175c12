/* System calls that make, remove and rename names. */
#include <arch/uaccess.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <sys/syscalls.h>

#define WITH_NAME(nb, path, call) ({ \
	struct name_buffer nb; \
	long _r = name_fetch(&nb, path, false); \
	if (!_r) { \
		_r = (call); \
		name_drop(&nb); \
	} \
	_r; })

#define WITH_TWO(a, pa, b, pb, call) WITH_NAME(a, pa, WITH_NAME(b, pb, call))

long sys_mkdirat(int dfd, const char __user *path, umode_t mode)
{
	return WITH_NAME(n, path, do_mkdirat(dfd, n.name, mode));
}

long sys_mkdir(const char __user *path, umode_t mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

long sys_mknodat(int dfd, const char __user *path, umode_t mode, u32 dev)
{
	return WITH_NAME(n, path, do_mknodat(dfd, n.name, mode, dev));
}

long sys_mknod(const char __user *path, umode_t mode, u32 dev)
{
	return sys_mknodat(AT_FDCWD, path, mode, dev);
}

long sys_unlinkat(int dfd, const char __user *path, int flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return WITH_NAME(n, path, (flags & AT_REMOVEDIR) ? do_rmdirat(dfd, n.name) : do_unlinkat(dfd, n.name));
}

long sys_unlink(const char __user *path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}

long sys_rmdir(const char __user *path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

long sys_symlinkat(const char __user *target, int dfd, const char __user *path)
{
	return WITH_TWO(t, target, n, path, do_symlinkat(t.name, dfd, n.name));
}

long sys_symlink(const char __user *target, const char __user *path)
{
	return sys_symlinkat(target, AT_FDCWD, path);
}

long sys_linkat(int odfd, const char __user *old, int ndfd, const char __user *new, int flags)
{
	struct name_buffer o;
	long r;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	r = name_fetch(&o, old, flags & AT_EMPTY_PATH);
	if (r)
		return r;
	r = WITH_NAME(n, new, do_linkat(odfd, o.name, ndfd, n.name, flags));
	name_drop(&o);
	return r;
}

long sys_link(const char __user *old, const char __user *new)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

long sys_renameat2(int odfd, const char __user *old, int ndfd, const char __user *new, unsigned flags)
{
	return WITH_TWO(o, old, n, new, do_renameat(odfd, o.name, ndfd, n.name, flags));
}

long sys_renameat(int odfd, const char __user *old, int ndfd, const char __user *new)
{
	return sys_renameat2(odfd, old, ndfd, new, 0);
}

long sys_rename(const char __user *old, const char __user *new)
{
	return sys_renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

long sys_readlinkat(int dfd, const char __user *path, char __user *buf, int size)
{
	struct path p;
	char *text;
	ssize_t n;

	if (size <= 0)
		return -EINVAL;
	n = user_path_at(dfd, path, LOOKUP_EMPTY, &p);
	if (n)
		return n;
	if (!S_ISLNK(p.dentry->inode->mode)) {
		u8 first;

		/* With an empty path the descriptor must be a symlink; anything else "is not there". */
		n = get_user_1(&first, path) == 0 && !first ? -ENOENT : -EINVAL;
		path_put(&p);
		return n;
	}
	text = kmalloc(PATH_MAX, GFP_KERNEL);
	n = text ? read_link_text(p.dentry, text, min(size, PATH_MAX)) : -ENOMEM;
	if (n > 0) {
		inode_touch_atime(&p);
		if (copy_to_user(buf, text, n))
			n = -EFAULT;
	}
	kfree(text);
	path_put(&p);
	return n;
}

long sys_readlink(const char __user *path, char __user *buf, int size)
{
	return sys_readlinkat(AT_FDCWD, path, buf, size);
}
