/*
 * Directory streams over getdents64. The records that the kernel returns have the layout of struct
 * dirent, so readdir() hands them out in place, until the next call.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libc.h"

struct __directory {
	int fd;
	off_t position;
	size_t next;
	size_t filled;
	char buffer[4096] __attribute__((aligned(8)));
};

_Static_assert(offsetof(struct dirent, d_name) == offsetof(struct abi_dirent64, d_name),
	       "struct dirent is the kernel's");

ssize_t getdents64(int fd, void *buffer, size_t size)
{
	return SYS3(getdents64, fd, buffer, size);
}

DIR *fdopendir(int fd)
{
	struct stat status;
	DIR *directory;

	if (fstat(fd, &status) < 0)
		return NULL;
	if (!S_ISDIR(status.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	directory = calloc(1, sizeof(*directory));
	if (!directory)
		return NULL;
	directory->fd = fd;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);	/* the descriptor is known to be good */
	return directory;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory;

	if (fd < 0)
		return NULL;
	directory = fdopendir(fd);
	if (!directory)
		close(fd);
	return directory;
}

int closedir(DIR *directory)
{
	int fd = directory->fd;

	free(directory);
	return close(fd);
}

int dirfd(DIR *directory)
{
	return directory->fd;
}

struct dirent *readdir(DIR *directory)
{
	struct dirent *entry;

	if (directory->next >= directory->filled) {
		ssize_t got = getdents64(directory->fd, directory->buffer, sizeof(directory->buffer));

		if (got <= 0) {
			/* A directory that was removed while open is merely empty. */
			if (got < 0 && errno == ENOENT)
				errno = 0;
			return NULL;
		}
		directory->filled = (size_t)got;
		directory->next = 0;
	}
	entry = (struct dirent *)(directory->buffer + directory->next);
	directory->next += entry->d_reclen;
	directory->position = entry->d_off;
	return entry;
}

int readdir_r(DIR *__restrict directory, struct dirent *__restrict entry, struct dirent **__restrict result)
{
	int before = errno, error = 0;
	struct dirent *found;

	errno = 0;
	found = readdir(directory);
	*result = NULL;
	if (found)
		*result = memcpy(entry, found, found->d_reclen);
	else
		error = errno;
	errno = before;
	return error;
}

void rewinddir(DIR *directory)
{
	seekdir(directory, 0);
}

/* Positions wider than a long are found again among the buffered records only. */
void seekdir(DIR *directory, long position)
{
	if (lseek(directory->fd, position, SEEK_SET) < 0)
		return;
	directory->next = directory->filled = 0;
	directory->position = position;
}

long telldir(DIR *directory)
{
	return (long)directory->position;
}

int alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcoll((*a)->d_name, (*b)->d_name);
}

int scandir(const char *path, struct dirent ***list, int (*select)(const struct dirent *),
	    int (*compare)(const struct dirent **, const struct dirent **))
{
	DIR *directory = opendir(path);
	struct dirent **entries = NULL, *entry;
	size_t count = 0, space = 0;

	if (!directory)
		return -1;
	while ((errno = 0, entry = readdir(directory))) {
		if (select && !select(entry))
			continue;
		if (count == space) {
			struct dirent **more = reallocarray(entries, space ? space * 2 : 16, sizeof(*more));

			if (!more)
				goto fail;
			entries = more;
			space = space ? space * 2 : 16;
		}
		entries[count] = malloc(entry->d_reclen);
		if (!entries[count])
			goto fail;
		memcpy(entries[count++], entry, entry->d_reclen);
	}
	if (errno)
		goto fail;
	closedir(directory);
	if (compare)
		qsort(entries, count, sizeof(*entries), (int (*)(const void *, const void *))compare);
	*list = entries;
	return (int)count;

fail:
	while (count > 0)
		free(entries[--count]);
	free(entries);
	closedir(directory);
	return -1;
}
