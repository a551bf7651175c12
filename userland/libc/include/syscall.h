/* System call numbers. */
#ifndef LIBC_SYSCALL_H
#define LIBC_SYSCALL_H

#include <bits/syscall.h>

#endif
