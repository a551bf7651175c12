/* Registers and the chain of frame pointers (debug builds keep them), on the console. Any context; touches nothing unmapped. */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/layout.h>
#include <core/printk.h>
#include <core/percpu.h>
#include <sched/task.h>

void show_regs(const struct pt_regs *regs)
{
	unsigned long sp = user_mode(regs) ? regs->sp : kernel_sp(regs);

	printk(KERN_EMERG "eax %08lx ebx %08lx ecx %08lx edx %08lx\n", regs->ax, regs->bx, regs->cx, regs->dx);
	printk(KERN_EMERG "esi %08lx edi %08lx ebp %08lx esp %08lx\n", regs->si, regs->di, regs->bp, sp);
	printk(KERN_EMERG "eip %08lx cs %04lx flags %08lx cr2 %08lx cr3 %08lx\n", regs->ip, regs->cs & 0xffff, regs->flags,
	       read_cr2(), read_cr3());
}

static void show_frame(unsigned long ip)
{
	unsigned long offset;
	const char *name = symbol_lookup(ip, &offset);

	if (name)
		printk(KERN_EMERG "  [%08lx] %s+0x%lx\n", ip, name, offset);
	else
		printk(KERN_EMERG "  [%08lx]\n", ip);
}

void show_backtrace(unsigned long bp, unsigned long ip)
{
	unsigned long low, high;
	unsigned i;

	printk(KERN_EMERG "back trace:\n");
	if (ip)
		show_frame(ip);
	low = current ? (unsigned long)current->stack : (unsigned long)boot_stack;
	high = low + KSTACK_SIZE;
	for (i = 0; i < 32 && bp >= low && bp <= high - 8 && !(bp & 3); i++) {
		const unsigned long *frame = (const unsigned long *)bp;

		if (frame[1] < KERNEL_BASE)
			break;
		show_frame(frame[1]);
		if (frame[0] <= bp)
			break;
		bp = frame[0];
	}
}

void dump_stack(void)
{
	show_backtrace((unsigned long)__builtin_frame_address(0), 0);
}
