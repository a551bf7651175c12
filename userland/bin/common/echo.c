/* echo, with the escapes of XSI; -n leaves out the newline. */
#include <stdio.h>
#include <string.h>
#include "common.h"

int echo_main(int argc, char **argv)
{
	int first = 1, newline = 1;

	if (argc > 1 && !strcmp(argv[1], "-n")) {
		newline = 0;
		first = 2;
	}
	for (int i = first; i < argc; i++) {
		const char *p = argv[i];

		if (i > first)
			putchar(' ');
		while (*p) {
			int value, stop = 0;

			if (*p != '\\') {
				putchar(*p++);
				continue;
			}
			p = escape(p, 1, &value, &stop);
			if (stop)
				return 0;
			putchar(value);
		}
	}
	if (newline)
		putchar('\n');
	return 0;
}
