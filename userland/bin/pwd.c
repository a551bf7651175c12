/* pwd: the working directory. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int option, physical = 0;
	char *path;

	while ((option = getopt(argc, argv, "LP")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: pwd [-L | -P]\n");
			return 2;
		}
		physical = option == 'P';
	}
	path = physical ? getcwd(NULL, 0) : get_current_dir_name();
	if (!path)
		err(1, NULL);
	puts(path);
	return 0;
}
