/*
 * Registers as the entry code saves them, in Linux's order (ptrace and signal frames read them by it).
 * Traps from kernel mode have no sp and ss: kernel_sp() gives the stack pointer at the trap.
 */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

#ifndef __ASSEMBLER__
#include <core/types.h>

struct pt_regs {
	unsigned long bx, cx, dx, si, di, bp, ax;
	unsigned long ds, es, fs, gs;	/* fs and gs are live in the registers: saved here only in user traps' frames when asked (see arch_user_segments()) */
	unsigned long orig_ax;		/* system call number, or -1 - vector / error code */
	unsigned long ip, cs, flags;
	unsigned long sp, ss;
};

static inline bool user_mode(const struct pt_regs *r) { return (r->cs & 3) == 3; }
static inline unsigned long kernel_sp(const struct pt_regs *r) { return (unsigned long)&r->sp; }
#endif

#define PT_BX 0
#define PT_CX 4
#define PT_DX 8
#define PT_SI 12
#define PT_DI 16
#define PT_BP 20
#define PT_AX 24
#define PT_DS 28
#define PT_ES 32
#define PT_FS 36
#define PT_GS 40
#define PT_ORIG_AX 44
#define PT_IP 48
#define PT_CS 52
#define PT_FLAGS 56
#define PT_SP 60
#define PT_SS 64
#define PT_SIZE 68

#endif
