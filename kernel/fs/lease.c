/*
 * Leases of files (F_SETLEASE): the holder is told by a signal when somebody is about to open the file in a way that the
 * lease keeps out, and has lease_break_time to give it up or to make it a lesser one; whoever opens waits as long. One that
 * is not given up by then is taken; with a time of 0 none ever is.
 *
 * A lease is an open file's, one at most, and goes with it. lease_lock guards all, which are few; an opener has been counted
 * in its inode before it looks for leases, and a lease is given by those counts, so neither misses the other.
 */
#include <abi/capability.h>
#include <core/init.h>
#include <fs/fasync.h>
#include <fs/internal.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>

struct lease {
	struct list_head link;
	struct file *file;		/* not counted: it lets go of the lease first */
	int type, target;		/* F_*; they differ while it is being broken */
	nsec_t end;			/* then it becomes the target by itself */
	pid_t pid;
	struct fasync fasync;
};

static LIST_HEAD(leases);
static DEFINE_SPINLOCK(lease_lock, RANK_LEASE);
static DEFINE_WAIT_QUEUE(lease_wait);
static u32 changes;			/* lease_lock: grows when one ends or becomes less */
static int enabled = 1, break_seconds = 45;

/* ---- under lease_lock ---- */

static struct lease *find(const struct file *f)
{
	struct lease *l;

	list_for_each_entry(l, &leases, link)
		if (l->file == f)
			return l;
	return NULL;
}

static void change(struct lease *l, int type)
{
	l->type = l->target = type;
	changes++;
	wake_up_all(&lease_wait);
	if (type != F_UNLCK)
		return;
	list_del(&l->link);
	l->file->inode->leases--;
	(void)fasync_list(-1, l->file, false, &l->fasync);	/* leaving needs no memory */
	file_set_owner(l->file, OWNER_PID, NULL, true);
	l->file->owner.signum = 0;
	kfree(l);
}

/* Time is up. */
static void expire(const struct inode *inode)
{
	nsec_t now = ktime_get();
	struct lease *l, *next;

	list_for_each_entry_safe(l, next, &leases, link)
		if (l->file->inode == inode && l->type != l->target && now >= l->end)
			change(l, l->target);
}

/* Tells who keeps such an opener out. When the first of them will have lost its lease; 0: nobody does. */
static nsec_t ask(const struct inode *inode, bool write)
{
	int target = write ? F_UNLCK : F_RDLCK;
	nsec_t end = 0;
	struct lease *l;

	list_for_each_entry(l, &leases, link) {
		if (l->file->inode != inode || !(write || l->type == F_WRLCK))
			continue;
		if (l->target != F_UNLCK && l->target != target) {
			if (l->target == l->type)
				l->end = break_seconds ? ktime_get() + (u32)break_seconds * NSEC_PER_SEC : MAX_SCHEDULE_TIMEOUT;
			l->target = target;
			fasync_tell(&l->fasync, POLL_MSG);
		}
		end = end ? min(end, l->end) : l->end;
	}
	return end;
}

/* May `f` have a lease of this type, as far as who has the file open goes? */
static bool excluded(const struct file *f, int type)
{
	int writers = atomic_read(&f->inode->write_count), readers = atomic_read(&f->inode->read_count);

	if (type == F_RDLCK)
		return writers > 0;
	return writers != (f->mode & FMODE_WRITER ? 1 : 0) || readers != (f->mode & FMODE_READER ? 1 : 0);
}

static int give(struct file *f, int type, struct lease **fresh)
{
	struct lease *l, *mine = NULL;

	if (excluded(f, type))
		return -EAGAIN;
	list_for_each_entry(l, &leases, link) {
		if (l->file->inode != f->inode)
			continue;
		if (l->file == f)
			mine = l;
		else if (type == F_WRLCK || l->target == F_UNLCK)
			return -EAGAIN;
	}
	if (mine) {
		change(mine, type);
		return 0;
	}
	l = *fresh;
	*fresh = NULL;
	l->type = l->target = type;
	list_add_tail(&l->link, &leases);
	f->inode->leases++;
	return 0;
}

