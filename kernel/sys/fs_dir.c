/* Reading directories; working directory and root. */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>

/* What the emit functions fill: user memory, written record by record. */
struct fill {
	struct dir_context ctx;
	char __user *at;
	unsigned left;
	unsigned last;		/* length of the record before at; 0: none */
	int error;
};

static bool emit64(struct dir_context *ctx, const char *name, u32 len, loff_t next, ino_t ino, u8 type)
{
	struct fill *f = container_of(ctx, struct fill, ctx);
	unsigned reclen = ALIGN_UP((unsigned)offsetof(struct abi_dirent64, d_name) + len + 1, 8u);
	union {
		struct abi_dirent64 d;
		char raw[ALIGN_UP(offsetof(struct abi_dirent64, d_name) + NAME_MAX + 1, 8)];
	} r;

	f->error = -EINVAL;
	if (reclen > f->left || len > NAME_MAX)
		return false;
	r.d.d_ino = ino;
	r.d.d_off = next;
	r.d.d_reclen = (u16)reclen;
	r.d.d_type = type;
	memcpy(r.d.d_name, name, len);
	memset(r.raw + offsetof(struct abi_dirent64, d_name) + len, 0, reclen - offsetof(struct abi_dirent64, d_name) - len);
	f->error = -EFAULT;
	if (copy_to_user(f->at, &r, reclen))
		return false;
	f->at += reclen;
	f->left -= reclen;
	f->last = reclen;
	return true;
}

static bool emit32(struct dir_context *ctx, const char *name, u32 len, loff_t next, ino_t ino, u8 type)
{
	struct fill *f = container_of(ctx, struct fill, ctx);
	unsigned reclen = ALIGN_UP((unsigned)offsetof(struct abi_dirent, d_name) + len + 2, 4u);
	union {
		struct abi_dirent d;
		char raw[ALIGN_UP(offsetof(struct abi_dirent, d_name) + NAME_MAX + 2, 4)];
	} r;

	f->error = -EINVAL;
	if (reclen > f->left || len > NAME_MAX)
		return false;
	f->error = -EOVERFLOW;
	if (ino >> 32 || (u64)next >> 32)
		return false;
	r.d.d_ino = (u32)ino;
	r.d.d_off = (u32)next;
	r.d.d_reclen = (u16)reclen;
	memcpy(r.raw + offsetof(struct abi_dirent, d_name), name, len);
	memset(r.raw + offsetof(struct abi_dirent, d_name) + len, 0, reclen - offsetof(struct abi_dirent, d_name) - len);
	r.raw[reclen - 1] = (char)type;
	f->error = -EFAULT;
	if (copy_to_user(f->at, &r, reclen))
		return false;
	f->at += reclen;
	f->left -= reclen;
	f->last = reclen;
	return true;
}

static int iterate(struct file *f, struct dir_context *ctx)
{
	struct inode *dir = f->inode;
	int error = -ENOTDIR;

	if (!f->op->iterate)
		return error;
	mutex_lock(&f->pos_lock);
	down_read(&dir->rwsem);
	error = -ENOENT;
	if (!(dir->flags & S_DEAD)) {
		ctx->pos = f->pos;
		error = f->op->iterate(f, ctx);
		f->pos = ctx->pos;
	}
	up_read(&dir->rwsem);
	mutex_unlock(&f->pos_lock);
	if (!error)
		inode_touch_atime(&f->path);
	return error;
}

static long getdents(unsigned fd, void __user *entries, unsigned count, __typeof__(((struct dir_context *)0)->emit) emit)
{
	struct fill fill = { .ctx = { .emit = emit }, .at = entries, .left = count };
	struct file *f = fd_get(fd);
	long error;

	if (!f)
		return -EBADF;
	error = iterate(f, &fill.ctx);
	file_put(f);
	if (error)
		return error;
	/* Nothing fitted: the buffer is too small, or bad. Nothing emitted at all: the end. */
	if (!fill.last)
		return fill.error;
	return count - fill.left;
}

