/*
 * inotify: a file of events about inodes. A watch ties an inode to a group (the open file) and holds the inode, so that
 * one that is only watched stays in memory; it goes with the inode's last name, its filesystem or its group.
 *
 * notify_lock guards all watches, lists and queues. Events are sent from deep inside of other calls, so the lock spins
 * and events are allocated without sleeping; one that finds no memory or a full queue becomes the overflow event that
 * every group has in reserve.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/ioctl.h>

#define BUCKETS 64u
#define EVENT_SIZE ((u32)sizeof(struct abi_inotify_event))

struct event {
	struct list_head link;
	s32 wd;
	u32 mask, cookie;
	u32 len;			/* of the name, without its end */
	char name[];
};

/* All under notify_lock. */
struct group {
	struct list_head events;
	u32 queued, bytes;		/* events; what they take in read() */
	struct event overflow;		/* in the list or not */
	bool overflown;
	struct hlist_head watches[BUCKETS];	/* by wd */
	s32 next_wd;
	struct user *user;
	struct wait_queue wait;
};

struct watch {
	struct list_head on_inode;
	struct hlist_node by_wd;
	struct group *group;
	struct inode *inode;		/* counted */
	s32 wd;
	u32 mask;
};

static DEFINE_SPINLOCK(notify_lock, RANK_NOTIFY);
unsigned notify_watches;		/* notify_lock */
static u32 next_cookie;			/* notify_lock */
static int max_events = 16384, max_instances = 128, max_watches = 65536;

/* ---- events ---- */

static u32 record_size(const struct event *e)
{
	return EVENT_SIZE + (e->len ? ALIGN_UP(e->len + 1, EVENT_SIZE) : 0);
}

static bool same_as_last(const struct group *g, s32 wd, u32 mask, u32 cookie, const char *name, u32 len)
{
	const struct event *e;

	if (list_empty(&g->events))
		return false;
	e = list_last_entry(&g->events, struct event, link);
	return e->wd == wd && e->mask == mask && e->cookie == cookie && e->len == len && memcmp(e->name, name, len) == 0;
}

static void append(struct group *g, struct event *e)
{
	list_add_tail(&e->link, &g->events);
	g->queued++;
	g->bytes += record_size(e);
}

/* notify_lock held. */
static void queue_event(struct group *g, s32 wd, u32 mask, u32 cookie, const char *name, u32 len)
{
	struct event *e = NULL;

	if (same_as_last(g, wd, mask, cookie, name, len))
		return;
	if (g->queued < (u32)max_events)
		e = kmalloc(sizeof(*e) + len, GFP_ATOMIC);
	if (e) {
		e->wd = wd;
		e->mask = mask;
		e->cookie = cookie;
		e->len = len;
		memcpy(e->name, name, len);
		append(g, e);
	} else if (!g->overflown) {
		g->overflown = true;
		append(g, &g->overflow);
	}
	wake_up_key(&g->wait, 0x7fffffff, (void *)(POLLIN | POLLRDNORM));
}

/* ---- watches ---- */

/* Unties it; the inode is the caller's to put, without the lock. */
static struct inode *detach_locked(struct watch *w, bool tell)
{
	struct inode *inode = w->inode;

	if (tell)
		queue_event(w->group, w->wd, IN_IGNORED, 0, "", 0);
	list_del(&w->on_inode);
	hlist_del_init(&w->by_wd);
	atomic_dec(&w->group->user->inotify_watches);
	notify_watches--;
	kfree(w);
	return inode;
}

/* To all who watch inode. A one-shot watch ends with its event; its inode is put later, for dput() may be under way. */
static void send_locked(struct inode *inode, u32 mask, u32 cookie, const char *name, u32 len, bool unlinked, struct list_head *ended)
{
	struct watch *w, *next;

	list_for_each_entry_safe(w, next, &inode->watches, on_inode) {
		if (!(w->mask & mask & IN_ALL_EVENTS) || (unlinked && (w->mask & IN_EXCL_UNLINK)))
			continue;
		queue_event(w->group, w->wd, mask, cookie, name, len);
		if (w->mask & IN_ONESHOT) {
			queue_event(w->group, w->wd, IN_IGNORED, 0, "", 0);
			hlist_del_init(&w->by_wd);
			list_move(&w->on_inode, ended);
		}
	}
}

static void end_watches(struct list_head *ended)
{
	while (!list_empty(ended)) {
		struct watch *w = list_first_entry(ended, struct watch, on_inode);
		struct inode *inode;

		spin_lock(&notify_lock);
		inode = detach_locked(w, false);
		spin_unlock(&notify_lock);
		iput(inode);
	}
}

