/* The system call dispatch table and what is known about its slots. */
#ifndef SYS_TABLE_H
#define SYS_TABLE_H

#include <core/types.h>

/* Handlers by number, regparm(3): ebx, ecx, edx in registers, esi, edi, ebp on the stack. Called by entry code. */
extern const void *const sys_call_table[];
extern const unsigned nr_syscalls;

long sys_unknown(void);				/* counts the number in current_regs(); -ENOSYS */
const char *syscall_name(unsigned nr);		/* NULL: never given out */
u32 syscall_missing_count(unsigned nr);		/* how often a number without a handler was called */

#endif
