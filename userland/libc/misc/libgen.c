/* basename() and dirname(), POSIX's. */
#include <libgen.h>
#include <string.h>

static char dot[] = ".", slash[] = "/";

/* The end of the path without its trailing slashes; the path itself when it is nothing else. */
static char *trim(char *path)
{
	char *end = path + strlen(path);

	while (end > path && end[-1] == '/')
		end--;
	return end;
}

char *basename(char *path)
{
	char *end;

	if (!path || !*path)
		return dot;
	end = trim(path);
	if (end == path)
		return slash;
	*end = '\0';
	while (end > path && end[-1] != '/')
		end--;
	return end;
}

char *dirname(char *path)
{
	char *end;

	if (!path || !*path)
		return dot;
	end = trim(path);
	if (end == path)
		return slash;
	while (end > path && end[-1] != '/')
		end--;
	if (end == path)
		return dot;
	while (end > path && end[-1] == '/')
		end--;
	if (end == path)
		return slash;
	*end = '\0';
	return path;
}
