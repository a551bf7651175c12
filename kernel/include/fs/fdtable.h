/* Descriptor tables. fd_get() returns a referenced file; pair with file_put(). */
#ifndef FS_FDTABLE_H
#define FS_FDTABLE_H

#include <fs/vfs.h>
#include <sched/task.h>

struct files {
	atomic_t count;			/* tasks that share it */
	spinlock_t lock;		/* RANK_FILES */
	struct file **fd;		/* lock */
	unsigned long *open_bits, *cloexec_bits;	/* lock */
	unsigned max;			/* lock: size of the arrays */
	unsigned next;			/* lock: lowest that may be free */
	struct file *inline_fd[32];
	unsigned long inline_open[1], inline_cloexec[1];
};

struct files *files_alloc(void);
struct files *files_dup(struct files *f, int *error);	/* fork: a copy */
void files_put(struct files *f);			/* closes all when the last goes; sleeps */
void files_close_on_exec(struct files *f);
int files_unshare_current(void);			/* exec: own table */

struct file *fd_get(unsigned fd);			/* NULL: -EBADF; refuses O_PATH */
struct file *fd_get_raw(unsigned fd);			/* O_PATH allowed */
int fd_alloc(unsigned from, unsigned flags);		/* lowest free >= from reserved; -EMFILE. flags: O_CLOEXEC */
void fd_install(unsigned fd, struct file *f);		/* consumes the reference */
void fd_release(unsigned fd);				/* of a reserved, not installed one */
int fd_close(unsigned fd);				/* 0, -EBADF, or flush's error */
/* dup2(): fd refers to file afterwards (its reference is taken); what was there is closed. -EBADF past the limit, -EBUSY, -ENOMEM. */
int fd_replace(unsigned fd, struct file *file, unsigned flags);
bool fd_cloexec(unsigned fd);
void fd_set_cloexec(unsigned fd, bool on);
unsigned fd_next_open(struct files *f, unsigned from);	/* the first open descriptor from there on; ~0u */
struct file *task_fd_get(struct task *t, unsigned fd);	/* /proc; NULL */

#endif
