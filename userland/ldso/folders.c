/* The configuration's folders, and what makes a file a cache: for the loader and for imposos-ldconfig. */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include "folders.h"

#define DEPTH_MAX 8		/* of files that include each other */

typedef int visitor(const char *folder, void *data);
static int read_file(const char *path, visitor *visit, void *data, int depth);

/* A pattern without a folder is looked for beside the file that names it. */
static int include(const char *pattern, const char *file, visitor *visit, void *data, int depth)
{
	const char *slash = strrchr(file, '/');
	char full[PATH_MAX];
	glob_t found;
	int result = 0;

	if (depth == DEPTH_MAX ||
	    (size_t)snprintf(full, sizeof(full), "%.*s%s", *pattern == '/' || !slash ? 0 : (int)(slash + 1 - file), file, pattern) >=
		    sizeof(full))
		return 0;
	if (glob(full, 0, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc && !result; i++)
		result = read_file(found.gl_pathv[i], visit, data, depth + 1);
	globfree(&found);
	return result;
}

/* Takes the blanks off both ends, and the slashes off the second. */
static char *trim(char *line)
{
	size_t length;

	line += strspn(line, " \t");
	length = strlen(line);
	while (length > 0 && strchr(" \t\r", line[length - 1]))
		length--;
	while (length > 1 && line[length - 1] == '/')
		length--;
	line[length] = '\0';
	return line;
}

static int read_file(const char *path, visitor *visit, void *data, int depth)
{
	FILE *file = fopen(path, "re");
	char line[PATH_MAX];
	int result = 0;

	if (!file)
		return 0;
	while (!result && fgets(line, sizeof(line), file)) {
		char *word;

		line[strcspn(line, "#\n")] = '\0';
		word = trim(line);
		if (!strncmp(word, "include", 7) && (word[7] == ' ' || word[7] == '\t'))
			result = include(trim(word + 7), path, visit, data, depth);
		else if (*word == '/')
			result = visit(word, data);
	}
	fclose(file);
	return result;
}

int dl_each_folder(const char *file, visitor *visit, void *data)
{
	return read_file(file, visit, data, 0);
}

int dl_cache_is_good(const void *data, size_t size)
{
	const struct cache_header *header = data;
	const struct cache_entry *entries = (const struct cache_entry *)(header + 1);

	if (size < sizeof(*header) || memcmp(header->magic, CACHE_MAGIC, sizeof(header->magic)) ||
	    header->version != CACHE_VERSION || header->size != size ||
	    header->count > (size - sizeof(*header)) / sizeof(*entries) ||
	    header->sum != dl_cache_sum(header + 1, size - sizeof(*header)) || (header->count && ((const char *)data)[size - 1]))
		return 0;
	for (uint32_t i = 0; i < header->count; i++)
		if (entries[i].name >= size || entries[i].path >= size)
			return 0;
	return 1;
}
