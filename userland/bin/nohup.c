/*
 * nohup: runs a program that outlives the terminal. What it would read from or write to the terminal comes from
 * nowhere and goes to nohup.out. Ends with 127 when the program is not found, 126 when it cannot be run, 125
 * for troubles of its own.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

/* nohup.out here, or else in the home directory. */
static int open_output(char **name)
{
	const char *home = getenv("HOME");
	int fd;

	*name = "nohup.out";
	fd = open(*name, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0 && home) {
		*name = join_path(home, "nohup.out");
		fd = open(*name, O_WRONLY | O_CREAT | O_APPEND, 0600);
	}
	if (fd < 0)
		err(125, "%s", *name);
	return fd;
}

static void move(int from, int to)
{
	if (dup2(from, to) < 0)
		err(125, "descriptor %d", to);
}

int main(int argc, char **argv)
{
	int reads = isatty(0), prints = isatty(1), warns = isatty(2), saved, fd;
	char *name;

	argv++;
	if (argc > 1 && !strcmp(*argv, "--"))
		argv++;
	if (!*argv) {
		fprintf(stderr, "usage: nohup command [argument...]\n");
		return 125;
	}
	if (reads) {
		fd = open("/dev/null", O_WRONLY);	/* reading is an error, not an end */
		if (fd < 0)
			err(125, "/dev/null");
		move(fd, 0);
		close(fd);
	}
	if (prints) {
		fd = open_output(&name);
		fprintf(stderr, "nohup: %sappending output to '%s'\n", reads ? "ignoring input and " : "", name);
		move(fd, 1);
		close(fd);
	} else if (reads) {
		fprintf(stderr, "nohup: ignoring input\n");
	}
	saved = fcntl(2, F_DUPFD_CLOEXEC, 3);
	if (warns)
		move(1, 2);
	signal(SIGHUP, SIG_IGN);
	execvp(*argv, argv);
	{
		int code = errno == ENOENT ? 127 : 126;

		if (saved >= 0)
			(void)dup2(saved, 2);	/* without it the message goes to the file */
		warn("%s", *argv);
		return code;
	}
}
