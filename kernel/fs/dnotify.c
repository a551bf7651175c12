/*
 * F_NOTIFY: a signal when something happens in a directory. A watch belongs to an open file and the descriptor table that
 * asked: it ends when that table closes any descriptor of the file, or asks for nothing.
 */
#include <core/init.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/fcntl.h>
#include "notify.h"

static int enabled = 1;

static u32 events(unsigned long arg)
{
	static const struct { unsigned long asked; u32 mask; } table[] = {
		{ DN_ACCESS, IN_ACCESS }, { DN_MODIFY, IN_MODIFY }, { DN_CREATE, IN_CREATE | IN_MOVED_TO },
		{ DN_DELETE, IN_DELETE | IN_MOVED_FROM }, { DN_RENAME, IN_RENAMED }, { DN_ATTRIB, IN_ATTRIB },
	};
	u32 mask = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(table); i++)
		if (arg & table[i].asked)
			mask |= table[i].mask;
	return mask;
}

/* notify_lock held. */
static struct notify_watch *find(const struct file *f, const struct files *table)
{
	struct notify_watch *w;

	list_for_each_entry(w, &f->inode->watches, on_inode)
		if (w->group->dnotify && w->file == f && w->table == table)
			return w;
	return NULL;
}

void dnotify_flush(struct file *f, struct files *table)
{
	NOTIFY_AFTERMATH(after);	/* stays empty */
	struct notify_group *g;
	struct notify_watch *w;
	struct inode *inode;

	spin_lock(&notify_lock);
	w = find(f, table);
	if (!w) {
		spin_unlock(&notify_lock);
		return;
	}
	g = w->group;
	inode = notify_detach_locked(w, false, &after);
	spin_unlock(&notify_lock);
	(void)fasync_list(-1, f, false, &g->fasync);	/* leaving needs no memory */
	notify_group_put(g);
	iput(inode);
}

/* A group with its watch, told by `f`. NULL: no memory. */
static struct notify_watch *make(int fd, struct file *f)
{
	struct notify_watch *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct notify_group *g = kzalloc(sizeof(*g), GFP_KERNEL);

	if (w && g) {
		notify_group_init(g);
		g->dnotify = true;
		g->user = user_get(current_cred()->user);
		w->group = g;
		w->file = f;
		w->table = current->files;
		if (!fasync_list(fd, f, true, &g->fasync))
			return w;
		user_put(g->user);
	}
	kfree(w);
	kfree(g);
	return NULL;
}

static void discard(struct notify_watch *w)
{
	(void)fasync_list(-1, w->file, false, &w->group->fasync);
	notify_group_put(w->group);
	kfree(w);
}

static int join(int fd, struct file *f, u32 mask)
{
	struct notify_watch *fresh = make(fd, f), *w;
	struct notify_group *g;

	if (!fresh)
		return -ENOMEM;
	spin_lock(&notify_lock);
	w = find(f, current->files);
	if (!w) {
		w = fresh;
		fresh = NULL;
		notify_attach_locked(w, f->inode);
	}
	/* What was asked for before goes on, but as often as is asked for now. */
	w->mask = (w->mask & ~IN_ONESHOT) | mask;
	g = w->group;
	atomic_inc(&g->count);
	spin_unlock(&notify_lock);
	if (fresh) {
		discard(fresh);
		(void)fasync_list(fd, f, true, &g->fasync);	/* there already: the number alone changes */
	}
	notify_group_put(g);
	return 0;
}

long dnotify_set(unsigned fd, struct file *f, unsigned long arg)
{
	struct file *still;
	int error;

	if (!enabled)
		return -EINVAL;
	if (!(arg & ~(unsigned long)DN_MULTISHOT)) {
		dnotify_flush(f, current->files);
		return 0;
	}
	if (!S_ISDIR(f->inode->mode))
		return -ENOTDIR;
	file_set_owner(f, OWNER_PID, pid_get(current_tgid()), false);
	error = join((int)fd, f, events(arg) | (arg & DN_MULTISHOT ? 0 : IN_ONESHOT));
	if (error)
		return error;
	still = fd_get_raw(fd);
	if (still != f)			/* closed meanwhile by another thread: nobody would flush it */
		dnotify_flush(f, current->files);
	if (still)
		file_put(still);
	return 0;
}

static int __init dnotify_sysctls(void)
{
	return sysctl_int("fs/dir-notify-enable", 0644, &enabled, 0, 1);
}
late_initcall(dnotify_sysctls);
