/* Time zones as POSIX writes them in TZ, and as files of zones end: CET-1CEST,M3.5.0,M10.5.0/3. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "calendar.h"
#include "zone.h"

struct kept_name {
	struct kept_name *next;
	char text[];
};

const char *__zone_name(const char *text, size_t length)
{
	static struct kept_name *names;
	struct kept_name *name;

	for (name = names; name; name = name->next)
		if (!strncmp(name->text, text, length) && !name->text[length])
			return name->text;
	name = malloc(sizeof(*name) + length + 1);
	if (!name)
		return "???";
	memcpy(name->text, text, length);
	name->text[length] = '\0';
	name->next = names;
	names = name;
	return name->text;
}

/* Letters, or anything of a name's characters between < and >. */
static const char *read_name(const char *p, const char **name)
{
	const char *start = p;
	size_t length;

	if (*p == '<') {
		start = ++p;
		while (isalnum((unsigned char)*p) || *p == '+' || *p == '-')
			p++;
		length = (size_t)(p - start);
		if (*p++ != '>')
			return NULL;
	} else {
		while (isalpha((unsigned char)*p))
			p++;
		length = (size_t)(p - start);
	}
	if (length < 3)
		return NULL;
	*name = __zone_name(start, length);
	return p;
}

static const char *read_number(const char *p, int least, int most, int *number)
{
	int value = 0;

	if (!isdigit((unsigned char)*p))
		return NULL;
	for (; isdigit((unsigned char)*p); p++) {
		value = value * 10 + *p - '0';
		if (value > most)
			return NULL;
	}
	*number = value;
	return value < least ? NULL : p;
}

/* hh[:mm[:ss]] with a sign */
static const char *read_time(const char *p, int most_hours, long *seconds)
{
	int negative = *p == '-', number;
	long total = 0;

	if (*p == '-' || *p == '+')
		p++;
	for (long unit = 3600;; unit /= 60) {
		p = read_number(p, 0, unit == 3600 ? most_hours : 59, &number);
		if (!p)
			return NULL;
		total += number * unit;
		if (*p != ':' || unit == 1)
			break;
		p++;
	}
	*seconds = negative ? -total : total;
	return p;
}

static const char *read_change(const char *p, struct zone_change *change)
{
	*change = (struct zone_change){ .form = 'n', .time = 7200 };
	if (*p == 'M') {
		change->form = *p++;
		p = read_number(p, 1, 12, &change->month);
		p = p && *p == '.' ? read_number(p + 1, 1, 5, &change->week) : NULL;
		p = p && *p == '.' ? read_number(p + 1, 0, 6, &change->day) : NULL;
		change->month--;
	} else if (*p == 'J') {
		change->form = *p++;
		p = read_number(p, 1, 365, &change->day);
	} else {
		p = read_number(p, 0, 365, &change->day);
	}
	/* A week's hours either way, as files have them. */
	return p && *p == '/' ? read_time(p + 1, 167, &change->time) : p;
}

static const char *read_kind(const char *p, struct zone_kind *kind, long usual)
{
	kind->offset = usual;
	p = read_name(p, &kind->name);
	if (!p || *p == ',' || (!*p && kind->summer))
		return p;
	p = read_time(p, 24, &kind->offset);
	kind->offset = -kind->offset;
	return p;
}

int __zone_read_rule(struct zone_rule *rule, const char *p)
{
	*rule = (struct zone_rule){ .kinds[1].summer = 1 };
	p = read_kind(p, &rule->kinds[0], 0);
	if (!p || *p == ',')
		return -1;
	rule->kinds[1].name = rule->kinds[0].name;
	if (!*p)
		return 0;
	p = read_kind(p, &rule->kinds[1], rule->kinds[0].offset + 3600);
	if (p && !*p)
		p = ",M3.2.0,M11.1.0";
	if (!p || *p != ',')
		return -1;
	p = read_change(p + 1, &rule->start);
	if (!p || *p != ',')
		return -1;
	p = read_change(p + 1, &rule->end);
	if (!p || *p)
		return -1;
	rule->has_summer = 1;
	return 0;
}

/* Local seconds since 1970 at which a change strikes in a year. */
static long long strike(const struct zone_change *change, long long year)
{
	long long day = __days_to_month(year, 0);
	int leap = __days_to_month(year + 1, 0) - day == 366;

	if (change->form == 'n') {
		day += change->day;
	} else if (change->form == 'J') {
		day += change->day - 1 + (leap && change->day >= 60);
	} else {
		long long first = __days_to_month(year, change->month);
		long long next = change->month == 11 ? __days_to_month(year + 1, 0) : __days_to_month(year, change->month + 1);
		int weekday = (int)((first % 7 + 11) % 7);

		day = first + (change->day - weekday + 7) % 7 + (change->week - 1) * 7;
		if (day >= next)
			day -= 7;
	}
	return day * 86400 + change->time;
}

/*
 * The latest change up to a time and the first one after it, among those of the year and its neighbours: a change may
 * strike up to a week outside the year that it belongs to. At the same moment the start of summer is what counts: a rule
 * whose summer ends where the next one begins has it all the year round.
 */
struct zone_span __zone_by_rule(const struct zone_rule *rule, long long utc)
{
	struct zone_span span = { ALWAYS_BEGAN, NEVER_ENDS, rule->kinds[0] };
	struct tm tm;

	if (!rule->has_summer || __calendar_from(utc + rule->kinds[0].offset, &tm) < 0)
		return span;
	for (int i = -1; i <= 1; i++) {
		long long year = tm.tm_year + 1900LL + i;
		const long long at[2] = { strike(&rule->end, year) - rule->kinds[1].offset,
					  strike(&rule->start, year) - rule->kinds[0].offset };

		for (int summer = 0; summer < 2; summer++) {
			if (at[summer] > utc) {
				if (at[summer] < span.until)
					span.until = at[summer];
			} else if (at[summer] > span.from || (at[summer] == span.from && summer)) {
				span.from = at[summer];
				span.kind = rule->kinds[summer];
			}
		}
	}
	return span;
}
