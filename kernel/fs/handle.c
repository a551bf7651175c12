/*
 * File handles: a file's number and generation, which name it wherever it has moved to and fail with -ESTALE once it is gone.
 * A filesystem that gives them answers inode_of_handle(); one that does not hold all folders in memory also says where a
 * folder lies, so that its path is found again from the root.
 */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>

#define MAX_HANDLE	128u		/* bytes that a handle may have */
#define TYPE_INO_GEN	1		/* FILEID_INO32_GEN */

struct handle {
	u32 bytes;
	s32 type;
	u32 ino, generation;
};
#define HEAD offsetof(struct handle, ino)
#define BODY (sizeof(struct handle) - HEAD)

long sys_name_to_handle_at(int dfd, const char __user *name, void __user *to, int __user *mount_id, int flags)
{
	unsigned lookup = (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	struct handle h;
	struct path path;
	long r;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	r = user_path_at(dfd, name, lookup, &path);
	if (r)
		return r;
	r = -EOPNOTSUPP;
	if (!path.mnt->sb->op->inode_of_handle)
		goto out;
	r = -EFAULT;
	if (copy_from_user(&h, to, HEAD))
		goto out;
	r = -EINVAL;
	if (h.bytes > MAX_HANDLE)
		goto out;
	r = h.bytes < BODY ? -EOVERFLOW : 0;
	h = (struct handle){ BODY, TYPE_INO_GEN, (u32)path.dentry->inode->ino, path.dentry->inode->generation };
	if (copy_to_user(to, &h, r ? HEAD : sizeof(h)) || put_user((u32)path.mnt->id, (u32 __user *)mount_id))
		r = -EFAULT;
out:
	path_put(&path);
	return r;
}

/* ---- back ---- */

/* Looks for the name of a number in a folder. */
struct search {
	struct dir_context ctx;
	ino_t ino;
	u32 len;
	char name[NAME_MAX + 1];
};

static bool compare(struct dir_context *ctx, const char *name, u32 len, loff_t next, ino_t ino, u8 type)
{
	struct search *s = container_of(ctx, struct search, ctx);

	(void)type;
	ctx->pos = next;
	if (ino != s->ino || len > NAME_MAX || (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
		return true;
	memcpy(s->name, name, len);
	s->len = len;
	return false;
}

/* The dentry of `child`, a folder in `parent`; consumes nothing. */
static struct dentry *child_of(struct mount *mnt, struct dentry *parent, const struct inode *child)
{
	struct path at = { mnt, parent };
	struct dentry *d = ERR_PTR(-ENOMEM);
	struct search *s = kzalloc(sizeof(*s), GFP_KERNEL);
	struct file *f;

	if (!s)
		return d;
	s->ctx.emit = compare;
	s->ino = child->ino;
	f = dentry_open(&at, O_RDONLY | O_DIRECTORY);
	if (IS_ERR(f)) {
		d = ERR_CAST(f);
		goto out;
	}
	down_read(&parent->inode->rwsem);
	for (loff_t last = -1; !s->len && s->ctx.pos != last;) {
		last = s->ctx.pos;
		if (f->op->iterate(f, &s->ctx))
			break;
	}
	up_read(&parent->inode->rwsem);
	file_put(f);
	d = ERR_PTR(-ESTALE);		/* moved meanwhile */
	if (!s->len)
		goto out;
	down_write(&parent->inode->rwsem);
	d = lookup_child(parent, s->name, s->len, 0);
	up_write(&parent->inode->rwsem);
	if (!IS_ERR(d) && d->inode != child) {
		dput(d);
		d = ERR_PTR(-ESTALE);
	}
out:
	kfree(s);
	return d;
}

/* A dentry that is there already. */
static struct dentry *alias_of(struct inode *inode)
{
	struct dentry *d = NULL;

	spin_lock(&dcache_lock);
	if (!list_empty(&inode->dentries))
		d = dget(list_first_entry(&inode->dentries, struct dentry, alias));
	spin_unlock(&dcache_lock);
	return d;
}

/* Consumes inode. A folder gets its place in the tree, from the next one above that has it. */
static struct dentry *dentry_of(struct mount *mnt, struct inode *inode, unsigned depth)
{
	const struct super_ops *op = mnt->sb->op;
	struct dentry *d = alias_of(inode), *parent;
	struct qstr none = { 0, 1, "/" };
	struct inode *up;

	if (d) {
		iput(inode);
		return d;
	}
	if (!S_ISDIR(inode->mode)) {
		d = d_alloc_pseudo(mnt->sb, &none);
		if (d)
			d_instantiate(d, inode);
		else
			iput(inode);
		return d ? d : ERR_PTR(-ENOMEM);
	}
	d = ERR_PTR(-ESTALE);
	if (!op->parent_of || depth > 64)
		goto out;
	up = op->inode_of_handle(mnt->sb, op->parent_of(inode), NULL);
	if (IS_ERR(up)) {
		d = ERR_CAST(up);
		goto out;
	}
	parent = dentry_of(mnt, up, depth + 1);
	if (IS_ERR(parent)) {
		d = parent;
		goto out;
	}
	d = child_of(mnt, parent, inode);
	dput(parent);
out:
	iput(inode);
	return d;
}

static int mount_of(int fd, struct path *out)
{
	struct file *f;

	if (fd == AT_FDCWD) {
		path_pwd(out);
		return 0;
	}
	f = fd_get_raw((unsigned)fd);
	if (!f)
		return -EBADF;
	*out = f->path;
	path_get(out);
	file_put(f);
	return 0;
}

long sys_open_by_handle_at(int mount_fd, void __user *from, int flags)
{
	struct path at, path;
	struct inode *inode;
	struct handle h;
	struct file *f;
	int fd, error;

	if (!capable(CAP_DAC_READ_SEARCH))
		return -EPERM;
	error = mount_of(mount_fd, &at);
	if (error)
		return error;
	error = -EFAULT;
	if (copy_from_user(&h, from, HEAD))
		goto out;
	error = -EINVAL;
	if (!h.bytes || h.bytes > MAX_HANDLE)
		goto out;
	error = -ESTALE;
	if (h.bytes != BODY || h.type != TYPE_INO_GEN || !at.mnt->sb->op->inode_of_handle)
		goto out;
	error = -EFAULT;
	if (copy_from_user(&h, from, sizeof(h)))
		goto out;
	inode = at.mnt->sb->op->inode_of_handle(at.mnt->sb, h.ino, &h.generation);
	error = PTR_ERR(inode);
	if (IS_ERR(inode))
		goto out;
	path.mnt = at.mnt;
	path.dentry = dentry_of(at.mnt, inode, 0);
	error = PTR_ERR(path.dentry);
	if (IS_ERR(path.dentry))
		goto out;
	fd = fd_alloc(0, (unsigned)flags & O_CLOEXEC);
	error = fd;
	if (fd >= 0) {
		f = path_open(&path, (unsigned)flags & ~(unsigned)(O_CREAT | O_EXCL | O_NOCTTY | O_CLOEXEC));
		error = IS_ERR(f) ? PTR_ERR(f) : fd;
		if (IS_ERR(f))
			fd_release((unsigned)fd);
		else
			fd_install((unsigned)fd, f);
	}
	dput(path.dentry);
out:
	path_put(&at);
	return error;
}
