/* Another name of sys/wait.h. */
#ifndef LIBC_WAIT_H
#define LIBC_WAIT_H

#include <sys/wait.h>

#endif
