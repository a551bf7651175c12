/* seccomp(2): operations, filters in the classic packet filter's code, and what they look at. */
#ifndef ABI_SECCOMP_H
#define ABI_SECCOMP_H

#include <abi/int.h>

#define SECCOMP_MODE_DISABLED		0
#define SECCOMP_MODE_STRICT		1
#define SECCOMP_MODE_FILTER		2

#define SECCOMP_SET_MODE_STRICT		0
#define SECCOMP_SET_MODE_FILTER		1
#define SECCOMP_GET_ACTION_AVAIL	2
#define SECCOMP_GET_NOTIF_SIZES		3

#define SECCOMP_FILTER_FLAG_TSYNC	1
#define SECCOMP_FILTER_FLAG_LOG		2
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW	4
#define SECCOMP_FILTER_FLAG_NEW_LISTENER 8
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH	16
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV 32

/* A filter's result: action, and 16 bits of data. As signed numbers the lower is the stricter. */
#define SECCOMP_RET_KILL_PROCESS	0x80000000u
#define SECCOMP_RET_KILL_THREAD		0x00000000u
#define SECCOMP_RET_TRAP		0x00030000u
#define SECCOMP_RET_ERRNO		0x00050000u
#define SECCOMP_RET_USER_NOTIF		0x7fc00000u
#define SECCOMP_RET_TRACE		0x7ff00000u
#define SECCOMP_RET_LOG			0x7ffc0000u
#define SECCOMP_RET_ALLOW		0x7fff0000u
#define SECCOMP_RET_ACTION_FULL		0xffff0000u
#define SECCOMP_RET_DATA		0x0000ffffu

#define SYS_SECCOMP			1	/* si_code of SIGSYS */
#define AUDIT_ARCH_I386			0x40000003u

struct abi_seccomp_data {
	__s32 nr;
	__u32 arch;
	__u64 instruction_pointer;
	__u64 args[6];
};
_Static_assert(sizeof(struct abi_seccomp_data) == 64, "seccomp_data");

struct abi_sock_filter {
	__u16 code;
	__u8 jt, jf;
	__u32 k;
};
_Static_assert(sizeof(struct abi_sock_filter) == 8, "sock_filter");

struct abi_sock_fprog {
	__u16 len;
	__u32 filter;			/* address */
};
_Static_assert(sizeof(struct abi_sock_fprog) == 8, "sock_fprog");

/* SECCOMP_GET_NOTIF_SIZES */
struct abi_seccomp_notif_sizes {
	__u16 seccomp_notif, seccomp_notif_resp, seccomp_data;
};

/* What a listener is asked, and what it answers. */
struct abi_seccomp_notif {
	__u64 id;
	__u32 pid;
	__u32 flags;
	struct abi_seccomp_data data;
};
_Static_assert(sizeof(struct abi_seccomp_notif) == 80, "seccomp_notif");

struct abi_seccomp_notif_resp {
	__u64 id;
	__s64 val;
	__s32 error;			/* negative */
	__u32 flags;
};
_Static_assert(sizeof(struct abi_seccomp_notif_resp) == 24, "seccomp_notif_resp");
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE 1u

struct abi_seccomp_notif_addfd {
	__u64 id;
	__u32 flags;
	__u32 srcfd;
	__u32 newfd;
	__u32 newfd_flags;
};
_Static_assert(sizeof(struct abi_seccomp_notif_addfd) == 24, "seccomp_notif_addfd");
#define SECCOMP_ADDFD_FLAG_SETFD	1u
#define SECCOMP_ADDFD_FLAG_SEND		2u

#define SECCOMP_IOCTL_NOTIF_RECV	0xc0502100u
#define SECCOMP_IOCTL_NOTIF_SEND	0xc0182101u
#define SECCOMP_IOCTL_NOTIF_ID_VALID	0x40082102u
#define SECCOMP_IOCTL_NOTIF_ID_VALID_OLD 0x80082102u
#define SECCOMP_IOCTL_NOTIF_ADDFD	0x40182103u

/* Codes: a class, and what it says. */
#define BPF_CLASS(code)	((code) & 7)
#define BPF_LD		0
#define BPF_LDX		1
#define BPF_ST		2
#define BPF_STX		3
#define BPF_ALU		4
#define BPF_JMP		5
#define BPF_RET		6
#define BPF_MISC	7
#define BPF_W		0x00
#define BPF_IMM		0x00
#define BPF_ABS		0x20
#define BPF_MEM		0x60
#define BPF_LEN		0x80
#define BPF_OP(code)	((code) & 0xf0)
#define BPF_ADD		0x00
#define BPF_SUB		0x10
#define BPF_MUL		0x20
#define BPF_DIV		0x30
#define BPF_OR		0x40
#define BPF_AND		0x50
#define BPF_LSH		0x60
#define BPF_RSH		0x70
#define BPF_NEG		0x80
#define BPF_XOR		0xa0
#define BPF_JA		0x00
#define BPF_JEQ		0x10
#define BPF_JGT		0x20
#define BPF_JGE		0x30
#define BPF_JSET	0x40
#define BPF_K		0x00
#define BPF_X		0x08
#define BPF_A		0x10
#define BPF_TAX		0x00
#define BPF_TXA		0x80
#define BPF_MEMWORDS	16
#define BPF_MAXINSNS	4096

#endif
