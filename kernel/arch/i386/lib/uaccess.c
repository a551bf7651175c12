/*
 * User memory: every access runs between STAC and CLAC (SMAP) and has an exception table entry, so that a fault
 * that vm_fault() cannot mend ends the copy instead of the kernel.
 */
#include <arch/uaccess.h>
#include <core/percpu.h>
#include <core/string.h>
#include <sched/task.h>
#include <abi/errno.h>
#include "vectors.h"

#define SMAP_SITE(bytes) \
	"661: .byte 0x0f,0x1f,0x00\n.section .smap_sites,\"a\"\n.long 661b," bytes "\n.previous\n"
#define stac() __asm__ volatile(SMAP_SITE("0xcb010f") ::: "memory")
#define clac() __asm__ volatile(SMAP_SITE("0xca010f") ::: "memory")
#define EX(from, to) ".section .extable,\"a\"\n.long " from "," to "\n.previous\n"

/*
 * Words, then bytes; what is left at a fault. A word that faults is tried again byte by byte, so that everything up
 * to the very byte that cannot be reached is copied: callers that retry the rest get on.
 */
static __always_inline size_t copy_bytes(void *dst, const void *src, size_t n)
{
	size_t rest = n & 3, words = n >> 2;

	stac();
	__asm__ volatile("1: rep movsl\n"
			 "   movl %3,%%ecx\n"
			 "2: rep movsb\n"
			 "3:\n"
			 ".section .fixup_text,\"ax\"\n"
			 "4: leal (%3,%%ecx,4),%%ecx\n"
			 "5: rep movsb\n"
			 "   jmp 3b\n"
			 ".previous\n" EX("1b", "4b") EX("2b", "3b") EX("5b", "3b")
			 : "+c"(words), "+D"(dst), "+S"(src) : "r"(rest) : "memory");
	clac();
	return words;
}

#define VECTOR_MIN 512	/* below, string instructions are done before the registers are put aside */
#define BLOCK 128u

/*
 * Whole blocks by vector registers; bytes not copied. A page that is not there ends it, since nothing may sleep here:
 * copy_bytes() then goes on, and has the page brought in.
 */
static noinline size_t copy_blocks(void *dst, const void *src, size_t n)
{
	size_t blocks = n / BLOCK;
	struct vectors v;
	bool saved;

	pagefault_disable();
	saved = vectors_begin(&v, true);
	stac();
	__asm__ volatile("1:	movups (%1), %%xmm0\n"
			 "2:	movups 16(%1), %%xmm1\n"
			 "3:	movups 32(%1), %%xmm2\n"
			 "4:	movups 48(%1), %%xmm3\n"
			 "5:	movups %%xmm0, (%0)\n"
			 "6:	movups %%xmm1, 16(%0)\n"
			 "7:	movups %%xmm2, 32(%0)\n"
			 "8:	movups %%xmm3, 48(%0)\n"
			 "9:	movups 64(%1), %%xmm0\n"
			 "10:	movups 80(%1), %%xmm1\n"
			 "11:	movups 96(%1), %%xmm2\n"
			 "12:	movups 112(%1), %%xmm3\n"
			 "13:	movups %%xmm0, 64(%0)\n"
			 "14:	movups %%xmm1, 80(%0)\n"
			 "15:	movups %%xmm2, 96(%0)\n"
			 "16:	movups %%xmm3, 112(%0)\n"
			 "	subl $-128, %1\n"
			 "	subl $-128, %0\n"
			 "	decl %2\n"
			 "	jnz 1b\n"
			 "17:\n"
			 EX("1b", "17b") EX("2b", "17b") EX("3b", "17b") EX("4b", "17b")
			 EX("5b", "17b") EX("6b", "17b") EX("7b", "17b") EX("8b", "17b")
			 EX("9b", "17b") EX("10b", "17b") EX("11b", "17b") EX("12b", "17b")
			 EX("13b", "17b") EX("14b", "17b") EX("15b", "17b") EX("16b", "17b")
			 : "+r"(dst), "+r"(src), "+r"(blocks) :: "memory", "cc");
	clac();		/* before a task switch may come: that keeps no flags */
	vectors_end(&v, true, saved);
	pagefault_enable();
	return blocks * BLOCK + n % BLOCK;
}

/* Bytes not copied. */
static size_t copy_large(void *dst, const void *src, size_t n)
{
	while (n >= VECTOR_MIN) {
		size_t left = copy_blocks(dst, src, n), part, stuck;

		dst = (char *)dst + n - left;
		src = (const char *)src + n - left;
		n = left;
		if (n < BLOCK)
			break;
		/* A page is missing on either side. */
		part = min(n, (size_t)PAGE_SIZE);
		stuck = copy_bytes(dst, src, part);
		if (stuck)
			return n - part + stuck;
		dst = (char *)dst + part;
		src = (const char *)src + part;
		n -= part;
	}
	return copy_bytes(dst, src, n);
}

static __always_inline size_t copy(void *dst, const void *src, size_t n)
{
	if (n >= VECTOR_MIN && vectors_usable && !in_interrupt())
		return copy_large(dst, src, n);
	return copy_bytes(dst, src, n);
}

size_t copy_from_user(void *dst, const void __user *src, size_t n)
{
	size_t left = n;

	if (likely(access_ok(src, n)))
		left = copy(dst, src, n);
	if (unlikely(left))
		memset((char *)dst + n - left, 0, left);	/* never leave what was there before */
	return left;
}

