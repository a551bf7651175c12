/*
 * tmpfs: a filesystem in memory. Names are dentries held by a reference of ours, data is in the page cache (file.c).
 *
 * Invariants: every linked inode has one dentry reference per name; used_inodes counts inodes that exist. Directory
 * operations run under the parent's rwsem, as the VFS calls them.
 */
#include "tmpfs.h"
#include <core/init.h>
#include <fs/acl.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <fs/seq_file.h>
#include <mm/commit.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/mount.h>

static struct kmem_cache *cache;

static const struct inode_ops dir_ops;
static const struct inode_ops link_ops = {
	.get_link = simple_get_link,
	.setattr = simple_setattr,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
	.removexattr = tmpfs_removexattr,
};
static const struct inode_ops special_ops = {
	.setattr = simple_setattr,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
	.removexattr = tmpfs_removexattr,
	.set_acl = tmpfs_set_acl,
};

static bool inode_charge(struct super_block *sb, ino_t *ino)
{
	struct tmpfs_sb *t = tmpfs_sb(sb);
	bool ok;

	spin_lock(&t->lock);
	ok = !t->max_inodes || t->used_inodes < t->max_inodes;
	if (ok) {
		t->used_inodes++;
		*ino = t->next_ino++;
	}
	spin_unlock(&t->lock);
	return ok;
}

struct inode *tmpfs_new_inode(struct super_block *sb, const struct inode *dir, umode_t mode, dev_t rdev)
{
	struct inode *i;
	ino_t ino;

	if (!inode_charge(sb, &ino))
		return NULL;
	i = new_inode(sb);
	if (!i) {
		spin_lock(&tmpfs_sb(sb)->lock);
		tmpfs_sb(sb)->used_inodes--;
		spin_unlock(&tmpfs_sb(sb)->lock);
		return NULL;
	}
	i->ino = ino;
	inode_init_owner(i, dir, mode);
	if (dir && acl_inherit(dir, i)) {
		iput(i);
		return NULL;
	}
	switch (mode & S_IFMT) {
	case S_IFREG:
		i->op = &tmpfs_file_inode_ops;
		i->fop = &tmpfs_file_ops;
		i->data.ops = &tmpfs_aops;
		break;
	case S_IFDIR:
		i->op = &dir_ops;
		i->fop = &simple_dir_ops;
		i->nlink = 2;
		break;
	case S_IFLNK:
		i->op = &link_ops;
		break;
	default:
		i->op = &special_ops;
		inode_init_special(i, i->mode, rdev);
	}
	return i;
}

static void name_added(struct inode *dir, struct dentry *d)
{
	dget(d);		/* the name's own reference */
	dir->size += 20;
	inode_now(dir, ATTR_MTIME | ATTR_CTIME);
}

/* Give d its inode: hashed already if it came from a lookup. */
static void name_set(struct dentry *d, struct inode *i)
{
	d_add(d, i);
}

int tmpfs_mknod(struct inode *dir, struct dentry *d, umode_t mode, dev_t rdev)
{
	struct inode *i = tmpfs_new_inode(dir->sb, dir, mode, rdev);

	if (!i)
		return -ENOSPC;
	name_set(d, i);
	name_added(dir, d);
	return 0;
}

static int tmpfs_create(struct inode *dir, struct dentry *d, umode_t mode)
{
	return tmpfs_mknod(dir, d, mode, 0);
}

static int tmpfs_mkdir(struct inode *dir, struct dentry *d, umode_t mode)
{
	int error = tmpfs_mknod(dir, d, mode | S_IFDIR, 0);

	if (!error)
		inode_inc_nlink(dir);
	return error;
}

int tmpfs_symlink(struct inode *dir, struct dentry *d, const char *target)
{
	struct inode *i = tmpfs_new_inode(dir->sb, dir, S_IFLNK | 0777, 0);

	if (!i)
		return -ENOSPC;
	i->private = kstrdup(target, GFP_KERNEL);
	if (!i->private) {
		iput(i);
		return -ENOMEM;
	}
	i->size = strlen(target);
	name_set(d, i);
	name_added(dir, d);
	return 0;
}

