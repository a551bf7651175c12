/* getdate(): a date by the first template of the file DATEMSK that it fits; what it leaves out is today's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define UNSET (-2147483647 - 1)

int getdate_err;

/* The date and time that was meant by what was given. */
static int complete(struct tm *found, const struct tm *now)
{
	int has_day = found->tm_mday != UNSET, has_month = found->tm_mon != UNSET, has_year = found->tm_year != UNSET;
	int has_time = found->tm_hour != UNSET || found->tm_min != UNSET || found->tm_sec != UNSET, weekday = found->tm_wday;
	int has_date = has_day || has_month || has_year || weekday != UNSET;

	if (!has_time && !has_date)
		return 8;
	if (!has_time) {
		found->tm_hour = now->tm_hour;
		found->tm_min = now->tm_min;
		found->tm_sec = now->tm_sec;
	} else {
		if (found->tm_hour == UNSET)
			found->tm_hour = 0;
		if (found->tm_min == UNSET)
			found->tm_min = 0;
		if (found->tm_sec == UNSET)
			found->tm_sec = 0;
	}
	if (!has_year)
		found->tm_year = now->tm_year + (has_month && found->tm_mon < now->tm_mon);
	if (!has_month)
		found->tm_mon = now->tm_mon;
	if (!has_day) {
		found->tm_mday = has_month || has_year ? 1 : now->tm_mday;
		/* Only an hour of this day that is over: the same tomorrow. Only a weekday: the next one, or today. */
		if (!has_month && !has_year && weekday != UNSET)
			found->tm_mday += (weekday - now->tm_wday + 7) % 7;
		else if (!has_date && (found->tm_hour < now->tm_hour ||
				       (found->tm_hour == now->tm_hour && found->tm_min < now->tm_min)))
			found->tm_mday++;
	}
	found->tm_isdst = -1;
	return mktime(found) == -1 ? 8 : 0;
}

static int try_templates(FILE *templates, const char *text, struct tm *found)
{
	char line[256];

	while (fgets(line, sizeof(line), templates)) {
		const char *end;

		line[strcspn(line, "\n")] = '\0';
		*found = (struct tm){ UNSET, UNSET, UNSET, UNSET, UNSET, UNSET, UNSET, UNSET, -1, 0, NULL };
		end = strptime(text, line, found);
		if (end && !end[strspn(end, " \t\n")])
			return 1;
	}
	return 0;
}

int getdate_r(const char *__restrict text, struct tm *__restrict result)
{
	const char *path = getenv("DATEMSK");
	time_t seconds = time(NULL);
	struct stat status;
	struct tm now;
	FILE *templates;
	int fits, error;

	if (!path || !*path)
		return 1;
	if (stat(path, &status) < 0)
		return 3;
	if (!S_ISREG(status.st_mode))
		return 4;
	templates = fopen(path, "re");
	if (!templates)
		return 2;
	fits = try_templates(templates, text + strspn(text, " \t\n"), result);
	error = ferror(templates) ? 5 : 0;
	fclose(templates);
	if (!fits)
		return error ? error : 7;
	localtime_r(&seconds, &now);
	return complete(result, &now);
}

struct tm *getdate(const char *text)
{
	static struct tm result;

	getdate_err = getdate_r(text, &result);
	return getdate_err ? NULL : &result;
}
