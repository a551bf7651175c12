/* poll and epoll */
#ifndef ABI_POLL_H
#define ABI_POLL_H

#include <abi/int.h>

#define POLLIN		0x0001
#define POLLPRI		0x0002
#define POLLOUT		0x0004
#define POLLERR		0x0008
#define POLLHUP		0x0010
#define POLLNVAL	0x0020
#define POLLRDNORM	0x0040
#define POLLRDBAND	0x0080
#define POLLWRNORM	0x0100
#define POLLWRBAND	0x0200
#define POLLMSG		0x0400
#define POLLREMOVE	0x1000
#define POLLRDHUP	0x2000

struct abi_pollfd {
	__s32 fd;
	__s16 events;
	__s16 revents;
};

#define EPOLL_CLOEXEC	02000000

#define EPOLL_CTL_ADD	1
#define EPOLL_CTL_DEL	2
#define EPOLL_CTL_MOD	3

#define EPOLLIN		0x0001U
#define EPOLLPRI	0x0002U
#define EPOLLOUT	0x0004U
#define EPOLLERR	0x0008U
#define EPOLLHUP	0x0010U
#define EPOLLNVAL	0x0020U
#define EPOLLRDNORM	0x0040U
#define EPOLLRDBAND	0x0080U
#define EPOLLWRNORM	0x0100U
#define EPOLLWRBAND	0x0200U
#define EPOLLMSG	0x0400U
#define EPOLLRDHUP	0x2000U
#define EPOLLEXCLUSIVE	(1U << 28)
#define EPOLLWAKEUP	(1U << 29)
#define EPOLLONESHOT	(1U << 30)
#define EPOLLET		(1U << 31)

struct abi_epoll_event {
	__u32 events;
	__u64 data;
};

#endif
