/*
 * memcpy, mempcpy, memmove, memset by the string instructions: (to, from or byte, length) on the
 * stack, result in eax; ecx and edx are clobbered.
 */
	.text
	.globl memcpy
	.type memcpy, @function
memcpy:
	pushl %edi
	pushl %esi
	movl 12(%esp), %edi
	movl 16(%esp), %esi
	movl 20(%esp), %ecx
	movl %edi, %eax
	movl %ecx, %edx
	shrl $2, %ecx
	andl $3, %edx
	rep movsl
	movl %edx, %ecx
	rep movsb
	popl %esi
	popl %edi
	ret
	.size memcpy, . - memcpy

	.globl mempcpy
	.type mempcpy, @function
mempcpy:
	pushl 12(%esp)
	pushl 12(%esp)
	pushl 12(%esp)
	call memcpy
	addl $12, %esp
	addl 12(%esp), %eax
	ret
	.size mempcpy, . - mempcpy

	.globl memmove
	.type memmove, @function
memmove:
	movl 4(%esp), %eax
	movl %eax, %edx
	subl 8(%esp), %edx
	cmpl 12(%esp), %edx
	jae memcpy			/* the target does not begin inside the source */
	pushl %edi
	pushl %esi
	movl 20(%esp), %ecx
	movl 16(%esp), %esi
	leal -1(%esi,%ecx), %esi
	leal -1(%eax,%ecx), %edi
	std
	movl %ecx, %edx
	andl $3, %ecx
	rep movsb
	movl %edx, %ecx
	shrl $2, %ecx
	subl $3, %esi
	subl $3, %edi
	rep movsl
	cld
	popl %esi
	popl %edi
	ret
	.size memmove, . - memmove

	.globl memset
	.type memset, @function
memset:
	pushl %edi
	movl 8(%esp), %edi
	movzbl 12(%esp), %eax
	imull $0x01010101, %eax, %eax
	movl 16(%esp), %ecx
	movl %ecx, %edx
	shrl $2, %ecx
	andl $3, %edx
	rep stosl
	movl %edx, %ecx
	rep stosb
	movl 8(%esp), %eax
	popl %edi
	ret
	.size memset, . - memset

	.section .note.GNU-stack, "", @progbits
