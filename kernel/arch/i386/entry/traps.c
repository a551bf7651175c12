/*
 * Exceptions. From user mode they become signals; in the kernel they are fixed up by the exception table (user
 * copies), or they are bugs, and the machine stops with a report.
 *
 * Intel SDM vol. 3, chapter 6.
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/desc.h>
#include <arch/entry.h>
#include <arch/io.h>
#include <arch/pgtable.h>
#include <core/printk.h>
#include <core/irqflags.h>
#include <mm/mm.h>
#include <sched/signal.h>
#include <abi/errno.h>

#define GATE_INTERRUPT	0x8e00u
#define GATE_USER	0xee00u
#define GATE_TASK	0x8500u
#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176


static u64 idt[256] __aligned(16);

struct trap_info {
	const char *name;
	int sig, code;
};
static const struct trap_info trap_info[] = {
	[0] = { "divide error", SIGFPE, FPE_INTDIV },
	[1] = { "debug", SIGTRAP, TRAP_TRACE },
	[2] = { "non-maskable interrupt", 0, 0 },
	[3] = { "breakpoint", SIGTRAP, SI_KERNEL },
	[4] = { "overflow", SIGSEGV, SI_KERNEL },
	[5] = { "bound range exceeded", SIGSEGV, SI_KERNEL },
	[6] = { "invalid opcode", SIGILL, ILL_ILLOPN },
	[7] = { "device not available", SIGFPE, SI_KERNEL },
	[8] = { "double fault", 0, 0 },
	[9] = { "coprocessor segment overrun", SIGFPE, SI_KERNEL },
	[10] = { "invalid TSS", SIGSEGV, SI_KERNEL },
	[11] = { "segment not present", SIGBUS, SI_KERNEL },
	[12] = { "stack segment fault", SIGBUS, SI_KERNEL },
	[13] = { "general protection fault", SIGSEGV, SI_KERNEL },
	[14] = { "page fault", SIGSEGV, SEGV_MAPERR },
	[16] = { "x87 floating-point error", SIGFPE, FPE_FLTINV },
	[17] = { "alignment check", SIGBUS, BUS_ADRALN },
	[18] = { "machine check", 0, 0 },
	[19] = { "SIMD floating-point error", SIGFPE, FPE_FLTINV },
	[21] = { "control protection", SIGSEGV, SI_KERNEL },
};

static void gate_set(unsigned vector, u32 offset, u32 type)
{
	idt[vector] = (offset & 0xffff) | (u64)KERNEL_CS << 16 | (u64)type << 32 | (u64)(offset & 0xffff0000) << 32;
}

void traps_init(void)
{
	struct desc_pointer p = { sizeof(idt) - 1, (u32)idt };
	unsigned i;

	for (i = 0; i < 22; i++)
		if (trap_entries[i])
			gate_set(i, trap_entries[i], i == 3 || i == 4 ? GATE_USER : GATE_INTERRUPT);
	gate_set(14, (u32)entry_page_fault, GATE_INTERRUPT);
	idt[8] = (u64)(GDT_DF_TSS << 3) << 16 | (u64)GATE_TASK << 32;
	for (i = 0; i < 16; i++)
		gate_set(VECTOR_IRQ0 + i, (u32)irq_entries + 8 * i, GATE_INTERRUPT);
	gate_set(VECTOR_LAPIC_TIMER, (u32)entry_lapic_timer, GATE_INTERRUPT);
	gate_set(VECTOR_SPURIOUS, (u32)entry_spurious, GATE_INTERRUPT);
	gate_set(VECTOR_SYSCALL, (u32)entry_int80, GATE_USER);
	__asm__ volatile("lidt %0" :: "m"(p));
	if (cpu_features.sep) {
		wrmsr(MSR_SYSENTER_CS, KERNEL_CS);
		wrmsr(MSR_SYSENTER_ESP, (u32)sysenter_stack_top);
		wrmsr(MSR_SYSENTER_EIP, (u32)entry_sysenter);
	}
}

/* ---- the exception table ---- */

struct extable_entry { u32 from, to; };
extern const struct extable_entry extable_start[], extable_end[];

bool extable_fixup(struct pt_regs *regs)
{
	const struct extable_entry *e;

	for (e = extable_start; e < extable_end; e++) {
		if (e->from == regs->ip) {
			regs->ip = e->to;
			return true;
		}
	}
	return false;
}

/* ---- oopses ---- */

/*
 * The kernel broke one of its own rules: what it would do next cannot be trusted with anybody's data, so the machine
 * stops, whatever task it was.
 */
static void __noreturn oops(const char *what, struct pt_regs *regs)
{
	unsigned long offset;
	const char *name = symbol_lookup(regs->ip, &offset);

	console_loglevel = 8;
	printk(KERN_EMERG "BUG: %s in the kernel at %s+0x%lx [%08lx], task %s (%d)\n", what, name ? name : "?",
	       name ? offset : 0, regs->ip, current->comm, current->pid);
	show_regs(regs);
	show_backtrace(regs->bp, regs->ip);
	panic("%s", what);
}

