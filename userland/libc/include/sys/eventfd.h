/* eventfd(). */
#ifndef LIBC_SYS_EVENTFD_H
#define LIBC_SYS_EVENTFD_H

#include <bits/types.h>
#include <abi/eventfd.h>

typedef __u64 eventfd_t;

int eventfd(unsigned count, int flags);
int eventfd_read(int fd, eventfd_t *value);
int eventfd_write(int fd, eventfd_t value);

#endif
