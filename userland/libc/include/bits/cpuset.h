/* Sets of processors. */
#ifndef LIBC_BITS_CPUSET_H
#define LIBC_BITS_CPUSET_H

#include <bits/types.h>

#define CPU_SETSIZE 1024
typedef struct {
	unsigned long __bits[CPU_SETSIZE / 32];
} cpu_set_t;

#define __CPU_IN(cpu, size) ((unsigned)(cpu) / 8 < (size))
#define CPU_ZERO_S(size, set) __builtin_memset((set), 0, (size))
#define CPU_SET_S(cpu, size, set) \
	(__CPU_IN(cpu, size) ? (void)((set)->__bits[(cpu) / 32] |= 1UL << ((cpu) % 32)) : (void)0)
#define CPU_CLR_S(cpu, size, set) \
	(__CPU_IN(cpu, size) ? (void)((set)->__bits[(cpu) / 32] &= ~(1UL << ((cpu) % 32))) : (void)0)
#define CPU_ISSET_S(cpu, size, set) \
	(__CPU_IN(cpu, size) && ((set)->__bits[(cpu) / 32] >> ((cpu) % 32) & 1))
#define CPU_ZERO(set) CPU_ZERO_S(sizeof(cpu_set_t), set)
#define CPU_SET(cpu, set) CPU_SET_S(cpu, sizeof(cpu_set_t), set)
#define CPU_CLR(cpu, set) CPU_CLR_S(cpu, sizeof(cpu_set_t), set)
#define CPU_ISSET(cpu, set) CPU_ISSET_S(cpu, sizeof(cpu_set_t), set)
#define CPU_COUNT_S(size, set) __sched_cpu_count((size), (set))
#define CPU_COUNT(set) CPU_COUNT_S(sizeof(cpu_set_t), set)
#define CPU_EQUAL(a, b) (!__builtin_memcmp((a), (b), sizeof(cpu_set_t)))

int __sched_cpu_count(size_t size, const cpu_set_t *set);

#endif
