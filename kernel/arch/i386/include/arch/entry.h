/* Entry points in entry.S and the C that they call. */
#ifndef ARCH_ENTRY_H
#define ARCH_ENTRY_H

#include <arch/regs.h>

#define VECTOR_IRQ0		0x20
#define VECTOR_SYSCALL		0x80
#define VECTOR_LAPIC_TIMER	0xef
#define VECTOR_SPURIOUS		0xff

extern const u32 trap_entries[22];
extern const char irq_entries[], sysenter_stack_top[];
void entry_page_fault(void);
void entry_int80(void);
void entry_sysenter(void);
void entry_lapic_timer(void);
void entry_spurious(void);
void ret_from_fork(void);
void ret_from_kthread(void);

void trap_page_fault(struct pt_regs *regs);
void trap_dispatch(struct pt_regs *regs, unsigned vector);
void trap_bad_return(struct pt_regs *regs);
void sysenter_bad_stack(struct pt_regs *regs);
void trap_double_fault(void) __noreturn;
void irq_dispatch(struct pt_regs *regs);
void lapic_timer_interrupt(struct pt_regs *regs);
int fpu_error_code(unsigned vector);
int debug_trap(bool user);		/* why the debug exception: si_code, or 0 */

#endif
