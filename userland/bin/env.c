/* env: runs a program in a changed environment, or shows the environment. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

extern char **environ;

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+iu:")) != -1) {
		if (option == 'i') {
			clearenv();
		} else if (option != 'u' || unsetenv(optarg) < 0) {
			fprintf(stderr, "usage: env [-i] [-u name] [name=value...] [program [argument...]]\n");
			return 125;
		}
	}
	if (optind < argc && !strcmp(argv[optind], "-")) {
		clearenv();
		optind++;
	}
	for (; optind < argc && strchr(argv[optind], '='); optind++)
		if (putenv(argv[optind]) < 0)
			err(125, "%s", argv[optind]);
	if (optind == argc) {
		for (char **entry = environ; entry && *entry; entry++)
			puts(*entry);
		return finish(0);
	}
	execvp(argv[optind], argv + optind);
	warn("%s", argv[optind]);
	return errno == ENOENT ? 127 : 126;
}
