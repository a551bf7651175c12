/*
 * plugin-host [FOLDER]: a program that is made of what it opens while it runs. Reads lines:
 *
 *	plugins			what there is, and from which file
 *	load NAME, drop NAME	opens or closes FOLDER/libplugin_NAME.so
 *	reload			closes all, and opens what lies in the folder now
 *	! COMMAND		is for the shell
 *	anything else		goes through each plugin in turn, and is printed
 */
#include <dirent.h>
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plugin.h"

#define MOST 16

static struct {
	void *handle;
	const struct plugin *plugin;
} loaded[MOST];
static int count;
static const char *folder = "/usr/libexec/imposos-tests/05/lib";

static int load(const char *name)
{
	char path[512];
	void *handle;
	const struct plugin *plugin;

	snprintf(path, sizeof(path), "%s/libplugin_%s.so", folder, name);
	handle = count < MOST ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	if (!handle) {
		printf("%s\n", count < MOST ? dlerror() : "too many plugins");
		return -1;
	}
	plugin = dlsym(handle, "plugin");
	if (!plugin) {
		printf("%s\n", dlerror());
		dlclose(handle);
		return -1;
	}
	loaded[count].handle = handle;
	loaded[count++].plugin = plugin;
	return 0;
}

static void drop(int which)
{
	dlclose(loaded[which].handle);
	count--;
	memmove(&loaded[which], &loaded[which + 1], (size_t)(count - which) * sizeof(loaded[0]));
}

static void drop_by_name(const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(loaded[i].plugin->name, name)) {
			drop(i);
			return;
		}
	printf("%s: no such plugin\n", name);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void load_all(void)
{
	char *names[MOST], *end;
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int found = 0;

	while (dir && (entry = readdir(dir)) && found < MOST)
		if (!strncmp(entry->d_name, "libplugin_", 10) && (end = strstr(entry->d_name, ".so")) && !end[3]) {
			*end = '\0';
			names[found++] = strdup(entry->d_name + 10);
		}
	if (dir)
		closedir(dir);
	qsort(names, (size_t)found, sizeof(names[0]), by_name);
	for (int i = 0; i < found; i++) {
		(void)load(names[i]);
		free(names[i]);
	}
}

static void list(void)
{
	for (int i = 0; i < count; i++) {
		struct link_map *map = NULL;

		dlinfo(loaded[i].handle, RTLD_DI_LINKMAP, &map);
		printf("%-8s %-28s %s\n", loaded[i].plugin->name, loaded[i].plugin->describe, map ? map->l_name : "?");
	}
}

int main(int argc, char **argv)
{
	char line[256];

	if (argc > 1)
		folder = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	load_all();
	list();
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, "plugins")) {
			list();
		} else if (!strcmp(line, "reload")) {
			while (count > 0)
				drop(count - 1);
			load_all();
		} else if (!strncmp(line, "! ", 2)) {
			(void)!system(line + 2);
		} else if (!strncmp(line, "load ", 5)) {
			(void)load(line + 5);
		} else if (!strncmp(line, "drop ", 5)) {
			drop_by_name(line + 5);
		} else {
			for (int i = 0; i < count; i++)
				loaded[i].plugin->apply(line, sizeof(line));
			puts(line);
		}
	}
	while (count > 0)
		drop(count - 1);
	return 0;
}
