/*
 * pivot_root(2): another mount becomes the root of the tree, and the old root hangs below it. Whoever had the old root as
 * its root or working directory gets the new one in its place.
 */
#include <fs/internal.h>
#include <sched/task.h>

/* Do the mounts from `at` upwards lead to root, and below it? mount_mutex held. */
static bool reachable(const struct path *at, const struct path *root)
{
	const struct dentry *d = at->dentry;
	const struct mount *m = at->mnt;

	while (m != root->mnt && m->parent != m) {
		d = m->mountpoint;
		m = m->parent;
	}
	return m == root->mnt && d_is_ancestor(root->dentry, d);
}

static int check(const struct path *new, struct path *old, const struct path *root)
{
	path_cross_down(old);
	if ((old->mnt->flags | new->mnt->flags | root->mnt->flags) & (MNT_DETACHED | MNT_INTERNAL))
		return -EINVAL;
	if ((new->dentry->inode->flags | old->dentry->inode->flags) & S_DEAD)
		return -ENOENT;
	if (new->mnt == root->mnt || old->mnt == root->mnt)
		return -EBUSY;
	if (root->mnt->root != root->dentry || new->mnt->root != new->dentry || new->mnt->parent == new->mnt)
		return -EINVAL;
	return reachable(old, new) && reachable(new, root) ? 0 : -EINVAL;
}

static unsigned replace_in(struct fs_struct *fs, const struct path *from, const struct path *to)
{
	struct path *paths[] = { &fs->root, &fs->pwd };
	unsigned n = 0;

	spin_lock(&fs->lock);
	for (unsigned i = 0; i < ARRAY_SIZE(paths); i++) {
		if (paths[i]->mnt != from->mnt || paths[i]->dentry != from->dentry)
			continue;
		path_get(to);
		*paths[i] = *to;
		n++;
	}
	spin_unlock(&fs->lock);
	return n;
}

/* In every task. References to the old place are put when nothing is locked any more. */
static void replace_everywhere(const struct path *from, const struct path *to)
{
	unsigned long flags;
	unsigned n = 0;
	struct task *t;

	spin_lock_irqsave(&tasklist_lock, flags);
	list_for_each_entry(t, &task_list, all_link)
		if (t->fs)
			n += replace_in(t->fs, from, to);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	while (n--)
		path_put(from);
}

int do_pivot_root(const struct path *new, struct path *old)
{
	struct path root, was_new = { NULL, NULL }, was_root = { NULL, NULL };
	int error = path_root(&root);

	if (error)
		return error;
	mutex_lock(&mount_mutex);
	error = check(new, old, &root);
	if (!error) {
		mount_detach_locked(new->mnt, &was_new);
		if (root.mnt->parent != root.mnt) {
			mount_detach_locked(root.mnt, &was_root);
			mount_attach_locked(new->mnt, &was_root);
		}
		mount_attach_locked(root.mnt, old);
	}
	mutex_unlock(&mount_mutex);
	if (!error) {
		replace_everywhere(&root, new);
		path_put(&was_new);
	}
	if (was_root.mnt)
		path_put(&was_root);
	path_put(&root);
	return error;
}
