/*
 * Where libraries lie: what the loader and imposos-ldconfig both know.
 *
 * The configuration has a folder a line; "include PATTERN" reads other files, # begins a comment. The cache holds
 * what imposos-ldconfig has found in those folders:
 *
 *	| cache_header | cache_entry, sorted by name | names and paths, each ended by a 0 |
 *
 * Offsets count from the beginning of the file; numbers are in the processor's order. Whoever replaces it does so by
 * rename(), so that a reader has the old or the new one whole.
 */
#ifndef LDSO_FOLDERS_H
#define LDSO_FOLDERS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define DL_CONFIGURATION "/etc/ld-imposos.conf"
#define DL_CACHE "/etc/ld-imposos.cache"
#define DL_FOLDERS "/usr/local/lib/imposos:/usr/lib/imposos"

#define CACHE_MAGIC "ld-imposos.cache"		/* 16 bytes, without the 0 */
#define CACHE_VERSION 1
#define CACHE_MAX (16u << 20)

struct cache_header {
	char magic[16];
	uint32_t version;
	uint32_t size;			/* of the whole file */
	uint32_t count;
	uint32_t sum;			/* dl_cache_sum() of all behind the header */
};
_Static_assert(sizeof(struct cache_header) == 32, "the cache's header is on disk");

struct cache_entry {
	uint32_t name, path;
};
_Static_assert(sizeof(struct cache_entry) == 8, "the cache's entries are on disk");

/* FNV-1a. */
static inline uint32_t dl_cache_sum(const void *data, size_t size)
{
	const unsigned char *p = data;
	uint32_t sum = 0x811c9dc5;

	while (size-- > 0)
		sum = (sum ^ *p++) * 0x01000193;
	return sum;
}

/* Whether a file that has been read whole is a cache. */
int dl_cache_is_good(const void *data, size_t size) __attribute__((visibility("hidden")));

/*
 * Calls visit for each folder that a configuration file names, those of included files in their place, until it returns
 * something else than 0, which is the result. A file that is not there names none.
 */
int dl_each_folder(const char *file, int (*visit)(const char *folder, void *data), void *data)
	__attribute__((visibility("hidden")));

/* The path of a library by the cache. -1: it is not in it, or there is no cache. */
int dl_find_in_cache(const char *name, char path[PATH_MAX]) __attribute__((visibility("hidden")));

#endif
