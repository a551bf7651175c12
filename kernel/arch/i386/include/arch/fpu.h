/* FPU state of current in signal frames. All may sleep. */
#ifndef ARCH_FPU_H
#define ARCH_FPU_H

struct abi_fpstate;

int fpu_store_frame(struct abi_fpstate *ustate);		/* 0 or -EFAULT; current->thread.fpu exists */
int fpu_load_frame(const struct abi_fpstate *ustate);		/* 0, -EFAULT, -ENOMEM; what the processor would refuse is masked */
void fpu_reset_current(void);					/* as a new program finds it */

#endif
