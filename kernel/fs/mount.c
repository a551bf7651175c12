/*
 * The tree of mounts. One tree for everybody.
 *
 * Invariants: an attached mount is counted once by the tree, holds its parent mount and the dentry it covers, and is
 * in the hash by (parent, covered dentry). The tree changes under mount_mutex; hash and parent pointers also under
 * dcache_lock, so that path walks read them with that alone. A mount dies with its last reference, which is never
 * dropped with mount_mutex held: its filesystem may have to be written out.
 */
#include <core/init.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/mount.h>

#define HASH_BITS 7

DEFINE_MUTEX(mount_mutex, RANK_MOUNT_TREE);
LIST_HEAD(mount_list);
static struct hlist_head table[1u << HASH_BITS];
static int next_id = 20;

static inline struct hlist_head *bucket(const struct mount *parent, const struct dentry *d)
{
	return &table[hash_32(((u32)parent >> 5) ^ ((u32)d >> 4), HASH_BITS)];
}

struct mount *mount_lookup_locked(const struct mount *parent, const struct dentry *d)
{
	struct mount *m;

	hlist_for_each_entry(m, bucket(parent, d), hash)
		if (m->parent == parent && m->mountpoint == d)
			return m;
	return NULL;
}

/* Takes over the superblock's active reference, on failure too. */
static struct mount *mount_alloc(struct super_block *sb, struct dentry *root, unsigned flags, const char *source)
{
	struct mount *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (m && !(m->source = kstrdup(source && *source ? source : "none", GFP_KERNEL))) {
		kfree(m);
		m = NULL;
	}
	if (!m) {
		sb_put_active(sb);
		return NULL;
	}
	atomic_set(&m->count, 1);
	m->parent = m;
	m->sb = sb;
	m->root = dget(root);
	m->mountpoint = root;
	m->flags = flags;
	list_init(&m->children);
	list_init(&m->child);
	list_init(&m->all_link);
	m->id = next_id++;
	return m;
}

static void put(struct mount *m)
{
	if (!atomic_dec_and_test(&m->count))
		return;
	dput(m->root);
	sb_put_active(m->sb);
	kfree(m->source);
	kfree(m);
}

void mntput(struct mount *m)
{
	if (!m)
		return;
	if (unlikely(READ_ONCE(m->expiring)))
		WRITE_ONCE(m->expiring, false);
	put(m);
}

void path_put(const struct path *p)
{
	dput(p->dentry);
	mntput(p->mnt);
}

void path_put_unused(const struct path *p)
{
	dput(p->dentry);
	put(p->mnt);
}

int mnt_want_write(struct mount *m)
{
	if ((m->flags & MNT_RDONLY) || (m->sb->flags & MS_RDONLY))
		return -EROFS;
	atomic_inc(&m->writers);
	return 0;
}

void mnt_drop_write(struct mount *m)
{
	atomic_dec(&m->writers);
}

struct mount *kern_mount(struct filesystem *fs)
{
	struct super_block *sb = fs->mount(fs, MS_KERNMOUNT, fs->name, NULL);
	struct mount *m;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	m = mount_alloc(sb, sb->root, MNT_INTERNAL | MNT_NOATIME, fs->name);
	return m ? m : ERR_PTR(-ENOMEM);
}

bool path_cross_down(struct path *p)
{
	bool moved = false;

	while (p->dentry->flags & DCACHE_MOUNTED) {
		struct path old = *p;
		struct mount *m;

		spin_lock(&dcache_lock);
		m = mount_lookup_locked(p->mnt, p->dentry);
		if (m) {
			p->mnt = mntget(m);
			p->dentry = dget(m->root);
		}
		spin_unlock(&dcache_lock);
		if (!m)
			break;
		path_put(&old);
		moved = true;
	}
	return moved;
}

bool path_up(struct path *p, const struct path *root)
{
	struct path old = *p;
	bool crossed = false;

	spin_lock(&dcache_lock);
	while (!(p->dentry == root->dentry && p->mnt == root->mnt)) {
		if (p->dentry != p->mnt->root) {
			p->dentry = p->dentry->parent;
			break;
		}
		if (p->mnt->parent == p->mnt)
			break;
		p->dentry = p->mnt->mountpoint;
		p->mnt = p->mnt->parent;
		crossed = true;
	}
	path_get(p);
	spin_unlock(&dcache_lock);
	path_put(&old);
	path_cross_down(p);
	return crossed;
}

/* ---- changing the tree; mount_mutex held ---- */

