/*
 * _dl_start: where the kernel enters, be it as a program's interpreter or as the program itself. The stack is
 * that of any new program. __dl_main(stack) relocates this library, loads everything and returns where to go
 * on; it may have moved the stack's beginning up past arguments of its own, which it says in edx.
 */
	.text
	.globl _dl_start
	.hidden _dl_start, __dl_main
	.type _dl_start, @function
_dl_start:
	xorl %ebp, %ebp
	movl %esp, %eax
	andl $-16, %esp
	subl $12, %esp
	pushl %eax
	call __dl_main
	movl %edx, %esp
	xorl %edx, %edx
	jmp *%eax
	.size _dl_start, . - _dl_start

/*
 * __dl_resolve: the procedure linkage table's first entry jumps here with the map and the relocation's offset
 * pushed. Calls __dl_fixup(map, offset), and goes on at the function, with every register as it was.
 */
	.globl __dl_resolve
	.hidden __dl_resolve, __dl_fixup
	.type __dl_resolve, @function
__dl_resolve:
	pushl %eax
	pushl %ecx
	pushl %edx
	movl 16(%esp), %edx
	movl 12(%esp), %eax
	pushl %edx
	pushl %eax
	call __dl_fixup
	addl $8, %esp
	movl %eax, 16(%esp)
	popl %edx
	popl %ecx
	popl %eax
	leal 4(%esp), %esp
	ret
	.size __dl_resolve, . - __dl_resolve

/* TLS descriptors: in eax the descriptor {function, argument}; out eax the offset from the thread block. */
	.globl __tls_descriptor_static
	.hidden __tls_descriptor_static
	.type __tls_descriptor_static, @function
__tls_descriptor_static:
	movl 4(%eax), %eax
	ret
	.size __tls_descriptor_static, . - __tls_descriptor_static

	.globl __tls_descriptor_undefined
	.hidden __tls_descriptor_undefined
	.type __tls_descriptor_undefined, @function
__tls_descriptor_undefined:
	movl 4(%eax), %eax
	subl %gs:0, %eax
	ret
	.size __tls_descriptor_undefined, . - __tls_descriptor_undefined

	.globl __tls_descriptor_dynamic
	.hidden __tls_descriptor_dynamic, __tls_address
	.type __tls_descriptor_dynamic, @function
__tls_descriptor_dynamic:
	pushl %ecx
	pushl %edx
	subl $12, %esp
	pushl 4(%eax)
	call __tls_address
	addl $16, %esp
	popl %edx
	popl %ecx
	subl %gs:0, %eax
	ret
	.size __tls_descriptor_dynamic, . - __tls_descriptor_dynamic

/* The two names under which compiled code asks for a variable: index in eax, and on the stack. */
	.globl ___tls_get_addr
	.type ___tls_get_addr, @function
___tls_get_addr:
	subl $24, %esp
	pushl %eax
	call __tls_address
	addl $28, %esp
	ret
	.size ___tls_get_addr, . - ___tls_get_addr

	.globl __tls_get_addr
	.type __tls_get_addr, @function
__tls_get_addr:
	jmp __tls_address
	.size __tls_get_addr, . - __tls_get_addr

	.section .note.GNU-stack, "", @progbits
