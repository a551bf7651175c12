/* Clocks and calendar time. */
#ifndef LIBC_TIME_H
#define LIBC_TIME_H

#include <bits/locale.h>
#include <bits/types.h>
#include <abi/time.h>

#define CLOCKS_PER_SEC 1000000L
#define TIME_UTC 1

struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday;
	int tm_mon;
	int tm_year;
	int tm_wday;
	int tm_yday;
	int tm_isdst;
	long tm_gmtoff;
	const char *tm_zone;
};

struct itimerspec {
	struct timespec it_interval;
	struct timespec it_value;
};

struct sigevent;

extern char *tzname[2];
extern long timezone;
extern int daylight;

char *asctime(const struct tm *tm);
char *asctime_r(const struct tm *__restrict tm, char *__restrict buffer);
clock_t clock(void);
int clock_getres(clockid_t clock, struct timespec *resolution);
int clock_gettime(clockid_t clock, struct timespec *time);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left);
int clock_settime(clockid_t clock, const struct timespec *time);
char *ctime(const time_t *time);
char *ctime_r(const time_t *time, char *buffer);
double difftime(time_t end, time_t start);
struct tm *gmtime(const time_t *time);
struct tm *gmtime_r(const time_t *__restrict time, struct tm *__restrict tm);
struct tm *localtime(const time_t *time);
struct tm *localtime_r(const time_t *__restrict time, struct tm *__restrict tm);
time_t mktime(struct tm *tm);
int nanosleep(const struct timespec *time, struct timespec *left);
int stime(const time_t *time);
size_t strftime(char *__restrict to, size_t size, const char *__restrict format,
		const struct tm *__restrict tm);
char *strptime(const char *__restrict string, const char *__restrict format, struct tm *__restrict tm);
time_t time(time_t *time);
time_t timegm(struct tm *tm);
int clock_getcpuclockid(pid_t pid, clockid_t *clock);
extern int getdate_err;
struct tm *getdate(const char *text);
int getdate_r(const char *__restrict text, struct tm *__restrict result);
size_t strftime_l(char *__restrict to, size_t size, const char *__restrict format, const struct tm *__restrict tm,
		  locale_t locale);
int timer_create(clockid_t clock, struct sigevent *__restrict event, timer_t *__restrict timer);
int timer_delete(timer_t timer);
int timer_getoverrun(timer_t timer);
int timer_gettime(timer_t timer, struct itimerspec *value);
int timer_settime(timer_t timer, int flags, const struct itimerspec *__restrict value,
		  struct itimerspec *__restrict old);
time_t timelocal(struct tm *tm);
int timespec_getres(struct timespec *resolution, int base);
int timespec_get(struct timespec *time, int base);
void tzset(void);

#endif
