/* Process descriptors (pidfd_open, CLONE_PIDFD, waitid with P_PIDFD). */
#ifndef SCHED_PIDFD_H
#define SCHED_PIDFD_H

#include <sched/pid.h>

struct file;

/* A reserved descriptor, close-on-exec, and the file for fd_install(); or -errno. flags: O_NONBLOCK. */
int pidfd_make(struct pid *pid, unsigned flags, struct file **file);
/* Whom the descriptor stands for, counted; ERR_PTR(-EBADF). flags: the file's, or NULL. */
struct pid *pidfd_pid(unsigned fd, unsigned *flags);

#endif
