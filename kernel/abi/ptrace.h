/* ptrace: requests, events and the register record. */
#ifndef ABI_PTRACE_H
#define ABI_PTRACE_H

#include <abi/int.h>

#define PTRACE_TRACEME		0
#define PTRACE_PEEKTEXT		1
#define PTRACE_PEEKDATA		2
#define PTRACE_PEEKUSR		3
#define PTRACE_POKETEXT		4
#define PTRACE_POKEDATA		5
#define PTRACE_POKEUSR		6
#define PTRACE_CONT		7
#define PTRACE_KILL		8
#define PTRACE_SINGLESTEP	9
#define PTRACE_GETREGS		12
#define PTRACE_SETREGS		13
#define PTRACE_GETFPREGS	14
#define PTRACE_SETFPREGS	15
#define PTRACE_ATTACH		16
#define PTRACE_DETACH		17
#define PTRACE_GETFPXREGS	18
#define PTRACE_SETFPXREGS	19
#define PTRACE_SYSCALL		24
#define PTRACE_GET_THREAD_AREA	25
#define PTRACE_SET_THREAD_AREA	26
#define PTRACE_SYSEMU		31
#define PTRACE_SYSEMU_SINGLESTEP 32
#define PTRACE_SETOPTIONS	0x4200
#define PTRACE_GETEVENTMSG	0x4201
#define PTRACE_GETSIGINFO	0x4202
#define PTRACE_SETSIGINFO	0x4203
#define PTRACE_GETREGSET	0x4204
#define PTRACE_SETREGSET	0x4205
#define PTRACE_SEIZE		0x4206
#define PTRACE_INTERRUPT	0x4207
#define PTRACE_LISTEN		0x4208
#define PTRACE_PEEKSIGINFO	0x4209
#define PTRACE_GETSIGMASK	0x420a
#define PTRACE_SETSIGMASK	0x420b
#define PTRACE_GET_SYSCALL_INFO	0x420e

#define PTRACE_PEEKSIGINFO_SHARED 1

#define PTRACE_O_TRACESYSGOOD	0x01
#define PTRACE_O_TRACEFORK	0x02
#define PTRACE_O_TRACEVFORK	0x04
#define PTRACE_O_TRACECLONE	0x08
#define PTRACE_O_TRACEEXEC	0x10
#define PTRACE_O_TRACEVFORKDONE	0x20
#define PTRACE_O_TRACEEXIT	0x40
#define PTRACE_O_TRACESECCOMP	0x80
#define PTRACE_O_EXITKILL	(1 << 20)
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)

#define PTRACE_EVENT_FORK	1
#define PTRACE_EVENT_VFORK	2
#define PTRACE_EVENT_CLONE	3
#define PTRACE_EVENT_EXEC	4
#define PTRACE_EVENT_VFORK_DONE	5
#define PTRACE_EVENT_EXIT	6
#define PTRACE_EVENT_SECCOMP	7
#define PTRACE_EVENT_STOP	128

/* PTRACE_GETEVENTMSG at a stop of PTRACE_SYSCALL */
#define PTRACE_EVENTMSG_SYSCALL_ENTRY	1
#define PTRACE_EVENTMSG_SYSCALL_EXIT	2

#define PTRACE_SYSCALL_INFO_NONE	0
#define PTRACE_SYSCALL_INFO_ENTRY	1
#define PTRACE_SYSCALL_INFO_EXIT	2
#define PTRACE_SYSCALL_INFO_SECCOMP	3
#define AUDIT_ARCH_I386			0x40000003u

struct abi_ptrace_syscall_info {
	__u8 op;
	__u8 pad[3];
	__u32 arch;
	__u64 instruction_pointer;
	__u64 stack_pointer;
	union {
		struct {
			__u64 nr;
			__u64 args[6];
		} entry;
		struct {
			__s64 rval;
			__u8 is_error;
		} exit;
		struct {
			__u64 nr;
			__u64 args[6];
			__u32 ret_data;
		} seccomp;
	};
};

struct abi_peeksiginfo_args {
	__u64 off;
	__u32 flags;
	__s32 nr;
};

/* PTRACE_GETREGSET and notes of core files */
#define NT_PRXFPREG		0x46e62b7f
#define NT_386_TLS		0x200
#define NT_X86_XSTATE		0x202

/* PTRACE_GETREGS, and pr_reg of a core file */
struct abi_user_regs {
	__u32 ebx;
	__u32 ecx;
	__u32 edx;
	__u32 esi;
	__u32 edi;
	__u32 ebp;
	__u32 eax;
	__u32 xds;
	__u32 xes;
	__u32 xfs;
	__u32 xgs;
	__u32 orig_eax;
	__u32 eip;
	__u32 xcs;
	__u32 eflags;
	__u32 esp;
	__u32 xss;
};

/* PTRACE_GETFPREGS: what FSAVE writes */
struct abi_user_i387 {
	__u32 cwd, swd, twd, fip, fcs, foo, fos;
	__u32 st_space[20];
};

/* PTRACE_PEEKUSR: offsets in here. Only the registers and debug registers hold anything. */
struct abi_user_area {
	struct abi_user_regs regs;
	__s32 u_fpvalid;
	struct abi_user_i387 i387;
	__u32 u_tsize, u_dsize, u_ssize, start_code, start_stack;
	__s32 signal, reserved;
	__u32 u_ar0, u_fpstate, magic;
	char u_comm[32];
	__u32 u_debugreg[8];
};

#endif
