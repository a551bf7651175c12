/* The cache: see userland/ldso/folders.h for its form. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../ldso/folders.h"
#include "ldconfig.h"

void add_library(struct libraries *list, const char *name, const char *path)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->all[i].name, name))
			return;
	if (list->count == list->space) {
		list->space = list->space ? 2 * list->space : 64;
		list->all = realloc(list->all, list->space * sizeof(*list->all));
		if (!list->all)
			err(1, NULL);
	}
	list->all[list->count] = (struct library){ strdup(name), strdup(path) };
	if (!list->all[list->count].name || !list->all[list->count].path)
		err(1, NULL);
	list->count++;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct library *)a)->name, ((const struct library *)b)->name);
}

static char *make_cache(struct libraries *list, size_t *size)
{
	size_t at = sizeof(struct cache_header) + list->count * sizeof(struct cache_entry);
	struct cache_header *header;
	struct cache_entry *entries;
	char *data;

	*size = at;
	for (size_t i = 0; i < list->count; i++)
		*size += strlen(list->all[i].name) + strlen(list->all[i].path) + 2;
	if (*size > CACHE_MAX)
		errx(1, "%zu libraries are more than a cache may hold", list->count);
	data = calloc(1, *size);
	if (!data)
		err(1, NULL);
	qsort(list->all, list->count, sizeof(*list->all), by_name);
	header = (struct cache_header *)data;
	entries = (struct cache_entry *)(header + 1);
	for (size_t i = 0; i < list->count; i++) {
		entries[i].name = (uint32_t)at;
		at += strlen(strcpy(data + at, list->all[i].name)) + 1;
		entries[i].path = (uint32_t)at;
		at += strlen(strcpy(data + at, list->all[i].path)) + 1;
	}
	memcpy(header->magic, CACHE_MAGIC, sizeof(header->magic));
	header->version = CACHE_VERSION;
	header->size = (uint32_t)*size;
	header->count = (uint32_t)list->count;
	header->sum = dl_cache_sum(header + 1, *size - sizeof(*header));
	return data;
}

static int write_whole(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		data += done;
		size -= (size_t)done;
	}
	return fsync(fd);
}

int write_cache(const char *path, struct libraries *list)
{
	char name[PATH_MAX];
	size_t size;
	char *data = make_cache(list, &size);
	int fd, result = -1;

	if ((size_t)snprintf(name, sizeof(name), "%s.XXXXXX", path) >= sizeof(name)) {
		warnx("%s: name too long", path);
		goto out;
	}
	fd = mkstemp(name);
	if (fd < 0) {
		warn("%s", name);
		goto out;
	}
	/* The commit is the rename: before it the old cache is whole, after it the new one. */
	if (write_whole(fd, data, size) < 0 || fchmod(fd, 0644) < 0 || rename(name, path) < 0) {
		warn("%s", path);
		unlink(name);
	} else {
		result = 0;
	}
	close(fd);
out:
	free(data);
	return result;
}

int print_cache(const char *path)
{
	static char data[CACHE_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const struct cache_header *header = (const struct cache_header *)data;
	const struct cache_entry *entries = (const struct cache_entry *)(header + 1);
	size_t size = 0;
	ssize_t got = 0;

	if (fd < 0) {
		warn("%s", path);
		return -1;
	}
	while (size < sizeof(data) && (got = read(fd, data + size, sizeof(data) - size)) > 0)
		size += (size_t)got;
	close(fd);
	if (got < 0 || !dl_cache_is_good(data, size)) {
		warnx("%s: not a library cache", path);
		return -1;
	}
	printf("%u libraries in %s\n", (unsigned)header->count, path);
	for (uint32_t i = 0; i < header->count; i++)
		printf("\t%s => %s\n", data + entries[i].name, data + entries[i].path);
	return 0;
}
