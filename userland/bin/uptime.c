/* uptime: how long the system has been running. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "common/common.h"
#include "common/proc.h"

int main(void)
{
	char *load = read_whole("/proc/loadavg", NULL), clock[16];
	double up, idle, loads[3] = { 0 };
	time_t now = time(NULL);
	long seconds;

	if (read_uptime(&up, &idle) < 0)
		err(1, "/proc/uptime");
	if (load)
		(void)sscanf(load, "%lf %lf %lf", &loads[0], &loads[1], &loads[2]);	/* zeros otherwise */
	free(load);
	seconds = (long)up;
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
	printf(" %s up ", clock);
	if (seconds >= 86400)
		printf("%ld day%s, ", seconds / 86400, seconds >= 172800 ? "s" : "");
	printf("%ld:%02ld, load average: %.2f, %.2f, %.2f\n", seconds / 3600 % 24, seconds / 60 % 60, loads[0], loads[1],
	       loads[2]);
	return finish(0);
}
