/* FPU state of current in signal frames. All may sleep. */
#ifndef ARCH_FPU_H
#define ARCH_FPU_H

#include <core/types.h>

struct abi_fpstate;
struct abi_user_i387;
struct fpu_state;

#define XSTATE_LEGACY	3u	/* x87 and SSE: their bits in xstate_bv and XCR0 */
#define XSTATE_ALL	7u	/* and AVX */

unsigned long fpu_frame_place(unsigned long sp);	/* where a frame that ends at sp or below begins */
int fpu_store_frame(struct abi_fpstate *ustate);		/* 0 or -EFAULT; current->thread.fpu exists */
int fpu_load_frame(const struct abi_fpstate *ustate);		/* 0, -EFAULT, -ENOMEM; what the processor would refuse is masked */
/* Between the state as it is kept and the old record of FSAVE (ptrace, core files). */
void fpu_to_fsave(const struct fpu_state *s, struct abi_user_i387 *f);
void fpu_from_fsave(struct fpu_state *s, const struct abi_user_i387 *f);
u32 fpu_mxcsr_mask(const struct fpu_state *s);
void fpu_sanitize(struct fpu_state *s);				/* what the processor would refuse is masked */
void fpu_reset_current(void);					/* as a new program finds it */

#endif
