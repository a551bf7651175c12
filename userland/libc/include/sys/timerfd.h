/* timerfd. */
#ifndef LIBC_SYS_TIMERFD_H
#define LIBC_SYS_TIMERFD_H

#include <time.h>
#include <abi/timerfd.h>

int timerfd_create(int clock, int flags);
int timerfd_gettime(int fd, struct itimerspec *value);
int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);

#endif
