/* What the two files of socket system calls share. */
#ifndef SYS_SOCKET_H
#define SYS_SOCKET_H

#include <net/socket.h>

union sock_addr {
	struct abi_sockaddr addr;
	u8 raw[ADDR_MAX];
};

/* The socket of a descriptor, held by *out until file_put(); NULL with *error -EBADF or -ENOTSOCK. */
struct socket *sock_get(int fd, struct file **out, int *error);
int sock_addr_in(union sock_addr *addr, const void __user *user, int len);	/* 0, -EINVAL, -EFAULT */
/* As much as *user_len has room for; *user_len becomes len. 0, -EINVAL, -EFAULT. */
int sock_addr_out(const union sock_addr *addr, int len, void __user *user, int __user *user_len);

#endif
