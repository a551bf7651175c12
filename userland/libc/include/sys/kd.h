/* Consoles: mode of the display, keyboard and bell. */
#ifndef LIBC_SYS_KD_H
#define LIBC_SYS_KD_H

#include <abi/ioctl.h>

#endif
