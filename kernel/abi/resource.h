/* Resource limits and usage. */
#ifndef ABI_RESOURCE_H
#define ABI_RESOURCE_H

#include <abi/int.h>
#include <abi/time.h>

#define RLIMIT_CPU		0
#define RLIMIT_FSIZE		1
#define RLIMIT_DATA		2
#define RLIMIT_STACK		3
#define RLIMIT_CORE		4
#define RLIMIT_RSS		5
#define RLIMIT_NPROC		6
#define RLIMIT_NOFILE		7
#define RLIMIT_MEMLOCK		8
#define RLIMIT_AS		9
#define RLIMIT_LOCKS		10
#define RLIMIT_SIGPENDING	11
#define RLIMIT_MSGQUEUE		12
#define RLIMIT_NICE		13
#define RLIMIT_RTPRIO		14
#define RLIMIT_RTTIME		15
#define RLIM_NLIMITS		16

/* No limit, in the 32-bit and the 64-bit form */
#define ABI_RLIM_INFINITY	0xffffffffU
#define ABI_RLIM64_INFINITY	0xffffffffffffffffULL
/* getrlimit (76), the oldest call, saturates at this */
#define ABI_OLD_RLIM_INFINITY	0x7fffffffU

struct abi_rlimit {
	__u32 rlim_cur;
	__u32 rlim_max;
};

struct abi_rlimit64 {
	__u64 rlim_cur;
	__u64 rlim_max;
};

#define RUSAGE_SELF		0
#define RUSAGE_CHILDREN		(-1)
#define RUSAGE_THREAD		1

/* ru_maxrss is in KiB */
struct abi_rusage {
	struct abi_timeval ru_utime;
	struct abi_timeval ru_stime;
	__s32 ru_maxrss;
	__s32 ru_ixrss;
	__s32 ru_idrss;
	__s32 ru_isrss;
	__s32 ru_minflt;
	__s32 ru_majflt;
	__s32 ru_nswap;
	__s32 ru_inblock;
	__s32 ru_oublock;
	__s32 ru_msgsnd;
	__s32 ru_msgrcv;
	__s32 ru_nsignals;
	__s32 ru_nvcsw;
	__s32 ru_nivcsw;
};

#define PRIO_MIN	(-20)
#define PRIO_MAX	20
#define PRIO_PROCESS	0
#define PRIO_PGRP	1
#define PRIO_USER	2

#define IOPRIO_WHO_PROCESS	1
#define IOPRIO_WHO_PGRP		2
#define IOPRIO_WHO_USER		3

#endif
