/*
 * memcpy, mempcpy, memmove, memset, strlen: (to, from or byte, length) on the stack, result in eax; ecx, edx and the
 * vector registers are clobbered. With SSE2 pieces of 16 bytes are moved, the first and the last of which may overlap;
 * without, the string instructions do it.
 */
#ifdef LIBC_SHARED
/* Leaves the flags of __cpu_vector == 0. */
#define TEST_VECTOR \
	pushl %ecx; \
	call 77f; \
77:	popl %ecx; \
	cmpl $0, (__cpu_vector - 77b)(%ecx); \
	popl %ecx
#else
#define TEST_VECTOR \
	cmpl $0, __cpu_vector
#endif

	.hidden __cpu_vector
	.text
	.globl memcpy
	.type memcpy, @function
	.p2align 4
memcpy:
	movl 12(%esp), %ecx
	movl 4(%esp), %eax
	movl 8(%esp), %edx
	cmpl $8, %ecx
	jb small
	TEST_VECTOR
	je plain
	cmpl $16, %ecx
	jb up_to_15
	movups (%edx), %xmm0
	movups -16(%edx,%ecx), %xmm1
	cmpl $32, %ecx
	ja over_32
	movups %xmm0, (%eax)
	movups %xmm1, -16(%eax,%ecx)
	ret
up_to_15:
	movq (%edx), %xmm0
	movq -8(%edx,%ecx), %xmm1
	movq %xmm0, (%eax)
	movq %xmm1, -8(%eax,%ecx)
	ret
over_32:
	movups 16(%edx), %xmm2
	movups -32(%edx,%ecx), %xmm3
	cmpl $64, %ecx
	ja over_64
	movups %xmm0, (%eax)
	movups %xmm2, 16(%eax)
	movups %xmm3, -32(%eax,%ecx)
	movups %xmm1, -16(%eax,%ecx)
	ret
/* The last 64 bytes wait in xmm1, 3, 4, 5: the target may lie over the source's end if it begins before it. */
over_64:
	movups -48(%edx,%ecx), %xmm4
	movups -64(%edx,%ecx), %xmm5
	leal -64(%edx,%ecx), %edx
	leal -64(%eax,%ecx), %eax
	negl %ecx
	addl $64, %ecx
	addl $64, %ecx
	jg 3f
2:	movups -64(%edx,%ecx), %xmm0
	movups -48(%edx,%ecx), %xmm2
	movups -32(%edx,%ecx), %xmm6
	movups -16(%edx,%ecx), %xmm7
	movups %xmm0, -64(%eax,%ecx)
	movups %xmm2, -48(%eax,%ecx)
	movups %xmm6, -32(%eax,%ecx)
	movups %xmm7, -16(%eax,%ecx)
	addl $64, %ecx
	jle 2b
/* Fewer than 64 bytes lie before the last ones: two or four pieces, which may reach into them. */
3:	movups -64(%edx,%ecx), %xmm0
	movups -48(%edx,%ecx), %xmm2
	movups -32(%edx,%ecx), %xmm6
	movups -16(%edx,%ecx), %xmm7
	movups %xmm0, -64(%eax,%ecx)
	movups %xmm2, -48(%eax,%ecx)
	movups %xmm6, -32(%eax,%ecx)
	movups %xmm7, -16(%eax,%ecx)
	movups %xmm5, (%eax)
	movups %xmm4, 16(%eax)
	movups %xmm3, 32(%eax)
	movups %xmm1, 48(%eax)
	movl 4(%esp), %eax
	ret
small:
	cmpl $4, %ecx
	jb 4f
	pushl %ebx
	movl (%edx), %ebx
	movl -4(%edx,%ecx), %edx
	movl %ebx, (%eax)
	movl %edx, -4(%eax,%ecx)
	popl %ebx
	ret
4:	testl %ecx, %ecx
	jz 5f
	pushl %ebx
	movzbl (%edx), %ebx
	cmpl $1, %ecx
	je 6f
	movzwl -2(%edx,%ecx), %edx
	movw %dx, -2(%eax,%ecx)
6:	movb %bl, (%eax)
	popl %ebx
5:	ret
plain:
	pushl %edi
	pushl %esi
	movl %eax, %edi
	movl %edx, %esi
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
	.p2align 4
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
	.p2align 4
memmove:
	movl 4(%esp), %eax
	movl 8(%esp), %edx
	movl 12(%esp), %ecx
	subl %edx, %eax
	cmpl %ecx, %eax
	jae memcpy			/* the target does not begin inside the source */
	addl %edx, %eax
	cmpl $8, %ecx
	jb small
	TEST_VECTOR
	je plain_backward
	/* Up to 64 bytes all are read before the first is written. */
	cmpl $64, %ecx
	jbe memcpy
	/* The first 64 bytes wait in xmm4 to 7. */
	movups (%edx), %xmm4
	movups 16(%edx), %xmm5
	movups 32(%edx), %xmm6
	movups 48(%edx), %xmm7
