/* strftime() in the C locale, with GNU's flags (- _ 0 ^ #) and widths. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "calendar.h"

static const char *const days[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char *const months[] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
	"November", "December",
};

struct target {
	char *at;
	size_t left;			/* room for the NUL not counted */
	int full;
};

static void put(struct target *target, const char *text, size_t length)
{
	if (length > target->left) {
		target->full = 1;
		return;
	}
	memcpy(target->at, text, length);
	target->at += length;
	target->left -= length;
}

/* Week of the year that ISO 8601 counts, and the year it belongs to. */
static int iso_week(const struct tm *tm, long long *year)
{
	int weekday = (tm->tm_wday + 6) % 7, week = (tm->tm_yday - weekday + 10) / 7;

	*year = tm->tm_year + 1900LL;
	if (week < 1) {
		long long first = __days_to_month(*year, 0);
		int length = (int)(first - __days_to_month(--*year, 0));

		week = (tm->tm_yday + length - weekday + 10) / 7;
	} else if (week == 53) {
		long long first = __days_to_month(*year + 1, 0);
		int next_monday = (int)((first % 7 + 11 + 6) % 7);

		if (next_monday <= 3) {
			week = 1;
			++*year;
		}
	}
	return week;
}

struct item {
	char flag;
	int width;
	int upper, swap;
};

static void number(struct target *target, const struct item *item, long long value, int digits, char padding)
{
	char text[64];
	int length;

	if (item->flag)
		padding = item->flag;
	if (item->width)
		digits = item->width;
	if (padding == '-')
		length = snprintf(text, sizeof(text), "%lld", value);
	else
		length = snprintf(text, sizeof(text), padding == '_' ? "%*lld" : "%0*lld", digits < 60 ? digits : 60,
				  value);
	put(target, text, (size_t)length);
}

static void name(struct target *target, const struct item *item, const char *text, size_t length)
{
	char copy[64];

	if (length > sizeof(copy))
		length = sizeof(copy);
	for (int blank = item->width - (int)length; blank > 0; blank--)
		put(target, item->flag == '0' ? "0" : " ", 1);
	for (size_t i = 0; i < length; i++) {
		copy[i] = text[i];
		if (item->upper || (item->swap && islower((unsigned char)text[i])))
			copy[i] = (char)toupper((unsigned char)text[i]);
		else if (item->swap == 2)
			copy[i] = (char)tolower((unsigned char)text[i]);
	}
	put(target, copy, length);
}

static void named(struct target *target, const struct item *item, const char *const *list, int count, int index,
		  int whole)
{
	const char *text = index >= 0 && index < count ? list[index] : "?";

	name(target, item, text, whole || strlen(text) < 3 ? strlen(text) : 3);
}

static void format(struct target *target, const char *p, const struct tm *tm);

static void zone(struct target *target, const struct tm *tm, int colons)
{
	long offset = tm->tm_gmtoff / 60;
	char text[16];

	snprintf(text, sizeof(text), colons ? "%c%.2ld:%.2ld" : "%c%.2ld%.2ld", offset < 0 ? '-' : '+',
		 (offset < 0 ? -offset : offset) / 60, (offset < 0 ? -offset : offset) % 60);
	put(target, text, strlen(text));
}

static int twelve(int hour)
{
	return hour % 12 ? hour % 12 : 12;
}

