/*
 * The path walk: from a name to a path (mount and dentry).
 *
 * Cached components are walked by walk_fast() under dcache_lock alone, without references in between; what it cannot
 * decide there (a name not cached, a symlink, "..", a directory that must be asked) walk_slow() does with references,
 * one component at a time. Symlinks are kept on a stack of their own, not by recursion: at most MAX_LINKS in all.
 * nameidata holds references to its path, to its root once taken, and to the links on its stack.
 */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/task.h>

struct link_frame {
	struct dentry *d;		/* the symlink; holds its text */
	void *cookie;
	const char *rest;		/* NULL: the link was the last component */
};

/* ---- names from user space ---- */

int name_fetch(struct name_buffer *nb, const char __user *name, bool may_be_empty)
{
	ssize_t n = strncpy_from_user(nb->local, name, sizeof(nb->local));

	nb->heap = NULL;
	nb->name = nb->local;
	if (n < 0)
		return n;
	if (n == 0)
		return may_be_empty ? 0 : -ENOENT;
	if ((size_t)n < sizeof(nb->local))
		return 0;
	nb->heap = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!nb->heap)
		return -ENOMEM;
	nb->name = nb->heap;
	n = strncpy_from_user(nb->heap, name, PATH_MAX);
	if (n >= 0 && n < PATH_MAX)
		return 0;
	kfree(nb->heap);
	nb->heap = NULL;
	return n < 0 ? n : -ENAMETOOLONG;
}

char *name_get(const char __user *name)
{
	struct name_buffer nb;
	char *copy;
	int error = name_fetch(&nb, name, false);

	if (error)
		return ERR_PTR(error);
	if (nb.heap)
		return nb.heap;
	copy = kstrdup(nb.name, GFP_KERNEL);
	return copy ? copy : ERR_PTR(-ENOMEM);
}

void name_put(char *name)
{
	kfree(name);
}

/* The component at `name`: its length and hash, up to a slash or the end. */
static inline const char *component(const char *name, u32 *hash)
{
	u32 h = NAME_HASH_INIT;
	const char *p = name;

	while (*p && *p != '/')
		h = name_hash_step(h, *p++);
	*hash = name_hash_end(h, p - name);
	return p;
}

static inline bool is_dot(const char *s, u32 len) { return len == 1 && s[0] == '.'; }
static inline bool is_dotdot(const char *s, u32 len) { return len == 2 && s[0] == '.' && s[1] == '.'; }

/* ---- links on the stack ---- */

static void pop_link(struct nameidata *nd)
{
	struct link_frame *f = &nd->stack[--nd->depth];
	const struct inode_ops *op = f->d->inode->op;

	if (op->put_link)
		op->put_link(f->cookie);
	if (f->rest)
		nd->pending--;
	dput(f->d);
}

void nd_done(struct nameidata *nd)
{
	while (nd->depth)
		pop_link(nd);
	if (nd->path.dentry)
		path_put(&nd->path);
	if (nd->root.mnt)
		path_put(&nd->root);
	if (nd->stack)
		kfree(nd->stack);
	nd->stack = NULL;
	nd->path.dentry = NULL;
	nd->root.mnt = NULL;
}

static int take_root(struct nameidata *nd)
{
	return nd->root.mnt ? 0 : path_root(&nd->root);
}

static int jump_to_root(struct nameidata *nd)
{
	int error;

	if (nd->resolve & RESOLVE_BENEATH)
		return -EXDEV;
	error = take_root(nd);
	if (error)
		return error;
	if ((nd->resolve & RESOLVE_NO_XDEV) && nd->path.mnt && nd->path.mnt != nd->root.mnt)
		return -EXDEV;
	path_get(&nd->root);
	if (nd->path.dentry)
		path_put(&nd->path);
	nd->path = nd->root;
	return 0;
}

/*
 * Go through symlink d (a reference that is consumed). *name becomes the link's text, what followed is put on the
 * stack; a jump link moves nd->path itself and leaves *name at `rest`.
 */
