/*
 * The vDSO: how user space enters the kernel fastest, and where signal handlers return to.
 *
 * __kernel_vsyscall is called with the registers of int $0x80. It saves what sysenter's way back needs, EBP last, so
 * that the kernel finds the sixth argument at EBP. A restarted call runs the int $0x80 before the return point.
 */
#include <arch/vdso.h>

	.text
	.globl __kernel_vsyscall
	.type __kernel_vsyscall, @function
__kernel_vsyscall:
	.cfi_startproc
	pushl %ecx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ecx, 0
	pushl %edx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edx, 0
	pushl %ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebp, 0
	movl %esp, %ebp			/* these four bytes are patched to nops where there is no sysenter */
	sysenter
	.fill 7, 1, 0x90
	int $0x80
	.org __kernel_vsyscall + VDSO_SYSENTER_RETURN - VDSO_VSYSCALL
	popl %ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebp
	popl %edx
	.cfi_adjust_cfa_offset -4
	.cfi_restore edx
	popl %ecx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ecx
	ret
	.cfi_endproc
	.size __kernel_vsyscall, . - __kernel_vsyscall

	.org __kernel_vsyscall + VDSO_SIGRETURN - VDSO_VSYSCALL
	.globl __kernel_sigreturn
	.type __kernel_sigreturn, @function
__kernel_sigreturn:
	popl %eax
	movl $119, %eax
	int $0x80
	.size __kernel_sigreturn, . - __kernel_sigreturn

	.org __kernel_vsyscall + VDSO_RT_SIGRETURN - VDSO_VSYSCALL
	.globl __kernel_rt_sigreturn
	.type __kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
	movl $173, %eax
	int $0x80
	.size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn
