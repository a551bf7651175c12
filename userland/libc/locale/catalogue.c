/*
 * Message catalogues, as gencat writes them: a table hashed by set and number, in words of this machine's order.
 *
 *	0x960408de | size | depth | size * depth entries of (set, number, offset), by rows | the same in the other
 *	order of bytes | texts
 *
 * A name with a slash is a file, any other is looked for where NLSPATH says.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nl_types.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x960408deu

struct header {
	uint32_t magic, size, depth, entries[];
};

struct __catalogue {
	const struct header *header;
	size_t length;
	const char *texts;
};

static nl_catd open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct __catalogue *catalogue = NULL;
	struct stat status;
	uint64_t table;
	void *map;

	if (fd < 0)
		return (nl_catd)-1;
	if (fstat(fd, &status) < 0 || status.st_size < (off_t)sizeof(struct header) || status.st_size > INT_MAX) {
		close(fd);
		errno = ENOENT;
		return (nl_catd)-1;
	}
	map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return (nl_catd)-1;
	catalogue = malloc(sizeof(*catalogue));
	if (catalogue) {
		*catalogue = (struct __catalogue){ .header = map, .length = (size_t)status.st_size };
		table = (uint64_t)catalogue->header->size * catalogue->header->depth * 12;
		catalogue->texts = (const char *)map + sizeof(struct header) + 2 * table;
		if (catalogue->header->magic == MAGIC && catalogue->header->size &&
		    table < catalogue->length && sizeof(struct header) + 2 * table < catalogue->length &&
		    ((const char *)map)[catalogue->length - 1] == '\0')
			return catalogue;
		errno = EINVAL;
	}
	free(catalogue);
	munmap(map, (size_t)status.st_size);
	return (nl_catd)-1;
}

/* A part of NLSPATH: %N is the name, %L the language with all that belongs to it, %l only that. 0, or -1: too long. */
static int build(char *out, size_t size, const char *from, size_t length, const char *name, const char *language)
{
	size_t used = 0;

	for (const char *p = from; p < from + length; p++) {
		const char *piece = p;
		size_t count = 1;

		if (*p == '%' && p + 1 < from + length) {
			p++;
			piece = *p == 'N' ? name : *p == 'L' || *p == 'l' ? language : *p == '%' ? "%" : "";
			count = *p == 'l' ? strcspn(piece, "_.@") : strlen(piece);
		}
		if (used + count >= size)
			return -1;
		memcpy(out + used, piece, count);
		used += count;
	}
	out[used] = '\0';
	return 0;
}

nl_catd catopen(const char *name, int flag)
{
	const char *path = secure_getenv("NLSPATH"), *language = getenv("LC_ALL");
	char file[PATH_MAX];

	(void)flag;
	if (strchr(name, '/'))
		return open_file(name);
	if (!language || !*language)
		language = getenv("LC_MESSAGES");
	if (!language || !*language)
		language = getenv("LANG");
	if (!language || !*language || strchr(language, '/'))
		language = "C";
	if (!path || !*path)
		path = "/usr/share/locale/%L/%N:/usr/share/locale/%L/LC_MESSAGES/%N:/usr/share/locale/%l/%N";
	while (*path) {
		size_t length = strcspn(path, ":");
		nl_catd catalogue;

		if (build(file, sizeof(file), length ? path : "%N", length ? length : 2, name, language) == 0) {
			catalogue = open_file(file);
			if (catalogue != (nl_catd)-1)
				return catalogue;
		}
		path += length + (path[length] == ':');
	}
	errno = ENOENT;
	return (nl_catd)-1;
}

char *catgets(nl_catd catalogue, int set, int message, const char *otherwise)
{
	const struct header *header;
	uint32_t at;

	if (catalogue == (nl_catd)-1 || set < 0 || message < 0) {
		errno = EBADF;
		return (char *)otherwise;
	}
	header = catalogue->header;
	/* Sets are counted from one in the file. */
	at = (uint32_t)(set + 1) * (uint32_t)message % header->size;
	for (uint32_t row = 0; row < header->depth; row++, at += header->size) {
		const uint32_t *entry = &header->entries[3 * at];

		if (entry[0] == (uint32_t)set + 1 && entry[1] == (uint32_t)message) {
			const char *text = catalogue->texts + entry[2];

			if (entry[2] < catalogue->length && text < (const char *)header + catalogue->length)
				return (char *)text;
		}
	}
	errno = ENOMSG;
	return (char *)otherwise;
}

int catclose(nl_catd catalogue)
{
	if (catalogue == (nl_catd)-1) {
		errno = EBADF;
		return -1;
	}
	munmap((void *)catalogue->header, catalogue->length);
	free(catalogue);
	return 0;
}
