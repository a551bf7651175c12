/* getrandom(). */
#ifndef LIBC_SYS_RANDOM_H
#define LIBC_SYS_RANDOM_H

#include <bits/types.h>
#include <abi/random.h>

ssize_t getrandom(void *buffer, size_t length, unsigned flags);
int getentropy(void *buffer, size_t length);

#endif
