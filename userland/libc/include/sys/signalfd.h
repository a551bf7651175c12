/* signalfd(). */
#ifndef LIBC_SYS_SIGNALFD_H
#define LIBC_SYS_SIGNALFD_H

#include <signal.h>
#include <abi/signalfd.h>

#define signalfd_siginfo abi_signalfd_siginfo

int signalfd(int fd, const sigset_t *mask, int flags);

#endif
