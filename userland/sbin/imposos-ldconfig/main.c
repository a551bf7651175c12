/*
 * imposos-ldconfig: looks through the folders of libraries, makes for each the link that programs ask for (its
 * DT_SONAME), and writes the cache that ld-imposos.so.1 finds them by.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../ldso/folders.h"
#include "ldconfig.h"

static struct libraries cache;
static const char *root = "";
static int verbose, make_links = 1, failed;

/* Of two versions of a library the later: numbers in names count as numbers. */
static int compare_versions(const char *a, const char *b)
{
	while (*a && *b) {
		if (*a >= '0' && *a <= '9' && *b >= '0' && *b <= '9') {
			unsigned long x = strtoul(a, (char **)&a, 10), y = strtoul(b, (char **)&b, 10);

			if (x != y)
				return x < y ? -1 : 1;
		} else if (*a != *b) {
			return *a < *b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return (*a != '\0') - (*b != '\0');
}

static int join(char path[PATH_MAX], const char *above, const char *folder, const char *name)
{
	if ((size_t)snprintf(path, PATH_MAX, "%s%s/%s", above, folder, name) < PATH_MAX)
		return 0;
	warnx("%s%s/%s: name too long", above, folder, name);
	failed = 1;
	return -1;
}

/* A link in the place of another, never of a file. */
static void make_link(const char *folder, const char *soname, const char *file)
{
	char path[PATH_MAX], temporary[PATH_MAX], now[PATH_MAX];
	struct stat status;
	ssize_t length;

	if (join(path, root, folder, soname) < 0 || join(temporary, root, folder, ".imposos-ldconfig") < 0)
		return;
	if (!lstat(path, &status) && !S_ISLNK(status.st_mode))
		return;
	length = readlink(path, now, sizeof(now) - 1);
	if (length > 0 && (size_t)length == strlen(file) && !memcmp(now, file, (size_t)length))
		return;
	unlink(temporary);
	if (symlink(file, temporary) < 0 || rename(temporary, path) < 0) {
		warn("%s", path);
		unlink(temporary);
		failed = 1;
	} else if (verbose) {
		printf("\t%s -> %s (changed)\n", soname, file);
	}
}

static int is_name_of_library(const char *name)
{
	return (!strncmp(name, "lib", 3) || !strncmp(name, "ld-", 3)) && strstr(name, ".so");
}

/* One file of a folder. Its name is what it calls itself, or what it is called. */
static void look_at(const char *folder, const char *file, struct libraries *here)
{
	char path[PATH_MAX], soname[256];
	struct stat status;
	size_t i;

	if (!is_name_of_library(file) || join(path, root, folder, file) < 0)
		return;
	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) || read_soname(path, soname, sizeof(soname)) < 0)
		return;
	if (lstat(path, &status) < 0 || (S_ISLNK(status.st_mode) && *soname))
		return;		/* the link is made from its file */
	if (!*soname)
		snprintf(soname, sizeof(soname), "%s", file);
	for (i = 0; i < here->count; i++)
		if (!strcmp(here->all[i].name, soname))
			break;
	if (i == here->count) {
		add_library(here, soname, file);
	} else if (compare_versions(here->all[i].path, file) < 0) {
		free(here->all[i].path);
		here->all[i].path = strdup(file);
		if (!here->all[i].path)
			err(1, NULL);
	}
}

static int look_through(const char *folder, void *data)
{
	struct libraries here = { 0 };
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	(void)data;
	if ((size_t)snprintf(path, sizeof(path), "%s%s", root, folder) >= sizeof(path))
		return 0;
	dir = opendir(path);
	if (!dir) {
		if (errno != ENOENT || verbose)
			warn("%s", path);
		return 0;
	}
	if (verbose)
		printf("%s:\n", folder);
	while ((entry = readdir(dir)))
		look_at(folder, entry->d_name, &here);
	closedir(dir);
	for (size_t i = 0; i < here.count; i++) {
		const struct library *library = &here.all[i];

		if (make_links && strcmp(library->name, library->path))
			make_link(folder, library->name, library->path);
		if (join(path, "", folder, library->path) < 0)
			continue;
		if (verbose)
			printf("\t%s => %s\n", library->name, library->path);
		add_library(&cache, library->name, path);
	}
	return 0;
}

static void look_everywhere(const char *configuration, char **folders)
{
	char path[PATH_MAX], standard[] = DL_FOLDERS, *save;

	for (; *folders; folders++)
		if (**folders == '/')
			(void)look_through(*folders, NULL);
		else
			warnx("%s: not the whole path of a folder: ignored", *folders);
	if (snprintf(path, sizeof(path), "%s%s", root, configuration) < (int)sizeof(path))
		(void)dl_each_folder(path, look_through, NULL);
	for (char *folder = strtok_r(standard, ":", &save); folder; folder = strtok_r(NULL, ":", &save))
		(void)look_through(folder, NULL);
}

static int usage(FILE *to, int status)
{
	fprintf(to, "usage: imposos-ldconfig [-NXv] [-r ROOT] [-f CONFIGURATION] [-C CACHE] [FOLDER]...\n"
		    "       imposos-ldconfig -p [-C CACHE]\n"
		    "  -N  do not write the cache     -X  make no links     -p  print the cache\n");
	return status;
}

int main(int argc, char **argv)
{
	const char *configuration = DL_CONFIGURATION, *file = DL_CACHE;
	char path[PATH_MAX];
	int option, print = 0, make_cache = 1;

	while ((option = getopt(argc, argv, "hpvNXr:f:C:")) != -1)
		switch (option) {
		case 'p': print = 1; break;
		case 'v': verbose = 1; break;
		case 'N': make_cache = 0; break;
		case 'X': make_links = 0; break;
		case 'r': root = optarg; break;
		case 'f': configuration = optarg; break;
		case 'C': file = optarg; break;
		case 'h': return usage(stdout, 0);
		default: return usage(stderr, 2);
		}
	if ((size_t)snprintf(path, sizeof(path), "%s%s", root, file) >= sizeof(path))
		errx(2, "%s%s: name too long", root, file);
	if (print)
		return print_cache(path) < 0;
	look_everywhere(configuration, argv + optind);
	if (make_cache && write_cache(path, &cache) < 0)
		failed = 1;
	return failed;
}
