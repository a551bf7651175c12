/*
 * System calls: prototypes of every handler, generated from kernel/abi/syscalls.tbl. A handler takes its arguments
 * as 32-bit words (64-bit offsets are two: low, high), returns a value or -errno.
 */
#ifndef SYS_SYSCALLS_H
#define SYS_SYSCALLS_H

#include <core/types.h>
#include <gen/syscall_prototypes.h>

#endif
