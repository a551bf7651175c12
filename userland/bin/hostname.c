/* hostname: shows or sets the machine's name. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char name[65];

	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: hostname [name]\n");
		return 2;
	}
	if (argc == 2) {
		if (sethostname(argv[1], strlen(argv[1])) < 0)
			err(1, "cannot set the name");
		return 0;
	}
	if (gethostname(name, sizeof(name)) < 0)
		err(1, NULL);
	puts(name);
	return 0;
}
