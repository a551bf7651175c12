/*
 * The tree of sysfs: names that come and go, each a directory, a link, a constant text, or a file that asks its owner.
 *
 * Invariants (sysfs_lock): an entry in the tree is counted once for it; one that was removed is dead, has no children and
 * never comes back. attr's functions run only between sysfs_activate() and sysfs_deactivate(), and sysfs_remove()
 * returns when the last of them has ended, so an owner may free its object then.
 */
#include "sysfs.h"
#include <core/printk.h>
#include <core/wait.h>
#include <mm/kmalloc.h>

DEFINE_SPINLOCK(sysfs_lock, RANK_FS_STRUCT);
static struct sysfs_entry root = {
	.count = ATOMIC_INIT(1), .ino = 1, .mode = S_IFDIR | 0755, .children = LIST_HEAD_INIT(root.children),
};
struct sysfs_entry *const sysfs_root = &root;
static u32 last_ino = 1;
static DEFINE_WAIT_QUEUE(idle);		/* removers: the last call of a dead entry's functions has ended */

void sysfs_get(struct sysfs_entry *e)
{
	atomic_inc(&e->count);
}

void sysfs_put(struct sysfs_entry *e)
{
	if (!atomic_dec_and_test(&e->count))
		return;
	kfree(e->text);
	kfree(e);
}

bool sysfs_activate(struct sysfs_entry *e)
{
	bool alive;

	spin_lock(&sysfs_lock);
	alive = !e->dead;
	if (alive)
		e->active++;
	spin_unlock(&sysfs_lock);
	return alive;
}

void sysfs_deactivate(struct sysfs_entry *e)
{
	bool last;

	spin_lock(&sysfs_lock);
	last = !--e->active && e->dead;
	spin_unlock(&sysfs_lock);
	if (last)
		wake_up_all(&idle);
}

static struct sysfs_entry *find_locked(struct sysfs_entry *dir, const char *name, size_t len)
{
	struct sysfs_entry *e;

	list_for_each_entry(e, &dir->children, sibling)
		if (!strncmp(e->name, name, len) && !e->name[len])
			return e;
	return NULL;
}

struct sysfs_entry *sysfs_find(struct sysfs_entry *dir, const char *name, size_t len)
{
	struct sysfs_entry *e;

	spin_lock(&sysfs_lock);
	e = find_locked(dir, name, len);
	if (e)
		sysfs_get(e);
	spin_unlock(&sysfs_lock);
	return e;
}

/* ---- adding ---- */

static struct sysfs_entry *entry_new(const char *name, size_t len, umode_t mode, const char *text)
{
	struct sysfs_entry *e = kzalloc(sizeof(*e) + len + 1, GFP_KERNEL);

	if (!e)
		return NULL;
	memcpy(e->name, name, len);
	e->mode = mode;
	atomic_set(&e->count, 1);
	list_init(&e->children);
	list_init(&e->sibling);
	if (text) {
		e->text = kstrdup(text, GFP_KERNEL);
		if (!e->text) {
			kfree(e);
			return NULL;
		}
	}
	return e;
}

/* Takes e over. 0, -EEXIST, -ENOENT (the directory is being removed). */
static int insert(struct sysfs_entry *dir, struct sysfs_entry *e)
{
	int error = 0;

	spin_lock(&sysfs_lock);
	if (dir->dead) {
		error = -ENOENT;
	} else if (find_locked(dir, e->name, strlen(e->name))) {
		error = -EEXIST;
	} else {
		e->ino = ++last_ino;
		e->cookie = dir->next_cookie++;
		e->parent = dir;
		if (S_ISDIR(e->mode))
			dir->subdirs++;
		list_add_tail(&e->sibling, &dir->children);
	}
	spin_unlock(&sysfs_lock);
	if (error)
		sysfs_put(e);
	return error;
}

/* The directory of that name in dir, made as needed, counted. Takes the caller's count of dir over. */
static struct sysfs_entry *enter(struct sysfs_entry *dir, const char *name, size_t len)
{
	struct sysfs_entry *e;
	int error;

	while (!(e = sysfs_find(dir, name, len))) {
		e = entry_new(name, len, S_IFDIR | 0755, NULL);
		error = e ? insert(dir, e) : -ENOMEM;
		if (error && error != -EEXIST) {
			sysfs_put(dir);
			return ERR_PTR(error);
		}
	}
	sysfs_put(dir);
	if (S_ISDIR(e->mode))
		return e;
	sysfs_put(e);
	return ERR_PTR(-ENOTDIR);
}

