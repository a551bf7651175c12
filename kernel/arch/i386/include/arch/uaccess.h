/*
 * Access to user memory: the only way. Every call checks that the range lies below TASK_SIZE and turns a fault
 * into an error through the exception table. May sleep (page faults) unless pagefault_disable() is in force: then
 * a page that is not there is an error at once. With SMAP, stray accesses fault.
 */
#ifndef ARCH_UACCESS_H
#define ARCH_UACCESS_H

#include <core/types.h>
#include <arch/layout.h>

static inline bool access_ok(const void __user *p, size_t n)
{
	return n <= TASK_SIZE && (unsigned long)p <= TASK_SIZE - n;
}

/* Bytes NOT copied; 0 is success. */
size_t __must_check copy_from_user(void *dst, const void __user *src, size_t n);
size_t __must_check copy_to_user(void __user *dst, const void *src, size_t n);
size_t __must_check clear_user(void __user *dst, size_t n);
/* Length without the NUL, size if there was none within size bytes, or -EFAULT. */
ssize_t strncpy_from_user(char *dst, const char __user *src, size_t size);
/* Length with the NUL; more than max if longer; 0 on a fault. */
size_t strnlen_user(const char __user *s, size_t max);

int get_user_1(u8 *v, const void __user *p);
int get_user_2(u16 *v, const void __user *p);
int get_user_4(u32 *v, const void __user *p);
int put_user_1(u8 v, void __user *p);
int put_user_2(u16 v, void __user *p);
int put_user_4(u32 v, void __user *p);
int put_user_8(u64 v, void __user *p);
/* *p = new if it was old; *was is what it was. 0 or -EFAULT. */
int cmpxchg_user(u32 *was, u32 __user *p, u32 old, u32 new);

/* 0 or -EFAULT. */
#define get_user(x, p) ({ \
	int _e; \
	union { u8 b; u16 w; u32 l; } _v = { .l = 0 }; \
	_Static_assert(sizeof(*(p)) <= 4, "get_user size"); \
	_e = sizeof(*(p)) == 1 ? get_user_1(&_v.b, p) : sizeof(*(p)) == 2 ? get_user_2(&_v.w, p) : get_user_4(&_v.l, p); \
	(x) = (__typeof__(*(p)))(sizeof(*(p)) == 1 ? _v.b : sizeof(*(p)) == 2 ? _v.w : _v.l); \
	_e; })
#define put_user(x, p) ({ \
	__typeof__(*(p)) _x = (x); \
	_Static_assert(sizeof(*(p)) <= 8, "put_user size"); \
	sizeof(*(p)) == 1 ? put_user_1((u8)(unsigned long)_x, p) : sizeof(*(p)) == 2 ? put_user_2((u16)(unsigned long)_x, p) \
	: sizeof(*(p)) == 4 ? put_user_4((u32)(unsigned long)_x, p) : put_user_8((u64)_x, p); })

void pagefault_disable(void);	/* counts; preemption stays on */
void pagefault_enable(void);
bool pagefaults_disabled(void);

#endif
