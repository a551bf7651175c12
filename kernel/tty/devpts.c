/*
 * devpts: the filesystem of /dev/pts, one node for each pseudo terminal, and ptmx.
 *
 * Invariant: one superblock, which the kernel holds mounted from start-up, so nodes exist whether or not user space
 * has mounted it. A node belongs to who opened the master, unless uid= or gid= say otherwise; options apply to nodes
 * made later. Nodes hold a reference to their dentry until devpts_remove().
 */
#include <tty/internal.h>
#include <core/init.h>
#include <fs/namei.h>
#include <fs/vfs.h>
#include <sched/task.h>

#define DEVPTS_MAGIC 0x1cd1

/* Set at mount time; words, read without a lock. */
static struct { umode_t mode, ptmx_mode; bool set_uid, set_gid; uid_t uid; gid_t gid; } options = { .mode = 0600 };
static struct mount *mnt;
static struct dentry *ptmx_node;

static int setattr(struct dentry *d, struct iattr *attr)
{
	int ret = setattr_prepare(d, attr);

	if (!ret)
		setattr_copy(d->inode, attr);
	return ret;
}

static const struct inode_ops dir_inode_ops = { .lookup = simple_lookup, .setattr = setattr };
static const struct inode_ops node_inode_ops = { .setattr = setattr };

/* A device node `name` in the root, owned by current. */
static struct dentry *make_node(struct dentry *root, const char *name, umode_t mode, dev_t dev, ino_t ino)
{
	struct qstr q = { .name = name, .len = strlen(name), .hash = name_hash(name, strlen(name)) };
	struct inode *inode = new_inode(root->sb);
	struct dentry *d;

	if (!inode)
		return NULL;
	inode->ino = ino;
	inode->uid = options.set_uid ? options.uid : current_cred()->fsuid;
	inode->gid = options.set_gid ? options.gid : current_cred()->fsgid;
	ktime_get_coarse_real(&inode->ctime);
	inode->atime = inode->mtime = inode->ctime;
	inode->nlink = 1;
	inode->op = &node_inode_ops;
	inode->mode = S_IFCHR | mode;
	inode_init_special(inode, S_IFCHR | mode, dev);
	down_write(&root->inode->rwsem);
	/* A name that was looked up before is cached as absent. */
	d = d_lookup(root, &q);
	if (d) {
		d_drop(d);
		dput(d);
	}
	d = d_alloc(root, &q);
	if (d)
		d_add(d, inode);
	else
		iput(inode);
	up_write(&root->inode->rwsem);
	return d;
}

int devpts_create(unsigned index, dev_t dev, struct dentry **out)
{
	char name[12];
	struct dentry *d;

	if (!mnt)
		return -ENODEV;
	snprintf(name, sizeof(name), "%u", index);
	d = make_node(mnt->root, name, options.mode, dev, index + 3);
	if (!d)
		return -ENOMEM;
	*out = d;
	return 0;
}

void devpts_remove(struct dentry *d)
{
	struct inode *dir = mnt->root->inode;

	down_write(&dir->rwsem);
	d->inode->nlink = 0;
	d_drop(d);
	up_write(&dir->rwsem);
	dput(d);
}

int devpts_path(struct dentry *d, struct path *out)
{
	struct path seen;

	*out = (struct path){ .mnt = mnt, .dentry = d };
	/* By the mount that programs see, if it is where it belongs: its path is what ttyname() looks for. */
	if (kern_path("/dev/pts", LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &seen) == 0) {
		if (seen.mnt->sb == mnt->sb) {
			out->mnt = seen.mnt;
			path_get(out);
			path_put(&seen);
			return 0;
		}
		path_put(&seen);
	}
	path_get(out);
	return 0;
}

/* ---- mounting ---- */

static int parse_number(const char *word, size_t len, int base, unsigned long *out)
{
	char text[16];

	if (!len || len >= sizeof(text))
		return -EINVAL;
	memcpy(text, word, len);
	text[len] = 0;
	return kstrtoul(text, base, out);
}

/* "mode=0620,gid=5,ptmxmode=0666"; newinstance is what everybody asks for and changes nothing. */
static int parse_options(const char *s)
{
	while (s && *s) {
		const char *end = strchr(s, ','), *eq = strchr(s, '=');
		size_t len = end ? (size_t)(end - s) : strlen(s), name = eq && eq < s + len ? (size_t)(eq - s) : len;
		unsigned long v = 0;

		if (name < len && parse_number(eq + 1, len - name - 1, strncmp(s, "uid", 3) && strncmp(s, "gid", 3) ? 8 : 10, &v))
			return -EINVAL;
		if (name == 4 && !strncmp(s, "mode", 4)) {
			options.mode = (umode_t)(v & 0777);
		} else if (name == 8 && !strncmp(s, "ptmxmode", 8)) {
			options.ptmx_mode = (umode_t)(v & 0777);
			if (ptmx_node)
				ptmx_node->inode->mode = S_IFCHR | options.ptmx_mode;
		} else if (name == 3 && !strncmp(s, "uid", 3)) {
			options.set_uid = true;
			options.uid = (uid_t)v;
		} else if (name == 3 && !strncmp(s, "gid", 3)) {
			options.set_gid = true;
			options.gid = (gid_t)v;
		} else if (!(name == 11 && !strncmp(s, "newinstance", 11)) && !(name == 3 && !strncmp(s, "max", 3))) {
			return -EINVAL;
		}
		s += len + (end != NULL);
	}
	return 0;
}

static int fill(struct super_block *sb, const char *data)
{
	static const struct super_ops ops = { .statfs = simple_statfs };
	struct inode *root;

	(void)data;
	sb->blocksize = 1024;
	sb->blocksize_bits = 10;
	sb->magic = DEVPTS_MAGIC;
	sb->op = &ops;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->ino = 1;
	root->mode = S_IFDIR | 0755;
	root->nlink = 2;
	root->op = &dir_inode_ops;
	root->fop = &simple_dir_ops;
	ktime_get_coarse_real(&root->ctime);
	root->atime = root->mtime = root->ctime;
	sb->root = d_make_root(root);
	if (!sb->root)
		return -ENOMEM;
	ptmx_node = make_node(sb->root, "ptmx", options.ptmx_mode, MKDEV(5, 2), 2);
	return ptmx_node ? 0 : -ENOMEM;
}

static struct super_block *devpts_mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	int ret = parse_options(data);

	(void)source;
	return ret ? ERR_PTR(ret) : mount_single(fs, flags, data, fill);
}

static struct filesystem devpts = { .name = "devpts", .mount = devpts_mount, .kill_sb = kill_anon_super };

static int __init devpts_init(void)
{
	int ret = filesystem_register(&devpts);
	struct mount *m;

	if (ret)
		return ret;
	m = kern_mount(&devpts);
	if (IS_ERR(m))
		return (int)PTR_ERR(m);
	mnt = m;
	return 0;
}
fs_initcall(devpts_init);
