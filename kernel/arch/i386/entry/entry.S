/*
 * Entries to the kernel: system calls (int 0x80 and sysenter), exceptions, interrupts; the way back; task switch.
 *
 * In the kernel DS and ES hold USER_DS (flat, ring 3, which ring 0 may use); an entry reloads them only if the user
 * had changed them. FS and GS always hold the running task's own values.
 *
 * Every entry leaves a struct pt_regs at the top of the stack (arch/regs.h) and runs C with its address in EAX.
 * Interrupts are off on entry by all gates; C of exceptions and system calls turns them on.
 */
#include <arch/layout.h>
#include <arch/regs.h>
#include "asm_offsets.h"

#define TSS_SP0 (tss + 4)
#define EFLAGS_BAD 0x44100	/* AC, NT, TF: as the user left them */

	/* CLAC or STAC where the processor has SMAP; paging_protect() patches. */
	.macro CLAC
661:	.byte 0x0f, 0x1f, 0x00		/* nop of three bytes */
	.section .smap_sites, "a"
	.long 661b, 0xca010f
	.previous
	.endm

	.macro EXTABLE from, to
	.section .extable, "a"
	.long \from, \to
	.previous
	.endm

	.macro SAVE_REGS		/* orig_ax is pushed already */
	pushl %gs
	pushl %fs
	pushl %es
	pushl %ds
	pushl %eax
	pushl %ebp
	pushl %edi
	pushl %esi
	pushl %edx
	pushl %ecx
	pushl %ebx
	CLAC
	cld
	cmpw $USER_DS, PT_DS(%esp)
	jne 662f
	cmpw $USER_DS, PT_ES(%esp)
	je 663f
662:	movl $USER_DS, %ebx
	movl %ebx, %ds
	movl %ebx, %es
	movl PT_BX(%esp), %ebx
663:
	.endm

	.macro RESTORE_REGS_IRET
	cmpw $USER_DS, PT_DS(%esp)
	jne restore_segments
	cmpw $USER_DS, PT_ES(%esp)
	jne restore_segments
	popl %ebx
	popl %ecx
	popl %edx
	popl %esi
	popl %edi
	popl %ebp
	popl %eax
	addl $20, %esp			/* ds es fs gs orig_ax */
	.endm

	.section .entry.text, "ax"

/* ---- system calls ---- */

	.globl entry_int80
	.balign 16
entry_int80:
	pushl %eax
	SAVE_REGS
	sti
	movl cpu0 + CPU_CURRENT, %ebp
	cmpb $0, TASK_SYSCALL_WORK(%ebp)
	jne traced_syscall
	cmpl nr_syscalls, %eax
	jae unknown_syscall
	movl %eax, %ebp
	pushl PT_BP(%esp)
	pushl PT_DI + 4(%esp)
	pushl PT_SI + 8(%esp)
	movl %ebx, %eax
	xchgl %ecx, %edx
	call *sys_call_table(, %ebp, 4)
	addl $12, %esp
syscall_done:
	movl %eax, PT_AX(%esp)
	.globl return_to_user
return_to_user:
	cli
	movl cpu0 + CPU_CURRENT, %ecx
	cmpb $0, cpu0 + CPU_NEED_RESCHED
	jne user_work
	cmpw $0, TASK_SIG_PENDING(%ecx)	/* and rseq_event */
	jne user_work
return_iret:
	RESTORE_REGS_IRET
iret_user:
	iret
	EXTABLE iret_user, iret_fault

user_work:
	movl %esp, %eax
	call exit_to_user
	jmp return_to_user

traced_syscall:
	movl %esp, %eax
	call syscall_traced
	jmp return_to_user

unknown_syscall:
	call sys_unknown
	jmp syscall_done

restore_segments:
	popl %ebx
	popl %ecx
	popl %edx
	popl %esi
	popl %edi
	popl %ebp
	popl %eax
1:	popl %ds
2:	popl %es
	addl $12, %esp
3:	iret
	EXTABLE 1b, bad_ds
	EXTABLE 2b, bad_es
	EXTABLE 3b, iret_fault
bad_ds:	movl $0, %ss:(%esp)
	jmp 1b
bad_es:	movl $0, %ss:(%esp)
	jmp 2b

/* IRET found a selector or address that it could not load: SIGSEGV, as if the instruction there had faulted. */
iret_fault:
	pushl $-1
	SAVE_REGS
	movl $USER_DS, %ebx
	movl %ebx, %ds
	movl %ebx, %es
	movl %esp, %eax
	call trap_bad_return
	jmp return_to_user

	.globl entry_sysenter, sysenter_stack_top
	.balign 16
entry_sysenter:
	/* ESP is sysenter_stack_top; a single-step trap of this instruction would use it. */
	movl %ss:TSS_SP0, %esp
	pushl $USER_DS
	pushl %ebp
	pushfl
	orl $0x200, (%esp)
	pushl $USER_CS
	pushl $0			/* the vDSO's return address: below */
	pushl %eax
	SAVE_REGS
	testl $EFLAGS_BAD, PT_FLAGS(%esp)
	jnz sysenter_bad_flags
sysenter_clean:
	movl cpu0 + CPU_CURRENT, %edi
	movl TASK_SYSENTER_RETURN(%edi), %esi
	movl %esi, PT_IP(%esp)
	sti
	/* The vDSO pushed the sixth argument: ebp points at it. */
	cmpl $TASK_SIZE - 4, %ebp
	ja sysenter_fault
