/* tty: the terminal's name. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *name = ttyname(0);

	if (argc < 2 || strcmp(argv[1], "-s"))
		puts(name ? name : isatty(0) ? "unknown" : "not a tty");
	return !isatty(0);
}
