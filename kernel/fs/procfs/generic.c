/*
 * The part of /proc that is not about processes: a tree of entries that other parts of the kernel make with
 * proc_create() and its kin. Entries are never freed (a removed one only leaves the tree), so inodes may point to
 * them without counting.
 */
#include "proc.h"
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>

struct proc_entry proc_root = { .mode = S_IFDIR | 0555, .ino = 1, .nlink = 2 };
static DEFINE_SPINLOCK(proc_lock, RANK_FS_STRUCT);
static ino_t next_ino = 0xf0000000ull;

struct proc_entry *proc_entry_find(struct proc_entry *dir, const char *name, u32 len)
{
	struct proc_entry *e;

	spin_lock(&proc_lock);
	for (e = dir->children; e; e = e->next)
		if (strlen(e->name) == len && memcmp(e->name, name, len) == 0)
			break;
	spin_unlock(&proc_lock);
	return e;
}

static struct proc_entry *add(struct proc_entry *dir, const char *name, size_t len, umode_t mode)
{
	struct proc_entry *e;

	if (len >= sizeof(e->name))
		return NULL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return NULL;
	memcpy(e->name, name, len);
	e->mode = mode;
	e->nlink = S_ISDIR(mode) ? 2 : 1;
	e->parent = dir;
	spin_lock(&proc_lock);
	e->ino = next_ino++;
	/* At the end, so that positions of a reader stay valid. */
	if (!dir->children) {
		dir->children = e;
	} else {
		struct proc_entry *last = dir->children;

		while (last->next)
			last = last->next;
		last->next = e;
	}
	if (S_ISDIR(mode))
		dir->nlink++;
	spin_unlock(&proc_lock);
	return e;
}

/* Make the directories of a path; *last is its final component. NULL: out of memory or not a directory. */
static struct proc_entry *walk(struct proc_entry *dir, const char *path, const char **last)
{
	struct proc_entry *e;
	const char *slash;

	while ((slash = strchr(path, '/'))) {
		e = proc_entry_find(dir, path, slash - path);
		if (!e)
			e = add(dir, path, slash - path, S_IFDIR | 0555);
		if (!e || !S_ISDIR(e->mode))
			return NULL;
		dir = e;
		path = slash + 1;
	}
	*last = path;
	return dir;
}

static struct proc_entry *create(const char *path, umode_t mode, int *error)
{
	const char *name;
	struct proc_entry *dir = walk(&proc_root, path, &name), *e;

	*error = -ENOMEM;
	if (!dir)
		return NULL;
	if (proc_entry_find(dir, name, strlen(name))) {
		*error = -EEXIST;
		return NULL;
	}
	e = add(dir, name, strlen(name), mode);
	if (e)
		*error = 0;
	return e;
}

static ssize_t single_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	(void)f;
	(void)it;
	(void)pos;
	return -EIO;
}

static int entry_single_open(struct inode *inode, struct file *f)
{
	struct proc_entry *e = proc_i(inode)->entry;

	return single_open(f, e->show, e->data);
}

static const struct file_ops single_ops = {
	.open = entry_single_open,
	.read = seq_read,
	.write = single_write,
	.llseek = seq_lseek,
	.release = single_release,
};

int proc_create(const char *path, umode_t mode, const struct file_ops *op, void *data)
{
	int error;
	struct proc_entry *e = create(path, (mode & 07777) | S_IFREG, &error);

	if (e) {
		e->data = data;
		WRITE_ONCE(e->op, op);
	}
	return error;
}

int proc_create_single(const char *path, umode_t mode, int (*show)(struct seq_file *m, void *v), void *data)
{
	int error;
	struct proc_entry *e = create(path, (mode & 07777) | S_IFREG, &error);

	if (e) {
		e->data = data;
		e->show = show;
		WRITE_ONCE(e->op, &single_ops);
	}
	return error;
}

int proc_mkdir(const char *path)
{
	int error;

	create(path, S_IFDIR | 0555, &error);
	return error == -EEXIST ? 0 : error;
}