static int follow(struct nameidata *nd, struct dentry *d, const char *rest, const char **name)
{
	struct inode *inode = d->inode;
	struct link_frame *f;
	const char *text;
	void *cookie = NULL;
	int error = -ELOOP;

	if (++nd->links > MAX_LINKS || (nd->resolve & RESOLVE_NO_SYMLINKS) || (nd->path.mnt->flags & MNT_NOSYMFOLLOW))
		goto out;
	if (inode->op->jump_link) {
		struct path to;

		if (nd->resolve & (RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT))
			goto out;
		error = inode->op->jump_link(d, &to);
		if (error)
			goto out;
		path_put(&nd->path);
		nd->path = to;
		*name = rest;
		goto out;
	}
	error = -EINVAL;
	if (!inode->op->get_link)
		goto out;
	if (!nd->stack) {
		nd->stack = kmalloc(MAX_LINKS * sizeof(*nd->stack), GFP_KERNEL);
		error = -ENOMEM;
		if (!nd->stack)
			goto out;
	}
	if (!(inode->flags & S_NOATIME)) {
		struct path link = { nd->path.mnt, d };

		inode_touch_atime(&link);
	}
	text = inode->op->get_link(d, inode, &cookie);
	error = PTR_ERR(text);
	if (IS_ERR(text))
		goto out;
	f = &nd->stack[nd->depth++];
	f->d = d;
	f->cookie = cookie;
	f->rest = *rest ? rest : NULL;
	if (f->rest)
		nd->pending++;
	if (!*text)
		return -ENOENT;
	if (*text == '/') {
		error = jump_to_root(nd);
		if (error)
			return error;
	}
	*name = text;
	return 0;
out:
	dput(d);
	return error;
}

/* ---- one component ---- */

struct dentry *lookup_child(struct dentry *parent, const char *name, u32 len, unsigned flags)
{
	struct inode *dir = parent->inode;
	struct qstr q = { name_hash(name, len), len, name };
	struct dentry *d, *other;

	(void)flags;
	d = d_lookup(parent, &q);
	if (d && (d->flags & DCACHE_REVALIDATE)) {
		int valid = d->op->revalidate(d);

		if (valid > 0)
			return d;
		if (valid == 0)
			d_invalidate(d);
		dput(d);
		if (valid < 0)
			return ERR_PTR(valid);
		d = NULL;
	}
	if (d)
		return d;
	if (dir->flags & S_DEAD)
		return ERR_PTR(-ENOENT);
	d = d_alloc(parent, &q);
	if (!d)
		return ERR_PTR(-ENOMEM);
	other = dir->op->lookup(dir, d);
	if (other) {
		dput(d);
		d = other;
	}
	return d;
}

/* As above without the parent's rwsem. */
static struct dentry *lookup_unlocked(struct dentry *parent, const char *name, u32 len, u32 hash)
{
	struct inode *dir = parent->inode;
	struct qstr q = { hash, len, name };
	struct dentry *d = d_lookup(parent, &q);

	if (d) {
		int valid = 1;

		if (d->flags & DCACHE_REVALIDATE)
			valid = d->op->revalidate(d);
		if (valid > 0)
			return d;
		if (valid == 0)
			d_invalidate(d);
		dput(d);
		if (valid < 0)
			return ERR_PTR(valid);
	}
	if (!dir->op->lookup)
		return ERR_PTR(-ENOTDIR);
	down_write(&dir->rwsem);
	d = lookup_child(parent, name, len, 0);
	up_write(&dir->rwsem);
	return d;
}

static inline bool may_search_fast(struct inode *dir)
{
	if (!S_ISDIR(dir->mode) || !dir->op || dir->op->permission)
		return false;
	return ((dir->mode & 0111) == 0111 && !dir->acl) || generic_permission(dir, MAY_EXEC) == 0;
}

/*
 * Walk cached components for as long as possible; the new position is referenced. Returns where in the name it
 * stopped; the component there is for walk_slow(), which also finds out about errors. *done: the last one was walked.
 */
