/* poll(). */
#ifndef LIBC_POLL_H
#define LIBC_POLL_H

#include <bits/types.h>
#include <bits/sigset.h>
#include <abi/poll.h>

typedef unsigned long nfds_t;

struct pollfd {
	int fd;
	short events;
	short revents;
};

int poll(struct pollfd *fds, nfds_t count, int milliseconds);
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

#endif
