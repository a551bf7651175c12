/* The exec family on top of execve(). */
#include <alloca.h>
#include <limits.h>
#include <paths.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libc.h"

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

/* A file that is executable but no program is a script for the shell. */
static void exec_or_script(const char *path, char *const argv[], char *const environment[])
{
	size_t count = 0;
	const char **script;

	execve(path, argv, environment);
	if (errno != ENOEXEC)
		return;
	while (argv[count])
		count++;
	script = alloca((count + 2) * sizeof(*script));
	script[0] = "sh";
	script[1] = path;
	for (size_t i = 1; i <= count; i++)
		script[i + 1] = argv[i];
	if (!count)
		script[2] = NULL;
	execve(_PATH_BSHELL, (char *const *)script, environment);
}

int execvpe(const char *file, char *const argv[], char *const environment[])
{
	const char *path = getenv("PATH"), *end;
	char name[PATH_MAX];
	int denied = 0;

	if (!*file) {
		errno = ENOENT;
		return -1;
	}
	if (strchr(file, '/')) {
		exec_or_script(file, argv, environment);
		return -1;
	}
	for (path = path ? path : _PATH_DEFPATH;; path = end + 1) {
		end = strchrnul(path, ':');
		if (snprintf(name, sizeof(name), "%.*s%s%s", (int)(end - path), path, end > path ? "/" : "",
			     file) < (int)sizeof(name)) {
			exec_or_script(name, argv, environment);
			if (errno == EACCES)
				denied = 1;
			else if (errno != ENOENT && errno != ENOTDIR)
				return -1;
		}
		if (!*end)
			break;
	}
	errno = denied ? EACCES : ENOENT;
	return -1;
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

int fexecve(int fd, char *const argv[], char *const environment[])
{
	return SYS5(execveat, fd, "", argv, environment, 0x1000);
}

static size_t count_arguments(va_list arguments)
{
	size_t count = 1;

	while (va_arg(arguments, char *))
		count++;
	return count;
}

#define GATHER(argv, last) \
	do { \
		va_list gathered; \
		size_t count; \
		va_start(gathered, argument); \
		count = argument ? count_arguments(gathered) : 0; \
		va_end(gathered); \
		argv = alloca((count + 1) * sizeof(char *)); \
		argv[0] = (char *)argument; \
		va_start(gathered, argument); \
		for (size_t i = 1; i <= count; i++) \
			argv[i] = va_arg(gathered, char *); \
		last; \
		va_end(gathered); \
	} while (0)

int execl(const char *path, const char *argument, ...)
{
	char **argv;

	GATHER(argv, (void)0);
	return execve(path, argv, environ);
}

int execlp(const char *file, const char *argument, ...)
{
	char **argv;

	GATHER(argv, (void)0);
	return execvp(file, argv);
}

int execle(const char *path, const char *argument, ...)
{
	char **argv, **environment;

	GATHER(argv, environment = va_arg(gathered, char **));
	return execve(path, argv, environment);
}
