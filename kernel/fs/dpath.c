/*
 * From a path back to its text. A name is followed upwards through dentries and mounts to the caller's root; one that
 * leads elsewhere is "unreachable". Callers hold references to what they ask about.
 */
#include <core/string.h>
#include <fs/internal.h>
#include <sched/task.h>

int path_root(struct path *out)
{
	struct fs_struct *fs = current->fs;

	if (!fs)
		return -ENOENT;
	spin_lock(&fs->lock);
	*out = fs->root;
	path_get(out);
	spin_unlock(&fs->lock);
	return 0;
}

void path_pwd(struct path *out)
{
	struct fs_struct *fs = current->fs;

	spin_lock(&fs->lock);
	*out = fs->pwd;
	path_get(out);
	spin_unlock(&fs->lock);
}

static bool prepend(char **p, const char *start, const char *s, size_t n)
{
	if ((size_t)(*p - start) < n)
		return false;
	*p -= n;
	memcpy(*p, s, n);
	return true;
}

char *d_path_from(const struct path *path, const struct path *root, char *buf, size_t size, bool *unreachable)
{
	struct dentry *d = path->dentry;
	struct mount *m = path->mnt;
	char *p = buf + size;
	bool ok = size > 1, far = false;

	if (!ok)
		return ERR_PTR(-ENAMETOOLONG);
	*--p = 0;
	spin_lock(&dcache_lock);
	if (d->parent != d && !(d->flags & DCACHE_HASHED))
		ok = prepend(&p, buf, " (deleted)", 10);
	while (ok && !(root && d == root->dentry && m == root->mnt)) {
		if (d == m->root || d->parent == d) {
			if (d == m->root && m->parent != m) {
				d = m->mountpoint;
				m = m->parent;
				continue;
			}
			far = root != NULL;
			break;
		}
		ok = prepend(&p, buf, d->name.name, d->name.len) && prepend(&p, buf, "/", 1);
		d = d->parent;
	}
	spin_unlock(&dcache_lock);
	if (ok && (*p != '/'))
		ok = prepend(&p, buf, "/", 1);
	if (!ok)
		return ERR_PTR(-ENAMETOOLONG);
	if (unreachable)
		*unreachable = far;
	return p;
}

char *d_path(const struct path *path, char *buf, size_t size)
{
	struct dentry *d = path->dentry;
	struct path root;
	char *p;

	/* Pseudo files (pipes, anonymous inodes) have a name and no place. */
	if (d->parent == d && path->mnt && (path->mnt->flags & MNT_INTERNAL) && d != path->mnt->root) {
		if (d->name.len + 1 > size)
			return ERR_PTR(-ENAMETOOLONG);
		p = buf + size - d->name.len - 1;
		memcpy(p, d->name.name, d->name.len + 1);
		return p;
	}
	if (path_root(&root))
		return d_path_from(path, NULL, buf, size, NULL);
	p = d_path_from(path, &root, buf, size, NULL);
	path_put(&root);
	return p;
}
