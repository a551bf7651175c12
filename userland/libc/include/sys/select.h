/* select(). */
#ifndef LIBC_SYS_SELECT_H
#define LIBC_SYS_SELECT_H

#include <bits/types.h>
#include <bits/sigset.h>
#include <abi/select.h>

typedef struct {
	unsigned fds_bits[FD_SETSIZE / 32];
} fd_set;

#define FD_ZERO(set) __builtin_memset((set), 0, sizeof(fd_set))
#define FD_SET(fd, set) ((void)((set)->fds_bits[(unsigned)(fd) / 32] |= 1U << ((fd) % 32)))
#define FD_CLR(fd, set) ((void)((set)->fds_bits[(unsigned)(fd) / 32] &= ~(1U << ((fd) % 32))))
#define FD_ISSET(fd, set) (((set)->fds_bits[(unsigned)(fd) / 32] >> ((fd) % 32)) & 1)

int select(int count, fd_set *__restrict reading, fd_set *__restrict writing,
	   fd_set *__restrict exceptions, struct timeval *__restrict timeout);
int pselect(int count, fd_set *__restrict reading, fd_set *__restrict writing,
	    fd_set *__restrict exceptions, const struct timespec *__restrict timeout,
	    const sigset_t *__restrict mask);

#endif