static const char *walk_fast(struct nameidata *nd, const char *name, bool *done)
{
	struct path old = nd->path;
	struct dentry *d = old.dentry;
	struct mount *m = old.mnt;

	spin_lock(&dcache_lock);
	while (*name && may_search_fast(d->inode)) {
		u32 hash, len;
		const char *end = component(name, &hash), *next = end;
		struct dentry *c;
		struct mount *cm = m;
		bool last;

		len = end - name;
		while (*next == '/')
			next++;
		if (name[0] == '.' && len <= 2) {
			if (len == 2 && name[1] == '.')
				break;
			if (len == 1 && *next) {
				name = next;
				continue;
			}
			if (len == 1)
				break;
		}
		last = !*next && !nd->pending;
		if (last && (nd->flags & LOOKUP_PARENT))
			break;
		c = d_find_locked(d, name, len, hash);
		if (!c || !c->inode || (c->flags & DCACHE_REVALIDATE))
			break;
		if (S_ISLNK(c->inode->mode) && !(last && !(nd->flags & LOOKUP_FOLLOW) && next == end))
			break;
		while (unlikely(c->flags & DCACHE_MOUNTED)) {
			struct mount *on = mount_lookup_locked(cm, c);

			if (!on)
				break;
			cm = on;
			c = on->root;
		}
		if (unlikely(cm != m && (nd->resolve & RESOLVE_NO_XDEV)))
			break;
		d = c;
		m = cm;
		if (last) {
			nd->last_slash = next != end;
			*done = true;
		}
		name = next;
	}
	if (d != old.dentry || m != old.mnt) {
		nd->path.dentry = dget(d);
		nd->path.mnt = mntget(m);
		spin_unlock(&dcache_lock);
		path_put(&old);
	} else {
		spin_unlock(&dcache_lock);
	}
	return name;
}

static int dotdot(struct nameidata *nd)
{
	struct mount *was = nd->path.mnt;
	int error = take_root(nd);

	if (error)
		return error;
	if ((nd->resolve & RESOLVE_BENEATH) && nd->path.dentry == nd->root.dentry && nd->path.mnt == nd->root.mnt)
		return -EXDEV;
	path_up(&nd->path, &nd->root);
	if ((nd->resolve & RESOLVE_NO_XDEV) && nd->path.mnt != was)
		return -EXDEV;
	return 0;
}

/* One component with everything that can happen to it. *name advances; *done: nothing is left to do. */
static int walk_slow(struct nameidata *nd, const char **name, bool *done)
{
	const char *start = *name, *end, *next;
	struct path *p = &nd->path;
	struct dentry *d;
	u32 hash, len;
	bool last;
	int error;

	if (!S_ISDIR(p->dentry->inode->mode))
		return -ENOTDIR;
	error = inode_permission(p->dentry->inode, MAY_EXEC);
	if (error)
		return error;
	end = next = component(start, &hash);
	len = end - start;
	while (*next == '/')
		next++;
	last = !*next && !nd->pending;
	if (last) {
		nd->last = start;
		nd->last_len = len;
		nd->last_hash = hash;
		nd->last_slash = next != end;
		nd->last_type = is_dot(start, len) ? LAST_DOT : is_dotdot(start, len) ? LAST_DOTDOT : LAST_NORM;
	}
	*name = next;
	if (last && (nd->flags & LOOKUP_PARENT)) {
		*done = true;
		return len > NAME_MAX ? -ENAMETOOLONG : 0;
	}
	if (is_dot(start, len) || is_dotdot(start, len)) {
		*done = last;
		return len == 2 ? dotdot(nd) : 0;
	}
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	d = lookup_unlocked(p->dentry, start, len, hash);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (!d->inode) {
		dput(d);
		return -ENOENT;
	}
	if (S_ISLNK(d->inode->mode) && (!last || (nd->flags & LOOKUP_FOLLOW) || nd->last_slash)) {
		if (nd->last_slash)
			nd->flags |= LOOKUP_FOLLOW;
		error = follow(nd, d, next, name);
		/* A jump link at the end is the end; a text link at the end goes on with its text. */
		if (!error && last && *name == next)
			*done = true;
		return error;
	}
	dput(p->dentry);
	p->dentry = d;
	if (path_cross_down(p) && (nd->resolve & RESOLVE_NO_XDEV))
		return -EXDEV;
	*done = last;
	return 0;
}

