/*
 * Time zones as POSIX writes them in TZ: std offset [dst [offset] [,start[/time],end[/time]]]. Without
 * TZ, and for what cannot be read, the zone is UTC.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "calendar.h"
#include "thread.h"

/* When a change happens: Jn (1 to 365, no leap day), n (0 to 365), or Mm.w.d */
struct rule {
	char kind;
	int day, week, month;
	long time;
};

static struct zone {
	char source[128];
	int known;
	char names[2][16];
	long offset[2];			/* seconds to add to UTC */
	int has_summer;
	struct rule start, end;
} zone;

static volatile int lock;

char *tzname[2] = { zone.names[0], zone.names[1] };
long timezone;
int daylight;

static const char *read_name(const char *p, char name[16])
{
	const char *start = p;
	size_t length;

	if (*p == '<') {
		start = ++p;
		while (*p && *p != '>')
			p++;
		length = (size_t)(p - start);
		if (!*p++)
			return NULL;
	} else {
		while (isalpha((unsigned char)*p))
			p++;
		length = (size_t)(p - start);
	}
	if (length < 3 || length > 15)
		return NULL;
	memcpy(name, start, length);
	name[length] = '\0';
	return p;
}

/* hh[:mm[:ss]] with a sign */
static const char *read_time(const char *p, long *seconds)
{
	long unit = 3600, total = 0;
	int negative = *p == '-';

	if (*p == '-' || *p == '+')
		p++;
	if (!isdigit((unsigned char)*p))
		return NULL;
	for (;; unit /= 60) {
		char *end;

		total += strtol(p, &end, 10) * unit;
		p = end;
		if (*p != ':' || unit == 1)
			break;
		p++;
	}
	*seconds = negative ? -total : total;
	return p;
}

static const char *read_rule(const char *p, struct rule *rule)
{
	char *end;

	memset(rule, 0, sizeof(*rule));
	rule->time = 7200;
	if (*p == 'M') {
		rule->kind = 'M';
		rule->month = (int)strtol(p + 1, &end, 10) - 1;
		if (*end != '.')
			return NULL;
		rule->week = (int)strtol(end + 1, &end, 10);
		if (*end != '.')
			return NULL;
		rule->day = (int)strtol(end + 1, &end, 10);
		if (rule->month < 0 || rule->month > 11 || rule->week < 1 || rule->week > 5 || rule->day < 0 ||
		    rule->day > 6)
			return NULL;
	} else {
		rule->kind = *p == 'J' ? 'J' : 'n';
		rule->day = (int)strtol(p + (*p == 'J'), &end, 10);
		if (end == p + (*p == 'J'))
			return NULL;
	}
	return *end == '/' ? read_time(end + 1, &rule->time) : end;
}

static int read_zone(const char *p)
{
	p = read_name(p, zone.names[0]);
	if (p)
		p = read_time(p, &zone.offset[0]);
	if (!p)
		return -1;
	zone.offset[0] = -zone.offset[0];
	zone.has_summer = 0;
	strcpy(zone.names[1], zone.names[0]);
	if (!*p)
		return 0;
	p = read_name(p, zone.names[1]);
	if (!p)
		return -1;
	zone.offset[1] = zone.offset[0] + 3600;
	if (*p && *p != ',') {
		p = read_time(p, &zone.offset[1]);
		if (!p)
			return -1;
		zone.offset[1] = -zone.offset[1];
	}
	if (*p != ',')
		p = ",M3.2.0,M11.1.0";
	p = read_rule(p + 1, &zone.start);
	if (p && *p == ',')
		p = read_rule(p + 1, &zone.end);
	if (!p || *p)
		return -1;
	zone.has_summer = 1;
	return 0;
}

static void read_environment(void)
{
	const char *source = getenv("TZ");

	if (!source)
		source = "";
	if (zone.known && !strcmp(zone.source, source))
		return;
	strlcpy(zone.source, source, sizeof(zone.source));
	zone.known = 1;
	if (!*source || read_zone(source) < 0) {
		strcpy(zone.names[0], "UTC");
		strcpy(zone.names[1], "UTC");
		zone.offset[0] = 0;
		zone.has_summer = 0;
	}
	timezone = -zone.offset[0];
	daylight = zone.has_summer;
}

/* Local seconds since 1970 at which a rule strikes in a year. */
static long long strike(const struct rule *rule, long long year)
{
	long long day = __days_to_month(year, 0);
	int leap = __days_to_month(year + 1, 0) - day == 366;

	if (rule->kind == 'n') {
		day += rule->day;
	} else if (rule->kind == 'J') {
		day += rule->day - 1 + (leap && rule->day >= 60);
	} else {
		long long first = __days_to_month(year, rule->month);
		long long next = rule->month == 11 ? __days_to_month(year + 1, 0) :
						     __days_to_month(year, rule->month + 1);
		int weekday = (int)((first % 7 + 11) % 7);

		day = first + (rule->day - weekday + 7) % 7 + (rule->week - 1) * 7;
		if (day >= next)
			day -= 7;
	}
	return day * 86400 + rule->time;
}

static int is_summer(long long utc)
{
	struct tm tm;
	long long start, end;

	if (!zone.has_summer || __calendar_from(utc + zone.offset[0], &tm) < 0)
		return 0;
	start = strike(&zone.start, tm.tm_year + 1900LL) - zone.offset[0];
	end = strike(&zone.end, tm.tm_year + 1900LL) - zone.offset[1];
	return start < end ? utc >= start && utc < end : utc >= start || utc < end;
}

void tzset(void)
{
	__lock(&lock);
	read_environment();
	__unlock(&lock);
}

long __zone_at(long long utc, int *summer, const char **name)
{
	long offset;

	__lock(&lock);
	read_environment();
	*summer = is_summer(utc);
	*name = zone.names[*summer];
	offset = zone.offset[*summer];
	__unlock(&lock);
	return offset;
}

static long of_local(long long local, int summer)
{
	read_environment();
	if (!zone.has_summer)
		return zone.offset[0];
	if (summer >= 0)
		return zone.offset[summer > 0];
	/* In the gap of spring neither fits: standard time moves it forward. */
	if (is_summer(local - zone.offset[1]))
		return zone.offset[1];
	return zone.offset[0];
}

long __zone_of_local(long long local, int summer)
{
	long offset;

	__lock(&lock);
	offset = of_local(local, summer);
	__unlock(&lock);
	return offset;
}
