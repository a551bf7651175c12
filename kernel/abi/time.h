/* Clocks and the time structures, 32-bit (old calls) and 64-bit (the *_time64 calls). */
#ifndef ABI_TIME_H
#define ABI_TIME_H

#include <abi/int.h>

struct abi_timeval {
	__s32 tv_sec;
	__s32 tv_usec;
};

struct abi_timespec32 {
	__s32 tv_sec;
	__s32 tv_nsec;
};

/* The kernel ignores the upper half of tv_nsec when it reads one from a 32-bit program. */
struct abi_timespec64 {
	__s64 tv_sec;
	__s64 tv_nsec;
};

struct abi_timezone {
	__s32 tz_minuteswest;
	__s32 tz_dsttime;
};

struct abi_itimerval {
	struct abi_timeval it_interval;
	struct abi_timeval it_value;
};

struct abi_itimerspec32 {
	struct abi_timespec32 it_interval;
	struct abi_timespec32 it_value;
};

struct abi_itimerspec64 {
	struct abi_timespec64 it_interval;
	struct abi_timespec64 it_value;
};

struct abi_utimbuf {
	__s32 actime;
	__s32 modtime;
};

/* times(): in ticks of 1/USER_HZ s */
struct abi_tms {
	__s32 tms_utime;
	__s32 tms_stime;
	__s32 tms_cutime;
	__s32 tms_cstime;
};

#define USER_HZ		100

/* adjtimex and clock_adjtime */
struct abi_timex32 {
	__u32 modes;
	__s32 offset;
	__s32 freq;
	__s32 maxerror;
	__s32 esterror;
	__s32 status;
	__s32 constant;
	__s32 precision;
	__s32 tolerance;
	struct abi_timeval time;
	__s32 tick;
	__s32 ppsfreq;
	__s32 jitter;
	__s32 shift;
	__s32 stabil;
	__s32 jitcnt;
	__s32 calcnt;
	__s32 errcnt;
	__s32 stbcnt;
	__s32 tai;
	__s32 __reserved[11];
};

/* clock_adjtime64 */
struct abi_timex {
	__u32 modes;
	__u32 __pad0;
	__s64 offset;
	__s64 freq;
	__s64 maxerror;
	__s64 esterror;
	__s32 status;
	__u32 __pad1;
	__s64 constant;
	__s64 precision;
	__s64 tolerance;
	__s64 time_sec;
	__s64 time_usec;
	__s64 tick;
	__s64 ppsfreq;
	__s64 jitter;
	__s32 shift;
	__u32 __pad2;
	__s64 stabil;
	__s64 jitcnt;
	__s64 calcnt;
	__s64 errcnt;
	__s64 stbcnt;
	__s32 tai;
	__s32 __reserved[11];
};

#define ADJ_OFFSET		0x0001
#define ADJ_FREQUENCY		0x0002
#define ADJ_MAXERROR		0x0004
#define ADJ_ESTERROR		0x0008
#define ADJ_STATUS		0x0010
#define ADJ_TIMECONST		0x0020
#define ADJ_TAI			0x0080
#define ADJ_SETOFFSET		0x0100
#define ADJ_MICRO		0x1000
#define ADJ_NANO		0x2000
#define ADJ_TICK		0x4000
#define ADJ_OFFSET_SINGLESHOT	0x8001
#define ADJ_OFFSET_SS_READ	0xa001

#define STA_PLL			0x0001
#define STA_UNSYNC		0x0040
#define STA_NANO		0x2000

#define TIME_OK			0
#define TIME_ERROR		5

#define CLOCK_REALTIME			0
#define CLOCK_MONOTONIC			1
#define CLOCK_PROCESS_CPUTIME_ID	2
#define CLOCK_THREAD_CPUTIME_ID		3
#define CLOCK_MONOTONIC_RAW		4
#define CLOCK_REALTIME_COARSE		5
#define CLOCK_MONOTONIC_COARSE		6
#define CLOCK_BOOTTIME			7
#define CLOCK_REALTIME_ALARM		8
#define CLOCK_BOOTTIME_ALARM		9
#define CLOCK_TAI			11
#define MAX_CLOCKS			16

#define TIMER_ABSTIME		1

#define ITIMER_REAL		0
#define ITIMER_VIRTUAL		1
#define ITIMER_PROF		2

#endif
