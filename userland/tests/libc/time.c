/* Calendar time, compared with the host's C library. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(void)
{
	static const char *const zones[] = { "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0",
		"<+0530>-5:30", "NZST-12NZDT,M9.5.0,M4.1.0/3", "XXX3YYY,J60,300" };
	static const long long times[] = { 0, 1, 86399, 951782400, 951868800, 1078012800, 1700000000, 4102444800LL, 
		1000000000, 1616893199, 1616893200, 1635641999, 1635642000, 1635638400 };
	char text[512];

	for (unsigned z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		setenv("TZ", zones[z], 1);
		tzset();
		for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]) + 300; i++) {
			time_t t = i < sizeof(times) / sizeof(times[0]) ? times[i] : ((long long)i - 15) * 8640007 + 50000000;
			struct tm tm = *localtime(&t), copy = tm, back;

			strftime(text, sizeof(text), "%a %A %b %B %c %C %d %D %e %F %g %G %H %I %j %m %M %p %r %R %S %T %u "
				 "%U %V %w %W %y %Y %z %Z %% %-d %_m %^a %P %k %l %5Y %#Z", &tm);
			puts(text);
			copy.tm_isdst = -1;
			printf("%lld %lld %d", (long long)mktime(&tm), (long long)timegm(&copy), tm.tm_isdst);
			tm.tm_mon += 13;
			tm.tm_mday -= 40;
			tm.tm_hour += 100;
			printf(" %lld %s", (long long)mktime(&tm), asctime(gmtime(&t)));
			memset(&back, 0, sizeof(back));
			strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
			printf("%s", strptime(text, "%Y-%m-%d %T", &back) ? "ok " : "bad ");
			printf("%d %d %d %d\n", back.tm_year, back.tm_yday, back.tm_wday, back.tm_hour);
		}
	}
	return 0;
}
