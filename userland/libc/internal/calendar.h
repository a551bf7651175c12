/* Calendar arithmetic shared by the time functions. */
#ifndef LIBC_INTERNAL_CALENDAR_H
#define LIBC_INTERNAL_CALENDAR_H

#include <time.h>

/* Days from 1970-01-01 to the first of a month (0 to 11) of a year of the Gregorian calendar. */
long long __days_to_month(long long year, int month);
/* Fills all but the zone. 0, or -1 with EOVERFLOW. */
int __calendar_from(long long seconds, struct tm *tm);
/* Seconds of the fields, which may be out of range. */
long long __calendar_to(const struct tm *tm);
/* The offset from UTC at a time, and whether it is summer time. */
long __zone_at(long long time, int *summer, const char **name);
/* A time without the leap seconds that times of this zone count, if they do; *within: it is one itself. And back. */
long long __zone_leapless(long long time, int *within);
long long __zone_with_leaps(long long utc);
/* The offset of a local time; summer as tm_isdst says (< 0: find out). */
long __zone_of_local(long long local, int summer);

#endif
