/* The end of the road, and the report on the way there. */
#include <core/printk.h>
#include <core/irqflags.h>
#include <core/percpu.h>
#include <arch/cpu.h>
#include <core/init.h>
#include <arch/arch.h>
#include <sched/task.h>

unsigned long __stack_chk_guard __section(".data.ro_after_init") = 0x5afe0ff0;	/* until stack_guard_init() */
void __stack_chk_fail(void) __noreturn;

static bool panicking;

void panic(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	irq_disable();
	this_cpu()->preempt_count++;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	console_loglevel = 8;
	printk(KERN_EMERG "panic: %s\n", text);
	if (!panicking) {
		panicking = true;
		show_backtrace((unsigned long)__builtin_frame_address(0), 0);
	}
	printk(KERN_EMERG "system halted\n");
	arch_halt();
}

void bug_at(const char *file, int line, const char *what)
{
	console_loglevel = 8;
	printk(KERN_EMERG "BUG: %s at %s:%d, task %s (%d)\n", what, file, line, current->comm, current->pid);
	panic("a broken invariant: %s", what);
}

void warn_at(const char *file, int line, const char *what)
{
	printk(KERN_ERR "BUG: warning: %s at %s:%d, task %s (%d)\n", what, file, line, current->comm, current->pid);
	dump_stack();
}

/* Called by a function that never returns, or its own frame would not fit the new value. */
void __init stack_guard_init(void)
{
	u64 t = rdtsc();
	u32 r = 0;

	if (cpu_features.rdrand)
		__asm__ volatile("rdrand %0" : "=r"(r) :: "cc");
	/* The lowest byte in memory is 0, so that a string cannot run over it. */
	__stack_chk_guard = (((u32)t * 0x9e3779b1u) ^ (u32)(t >> 32) ^ r) << 8;
}

void __stack_chk_fail(void)
{
	panic("kernel stack frame overwritten in %pS", __builtin_return_address(0));
}
