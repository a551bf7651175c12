/* Registers and the chain of frame pointers (debug builds keep them), on the console. Any context; touches nothing unmapped. */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/layout.h>
#include <core/printk.h>
#include <core/percpu.h>
#include <arch/thread.h>
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

/* Return addresses of a chain of frames on the stack that begins at low; how many. */
static unsigned walk(unsigned long low, unsigned long bp, unsigned long *ips, unsigned max)
{
	unsigned long high = low + KSTACK_SIZE;
	unsigned n = 0;

	while (n < max && bp >= low && bp <= high - 8 && !(bp & 3)) {
		const unsigned long *frame = (const unsigned long *)bp;

		if (frame[1] < KERNEL_BASE)
			break;
		ips[n++] = frame[1];
		if (frame[0] <= bp)
			break;
		bp = frame[0];
	}
	return n;
}

void show_backtrace(unsigned long bp, unsigned long ip)
{
	unsigned long ips[32];
	unsigned n = walk(current ? (unsigned long)current->stack : (unsigned long)boot_stack, bp, ips, ARRAY_SIZE(ips));

	printk(KERN_EMERG "back trace:\n");
	if (ip)
		show_frame(ip);
	for (unsigned i = 0; i < n; i++)
		show_frame(ips[i]);
}

unsigned thread_backtrace(const struct task *t, unsigned long *ips, unsigned max)
{
	const unsigned long *sp = (const unsigned long *)t->thread.sp;

	if (t == current)
		return walk((unsigned long)t->stack, (unsigned long)__builtin_frame_address(0), ips, max);
	/* What __switch_to() has pushed: edi, esi, ebx, ebp, return address. */
	ips[0] = sp[4];
	return 1 + walk((unsigned long)t->stack, sp[3], ips + 1, max - 1);
}

void dump_stack(void)
{
	show_backtrace((unsigned long)__builtin_frame_address(0), 0);
}
