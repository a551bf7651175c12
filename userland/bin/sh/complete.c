/* Completion of commands, variables and file names. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

struct list {
	char **words;
	size_t count;
};

static void add(struct list *list, char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->words[i], word)) {
			free(word);
			return;
		}
	list->words = xrealloc(list->words, (list->count + 1) * sizeof(*list->words));
	list->words[list->count++] = word;
}

static char *concatenate(const char *a, size_t length, const char *b, const char *c)
{
	struct text text = { 0 };

	text_add(&text, a, length);
	text_string(&text, b);
	text_string(&text, c);
	return text.data;
}

/* Files whose name begins like the word; as it would have to be typed. */
static void add_files(struct list *list, const char *word, int programs_only)
{
	const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;
	size_t prefix = (size_t)(name - word), length = strlen(name);
	struct text directory = { 0 };
	struct dirent *entry;
	const char *home = variable_get("HOME");
	DIR *stream;

	if (prefix >= 2 && word[0] == '~' && word[1] == '/' && home) {
		text_string(&directory, home);
		text_add(&directory, word + 1, prefix - 1);
	} else {
		text_add(&directory, prefix ? word : "./", prefix ? prefix : 2);
	}
	stream = opendir(directory.data);
	while (stream && (entry = readdir(stream))) {
		struct stat status;
		char *path;
		int is_directory;

		if (strncmp(entry->d_name, name, length) || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    (*entry->d_name == '.' && !length))
			continue;
		path = concatenate(directory.data, directory.length, entry->d_name, "");
		is_directory = !stat(path, &status) && S_ISDIR(status.st_mode);
		if (!programs_only || is_directory || !access(path, X_OK))
			add(list, concatenate(word, prefix, entry->d_name, is_directory ? "/" : ""));
		free(path);
	}
	if (stream)
		closedir(stream);
	free(directory.data);
}

static void add_programs(struct list *list, const char *word)
{
	const char *path = variable_get("PATH");
	size_t length = strlen(word);

	for (size_t i = 0; i < builtins_count; i++)
		if (!strncmp(builtins[i].name, word, length))
			add(list, xstrdup(builtins[i].name));
	for (; path && *path; path += *path == ':') {
		size_t part = strcspn(path, ":");
		char *directory = concatenate(path, part, "", "");
		DIR *stream = opendir(*directory ? directory : ".");
		struct dirent *entry;

		while (stream && (entry = readdir(stream)))
			if (!strncmp(entry->d_name, word, length) && *entry->d_name != '.')
				add(list, xstrdup(entry->d_name));
		if (stream)
			closedir(stream);
		free(directory);
		path += part;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

size_t complete(const char *line, size_t cursor, char ***words, size_t *start)
{
	struct list list = { 0 };
	size_t begin = cursor, before;
	char *word;

	while (begin > 0 && !strchr(" \t;|&<>()`=", line[begin - 1]))
		begin--;
	before = begin;
	while (before > 0 && (line[before - 1] == ' ' || line[before - 1] == '\t'))
		before--;
	word = concatenate(line + begin, cursor - begin, "", "");
	if ((!before || strchr(";|&(`", line[before - 1])) && !strchr(word, '/'))
		add_programs(&list, word);
	else
		add_files(&list, word, !before || strchr(";|&(`", line[before - 1]));
	free(word);
	if (list.count)
		qsort(list.words, list.count, sizeof(*list.words), by_name);
	*words = list.words;
	*start = begin;
	return list.count;
}