static int convert(struct target *target, char kind, struct item *item, const struct tm *tm)
{
	long long year = tm->tm_year + 1900LL, week_year;
	struct tm copy = *tm;

	switch (kind) {
	case 'a': named(target, item, days, 7, tm->tm_wday, 0); break;
	case 'A': named(target, item, days, 7, tm->tm_wday, 1); break;
	case 'b':
	case 'h': named(target, item, months, 12, tm->tm_mon, 0); break;
	case 'B': named(target, item, months, 12, tm->tm_mon, 1); break;
	case 'c': format(target, "%a %b %e %H:%M:%S %Y", tm); break;
	case 'C': number(target, item, year / 100 - (year % 100 < 0), 2, '0'); break;
	case 'd': number(target, item, tm->tm_mday, 2, '0'); break;
	case 'D':
	case 'x': format(target, "%m/%d/%y", tm); break;
	case 'e': number(target, item, tm->tm_mday, 2, '_'); break;
	case 'F': format(target, "%Y-%m-%d", tm); break;
	case 'g': iso_week(tm, &week_year); number(target, item, (week_year % 100 + 100) % 100, 2, '0'); break;
	case 'G': iso_week(tm, &week_year); number(target, item, week_year, 1, '0'); break;
	case 'H': number(target, item, tm->tm_hour, 2, '0'); break;
	case 'I': number(target, item, twelve(tm->tm_hour), 2, '0'); break;
	case 'j': number(target, item, tm->tm_yday + 1, 3, '0'); break;
	case 'k': number(target, item, tm->tm_hour, 2, '_'); break;
	case 'l': number(target, item, twelve(tm->tm_hour), 2, '_'); break;
	case 'm': number(target, item, tm->tm_mon + 1, 2, '0'); break;
	case 'M': number(target, item, tm->tm_min, 2, '0'); break;
	case 'n': put(target, "\n", 1); break;
	case 'p':
		if (item->swap)
			item->swap = 2;
		name(target, item, tm->tm_hour < 12 ? "AM" : "PM", 2);
		break;
	case 'P': name(target, item, tm->tm_hour < 12 ? "am" : "pm", 2); break;
	case 'r': format(target, "%I:%M:%S %p", tm); break;
	case 'R': format(target, "%H:%M", tm); break;
	case 's': number(target, item, mktime(&copy), 1, '0'); break;
	case 'S': number(target, item, tm->tm_sec, 2, '0'); break;
	case 't': put(target, "\t", 1); break;
	case 'T':
	case 'X': format(target, "%H:%M:%S", tm); break;
	case 'u': number(target, item, tm->tm_wday ? tm->tm_wday : 7, 1, '0'); break;
	case 'U': number(target, item, (tm->tm_yday + 7 - tm->tm_wday) / 7, 2, '0'); break;
	case 'V': number(target, item, iso_week(tm, &week_year), 2, '0'); break;
	case 'w': number(target, item, tm->tm_wday, 1, '0'); break;
	case 'W': number(target, item, (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7, 2, '0'); break;
	case 'y': number(target, item, (year % 100 + 100) % 100, 2, '0'); break;
	case 'Y': number(target, item, year, 1, '0'); break;
	case 'z': zone(target, tm, 0); break;
	case 'Z':
		if (item->swap)
			item->swap = 2;
		name(target, item, tm->tm_zone ? tm->tm_zone : "", tm->tm_zone ? strlen(tm->tm_zone) : 0);
		break;
	case '%': put(target, "%", 1); break;
	default: return -1;
	}
	return 0;
}

static void format(struct target *target, const char *p, const struct tm *tm)
{
	while (*p && !target->full) {
		struct item item = { 0 };
		const char *start = p++;

		if (*start != '%') {
			put(target, start, 1);
			continue;
		}
		for (; *p && strchr("-_0^#+", *p); p++) {
			if (*p == '^')
				item.upper = 1;
			else if (*p == '#')
				item.swap = 1;
			else
				item.flag = *p == '+' ? '0' : *p;
		}
		for (; isdigit((unsigned char)*p); p++)
			if (item.width < 1000)
				item.width = item.width * 10 + (*p - '0');
		if (*p == 'E' || *p == 'O')
			p++;
		if (p[0] == ':' && p[1] == 'z') {
			zone(target, tm, 1);
			p += 2;
		} else if (!*p || convert(target, *p, &item, tm) < 0) {
			put(target, start, (size_t)(p + (*p != '\0') - start));
			p += *p != '\0';
		} else {
			p++;
		}
	}
}

size_t strftime(char *__restrict to, size_t size, const char *__restrict text, const struct tm *__restrict tm)
{
	struct target target = { .at = to, .left = size ? size - 1 : 0 };

	if (!size)
		return 0;
	format(&target, text, tm);
	if (target.full)
		return 0;
	*target.at = '\0';
	return (size_t)(target.at - to);
}
