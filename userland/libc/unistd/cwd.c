/* The working directory and absolute path names. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libc.h"

char *getcwd(char *buffer, size_t size)
{
	char path[PATH_MAX];
	long length = SYS2(getcwd, path, sizeof(path));

	if (length < 0)
		return NULL;
	if (path[0] != '/') {
		errno = ENOENT;
		return NULL;
	}
	if (!buffer) {
		if (size < (size_t)length)
			size = (size_t)length;
		buffer = malloc(size);
		if (!buffer)
			return NULL;
	} else if (!size) {
		errno = EINVAL;
		return NULL;
	} else if ((size_t)length > size) {
		errno = ERANGE;
		return NULL;
	}
	return memcpy(buffer, path, (size_t)length);
}

char *get_current_dir_name(void)
{
	const char *pwd = getenv("PWD");
	struct stat named, current;

	if (pwd && !stat(pwd, &named) && !stat(".", &current) && named.st_dev == current.st_dev &&
	    named.st_ino == current.st_ino)
		return strdup(pwd);
	return getcwd(NULL, 0);
}

/*
 * Resolves one component after another: rest is what is still to be walked, result what has been,
 * without links and without a slash at its end.
 */
char *realpath(const char *__restrict path, char *__restrict resolved)
{
	char rest[PATH_MAX], result[PATH_MAX], link[PATH_MAX], *next;
	size_t length = 0, rest_length;
	int links = 0;

	if (!path || !*path) {
		errno = path ? ENOENT : EINVAL;
		return NULL;
	}
	rest_length = strlen(path);
	if (rest_length >= sizeof(rest))
		goto too_long;
	memcpy(rest, path, rest_length + 1);
	if (*path != '/') {
		if (!getcwd(result, sizeof(result)))
			return NULL;
		length = strlen(result);
		if (length == 1)
			length = 0;
	}
	for (next = rest; *next;) {
		size_t part = strcspn(next, "/");
		struct stat status;
		ssize_t got;
		int more = next[part] == '/';

		if (part == 0 || (part == 1 && next[0] == '.')) {
			next += part + (size_t)more;
			continue;
		}
		if (part == 2 && next[0] == '.' && next[1] == '.') {
			while (length > 0 && result[--length] != '/')
				;
			next += part + (size_t)more;
			continue;
		}
		if (length + part + 2 > sizeof(result))
			goto too_long;
		result[length] = '/';
		memcpy(result + length + 1, next, part);
		result[length + 1 + part] = '\0';
		next += part + (size_t)more;
		if (lstat(result, &status) < 0)
			return NULL;
		if (!S_ISLNK(status.st_mode)) {
			if (more && !S_ISDIR(status.st_mode)) {
				errno = ENOTDIR;
				return NULL;
			}
			length += part + 1;
			continue;
		}
		if (++links > SYMLOOP_MAX) {
			errno = ELOOP;
			return NULL;
		}
		got = readlink(result, link, sizeof(link) - 1);
		if (got < 0)
			return NULL;
		rest_length = strlen(next);
		if ((size_t)got + 1 + rest_length >= sizeof(rest))
			goto too_long;
		memmove(rest + got + 1, next, rest_length + 1);
		memcpy(rest, link, (size_t)got);
		rest[got] = '/';
		if (!more)
			rest[got] = '\0';
		next = rest;
		if (rest[0] == '/')
			length = 0;
	}
	if (!length)
		result[length++] = '/';
	result[length] = '\0';
	if (!resolved)
		return strdup(result);
	return memcpy(resolved, result, length + 1);

too_long:
	errno = ENAMETOOLONG;
	return NULL;
}