/* ---- openers ---- */

int lease_break_slow(struct inode *inode, unsigned flags)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;
	nsec_t end, now, left;
	u32 seen;

	for (;;) {
		spin_lock(&lease_lock);
		expire(inode);
		end = ask(inode, write);
		seen = changes;
		spin_unlock(&lease_lock);
		if (!end)
			return 0;
		if (flags & O_NONBLOCK)
			return -EWOULDBLOCK;
		now = ktime_get();
		left = end == MAX_SCHEDULE_TIMEOUT ? end : end > now ? end - now : 0;
		if (wait_event_interruptible_timeout(&lease_wait, READ_ONCE(changes) != seen, &left))
			return -ERESTARTSYS;
	}
}

/* ---- holders ---- */

static int add(unsigned fd, struct file *f, int type)
{
	struct lease *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	int error = -ENOMEM;

	if (!fresh)
		return error;
	fresh->file = f;
	fresh->pid = current->tgid;
	fasync_init(&fresh->fasync);
	error = fasync_list((int)fd, f, true, &fresh->fasync);
	if (error) {
		kfree(fresh);
		return error;
	}
	spin_lock(&lease_lock);
	expire(f->inode);
	error = give(f, type, &fresh);
	spin_unlock(&lease_lock);
	if (fresh) {
		(void)fasync_list(-1, f, false, &fresh->fasync);
		kfree(fresh);
	} else {
		file_set_owner(f, OWNER_PID, pid_get(current_tgid()), false);
	}
	return error;
}

long lease_set(unsigned fd, struct file *f, unsigned long type)
{
	struct lease *l;

	if (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK)
		return -EINVAL;
	if (current_cred()->fsuid != f->inode->uid && !capable(CAP_LEASE))
		return -EACCES;
	if (!S_ISREG(f->inode->mode))
		return -EINVAL;
	if (type != F_UNLCK)
		return enabled ? add(fd, f, (int)type) : -EINVAL;
	spin_lock(&lease_lock);
	l = find(f);
	if (l)
		change(l, F_UNLCK);
	spin_unlock(&lease_lock);
	return l ? 0 : -EAGAIN;
}

long lease_get(struct file *f)
{
	struct lease *l;
	long type;

	spin_lock(&lease_lock);
	expire(f->inode);
	l = find(f);
	type = l ? l->target : F_UNLCK;
	spin_unlock(&lease_lock);
	return type;
}

void lease_release_slow(struct file *f)
{
	struct lease *l;

	spin_lock(&lease_lock);
	l = find(f);
	if (l)
		change(l, F_UNLCK);
	spin_unlock(&lease_lock);
}

void leases_show(struct seq_file *m, unsigned n)
{
	static const char *const types[] = { [F_RDLCK] = "READ ", [F_WRLCK] = "WRITE", [F_UNLCK] = "UNLCK" };
	struct lease *l;

	spin_lock(&lease_lock);
	list_for_each_entry(l, &leases, link) {
		dev_t dev = l->file->inode->sb->dev;

		seq_printf(m, "%u: LEASE  %s %s %d %02x:%02x:%llu 0 EOF\n", ++n, l->type == l->target ? "ACTIVE   " : "BREAKING ",
			   types[l->target], l->pid, MAJOR(dev), MINOR(dev), l->file->inode->ino);
	}
	spin_unlock(&lease_lock);
}

static int __init lease_sysctls(void)
{
	int error = sysctl_int("fs/leases-enable", 0644, &enabled, 0, 1);

	return error ? error : sysctl_int("fs/lease-break-time", 0644, &break_seconds, 0, 0x7fffffff);
}
late_initcall(lease_sysctls);
