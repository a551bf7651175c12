/* Start-up calls of the processor's side, in the order in which kernel_main() makes them. */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <core/types.h>
#include <arch/regs.h>
#include <mm/init.h>

void cpu_detect(void);				/* fills cpu_features */
void gdt_init(void);				/* segments, TSS, double-fault TSS */
void traps_init(void);				/* IDT, sysenter */
void paging_init(void);				/* direct map of all usable memory; NX where nothing executes */
void paging_protect(void);			/* W^X of the image, guard page, SMEP, SMAP, UMIP */
void paging_seal(void);				/* after start-up: ro_after_init data, init text unmapped */
void irq_init(void);				/* 8259s, LAPIC */
void clock_init(void);				/* TSC against PIT, LAPIC timer or PIT one-shot */
void fpu_init(void);
bool fpu_trap(void);				/* device not available; false: no FPU */
struct task;
void fpu_switch_out(struct task *prev);

/* Memory as the boot loader found it. */
#define MAX_MEM_REGIONS 32
extern struct mem_region boot_regions[MAX_MEM_REGIONS];	/* usable, sorted, page aligned, image taken out */
extern unsigned boot_region_count;
void boot_parse(u32 magic, u32 info_phys);	/* command line and memory map; panics with a reason */

/* One-shot event device: interrupt at monotonic time `expires` or soon after. Interrupts off. */
void clock_event_set(u64 expires);

/* Exception table. true: regs->ip is now the fix-up. */
bool extable_fixup(struct pt_regs *regs);
void show_regs(const struct pt_regs *regs);
void show_backtrace(unsigned long bp, unsigned long ip);
void __noreturn arch_halt(void);		/* interrupts off, isa-debug-exit 0x11 when present, for ever */
extern char text_start[], text_end[], init_text_start[], init_text_end[], rodata_start[], rodata_end[],
	ro_after_init_start[], ro_after_init_end[], data_start[], kernel_start[], kernel_end[], boot_guard[];

#endif