static int tmpfs_link(struct dentry *old, struct inode *dir, struct dentry *d)
{
	struct inode *i = old->inode;

	inode_now(i, ATTR_CTIME);
	inode_inc_nlink(i);
	name_set(d, iget(i));
	name_added(dir, d);
	return 0;
}

int tmpfs_unlink(struct inode *dir, struct dentry *d)
{
	struct inode *i = d->inode;

	dir->size -= 20;
	inode_now(dir, ATTR_MTIME | ATTR_CTIME);
	inode_now(i, ATTR_CTIME);
	inode_drop_nlink(i);
	dput(d);
	return 0;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *d)
{
	if (!simple_empty(d))
		return -ENOTEMPTY;
	inode_drop_nlink(d->inode);
	inode_drop_nlink(dir);
	return tmpfs_unlink(dir, d);
}

static int tmpfs_rename(struct inode *odir, struct dentry *od, struct inode *ndir, struct dentry *nd, unsigned flags)
{
	struct inode *i = od->inode, *target = nd->inode;
	bool dir = S_ISDIR(i->mode);

	if (flags & RENAME_EXCHANGE) {
		if (odir != ndir && dir != S_ISDIR(target->mode)) {
			inode_set_nlink(dir ? odir : ndir, (dir ? odir : ndir)->nlink - 1);
			inode_set_nlink(dir ? ndir : odir, (dir ? ndir : odir)->nlink + 1);
		}
		inode_now(target, ATTR_CTIME);
	} else {
		if (target && S_ISDIR(target->mode) && !simple_empty(nd))
			return -ENOTEMPTY;
		if (target) {
			if (dir) {
				inode_drop_nlink(target);
				inode_drop_nlink(ndir);
			}
			tmpfs_unlink(ndir, nd);
		}
		if (dir && odir != ndir) {
			inode_drop_nlink(odir);
			inode_inc_nlink(ndir);
		} else if (dir && target) {
			;	/* the victim's ".." went, ours stays */
		}
		odir->size -= 20;
		ndir->size += 20;
	}
	inode_now(odir, ATTR_MTIME | ATTR_CTIME);
	if (ndir != odir)
		inode_now(ndir, ATTR_MTIME | ATTR_CTIME);
	inode_now(i, ATTR_CTIME);
	return 0;
}

static int tmpfs_tmpfile(struct inode *dir, struct dentry *d, umode_t mode)
{
	struct inode *i = tmpfs_new_inode(dir->sb, dir, mode, 0);

	if (!i)
		return -ENOSPC;
	i->nlink = 0;
	d_instantiate(d, i);
	return 0;
}

static const struct inode_ops dir_ops = {
	.lookup = simple_lookup,
	.create = tmpfs_create,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.symlink = tmpfs_symlink,
	.mkdir = tmpfs_mkdir,
	.rmdir = tmpfs_rmdir,
	.mknod = tmpfs_mknod,
	.rename = tmpfs_rename,
	.tmpfile = tmpfs_tmpfile,
	.setattr = simple_setattr,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
	.removexattr = tmpfs_removexattr,
	.set_acl = tmpfs_set_acl,
};

/* ---- the superblock ---- */

static struct inode *alloc_inode(struct super_block *sb)
{
	struct tmpfs_inode *i = kmem_cache_alloc(cache, GFP_KERNEL);

	(void)sb;
	if (!i)
		return NULL;
	inode_init_once(&i->vfs);
	list_init(&i->xattrs);
	i->seals = F_SEAL_SEAL;
	i->committed = 0;
	i->swapped = (struct radix_root)RADIX_INIT;
	return &i->vfs;
}

static void free_inode(struct inode *i)
{
	kmem_cache_free(cache, tmpfs_i(i));
}

static void evict(struct inode *i)
{
	struct tmpfs_sb *t = tmpfs_sb(i->sb);

	truncate_inode_pages(&i->data, 0);
	if (S_ISREG(i->mode))
		tmpfs_truncate_slots(i, 0, 0);
	if (S_ISLNK(i->mode))
		kfree(i->private);
	tmpfs_free_xattrs(i);
	commit_add(-(long)tmpfs_i(i)->committed);
	spin_lock(&t->lock);
	t->used_inodes--;
	spin_unlock(&t->lock);
}

