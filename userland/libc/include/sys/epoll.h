/* epoll. */
#ifndef LIBC_SYS_EPOLL_H
#define LIBC_SYS_EPOLL_H

#include <bits/types.h>
#include <bits/sigset.h>
#include <abi/poll.h>

typedef union epoll_data {
	void *ptr;
	int fd;
	__u32 u32;
	__u64 u64;
} epoll_data_t;

struct epoll_event {
	__u32 events;
	epoll_data_t data;
};

int epoll_create(int size);
int epoll_create1(int flags);
int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
int epoll_wait(int epoll, struct epoll_event *events, int count, int milliseconds);
int epoll_pwait(int epoll, struct epoll_event *events, int count, int milliseconds,
		const sigset_t *mask);

#endif
