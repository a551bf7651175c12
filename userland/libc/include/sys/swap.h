/* Swap areas. */
#ifndef LIBC_SYS_SWAP_H
#define LIBC_SYS_SWAP_H

#include <abi/swap.h>

#define SWAP_FLAG_PRIO_SHIFT 0

int swapoff(const char *path);
int swapon(const char *path, int flags);

#endif
