/* POSIX message queues: what mqueue_fs.c, which makes and opens them, and mqueue.c, which moves messages, share. */
#ifndef FS_MQUEUE_H
#define FS_MQUEUE_H

#include <fs/vfs.h>
#include <sched/signal.h>
#include <abi/mqueue.h>

struct mq_message {
	struct list_head link;
	u32 prio, len;
	char data[];
};

/* Locks: q lock, I immutable */
struct mqueue {
	s32 max_messages, max_size;	/* I */
	u32 charged;			/* I */
	struct user *user;		/* I */
	spinlock_t lock;
	struct list_head messages;	/* q highest priority first, oldest first among equals */
	s32 count;			/* q */
	u32 bytes;			/* q */
	u32 receivers;			/* q asleep in a receive: a notification is not for what they take */
	struct pid *notify_pid;		/* q counted; NULL: nobody is registered */
	int notify_signal;		/* q 0: none is sent */
	union abi_sigval notify_value;	/* q */
	struct wait_queue readable, writable;
};

extern const struct file_ops mq_ops;

/* The open queue of a descriptor, counted; NULL with *error: none, or not open so. mode: FMODE_*, any of them. */
struct file *mq_file(int fd, unsigned mode, int *error);

#endif
