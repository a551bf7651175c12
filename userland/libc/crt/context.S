/*
 * getcontext(), setcontext(), swapcontext(): what a call must keep (ebx, esi, edi, ebp, esp, eip), the signal mask,
 * and the control word of the x87, in a ucontext_t:
 *
 *	36 edi, 40 esi, 44 ebp, 48 esp, 52 ebx, 76 eip, 108 mask
 *
 * The control word lies in the place of oldmask (100). A context that a signal handler
 * was given holds more than these can restore, and is not for setcontext().
 */
#include <bits/syscall.h>

#define EDI 36
#define ESI 40
#define EBP 44
#define ESP 48
#define EBX 52
#define EIP 76
#define CONTROL 100
#define MASK 108
#define SIG_SETMASK 2

	.text
	.globl getcontext
	.type getcontext, @function
getcontext:
	movl 4(%esp), %eax
	call keep
	ret
	.size getcontext, . - getcontext

	.globl setcontext
	.type setcontext, @function
setcontext:
	movl 4(%esp), %edx
	jmp restore
	.size setcontext, . - setcontext

	.globl swapcontext
	.type swapcontext, @function
swapcontext:
	movl 4(%esp), %eax
	call keep
	movl 8(%esp), %edx
	jmp restore
	.size swapcontext, . - swapcontext

/* The caller's caller goes on, with 0, when the context in eax is taken up. Clobbers ecx, edx; eax is 0. */
keep:
	movl %edi, EDI(%eax)
	movl %esi, ESI(%eax)
	movl %ebp, EBP(%eax)
	movl %ebx, EBX(%eax)
	leal 8(%esp), %ecx
	movl %ecx, ESP(%eax)
	movl 4(%esp), %ecx
	movl %ecx, EIP(%eax)
	fnstcw CONTROL(%eax)
	pushl %ebx
	pushl %esi
	leal MASK(%eax), %edx
	xorl %ecx, %ecx
	movl $SIG_SETMASK, %ebx
	movl $8, %esi
	movl $__NR_rt_sigprocmask, %eax
	int $0x80
	popl %esi
	popl %ebx
	xorl %eax, %eax
	ret

/* Takes up the context in edx. */
restore:
	movl %edx, %edi
	leal MASK(%edx), %ecx
	xorl %edx, %edx
	movl $SIG_SETMASK, %ebx
	movl $8, %esi
	movl $__NR_rt_sigprocmask, %eax
	int $0x80
	movl %edi, %edx
	fldcw CONTROL(%edx)
	movl EDI(%edx), %edi
	movl ESI(%edx), %esi
	movl EBP(%edx), %ebp
	movl EBX(%edx), %ebx
	movl ESP(%edx), %esp
	xorl %eax, %eax
	jmp *EIP(%edx)

/* Where a function of makecontext() returns to: ebx is the context that follows, or 0 for the thread's end. */
	.globl __context_end
	.hidden __context_end
	.type __context_end, @function
__context_end:
	movl %ebx, %edx
	testl %edx, %edx
	jnz restore
	movl $0, (%esp)
	andl $-16, %esp
	subl $12, %esp
	pushl $0
	call __context_exit
	hlt
	.size __context_end, . - __context_end

	.section .note.GNU-stack, "", @progbits
