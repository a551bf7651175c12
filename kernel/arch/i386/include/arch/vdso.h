/* Where things stand in the vDSO's image; vdso.S and vdso.lds follow these. */
#ifndef ARCH_VDSO_H
#define ARCH_VDSO_H

#define VDSO_TEXT		0x800
#define VDSO_VSYSCALL		(VDSO_TEXT + 0x00)
#define VDSO_SYSENTER_RETURN	(VDSO_TEXT + 0x10)
#define VDSO_SIGRETURN		(VDSO_TEXT + 0x20)
#define VDSO_RT_SIGRETURN	(VDSO_TEXT + 0x40)

#endif