/* Walk the rest of a name (and of the links on the stack) from nd->path. */
static int walk(struct nameidata *nd, const char *name)
{
	bool done = false, slash = false;
	int error;

	for (;;) {
		while (*name == '/')
			name++;
		if (!*name) {
			if (!nd->pending) {
				if (!done) {	/* "/" and the like: no component at all */
					nd->last = name;
					nd->last_len = 0;
					nd->last_type = LAST_ROOT;
				}
				break;
			}
			/* Frames without a rest stand for links at the end of another link's text. */
			while (!nd->stack[nd->depth - 1].rest)
				pop_link(nd);
			name = nd->stack[nd->depth - 1].rest;
			pop_link(nd);
			continue;
		}
		name = walk_fast(nd, name, &done);
		if (!done && *name) {
			error = walk_slow(nd, &name, &done);
			if (error)
				return error;
			slash |= nd->last_slash;
		}
		if (done)
			break;
	}
	nd->last_slash |= slash;
	if (nd->flags & LOOKUP_PARENT)
		return S_ISDIR(nd->path.dentry->inode->mode) ? 0 : -ENOTDIR;
	if (((nd->flags & LOOKUP_DIRECTORY) || nd->last_slash) && !S_ISDIR(nd->path.dentry->inode->mode))
		return -ENOTDIR;
	return 0;
}

static int walk_start(struct nameidata *nd, int dfd, const char *name)
{
	nd->root.mnt = NULL;
	nd->path.dentry = NULL;
	nd->path.mnt = NULL;
	nd->links = nd->depth = nd->pending = 0;
	nd->last_slash = false;
	nd->last = name;
	nd->last_len = 0;
	nd->last_type = LAST_ROOT;
	nd->stack = NULL;
	if (*name == '/' && !(nd->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)))
		return path_root(&nd->path);
	if (dfd == AT_FDCWD) {
		path_pwd(&nd->path);
	} else {
		struct file *f = fd_get_raw(dfd);

		if (!f)
			return -EBADF;
		nd->path = f->path;
		if (*name && !S_ISDIR(f->inode->mode)) {
			nd->path.dentry = NULL;
			file_put(f);
			return -ENOTDIR;
		}
		path_get(&nd->path);
		file_put(f);
	}
	if (nd->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) {
		if (*name == '/' && (nd->resolve & RESOLVE_BENEATH))
			return -EXDEV;
		nd->root = nd->path;
		path_get(&nd->root);
	}
	return 0;
}

int path_at_resolve(int dfd, const char *name, unsigned flags, unsigned resolve, struct path *out)
{
	struct nameidata nd;
	int error;

	nd.flags = flags & ~LOOKUP_PARENT;
	nd.resolve = resolve;
	error = walk_start(&nd, dfd, name);
	if (likely(!error) && *name)
		error = walk(&nd, name);
	if (likely(!error)) {
		*out = nd.path;
		nd.path.dentry = NULL;
	}
	if (unlikely(nd.root.mnt || nd.stack || nd.path.dentry))
		nd_done(&nd);
	return error;
}

int path_at(int dfd, const char *name, unsigned flags, struct path *out)
{
	return path_at_resolve(dfd, name, flags, 0, out);
}

int path_parent_resolve(int dfd, const char *name, unsigned flags, unsigned resolve, struct nameidata *nd)
{
	int error;

	nd->flags = flags | LOOKUP_PARENT;
	nd->resolve = resolve;
	error = walk_start(nd, dfd, name);
	if (!error)
		error = walk(nd, name);
	if (error)
		nd_done(nd);
	return error;
}

int path_parent(int dfd, const char *name, unsigned flags, struct nameidata *nd)
{
	return path_parent_resolve(dfd, name, flags, 0, nd);
}

int path_follow_last(struct nameidata *nd, struct dentry *d)
{
	const char *name = "";
	bool jump = d->inode->op->jump_link != NULL;
	int error = follow(nd, d, "", &name);

	if (error)
		return error;
	if (jump) {
		nd->last_type = LAST_ROOT;
		nd->last_len = 0;
		return 0;
	}
	return walk(nd, name);
}

int user_path_at(int dfd, const char __user *name, unsigned flags, struct path *out)
{
	struct name_buffer nb;
	int error = name_fetch(&nb, name, flags & LOOKUP_EMPTY);

	if (error)
		return error;
	error = path_at(dfd, nb.name, flags, out);
	name_drop(&nb);
	return error;
}

int kern_path(const char *name, unsigned flags, struct path *out)
{
	return *name ? path_at(AT_FDCWD, name, flags, out) : -ENOENT;
}