int proc_symlink(const char *path, const char *target)
{
	int error;
	char *text = kstrdup(target, GFP_KERNEL);
	struct proc_entry *e;

	if (!text)
		return -ENOMEM;
	e = create(path, S_IFLNK | 0777, &error);
	if (e)
		WRITE_ONCE(e->target, text);
	else
		kfree(text);
	return error;
}

void proc_remove(const char *path)
{
	struct proc_entry *dir = &proc_root, *e = NULL, **link;
	const char *slash;

	do {
		slash = strchr(path, '/');
		e = proc_entry_find(dir, path, slash ? (u32)(slash - path) : (u32)strlen(path));
		if (!e)
			return;
		if (slash) {
			dir = e;
			path = slash + 1;
		}
	} while (slash);
	spin_lock(&proc_lock);
	for (link = &dir->children; *link; link = &(*link)->next)
		if (*link == e) {
			*link = e->next;
			e->removed = true;
			break;
		}
	spin_unlock(&proc_lock);
}

void *proc_data(const struct inode *inode)
{
	return proc_i(inode)->entry->data;
}

/* ---- inodes and directories ---- */

static struct dentry *entry_lookup(struct inode *dir, struct dentry *d)
{
	struct proc_entry *e = proc_entry_find(proc_i(dir)->entry, d->name.name, d->name.len);
	struct inode *inode;

	if (!e) {
		/* Process names come and go: nothing negative is kept. */
		if (proc_i(dir)->entry == &proc_root)
			return proc_pid_lookup(dir, d);
		return ERR_PTR(-ENOENT);
	}
	inode = proc_entry_inode(dir->sb, e);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	d_add(d, inode);
	return NULL;
}

bool proc_emit_entries(struct proc_entry *dir, struct dir_context *ctx, loff_t base)
{
	loff_t i = base;
	struct proc_entry *e;

	for (e = READ_ONCE(dir->children); e; e = READ_ONCE(e->next), i++) {
		if (i < ctx->pos)
			continue;
		if (!ctx->emit(ctx, e->name, strlen(e->name), i + 1, e->ino, (e->mode & S_IFMT) >> 12))
			return false;
		ctx->pos = i + 1;
	}
	return true;
}

static int entry_iterate(struct file *f, struct dir_context *ctx)
{
	struct proc_entry *dir = proc_i(f->inode)->entry;

	if (!dir_emit_dots(f, ctx) || (ctx->pos < PID_POS && !proc_emit_entries(dir, ctx, 2)))
		return 0;
	if (dir == &proc_root)
		proc_emit_pids(ctx);
	return 0;
}

static loff_t dir_llseek(struct file *f, loff_t off, int whence)
{
	return fixed_size_llseek(f, off, whence == SEEK_END ? -1 : whence, 0x7fffffff);
}

static int dir_getattr(const struct path *path, struct kstat *st)
{
	generic_fillattr(path->dentry->inode, st);
	st->nlink = proc_i(path->dentry->inode)->entry->nlink;
	return 0;
}

static const char *entry_get_link(struct dentry *d, struct inode *inode, void **cookie)
{
	(void)d;
	(void)cookie;
	return proc_i(inode)->entry->target;
}

static const struct inode_ops dir_iops = { .lookup = entry_lookup, .getattr = dir_getattr, .setattr = simple_setattr };
static const struct file_ops dir_fops = { .iterate = entry_iterate, .llseek = dir_llseek };
static const struct inode_ops file_iops = { .setattr = simple_setattr };
static const struct inode_ops link_iops = { .get_link = entry_get_link };

struct inode *proc_entry_inode(struct super_block *sb, struct proc_entry *e)
{
	struct inode *i = proc_inode_new(sb, e->ino, e->mode);

