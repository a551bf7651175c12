/*
 * The vector registers for a moment, to move memory by: 16 bytes an instruction.
 *
 * They may hold a task's state: then the ones used here are put aside; if nobody's (CR0.TS set), they are free and TS is
 * set again afterwards. Preemption is off meanwhile, so a task switch sees neither state half-way; nothing in between
 * may sleep or take a page fault that is served. Interrupts, which may come in the middle of it, do without.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include <arch/cpu.h>
#include <core/percpu.h>

#define CR0_TS BIT(3)

struct vectors { u8 xmm[4][16]; };

extern bool vectors_usable;	/* there is SSE */

/* True: the registers were somebody's and are in *v. */
static __always_inline bool vectors_begin(struct vectors *v, bool all)
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

static __always_inline void vectors_end(const struct vectors *v, bool all, bool saved)
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

#endif
