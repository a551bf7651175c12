/* The types that several headers share. Offsets and times are 64 bits wide, always. */
#ifndef LIBC_BITS_TYPES_H
#define LIBC_BITS_TYPES_H

#include <abi/int.h>

#define __need_size_t
#define __need_NULL
#include <stddef.h>

typedef __s32 ssize_t;
typedef __s64 off_t;
typedef __s64 off64_t;
typedef __s64 time_t;
typedef __s32 suseconds_t;
typedef __u32 useconds_t;
typedef __s32 clock_t;
typedef __s32 clockid_t;
typedef void *timer_t;
typedef __s32 pid_t;
typedef __u32 id_t;
typedef __u32 uid_t;
typedef __u32 gid_t;
typedef __u32 mode_t;
typedef __u32 nlink_t;
typedef __u64 dev_t;
typedef __u64 ino_t;
typedef __s64 blkcnt_t;
typedef __s32 blksize_t;
typedef __u64 fsblkcnt_t;
typedef __u64 fsfilcnt_t;
typedef __s32 key_t;

struct timespec {
	time_t tv_sec;
	long tv_nsec;
	long : 32;		/* the kernel reads 64 bits */
};

struct timeval {
	time_t tv_sec;
	suseconds_t tv_usec;
};

#endif