static int tmpfs_statfs(struct dentry *d, struct abi_statfs64 *st)
{
	struct tmpfs_sb *t = tmpfs_sb(d->sb);

	simple_statfs(d, st);
	spin_lock(&t->lock);
	st->f_blocks = t->max_blocks;
	st->f_bfree = st->f_bavail = t->max_blocks > t->used_blocks ? t->max_blocks - t->used_blocks : 0;
	st->f_files = t->max_inodes;
	st->f_ffree = t->max_inodes > t->used_inodes ? t->max_inodes - t->used_inodes : 0;
	spin_unlock(&t->lock);
	return 0;
}

static void show_options(struct seq_file *m, struct super_block *sb)
{
	struct tmpfs_sb *t = tmpfs_sb(sb);
	struct mem_stats s;

	mem_stats(&s);
	if (t->max_blocks != s.total / 2)
		seq_printf(m, ",size=%lluk", t->max_blocks << (PAGE_SHIFT - 10));
	if (t->max_inodes != s.total / 2)
		seq_printf(m, ",nr_inodes=%llu", t->max_inodes);
	if (t->mode != 01777)
		seq_printf(m, ",mode=%03o", t->mode);
	if (t->uid)
		seq_printf(m, ",uid=%u", t->uid);
	if (t->gid)
		seq_printf(m, ",gid=%u", t->gid);
	if (t->noswap)
		seq_puts(m, ",noswap");
}

/* "64", "64k", "50%" of memory; 0 or -EINVAL. Units of one. */
static int parse_size(const char *s, u64 percent_of, u64 *out)
{
	u64 v = 0;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	while (*s >= '0' && *s <= '9')
		v = v * 10 + (u64)(*s++ - '0');
	switch (*s) {
	case 'k': case 'K':
		v <<= 10;
		s++;
		break;
	case 'm': case 'M':
		v <<= 20;
		s++;
		break;
	case 'g': case 'G':
		v <<= 30;
		s++;
		break;
	case '%':
		v = div_u64(v * percent_of, 100);
		s++;
		break;
	}
	if (*s)
		return -EINVAL;
	*out = v;
	return 0;
}

static int parse_option(struct tmpfs_sb *t, char *key, u64 memory)
{
	char *value = strchr(key, '=');
	unsigned long n;
	u64 v;

	if (value)
		*value++ = 0;
	if (!value) {
		t->noswap |= strcmp(key, "noswap") == 0;
		return strcmp(key, "rw") == 0 || strcmp(key, "ro") == 0 || strcmp(key, "noswap") == 0 ? 0 : -EINVAL;
	}
	if (strcmp(key, "size") == 0) {
		if (parse_size(value, memory, &v))
			return -EINVAL;
		t->max_blocks = (v + PAGE_SIZE - 1) >> PAGE_SHIFT;
		return 0;
	}
	if (strcmp(key, "nr_blocks") == 0)
		return parse_size(value, 0, &t->max_blocks);
	if (strcmp(key, "nr_inodes") == 0)
		return parse_size(value, 0, &t->max_inodes);
	if (kstrtoul(value, strcmp(key, "mode") == 0 ? 8 : 10, &n))
		return -EINVAL;
	if (strcmp(key, "mode") == 0)
		t->mode = n & 07777;
	else if (strcmp(key, "uid") == 0)
		t->uid = n;
	else if (strcmp(key, "gid") == 0)
		t->gid = n;
	else
		return -EINVAL;
	return 0;
}

