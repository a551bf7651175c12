/* swapon: puts swap areas to use, or lists those in use. */
#include <err.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

static int on(const char *path, int flags)
{
	if (swapon(path, flags) == 0)
		return 0;
	warn("%s", path);
	return 1;
}

/* Every swap area of /etc/fstab that is not in use; pri=N among its options is its priority. */
static int all(int flags)
{
	FILE *table = setmntent("/etc/fstab", "r");
	struct mntent *entry;
	int result = 0;

	if (!table)
		err(1, "/etc/fstab");
	while ((entry = getmntent(table))) {
		const char *priority = strstr(entry->mnt_opts, "pri=");

		if (strcmp(entry->mnt_type, "swap"))
			continue;
		result |= on(entry->mnt_fsname, priority ? SWAP_FLAG_PREFER | (atoi(priority + 4) & SWAP_FLAG_PRIO_MASK) : flags);
	}
	endmntent(table);
	return result;
}

static int show(void)
{
	FILE *swaps = fopen("/proc/swaps", "r");
	char line[512];

	if (!swaps)
		err(1, "/proc/swaps");
	while (fgets(line, sizeof(line), swaps))
		fputs(line, stdout);
	fclose(swaps);
	return 0;
}

int main(int argc, char **argv)
{
	int option, flags = 0, every = 0, result = 0;
	char *end;
	long priority;

	while ((option = getopt(argc, argv, "ap:s")) != -1) {
		switch (option) {
		case 'a': every = 1; break;
		case 's': return show();
		case 'p':
			priority = strtol(optarg, &end, 10);
			if (*end || end == optarg || priority < 0 || priority > SWAP_FLAG_PRIO_MASK)
				errx(1, "priority '%s' is not a number from 0 to %d", optarg, SWAP_FLAG_PRIO_MASK);
			flags = SWAP_FLAG_PREFER | (int)priority;
			break;
		default:
			fprintf(stderr, "usage: swapon [-p priority] area... | swapon -a | swapon [-s]\n");
			return 1;
		}
	}
	if (every)
		return all(flags);
	if (optind == argc)
		return show();
	for (; optind < argc; optind++)
		result |= on(argv[optind], flags);
	return result;
}
