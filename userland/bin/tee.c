/* tee: copies its input to its output and into files. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "common/common.h"

int main(int argc, char **argv)
{
	int option, mode = O_TRUNC, result = 0, count;
	static char buffer[65536];
	int *fds;
	ssize_t got;

	while ((option = getopt(argc, argv, "ai")) != -1) {
		if (option == 'a') {
			mode = O_APPEND;
		} else if (option == 'i') {
			signal(SIGINT, SIG_IGN);
		} else {
			fprintf(stderr, "usage: tee [-ai] [file...]\n");
			return 2;
		}
	}
	count = argc - optind + 1;
	fds = must(calloc((size_t)count, sizeof(*fds)));
	fds[0] = 1;
	for (int i = 1; i < count; i++) {
		fds[i] = open(argv[optind + i - 1], O_WRONLY | O_CREAT | mode, 0666);
		if (fds[i] < 0) {
			warn("%s", argv[optind + i - 1]);
			result = 1;
		}
	}
	while ((got = read(0, buffer, sizeof(buffer))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err(1, "standard input");
		for (int i = 0; i < count; i++)
			if (fds[i] >= 0 && write_all(fds[i], buffer, (size_t)got) < 0) {
				warn("%s", i ? argv[optind + i - 1] : "standard output");
				fds[i] = -1;
				result = 1;
			}
	}
	return result;
}
