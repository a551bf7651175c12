/* Libraries by name: where they are looked for, and all that a library needs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "folders.h"
#include "ldso.h"

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

/* Opens a file and reads its beginning. -1: there is none, or it is no file. */
static int open_library(const char *path, struct library_file *file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	if (dl_debug & DEBUG_LIBS)
		dl_say("  trying file=%s", path);
	if (fd < 0)
		return -1;
	if (!dl_read_file(file, fd))
		return 0;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* A file that is made for another machine is passed over, as one that is not there. */
static int open_usable(const char *path, struct library_file *file)
{
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)file->beginning;

	if (open_library(path, file) < 0)
		return -1;
	if (file->size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    (header->e_machine == EM_386 && header->e_ident[EI_CLASS] == ELFCLASS32))
		return 0;
	close(file->fd);
	errno = ENOENT;
	return -1;
}

/* A search: the library's name, where its path goes, and the file. */
struct search {
	const char *name;
	char path[PATH_MAX];
	struct library_file *file;
};

static int search(struct search *s, const char *folders, const char *separators, struct map *map, const char *why)
{
	if (!folders || !*folders)
		return -1;
	if (dl_debug & DEBUG_LIBS)
		dl_say(" search path=%s (%s)", folders, why);
	for (;;) {
		size_t length = strcspn(folders, separators);

		if (!expand(folders, length, map, s->path, PATH_MAX - 1) && strlen(s->path) + strlen(s->name) + 2 < PATH_MAX) {
			strcat(s->path, "/");
			strcat(s->path, s->name);
			if (!open_usable(s->path, s->file))
				return 0;
		}
		if (!folders[length])
			return -1;
		folders += length + 1;
	}
}

static int search_cache(struct search *s)
{
	if (dl_find_in_cache(s->name, s->path) < 0)
		return -1;
	if (dl_debug & DEBUG_LIBS)
		dl_say(" search cache=%s", DL_CACHE);
	return open_usable(s->path, s->file);
}

static int try_folder(const char *folder, void *data)
{
	return !search(data, folder, "", NULL, DL_CONFIGURATION);
}

/* The old form counts for all whom the library brought, unless one has the new one. */
static int search_old_paths(struct search *s, struct map *loader)
{
	if (loader && loader->runpath)
		return -1;
	for (struct map *map = loader; map; map = map->loader)
		if (!map->runpath && !search(s, map->rpath, ":", map, "RPATH"))
			return 0;
	if (dl_program && loader != dl_program && !dl_program->runpath)
		return search(s, dl_program->rpath, ":", dl_program, "RPATH of the program");
	return -1;
}

static int find(struct search *s, struct map *loader)
{
	if (strchr(s->name, '/')) {
		if (expand(s->name, strlen(s->name), loader, s->path, PATH_MAX) < 0) {
			errno = ENOENT;
			return -1;
		}
		return open_library(s->path, s->file);
	}
	if (dl_debug & DEBUG_LIBS)
		dl_say("find library=%s; searching", s->name);
	if (!search_old_paths(s, loader) || !search(s, dl_library_path, ":;", dl_program, "LD_LIBRARY_PATH") ||
	    (loader && !search(s, loader->runpath, ":", loader, "RUNPATH")) || !search_cache(s) ||
	    dl_each_folder(DL_CONFIGURATION, try_folder, s) > 0 || !search(s, DL_FOLDERS, ":", NULL, "system"))
		return 0;
	return -1;
}

/* A library by name, be it there already or new. New ones are at the end of the list. */
struct map *dl_load(const char *name, struct map *loader)
{
	struct map *map = dl_loaded(name);
	struct library_file file;
	struct search s = { .name = name, .file = &file };

	if (map) {
		if (!map->listed)
			dl_append(map);		/* this library itself, where it is first needed */
		return map;
	}
	errno = 0;
	if (find(&s, loader) < 0) {
		dl_fail("%s: cannot open shared object file: %s", name, strerror(errno ? errno : ENOENT));
		return NULL;
	}
	for (map = dl_maps; map; map = map->next)
		if (map->inode == file.status.st_ino && map->device == file.status.st_dev && map->inode) {
			close(file.fd);
			return map;
		}
	map = dl_map_file(&file, s.path, 0);
	close(file.fd);
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
			return dl_fail_for(map);
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
