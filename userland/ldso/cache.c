/*
 * The library cache, read when a name is first looked for and again when its file has been replaced. One that is
 * damaged counts as none, which is said once. Under the load lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "folders.h"
#include "ldso.h"

static char *cache;
static struct stat known;		/* of the file that it is from */

static void complain(void)
{
	static int said;

	if (!said++)
		dl_print(2, "ld-imposos.so.1: %s is damaged: ignored (imposos-ldconfig makes it anew)\n", DL_CACHE);
}

static int same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static char *read_whole(int fd, size_t size)
{
	char *data = __libc_malloc(size ? size : 1);
	size_t done = 0;

	while (data && done < size) {
		ssize_t got = pread(fd, data + done, size - done, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	if (data && done == size)
		return data;
	__libc_free(data);
	return NULL;
}

/* The file that is there now. */
static const char *current(void)
{
	struct stat status;
	int fd = open(DL_CACHE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) < 0) {
		close(fd);
		return NULL;
	}
	if (!same_file(&status, &known)) {
		__libc_free(cache);
		cache = NULL;
		known = status;
		if (S_ISREG(status.st_mode) && status.st_size <= (off_t)CACHE_MAX)
			cache = read_whole(fd, (size_t)status.st_size);
		if (!cache || !dl_cache_is_good(cache, (size_t)status.st_size)) {
			__libc_free(cache);
			cache = NULL;
			complain();
		}
	}
	close(fd);
	return cache;
}

int dl_find_in_cache(const char *name, char path[PATH_MAX])
{
	const char *data = current();
	const struct cache_header *header = (const struct cache_header *)data;
	const struct cache_entry *entries = (const struct cache_entry *)(header + 1);
	uint32_t low = 0, high = data ? header->count : 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, data + entries[middle].name);

		if (!order) {
			if (strlen(data + entries[middle].path) >= PATH_MAX)
				return -1;
			strcpy(path, data + entries[middle].path);
			return 0;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}
