/* kill: sends signals. */
#include <ctype.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

static const char *const names[] = {
	"0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
	"TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
	"IO", "PWR", "SYS",
};
#define COUNT (int)(sizeof(names) / sizeof(names[0]))

static int number_of(const char *name)
{
	char *end;
	long number = strtol(name, &end, 10);

	if (isdigit((unsigned char)*name) && !*end && number <= SIGRTMAX)
		return (int)number;
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (int i = 0; i < COUNT; i++)
		if (!strcasecmp(names[i], name))
			return i;
	errx(1, "unknown signal: %s", name);
}

int main(int argc, char **argv)
{
	int number = SIGTERM, first = 1, result = 0;

	if (argc > 1 && !strcmp(argv[1], "-l")) {
		if (argc > 2) {
			number = number_of(argv[2]) & 127;
			if (isdigit((unsigned char)*argv[2]))
				printf("%s\n", number < COUNT ? names[number] : "RT");
			else
				printf("%d\n", number);
			return 0;
		}
		for (int i = 1; i < COUNT; i++)
			printf("%s%c", names[i], i % 8 && i + 1 < COUNT ? ' ' : '\n');
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		number = number_of(argv[2]);
		first = 3;
	} else if (argc > 1 && argv[1][0] == '-' && argv[1][1] && strcmp(argv[1], "--")) {
		number = number_of(argv[1] + 1);
		first = 2;
	}
	if (first < argc && !strcmp(argv[first], "--"))
		first++;
	if (first >= argc) {
		fprintf(stderr, "usage: kill [-s signal | -signal] pid... | kill -l [status]\n");
		return 2;
	}
	for (; first < argc; first++) {
		char *end;
		long pid = strtol(argv[first], &end, 10);

		if (*end || end == argv[first]) {
			warnx("%s: not a process number", argv[first]);
			result = 1;
		} else if (kill((pid_t)pid, number) < 0) {
			warn("%s", argv[first]);
			result = 1;
		}
	}
	return result;
}
