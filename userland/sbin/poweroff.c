/*
 * poweroff, reboot, halt: ask init to end the system; with -f the kernel, at once.
 *
 * One source for the three, which differ in nothing but the request: the name it is called by says
 * which.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int signal;
		int command;
	} requests[] = {
		{ "poweroff", SIGUSR2, (int)RB_POWER_OFF },
		{ "reboot", SIGTERM, RB_AUTOBOOT },
		{ "halt", SIGUSR1, (int)RB_HALT_SYSTEM },
	};
	int option, force = 0;

	while ((option = getopt(argc, argv, "f")) != -1) {
		if (option != 'f') {
			fprintf(stderr, "usage: %s [-f]\n", program_invocation_short_name);
			return 2;
		}
		force = 1;
	}
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(program_invocation_short_name, requests[i].name))
			continue;
		if (force) {
			sync();
			reboot(requests[i].command);
			err(1, "reboot");
		}
		if (kill(1, requests[i].signal) < 0)
			err(1, "cannot signal init");
		return 0;
	}
	errx(2, "called by an unknown name");
}
