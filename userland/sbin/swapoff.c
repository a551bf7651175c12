/* swapoff: brings swap areas' pages back to memory and stops their use. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

static int off(const char *path)
{
	if (swapoff(path) == 0)
		return 0;
	warn("%s", path);
	return 1;
}

static int all(void)
{
	FILE *swaps = fopen("/proc/swaps", "r");
	char line[512], path[32][256];
	int n = 0, result = 0;

	if (!swaps)
		err(1, "/proc/swaps");
	(void)fgets(line, sizeof(line), swaps);		/* the heading */
	while (n < 32 && fgets(line, sizeof(line), swaps)) {
		line[strcspn(line, " \t\n")] = '\0';
		strlcpy(path[n++], line, sizeof(path[0]));
	}
	fclose(swaps);
	while (n--)
		result |= off(path[n]);
	return result;
}

int main(int argc, char **argv)
{
	int option, every = 0, result = 0;

	while ((option = getopt(argc, argv, "a")) != -1) {
		if (option != 'a')
			goto usage;
		every = 1;
	}
	if (every)
		return all();
	if (optind == argc)
		goto usage;
	for (; optind < argc; optind++)
		result |= off(argv[optind]);
	return result;
usage:
	fprintf(stderr, "usage: swapoff area... | swapoff -a\n");
	return 1;
}
