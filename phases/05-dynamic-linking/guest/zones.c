/*
 * zones STEP ZONE...: what each zone's clocks show, every STEP days and close to changes, as the host's glibc shows it from
 * the same files; and times that those clocks' faces mean.
 *
 * zones broken FILE SEED COUNT: copies of a file with wrong bytes never do worse than show UTC.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void show(const char *zone, long long at)
{
	time_t t = at;
	struct tm tm, gm;
	struct tm face;

	if (!localtime_r(&t, &tm) || !gmtime_r(&t, &gm)) {
		printf("%s %lld: none\n", zone, at);
		return;
	}
	face = tm;
	printf("%s %lld %d-%d-%d %d:%d:%d %d %d %d %ld %s %d:%d:%d", zone, at, tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
	       tm.tm_min, tm.tm_sec, tm.tm_wday, tm.tm_yday, tm.tm_isdst, (long)tm.tm_gmtoff, tm.tm_zone, gm.tm_hour, gm.tm_min,
	       gm.tm_sec);
	/* Some faces mean two times, even with the word for summer. */
	t = mktime(&face);
	localtime_r(&t, &gm);
	printf(" %s\n", gm.tm_hour == tm.tm_hour && gm.tm_min == tm.tm_min && gm.tm_sec == tm.tm_sec && gm.tm_mday == tm.tm_mday &&
	       gm.tm_isdst == tm.tm_isdst ? "back" : "elsewhere");
}

static void show_zone(const char *zone, int step)
{
	long previous = 0;

	setenv("TZ", zone, 1);
	tzset();
	printf("%s: %s %s %ld %d\n", zone, tzname[0], tzname[1], timezone, daylight);
	for (long long day = -31000; day < 60000; day += step) {
		time_t t = day * 86400 + 12345;
		struct tm tm;

		show(zone, t);
		if (!localtime_r(&t, &tm))
			continue;
		/* Where it changed since the last one, by halves. */
		if (tm.tm_gmtoff != previous && day > -31000) {
			long long low = t - step * 86400LL, high = t;

			while (high - low > 1) {
				time_t middle = low + (high - low) / 2;

				localtime_r(&middle, &tm);
				if (tm.tm_gmtoff == previous)
					low = middle;
				else
					high = middle;
			}
			for (long long near = -1; near <= 1; near++)
				show(zone, high + near);
			localtime_r(&t, &tm);
		}
		previous = tm.tm_gmtoff;
	}
}

static uint32_t state;

static uint32_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static int try_broken(unsigned char *bytes, size_t size)
{
	static int turn;
	char path[64];
	int fd, shown = 0;

	snprintf(path, sizeof(path), "/tmp/zones-broken.%d", turn++ % 2);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		return -1;
	close(fd);
	setenv("TZ", path, 1);
	tzset();
	for (long long day = -40000; day < 60000; day += 5000) {
		time_t t = day * 86400;
		struct tm tm;

		if (!localtime_r(&t, &tm))
			return -1;
		shown |= strcmp(tm.tm_zone, "UTC") != 0;
		(void)mktime(&tm);
	}
	unlink(path);
	return shown;
}

static int broken(const char *file, int count)
{
	static unsigned char whole[65536], copy[65536];
	int fd = open(file, O_RDONLY), refused = 0, shown = 0, failed = 0;
	ssize_t size = read(fd, whole, sizeof(whole));

	close(fd);
	if (size < 100)
		return 1;
	for (int i = 0; i < count; i++) {
		size_t length = (size_t)size;
		int answer;

		memcpy(copy, whole, length);
		for (unsigned n = draw() % 4; n > 0; n--) {
			/* Mostly in what counts things. */
			size_t at = draw() % 2 ? draw() % 44 : draw() % (unsigned)length;

			copy[at] = draw() % 2 ? (uint8_t)draw() : draw() % 2 ? 0xff : 0;
		}
		if (draw() % 4 == 0)
			length = draw() % length;
		answer = try_broken(copy, length);
		refused += answer == 0;
		shown += answer > 0;
		failed += answer < 0;
	}
	printf("%d shown, %d refused, %d failed\n", shown, refused, failed);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "broken")) {
		state = (uint32_t)strtoul(argv[3], NULL, 10) * 2654435761u | 1;
		return broken(argv[2], atoi(argv[4]));
	}
	for (int i = 2; i < argc; i++)
		show_zone(argv[i], atoi(argv[1]));
	return 0;
}