661:	.byte 0x0f, 0x1f, 0x00		/* stac */
	.section .smap_sites, "a"
	.long 661b, 0xcb010f
	.previous
1:	movl (%ebp), %ebp
	EXTABLE 1b, sysenter_fault
	CLAC
	movl %ebp, PT_BP(%esp)
	cmpb $0, TASK_SYSCALL_WORK(%edi)
	jne traced_syscall
	cmpl nr_syscalls, %eax
	jae unknown_syscall
	movl %eax, %edi
	pushl %ebp
	pushl PT_DI + 4(%esp)
	pushl PT_SI + 8(%esp)
	movl %ebx, %eax
	xchgl %ecx, %edx
	call *sys_call_table(, %edi, 4)
	addl $12, %esp
	movl %eax, PT_AX(%esp)
	cli
	movl cpu0 + CPU_CURRENT, %ecx
	cmpb $0, cpu0 + CPU_NEED_RESCHED
	jne user_work
	cmpw $0, TASK_SIG_PENDING(%ecx)	/* and rseq_event */
	jne user_work
	testl $EFLAGS_BAD, PT_FLAGS(%esp)
	jnz return_iret
	cmpw $USER_DS, PT_DS(%esp)
	jne return_iret
	cmpw $USER_DS, PT_ES(%esp)
	jne return_iret
	movl PT_IP(%esp), %edx
	movl PT_SP(%esp), %ecx
	movl PT_BX(%esp), %ebx
	movl PT_SI(%esp), %esi
	movl PT_DI(%esp), %edi
	movl PT_BP(%esp), %ebp
	movl PT_AX(%esp), %eax
	sti
	sysexit

sysenter_bad_flags:
	pushl $2
	popfl
	jmp sysenter_clean
sysenter_fault:
	CLAC
	movl %esp, %eax
	call sysenter_bad_stack
	jmp return_to_user

/* ---- first run of a task: EAX is the task that ran before ---- */

	.globl ret_from_fork
ret_from_fork:
	call sched_tail
	jmp return_to_user

	.globl ret_from_kthread
ret_from_kthread:			/* EBX function, ESI argument */
	call sched_tail
	sti
	movl %esi, %eax
	call *%ebx
	call kthread_returned
	jmp return_to_user		/* it has become a user task */

/* struct task *__switch_to(struct task *prev, struct task *next): prev in EAX is also the result. */
	.globl __switch_to
__switch_to:
	pushl %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	movl %esp, TASK_SP(%eax)
	movl TASK_SP(%edx), %esp
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret

/* ---- exceptions ---- */

	.globl entry_page_fault
	.balign 16
entry_page_fault:			/* the error code is where orig_ax belongs */
	SAVE_REGS
	movl %esp, %eax
	call trap_page_fault
trap_return:
	testb $3, PT_CS(%esp)
	jnz return_to_user
kernel_return:
	cli
	testl $0x200, PT_FLAGS(%esp)	/* interrupts were off: no preemption */
	jz 1f
	cmpl $0, cpu0 + CPU_PREEMPT_COUNT
	jne 1f
	cmpb $0, cpu0 + CPU_NEED_RESCHED
	je 1f
	call preempt_schedule_irq
1:	popl %ebx
	popl %ecx
	popl %edx
	popl %esi
	popl %edi
	popl %ebp
	popl %eax
	addl $20, %esp
	iret

	.macro TRAP vector, error
trap_\vector:
	.if \error == 0
	pushl $0
	.endif
	SAVE_REGS
	movl %esp, %eax
	movl $\vector, %edx
	call trap_dispatch
	jmp trap_return
	.endm

	.irp v, 0,1,2,3,4,5,6,7,9,15,16,18,19
	TRAP \v, 0
	.endr
	.irp v, 10,11,12,13,17,21
	TRAP \v, 1
	.endr

/* ---- interrupts ---- */

common_irq:
	SAVE_REGS
	movl %esp, %eax
	call irq_dispatch
	testb $3, PT_CS(%esp)
	jnz return_to_user
	jmp kernel_return

	.altmacro
	.macro IRQ n
	.balign 8
	pushl $~(\n)
	jmp common_irq
	.endm
	.globl irq_entries
	.balign 8
irq_entries:
	.set n, 0
	.rept 16
	IRQ %n
	.set n, n + 1
	.endr

	.globl entry_lapic_timer
	.balign 16
entry_lapic_timer:
	pushl $-1
	SAVE_REGS
	movl %esp, %eax
	call lapic_timer_interrupt
	testb $3, PT_CS(%esp)
	jnz return_to_user
	jmp kernel_return

	.globl entry_spurious
entry_spurious:
	iret

/* Double fault: a task gate, so it has a stack of its own when the kernel's overflowed. */
	.globl entry_double_fault
entry_double_fault:
	call trap_double_fault
1:	hlt
	jmp 1b

	.section .rodata
	.globl trap_entries
trap_entries:
	.long trap_0, trap_1, trap_2, trap_3, trap_4, trap_5, trap_6, trap_7
	.long 0, trap_9, trap_10, trap_11, trap_12, trap_13, 0, trap_15
	.long trap_16, trap_17, trap_18, trap_19, 0, trap_21

	.bss
	.balign 16
	.skip 512
sysenter_stack_top:
