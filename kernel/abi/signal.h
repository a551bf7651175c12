/*
 * Signals: numbers, actions, information records and the frames that a handler finds on its stack.
 *
 * A handler installed without SA_SIGINFO finds a struct abi_sigframe at its stack pointer, one
 * installed with it a struct abi_rt_sigframe; %esp + 4 is 16-byte aligned at its first instruction, and
 * the arguments are also in %eax, %edx and %ecx. The handler returns to pretcode, which is
 * sa_restorer when SA_RESTORER is set and otherwise the vDSO's __kernel_(rt_)sigreturn.
 */
#ifndef ABI_SIGNAL_H
#define ABI_SIGNAL_H

#include <abi/int.h>

#define SIGHUP		1
#define SIGINT		2
#define SIGQUIT		3
#define SIGILL		4
#define SIGTRAP		5
#define SIGABRT		6
#define SIGIOT		6
#define SIGBUS		7
#define SIGFPE		8
#define SIGKILL		9
#define SIGUSR1		10
#define SIGSEGV		11
#define SIGUSR2		12
#define SIGPIPE		13
#define SIGALRM		14
#define SIGTERM		15
#define SIGSTKFLT	16
#define SIGCHLD		17
#define SIGCONT		18
#define SIGSTOP		19
#define SIGTSTP		20
#define SIGTTIN		21
#define SIGTTOU		22
#define SIGURG		23
#define SIGXCPU		24
#define SIGXFSZ		25
#define SIGVTALRM	26
#define SIGPROF		27
#define SIGWINCH	28
#define SIGIO		29
#define SIGPOLL		SIGIO
#define SIGPWR		30
#define SIGSYS		31
#define SIGUNUSED	31
/* The first and last real-time signals as the kernel counts; C libraries keep the first few. */
#define ABI_SIGRTMIN	32
#define ABI_SIGRTMAX	64
#define ABI_NSIG	64

#define SA_NOCLDSTOP	0x00000001
#define SA_NOCLDWAIT	0x00000002
#define SA_SIGINFO	0x00000004
#define SA_UNSUPPORTED	0x00000400
#define SA_EXPOSE_TAGBITS 0x00000800
#define SA_RESTORER	0x04000000
#define SA_ONSTACK	0x08000000
#define SA_RESTART	0x10000000
#define SA_NODEFER	0x40000000
#define SA_RESETHAND	0x80000000
#define SA_NOMASK	SA_NODEFER
#define SA_ONESHOT	SA_RESETHAND

#define SIG_BLOCK	0
#define SIG_UNBLOCK	1
#define SIG_SETMASK	2

#define ABI_SIG_DFL	0
#define ABI_SIG_IGN	1

/* Signal n is bit n - 1; word 0 holds signals 1 to 32. */
struct abi_sigset {
	__u32 sig[2];
};

/* sigaction (67) */
struct abi_old_sigaction {
	__u32 sa_handler;
	__u32 sa_mask;
	__u32 sa_flags;
	__u32 sa_restorer;
};

/* rt_sigaction (174) */
struct abi_sigaction {
	__u32 sa_handler;
	__u32 sa_flags;
	__u32 sa_restorer;
	struct abi_sigset sa_mask;
};

#define SS_ONSTACK	1
#define SS_DISABLE	2
#define SS_AUTODISARM	(1U << 31)
#define MINSIGSTKSZ	2048
#define SIGSTKSZ	8192

struct abi_stack_t {
	__u32 ss_sp;
	__s32 ss_flags;
	__u32 ss_size;
};

union abi_sigval {
	__s32 sival_int;
	__u32 sival_ptr;
};

struct abi_siginfo {
	__s32 si_signo;
	__s32 si_errno;
	__s32 si_code;
	union {
		__s32 _pad[29];
		struct {
			__s32 _pid;
			__u32 _uid;
		} _kill;
		struct {
			__s32 _tid;
			__s32 _overrun;
			union abi_sigval _sigval;
			__s32 _sys_private;
		} _timer;
		struct {
			__s32 _pid;
			__u32 _uid;
			union abi_sigval _sigval;
		} _rt;
		struct {
			__s32 _pid;
			__u32 _uid;
			__s32 _status;
			__s32 _utime;
			__s32 _stime;
		} _sigchld;
		struct {
			__u32 _addr;
			__s16 _addr_lsb;
		} _sigfault;
		struct {
			__s32 _band;
			__s32 _fd;
		} _sigpoll;
		struct {
			__u32 _call_addr;
			__s32 _syscall;
			__u32 _arch;
		} _sigsys;
	} _sifields;
};

#define SI_USER		0
#define SI_KERNEL	0x80
#define SI_QUEUE	(-1)
#define SI_TIMER	(-2)
#define SI_MESGQ	(-3)
#define SI_ASYNCIO	(-4)
#define SI_SIGIO	(-5)
#define SI_TKILL	(-6)

#define ILL_ILLOPC	1
#define ILL_ILLOPN	2
#define ILL_ILLADR	3
#define ILL_ILLTRP	4
#define ILL_PRVOPC	5
#define ILL_PRVREG	6
#define ILL_COPROC	7
#define ILL_BADSTK	8

#define FPE_INTDIV	1
#define FPE_INTOVF	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
#define FPE_FLTSUB	8

#define SEGV_MAPERR	1
#define SEGV_ACCERR	2

#define BUS_ADRALN	1
#define BUS_ADRERR	2
#define BUS_OBJERR	3

#define TRAP_BRKPT	1
#define TRAP_TRACE	2
#define TRAP_BRANCH	3
#define TRAP_HWBKPT	4

#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_DUMPED	3
#define CLD_TRAPPED	4
#define CLD_STOPPED	5
#define CLD_CONTINUED	6

#define POLL_IN		1
#define POLL_OUT	2
#define POLL_MSG	3
#define POLL_ERR	4
#define POLL_PRI	5
#define POLL_HUP	6

#define SYS_SECCOMP	1

#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2
#define SIGEV_THREAD_ID	4

struct abi_sigevent {
	union abi_sigval sigev_value;
	__s32 sigev_signo;
	__s32 sigev_notify;
	union {
		__s32 _pad[13];
		__s32 _tid;
		struct {
			__u32 _function;
			__u32 _attribute;
		} _sigev_thread;
	} _sigev_un;
};

struct abi_fpreg {
	__u16 significand[4];
	__u16 exponent;
};

struct abi_fpxreg {
	__u16 significand[4];
	__u16 exponent;
	__u16 padding[3];
};

struct abi_xmmreg {
	__u32 element[4];
};

/*
 * The 112 bytes of FSAVE, then (magic == X86_FXSR_MAGIC) the 512 bytes of FXSAVE from _fxsr_env. The
 * structure must be 16-byte aligned from _fxsr_env on.
 */
struct abi_fpstate {
	__u32 cw;
	__u32 sw;
	__u32 tag;
	__u32 ipoff;
	__u32 cssel;
	__u32 dataoff;
	__u32 datasel;
	struct abi_fpreg _st[8];
	__u16 status;
	__u16 magic;
	__u32 _fxsr_env[6];
	__u32 mxcsr;
	__u32 reserved;
	struct abi_fpxreg _fxsr_st[8];
	struct abi_xmmreg _xmm[8];
	__u32 padding1[44];
	__u32 padding2[12];	/* the last 12 words of FXSAVE: struct _fpx_sw_bytes */
};

#define X86_FXSR_MAGIC	0x0000

struct abi_sigcontext {
	__u16 gs, __gsh;
	__u16 fs, __fsh;
	__u16 es, __esh;
	__u16 ds, __dsh;
	__u32 edi;
	__u32 esi;
	__u32 ebp;
	__u32 esp;
	__u32 ebx;
	__u32 edx;
	__u32 ecx;
	__u32 eax;
	__u32 trapno;
	__u32 err;
	__u32 eip;
	__u16 cs, __csh;
	__u32 eflags;
	__u32 esp_at_signal;
	__u16 ss, __ssh;
	__u32 fpstate;		/* struct abi_fpstate *, or 0 */
	__u32 oldmask;
	__u32 cr2;
};

struct abi_ucontext {
	__u32 uc_flags;
	__u32 uc_link;
	struct abi_stack_t uc_stack;
	struct abi_sigcontext uc_mcontext;
	struct abi_sigset uc_sigmask;
};

#define UC_FP_XSTATE	0x1

struct abi_sigframe {
	__u32 pretcode;
	__s32 sig;
	struct abi_sigcontext sc;
	struct abi_fpstate fpstate_unused;
	__u32 extramask[1];
	__u8 retcode[8];
	/* the FPU state follows */
};

struct abi_rt_sigframe {
	__u32 pretcode;
	__s32 sig;
	__u32 pinfo;
	__u32 puc;
	struct abi_siginfo info;
	struct abi_ucontext uc;
	__u8 retcode[8];
	/* the FPU state follows */
};

#endif
