/* Seconds to dates and back: the proleptic Gregorian calendar in cycles of 400 years. */
#include <errno.h>
#include <limits.h>
#include "calendar.h"

#define DAYS_PER_400 146097LL

/* The year begins in March here, so that the leap day comes last. */
long long __days_to_month(long long year, int month)
{
	long long y = year - (month < 2), era = (y >= 0 ? y : y - 399) / 400;
	int of_era = (int)(y - era * 400), m = (month + 10) % 12;
	int day_of_year = (153 * m + 2) / 5;

	return era * DAYS_PER_400 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

int __calendar_from(long long seconds, struct tm *tm)
{
	long long days = seconds / 86400, year, era;
	int rest = (int)(seconds % 86400), of_era, year_of_era, day_of_year, m;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	tm->tm_hour = rest / 3600;
	tm->tm_min = rest / 60 % 60;
	tm->tm_sec = rest % 60;
	tm->tm_wday = (int)((days % 7 + 11) % 7);
	days += 719468;
	era = (days >= 0 ? days : days - (DAYS_PER_400 - 1)) / DAYS_PER_400;
	of_era = (int)(days - era * DAYS_PER_400);
	year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	m = (5 * day_of_year + 2) / 153;
	tm->tm_mday = day_of_year - (153 * m + 2) / 5 + 1;
	tm->tm_mon = m < 10 ? m + 2 : m - 10;
	year = era * 400 + year_of_era + (tm->tm_mon < 2);
	if (year - 1900 > INT_MAX || year - 1900 < INT_MIN) {
		errno = EOVERFLOW;
		return -1;
	}
	tm->tm_year = (int)(year - 1900);
	tm->tm_yday = (int)(days - 719468 - __days_to_month(year, 0));
	return 0;
}

long long __calendar_to(const struct tm *tm)
{
	long long year = tm->tm_year + 1900LL + tm->tm_mon / 12;
	int month = tm->tm_mon % 12;

	if (month < 0) {
		month += 12;
		year--;
	}
	return (__days_to_month(year, month) + tm->tm_mday - 1) * 86400 + tm->tm_hour * 3600LL + tm->tm_min * 60LL +
	       tm->tm_sec;
}
