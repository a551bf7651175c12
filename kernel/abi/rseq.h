/* Restartable sequences (rseq(2)), as Linux/i386 lays them out. */
#ifndef ABI_RSEQ_H
#define ABI_RSEQ_H

#include <abi/int.h>

#define RSEQ_FLAG_UNREGISTER	1
#define RSEQ_CPU_ID_UNINITIALIZED	(-1)
#define RSEQ_CPU_ID_REGISTRATION_FAILED	(-2)

/* What a thread registers; the thread writes rseq_cs, the kernel the processor's number. Aligned to 32. */
struct abi_rseq {
	__u32 cpu_id_start;	/* 0 while it is not registered */
	__u32 cpu_id;
	__u64 rseq_cs;		/* address of the struct abi_rseq_cs that the thread is in, or 0 */
	__u32 flags;		/* 0 */
	__u32 padding[3];
} __attribute__((aligned(32)));

/* A sequence: [start_ip, start_ip + post_commit_offset), left to abort_ip, before which the signature stands. */
struct abi_rseq_cs {
	__u32 version;		/* 0 */
	__u32 flags;		/* 0 */
	__u64 start_ip;
	__u64 post_commit_offset;
	__u64 abort_ip;
} __attribute__((aligned(32)));

_Static_assert(sizeof(struct abi_rseq) == 32, "rseq");
_Static_assert(sizeof(struct abi_rseq_cs) == 32, "rseq_cs");

#endif
