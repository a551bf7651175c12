/* strptime() in the C locale. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "calendar.h"

static const char *const days[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char *const months[] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
	"November", "December",
};

static const char *read_number(const char *p, int *value, int digits, int low, int high)
{
	int n = 0, count = 0;

	while (isspace((unsigned char)*p))
		p++;
	for (; count < digits && isdigit((unsigned char)*p); count++)
		n = n * 10 + (*p++ - '0');
	if (!count || n < low || n > high)
		return NULL;
	*value = n;
	return p;
}

static const char *read_name(const char *p, const char *const *list, int count, int *index)
{
	for (int i = 0; i < count; i++) {
		size_t length = strlen(list[i]);

		if (!strncasecmp(p, list[i], length)) {
			*index = i;
			return p + length;
		}
		if (!strncasecmp(p, list[i], 3)) {
			*index = i;
			return p + 3;
		}
	}
	return NULL;
}

struct parsed {
	int afternoon;		/* -1: not said */
	int century;
	int month_known, day_known;
};

static const char *read_zone(const char *p, struct tm *tm)
{
	int hours, minutes = 0, sign = *p == '-' ? -1 : 1;

	if (*p == 'Z') {
		tm->tm_gmtoff = 0;
		return p + 1;
	}
	if (*p != '+' && *p != '-')
		return NULL;
	p = read_number(p + 1, &hours, 2, 0, 24);
	if (p && *p == ':')
		p++;
	if (p && isdigit((unsigned char)*p))
		p = read_number(p, &minutes, 2, 0, 59);
	if (p)
		tm->tm_gmtoff = sign * (hours * 3600L + minutes * 60L);
	return p;
}

static const char *parse(const char *p, const char *format, struct tm *tm, struct parsed *parsed)
{
	for (; *format && p; format++) {
		int value;
		char *end;

		if (isspace((unsigned char)*format)) {
			while (isspace((unsigned char)*p))
				p++;
			continue;
		}
		if (*format != '%') {
			if (*p++ != *format)
				return NULL;
			continue;
		}
		format++;
		if (*format == 'E' || *format == 'O')
			format++;
		switch (*format) {
		case 'a':
		case 'A': p = read_name(p, days, 7, &tm->tm_wday); break;
		case 'b':
		case 'B':
		case 'h':
			p = read_name(p, months, 12, &tm->tm_mon);
			parsed->month_known = 1;
			break;
		case 'c': p = parse(p, "%a %b %e %H:%M:%S %Y", tm, parsed); break;
		case 'C':
			p = read_number(p, &value, 2, 0, 99);
			if (p)
				parsed->century = value;
			break;
		case 'd':
		case 'e':
			p = read_number(p, &tm->tm_mday, 2, 1, 31);
			parsed->day_known = 1;
			break;
		case 'D':
		case 'x': p = parse(p, "%m/%d/%y", tm, parsed); break;
		case 'F': p = parse(p, "%Y-%m-%d", tm, parsed); break;
		case 'H':
		case 'k': p = read_number(p, &tm->tm_hour, 2, 0, 23); break;
		case 'I':
		case 'l': p = read_number(p, &tm->tm_hour, 2, 1, 12); break;
		case 'j':
			p = read_number(p, &tm->tm_yday, 3, 1, 366);
			tm->tm_yday--;
			break;
		case 'm':
			p = read_number(p, &tm->tm_mon, 2, 1, 12);
			tm->tm_mon--;
			parsed->month_known = 1;
			break;
		case 'M': p = read_number(p, &tm->tm_min, 2, 0, 59); break;
		case 'n':
		case 't':
			while (isspace((unsigned char)*p))
				p++;
			break;
		case 'p':
			if (strncasecmp(p, "am", 2) && strncasecmp(p, "pm", 2))
				return NULL;
			parsed->afternoon = (*p | 32) == 'p';
			p += 2;
			break;
		case 'r': p = parse(p, "%I:%M:%S %p", tm, parsed); break;
		case 'R': p = parse(p, "%H:%M", tm, parsed); break;
		case 's': {
			time_t seconds = strtoll(p, &end, 10);

			if (end == p || !localtime_r(&seconds, tm))
				return NULL;
			p = end;
			parsed->month_known = parsed->day_known = 1;
			break;
		}
		case 'S': p = read_number(p, &tm->tm_sec, 2, 0, 60); break;
		case 'T':
		case 'X': p = parse(p, "%H:%M:%S", tm, parsed); break;
		case 'u':
			p = read_number(p, &value, 1, 1, 7);
			if (p)
				tm->tm_wday = value % 7;
			break;
		case 'w': p = read_number(p, &tm->tm_wday, 1, 0, 6); break;
		case 'y':
			p = read_number(p, &value, 2, 0, 99);
			if (p)
				tm->tm_year = value < 69 ? value + 100 : value;
			break;
		case 'Y':
			p = read_number(p, &value, 4, 0, 9999);
			if (p)
				tm->tm_year = value - 1900;
			break;
		case 'z': p = read_zone(p, tm); break;
		case 'Z':
			while (isalpha((unsigned char)*p))
				p++;
			break;
		case '%':
			if (*p++ != '%')
				return NULL;
			break;
		default: return NULL;
		}
	}
	return p;
}

char *strptime(const char *__restrict string, const char *__restrict format, struct tm *__restrict tm)
{
	struct parsed parsed = { .afternoon = -1, .century = -1 };
	const char *end = parse(string, format, tm, &parsed);

	if (!end)
		return NULL;
	if (parsed.afternoon >= 0)
		tm->tm_hour = tm->tm_hour % 12 + 12 * parsed.afternoon;
	if (parsed.century >= 0)
		tm->tm_year = parsed.century * 100 - 1900 + (tm->tm_year % 100 + 100) % 100;
	if (parsed.month_known && parsed.day_known) {
		long long day = __days_to_month(tm->tm_year + 1900LL, tm->tm_mon) + tm->tm_mday - 1;

		tm->tm_wday = (int)((day % 7 + 11) % 7);
		tm->tm_yday = (int)(day - __days_to_month(tm->tm_year + 1900LL, 0));
	}
	return (char *)end;
}