void mount_attach_locked(struct mount *m, const struct path *at)
{
	m->mountpoint = dget(at->dentry);
	mntget(at->mnt);
	spin_lock(&dcache_lock);
	m->parent = at->mnt;
	m->mountpoint->flags |= DCACHE_MOUNTED;
	hlist_add_head(&m->hash, bucket(m->parent, m->mountpoint));
	spin_unlock(&dcache_lock);
	list_add_tail(&m->child, &at->mnt->children);
}

/* Undo mount_attach_locked(); the place that was covered is handed to the caller, to be put without the mutex. */
void mount_detach_locked(struct mount *m, struct path *covered)
{
	struct mount *other;
	bool still = false;

	covered->mnt = m->parent;
	covered->dentry = m->mountpoint;
	list_del_init(&m->child);
	list_for_each_entry(other, &mount_list, all_link)
		if (other != m && other->parent != other && other->mountpoint == m->mountpoint)
			still = true;
	spin_lock(&dcache_lock);
	hlist_del_init(&m->hash);
	if (!still)
		m->mountpoint->flags &= ~DCACHE_MOUNTED;
	m->parent = m;
	m->mountpoint = m->root;
	spin_unlock(&dcache_lock);
}

/* May something be mounted at `at`? It moves to the top of what is there already. */
static int check_place(struct path *at, bool dir)
{
	path_cross_down(at);
	if (at->mnt->flags & (MNT_DETACHED | MNT_INTERNAL))
		return -EINVAL;
	if (!at->dentry->inode || (at->dentry->inode->flags & S_DEAD) ||
	    (at->dentry != at->mnt->root && !(at->dentry->flags & DCACHE_HASHED)))
		return -ENOENT;
	if (S_ISDIR(at->dentry->inode->mode) != dir)
		return -ENOTDIR;
	return 0;
}

static int graft(struct mount *m, struct path *at)
{
	int error;

	mutex_lock(&mount_mutex);
	error = check_place(at, S_ISDIR(m->root->inode->mode));
	if (!error && at->mnt->root == at->dentry && at->mnt->sb == m->sb && at->mnt->root == m->root)
		error = -EBUSY;		/* the same thing twice at one place */
	if (!error) {
		mount_attach_locked(m, at);
		list_add_tail(&m->all_link, &mount_list);
	}
	mutex_unlock(&mount_mutex);
	if (error)
		mntput(m);
	return error;
}

static unsigned mount_flags(unsigned long ms)
{
	unsigned f = 0;

	if (ms & MS_RDONLY)
		f |= MNT_RDONLY;
	if (ms & MS_NOSUID)
		f |= MNT_NOSUID;
	if (ms & MS_NODEV)
		f |= MNT_NODEV;
	if (ms & MS_NOEXEC)
		f |= MNT_NOEXEC;
	if (ms & MS_NODIRATIME)
		f |= MNT_NODIRATIME;
	if (ms & MS_NOSYMFOLLOW)
		f |= MNT_NOSYMFOLLOW;
	if (ms & MS_NOATIME)
		f |= MNT_NOATIME;
	else if (!(ms & MS_STRICTATIME))
		f |= MNT_RELATIME;
	return f;
}

static int mount_new(const char *source, struct path *at, const char *type, unsigned long flags, const char *data)
{
	const struct filesystem *fs;
	struct super_block *sb;
	struct mount *m;

	if (!type)
		return -EINVAL;
	fs = filesystem_find(type, strlen(type));
	if (!fs)
		return -ENODEV;
	sb = fs->mount(fs, flags, source, data);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	m = mount_alloc(sb, sb->root, mount_flags(flags), source);
	if (!m)
		return -ENOMEM;
	return graft(m, at);
}

static struct mount *clone(const struct mount *m, struct dentry *root)
{
	atomic_inc(&m->sb->active);
	return mount_alloc(m->sb, root, m->flags & ~(MNT_DETACHED | MNT_INTERNAL), m->source);
}

/* The next mount below `top` in depth-first order, or NULL. */
static struct mount *next_below(struct mount *m, const struct mount *top)
{
	if (!list_empty(&m->children))
		return list_first_entry(&m->children, struct mount, child);
	while (m != top) {
		if (m->child.next != &m->parent->children)
			return list_entry(m->child.next, struct mount, child);
		m = m->parent;
	}
	return NULL;
}

