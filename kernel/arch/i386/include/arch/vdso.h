/* Where things stand in the vDSO's image; vdso.S and vdso.lds follow these. */
#ifndef ARCH_VDSO_H
#define ARCH_VDSO_H

#define VDSO_DATA		0x7c0
#define VDSO_TEXT		0x800
#define VDSO_VSYSCALL		(VDSO_TEXT + 0x00)
#define VDSO_SYSENTER_RETURN	(VDSO_TEXT + 0x10)
#define VDSO_SIGRETURN		(VDSO_TEXT + 0x20)
#define VDSO_RT_SIGRETURN	(VDSO_TEXT + 0x40)

#ifndef __ASSEMBLER__
#include <core/types.h>

/* What user space needs to tell the time without a call; the kernel writes it into the page. */
struct vdso_data {
	u32 seq;		/* odd while it is being changed */
	u32 mult, shift;	/* ns since the start = (TSC - base) * mult >> shift */
	u32 pad;
	u64 base;
	s64 real_offset;	/* ns from there to the wall clock */
};
_Static_assert(sizeof(struct vdso_data) <= VDSO_TEXT - VDSO_DATA, "vdso_data");
#endif

#endif