long sys_getdents64(unsigned fd, void __user *entries, unsigned count)
{
	return getdents(fd, entries, count, emit64);
}

long sys_getdents(unsigned fd, void __user *entries, unsigned count)
{
	return getdents(fd, entries, count, emit32);
}

/* One entry a call: inode, offset, name length, name. */
struct old_entry {
	u32 ino, offset;
	u16 namelen;
	char name[NAME_MAX + 1];
};
struct one {
	struct dir_context ctx;
	struct old_entry e;
	bool found;
};

static bool emit_one(struct dir_context *ctx, const char *name, u32 len, loff_t next, ino_t ino, u8 type)
{
	struct one *o = container_of(ctx, struct one, ctx);

	(void)type;
	if (o->found || len > NAME_MAX)
		return false;
	o->found = true;
	o->e.ino = (u32)ino;
	o->e.offset = (u32)next;
	o->e.namelen = (u16)len;
	memcpy(o->e.name, name, len);
	o->e.name[len] = 0;
	return true;
}

long sys_readdir(unsigned fd, void __user *entry, unsigned count)
{
	struct one o = { .ctx = { .emit = emit_one } };
	struct file *f = fd_get(fd);
	long error;

	(void)count;		/* always one */
	if (!f)
		return -EBADF;
	error = iterate(f, &o.ctx);
	file_put(f);
	if (error)
		return error;
	if (!o.found)
		return 0;
	return copy_to_user(entry, &o.e, offsetof(struct old_entry, name) + o.e.namelen + 1) ? -EFAULT : 1;
}

/* ---- where a process is ---- */

static int set_cwd(const struct path *p)
{
	int error = S_ISDIR(p->dentry->inode->mode) ? inode_permission(p->dentry->inode, MAY_EXEC) : -ENOTDIR;

	if (!error)
		fs_set_pwd(current->fs, p);
	return error;
}

long sys_chdir(const char __user *path)
{
	struct path p;
	int error = user_path_at(AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (error)
		return error;
	error = set_cwd(&p);
	path_put(&p);
	return error;
}

long sys_fchdir(unsigned fd)
{
	struct file *f = fd_get_raw(fd);
	int error;

	if (!f)
		return -EBADF;
	error = set_cwd(&f->path);
	file_put(f);
	return error;
}

long sys_chroot(const char __user *path)
{
	struct path p;
	int error = user_path_at(AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (error)
		return error;
	error = inode_permission(p.dentry->inode, MAY_EXEC);
	if (!error && !capable(CAP_SYS_CHROOT))
		error = -EPERM;
	if (!error)
		fs_set_root(current->fs, &p);
	path_put(&p);
	return error;
}

long sys_getcwd(char __user *buf, unsigned long size)
{
	static const char far_away[] = "(unreachable)";
	struct path pwd, root;
	char *page, *text;
	bool unreachable = false;
	long n;

	page = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	path_pwd(&pwd);
	if (path_root(&root)) {
		path_put(&pwd);
		kfree(page);
		return -ENOENT;
	}
	n = -ENOENT;
	if (pwd.dentry->parent != pwd.dentry && !(pwd.dentry->flags & DCACHE_HASHED))
		goto out;
	text = d_path_from(&pwd, &root, page, PATH_MAX, &unreachable);
	n = PTR_ERR(text);
	if (IS_ERR(text))
		goto out;
	if (unreachable && text - page >= (long)sizeof(far_away) - 1) {
		text -= sizeof(far_away) - 1;
		memcpy(text, far_away, sizeof(far_away) - 1);
	}
	n = strlen(text) + 1;
	if ((unsigned long)n > size)
		n = -ERANGE;
	else if (copy_to_user(buf, text, n))
		n = -EFAULT;
out:
	path_put(&root);
	path_put(&pwd);
	kfree(page);
	return n;
}
