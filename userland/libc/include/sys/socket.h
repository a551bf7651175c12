/* Sockets. */
#ifndef LIBC_SYS_SOCKET_H
#define LIBC_SYS_SOCKET_H

#include <bits/types.h>
#include <sys/uio.h>
#include <abi/socket.h>

/* time_t has 64 bits here. */
#undef SO_RCVTIMEO
#undef SO_SNDTIMEO
#undef SO_TIMESTAMP
#undef SO_TIMESTAMPNS
#define SO_RCVTIMEO	SO_RCVTIMEO_NEW
#define SO_SNDTIMEO	SO_SNDTIMEO_NEW
#define SO_TIMESTAMP	SO_TIMESTAMP_NEW
#define SO_TIMESTAMPNS	SO_TIMESTAMPNS_NEW

typedef unsigned short sa_family_t;
typedef unsigned socklen_t;

#define PF_UNIX		AF_UNIX
#define PF_LOCAL	AF_UNIX
#define PF_INET		AF_INET
#define PF_INET6	AF_INET6
#define PF_UNSPEC	AF_UNSPEC

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};

struct sockaddr_storage {
	sa_family_t ss_family;
	char ss_padding[126];
} __attribute__((aligned(4)));

struct msghdr {
	void *msg_name;
	socklen_t msg_namelen;
	struct iovec *msg_iov;
	size_t msg_iovlen;
	void *msg_control;
	size_t msg_controllen;
	int msg_flags;
};

struct mmsghdr {
	struct msghdr msg_hdr;
	unsigned msg_len;
};

struct cmsghdr {
	socklen_t cmsg_len;
	int cmsg_level;
	int cmsg_type;
};

#define ucred		abi_ucred
#define linger		abi_linger
#define CMSG_ALIGN(n)	ABI_CMSG_ALIGN(n)
#define CMSG_LEN(n)	ABI_CMSG_LEN(n)
#define CMSG_SPACE(n)	ABI_CMSG_SPACE(n)
#define CMSG_DATA(c)	((unsigned char *)((c) + 1))
#define CMSG_FIRSTHDR(m) \
	((m)->msg_controllen >= sizeof(struct cmsghdr) ? (struct cmsghdr *)(m)->msg_control : (struct cmsghdr *)0)
#define CMSG_NXTHDR(m, c) \
	((char *)(c) + CMSG_ALIGN((c)->cmsg_len) + sizeof(struct cmsghdr) <= (char *)(m)->msg_control + (m)->msg_controllen ? \
	 (struct cmsghdr *)((char *)(c) + CMSG_ALIGN((c)->cmsg_len)) : (struct cmsghdr *)0)

int socket(int family, int type, int protocol);
int socketpair(int family, int type, int protocol, int fds[2]);
int bind(int fd, const struct sockaddr *address, socklen_t length);
int connect(int fd, const struct sockaddr *address, socklen_t length);
int listen(int fd, int backlog);
int accept(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length);
int accept4(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length, int flags);
int getsockname(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length);
int getpeername(int fd, struct sockaddr *__restrict address, socklen_t *__restrict length);
int getsockopt(int fd, int level, int name, void *__restrict value, socklen_t *__restrict length);
int setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int shutdown(int fd, int how);
int sockatmark(int fd);
ssize_t send(int fd, const void *data, size_t length, int flags);
ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *address, socklen_t address_length);
ssize_t recv(int fd, void *data, size_t length, int flags);
ssize_t recvfrom(int fd, void *__restrict data, size_t length, int flags, struct sockaddr *__restrict address,
		 socklen_t *__restrict address_length);
ssize_t sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t recvmsg(int fd, struct msghdr *message, int flags);
int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);
int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout);

#endif