/* Copies of the mounts below `from`'s root, hung under `copy`. mount_mutex held. */
static int clone_children(struct mount *from, struct mount *copy)
{
	struct mount *m, *to = copy;
	struct mount *parent_of = from;		/* the original that `to` is a copy of */

	for (m = next_below(from, from); m; m = next_below(m, from)) {
		struct mount *c;
		struct path at;

		while (parent_of != m->parent) {	/* gone up since the last */
			to = to->parent;
			parent_of = parent_of->parent;
		}
		if (m->parent == from && !d_is_ancestor(copy->root, m->mountpoint))
			continue;
		c = clone(m, m->root);
		if (!c)
			return -ENOMEM;
		at.mnt = to;
		at.dentry = m->mountpoint;
		mount_attach_locked(c, &at);
		list_add_tail(&c->all_link, &mount_list);
		to = c;
		parent_of = m;
	}
	return 0;
}

/*
 * Take the tree below and with `top` apart, at most `max` mounts at a time; they land on `dead`, linked by all_link.
 * True when all is done. mount_mutex held.
 */
static bool detach_tree(struct mount *top, struct list_head *dead, struct path *covered, unsigned max, unsigned *n)
{
	struct mount *m;

	while (*n < max) {
		m = top;
		while (!list_empty(&m->children))
			m = list_first_entry(&m->children, struct mount, child);
		m->flags |= MNT_DETACHED;
		if (m->parent != m)
			mount_detach_locked(m, &covered[(*n)++]);
		list_move(&m->all_link, dead);
		if (m == top)
			return true;
	}
	return false;
}

#define BATCH 16

/* detach_tree() in batches, putting references between them. mount_mutex held on entry, dropped. */
static void umount_tree(struct mount *top)
{
	bool more = true;

	mntget(top);
	while (more) {
		struct path covered[BATCH];
		LIST_HEAD(dead);
		unsigned n = 0;

		more = !detach_tree(top, &dead, covered, BATCH, &n);
		mutex_unlock(&mount_mutex);
		while (!list_empty(&dead)) {
			struct mount *m = list_first_entry(&dead, struct mount, all_link);

			list_del_init(&m->all_link);
			mntput(m);
		}
		while (n)
			path_put(&covered[--n]);
		if (more)
			mutex_lock(&mount_mutex);
	}
	mntput(top);
}

static int mount_bind(const char *source, struct path *at, bool recursive)
{
	struct path from;
	struct mount *m;
	int error;

	if (!source)
		return -EINVAL;
	error = kern_path(source, LOOKUP_FOLLOW, &from);
	if (error)
		return error;
	m = clone(from.mnt, from.dentry);
	if (!m) {
		error = -ENOMEM;
		goto out;
	}
	mutex_lock(&mount_mutex);
	if (from.mnt->flags & MNT_DETACHED)
		error = -EINVAL;
	else
		error = check_place(at, S_ISDIR(m->root->inode->mode));
	if (error) {
		mutex_unlock(&mount_mutex);
		mntput(m);
		goto out;
	}
	if (recursive)
		error = clone_children(from.mnt, m);
	if (error) {
		list_add_tail(&m->all_link, &mount_list);
		umount_tree(m);
		goto out;
	}
	mount_attach_locked(m, at);
	list_add_tail(&m->all_link, &mount_list);
	mutex_unlock(&mount_mutex);
out:
	path_put(&from);
	return error;
}

static bool mount_is_above(const struct mount *a, const struct mount *m)
{
	for (; m->parent != m; m = m->parent)
		if (m == a)
			return true;
	return m == a;
}

static int mount_move(const char *source, struct path *at)
{
	struct path from, covered = { NULL, NULL };
	int error;

	if (!source)
		return -EINVAL;
	error = kern_path(source, LOOKUP_FOLLOW, &from);
	if (error)
		return error;
	mutex_lock(&mount_mutex);
	error = check_place(at, S_ISDIR(from.dentry->inode->mode));
	if (!error && (from.dentry != from.mnt->root || from.mnt->parent == from.mnt))
		error = -EINVAL;
	if (!error && mount_is_above(from.mnt, at->mnt))
		error = -ELOOP;
	if (!error) {
		mount_detach_locked(from.mnt, &covered);
		mount_attach_locked(from.mnt, at);
	}
	mutex_unlock(&mount_mutex);
	if (covered.mnt)
		path_put(&covered);
	path_put(&from);
	return error;
}

static bool sb_has_writers(const struct super_block *sb)
{
	const struct mount *m;

	list_for_each_entry(m, &mount_list, all_link)
		if (m->sb == sb && atomic_read(&m->writers))
			return true;
	return false;
}

