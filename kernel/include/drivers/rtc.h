/* The battery-backed clock, in UTC, to the second. Any context. */
#ifndef DRIVERS_RTC_H
#define DRIVERS_RTC_H

#include <core/types.h>

int rtc_read(struct timespec64 *ts);		/* 0, -EIO: no chip, -EINVAL: no sensible date */
int rtc_write(const struct timespec64 *ts);	/* 0, -EINVAL: outside 1970 to 2199 */

#endif
