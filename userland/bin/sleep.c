/* sleep: waits. Fractions and the suffixes s, m, h and d are understood; several times add up. */
#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct timespec time = { 0 };
	double total = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: sleep seconds...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		char *end;
		double value = strtod(argv[i], &end);
		int unit = !*end || !strcmp(end, "s") ? 1 : !strcmp(end, "m") ? 60 : !strcmp(end, "h") ? 3600 :
			   !strcmp(end, "d") ? 86400 : 0;

		if (end == argv[i] || !unit || !(value >= 0))
			errx(1, "invalid time: %s", argv[i]);
		total += value * unit;
	}
	if (total > 1e15)
		total = 1e15;
	time.tv_sec = (time_t)total;
	time.tv_nsec = (long)((total - floor(total)) * 1e9);
	while (nanosleep(&time, &time) < 0)
		if (errno != EINTR)
			err(1, NULL);
	return 0;
}
