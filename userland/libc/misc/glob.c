/*
 * Path names from patterns: components without special characters are only checked for existence at
 * the end, the others are looked for in their directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
	int flags;
	int (*error)(const char *, int);
	char **paths;
	size_t count, space;
};

static int has_special(const char *p, size_t length, int flags)
{
	for (size_t i = 0; i < length; i++) {
		if (p[i] == '\\' && !(flags & GLOB_NOESCAPE)) {
			i++;
			continue;
		}
		if (p[i] == '*' || p[i] == '?')
			return 1;
		if (p[i] == '[' && memchr(p + i + 1, ']', length - i - 1))
			return 1;
	}
	return 0;
}

static int add(struct search *search, char *path)
{
	if (!path)
		return GLOB_NOSPACE;
	if (search->count + 1 >= search->space) {
		size_t want = search->space ? search->space * 2 : 16;
		char **more = reallocarray(search->paths, want, sizeof(*more));

		if (!more) {
			free(path);
			return GLOB_NOSPACE;
		}
		search->paths = more;
		search->space = want;
	}
	search->paths[search->count++] = path;
	return 0;
}

static char *join(const char *prefix, const char *name, size_t length, const char *suffix)
{
	size_t before = strlen(prefix), after = strlen(suffix);
	char *path = malloc(before + length + after + 1);

	if (path) {
		memcpy(path, prefix, before);
		memcpy(path + before, name, length);
		memcpy(path + before + length, suffix, after + 1);
	}
	return path;
}

static void unescape(char *path, int flags)
{
	char *to = path;

	if (flags & GLOB_NOESCAPE)
		return;
	for (; *path; path++) {
		if (*path == '\\' && path[1])
			path++;
		*to++ = *path;
	}
	*to = '\0';
}

static int found(struct search *search, const char *path)
{
	struct stat status;
	int directory;

	if (lstat(path, &status) < 0)
		return 0;
	directory = search->flags & GLOB_MARK && !stat(path, &status) && S_ISDIR(status.st_mode) &&
		    (!*path || path[strlen(path) - 1] != '/');
	return add(search, join(path, "", 0, directory ? "/" : ""));
}

static int walk(struct search *search, const char *prefix, const char *pattern);

static int walk_directory(struct search *search, const char *prefix, const char *pattern, size_t length)
{
	char *component = strndup(pattern, length);
	DIR *directory = opendir(*prefix ? prefix : ".");
	struct dirent *entry;
	int result = component ? 0 : GLOB_NOSPACE;

	if (!directory) {
		if (!result && errno != ENOENT && errno != ENOTDIR &&
		    ((search->error && search->error(prefix, errno)) || search->flags & GLOB_ERR))
			result = GLOB_ABORTED;
		free(component);
		return result;
	}
	while (!result && (errno = 0, entry = readdir(directory))) {
		char *path;

		if (fnmatch(component, entry->d_name,
			    (search->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0) |
			    (search->flags & GLOB_PERIOD ? 0 : FNM_PERIOD)))
			continue;
		if (pattern[length] && entry->d_type != DT_DIR && entry->d_type != DT_LNK &&
		    entry->d_type != DT_UNKNOWN)
			continue;
		path = join(prefix, entry->d_name, strlen(entry->d_name), "");
		if (!path)
			result = GLOB_NOSPACE;
		else
			result = pattern[length] ? walk(search, path, pattern + length) : found(search, path);
		free(path);
	}
	closedir(directory);
	free(component);
	return result;
}

/* prefix is a path that exists as far as we know; pattern continues it, perhaps with slashes. */
static int walk(struct search *search, const char *prefix, const char *pattern)
{
	size_t slashes = strspn(pattern, "/"), length = strcspn(pattern + slashes, "/");
	char *path;
	int result;

	if (slashes && *prefix) {
		/* What slashes follow must be a directory, which found() sees by the slash. */
		path = join(prefix, pattern, slashes, "");
		if (!path)
			return GLOB_NOSPACE;
		result = length ? walk(search, path, pattern + slashes) : found(search, path);
		free(path);
		return result;
	}
	if (slashes)
		path = join("", pattern, slashes, "");
	else
		path = NULL;
	if (slashes && !path)
		return GLOB_NOSPACE;
	if (has_special(pattern + slashes, length, search->flags)) {
		result = walk_directory(search, path ? path : prefix, pattern + slashes, length);
	} else {
		char *name = strndup(pattern + slashes, length), *next = NULL;

		if (name) {
			unescape(name, search->flags);
			next = join(path ? path : prefix, name, strlen(name), "");
		}
		if (!next)
			result = GLOB_NOSPACE;
		else if (pattern[slashes + length])
			result = walk(search, next, pattern + slashes + length);
		else
			result = found(search, next);
		free(name);
		free(next);
	}
	free(path);
	return result;
}

static int by_name(const void *a, const void *b)
{
	return strcoll(*(char *const *)a, *(char *const *)b);
}

int glob(const char *__restrict pattern, int flags, int (*error)(const char *, int), glob_t *__restrict result)
{
	struct search search = { .flags = flags, .error = error };
	size_t offset = flags & GLOB_DOOFFS ? result->gl_offs : 0, old;
	char **paths;
	int status;

	if (!(flags & GLOB_APPEND)) {
		result->gl_pathc = 0;
		result->gl_pathv = NULL;
	}
	status = *pattern ? walk(&search, "", pattern) : 0;
	if (!status && !search.count)
		status = flags & GLOB_NOCHECK ? add(&search, strdup(pattern)) : GLOB_NOMATCH;
	if (!(flags & GLOB_NOSORT) && search.count)
		qsort(search.paths, search.count, sizeof(*search.paths), by_name);
	old = offset + result->gl_pathc;
	if (search.count) {
		paths = reallocarray(result->gl_pathv, old + search.count + 1, sizeof(*paths));
		if (!paths) {
			while (search.count > 0)
				free(search.paths[--search.count]);
			free(search.paths);
			return GLOB_NOSPACE;
		}
		if (!result->gl_pathv)
			memset(paths, 0, offset * sizeof(*paths));
		memcpy(paths + old, search.paths, search.count * sizeof(*paths));
		paths[old + search.count] = NULL;
		result->gl_pathv = paths;
		result->gl_pathc += search.count;
		result->gl_offs = offset;
	}
	free(search.paths);
	return status;
}

void globfree(glob_t *result)
{
	for (size_t i = 0; i < result->gl_pathc; i++)
		free(result->gl_pathv[result->gl_offs + i]);
	free(result->gl_pathv);
	result->gl_pathv = NULL;
	result->gl_pathc = 0;
}
