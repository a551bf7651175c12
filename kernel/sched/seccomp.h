/* Shared between seccomp.c and seccomp_code.c. */
#ifndef SECCOMP_INTERNAL_H
#define SECCOMP_INTERNAL_H

#include <sched/seccomp.h>

struct pt_regs;

/* Sleeps until the listener has answered. true: the call is to be made; else regs->ax is what it returns. */
bool seccomp_ask(struct seccomp_listener *l, struct pt_regs *regs, const struct abi_seccomp_data *data);
int seccomp_check(const struct abi_sock_filter *code, unsigned n);	/* 0, -EINVAL, -ENOMEM */
u32 seccomp_run(const struct abi_sock_filter *code, const struct abi_seccomp_data *data);	/* of code that was checked */

#endif
