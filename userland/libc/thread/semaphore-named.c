/*
 * Semaphores with names: files of /dev/shm/sem.NAME that processes map. A new one is written under another
 * name and linked, so that nobody maps half a semaphore. Opening one twice gives the same address.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "thread.h"

struct entry {
	struct entry *next;
	ino_t inode;
	dev_t device;
	sem_t *semaphore;
	int count;
};

static struct entry *entries;
static volatile int lock;

static int name_path(const char *name, char path[PATH_MAX])
{
	while (*name == '/')
		name++;
	if (!*name || strchr(name, '/')) {
		errno = EINVAL;
		return -1;
	}
	if (strlen(name) > NAME_MAX - 4) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(path, PATH_MAX, "/dev/shm/sem.%s", name);
	return 0;
}

/* The mapping of an open file, an older one if there is one. Under the lock. */
static sem_t *map(int fd)
{
	struct entry *entry;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return SEM_FAILED;
	if (status.st_size < (off_t)sizeof(sem_t)) {
		errno = EINVAL;
		return SEM_FAILED;
	}
	for (entry = entries; entry; entry = entry->next)
		if (entry->inode == status.st_ino && entry->device == status.st_dev) {
			if (entry->count == INT_MAX) {
				errno = EMFILE;
				return SEM_FAILED;
			}
			entry->count++;
			return entry->semaphore;
		}
	entry = malloc(sizeof(*entry));
	if (!entry)
		return SEM_FAILED;
	entry->semaphore = mmap(NULL, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (entry->semaphore == MAP_FAILED) {
		free(entry);
		return SEM_FAILED;
	}
	entry->inode = status.st_ino;
	entry->device = status.st_dev;
	entry->count = 1;
	entry->next = entries;
	entries = entry;
	return entry->semaphore;
}

/* A complete file under path, or -1; EEXIST if somebody was faster. */
static int make(const char *path, mode_t mode, unsigned value)
{
	char temporary[] = "/dev/shm/new-sem.XXXXXX";
	sem_t initial;
	mode_t mask;
	int fd, error;

	if (sem_init(&initial, 1, value) < 0)
		return -1;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -1;
	mask = umask(0);
	umask(mask);
	if (write(fd, &initial, sizeof(initial)) != sizeof(initial) || fchmod(fd, mode & 0777 & ~mask) < 0 ||
	    link(temporary, path) < 0) {
		error = errno;
		close(fd);
		unlink(temporary);
		errno = error;
		return -1;
	}
	unlink(temporary);
	return fd;
}

static int open_or_make(const char *path, int flags, mode_t mode, unsigned value)
{
	for (;;) {
		int fd = -1;

		if ((flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL)) {
			fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
			if (fd >= 0 || errno != ENOENT || !(flags & O_CREAT))
				return fd;
		}
		fd = make(path, mode, value);
		if (fd >= 0 || errno != EEXIST || flags & O_EXCL)
			return fd;
	}
}

sem_t *sem_open(const char *name, int flags, ...)
{
	sem_t *semaphore = SEM_FAILED;
	char path[PATH_MAX];
	unsigned value = 0;
	mode_t mode = 0;
	va_list arguments;
	int fd, state;

	va_start(arguments, flags);
	if (flags & O_CREAT) {
		mode = va_arg(arguments, mode_t);
		value = va_arg(arguments, unsigned);
	}
	va_end(arguments);
	if (name_path(name, path) < 0)
		return SEM_FAILED;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	__lock(&lock);
	fd = open_or_make(path, flags, mode, value);
	if (fd >= 0) {
		int error;

		semaphore = map(fd);
		error = errno;
		close(fd);
		errno = error;
	}
	__unlock(&lock);
	pthread_setcancelstate(state, NULL);
	return semaphore;
}

int sem_close(sem_t *semaphore)
{
	int result = -1;

	__lock(&lock);
	for (struct entry **link = &entries, *entry; (entry = *link); link = &entry->next) {
		if (entry->semaphore != semaphore)
			continue;
		if (!--entry->count) {
			*link = entry->next;
			munmap(semaphore, sizeof(*semaphore));
			free(entry);
		}
		result = 0;
		break;
	}
	__unlock(&lock);
	if (result < 0)
		errno = EINVAL;
	return result;
}

int sem_unlink(const char *name)
{
	char path[PATH_MAX];

	return name_path(name, path) < 0 ? -1 : unlink(path);
}
