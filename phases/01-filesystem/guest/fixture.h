/*
 * What the file-system tests share. Each program takes the folder to work in as its argument, so that the same
 * tests run on every filesystem; it makes the folder, which must not be there, and enters it.
 */
#ifndef FILESYSTEM_FIXTURE_H
#define FILESYSTEM_FIXTURE_H

#include "../../guest/testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Enters the folder of the test. Returns its name. */
static inline const char *enter_folder(int argc, char **argv, const char *standard)
{
	const char *folder = argc > 1 ? argv[1] : standard;

	BAIL_UNLESS(mkdir(folder, 0755) == 0 && chdir(folder) == 0, "no folder %s", folder);
	return folder;
}

/* Makes a file with a text, or replaces its contents. Returns the bytes written, -1 with errno. */
static inline ssize_t put_text(const char *name, const char *text)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0644);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n;
}

/* Whether a file has exactly this text. */
static inline int has_text(const char *name, const char *text)
{
	char found[256];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, found, sizeof(found));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text) && memcmp(found, text, (size_t)n) == 0;
}

/* Runs a function in a child. Returns whether it returned 0. */
static inline int holds_in_child(int (*work)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(work());
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline int all_zero(const unsigned char *bytes, size_t n)
{
	while (n && bytes[n - 1] == 0)
		n--;
	return n == 0;
}

#endif
