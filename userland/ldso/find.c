/* Libraries by name: where they are looked for, and all that a library needs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ldso.h"

#define CONFIGURATION "/etc/ld-imposos.conf"
#define CACHE "/etc/ld-imposos.cache"
#define FOLDERS "/usr/local/lib/imposos:/usr/lib/imposos"
#define OWN_NAME "libc.so"
#define OWN_FILE "ld-imposos.so.1"

struct map *dl_loaded(const char *name)
{
	for (struct map *map = dl_maps; map; map = map->next) {
		const char *last = strrchr(map->name, '/');

		if ((map->soname && !strcmp(map->soname, name)) || (*map->name && !strcmp(map->name, name)) ||
		    (last && !map->soname && !strcmp(last + 1, name)))
			return map;
	}
	return !strcmp(name, OWN_NAME) || !strcmp(name, OWN_FILE) ? dl_self : NULL;
}

/* The folder of a file, without links in it. */
const char *dl_origin(struct map *map)
{
	char path[PATH_MAX], *slash;
	ssize_t length;

	if (map->origin)
		return map->origin;
	if (map->program && !*map->name) {
		length = readlink("/proc/self/exe", path, sizeof(path) - 1);
		if (length <= 0)
			return NULL;
		path[length] = '\0';
	} else if (*map->name == '/') {
		strlcpy(path, map->name, sizeof(path));
	} else {
		if (!getcwd(path, sizeof(path)))
			return NULL;
		strlcat(path, "/", sizeof(path));
		strlcat(path, map->name, sizeof(path));
	}
	slash = strrchr(path, '/');
	if (!slash)
		return NULL;
	map->origin = dl_copy(path, slash == path ? 1 : (size_t)(slash - path));
	return map->origin;
}

/* Copies a folder's name with $ORIGIN and ${ORIGIN} replaced. -1: it is not to be used. */
static int expand(const char *from, size_t length, struct map *map, char *to, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length;) {
		static const char *const forms[] = { "$ORIGIN", "${ORIGIN}" };
		const char *origin = NULL;

		for (int k = 0; k < 2; k++)
			if (length - i >= strlen(forms[k]) && !strncmp(from + i, forms[k], strlen(forms[k]))) {
				origin = dl_secure || !map ? NULL : dl_origin(map);
				if (!origin)
					return -1;
				i += strlen(forms[k]);
				break;
			}
		if (origin) {
			if (used + strlen(origin) >= size)
				return -1;
			strcpy(to + used, origin);
			used += strlen(origin);
		} else {
			if (used + 1 >= size)
				return -1;
			to[used++] = from[i++];
		}
	}
	if (!used)
		to[used++] = '.';
	to[used] = '\0';
	return 0;
}

static int open_library(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (dl_debug & DEBUG_LIBS)
		dl_say("  trying file=%s", path);
	if (fd >= 0 && (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))) {
		close(fd);
		errno = EACCES;
		fd = -1;
	}
	return fd;
}

/* A file that is made for another machine is passed over, as one that is not there. */
static int usable(int fd)
{
	Elf32_Ehdr header;

	return pread(fd, &header, sizeof(header), 0) != sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	       (header.e_machine == EM_386 && header.e_ident[EI_CLASS] == ELFCLASS32);
}

static int search(const char *folders, const char *separators, const char *name, struct map *map, const char *why, char *path)
{
	if (!folders || !*folders)
		return -1;
	if (dl_debug & DEBUG_LIBS)
		dl_say(" search path=%s (%s)", folders, why);
	for (;;) {
		size_t length = strcspn(folders, separators);

		if (!expand(folders, length, map, path, PATH_MAX - 1) &&
		    strlen(path) + strlen(name) + 2 < PATH_MAX) {
			int fd;

			strcat(path, "/");
			strcat(path, name);
			fd = open_library(path);
			if (fd >= 0 && usable(fd))
				return fd;
			if (fd >= 0)
				close(fd);
		}
		if (!folders[length])
			return -1;
		folders += length + 1;
	}
}

/* The cache: lines of NAME, a tab, PATH. Made by imposos-ldconfig. */
static int search_cache(const char *name, char *path)
{
	FILE *cache = fopen(CACHE, "re");
	size_t length = strlen(name);
	char line[PATH_MAX + NAME_MAX + 2];
	int fd = -1;

	if (!cache)
		return -1;
	while (fd < 0 && fgets(line, sizeof(line), cache)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, name, length) || line[length] != '\t' || strlen(line + length + 1) >= PATH_MAX)
			continue;
		strcpy(path, line + length + 1);
		if (dl_debug & DEBUG_LIBS)
			dl_say(" search cache=%s", CACHE);
		fd = open_library(path);
		if (fd >= 0 && !usable(fd)) {
			close(fd);
			fd = -1;
		}
	}
	fclose(cache);
	return fd;
}

