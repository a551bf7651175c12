/* What opens in sysfs: directories, links, texts and binary files. A file that was removed while open gives -ENODEV. */
#include "sysfs.h"
#include <abi/capability.h>
#include <core/time.h>
#include <fs/iov.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <sched/cred.h>

static int setattr(struct dentry *d, struct iattr *attr)
{
	struct sysfs_entry *e = sysfs_of(d->inode);
	int error = simple_setattr(d, attr);

	/* The inode goes with its dentry; the next one takes after the entry. */
	if (error)
		return error;
	spin_lock(&sysfs_lock);
	e->mode = d->inode->mode;
	e->uid = d->inode->uid;
	e->gid = d->inode->gid;
	spin_unlock(&sysfs_lock);
	return 0;
}

/* ---- links and directories ---- */

static const char *get_link(struct dentry *d, struct inode *inode, void **cookie)
{
	(void)d;
	(void)cookie;
	return sysfs_of(inode)->text;	/* the inode counts the entry */
}

static int dir_getattr(const struct path *path, struct kstat *st)
{
	generic_fillattr(path->dentry->inode, st);
	st->nlink = sysfs_of(path->dentry->inode)->subdirs + 2;
	return 0;
}

/* The first child whose cookie is at least that, counted. */
static struct sysfs_entry *child_from(struct sysfs_entry *dir, loff_t cookie)
{
	struct sysfs_entry *e, *found = NULL;

	spin_lock(&sysfs_lock);
	list_for_each_entry(e, &dir->children, sibling) {
		if (e->cookie >= cookie) {
			found = e;
			sysfs_get(e);
			break;
		}
	}
	spin_unlock(&sysfs_lock);
	return found;
}

/* Positions 0 and 1 are the dots; a child's is its cookie and 2. */
static int iterate(struct file *f, struct dir_context *ctx)
{
	struct sysfs_entry *dir = sysfs_of(f->inode), *e;
	bool ok = true;

	if (!dir_emit_dots(f, ctx))
		return 0;
	while (ok && (e = child_from(dir, ctx->pos - 2))) {
		loff_t next = (loff_t)e->cookie + 3;

		ok = ctx->emit(ctx, e->name, strlen(e->name), next, e->ino, (e->mode & S_IFMT) >> 12);
		sysfs_put(e);
		if (ok)
			ctx->pos = next;
	}
	return 0;
}

static loff_t dir_llseek(struct file *f, loff_t off, int whence)
{
	return fixed_size_llseek(f, off, whence == SEEK_END ? -1 : whence, 0x7fffffffffffll);
}

/* ---- files ---- */

static int text_show(struct seq_file *m, void *v)
{
	struct sysfs_entry *e = m->private;
	int error = 0;

	(void)v;
	if (!sysfs_activate(e))
		return -ENODEV;
	if (e->text)
		seq_puts(m, e->text);
	else
		error = e->attr->show ? e->attr->show(m, e->object) : -EIO;
	sysfs_deactivate(e);
	return error;
}

/* Modes bind root too: what nobody may write has no way to. */
static int may_open(const struct inode *inode, const struct file *f)
{
	if ((f->mode & FMODE_WRITE) && !(inode->mode & 0222))
		return -EACCES;
	if ((f->mode & FMODE_READ) && !(inode->mode & 0444))
		return -EACCES;
	return 0;
}

static int text_open(struct inode *inode, struct file *f)
{
	int error = may_open(inode, f);

	return error ? error : single_open(f, text_show, sysfs_of(inode));
}

static ssize_t text_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct sysfs_entry *e = sysfs_of(f->inode);
	size_t n = it->count, len = n;
	int error = -EIO;
	char *text;

	if (n >= PAGE_SIZE)
		return -EINVAL;
	text = kzalloc(n + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (copy_from_iter(text, n, it) != n) {
		kfree(text);
		return -EFAULT;
	}
	while (len && text[len - 1] == '\n')
		text[--len] = 0;
	if (e->attr && e->attr->store) {
		error = -ENODEV;
		if (sysfs_activate(e)) {
			error = e->attr->store(e->object, text);
			sysfs_deactivate(e);
		}
	}
	kfree(text);
	if (error)
		return error;
	*pos += (loff_t)n;
	return (ssize_t)n;
}

static int binary_open(struct inode *inode, struct file *f)
{
	return may_open(inode, f);
}

static ssize_t binary_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct sysfs_entry *e = sysfs_of(f->inode);
	size_t n = min(it->count, (size_t)PAGE_SIZE);
	ssize_t got = -ENODEV;
	void *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	if (sysfs_activate(e)) {
		got = e->attr->read(e->object, buf, n, *pos, cred_capable(f->cred, CAP_SYS_ADMIN));
		sysfs_deactivate(e);
	}
	if (got > 0) {
		size_t copied = copy_to_iter(buf, (size_t)got, it);

		got = copied ? (ssize_t)copied : -EFAULT;
		if (got > 0)
			*pos += got;
	}
	kfree(buf);
	return got;
}

static loff_t binary_llseek(struct file *f, loff_t off, int whence)
{
	return fixed_size_llseek(f, off, whence, f->inode->size);
}

/* ---- inodes ---- */

static const struct inode_ops link_iops = { .get_link = get_link };
static const struct inode_ops file_iops = { .setattr = setattr };
static const struct file_ops dir_fops = { .iterate = iterate, .llseek = dir_llseek };
static const struct file_ops text_fops = {
	.open = text_open, .read = seq_read, .write = text_write, .llseek = seq_lseek, .release = single_release,
};
static const struct file_ops binary_fops = { .open = binary_open, .read = binary_read, .llseek = binary_llseek };

static struct dentry *dir_lookup(struct inode *dir, struct dentry *d)
{
	struct sysfs_entry *e = sysfs_find(sysfs_of(dir), d->name.name, d->name.len);
	struct inode *inode;

	if (!e) {
		d_add(d, NULL);
		return NULL;
	}
	inode = sysfs_inode(dir->sb, e);
	sysfs_put(e);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	d_add(d, inode);
	return NULL;
}

static const struct inode_ops dir_iops = { .lookup = dir_lookup, .getattr = dir_getattr, .setattr = setattr };

struct inode *sysfs_inode(struct super_block *sb, struct sysfs_entry *e)
{
	struct inode *i = new_inode(sb);

	if (!i)
		return NULL;
	sysfs_get(e);
	i->fs_private = e;
	i->ino = e->ino;
	i->flags = S_NOATIME;
	spin_lock(&sysfs_lock);
	i->mode = e->mode;
	i->uid = e->uid;
	i->gid = e->gid;
	spin_unlock(&sysfs_lock);
	ktime_get_coarse_real(&i->ctime);
	i->atime = i->mtime = i->ctime;
	if (S_ISDIR(e->mode)) {
		i->op = &dir_iops;
		i->fop = &dir_fops;
		i->nlink = 2;
	} else if (S_ISLNK(e->mode)) {
		i->op = &link_iops;
		i->size = (loff_t)strlen(e->text);
	} else {
		i->op = &file_iops;
		i->fop = e->attr && e->attr->read ? &binary_fops : &text_fops;
		i->size = e->attr && e->attr->read ? e->attr->size : PAGE_SIZE;
	}
	return i;
}
