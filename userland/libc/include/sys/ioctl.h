/* ioctl(). */
#ifndef LIBC_SYS_IOCTL_H
#define LIBC_SYS_IOCTL_H

#include <abi/ioctl.h>
#include <termios.h>

int ioctl(int fd, unsigned long request, ...);

#endif
