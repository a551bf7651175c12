/* mount, umount, pivot_root; sync and its kin. */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/mount.h>

#define POS(low, high) ((loff_t)((u64)(high) << 32 | (low)))

/* The options page: up to a page, less if it ends at an unmapped one. */
static char *copy_options(const void __user *data)
{
	char *page;
	size_t left;

	if (!data)
		return NULL;
	page = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!page)
		return ERR_PTR(-ENOMEM);
	left = copy_from_user(page, data, PAGE_SIZE);
	if (left == PAGE_SIZE) {
		kfree(page);
		return ERR_PTR(-EFAULT);
	}
	page[PAGE_SIZE - 1] = 0;
	return page;
}

/* An optional string: NULL stays NULL, an empty one is allowed. */
static char *copy_string(const char __user *u)
{
	char *s;
	ssize_t n;

	if (!u)
		return NULL;
	s = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!s)
		return ERR_PTR(-ENOMEM);
	n = strncpy_from_user(s, u, PATH_MAX);
	if (n >= 0 && n < PATH_MAX)
		return s;
	kfree(s);
	return ERR_PTR(n < 0 ? n : -ENAMETOOLONG);
}

static void drop(char *s)
{
	if (!IS_ERR_OR_NULL(s))
		kfree(s);
}

long sys_mount(const char __user *source, const char __user *target, const char __user *type, unsigned long flags,
	       const void __user *data)
{
	char *s = copy_string(source), *t = name_get(target), *ty = copy_string(type), *opt = copy_options(data);
	long r;

	if (IS_ERR(s))
		r = PTR_ERR(s);
	else if (IS_ERR(t))
		r = PTR_ERR(t);
	else if (IS_ERR(ty))
		r = PTR_ERR(ty);
	else if (IS_ERR(opt))
		r = PTR_ERR(opt);
	else
		r = do_mount(s, t, ty, flags, opt);
	drop(s);
	drop(t);
	drop(ty);
	drop(opt);
	return r;
}

long sys_umount2(const char __user *target, int flags)
{
	struct path p;
	long r;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	r = user_path_at(AT_FDCWD, target, (flags & UMOUNT_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, &p);
	if (r)
		return r;
	path_cross_down(&p);		/* "." may be covered: the topmost is meant */
	r = do_umount(&p, (unsigned)flags);
	path_put_unused(&p);
	return r;
}

long sys_umount(const char __user *target)
{
	return sys_umount2(target, 0);
}

long sys_pivot_root(const char __user *new_root, const char __user *put_old)
{
	struct path new, old;
	long r;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	r = user_path_at(AT_FDCWD, new_root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &new);
	if (r)
		return r;
	r = user_path_at(AT_FDCWD, put_old, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &old);
	if (!r) {
		r = do_pivot_root(&new, &old);
		path_put(&old);
	}
	path_put(&new);
	return r;
}

/* ---- to the disk ---- */

long sys_sync(void)
{
	sync_all();
	return 0;
}

long sys_syncfs(int fd)
{
	struct file *f = fd_get(fd);
	long r, e;

	if (!f)
		return -EBADF;
	r = sync_filesystem(f->path.mnt->sb, true);
	e = mapping_check_error(f);
	file_put(f);
	return r ? r : e;
}

static long do_fsync(unsigned fd, bool datasync)
{
	struct file *f = fd_get(fd);
	long r, e;

	if (!f)
		return -EBADF;
	r = vfs_fsync(f, datasync);
	e = mapping_check_error(f);
	file_put(f);
	return r ? r : e;
}

long sys_fsync(unsigned fd) { return do_fsync(fd, false); }
long sys_fdatasync(unsigned fd) { return do_fsync(fd, true); }

long sys_sync_file_range(int fd, u32 low, u32 high, u32 n_low, u32 n_high, unsigned flags)
{
	loff_t off = POS(low, high), n = POS(n_low, n_high), end;
	struct file *f;
	long r = 0;

	if (flags & ~(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER))
		return -EINVAL;
	if (off < 0 || n < 0 || __builtin_add_overflow(off, n, &end))
		return -EINVAL;
	end = n ? end - 1 : 0x7fffffffffffffffLL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	if (!S_ISREG(f->inode->mode) && !S_ISBLK(f->inode->mode) && !S_ISDIR(f->inode->mode))
		r = -ESPIPE;
	if (!r && (flags & SYNC_FILE_RANGE_WAIT_BEFORE))
		r = filemap_wait(f->mapping, off, end);
	if (!r && (flags & SYNC_FILE_RANGE_WRITE))
		r = (flags & SYNC_FILE_RANGE_WAIT_AFTER) ? filemap_write_and_wait(f->mapping, off, end) : filemap_flush(f->mapping);
	else if (!r && (flags & SYNC_FILE_RANGE_WAIT_AFTER))
		r = filemap_wait(f->mapping, off, end);
	file_put(f);
	return r;
}