2:	movups -16(%edx,%ecx), %xmm0
	movups -32(%edx,%ecx), %xmm1
	movups -48(%edx,%ecx), %xmm2
	movups -64(%edx,%ecx), %xmm3
	movups %xmm0, -16(%eax,%ecx)
	movups %xmm1, -32(%eax,%ecx)
	movups %xmm2, -48(%eax,%ecx)
	movups %xmm3, -64(%eax,%ecx)
	subl $64, %ecx
	cmpl $64, %ecx
	ja 2b
	movups %xmm4, (%eax)
	movups %xmm5, 16(%eax)
	movups %xmm6, 32(%eax)
	movups %xmm7, 48(%eax)
	ret
plain_backward:
	pushl %edi
	pushl %esi
	leal -1(%edx,%ecx), %esi
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
	.p2align 4
memset:
	movzbl 8(%esp), %edx
	movl 12(%esp), %ecx
	movl 4(%esp), %eax
	imull $0x01010101, %edx, %edx
	cmpl $16, %ecx
	jb 4f
	TEST_VECTOR
	je 5f
	movd %edx, %xmm0
	pshufd $0, %xmm0, %xmm0
	movups %xmm0, -16(%eax,%ecx)
	movups %xmm0, (%eax)
	cmpl $32, %ecx
	jbe 3f
	movups %xmm0, 16(%eax)
	movups %xmm0, -32(%eax,%ecx)
	cmpl $64, %ecx
	jbe 3f
	movups %xmm0, 32(%eax)
	movups %xmm0, 48(%eax)
	movups %xmm0, -48(%eax,%ecx)
	movups %xmm0, -64(%eax,%ecx)
	leal -64(%eax,%ecx), %edx
	andl $-16, %eax
	addl $64, %eax
	cmpl %edx, %eax
	jae 2f
1:	movaps %xmm0, (%eax)
	movaps %xmm0, 16(%eax)
	movaps %xmm0, 32(%eax)
	movaps %xmm0, 48(%eax)
	addl $64, %eax
	cmpl %edx, %eax
	jb 1b
2:	movl 4(%esp), %eax
3:	ret
4:	cmpl $4, %ecx
	jb 6f
	movl %edx, (%eax)
	movl %edx, -4(%eax,%ecx)
	cmpl $8, %ecx
	jbe 3b
	movl %edx, 4(%eax)
	movl %edx, -8(%eax,%ecx)
	ret
6:	testl %ecx, %ecx
	jz 3b
	movb %dl, (%eax)
	movb %dl, -1(%eax,%ecx)
	cmpl $2, %ecx
	jbe 3b
	movb %dl, 1(%eax)
	ret
5:	pushl %edi
	movl %eax, %edi
	movl %edx, %eax
	movl %ecx, %edx
	shrl $2, %ecx
	andl $3, %edx
	rep stosl
	movl %edx, %ecx
	rep stosb
	popl %edi
	movl 4(%esp), %eax
	ret
	.size memset, . - memset

/* Reads whole pieces of 16 bytes, and of 64, which lie in one page as the string's last byte does. */
	.globl strlen
	.type strlen, @function
	.p2align 4
strlen:
	movl 4(%esp), %eax
	TEST_VECTOR
	je 5f
	pxor %xmm0, %xmm0
	movl %eax, %ecx
	andl $-16, %eax
	andl $15, %ecx
	pcmpeqb (%eax), %xmm0
	pmovmskb %xmm0, %edx
	shrl %cl, %edx
	testl %edx, %edx
	jnz 4f
	pxor %xmm0, %xmm0
1:	addl $16, %eax
	testl $63, %eax
	jz 2f
	pcmpeqb (%eax), %xmm0
	pmovmskb %xmm0, %edx
	testl %edx, %edx
	jz 1b
3:	bsfl %edx, %edx
	addl %edx, %eax
	subl 4(%esp), %eax
	ret
/* xmm0 stays zero as long as no zero was found. */
2:	movaps (%eax), %xmm1
	pminub 16(%eax), %xmm1
	movaps 32(%eax), %xmm2
	pminub 48(%eax), %xmm2
	pminub %xmm2, %xmm1
	pcmpeqb %xmm0, %xmm1
	pmovmskb %xmm1, %edx
	addl $64, %eax
	testl %edx, %edx
	jz 2b
	subl $64, %eax
7:	pcmpeqb (%eax), %xmm0
	pmovmskb %xmm0, %edx
	testl %edx, %edx
	jnz 3b
	addl $16, %eax
	jmp 7b
4:	bsfl %edx, %eax
	ret
5:	testb $3, %al
	jz 6f
	cmpb $0, (%eax)
	je 8f
	incl %eax
	jmp 5b
6:	pushl %ebx
9:	movl (%eax), %ecx
	leal -0x01010101(%ecx), %ebx
	notl %ecx
	andl %ecx, %ebx
	addl $4, %eax
	andl $0x80808080, %ebx
	jz 9b
	bsfl %ebx, %ebx
	shrl $3, %ebx
	leal -4(%eax,%ebx), %eax
	popl %ebx
8:	subl 4(%esp), %eax
	ret
	.size strlen, . - strlen

	.section .note.GNU-stack, "", @progbits
