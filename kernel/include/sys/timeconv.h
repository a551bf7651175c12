/* Times at the system call border: user structures to and from 64-bit. 0 or -EFAULT; validity is the caller's check. */
#ifndef SYS_TIMECONV_H
#define SYS_TIMECONV_H

#include <core/types.h>

struct abi_timespec32;
struct abi_timespec64;

int timespec_from_user32(struct timespec64 *ts, const struct abi_timespec32 __user *u);
int timespec_from_user64(struct timespec64 *ts, const struct abi_timespec64 __user *u);
int timespec_to_user32(const struct timespec64 *ts, struct abi_timespec32 __user *u);
int timespec_to_user64(const struct timespec64 *ts, struct abi_timespec64 __user *u);
int clock_get(s32 clock, struct timespec64 *ts);	/* any CLOCK_*; 0 or -EINVAL */
int clock_may_alarm(s32 *clock);	/* CLOCK_*_ALARM becomes the clock below: nothing here sleeps so that it had to be woken; 0 or -EPERM */

/* How a sleep that was interrupted tells what is left; the restart sleeps until the same deadline. 0 or -EFAULT. */
enum { RMTP_NONE, RMTP_32, RMTP_64 };
int sleep_put_left(nsec_t deadline, nsec_t now, unsigned kind, unsigned long rem);
int cpu_clock_sleep(s32 clock, int flags, nsec_t target, unsigned kind, void __user *rem);	/* clock_nanosleep(2) on processor time */

#endif
