/* free: how much memory is used. */
#include <err.h>
#include <stdio.h>
#include <unistd.h>
#include "common/common.h"
#include "common/proc.h"

static int unit = 'k';

static void print(long long kilobytes)
{
	char text[16];

	if (kilobytes < 0)
		kilobytes = 0;
	if (unit == 'h')
		printf(" %11s", human_size((uint64_t)kilobytes * 1024, text));
	else
		printf(" %11lld", unit == 'b' ? kilobytes * 1024 : unit == 'm' ? kilobytes / 1024 : unit == 'g' ?
						kilobytes / 1048576 : kilobytes);
}

int main(int argc, char **argv)
{
	long long total, idle, cache, available, swap, swap_idle;
	int option;

	while ((option = getopt(argc, argv, "bkmgh")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: free [-bkmgh]\n");
			return 2;
		}
		unit = option;
	}
	total = meminfo("MemTotal");
	if (total < 0)
		err(1, "/proc/meminfo");
	idle = meminfo("MemFree");
	cache = (meminfo("Buffers") > 0 ? meminfo("Buffers") : 0) + (meminfo("Cached") > 0 ? meminfo("Cached") : 0);
	available = meminfo("MemAvailable");
	if (available < 0)
		available = idle + cache;
	swap = meminfo("SwapTotal");
	swap_idle = meminfo("SwapFree");
	printf("%6s %11s %11s %11s %11s %11s %11s\n", "", "total", "used", "free", "shared", "buff/cache", "available");
	printf("%-6s", "Mem:");
	print(total);
	print(total - idle - cache);
	print(idle);
	print(meminfo("Shmem"));
	print(cache);
	print(available);
	printf("\n%-6s", "Swap:");
	print(swap);
	print(swap - swap_idle);
	print(swap_idle);
	putchar('\n');
	return finish(0);
}
