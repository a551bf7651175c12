/*
 * _start of a dynamic program, whatever its address: the loader enters with the initial stack. Calls
 * __libc_start_main(main, initial stack), which does not return.
 */
	.text
	.globl _start
	.type _start, @function
_start:
	xorl %ebp, %ebp
	movl %esp, %eax
	andl $-16, %esp
	subl $8, %esp
	call 1f
1:	popl %ebx
	addl $_GLOBAL_OFFSET_TABLE_ + (. - 1b), %ebx
	pushl %eax
	pushl main@GOT(%ebx)
	call __libc_start_main@PLT
	hlt
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
