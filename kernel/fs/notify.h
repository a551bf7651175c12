/*
 * Between notify.c and those who watch: groups of watches on inodes.
 *
 * inotify's groups are open files with events in a queue; a group of dnotify has one watch, no events, and tells by signal
 * alone. A group lives while it is counted: by its file or its watch, and by whoever is about to send its signals.
 */
#ifndef FS_NOTIFY_GROUPS_H
#define FS_NOTIFY_GROUPS_H

#include <fs/fasync.h>
#include <fs/notify.h>
#include <sched/cred.h>

#define NOTIFY_BUCKETS	64u
#define IN_RENAMED	0x1000u		/* of directories, for dnotify alone: a name changed within it */

struct notify_event {
	struct list_head link;
	s32 wd;
	u32 mask, cookie;
	u32 len;			/* of the name, without its end */
	char name[];
};

/* All under notify_lock but for count and fasync. */
struct notify_group {
	atomic_t count;
	bool dnotify;
	struct fasync fasync;
	struct list_head telling;	/* its signals are to be sent: in a list of whoever sends events */
	u32 untold;			/* so many */
	struct list_head events;
	u32 queued, bytes;		/* events; what they take in read() */
	struct notify_event overflow;	/* in the list or not */
	bool overflown;
	struct hlist_head watches[NOTIFY_BUCKETS];	/* by wd */
	s32 next_wd;
	struct user *user;
	struct wait_queue wait;
};

struct notify_watch {
	struct list_head on_inode;
	struct hlist_node by_wd;
	struct notify_group *group;
	struct inode *inode;		/* counted */
	s32 wd;
	u32 mask;
	struct file *file;		/* dnotify: by which file and of which descriptor table; not counted */
	struct files *table;
};

/* What is left to do when the locks are dropped. */
struct notify_aftermath {
	struct list_head ended;		/* watches */
	struct list_head telling;	/* groups, counted */
};
#define NOTIFY_AFTERMATH(name) \
	struct notify_aftermath name = { LIST_HEAD_INIT(name.ended), LIST_HEAD_INIT(name.telling) }

extern spinlock_t notify_lock;
extern int notify_max_events;

void notify_group_init(struct notify_group *g);
void notify_group_put(struct notify_group *g);
static inline u32 notify_record_size(const struct notify_event *e)
{
	const u32 head = sizeof(struct abi_inotify_event);

	return head + (e->len ? ALIGN_UP(e->len + 1, head) : 0);
}
/* notify_lock held. */
void notify_attach_locked(struct notify_watch *w, struct inode *inode);	/* counts the inode */
void notify_queue_locked(struct notify_group *g, s32 wd, u32 mask, u32 cookie, const char *name, u32 len,
			 struct notify_aftermath *after);
/* Unties and frees it; the inode is the caller's to put, without the lock. tell: by an IN_IGNORED. */
struct inode *notify_detach_locked(struct notify_watch *w, bool tell, struct notify_aftermath *after);
/* No spin lock held. */
void notify_finish(struct notify_aftermath *after);

#endif