static int search_configured(const char *name, char *path)
{
	FILE *file = fopen(CONFIGURATION, "re");
	char line[PATH_MAX];
	int fd = -1;

	if (!file)
		return -1;
	while (fd < 0 && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "#\n")] = '\0';
		line[strcspn(line, " \t")] = '\0';
		if (*line == '/')
			fd = search(line, "", name, NULL, CONFIGURATION, path);
	}
	fclose(file);
	return fd;
}

static int find(const char *name, struct map *loader, char *path)
{
	int fd = -1;

	if (strchr(name, '/')) {
		if (expand(name, strlen(name), loader, path, PATH_MAX) < 0)
			return -1;
		return open_library(path);
	}
	if (dl_debug & DEBUG_LIBS)
		dl_say("find library=%s; searching", name);
	/* The old form counts for all whom the library brought, unless one has the new one. */
	if (!loader || !loader->runpath)
		for (struct map *map = loader; map && fd < 0; map = map->loader)
			fd = map->runpath ? -1 : search(map->rpath, ":", name, map, "RPATH", path);
	if (fd < 0 && (!loader || !loader->runpath) && dl_program && loader != dl_program && !dl_program->runpath)
		fd = search(dl_program->rpath, ":", name, dl_program, "RPATH of the program", path);
	if (fd < 0 && !dl_secure)
		fd = search(dl_library_path, ":;", name, dl_program, "LD_LIBRARY_PATH", path);
	if (fd < 0 && loader)
		fd = search(loader->runpath, ":", name, loader, "RUNPATH", path);
	if (fd < 0)
		fd = search_cache(name, path);
	if (fd < 0)
		fd = search_configured(name, path);
	if (fd < 0)
		fd = search(FOLDERS, ":", name, NULL, "system", path);
	return fd;
}

/* A library by name, be it there already or new. New ones are at the end of the list. */
struct map *dl_load(const char *name, struct map *loader)
{
	struct map *map = dl_loaded(name);
	char path[PATH_MAX];
	struct stat status;
	int fd;

	if (map) {
		if (!map->listed)
			dl_append(map);		/* this library itself, where it is first needed */
		return map;
	}
	fd = find(name, loader, path);
	if (fd < 0) {
		dl_fail("%s: cannot open shared object file: %s", name, strerror(errno ? errno : ENOENT));
		return NULL;
	}
	if (!fstat(fd, &status))
		for (map = dl_maps; map; map = map->next)
			if (map->inode == status.st_ino && map->device == status.st_dev && map->inode) {
				close(fd);
				return map;
			}
	map = dl_map_file(fd, path, 0);
	close(fd);
	if (!map)
		return NULL;
	map->loader = loader;
	dl_append(map);
	return map;
}

static int load_needed_by(struct map *map, int tolerate)
{
	unsigned count = 0;

	for (const Elf32_Dyn *entry = map->dynamic; entry->d_tag != DT_NULL; entry++)
		count += entry->d_tag == DT_NEEDED;
	if (map->needed || !count)
		return 0;
	map->needed = __libc_calloc(count, sizeof(*map->needed));
	if (!map->needed)
		return dl_fail("%s: no memory", dl_label(map));
	for (const Elf32_Dyn *entry = map->dynamic; entry->d_tag != DT_NULL; entry++) {
		const char *name;
		struct map *other;

		if (entry->d_tag != DT_NEEDED)
			continue;
		name = map->strings + entry->d_un.d_val;
		other = dl_load(name, map);
		if (other)
			map->needed[map->needed_count++] = other;
		else if (!tolerate)
			return -1;
		else
			dl_print(1, "\t%s => not found\n", name);
	}
	return 0;
}

/* Breadth first: each map that this adds is looked at in turn. */
int dl_load_needed(struct map *root, int tolerate)
{
	for (struct map *map = root; map; map = map->next)
		if (map->dynamic && load_needed_by(map, tolerate) < 0)
			return -1;
	return 0;
}

/* A map and all that it needs, breadth first, each once. */
int dl_make_scope(struct map *map)
{
	unsigned space = 0, count = 1;
	struct map **scope;

	if (map->scope)
		return 0;
	for (struct map *each = dl_maps; each; each = each->next)
		space++;
	scope = __libc_malloc((space + 2) * sizeof(*scope));
	if (!scope)
		return dl_fail("%s: no memory", dl_label(map));
	scope[0] = map;
	for (unsigned at = 0; at < count; at++)
		for (unsigned i = 0; i < scope[at]->needed_count; i++) {
			unsigned k = 0;

			while (k < count && scope[k] != scope[at]->needed[i])
				k++;
			if (k == count)
				scope[count++] = scope[at]->needed[i];
		}
	map->scope = scope;
	map->scope_count = count;
	return 0;
}

/* As it is asked for, not where it is. */
const char *dl_short_name(const struct map *map)
{
	const char *last = strrchr(map->name, '/');

	return map->soname ? map->soname : last ? last + 1 : map->name;
}