static int remount_sb(struct super_block *sb, unsigned long ms, const char *data)
{
	unsigned flags = (unsigned)((sb->flags & ~(MS_RDONLY | MS_SYNCHRONOUS)) | (ms & (MS_RDONLY | MS_SYNCHRONOUS)));
	int error = 0;

	if ((flags & MS_RDONLY) && !(sb->flags & MS_RDONLY)) {
		bool busy;

		mutex_lock(&mount_mutex);
		busy = sb_has_writers(sb);
		if (!busy)
			sb->flags |= MS_RDONLY;		/* no new writers from here on */
		mutex_unlock(&mount_mutex);
		if (busy)
			return -EBUSY;
		sb->flags &= ~MS_RDONLY;
		error = sync_filesystem(sb, true);
	}
	if (!error && sb->op && sb->op->remount)
		error = sb->op->remount(sb, &flags, data);
	if (!error)
		sb->flags = flags;
	return error;
}

static int mount_remount(struct path *at, unsigned long flags, const char *data)
{
	int error = 0;

	if (at->dentry != at->mnt->root)
		return -EINVAL;
	if (flags & MS_BIND) {
		mutex_lock(&mount_mutex);
		if ((flags & MS_RDONLY) && atomic_read(&at->mnt->writers))
			error = -EBUSY;
		else
			at->mnt->flags = mount_flags(flags) | (at->mnt->flags & (MNT_DETACHED | MNT_INTERNAL));
		mutex_unlock(&mount_mutex);
		return error;
	}
	error = remount_sb(at->mnt->sb, flags, data);
	if (!error)
		at->mnt->flags = mount_flags(flags) | (at->mnt->flags & (MNT_DETACHED | MNT_INTERNAL));
	return error;
}

int do_mount(const char *source, const char *dir, const char *type, unsigned long flags, const char *data)
{
	struct path at;
	int error;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	error = kern_path(dir, LOOKUP_FOLLOW, &at);
	if (error)
		return error;
	if (flags & MS_REMOUNT)
		error = mount_remount(&at, flags, data);
	else if (flags & MS_BIND)
		error = mount_bind(source, &at, flags & MS_REC);
	else if (flags & (MS_PRIVATE | MS_UNBINDABLE | MS_SLAVE))
		/* Mounts are private: there is nothing to change. Only a mount has a propagation type. */
		error = at.dentry == at.mnt->root ? 0 : -EINVAL;
	else if (flags & MS_SHARED)
		error = -EINVAL;
	else if (flags & MS_MOVE)
		error = mount_move(source, &at);
	else
		error = mount_new(source, &at, type, flags, data);
	path_put(&at);
	return error;
}

/* path is referenced by the caller and stays so. */
int do_umount(const struct path *path, unsigned flags)
{
	struct mount *m = path->mnt;
	struct path root;
	bool is_root;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (path->dentry != m->root || (m->flags & (MNT_INTERNAL | MNT_DETACHED)))
		return -EINVAL;
	if (path_root(&root))
		return -EINVAL;
	is_root = root.mnt == m;
	path_put(&root);
	if ((flags & MNT_EXPIRE) && (is_root || (flags & (MNT_FORCE | MNT_DETACH))))
		return -EINVAL;
	if (m->parent == m || is_root) {
		if (flags & (MNT_DETACH | MNT_EXPIRE))
			return -EINVAL;
		return remount_sb(m->sb, MS_RDONLY, NULL);
	}
	mutex_lock(&mount_mutex);
	if (m->flags & MNT_DETACHED) {
		mutex_unlock(&mount_mutex);
		return -EINVAL;
	}
	/* Held by the tree and by the caller's path, and by nobody else. */
	if (!(flags & MNT_DETACH) && (atomic_read(&m->count) > 2 || !list_empty(&m->children))) {
		mutex_unlock(&mount_mutex);
		return -EBUSY;
	}
	/* The first time it is only marked: it goes if nobody has used it until the second. */
	if ((flags & MNT_EXPIRE) && !m->expiring) {
		m->expiring = true;
		mutex_unlock(&mount_mutex);
		return -EAGAIN;
	}
	umount_tree(m);
	return 0;
}

int kern_mount_at(const char *source, const char *dir, const char *type, unsigned long flags, const char *data)
{
	return do_mount(source, dir, type, flags, data);
}

/* The first mount: it becomes the root of the tree. */
struct mount *mount_first(struct super_block *sb, unsigned long flags, const char *source)
{
	struct mount *m = mount_alloc(sb, sb->root, mount_flags(flags), source);

	if (m) {
		mutex_lock(&mount_mutex);
		list_add_tail(&m->all_link, &mount_list);
		mutex_unlock(&mount_mutex);
	}
	return m;
}
