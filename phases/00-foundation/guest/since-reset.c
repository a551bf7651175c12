/*
 * Prints how far the processor's time stamp counter has come since the machine was reset, and how many hundredths of
 * a second the processor has been idle since.
 */
#include <stdio.h>

int main(void)
{
	unsigned seconds = 0, hundredths = 0;
	FILE *uptime = fopen("/proc/uptime", "r");

	if (!uptime || fscanf(uptime, "%*u.%*u %u.%u", &seconds, &hundredths) != 2)
		return 1;
	printf("since-reset %llu idle %u ", __builtin_ia32_rdtsc(), seconds * 100 + hundredths);
	return 0;
}
