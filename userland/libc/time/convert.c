/* Calendar time between its forms. */
#include <errno.h>
#include <stdio.h>
#include "calendar.h"

struct tm *gmtime_r(const time_t *__restrict time, struct tm *__restrict tm)
{
	int leap;

	if (__calendar_from(__zone_leapless(*time, &leap), tm) < 0)
		return NULL;
	tm->tm_sec += leap;
	tm->tm_isdst = 0;
	tm->tm_gmtoff = 0;
	tm->tm_zone = "UTC";
	return tm;
}

struct tm *localtime_r(const time_t *__restrict time, struct tm *__restrict tm)
{
	const char *name;
	int summer, leap;
	long offset = __zone_at(*time, &summer, &name);

	if (__calendar_from(__zone_leapless(*time, &leap) + offset, tm) < 0)
		return NULL;
	tm->tm_sec += leap;
	tm->tm_isdst = summer;
	tm->tm_gmtoff = offset;
	tm->tm_zone = name;
	return tm;
}

static struct tm own;

struct tm *gmtime(const time_t *time)
{
	return gmtime_r(time, &own);
}

struct tm *localtime(const time_t *time)
{
	return localtime_r(time, &own);
}

time_t timelocal(struct tm *tm)
{
	return mktime(tm);
}

time_t timegm(struct tm *tm)
{
	time_t time = __zone_with_leaps(__calendar_to(tm));

	return gmtime_r(&time, tm) ? time : -1;
}

time_t mktime(struct tm *tm)
{
	long long local = __calendar_to(tm);
	time_t time = __zone_with_leaps(local - __zone_of_local(local, tm->tm_isdst));

	return localtime_r(&time, tm) ? time : -1;
}

double difftime(time_t end, time_t start)
{
	return (double)(end - start);
}

static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

char *asctime_r(const struct tm *__restrict tm, char *__restrict buffer)
{
	int day = tm->tm_wday >= 0 && tm->tm_wday < 7 ? tm->tm_wday * 3 : -1;
	int month = tm->tm_mon >= 0 && tm->tm_mon < 12 ? tm->tm_mon * 3 : -1;

	if (snprintf(buffer, 26, "%.3s %.3s%3d %.2d:%.2d:%.2d %lld\n", day < 0 ? "???" : days + day,
		     month < 0 ? "???" : months + month, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec,
		     tm->tm_year + 1900LL) >= 26) {
		errno = EOVERFLOW;
		return NULL;
	}
	return buffer;
}

char *asctime(const struct tm *tm)
{
	static char buffer[26];

	return asctime_r(tm, buffer);
}

char *ctime_r(const time_t *time, char *buffer)
{
	struct tm tm;

	return localtime_r(time, &tm) ? asctime_r(&tm, buffer) : NULL;
}

char *ctime(const time_t *time)
{
	struct tm *tm = localtime(time);

	return tm ? asctime(tm) : NULL;
}
