/* Sockets: each is the system call of its name. Time limits are two 64-bit words for the kernel, a timeval here. */
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include "libc.h"

int socket(int family, int type, int protocol)
{
	return SYS3(socket, family, type, protocol);
}

int socketpair(int family, int type, int protocol, int fds[2])
{
	return SYS4(socketpair, family, type, protocol, fds);
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	return SYS3(bind, fd, address, length);
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	return SYS3(connect, fd, address, length);
}

int listen(int fd, int backlog)
{
	return SYS2(listen, fd, backlog);
}

int accept4(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length, int flags)
{
	return SYS4(accept4, fd, address, length, flags);
}

int accept(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length)
{
	return accept4(fd, address, length, 0);
}

int getsockname(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length)
{
	return SYS3(getsockname, fd, address, length);
}

int getpeername(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length)
{
	return SYS3(getpeername, fd, address, length);
}

static int is_time(int level, int name, socklen_t length)
{
	return level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO) && length >= sizeof(struct timeval);
}

int getsockopt(int fd, int level, int name, void *__restrict value, socklen_t *__restrict length)
{
	struct timeval *tv = value;
	__s64 words[2];
	socklen_t size = sizeof(words);

	if (!is_time(level, name, *length))
		return SYS5(getsockopt, fd, level, name, value, length);
	if (SYS5(getsockopt, fd, level, name, words, &size) < 0)
		return -1;
	tv->tv_sec = (time_t)words[0];
	tv->tv_usec = (__typeof__(tv->tv_usec))words[1];
	*length = sizeof(*tv);
	return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	const struct timeval *tv = value;
	__s64 words[2];

	if (!is_time(level, name, length))
		return SYS5(setsockopt, fd, level, name, value, length);
	words[0] = tv->tv_sec;
	words[1] = tv->tv_usec;
	return SYS5(setsockopt, fd, level, name, words, sizeof(words));
}

int shutdown(int fd, int how)
{
	return SYS2(shutdown, fd, how);
}

ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *address, socklen_t address_length)
{
	return SYS6(sendto, fd, data, length, flags, address, address_length);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
	return sendto(fd, data, length, flags, NULL, 0);
}

ssize_t recvfrom(int fd, void *__restrict data, size_t length, int flags, struct sockaddr *__restrict address,
		 socklen_t *__restrict address_length)
{
	return SYS6(recvfrom, fd, data, length, flags, address, address_length);
}

ssize_t recv(int fd, void *data, size_t length, int flags)
{
	return recvfrom(fd, data, length, flags, NULL, NULL);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	return SYS3(sendmsg, fd, message, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	return SYS3(recvmsg, fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	return SYS4(sendmmsg, fd, messages, count, flags);
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
	return SYS5(recvmmsg_time64, fd, messages, count, flags, timeout);
}
