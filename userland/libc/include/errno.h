/* Error numbers. errno is per thread and set only by a failing call. */
#ifndef LIBC_ERRNO_H
#define LIBC_ERRNO_H

#include <abi/errno.h>

int *__errno_location(void) __attribute__((__const__));
#define errno (*__errno_location())

extern char *program_invocation_name;
extern char *program_invocation_short_name;

typedef int error_t;

#endif
