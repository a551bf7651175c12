/*
 * inotify: a file of events about inodes, that notify.c has queued for it.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/ioctl.h>
#include "notify.h"

static int max_instances = 128, max_watches = 65536;

/* The first event if it fits, out of the queue; NULL: none, or *error -EINVAL. */
static struct notify_event *take(struct notify_group *g, size_t room, int *error)
{
	struct notify_event *e = NULL;

	spin_lock(&notify_lock);
	if (!list_empty(&g->events)) {
		e = list_first_entry(&g->events, struct notify_event, link);
		if (notify_record_size(e) > room) {
			*error = -EINVAL;
			e = NULL;
		} else {
			list_del(&e->link);
			g->queued--;
			g->bytes -= notify_record_size(e);
			if (e == &g->overflow)
				g->overflown = false;
		}
	}
	spin_unlock(&notify_lock);
	return e;
}

static ssize_t give(struct notify_group *g, struct notify_event *e, struct iov_iter *it)
{
	struct abi_inotify_event head = { e->wd, e->mask, e->cookie, notify_record_size(e) - (u32)sizeof(head) };
	bool ok = copy_to_iter(&head, sizeof(head), it) == sizeof(head) && copy_to_iter(e->name, e->len, it) == e->len &&
		  zero_to_iter(head.len - e->len, it) == head.len - e->len;

	if (e != &g->overflow)
		kfree(e);
	return ok ? (ssize_t)(sizeof(head) + head.len) : -EFAULT;
}

static ssize_t inotify_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct notify_group *g = f->private;
	ssize_t done = 0, n;

	(void)pos;
	for (;;) {
		int error = 0;
		struct notify_event *e = take(g, it->count, &error);

		if (e) {
			n = give(g, e, it);
			if (n < 0)
				return done ? done : n;
			done += n;
			continue;
		}
		if (done)
			return done;
		if (error)
			return error;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&g->wait, !list_empty(&g->events)))
			return -ERESTARTSYS;
	}
}

static unsigned inotify_poll(struct file *f, struct poll_table *pt)
{
	struct notify_group *g = f->private;

	poll_wait(f, &g->wait, pt);
	return list_empty(&g->events) ? 0 : POLLIN | POLLRDNORM;
}

static long inotify_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct notify_group *g = f->private;

	return cmd == FIONREAD ? put_user(READ_ONCE(g->bytes), (u32 __user *)arg) : -ENOTTY;
}

static void inotify_release(struct inode *inode, struct file *f)
{
	struct notify_group *g = f->private;
	NOTIFY_AFTERMATH(after);	/* stays empty: nobody is told any more */

	(void)inode;
	for (unsigned b = 0; b < NOTIFY_BUCKETS; b++)
		for (;;) {
			struct inode *watched = NULL;

			spin_lock(&notify_lock);
			if (g->watches[b].first)
				watched = notify_detach_locked(hlist_entry(g->watches[b].first, struct notify_watch, by_wd), false, &after);
			spin_unlock(&notify_lock);
			if (!watched)
				break;
			iput(watched);
		}
	while (!list_empty(&g->events)) {
		struct notify_event *e = list_first_entry(&g->events, struct notify_event, link);

		list_del(&e->link);
		if (e != &g->overflow)
			kfree(e);
	}
	atomic_dec(&g->user->inotify_groups);
	notify_group_put(g);
}

static int inotify_fasync(int fd, struct file *f, bool on)
{
	struct notify_group *g = f->private;

	return fasync_set(fd, f, on, &g->fasync);
}

static void inotify_fdinfo(struct seq_file *m, struct file *f)
{
	struct notify_group *g = f->private;
	struct notify_watch *w;

	spin_lock(&notify_lock);
	for (unsigned b = 0; b < NOTIFY_BUCKETS; b++)
		hlist_for_each_entry(w, &g->watches[b], by_wd)
			seq_printf(m, "inotify wd:%x ino:%llx sdev:%x mask:%x ignored_mask:0\n", (unsigned)w->wd, w->inode->ino,
				   (unsigned)w->inode->sb->dev, w->mask & IN_ALL_EVENTS);
	spin_unlock(&notify_lock);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read, .poll = inotify_poll, .ioctl = inotify_ioctl, .release = inotify_release,
	.fasync = inotify_fasync, .show_fdinfo = inotify_fdinfo,
};