static const char *kernel_fault_name(unsigned long addr, unsigned long error)
{
	if (error & PF_ERR_FETCH && addr < PAGE_SIZE)
		return "call of a null pointer";
	if (error & PF_ERR_FETCH)
		return addr < TASK_SIZE ? "execution of user memory" : "execution of kernel data";
	if (addr < PAGE_SIZE)
		return "null pointer dereference";
	if (addr < TASK_SIZE)
		return error & PF_ERR_WRITE ? "direct write to user memory" : "direct read of user memory";
	if (error & PF_ERR_WRITE && error & PF_ERR_PRESENT)
		return addr >= (unsigned long)text_start && addr < (unsigned long)text_end ? "write to kernel text"
			: "write to read-only kernel memory";
	return error & PF_ERR_WRITE ? "write to unmapped kernel memory" : "read of unmapped kernel memory";
}

void trap_page_fault(struct pt_regs *regs)
{
	unsigned long addr = read_cr2(), error = regs->orig_ax;
	int sig, code = SEGV_MAPERR;

	if (user_mode(regs)) {
		regs->orig_ax = -1ul;
		irq_enable();
		if (addr < TASK_SIZE) {
			sig = vm_fault(regs, addr, error, &code);
			if (!sig)
				return;
		} else {
			sig = SIGSEGV;
		}
		current->thread.fault_address = addr;
		current->thread.fault_code = error | PF_ERR_USER;
		current->thread.trap_nr = 14;
		signal_force_fault(sig, code, addr);
		return;
	}
	/* The kernel, on a user address, in one of the copy routines: the same fault handling, or the fix-up. */
	if (addr < TASK_SIZE && !(error & PF_ERR_FETCH) && current->mm && !in_interrupt() && regs->flags & EFLAGS_IF) {
		struct pt_regs probe = *regs;

		if (extable_fixup(&probe)) {
			if (!current->pagefault_disabled && !this_cpu()->preempt_count) {
				irq_enable();
				if (!vm_fault(regs, addr, error, &code))
					return;
			}
			regs->ip = probe.ip;
			return;
		}
	}
	if (extable_fixup(regs))
		return;
	printk(KERN_EMERG "page fault at %08lx, error %lx\n", addr, error);
	oops(kernel_fault_name(addr, error), regs);
}

/* A step, or a hardware breakpoint: the kernel's own touch of watched user memory counts, too. */
static void debug_exception(struct pt_regs *regs)
{
	bool user = user_mode(regs);
	int code = debug_trap(user);

	if (user) {
		regs->orig_ax = -1ul;
		irq_enable();
	} else {
		regs->flags &= ~0x100ul;	/* a single-step flag that sysenter carried in */
	}
	if (!code || !current->mm)
		return;
	current->thread.trap_nr = 1;
	current->thread.fault_code = 0;
	current->thread.fault_address = 0;
	signal_force_fault(SIGTRAP, code, current_regs()->ip);
}

void trap_dispatch(struct pt_regs *regs, unsigned vector)
{
	const struct trap_info *t = &trap_info[vector];
	unsigned long error = regs->orig_ax;

	if (vector == 7 && fpu_trap())
		return;
	if (vector == 2) {
		printk(KERN_ERR "non-maskable interrupt, system control port %02x\n", inb(0x61));
		return;
	}
	if (vector == 1) {
		debug_exception(regs);
		return;
	}
	if (!user_mode(regs)) {
		if (extable_fixup(regs))
			return;
		oops(t->name, regs);
	}
	regs->orig_ax = -1ul;
	irq_enable();
	current->thread.fault_code = error;
	current->thread.trap_nr = vector;
	current->thread.fault_address = 0;
	if (vector == 16 || vector == 19)
		signal_force_fault(t->sig, fpu_error_code(vector), regs->ip);
	else
		signal_force_fault(t->sig, t->code, vector == 13 || vector == 3 ? 0 : regs->ip);
}

/* IRET or a segment register could not take what the user's registers hold. */
void trap_bad_return(struct pt_regs *regs)
{
	regs->orig_ax = -1ul;
	irq_enable();
	current->thread.trap_nr = 13;
	current->thread.fault_code = 0;
	signal_force_fault(SIGSEGV, SI_KERNEL, 0);
}

/* sysenter with a stack pointer from which the sixth argument cannot be read. */
void sysenter_bad_stack(struct pt_regs *regs)
{
	irq_enable();
	regs->ax = -EFAULT;
}

/* On its own stack: the kernel's may be gone. The registers are in the TSS that the processor switched from. */
void __noreturn trap_double_fault(void)
{
	unsigned long stack = current ? (unsigned long)current->stack : 0, offset, sp = tss.esp;
	const char *name = symbol_lookup(tss.eip, &offset);
	bool overflow = sp < stack + 64 && sp >= stack - PAGE_SIZE;

	console_loglevel = 8;
	printk(KERN_EMERG "%s at %s+0x%lx [%08x], esp %08lx, cr2 %08lx, task %s (%d)\n",
	       overflow ? "kernel stack overflow" : "double fault", name ? name : "?", name ? offset : 0, tss.eip, sp,
	       read_cr2(), current->comm, current->pid);
	show_backtrace(tss.ebp, tss.eip);
	if (overflow)
		panic("kernel stack overflow");
	panic("double fault");
}
