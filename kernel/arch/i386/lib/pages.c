/* Clearing and copying whole pages: by vector registers where there are some, else by string instructions. */
#include <arch/cpu.h>
#include <core/init.h>
#include <core/percpu.h>
#include <mm/page.h>
#include "vectors.h"

#define CR0_TS BIT(3)

bool vectors_usable __ro_after_init;

bool vectors_begin(struct vectors *v, bool all)
{
	preempt_disable();
	if (!this_cpu()->fpu_owner) {
		__asm__ volatile("clts" ::: "memory");
		return false;
	}
	__asm__ volatile("movups %%xmm0, %0" : "=m"(v->xmm[0]));
	if (all)
		__asm__ volatile("movups %%xmm1, %0; movups %%xmm2, %1; movups %%xmm3, %2"
				 : "=m"(v->xmm[1]), "=m"(v->xmm[2]), "=m"(v->xmm[3]));
	return true;
}

void vectors_end(const struct vectors *v, bool all, bool saved)
{
	if (saved) {
		__asm__ volatile("movups %0, %%xmm0" :: "m"(v->xmm[0]));
		if (all)
			__asm__ volatile("movups %0, %%xmm1; movups %1, %%xmm2; movups %2, %%xmm3"
					 :: "m"(v->xmm[1]), "m"(v->xmm[2]), "m"(v->xmm[3]));
	} else {
		write_cr0(read_cr0() | CR0_TS);
	}
	preempt_enable();
}

void page_zero(void *addr)
{
	unsigned long n = PAGE_SIZE / 4;
	struct vectors v;
	bool saved;

	if (unlikely(!vectors_usable || in_interrupt())) {
		__asm__ volatile("rep stosl" : "+D"(addr), "+c"(n) : "a"(0) : "memory");
		return;
	}
	saved = vectors_begin(&v, false);
	n = PAGE_SIZE / 256;
	__asm__ volatile("xorps %%xmm0, %%xmm0\n"
			 "1:	movaps %%xmm0, (%0); movaps %%xmm0, 16(%0); movaps %%xmm0, 32(%0); movaps %%xmm0, 48(%0)\n"
			 "	movaps %%xmm0, 64(%0); movaps %%xmm0, 80(%0); movaps %%xmm0, 96(%0); movaps %%xmm0, 112(%0)\n"
			 "	movaps %%xmm0, 128(%0); movaps %%xmm0, 144(%0); movaps %%xmm0, 160(%0); movaps %%xmm0, 176(%0)\n"
			 "	movaps %%xmm0, 192(%0); movaps %%xmm0, 208(%0); movaps %%xmm0, 224(%0); movaps %%xmm0, 240(%0)\n"
			 "	addl $256, %0\n"
			 "	decl %1\n"
			 "	jnz 1b"
			 : "+r"(addr), "+r"(n) :: "memory", "cc");
	vectors_end(&v, false, saved);
}

void page_copy(void *dst, const void *src)
{
	unsigned long n = PAGE_SIZE / 4;
	struct vectors v;
	bool saved;

	if (unlikely(!vectors_usable || in_interrupt())) {
		__asm__ volatile("rep movsl" : "+D"(dst), "+S"(src), "+c"(n) :: "memory");
		return;
	}
	saved = vectors_begin(&v, true);
	n = PAGE_SIZE / 128;
	__asm__ volatile("1:	movaps (%1), %%xmm0; movaps 16(%1), %%xmm1; movaps 32(%1), %%xmm2; movaps 48(%1), %%xmm3\n"
			 "	movaps %%xmm0, (%0); movaps %%xmm1, 16(%0); movaps %%xmm2, 32(%0); movaps %%xmm3, 48(%0)\n"
			 "	movaps 64(%1), %%xmm0; movaps 80(%1), %%xmm1; movaps 96(%1), %%xmm2; movaps 112(%1), %%xmm3\n"
			 "	movaps %%xmm0, 64(%0); movaps %%xmm1, 80(%0); movaps %%xmm2, 96(%0); movaps %%xmm3, 112(%0)\n"
			 "	addl $128, %1\n"
			 "	addl $128, %0\n"
			 "	decl %2\n"
			 "	jnz 1b"
			 : "+r"(dst), "+r"(src), "+r"(n) :: "memory", "cc");
	vectors_end(&v, true, saved);
}

static int __init pages_init(void)
{
	vectors_usable = cpu_features.sse && cpu_features.fxsr;
	return 0;
}
core_initcall(pages_init);