size_t copy_to_user(void __user *dst, const void *src, size_t n)
{
	if (unlikely(!access_ok(dst, n)))
		return n;
	return copy(dst, src, n);
}

size_t clear_user(void __user *dst, size_t n)
{
	size_t words = n >> 2, rest = n & 3;

	if (!access_ok(dst, n))
		return n;
	stac();
	__asm__ volatile("1: rep stosl\n"
			 "   movl %2,%%ecx\n"
			 "2: rep stosb\n"
			 "3:\n"
			 ".section .fixup_text,\"ax\"\n"
			 "4: leal (%2,%%ecx,4),%%ecx\n"
			 "5: rep stosb\n"
			 "   jmp 3b\n"
			 ".previous\n" EX("1b", "4b") EX("2b", "3b") EX("5b", "3b")
			 : "+c"(words), "+D"(dst) : "r"(rest), "a"(0) : "memory");
	clac();
	return words;
}

#define LOAD(insn, reg, v, p, fault) \
	__asm__ goto("1: " insn " %1,%0\n" EX("1b", "%l2") : reg(v) : "m"(*(p)) : "memory" : fault)

ssize_t strncpy_from_user(char *dst, const char __user *src, size_t size)
{
	size_t done = 0, limit;

	if (unlikely((unsigned long)src >= TASK_SIZE))
		return -EFAULT;
	limit = min(size, (size_t)(TASK_SIZE - (unsigned long)src));
	stac();
	/* Four bytes at a time: (v - 0x01010101) & ~v & 0x80808080 is not zero if one of them is. */
	while (done + 4 <= limit) {
		u32 v;

		LOAD("movl", "=r", v, (const u32 *)(src + done), bytewise);
		*(u32 *)(dst + done) = v;
		v = (v - 0x01010101u) & ~v & 0x80808080u;
		if (v) {
			clac();
			return (ssize_t)(done + ((unsigned)__builtin_ctz(v) >> 3));
		}
		done += 4;
	}
bytewise:
	while (done < limit) {
		u8 c;

		LOAD("movb", "=q", c, (const u8 *)(src + done), fault);
		dst[done] = (char)c;
		if (!c) {
			clac();
			return (ssize_t)done;
		}
		done++;
	}
	clac();
	return limit == size ? (ssize_t)size : -EFAULT;
fault:
	clac();
	return -EFAULT;
}

size_t strnlen_user(const char __user *s, size_t max)
{
	size_t n = 0, limit;

	if ((unsigned long)s >= TASK_SIZE)
		return 0;
	limit = min(max, (size_t)(TASK_SIZE - (unsigned long)s));
	stac();
	while (n < limit) {
		u8 c;

		LOAD("movb", "=q", c, (const u8 *)(s + n), fault);
		n++;
		if (!c) {
			clac();
			return n;
		}
	}
	clac();
	return limit == max ? max + 1 : 0;
fault:
	clac();
	return 0;
}

#define GET(name, type, insn, reg) \
	int name(type *v, const void __user *p) \
	{ \
		type x; \
		if (unlikely(!access_ok(p, sizeof(x)))) \
			goto bad; \
		stac(); \
		LOAD(insn, reg, x, (const type *)p, fault); \
		clac(); \
		*v = x; \
		return 0; \
	fault: \
		clac(); \
	bad: \
		*v = 0; \
		return -EFAULT; \
	}
GET(get_user_1, u8, "movb", "=q")
GET(get_user_2, u16, "movw", "=r")
GET(get_user_4, u32, "movl", "=r")

#define PUT(name, type, insn, reg) \
	int name(type v, void __user *p) \
	{ \
		if (unlikely(!access_ok(p, sizeof(v)))) \
			return -EFAULT; \
		stac(); \
		__asm__ goto("1: " insn " %0,%1\n" EX("1b", "%l2") :: reg(v), "m"(*(type *)p) : "memory" : fault); \
		clac(); \
		return 0; \
	fault: \
		clac(); \
		return -EFAULT; \
	}
PUT(put_user_1, u8, "movb", "q")
PUT(put_user_2, u16, "movw", "r")
PUT(put_user_4, u32, "movl", "r")

int put_user_8(u64 v, void __user *p)
{
	if (!access_ok(p, 8))
		return -EFAULT;
	return put_user_4((u32)v, p) ? -EFAULT : put_user_4((u32)(v >> 32), (char *)p + 4);
}

int cmpxchg_user(u32 *was, u32 __user *p, u32 old, u32 new)
{
	int error = 0;

	if (!access_ok(p, 4))
		return -EFAULT;
	stac();
	__asm__ volatile("1: lock; cmpxchgl %3,%2\n"
			 "2:\n"
			 ".section .fixup_text,\"ax\"\n"
			 "3: movl %4,%1\n"
			 "   jmp 2b\n"
			 ".previous\n" EX("1b", "3b")
			 : "+a"(old), "+r"(error), "+m"(*p) : "r"(new), "i"(-EFAULT) : "memory");
	clac();
	*was = old;
	return error;
}

void pagefault_disable(void)
{
	current->pagefault_disabled++;
	barrier();
}

void pagefault_enable(void)
{
	barrier();
	current->pagefault_disabled--;
}

bool pagefaults_disabled(void)
{
	return current->pagefault_disabled != 0;
}
