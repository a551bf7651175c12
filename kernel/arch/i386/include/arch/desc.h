/* Descriptor tables and the task state segment: Intel SDM vol. 3, 3.5, 6.11, 7.2. */
#ifndef ARCH_DESC_H
#define ARCH_DESC_H

#include <core/types.h>

struct desc_pointer { u16 limit; u32 base; } __packed;

struct tss {
	u32 link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi,
		es, cs, ss, ds, fs, gs, ldt;
	u16 trap, iomap;
};
_Static_assert(sizeof(struct tss) == 104, "TSS");

extern u64 gdt[];
extern struct tss tss;

#endif
