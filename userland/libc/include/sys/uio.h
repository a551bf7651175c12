/* Scatter and gather. */
#ifndef LIBC_SYS_UIO_H
#define LIBC_SYS_UIO_H

#include <bits/types.h>
#include <abi/uio.h>

struct iovec {
	void *iov_base;
	size_t iov_len;
};

ssize_t readv(int fd, const struct iovec *vector, int count);
ssize_t writev(int fd, const struct iovec *vector, int count);
ssize_t preadv(int fd, const struct iovec *vector, int count, off_t offset);
ssize_t pwritev(int fd, const struct iovec *vector, int count, off_t offset);

#endif
