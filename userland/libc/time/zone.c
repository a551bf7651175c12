/*
 * The zone that TZ names: a file of /usr/share/zoneinfo, or a rule as POSIX writes them. Without TZ it is
 * /etc/localtime; for what cannot be read, and for an empty TZ, it is UTC.
 *
 * The answer of the last look-up stays, with the times between which it holds.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include "calendar.h"
#include "thread.h"
#include "zone.h"

#define FOLDER "/usr/share/zoneinfo"
#define LOCALTIME "/etc/localtime"

static struct zone {
	char source[128];		/* TZ as it was read; longer ones are read each time */
	int known, unset;
	struct zone_file *file;		/* NULL: the rule is all */
	struct zone_rule rule;
	struct zone_span last;
} zone;

static volatile int lock;

static char utc_name[] = "UTC";
char *tzname[2] = { utc_name, utc_name };
long timezone;
int daylight;

static struct zone_file *open_zone(const char *name)
{
	const char *folder = secure_getenv("TZDIR");
	char path[4096];

	if (*name != '/') {
		if (snprintf(path, sizeof(path), "%s/%s", folder && *folder ? folder : FOLDER, name) >= (int)sizeof(path))
			return NULL;
		name = path;
	}
	/* With other rights than its starter's, a program reads what the system has and nothing else. */
	if (getauxval(AT_SECURE) && (strstr(name, "/../") || (strncmp(name, FOLDER "/", sizeof(FOLDER)) && strcmp(name, LOCALTIME))))
		return NULL;
	return __zone_open(name);
}

static void read_zone(const char *source)
{
	const struct zone_rule utc = { .kinds = { { 0, 0, utc_name }, { 0, 1, utc_name } } };

	free(zone.file);
	zone.file = NULL;
	zone.rule = utc;
	if (!source)
		source = LOCALTIME;
	else if (*source == ':')
		source++;
	zone.file = *source ? open_zone(source) : NULL;
	if (!zone.file && *source && __zone_read_rule(&zone.rule, source) < 0)
		zone.rule = utc;
	zone.last = (struct zone_span){ .from = 1 };	/* nothing is in it */
}

/* What holds beyond all times that are listed, or NULL. */
static const struct zone_rule *final_rule(void)
{
	return zone.file ? __zone_rule_at(zone.file, NEVER_ENDS) : &zone.rule;
}

/* The names and offsets that programs see: of each sort those that hold last. */
static void publish(void)
{
	const struct zone_rule *rule = final_rule();
	const struct zone_kind *kinds[2] = { NULL, NULL };

	for (int summer = 0; summer < 2; summer++) {
		if (rule && (!summer || rule->has_summer))
			kinds[summer] = &rule->kinds[summer];
		else if (zone.file)
			kinds[summer] = __zone_nearest(zone.file, NEVER_ENDS, summer);
	}
	if (!kinds[0])
		kinds[0] = kinds[1] ? kinds[1] : __zone_kind(zone.file, 0);
	daylight = kinds[1] != NULL;
	tzname[0] = (char *)kinds[0]->name;
	tzname[1] = (char *)(kinds[1] ? kinds[1] : kinds[0])->name;
	timezone = -kinds[0]->offset;
}

static void read_environment(void)
{
	const char *source = getenv("TZ");
	int error = errno;

	if (zone.known && zone.unset == !source && (!source || !strcmp(zone.source, source)))
		return;
	read_zone(source);
	strlcpy(zone.source, source ? source : "", sizeof(zone.source));
	zone.unset = !source;
	zone.known = 1;
	publish();
	errno = error;			/* that a zone cannot be read is no error of whoever asks for the time */
}

static struct zone_kind kind_at(long long time)
{
	if (time < zone.last.from || time >= zone.last.until)
		zone.last = zone.file ? __zone_by_file(zone.file, time) : __zone_by_rule(&zone.rule, time);
	return zone.last.kind;
}

void tzset(void)
{
	__lock(&lock);
	read_environment();
	__unlock(&lock);
}

long long __zone_leapless(long long time, int *within)
{
	*within = 0;
	__lock(&lock);
	read_environment();
	if (zone.file)
		time -= __zone_leaps(zone.file, time, within);
	__unlock(&lock);
	return time;
}

static long long with_leaps(long long utc)
{
	return zone.file ? utc + __zone_leaps_before(zone.file, utc) : utc;
}

long long __zone_with_leaps(long long utc)
{
	__lock(&lock);
	read_environment();
	utc = with_leaps(utc);
	__unlock(&lock);
	return utc;
}

long __zone_at(long long time, int *summer, const char **name)
{
	struct zone_kind kind;

	__lock(&lock);
	read_environment();
	kind = kind_at(time);
	__unlock(&lock);
	*summer = kind.summer;
	*name = kind.name;
	return kind.offset;
}

/* ---- from local times ---- */

struct guess {
	int found, wished;
	long long utc;
	long largest;			/* offset of all */
};

/* Of two times that show the same the earlier counts, unless only the other is summer or winter as is wished. */
static void consider(struct guess *guess, const struct zone_kind *kind, long long local, int summer)
{
	long long utc = local - kind->offset;
	const struct zone_kind then = kind_at(with_leaps(utc));
	int wished = summer < 0 || then.summer == (summer > 0);

	if (kind->offset > guess->largest)
		guess->largest = kind->offset;
	if (then.offset != kind->offset)
		return;
	if (!guess->found || wished > guess->wished || (wished == guess->wished && utc < guess->utc))
		*guess = (struct guess){ 1, wished, utc, guess->largest };
}

/* Who calls it summer when it is winter means the offset of summer, and the other way round. NULL: there is none. */
static const struct zone_kind *other_kind(long long time, int summer)
{
	const struct zone_rule *rule = zone.file ? __zone_rule_at(zone.file, time) : &zone.rule;

	if (rule)
		return rule->has_summer ? &rule->kinds[summer] : NULL;
	return __zone_nearest(zone.file, time, summer);
}

static long of_local(long long local, int summer)
{
	const struct zone_rule *rule = final_rule();
	struct guess guess = { .largest = LONG_MIN };
	const struct zone_kind *kind;
	long long before;

	if (zone.file)
		for (unsigned i = 0; (kind = __zone_kind(zone.file, i)); i++)
			consider(&guess, kind, local, summer);
	for (int i = 0; rule && i <= rule->has_summer; i++)
		consider(&guess, &rule->kinds[i], local, summer);
	/* When clocks are put forward some times are never shown: they go on as before. */
	before = with_leaps(guess.found ? guess.utc : local - guess.largest);
	kind = guess.wished || (!guess.found && summer < 0) ? NULL : other_kind(before, summer > 0);
	return kind ? kind->offset : kind_at(before).offset;
}

long __zone_of_local(long long local, int summer)
{
	long offset;

	__lock(&lock);
	read_environment();
	offset = of_local(local, summer);
	__unlock(&lock);
	return offset;
}
