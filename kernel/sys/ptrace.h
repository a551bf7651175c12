/* ptrace(2), between its files. */
#ifndef SYS_PTRACE_H
#define SYS_PTRACE_H

#include <core/types.h>

struct task;

/* The requests about registers; t is stopped. -EIO: no such request. */
long ptrace_registers(struct task *t, long request, unsigned long addr, void *data);	/* data is a user pointer */

#endif
