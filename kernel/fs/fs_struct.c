/*
 * Working directory, root and umask, shared by tasks cloned with CLONE_FS. fs->lock guards the paths; whoever replaces
 * one puts the old after unlocking.
 */
#include <fs/internal.h>
#include <mm/kmalloc.h>

struct fs_struct *fs_struct_dup(struct fs_struct *from)
{
	struct fs_struct *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock, RANK_FS_STRUCT);
	fs->umask = 022;
	if (from) {
		spin_lock(&from->lock);
		fs->umask = from->umask;
		fs->root = from->root;
		fs->pwd = from->pwd;
		if (fs->root.mnt) {
			path_get(&fs->root);
			path_get(&fs->pwd);
		}
		spin_unlock(&from->lock);
	}
	return fs;
}

void fs_struct_put(struct fs_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	if (fs->root.mnt) {
		path_put(&fs->root);
		path_put(&fs->pwd);
	}
	kfree(fs);
}

void fs_set_pwd(struct fs_struct *fs, const struct path *path)
{
	struct path old;

	path_get(path);
	spin_lock(&fs->lock);
	old = fs->pwd;
	fs->pwd = *path;
	spin_unlock(&fs->lock);
	if (old.mnt)
		path_put(&old);
}

void fs_set_root(struct fs_struct *fs, const struct path *path)
{
	struct path old;

	path_get(path);
	spin_lock(&fs->lock);
	old = fs->root;
	fs->root = *path;
	spin_unlock(&fs->lock);
	if (old.mnt)
		path_put(&old);
}