static int parse_options(struct tmpfs_sb *t, const char *data, u64 memory)
{
	char *copy, *p, *next;
	int error = 0;

	if (!data || !*data)
		return 0;
	copy = kstrdup(data, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	for (p = copy; p && !error; p = next) {
		next = strchr(p, ',');
		if (next)
			*next++ = 0;
		if (*p)
			error = parse_option(t, p, memory);
	}
	kfree(copy);
	return error;
}

static int tmpfs_remount(struct super_block *sb, unsigned *flags, const char *data)
{
	struct tmpfs_sb *t = tmpfs_sb(sb), new = *t;
	struct mem_stats s;
	int error;

	(void)flags;
	mem_stats(&s);
	error = parse_options(&new, data, (u64)s.total << PAGE_SHIFT);
	if (error)
		return error;
	spin_lock(&t->lock);
	if ((new.max_blocks && new.max_blocks < t->used_blocks) || (new.max_inodes && new.max_inodes < t->used_inodes)) {
		error = -EINVAL;
	} else {
		t->max_blocks = new.max_blocks;
		t->max_inodes = new.max_inodes;
	}
	spin_unlock(&t->lock);
	return error;
}

/* Numbers are never given out again: the generation is always 0. */
static struct inode *inode_of_handle(struct super_block *sb, ino_t ino, const u32 *generation)
{
	struct inode *i = generation && *generation ? NULL : inode_find(sb, ino);

	if (i && !READ_ONCE(i->nlink)) {
		iput(i);
		i = NULL;
	}
	return i ? i : ERR_PTR(-ESTALE);
}

const struct super_ops tmpfs_super_ops = {
	.inode_of_handle = inode_of_handle,
	.alloc_inode = alloc_inode,
	.free_inode = free_inode,
	.evict_inode = evict,
	.statfs = tmpfs_statfs,
	.remount = tmpfs_remount,
	.show_options = show_options,
};

int tmpfs_fill(struct super_block *sb, const char *data)
{
	struct tmpfs_sb *t = kzalloc(sizeof(*t), GFP_KERNEL);
	struct mem_stats s;
	struct inode *root;
	int error;

	if (!t)
		return -ENOMEM;
	mem_stats(&s);
	spin_lock_init(&t->lock, RANK_INODE_STATE);
	t->max_blocks = t->max_inodes = s.total / 2;
	t->next_ino = 1;
	t->mode = 01777;
	error = parse_options(t, data, (u64)s.total << PAGE_SHIFT);
	if (error) {
		kfree(t);
		return error;
	}
	sb->fs_info = t;
	sb->magic = TMPFS_MAGIC;
	sb->op = &tmpfs_super_ops;
	root = tmpfs_new_inode(sb, NULL, S_IFDIR | t->mode, 0);
	if (root) {
		root->uid = t->uid;
		root->gid = t->gid;
		sb->root = d_make_root(root);
	}
	if (!sb->root) {
		kfree(t);
		return -ENOMEM;
	}
	return 0;
}

/* Let go of the names' references, leaves first. */
static void drop_names(struct dentry *root)
{
	struct dentry *p = root, *d;

	for (;;) {
		struct dentry *pinned = NULL;

		spin_lock(&dcache_lock);
		list_for_each_entry(d, &p->children, child)
			if (d->inode) {
				pinned = d;
				break;
			}
		spin_unlock(&dcache_lock);
		if (pinned) {
			p = pinned;
			continue;
		}
		/* No children with files left below p. */
		if (p == root)
			return;
		d = p;
		p = p->parent;
		dcache_shrink_children(d);
		d_drop(d);
		dput(d);
	}
}

void tmpfs_kill(struct super_block *sb)
{
	struct tmpfs_sb *t = sb->fs_info;

	if (sb->root)
		drop_names(sb->root);
	kill_anon_super(sb);
	kfree(t);
}

static struct super_block *tmpfs_mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	return mount_nodev(fs, flags, data, tmpfs_fill);
}

static struct filesystem tmpfs = { .name = "tmpfs", .mount = tmpfs_mount, .kill_sb = tmpfs_kill };
static struct filesystem ramfs = { .name = "ramfs", .mount = tmpfs_mount, .kill_sb = tmpfs_kill };

static int __init tmpfs_init(void)
{
	int error;

	cache = kmem_cache_create("tmpfs inode", sizeof(struct tmpfs_inode), 8);
	error = filesystem_register(&tmpfs);
	return error ? error : filesystem_register(&ramfs);
}
core_initcall(tmpfs_init);
