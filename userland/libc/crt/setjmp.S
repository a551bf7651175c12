/*
 * setjmp and longjmp: ebx, esi, edi, ebp, esp and the return address, in this order. sigsetjmp also
 * keeps the signal mask: offset 24 tells whether, offset 28 holds it.
 */
	.text
	.globl setjmp, _setjmp
	.type setjmp, @function
setjmp:
_setjmp:
	movl 4(%esp), %eax
	movl $0, 24(%eax)
1:	movl %ebx, 0(%eax)
	movl %esi, 4(%eax)
	movl %edi, 8(%eax)
	movl %ebp, 12(%eax)
	leal 4(%esp), %ecx
	movl %ecx, 16(%eax)
	movl (%esp), %ecx
	movl %ecx, 20(%eax)
	xorl %eax, %eax
	ret
	.size setjmp, . - setjmp

	.globl sigsetjmp, __sigsetjmp
	.type sigsetjmp, @function
sigsetjmp:
__sigsetjmp:
	movl 4(%esp), %eax
	movl 8(%esp), %ecx
	movl %ecx, 24(%eax)
	testl %ecx, %ecx
	jz 1b
	pushl %eax
	addl $28, %eax
	subl $8, %esp
	pushl %eax
	pushl $0
	pushl $0
	call sigprocmask
	addl $20, %esp
	popl %eax
	jmp 1b
	.size sigsetjmp, . - sigsetjmp

	.globl longjmp, _longjmp, siglongjmp
	.type longjmp, @function
longjmp:
_longjmp:
siglongjmp:
	movl 4(%esp), %edx
	movl 8(%esp), %eax
	testl %eax, %eax
	jnz 2f
	incl %eax
2:	cmpl $0, 24(%edx)
	jz 3f
	movl %edx, %ebx
	movl %eax, %esi
	leal 28(%edx), %ecx
	subl $4, %esp
	pushl $0
	pushl %ecx
	pushl $2
	call sigprocmask
	addl $16, %esp
	movl %ebx, %edx
	movl %esi, %eax
3:	movl 0(%edx), %ebx
	movl 4(%edx), %esi
	movl 8(%edx), %edi
	movl 12(%edx), %ebp
	movl 16(%edx), %esp
	jmp *20(%edx)
	.size longjmp, . - longjmp

	.section .note.GNU-stack, "", @progbits
