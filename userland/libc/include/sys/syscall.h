/* System call numbers. */
#ifndef LIBC_SYS_SYSCALL_H
#define LIBC_SYS_SYSCALL_H

#include <bits/syscall.h>

#endif
