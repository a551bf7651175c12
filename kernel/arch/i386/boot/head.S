/*
 * First instructions: from the multiboot loader (protected mode, paging off, EBX = information, EAX = magic) to C
 * in the upper half. Builds a direct map of the first GiB with 2 MiB pages, turns on PAE, NX if there is one, and
 * paging, and calls kernel_main(magic, info).
 *
 * Multiboot Specification 0.6.96; Intel SDM vol. 3, 4.4 (PAE paging).
 */
#include <arch/layout.h>

#define PHYS(x) ((x) - KERNEL_BASE)
#define MB_MAGIC 0x1badb002
#define MB_FLAGS 0x00000003		/* page-aligned modules, memory map */

	.section .multiboot, "ax"
	.balign 4
	.long MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

	.section .head.text, "ax"
	.globl _start
_start:
	cli
	cld
	movl $PHYS(boot_stack_top), %esp
	pushl $0
	popfl
	movl %eax, %ebp			/* magic */
	movl %ebx, %edi			/* information */

	movl $1, %eax
	cpuid
	testl $(1 << 6), %edx		/* PAE */
	jz no_pae
	testl $(1 << 3), %edx		/* PSE */
	jz no_pae

	/* 512 entries of 2 MiB: the first GiB, writable and executable until paging_protect(). */
	movl $PHYS(kernel_pd), %ebx
	movl $0x83, %eax		/* present, writable, large */
	movl $512, %ecx
1:	movl %eax, (%ebx)
	movl $0, 4(%ebx)
	addl $LARGE_PAGE_SIZE, %eax
	addl $8, %ebx
	loop 1b

	/* Entry 0 maps the same GiB one to one until C drops it. */
	movl $PHYS(kernel_pd) + 1, PHYS(kernel_pdpt) + 0
	movl $PHYS(kernel_pd) + 1, PHYS(kernel_pdpt) + 16
	movl $PHYS(kernel_pd) + 4096 + 1, PHYS(kernel_pdpt) + 24
	movl $PHYS(kernel_pdpt), %eax
	movl %eax, %cr3

	movl %cr4, %eax
	orl $0x20, %eax			/* PAE */
	movl %eax, %cr4

	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb 2f
	movl $0x80000001, %eax
	cpuid
	testl $(1 << 20), %edx		/* NX */
	jz 2f
	movl $0xc0000080, %ecx		/* EFER */
	rdmsr
	orl $(1 << 11), %eax		/* NXE */
	wrmsr
2:
	movl %cr0, %eax
	andl $0x9fffffff, %eax		/* caches on */
	orl $0x80010001, %eax		/* paging, write protection, protected mode */
	movl %eax, %cr0
	movl $3f, %eax
	jmp *%eax
3:	movl $boot_stack_top, %esp
	lgdt boot_gdt_pointer
	ljmp $KERNEL_CS, $4f
4:	movl $USER_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl $KERNEL_DS, %eax
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	lldt %ax
	movl %ebp, %eax
	movl %edi, %edx
	xorl %ebp, %ebp
	pushl $0
	call kernel_main
5:	hlt
	jmp 5b

no_pae:	/* Say so on the screen and on the first serial port. */
	movl $PHYS(no_pae_text), %esi
	movl $0xb8000, %edi
	movb $0x0f, %ah
1:	lodsb
	testb %al, %al
	jz 2f
	stosw
	movw $0x3f8, %dx
	outb %al, %dx
	jmp 1b
2:	movb $0x11, %al			/* isa-debug-exit, as arch_halt() */
	outb %al, $0xf4
	jmp 5b

	.section .rodata
no_pae_text:
	.asciz "panic: ImposOS needs a processor with PAE (Pentium Pro or newer; QEMU: -cpu qemu32,+pae or -cpu max)"

	.balign 8
boot_gdt:
	.fill 12, 8, 0
	.quad 0x00cf9b000000ffff	/* 0x60 kernel code */
	.quad 0x00cf93000000ffff	/* 0x68 kernel data */
	.quad 0x00cffb000000ffff	/* 0x73 user code */
	.quad 0x00cff3000000ffff	/* 0x7b user data */
boot_gdt_end:
	.word 0
boot_gdt_pointer:
	.word boot_gdt_end - boot_gdt - 1
	.long boot_gdt

	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
	.globl boot_stack, kernel_pd, kernel_pdpt, boot_guard
boot_guard:
	.skip 4096			/* unmapped by paging_protect() */
boot_stack:
	.skip KSTACK_SIZE
boot_stack_top:
kernel_pd:
	.skip 8192
kernel_pdpt:
	.skip 32
	.skip 4096 - 32
