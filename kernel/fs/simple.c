/*
 * For filesystems whose tree is the dentry cache itself: every file's dentry is held by one reference of the
 * filesystem's until it is unlinked. A directory is read in the order of its children's cookies, which stay with a
 * name until it is renamed, so entries that come or go while somebody reads are neither doubled nor lost.
 */
#include <fs/internal.h>
#include <sched/task.h>
#include <abi/mount.h>

bool dir_emit_dots(struct file *f, struct dir_context *ctx)
{
	struct dentry *d = f->path.dentry;
	struct inode *up;
	bool ok = true;

	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, 1, d->inode->ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		spin_lock(&dcache_lock);
		up = d->parent->inode;
		spin_unlock(&dcache_lock);
		ok = ctx->emit(ctx, "..", 2, 2, up ? up->ino : d->inode->ino, DT_DIR);
		if (ok)
			ctx->pos = 2;
	}
	return ok;
}

/* The child with the smallest cookie >= pos that exists, referenced. `prev` (may be NULL) is where to go on from. */
static struct dentry *next_child(struct dentry *dir, struct dentry *prev, loff_t pos)
{
	struct list_head *at;
	struct dentry *d, *found = NULL;

	spin_lock(&dcache_lock);
	at = prev && prev->parent == dir ? prev->child.prev : dir->children.prev;
	for (; at != &dir->children; at = at->prev) {
		d = list_entry(at, struct dentry, child);
		if (d->cookie >= pos && d->inode && (d->flags & DCACHE_HASHED)) {
			found = dget(d);
			break;
		}
	}
	spin_unlock(&dcache_lock);
	return found;
}

static int simple_iterate(struct file *f, struct dir_context *ctx)
{
	struct dentry *dir = f->path.dentry, *d = NULL, *next;

	if (!dir_emit_dots(f, ctx))
		return 0;
	while ((next = next_child(dir, d, ctx->pos))) {
		const struct inode *i = next->inode;

		dput(d);
		d = next;
		if (!ctx->emit(ctx, d->name.name, d->name.len, d->cookie + 1, i->ino, (i->mode & S_IFMT) >> 12))
			break;
		ctx->pos = d->cookie + 1;
	}
	dput(d);
	return 0;
}

static loff_t simple_dir_llseek(struct file *f, loff_t off, int whence)
{
	return fixed_size_llseek(f, off, whence == SEEK_END ? -1 : whence, 0x7fffffff);
}

static int simple_fsync(struct file *f, loff_t start, loff_t end, bool datasync)
{
	(void)f;
	(void)start;
	(void)end;
	(void)datasync;
	return 0;		/* memory is all there is */
}

const struct file_ops simple_dir_ops = {
	.llseek = simple_dir_llseek,
	.iterate = simple_iterate,
	.fsync = simple_fsync,
};

const char *simple_get_link(struct dentry *d, struct inode *inode, void **cookie)
{
	(void)d;
	(void)cookie;
	return inode->private;
}

const struct inode_ops simple_symlink_ops = { .get_link = simple_get_link, .setattr = simple_setattr };

int simple_statfs(struct dentry *d, struct abi_statfs64 *st)
{
	st->f_type = d->sb->magic;
	st->f_bsize = PAGE_SIZE;
	st->f_namelen = NAME_MAX;
	return 0;
}

struct dentry *simple_lookup(struct inode *dir, struct dentry *d)
{
	(void)dir;
	d_add(d, NULL);
	return NULL;
}

int simple_setattr(struct dentry *d, struct iattr *attr)
{
	int error = setattr_prepare(d, attr);

	if (error)
		return error;
	if ((attr->valid & ATTR_SIZE) && S_ISREG(d->inode->mode) && attr->size)
		return -EPERM;
	setattr_copy(d->inode, attr);
	return 0;
}

bool simple_empty(struct dentry *dir)
{
	struct dentry *d = next_child(dir, NULL, 0);

	if (!d)
		return true;
	dput(d);
	return false;
}
