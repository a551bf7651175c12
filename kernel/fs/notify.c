/*
 * Who is told of what happens to files. A watch ties an inode to a group and holds the inode, so that one that is only
 * watched stays in memory; it goes with the inode's last name, its filesystem or its group.
 *
 * notify_lock guards all watches, lists and queues. Events are sent from deep inside of other calls, so the lock spins
 * and events are allocated without sleeping; one that finds no memory or a full queue becomes the overflow event that
 * every group has in reserve. Signals (O_ASYNC) take locks that come first: they are sent when it has been dropped.
 */
#include <core/init.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include "notify.h"

DEFINE_SPINLOCK(notify_lock, RANK_NOTIFY);
unsigned notify_watches;		/* notify_lock */
static u32 next_cookie;			/* notify_lock */
int notify_max_events = 16384;

/* ---- events ---- */

void notify_group_init(struct notify_group *g)
{
	atomic_set(&g->count, 1);
	fasync_init(&g->fasync);
	list_init(&g->telling);
	list_init(&g->events);
	wait_queue_init(&g->wait);
}

void notify_group_put(struct notify_group *g)
{
	if (!atomic_dec_and_test(&g->count))
		return;
	user_put(g->user);
	kfree(g);
}

static bool same_as_last(const struct notify_group *g, s32 wd, u32 mask, u32 cookie, const char *name, u32 len)
{
	const struct notify_event *e;

	if (list_empty(&g->events))
		return false;
	e = list_last_entry(&g->events, struct notify_event, link);
	return e->wd == wd && e->mask == mask && e->cookie == cookie && e->len == len && memcmp(e->name, name, len) == 0;
}

static void append(struct notify_group *g, struct notify_event *e)
{
	list_add_tail(&e->link, &g->events);
	g->queued++;
	g->bytes += notify_record_size(e);
}

static void tell_later(struct notify_group *g, struct notify_aftermath *after)
{
	if (!fasync_active(&g->fasync))
		return;
	g->untold++;
	if (!list_empty(&g->telling))
		return;			/* whoever has it in a list has yet to send */
	atomic_inc(&g->count);
	list_add_tail(&g->telling, &after->telling);
}

void notify_queue_locked(struct notify_group *g, s32 wd, u32 mask, u32 cookie, const char *name, u32 len,
			 struct notify_aftermath *after)
{
	struct notify_event *e = NULL;

	if (same_as_last(g, wd, mask, cookie, name, len))
		return;
	if (g->queued < (u32)notify_max_events)
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
	tell_later(g, after);
}

/* ---- watches ---- */

void notify_attach_locked(struct notify_watch *w, struct inode *inode)
{
	w->inode = iget(inode);
	list_add_tail(&w->on_inode, &inode->watches);
	notify_watches++;
}

struct inode *notify_detach_locked(struct notify_watch *w, bool tell, struct notify_aftermath *after)
{
	struct inode *inode = w->inode;

	if (tell)
		notify_queue_locked(w->group, w->wd, IN_IGNORED, 0, "", 0, after);
	list_del(&w->on_inode);
	if (!w->group->dnotify) {
		hlist_del_init(&w->by_wd);
		atomic_dec(&w->group->user->inotify_watches);
	}
	notify_watches--;
	kfree(w);
	return inode;
}

/* The lock is to be dropped first. Its group may lose its file meanwhile. */
static void end_later(struct notify_watch *w, struct notify_aftermath *after)
{
	notify_queue_locked(w->group, w->wd, IN_IGNORED, 0, "", 0, after);
	hlist_del_init(&w->by_wd);
	atomic_inc(&w->group->count);
	list_move(&w->on_inode, &after->ended);
}

/* One of dnotify's that was asked for once stays until its file is closed, and is deaf. */
static void send_dnotify(struct notify_watch *w, struct notify_aftermath *after)
{
	tell_later(w->group, after);
	if (w->mask & IN_ONESHOT)
		w->mask = 0;
}

/* To all who watch inode. A one-shot watch ends with its event; its inode is put later, for dput() may be under way. */
static void send_locked(struct inode *inode, u32 mask, u32 cookie, const char *name, u32 len, bool unlinked,
			struct notify_aftermath *after)
{
	struct notify_watch *w, *next;

