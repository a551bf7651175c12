/* Fixed-width types and the annotations that the whole kernel uses. */
#ifndef CORE_TYPES_H
#define CORE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdarg.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

typedef u8 uint8_t;
typedef u16 uint16_t;
typedef u32 uint32_t;
typedef u64 uint64_t;
typedef s8 int8_t;
typedef s16 int16_t;
typedef s32 int32_t;
typedef s64 int64_t;
typedef unsigned long uintptr_t;
typedef long intptr_t;
typedef long ssize_t;

typedef u64 phys_t;	/* physical address: 36 bits and more with PAE, never a pointer */
typedef s64 loff_t;	/* file offset in bytes */
typedef u64 ino_t;
typedef u32 dev_t;	/* Linux's "huge" encoding: see MKDEV() */
typedef u16 umode_t;
typedef u32 uid_t;
typedef u32 gid_t;
typedef s32 pid_t;
typedef s64 time64_t;	/* seconds */
typedef u64 nsec_t;	/* nanoseconds */
typedef u64 sector_t;	/* 512-byte units */

/* dev_t as user space sees it: minor's low 8 bits, major's 12, minor's high 12. */
#define MAJOR(dev)	(((dev) >> 8) & 0xfff)
#define MINOR(dev)	(((dev) & 0xff) | (((dev) >> 12) & 0xfff00))
#define MKDEV(ma, mi)	((((mi) & 0xff) | ((ma) << 8)) | (((u32)(mi) & ~0xffu) << 12))

#define __user			/* points into user space: only copy_*_user() may follow it */
#define __iomem			/* device memory: only read*()/write*() may follow it */
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define __noreturn		__attribute__((noreturn))
#define __must_check		__attribute__((warn_unused_result))
#define __maybe_unused		__attribute__((unused))
#define __used			__attribute__((used))
#define __cold			__attribute__((cold))
#define __printf(f, a)		__attribute__((format(printf, f, a)))
#define __section(s)		__attribute__((section(s)))
#define __init			__attribute__((section(".init.text"), cold))
#define __initdata		__attribute__((section(".init.data")))
#define __ro_after_init		__attribute__((section(".data.ro_after_init")))
#define noinline		__attribute__((noinline))
#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ volatile("" ::: "memory")
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a)		(((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define container_of(p, t, m)	((t *)((char *)(p) - offsetof(t, m)))
#define min(a, b)		({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b)		({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
#define min_t(t, a, b)		({ t _a = (a); t _b = (b); _a < _b ? _a : _b; })
#define max_t(t, a, b)		({ t _a = (a); t _b = (b); _a > _b ? _a : _b; })
#define swap(a, b)		do { __typeof__(a) _t = (a); (a) = (b); (b) = _t; } while (0)
#define BIT(n)			(1ul << (n))

/* Errors travel in pointers: the last page of the address space is never mapped. */
#define MAX_ERRNO		4095
#define IS_ERR_VALUE(x)		unlikely((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline bool IS_ERR(const void *p) { return IS_ERR_VALUE(p); }
static inline bool IS_ERR_OR_NULL(const void *p) { return !p || IS_ERR_VALUE(p); }
static inline void *ERR_CAST(const void *p) { return (void *)p; }

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

/* 64 by 32 bit division without libgcc: divides *n, returns the remainder. */
static inline u32 div_u64_rem(u64 *n, u32 base)
{
	u32 hi = *n >> 32, lo = (u32)*n, rem, qhi = 0;

	if (hi) {
		qhi = hi / base;
		hi %= base;
	}
	__asm__("divl %4" : "=a"(lo), "=d"(rem) : "a"(lo), "d"(hi), "rm"(base) : "cc");
	*n = ((u64)qhi << 32) | lo;
	return rem;
}

static inline u64 div_u64(u64 n, u32 d) { div_u64_rem(&n, d); return n; }

/* Full 64 by 64 bit division: core/div64.c. The compiler's own calls end there too. */
u64 div64_u64(u64 n, u64 d);

#endif
