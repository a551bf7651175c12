/*
 * _start: the kernel enters with argc at 0(%esp), argv from 4(%esp), then the environment and the
 * auxiliary vector. Calls __libc_start(initial stack), which does not return.
 */
	.text
	.globl _start
	.type _start, @function
_start:
	xorl %ebp, %ebp
	movl %esp, %eax
	andl $-16, %esp
	subl $12, %esp
	pushl %eax
	call __libc_start
	hlt
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
