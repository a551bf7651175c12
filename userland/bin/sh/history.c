/* The history of lines, kept in $HISTFILE or ~/.sh_history between sessions. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define CAPACITY 1000		/* the oldest line goes when one more comes */

static char *lines[CAPACITY];
static int count, first;	/* a ring */
static int loaded;		/* how many of them the file has */

void history_add(const char *line)
{
	size_t length = strcspn(line, "\n");
	const char *newest = history_line(1);
	char *copy;

	if (!length || line[strspn(line, " \t")] == '\n')
		return;
	if (newest && strlen(newest) == length && !strncmp(newest, line, length))
		return;
	copy = xmalloc(length + 1);
	memcpy(copy, line, length);
	copy[length] = '\0';
	if (count == CAPACITY) {
		free(lines[first]);
		lines[first] = copy;
		first = (first + 1) % CAPACITY;
		if (loaded > 0)
			loaded--;
	} else {
		lines[(first + count++) % CAPACITY] = copy;
	}
}

const char *history_line(int back)
{
	if (back < 1 || back > count)
		return NULL;
	return lines[(first + count - back) % CAPACITY];
}

static char *file_name(struct arena *arena)
{
	const char *name = variable_get("HISTFILE"), *home = variable_get("HOME");
	char *path;

	if (name)
		return *name ? arena_copy(arena, name, strlen(name)) : NULL;
	if (!home || !*home)
		return NULL;
	path = arena_alloc(arena, strlen(home) + sizeof("/.sh_history"));
	strcpy(path, home);
	strcat(path, "/.sh_history");
	return path;
}

void history_load(void)
{
	struct arena *arena = arena_new();
	char *path = file_name(arena), *line = NULL;
	FILE *file = path ? fopen(path, "re") : NULL;
	size_t size = 0;

	if (file) {
		while (getline(&line, &size, file) > 0)
			history_add(line);
		fclose(file);
	}
	free(line);
	loaded = count;
	arena_drop(arena);
}

/* Appends what is new, so that sessions side by side lose nothing. */
void history_save(void)
{
	struct arena *arena = arena_new();
	char *path = file_name(arena);
	FILE *file = NULL;
	int fd;

	if (path && count > loaded) {
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd >= 0)
			file = fdopen(fd, "a");
	}
	if (file) {
		for (int back = count - loaded; back > 0; back--)
			fprintf(file, "%s\n", history_line(back));
		fclose(file);
		loaded = count;
	}
	arena_drop(arena);
}

int builtin_history(int argc, char **argv)
{
	int wanted = argc > 1 ? atoi(argv[1]) : count;

	for (int back = wanted < count ? wanted : count; back > 0; back--)
		printf("%5d  %s\n", count - back + 1, history_line(back));
	return 0;
}