void notify_dentry_slow(struct dentry *d, u32 mask)
{
	struct inode *inode = d->inode;
	struct dentry *parent;
	LIST_HEAD(ended);

	if (!inode)
		return;
	if (S_ISDIR(inode->mode))
		mask |= IN_ISDIR;
	spin_lock(&dcache_lock);
	spin_lock(&notify_lock);
	parent = d->parent;
	if (parent != d && parent->inode && !list_empty(&parent->inode->watches))
		send_locked(parent->inode, mask, 0, d->name.name, d->name.len, !(d->flags & DCACHE_HASHED), &ended);
	if (!list_empty(&inode->watches))
		send_locked(inode, mask, 0, "", 0, false, &ended);
	spin_unlock(&notify_lock);
	spin_unlock(&dcache_lock);
	end_watches(&ended);
}

static void send_name(struct inode *dir, u32 mask, u32 cookie, const char *name, u32 len)
{
	LIST_HEAD(ended);

	spin_lock(&notify_lock);
	send_locked(dir, mask, cookie, name, len, false, &ended);
	spin_unlock(&notify_lock);
	end_watches(&ended);
}

/* The directory's rwsem is held: the name stays. */
void notify_name_slow(struct inode *dir, u32 mask, const struct dentry *child, bool isdir)
{
	if (!list_empty(&dir->watches))
		send_name(dir, mask | (isdir ? IN_ISDIR : 0), 0, child->name.name, child->name.len);
}

void notify_self_slow(struct inode *inode, u32 mask)
{
	send_name(inode, mask, 0, "", 0);
}

/* All watches of an inode end, with an event of their own. */
static void end_all(struct inode *inode, u32 mask)
{
	LIST_HEAD(ended);
	struct watch *w;

	spin_lock(&notify_lock);
	while (!list_empty(&inode->watches)) {
		w = list_first_entry(&inode->watches, struct watch, on_inode);
		if (mask == IN_UNMOUNT || (w->mask & mask))
			queue_event(w->group, w->wd, mask, 0, "", 0);
		queue_event(w->group, w->wd, IN_IGNORED, 0, "", 0);
		hlist_del_init(&w->by_wd);
		list_move(&w->on_inode, &ended);
	}
	spin_unlock(&notify_lock);
	end_watches(&ended);
}

void notify_gone_slow(struct inode *inode)
{
	end_all(inode, IN_DELETE_SELF);
}

void notify_unmount_slow(struct super_block *sb)
{
	struct inode *i, *found;

	do {
		found = NULL;
		spin_lock(&icache_lock);
		list_for_each_entry(i, &sb->inodes, sb_link)
			if (!list_empty(&i->watches)) {
				found = iget(i);
				break;
			}
		spin_unlock(&icache_lock);
		if (found) {
			end_all(found, IN_UNMOUNT);
			iput(found);
		}
	} while (found);
}

void notify_move_begin(struct notify_move *m, const struct dentry *old)
{
	m->old = NULL;
	if (likely(!READ_ONCE(notify_watches)))
		return;
	m->old_len = old->name.len;
	m->old = kmalloc(m->old_len + 1, GFP_KERNEL);
	if (m->old)
		memcpy(m->old, old->name.name, m->old_len);
}

void notify_move_end(struct notify_move *m, bool done, struct inode *odir, struct inode *ndir, struct dentry *moved, struct inode *target)
{
	u32 dir = moved->inode && S_ISDIR(moved->inode->mode) ? IN_ISDIR : 0, cookie;
	LIST_HEAD(ended);

	if (!m->old)
		return;
	if (done) {
		spin_lock(&notify_lock);
		cookie = ++next_cookie;
		spin_unlock(&notify_lock);
		send_name(odir, IN_MOVED_FROM | dir, cookie, m->old, m->old_len);
		send_name(ndir, IN_MOVED_TO | dir, cookie, moved->name.name, moved->name.len);
		spin_lock(&notify_lock);
		if (target)
			send_locked(target, IN_ATTRIB | (S_ISDIR(target->mode) ? IN_ISDIR : 0), 0, "", 0, false, &ended);
		if (moved->inode)
			send_locked(moved->inode, IN_MOVE_SELF | dir, 0, "", 0, false, &ended);
		spin_unlock(&notify_lock);
		end_watches(&ended);
		if (target)
			notify_dropped(target);
	}
	kfree(m->old);
}

/* ---- the file ---- */

/* The first event if it fits, out of the queue; NULL: none, or *error -EINVAL. */
static struct event *take(struct group *g, size_t room, int *error)
{
	struct event *e = NULL;

	spin_lock(&notify_lock);
	if (!list_empty(&g->events)) {
		e = list_first_entry(&g->events, struct event, link);
		if (record_size(e) > room) {
			*error = -EINVAL;
			e = NULL;
		} else {
			list_del(&e->link);
			g->queued--;
			g->bytes -= record_size(e);
			if (e == &g->overflow)
				g->overflown = false;
		}
	}
	spin_unlock(&notify_lock);
	return e;
}

