/* prctl(). */
#ifndef LIBC_SYS_PRCTL_H
#define LIBC_SYS_PRCTL_H

#include <abi/prctl.h>

int prctl(int operation, ...);

#endif
