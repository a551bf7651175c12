/*
 * Signals instead of waiting: files with O_ASYNC whose owner (F_SETOWN, F_SETSIG) is told by SIGIO that something has come.
 * What can become ready has a list; its file operation fasync() is fasync_set() with it, and every file leaves it before it
 * is released. fasync_tell() takes tasklist_lock: not from interrupts, and not with a spin lock of a higher rank.
 */
#ifndef FS_FASYNC_H
#define FS_FASYNC_H

#include <core/list.h>
#include <core/types.h>

struct file;
struct pid;

struct fasync {
	struct list_head files;		/* fasync_lock */
};
static inline void fasync_init(struct fasync *l) { list_init(&l->files); }
static inline bool fasync_active(const struct fasync *l) { return !list_empty(&l->files); }
int fasync_set(int fd, struct file *f, bool on, struct fasync *l);	/* 0 or -ENOMEM; fd is what the signal tells */
int fasync_list(int fd, struct file *f, bool on, struct fasync *l);	/* the same for lists that files leave otherwise */
void fasync_send(struct fasync *l, int why);
/* why: POLL_IN and so on, of abi/signal.h */
static inline void fasync_tell(struct fasync *l, int why)
{
	if (unlikely(fasync_active(l)))
		fasync_send(l, why);
}

/* f_owner_ex.type */
enum { OWNER_TID, OWNER_PID, OWNER_PGRP };
/* pid: the caller's reference is taken; NULL: nobody. `force`: also in place of an owner that is there. */
void file_set_owner(struct file *f, int type, struct pid *pid, bool force);
/* As F_SETOWN, F_SETOWN_EX and ioctls name it; 0: nobody. 0 or -ESRCH. */
int file_set_owner_nr(struct file *f, int type, pid_t nr);
pid_t file_owner_nr(const struct file *f);	/* negative: a group */
bool file_send_urgent(struct file *f);		/* SIGURG to the owner; false: nobody owns it */

#endif