	list_for_each_entry_safe(w, next, &inode->watches, on_inode) {
		if (!(w->mask & mask & (IN_ALL_EVENTS | IN_RENAMED)) || (unlinked && (w->mask & IN_EXCL_UNLINK)))
			continue;
		if (w->group->dnotify) {
			send_dnotify(w, after);
			continue;
		}
		notify_queue_locked(w->group, w->wd, mask, cookie, name, len, after);
		if (w->mask & IN_ONESHOT)
			end_later(w, after);
	}
}

static void send_signals(struct notify_aftermath *after)
{
	for (;;) {
		struct notify_group *g = NULL;
		u32 times = 0;

		spin_lock(&notify_lock);
		if (!list_empty(&after->telling)) {
			g = list_first_entry(&after->telling, struct notify_group, telling);
			list_del_init(&g->telling);
			times = g->untold;
			g->untold = 0;
		}
		spin_unlock(&notify_lock);
		if (!g)
			return;
		while (times--)
			fasync_tell(&g->fasync, g->dnotify ? POLL_MSG : POLL_IN);
		notify_group_put(g);
	}
}

void notify_finish(struct notify_aftermath *after)
{
	while (!list_empty(&after->ended)) {
		struct notify_watch *w = list_first_entry(&after->ended, struct notify_watch, on_inode);
		struct notify_group *g = w->group;
		struct inode *inode;

		spin_lock(&notify_lock);
		inode = notify_detach_locked(w, false, after);
		spin_unlock(&notify_lock);
		iput(inode);
		notify_group_put(g);
	}
	if (unlikely(!list_empty(&after->telling)))
		send_signals(after);
}

void notify_dentry_slow(struct dentry *d, u32 mask)
{
	struct inode *inode = d->inode;
	struct dentry *parent;
	NOTIFY_AFTERMATH(after);

	if (!inode)
		return;
	if (S_ISDIR(inode->mode))
		mask |= IN_ISDIR;
	spin_lock(&dcache_lock);
	spin_lock(&notify_lock);
	parent = d->parent;
	if (parent != d && parent->inode && !list_empty(&parent->inode->watches))
		send_locked(parent->inode, mask, 0, d->name.name, d->name.len, !(d->flags & DCACHE_HASHED), &after);
	if (!list_empty(&inode->watches))
		send_locked(inode, mask, 0, "", 0, false, &after);
	spin_unlock(&notify_lock);
	spin_unlock(&dcache_lock);
	notify_finish(&after);
}

static void send_name(struct inode *dir, u32 mask, u32 cookie, const char *name, u32 len)
{
	NOTIFY_AFTERMATH(after);

	spin_lock(&notify_lock);
	send_locked(dir, mask, cookie, name, len, false, &after);
	spin_unlock(&notify_lock);
	notify_finish(&after);
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

/*
 * All watches of an inode end, with an event of their own. None is dnotify's: those go when their file is closed, which
 * keeps the inode and its filesystem.
 */
static void end_all(struct inode *inode, u32 mask)
{
	NOTIFY_AFTERMATH(after);
	struct notify_watch *w;

	spin_lock(&notify_lock);
	while (!list_empty(&inode->watches)) {
		w = list_first_entry(&inode->watches, struct notify_watch, on_inode);
		ASSERT(!w->group->dnotify);
		if (mask == IN_UNMOUNT || (w->mask & mask))
			notify_queue_locked(w->group, w->wd, mask, 0, "", 0, &after);
		end_later(w, &after);
	}
	spin_unlock(&notify_lock);
	notify_finish(&after);
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
	NOTIFY_AFTERMATH(after);

	if (!m->old)
		return;
	if (done) {
		spin_lock(&notify_lock);
		cookie = ++next_cookie;
		spin_unlock(&notify_lock);
		send_name(odir, IN_MOVED_FROM | dir, cookie, m->old, m->old_len);
		send_name(ndir, IN_MOVED_TO | dir, cookie, moved->name.name, moved->name.len);
		if (odir == ndir)
			send_name(odir, IN_RENAMED | dir, cookie, moved->name.name, moved->name.len);
		spin_lock(&notify_lock);
		if (target)
			send_locked(target, IN_ATTRIB | (S_ISDIR(target->mode) ? IN_ISDIR : 0), 0, "", 0, false, &after);
		if (moved->inode)
			send_locked(moved->inode, IN_MOVE_SELF | dir, 0, "", 0, false, &after);
		spin_unlock(&notify_lock);
		notify_finish(&after);
		if (target)
			notify_dropped(target);
	}
	kfree(m->old);
}
