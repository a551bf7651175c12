/* date: shows the time, or sets it. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "common/common.h"

/* What -d understands. */
static int parse(const char *text, time_t *when)
{
	static const char *const formats[] = {
		"@%s", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d",
		"%a %b %e %H:%M:%S %Y", "%d %b %Y %H:%M:%S", "%H:%M:%S", "%H:%M",
	};

	if (!strcmp(text, "now"))
		return 0;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm tm = *localtime(when);
		char *end;

		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_isdst = -1;
		end = strptime(text, formats[i], &tm);
		if (!end || (*end && strcmp(end, "Z") && strcmp(end, " UTC")))
			continue;
		*when = *end ? timegm(&tm) : mktime(&tm);
		return 0;
	}
	return -1;
}

/* mmddhhmm[[cc]yy], as POSIX wants a new time */
static int parse_posix(const char *text, time_t *when)
{
	struct tm tm = *localtime(when);
	size_t length = strlen(text);
	char *end;

	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	end = length == 8 ? strptime(text, "%m%d%H%M", &tm) : length == 10 ? strptime(text, "%m%d%H%M%y", &tm) :
	      length == 12 ? strptime(text, "%m%d%H%M%Y", &tm) : NULL;
	if (!end || *end)
		return -1;
	*when = mktime(&tm);
	return 0;
}

static void expand_nanoseconds(const char *format, long nanoseconds, char *to, size_t size)
{
	size_t used = 0;

	for (; *format && used + 10 < size; format++) {
		if (format[0] == '%' && format[1] == 'N') {
			used += (size_t)snprintf(to + used, size - used, "%09ld", nanoseconds);
			format++;
		} else {
			to[used++] = *format;
			if (format[0] == '%' && format[1])
				to[used++] = *++format;
		}
	}
	to[used] = '\0';
}

int main(int argc, char **argv)
{
	const char *format = "%a %b %e %H:%M:%S %Z %Y", *text = NULL, *new = NULL;
	char expanded[1024], output[4096];
	struct timespec now;
	struct stat status;
	int option;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		err(1, "cannot read the clock");
	while ((option = getopt(argc, argv, "+d:IRr:s:u")) != -1) {
		switch (option) {
		case 'd': text = optarg; break;
		case 'I': format = "%Y-%m-%d"; break;
		case 'R': format = "%a, %d %b %Y %H:%M:%S %z"; break;
		case 'r':
			if (stat(optarg, &status) < 0)
				err(1, "%s", optarg);
			now = status.st_mtim;
			break;
		case 's': new = optarg; break;
		case 'u': setenv("TZ", "UTC0", 1); break;
		default:
			fprintf(stderr, "usage: date [-IRu] [-d time | -r file | -s time] [+format | mmddhhmm[[cc]yy]]\n");
			return 2;
		}
	}
	tzset();
	if (text || new) {
		if (parse(text ? text : new, &now.tv_sec) < 0)
			errx(1, "invalid date: %s", text ? text : new);
		now.tv_nsec = 0;
	}
	if (optind < argc && argv[optind][0] == '+') {
		format = argv[optind++] + 1;
	} else if (optind < argc && !new) {
		new = argv[optind];
		if (parse_posix(argv[optind++], &now.tv_sec) < 0)
			errx(1, "invalid date: %s", new);
		now.tv_nsec = 0;
	}
	if (optind < argc)
		errx(2, "too many arguments");
	if (new && clock_settime(CLOCK_REALTIME, &now) < 0)
		err(1, "cannot set the clock");
	expand_nanoseconds(format, now.tv_nsec, expanded, sizeof(expanded));
	if (*expanded && !strftime(output, sizeof(output), expanded, localtime(&now.tv_sec)))
		errx(1, "format too long");
	puts(*expanded ? output : "");
	return finish(0);
}
