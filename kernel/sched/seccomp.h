/* Shared between seccomp.c and seccomp_code.c. */
#ifndef SECCOMP_INTERNAL_H
#define SECCOMP_INTERNAL_H

#include <sched/seccomp.h>

int seccomp_check(const struct abi_sock_filter *code, unsigned n);	/* 0, -EINVAL, -ENOMEM */
u32 seccomp_run(const struct abi_sock_filter *code, const struct abi_seccomp_data *data);	/* of code that was checked */

#endif