static ssize_t give(struct group *g, struct event *e, struct iov_iter *it)
{
	struct abi_inotify_event head = { e->wd, e->mask, e->cookie, record_size(e) - EVENT_SIZE };
	bool ok = copy_to_iter(&head, sizeof(head), it) == sizeof(head) && copy_to_iter(e->name, e->len, it) == e->len &&
		  zero_to_iter(head.len - e->len, it) == head.len - e->len;

	if (e != &g->overflow)
		kfree(e);
	return ok ? (ssize_t)(sizeof(head) + head.len) : -EFAULT;
}

static ssize_t inotify_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct group *g = f->private;
	ssize_t done = 0, n;

	(void)pos;
	for (;;) {
		int error = 0;
		struct event *e = take(g, it->count, &error);

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
	struct group *g = f->private;

	poll_wait(f, &g->wait, pt);
	return list_empty(&g->events) ? 0 : POLLIN | POLLRDNORM;
}

static long inotify_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct group *g = f->private;

	return cmd == FIONREAD ? put_user(READ_ONCE(g->bytes), (u32 __user *)arg) : -ENOTTY;
}

static void inotify_release(struct inode *inode, struct file *f)
{
	struct group *g = f->private;

	(void)inode;
	for (unsigned b = 0; b < BUCKETS; b++)
		for (;;) {
			struct inode *watched = NULL;

			spin_lock(&notify_lock);
			if (g->watches[b].first)
				watched = detach_locked(hlist_entry(g->watches[b].first, struct watch, by_wd), false);
			spin_unlock(&notify_lock);
			if (!watched)
				break;
			iput(watched);
		}
	while (!list_empty(&g->events)) {
		struct event *e = list_first_entry(&g->events, struct event, link);

		list_del(&e->link);
		if (e != &g->overflow)
			kfree(e);
	}
	atomic_dec(&g->user->inotify_groups);
	user_put(g->user);
	kfree(g);
}

static void inotify_fdinfo(struct seq_file *m, struct file *f)
{
	struct group *g = f->private;
	struct watch *w;

	spin_lock(&notify_lock);
	for (unsigned b = 0; b < BUCKETS; b++)
		hlist_for_each_entry(w, &g->watches[b], by_wd)
			seq_printf(m, "inotify wd:%x ino:%llx sdev:%x mask:%x ignored_mask:0\n", (unsigned)w->wd, w->inode->ino,
				   (unsigned)w->inode->sb->dev, w->mask & IN_ALL_EVENTS);
	spin_unlock(&notify_lock);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read, .poll = inotify_poll, .ioctl = inotify_ioctl, .release = inotify_release,
	.show_fdinfo = inotify_fdinfo,
};

long sys_inotify_init1(int flags)
{
	struct user *user = current_cred()->user;
	struct group *g;
	int fd;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	if (atomic_read(&user->inotify_groups) >= max_instances)
		return -EMFILE;
	g = kzalloc(sizeof(*g), GFP_KERNEL);
	if (!g)
		return -ENOMEM;
	list_init(&g->events);
	wait_queue_init(&g->wait);
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

static struct watch *find_wd(struct group *g, s32 wd)
{
	struct watch *w;

	hlist_for_each_entry(w, &g->watches[(u32)wd % BUCKETS], by_wd)
		if (w->wd == wd)
			return w;
	return NULL;
}

/* notify_lock held. The watch descriptor, or -errno; uses up *fresh if it makes a watch. */
static int add_locked(struct group *g, struct inode *inode, u32 mask, struct watch **fresh)
{
	struct watch *w;

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
	w->inode = iget(inode);
	list_add_tail(&w->on_inode, &inode->watches);
	hlist_add_head(&w->by_wd, &g->watches[(u32)w->wd % BUCKETS]);
	atomic_inc(&g->user->inotify_watches);
	notify_watches++;
	return w->wd;
}

long sys_inotify_add_watch(int fd, const char __user *name, u32 mask)
{
	unsigned how = (mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW) | (mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0);
	struct watch *fresh;
	struct file *f;
	struct path path;
	int error;

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
	struct watch *w;
	int error;
	struct file *f = group_file(fd, &error);

	if (!f)
		return error;
	spin_lock(&notify_lock);
	w = find_wd(f->private, wd);
	if (w)
		inode = detach_locked(w, true);
	spin_unlock(&notify_lock);
	file_put(f);
	if (!inode)
		return -EINVAL;
	iput(inode);
	return 0;
}

static int __init inotify_sysctls(void)
{
	int error = sysctl_int("fs/inotify/max_queued_events", 0644, &max_events, 0, 0x7fffffff);

	if (!error)
		error = sysctl_int("fs/inotify/max_user_instances", 0644, &max_instances, 0, 0x7fffffff);
	return error ? error : sysctl_int("fs/inotify/max_user_watches", 0644, &max_watches, 0, 0x7fffffff);
}
late_initcall(inotify_sysctls);
