/*
 * long __syscall_cancellable(volatile int *cancel, long number, a, b, c, d, e, f): the system call, unless
 * *cancel is set. Between __cancel_from and __cancel_to the stack holds the four saved registers, so that
 * the handler of SIGCANCEL may go on at __cancel_now from anywhere there; a system call that is to be
 * restarted is at its int instruction again. Out: eax. Clobbers ecx and edx.
 */
	.text
	.cfi_sections .debug_frame
	.globl __syscall_cancellable, __cancel_from, __cancel_to, __cancel_now
	.hidden __syscall_cancellable, __cancel_from, __cancel_to, __cancel_now, __cancel
	.type __syscall_cancellable, @function
__syscall_cancellable:
	.cfi_startproc
	pushl %ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebx, 0
	pushl %esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset esi, 0
	pushl %edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edi, 0
	pushl %ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebp, 0
__cancel_from:
	movl 20(%esp), %eax
	cmpl $0, (%eax)
	jne __cancel_now
	movl 24(%esp), %eax
	movl 28(%esp), %ebx
	movl 32(%esp), %ecx
	movl 36(%esp), %edx
	movl 40(%esp), %esi
	movl 44(%esp), %edi
	movl 48(%esp), %ebp
	int $0x80
__cancel_to:
	.cfi_remember_state
	popl %ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebp
	popl %edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore edi
	popl %esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore esi
	popl %ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebx
	ret
__cancel_now:
	.cfi_restore_state
	popl %ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebp
	popl %edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore edi
	popl %esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore esi
	popl %ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebx
	jmp __cancel
	.cfi_endproc
	.size __syscall_cancellable, . - __syscall_cancellable

	.section .note.GNU-stack, "", @progbits
