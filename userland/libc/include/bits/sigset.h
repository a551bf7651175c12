/* sigset_t: the kernel's 64 signals. */
#ifndef LIBC_BITS_SIGSET_H
#define LIBC_BITS_SIGSET_H

typedef struct {
	unsigned __bits[2];
} sigset_t;

#endif