long sys_inotify_init1(int flags)
{
	struct user *user = current_cred()->user;
	struct notify_group *g;
	int fd;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	if (atomic_read(&user->inotify_groups) >= max_instances)
		return -EMFILE;
	g = kzalloc(sizeof(*g), GFP_KERNEL);
	if (!g)
		return -ENOMEM;
	notify_group_init(g);
	g->next_wd = 1;
	g->user = user_get(user);
	g->overflow.wd = -1;
	g->overflow.mask = IN_Q_OVERFLOW;
	atomic_inc(&user->inotify_groups);
	fd = anon_fd("inotify", &inotify_ops, g, (unsigned)flags);
	if (fd < 0) {			/* g is freed already */
		atomic_dec(&user->inotify_groups);
		user_put(user);
	}
	return fd;
}

long sys_inotify_init(void)
{
	return sys_inotify_init1(0);
}

static struct file *group_file(int fd, int *error)
{
	struct file *f = fd_get((unsigned)fd);

	*error = f ? -EINVAL : -EBADF;
	if (f && f->op != &inotify_ops) {
		file_put(f);
		f = NULL;
	}
	return f;
}

static struct notify_watch *find_wd(struct notify_group *g, s32 wd)
{
	struct notify_watch *w;

	hlist_for_each_entry(w, &g->watches[(u32)wd % NOTIFY_BUCKETS], by_wd)
		if (w->wd == wd)
			return w;
	return NULL;
}

/* notify_lock held. The watch descriptor, or -errno; uses up *fresh if it makes a watch. */
static int add_locked(struct notify_group *g, struct inode *inode, u32 mask, struct notify_watch **fresh)
{
	struct notify_watch *w;

	list_for_each_entry(w, &inode->watches, on_inode)
		if (w->group == g) {
			if (mask & IN_MASK_CREATE)
				return -EEXIST;
			w->mask = mask & IN_MASK_ADD ? w->mask | mask : mask;
			return w->wd;
		}
	if (!inode->nlink && !S_ISDIR(inode->mode) && list_empty(&inode->dentries))
		return -ENOENT;
	if (atomic_read(&g->user->inotify_watches) >= max_watches)
		return -ENOSPC;
	w = *fresh;
	*fresh = NULL;
	do {
		w->wd = g->next_wd;
		g->next_wd = g->next_wd == 0x7fffffff ? 1 : g->next_wd + 1;
	} while (find_wd(g, w->wd));
	w->mask = mask;
	w->group = g;
	notify_attach_locked(w, inode);
	hlist_add_head(&w->by_wd, &g->watches[(u32)w->wd % NOTIFY_BUCKETS]);
	atomic_inc(&g->user->inotify_watches);
	return w->wd;
}

long sys_inotify_add_watch(int fd, const char __user *name, u32 mask)
{
	unsigned how = (mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW) | (mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0);
	struct notify_watch *fresh;
	struct file *f;
	struct path path;
	int error;

	mask &= ~IN_RENAMED;
	if (!(mask & (IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED)) ||
	    (mask & (IN_MASK_ADD | IN_MASK_CREATE)) == (IN_MASK_ADD | IN_MASK_CREATE))
		return -EINVAL;
	f = group_file(fd, &error);
	if (!f)
		return error;
	error = user_path_at(AT_FDCWD, name, how, &path);
	if (error)
		goto out;
	error = inode_permission(path.dentry->inode, MAY_READ);
	if (error)
		goto out_path;
	fresh = kmalloc(sizeof(*fresh), GFP_KERNEL);
	error = -ENOMEM;
	if (!fresh)
		goto out_path;
	spin_lock(&notify_lock);
	error = add_locked(f->private, path.dentry->inode, mask, &fresh);
	spin_unlock(&notify_lock);
	kfree(fresh);
out_path:
	path_put(&path);
out:
	file_put(f);
	return error;
}

long sys_inotify_rm_watch(int fd, s32 wd)
{
	struct inode *inode = NULL;
	struct notify_watch *w;
	NOTIFY_AFTERMATH(after);
	int error;
	struct file *f = group_file(fd, &error);

	if (!f)
		return error;
	spin_lock(&notify_lock);
	w = find_wd(f->private, wd);
	if (w)
		inode = notify_detach_locked(w, true, &after);
	spin_unlock(&notify_lock);
	notify_finish(&after);
	file_put(f);
	if (!inode)
		return -EINVAL;
	iput(inode);
	return 0;
}

static int __init inotify_sysctls(void)
{
	int error = sysctl_int("fs/inotify/max_queued_events", 0644, &notify_max_events, 0, 0x7fffffff);

	if (!error)
		error = sysctl_int("fs/inotify/max_user_instances", 0644, &max_instances, 0, 0x7fffffff);
	return error ? error : sysctl_int("fs/inotify/max_user_watches", 0644, &max_watches, 0, 0x7fffffff);
}
late_initcall(inotify_sysctls);
