/* Registers of an interrupted thread: by number, as most sources name them, and each by its own name. */
#ifndef LIBC_BITS_MCONTEXT_H
#define LIBC_BITS_MCONTEXT_H

enum {
	REG_GS, REG_FS, REG_ES, REG_DS, REG_EDI, REG_ESI, REG_EBP, REG_ESP, REG_EBX, REG_EDX, REG_ECX, REG_EAX,
	REG_TRAPNO, REG_ERR, REG_EIP, REG_CS, REG_EFL, REG_UESP, REG_SS
};
/* Sources ask by #ifdef which processor this is. */
#define REG_EBP REG_EBP
#define REG_ESP REG_ESP
#define REG_EIP REG_EIP
#define REG_EFL REG_EFL

#define NGREG 19
typedef int greg_t;
typedef greg_t gregset_t[NGREG];
typedef struct abi_fpstate *fpregset_t;

typedef union {
	struct {
		gregset_t gregs;
		fpregset_t fpregs;
		unsigned long oldmask;
		unsigned long cr2;
	};
	struct {
		unsigned gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax;
		unsigned trapno, err, eip, cs, eflags, esp_at_signal, ss;
		unsigned fpstate;
	};
} mcontext_t;

#endif
