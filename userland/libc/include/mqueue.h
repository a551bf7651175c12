/* Message queues. */
#ifndef LIBC_MQUEUE_H
#define LIBC_MQUEUE_H

#include <bits/types.h>
#include <fcntl.h>
#include <signal.h>
#include <abi/mqueue.h>

typedef int mqd_t;

struct mq_attr {
	long mq_flags;
	long mq_maxmsg;
	long mq_msgsize;
	long mq_curmsgs;
	long __reserved[4];
};

int mq_close(mqd_t queue);
int mq_getattr(mqd_t queue, struct mq_attr *attributes);
/* SIGEV_THREAD is EINVAL. */
int mq_notify(mqd_t queue, const struct sigevent *event);
mqd_t mq_open(const char *name, int flags, ...);
ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned *priority);
int mq_send(mqd_t queue, const char *message, size_t length, unsigned priority);
int mq_setattr(mqd_t queue, const struct mq_attr *__restrict attributes, struct mq_attr *__restrict old);
ssize_t mq_timedreceive(mqd_t queue, char *__restrict message, size_t size, unsigned *__restrict priority,
			const struct timespec *__restrict until);
int mq_timedsend(mqd_t queue, const char *message, size_t length, unsigned priority, const struct timespec *until);
int mq_unlink(const char *name);

#endif
