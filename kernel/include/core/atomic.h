/*
 * Counters that several contexts change. One processor today: a single read-modify-write instruction is atomic
 * against interrupts; LOCK_PREFIX becomes "lock; " when there are more.
 */
#ifndef CORE_ATOMIC_H
#define CORE_ATOMIC_H

#include <core/types.h>

#define LOCK_PREFIX ""

typedef struct { int counter; } atomic_t;
#define ATOMIC_INIT(v) { (v) }

static inline int atomic_read(const atomic_t *a) { return READ_ONCE(a->counter); }
static inline void atomic_set(atomic_t *a, int v) { WRITE_ONCE(a->counter, v); }
static inline void atomic_add(int n, atomic_t *a)
{
	__asm__ volatile(LOCK_PREFIX "addl %1,%0" : "+m"(a->counter) : "ir"(n) : "cc", "memory");
}
static inline void atomic_sub(int n, atomic_t *a) { atomic_add(-n, a); }
static inline void atomic_inc(atomic_t *a)
{
	__asm__ volatile(LOCK_PREFIX "incl %0" : "+m"(a->counter) :: "cc", "memory");
}
static inline void atomic_dec(atomic_t *a)
{
	__asm__ volatile(LOCK_PREFIX "decl %0" : "+m"(a->counter) :: "cc", "memory");
}
static inline bool atomic_dec_and_test(atomic_t *a)
{
	bool z;
	__asm__ volatile(LOCK_PREFIX "decl %0" : "+m"(a->counter), "=@ccz"(z) :: "memory");
	return z;
}
static inline int atomic_fetch_add(int n, atomic_t *a)
{
	__asm__ volatile(LOCK_PREFIX "xaddl %0,%1" : "+r"(n), "+m"(a->counter) :: "cc", "memory");
	return n;
}
static inline int atomic_cmpxchg(atomic_t *a, int old, int new)
{
	__asm__ volatile(LOCK_PREFIX "cmpxchgl %2,%1" : "+a"(old), "+m"(a->counter) : "r"(new) : "cc", "memory");
	return old;
}
/* Take a reference unless the count is 0 already. */
static inline bool atomic_inc_not_zero(atomic_t *a)
{
	int v = atomic_read(a);

	while (v) {
		int was = atomic_cmpxchg(a, v, v + 1);
		if (was == v)
			return true;
		v = was;
	}
	return false;
}

static inline void set_bit(unsigned n, volatile unsigned long *p)
{
	__asm__ volatile(LOCK_PREFIX "btsl %1,%0" : "+m"(*p) : "Ir"(n & 31) : "cc", "memory");
}
static inline void clear_bit(unsigned n, volatile unsigned long *p)
{
	__asm__ volatile(LOCK_PREFIX "btrl %1,%0" : "+m"(*p) : "Ir"(n & 31) : "cc", "memory");
}
static inline bool test_bit(unsigned n, const volatile unsigned long *p) { return (*p >> (n & 31)) & 1; }
static inline bool test_and_set_bit(unsigned n, volatile unsigned long *p)
{
	bool c;
	__asm__ volatile(LOCK_PREFIX "btsl %2,%0" : "+m"(*p), "=@ccc"(c) : "Ir"(n & 31) : "memory");
	return c;
}
static inline bool test_and_clear_bit(unsigned n, volatile unsigned long *p)
{
	bool c;
	__asm__ volatile(LOCK_PREFIX "btrl %2,%0" : "+m"(*p), "=@ccc"(c) : "Ir"(n & 31) : "memory");
	return c;
}

#endif
