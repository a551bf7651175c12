/*
 * long __syscall(long number, a, b, c, d, e, f): enters the kernel by the vDSO when it offers an
 * entry, otherwise by int 0x80: which, stands in the thread block. In: arguments on the stack. Out: eax. Clobbers ecx and edx.
 */
	.text
	.cfi_sections .debug_frame
/* What a debugger has to know to find who waits in the kernel: most threads stand here. */
	.macro KEPT register
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset \register, 0
	.endm
	.macro TAKEN register
	.cfi_adjust_cfa_offset -4
	.cfi_restore \register
	.endm

	.globl __syscall
	.hidden __syscall
	.type __syscall, @function
__syscall:
	.cfi_startproc
	pushl %ebx
	KEPT ebx
	pushl %esi
	KEPT esi
	pushl %edi
	KEPT edi
	pushl %ebp
	KEPT ebp
	movl 20(%esp), %eax
	movl 24(%esp), %ebx
	movl 28(%esp), %ecx
	movl 32(%esp), %edx
	movl 36(%esp), %esi
	movl 40(%esp), %edi
	movl 44(%esp), %ebp
	call *%gs:0x10
	popl %ebp
	TAKEN ebp
	popl %edi
	TAKEN edi
	popl %esi
	TAKEN esi
	popl %ebx
	TAKEN ebx
	ret
	.cfi_endproc
	.size __syscall, . - __syscall

	.globl __interrupt
	.hidden __interrupt
	.type __interrupt, @function
__interrupt:
	int $0x80
	ret
	.size __interrupt, . - __interrupt

/*
 * pid_t vfork(void): the child runs on the parent's stack, so the return address is kept in a
 * register while the child may overwrite it.
 */
	.globl vfork
	.hidden __result
	.type vfork, @function
vfork:
	popl %edx
	movl $190, %eax
	int $0x80
	pushl %edx
	pushl %eax
	call __result
	addl $4, %esp
	ret
	.size vfork, . - vfork

/*
 * int __clone(int (*function)(void *), void *stack, int flags, void *argument, int *parent_tid,
 * void *tls, int *child_tid): the child calls function(argument) on its stack and exits with its
 * result.
 */
	.globl __clone
	.hidden __clone
	.type __clone, @function
__clone:
	pushl %ebp
	movl %esp, %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	movl 12(%ebp), %ecx
	andl $-16, %ecx
	subl $16, %ecx
	movl 20(%ebp), %eax
	movl %eax, (%ecx)
	movl 8(%ebp), %eax
	movl %eax, 4(%ecx)
	movl $120, %eax
	movl 16(%ebp), %ebx
	movl 24(%ebp), %edx
	movl 28(%ebp), %esi
	movl 32(%ebp), %edi
	int $0x80
	testl %eax, %eax
	jnz 1f
	xorl %ebp, %ebp
	call *4(%esp)
	movl %eax, %ebx
	movl $1, %eax
	int $0x80
	hlt
1:
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret
	.size __clone, . - __clone

/* What signal handlers return to: the kernel recognises both by these very instructions. */
	.globl __restore
	.hidden __restore
	.type __restore, @function
	nop
__restore:
	popl %eax
	movl $119, %eax
	int $0x80
	.size __restore, . - __restore

	.globl __restore_rt
	.hidden __restore_rt
	.type __restore_rt, @function
	nop
__restore_rt:
	movl $173, %eax
	int $0x80
	.size __restore_rt, . - __restore_rt

	.section .note.GNU-stack, "", @progbits
