/* FPU state of current in signal frames. All may sleep. */
#ifndef ARCH_FPU_H
#define ARCH_FPU_H

struct abi_fpstate;

#define XSTATE_LEGACY	3u	/* x87 and SSE: their bits in xstate_bv and XCR0 */
#define XSTATE_ALL	7u	/* and AVX */

unsigned long fpu_frame_place(unsigned long sp);	/* where a frame that ends at sp or below begins */
int fpu_store_frame(struct abi_fpstate *ustate);		/* 0 or -EFAULT; current->thread.fpu exists */
int fpu_load_frame(const struct abi_fpstate *ustate);		/* 0, -EFAULT, -ENOMEM; what the processor would refuse is masked */
void fpu_reset_current(void);					/* as a new program finds it */

#endif