/* The directory that a path's last component stands in, made as needed, counted. */
static struct sysfs_entry *parent_of(const char *path, const char **last)
{
	struct sysfs_entry *dir = &root;
	const char *slash;

	sysfs_get(dir);
	while (!IS_ERR(dir) && (slash = strchr(path, '/'))) {
		dir = enter(dir, path, (size_t)(slash - path));
		path = slash + 1;
	}
	*last = path;
	return dir;
}

static int create(const char *path, umode_t mode, const char *text, const struct sysfs_attr *attr, void *object)
{
	const char *name;
	struct sysfs_entry *dir = parent_of(path, &name), *e;
	int error = -ENOMEM;

	if (IS_ERR(dir))
		return (int)PTR_ERR(dir);
	e = entry_new(name, strlen(name), mode, text);
	if (e) {
		e->attr = attr;
		e->object = object;
		error = insert(dir, e);
	}
	sysfs_put(dir);
	return error;
}

int sysfs_mkdir(const char *path)
{
	int error = create(path, S_IFDIR | 0755, NULL, NULL, NULL);

	return error == -EEXIST ? 0 : error;
}

int sysfs_text(const char *path, const char *text)
{
	return create(path, S_IFREG | 0444, text, NULL, NULL);
}

int sysfs_add(const char *dir, const struct sysfs_attr *attrs, unsigned n, void *object)
{
	char path[SYSFS_PATH];
	int error = 0;

	for (unsigned i = 0; i < n && !error; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", dir, attrs[i].name) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		error = create(path, S_IFREG | (attrs[i].mode ? attrs[i].mode : 0444), NULL, &attrs[i], object);
	}
	return error;
}

int sysfs_link(const char *path, const char *to)
{
	char target[SYSFS_PATH];
	const char *rest = path, *slash;
	size_t at = 0;

	/* What both have in front needs no way up and down; the target keeps one component at least. */
	while ((slash = strchr(rest, '/')) && !strncmp(rest, to, (size_t)(slash - rest) + 1)) {
		to += slash + 1 - rest;
		rest = slash + 1;
	}
	for (const char *p = rest; (p = strchr(p, '/')); p++) {
		if (at + 3 >= sizeof(target))
			return -ENAMETOOLONG;
		memcpy(target + at, "../", 3);
		at += 3;
	}
	if (snprintf(target + at, sizeof(target) - at, "%s", to) >= (int)(sizeof(target) - at))
		return -ENAMETOOLONG;
	return create(path, S_IFLNK | 0777, target, NULL, NULL);
}

/* ---- removing ---- */

static struct sysfs_entry *lookup(const char *path)
{
	struct sysfs_entry *e = &root, *next;

	sysfs_get(e);
	while (e && *path) {
		const char *slash = strchr(path, '/');
		size_t len = slash ? (size_t)(slash - path) : strlen(path);

		next = sysfs_find(e, path, len);
		sysfs_put(e);
		e = next;
		path += len;
		path += *path == '/';
	}
	return e;
}

/* Out of the tree with all that is below, onto `dead`: parents first. */
static void unlink_locked(struct sysfs_entry *top, struct list_head *dead)
{
	struct sysfs_entry *e;

	if (S_ISDIR(top->mode))
		top->parent->subdirs--;
	list_move_tail(&top->sibling, dead);
	list_for_each_entry(e, dead, sibling) {
		e->dead = true;
		e->parent = NULL;
		while (!list_empty(&e->children))
			list_move_tail(e->children.next, dead);
	}
}

void sysfs_remove(const char *path)
{
	struct sysfs_entry *top = lookup(path), *e;
	LIST_HEAD(dead);

	if (!top)
		return;
	spin_lock(&sysfs_lock);
	if (!top->dead && top != &root)
		unlink_locked(top, &dead);
	spin_unlock(&sysfs_lock);
	sysfs_put(top);
	while (!list_empty(&dead)) {
		e = list_first_entry(&dead, struct sysfs_entry, sibling);
		wait_event(&idle, !READ_ONCE(e->active));
		/* The last call has woken us with the lock held or not yet given back: it touches the entry no more after this. */
		spin_lock(&sysfs_lock);
		list_del_init(&e->sibling);
		spin_unlock(&sysfs_lock);
		sysfs_put(e);
	}
}
