/* Interrupt enable flag of this processor. */
#ifndef CORE_IRQFLAGS_H
#define CORE_IRQFLAGS_H

#include <core/types.h>

#define EFLAGS_IF 0x200ul

static __always_inline unsigned long irq_flags(void)
{
	unsigned long f;
	__asm__ volatile("pushfl; popl %0" : "=r"(f) :: "memory");
	return f;
}
static __always_inline void irq_disable(void) { __asm__ volatile("cli" ::: "memory"); }
static __always_inline void irq_enable(void) { __asm__ volatile("sti" ::: "memory"); }
static __always_inline bool irqs_disabled(void) { return !(irq_flags() & EFLAGS_IF); }
static __always_inline unsigned long irq_save(void)
{
	unsigned long f = irq_flags();
	irq_disable();
	return f;
}
static __always_inline void irq_restore(unsigned long f)
{
	if (f & EFLAGS_IF)
		irq_enable();
}

#endif
