/*
 * Time zones: what zone.c asks of rules (zone-rule.c) and of files (zone-file.c).
 *
 * Times are seconds since 1970, in UTC unless they are said to be local. Names live for ever, so that a struct tm may
 * keep one.
 */
#ifndef LIBC_INTERNAL_ZONE_H
#define LIBC_INTERNAL_ZONE_H

#include <limits.h>
#include <stddef.h>

#define ALWAYS_BEGAN LLONG_MIN
#define NEVER_ENDS LLONG_MAX

/* What clocks show. */
struct zone_kind {
	long offset;			/* to add to UTC */
	int summer;
	const char *name;
};

/* A kind, and from when until when it holds. */
struct zone_span {
	long long from, until;
	struct zone_kind kind;
};

/* When a change happens: Jn (1 to 365, no leap day), n (0 to 365), or Mm.w.d; and how many seconds after midnight. */
struct zone_change {
	char form;			/* J, n or M */
	int day, week, month;
	long time;
};

/* A zone as POSIX writes it: std offset [dst [offset] [,start[/time],end[/time]]]. */
struct zone_rule {
	struct zone_kind kinds[2];	/* standard time, summer time */
	int has_summer;
	struct zone_change start, end;
};

/* 0, or -1 if that is no rule. */
int __zone_read_rule(struct zone_rule *rule, const char *text);
struct zone_span __zone_by_rule(const struct zone_rule *rule, long long utc);
/* The name among those that live for ever. */
const char *__zone_name(const char *text, size_t length);

/* A file of /usr/share/zoneinfo in memory. */
struct zone_file;
/* NULL if there is none of that path, or if it is not as RFC 9636 describes it. */
struct zone_file *__zone_open(const char *path);
/* Times of a file that lists leap seconds count them, and so do times here. */
struct zone_span __zone_by_file(const struct zone_file *file, long long time);
/* The kinds that it knows: NULL behind the last. */
const struct zone_kind *__zone_kind(const struct zone_file *file, unsigned index);
/* The kind of that sort, summer or not, that is listed closest to a time. NULL: it never holds. */
const struct zone_kind *__zone_nearest(const struct zone_file *file, long long time, int summer);
/* The rule, if it is what holds then: behind all times that are listed. */
const struct zone_rule *__zone_rule_at(const struct zone_file *file, long long time);
/* Leap seconds that are to be taken from a time; *within: it is one itself. */
long __zone_leaps(const struct zone_file *file, long long time, int *within);
/* Leap seconds that are to be added to a time which does not count them. */
long __zone_leaps_before(const struct zone_file *file, long long utc);

#endif