	if (!i)
		return NULL;
	proc_i(i)->entry = e;
	if (S_ISDIR(e->mode)) {
		i->op = &dir_iops;
		i->fop = &dir_fops;
		i->nlink = 2;
	} else if (S_ISLNK(e->mode)) {
		i->op = e->link_op ? e->link_op : &link_iops;
		i->size = e->target ? (loff_t)strlen(e->target) : 0;
	} else {
		i->op = &file_iops;
		i->fop = e->op;
	}
	return i;
}

/* ---- /proc/sys values ---- */

struct sysctl {
	int *value, min, max;
	unsigned count;			/* of values, 1 if 0; each up to its own `maxima` */
	const int *maxima;
	char *text;
	size_t size;
};

static int sysctl_show(struct seq_file *m, void *v)
{
	const struct sysctl *s = m->private;

	(void)v;
	if (s->text)
		seq_printf(m, "%s\n", s->text);
	for (unsigned i = 0; !s->text && i < max(s->count, 1u); i++)
		seq_printf(m, "%d%c", s->value[i], i + 1 < s->count ? '\t' : '\n');
	return 0;
}

static int sysctl_open(struct inode *inode, struct file *f)
{
	int error = single_open(f, sysctl_show, proc_data(inode));

	f->mode |= FMODE_PWRITE;	/* a value is written whole, at 0 */
	return error;
}

/* Some numbers apart; those that are not there stay as they are. */
static int numbers_set(const struct sysctl *s, char *text)
{
	unsigned n = 0;
	int fresh[8];
	long v;

	while (*text) {
		char *end = text;

		while (*end && *end != ' ' && *end != '\t')
			end++;
		if (*end)
			*end++ = 0;
		if (*text) {
			if (n == s->count || kstrtol(text, 0, &v) || v < s->min || v > s->maxima[n])
				return -EINVAL;
			fresh[n++] = (int)v;
		}
		text = end;
	}
	for (unsigned i = 0; i < n; i++)
		WRITE_ONCE(s->value[i], fresh[i]);
	return 0;
}

static ssize_t sysctl_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct sysctl *s = proc_data(f->inode);
	size_t n = it->count, all = n;
	char text[80];
	long v;

	if (*pos)
		return -EINVAL;
	if (n >= sizeof(text) || (s->text && n > s->size))
		return -EINVAL;
	if (copy_from_iter(text, n, it) != n)
		return -EFAULT;
	while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	text[n] = 0;
	if (s->text) {
		strscpy(s->text, text, s->size);
	} else if (s->count) {
		int error = numbers_set(s, text);

		if (error)
			return error;
	} else {
		if (kstrtol(text, 0, &v) || v < s->min || v > s->max)
			return -EINVAL;
		WRITE_ONCE(*s->value, (int)v);
	}
	*pos += all;
	return all;
}

static const struct file_ops sysctl_ops = {
	.open = sysctl_open, .read = seq_read, .write = sysctl_write, .llseek = seq_lseek, .release = single_release,
};

static int sysctl_add(const char *path, umode_t mode, const struct sysctl *proto)
{
	struct sysctl *s = kmalloc(sizeof(*s), GFP_KERNEL);
	char full[96];

	if (!s)
		return -ENOMEM;
	*s = *proto;
	if (strncmp(path, "sys/", 4) == 0)
		path += 4;
	scnprintf(full, sizeof(full), "sys/%s", path);
	return proc_create(full, mode, &sysctl_ops, s);
}

int sysctl_int(const char *path, umode_t mode, int *value, int min, int max)
{
	return sysctl_add(path, mode, &(struct sysctl){ .value = value, .min = min, .max = max });
}

int sysctl_ints(const char *path, umode_t mode, int *values, unsigned count, int min, const int *maxima)
{
	if (count > 8)
		return -EINVAL;
	return sysctl_add(path, mode, &(struct sysctl){ .value = values, .min = min, .count = count, .maxima = maxima });
}

int sysctl_string(const char *path, umode_t mode, char *value, size_t size)
{
	return sysctl_add(path, mode, &(struct sysctl){ .text = value, .size = size });
}
