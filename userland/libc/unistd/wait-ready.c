/* Waiting for descriptors: poll, select, epoll, and descriptors made of events. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "thread.h"

#define SIGSET_SIZE 8

int poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
	return CP3(poll, fds, count, milliseconds);
}

/* The kernel writes the time left into its argument, which is const here. */
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec left;

	if (timeout)
		left = *timeout;
	return CP5(ppoll_time64, fds, count, timeout ? &left : NULL, mask, SIGSET_SIZE);
}

int pselect(int count, fd_set *__restrict reading, fd_set *__restrict writing,
	    fd_set *__restrict exceptions, const struct timespec *__restrict timeout,
	    const sigset_t *__restrict mask)
{
	struct abi_sigset_argpack pack = { (uintptr_t)mask, SIGSET_SIZE };
	struct timespec left;

	if (timeout)
		left = *timeout;
	return CP6(pselect6_time64, count, reading, writing, exceptions, timeout ? &left : NULL, &pack);
}

int select(int count, fd_set *__restrict reading, fd_set *__restrict writing,
	   fd_set *__restrict exceptions, struct timeval *__restrict timeout)
{
	struct timespec left;
	int ready;

	if (timeout) {
		if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
			errno = EINVAL;
			return -1;
		}
		left = (struct timespec){
			.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000,
			.tv_nsec = timeout->tv_usec % 1000000 * 1000,
		};
	}
	ready = CP6(pselect6_time64, count, reading, writing, exceptions, timeout ? &left : NULL, NULL);
	if (timeout)
		*timeout = (struct timeval){ left.tv_sec, left.tv_nsec / 1000 };
	return ready;
}

int epoll_create(int size)
{
	return SYS1(epoll_create, size);
}

int epoll_create1(int flags)
{
	return SYS1(epoll_create1, flags);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	return SYS4(epoll_ctl, epoll, operation, fd, event);
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int milliseconds)
{
	return CP4(epoll_wait, epoll, events, count, milliseconds);
}

int epoll_pwait(int epoll, struct epoll_event *events, int count, int milliseconds,
		const sigset_t *mask)
{
	return CP6(epoll_pwait, epoll, events, count, milliseconds, mask, SIGSET_SIZE);
}

int eventfd(unsigned count, int flags)
{
	return SYS2(eventfd2, count, flags);
}

int eventfd_read(int fd, eventfd_t *value)
{
	return read(fd, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value)
{
	return write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}

int signalfd(int fd, const sigset_t *mask, int flags)
{
	return SYS4(signalfd4, fd, mask, SIGSET_SIZE, flags);
}

int inotify_init(void)
{
	return SYS0(inotify_init);
}

int inotify_init1(int flags)
{
	return SYS1(inotify_init1, flags);
}

int inotify_add_watch(int fd, const char *path, unsigned mask)
{
	return SYS3(inotify_add_watch, fd, path, mask);
}

int inotify_rm_watch(int fd, int watch)
{
	return SYS2(inotify_rm_watch, fd, watch);
}
