/*
 * nftw() and ftw(). A directory's names are read at once and it is closed before its entries are visited, so that
 * one descriptor is enough at any depth; FTW_CHDIR needs one more for each level, which are closed on the way back.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct parent {
	const struct parent *up;
	dev_t device;
	ino_t inode;
};

struct walk {
	int (*visit)(const char *, const struct stat *, int, struct FTW *);
	int (*visit_plain)(const char *, const struct stat *, int);
	int flags;
	dev_t device;
	char *path;
	size_t length, space;
};

static int visit(struct walk *w, const struct stat *status, int kind, struct FTW *where)
{
	if (w->visit)
		return w->visit(w->path, status, kind, where);
	return w->visit_plain(w->path, status, kind);
}

static int set_path(struct walk *w, size_t base, const char *name, size_t length)
{
	if (base + length + 1 > w->space) {
		size_t want = (base + length + 1) * 2;
		char *more = realloc(w->path, want);

		if (!more)
			return -1;
		w->path = more;
		w->space = want;
	}
	memcpy(w->path + base, name, length);
	w->path[base + length] = '\0';
	w->length = base + length;
	return 0;
}

/* All names of a directory behind one another, each with its zero; an empty one ends them. NULL with errno. */
static char *read_names(DIR *directory)
{
	size_t used = 0, space = 256;
	char *names = malloc(space);
	struct dirent *entry;

	while (names && (entry = readdir(directory))) {
		size_t length = strlen(entry->d_name) + 1;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (used + length + 1 > space) {
			char *more = realloc(names, space = (used + length + 1) * 2);

			if (!more) {
				free(names);
				return NULL;
			}
			names = more;
		}
		memcpy(names + used, entry->d_name, length);
		used += length;
	}
	if (names)
		names[used] = '\0';
	return names;
}

static int walk(struct walk *w, const struct parent *up, struct FTW where);

static int walk_names(struct walk *w, const char *names, const struct parent *here, struct FTW where)
{
	size_t base = w->length;
	int answer = 0;

	if (base && w->path[base - 1] != '/') {
		if (set_path(w, base, "/", 1) < 0)
			return -1;
		base++;
	}
	for (const char *name = names; *name && !answer; name += strlen(name) + 1) {
		if (set_path(w, base, name, strlen(name)) < 0)
			return -1;
		answer = walk(w, here, (struct FTW){ (int)base, where.level + 1 });
		if (w->flags & FTW_ACTIONRETVAL && answer == FTW_SKIP_SUBTREE)
			answer = 0;
	}
	if (w->flags & FTW_ACTIONRETVAL && answer == FTW_SKIP_SIBLINGS)
		answer = 0;
	return answer;
}

/* The entries of a directory, which is the current one meanwhile if that is wished. */
static int walk_directory(struct walk *w, DIR *directory, const struct parent *here, struct FTW where)
{
	size_t length = w->length;
	char *names = read_names(directory);
	int before = -1, answer = -1;

	if (names && w->flags & FTW_CHDIR) {
		before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (before < 0 || fchdir(dirfd(directory)) < 0) {
			free(names);
			names = NULL;
		}
	}
	closedir(directory);
	if (names)
		answer = walk_names(w, names, here, where);
	if (before >= 0) {
		if (fchdir(before) < 0)
			answer = -1;
		close(before);
	}
	free(names);
	w->length = length;
	w->path[length] = '\0';
	return answer;
}

/* What a file is, with its status. -1: it is to be left out, or errno says more. */
static int kind_of(struct walk *w, const char *name, struct stat *status)
{
	if (w->flags & FTW_PHYS) {
		if (lstat(name, status) < 0)
			return errno == EACCES ? FTW_NS : -1;
		return S_ISDIR(status->st_mode) ? FTW_D : S_ISLNK(status->st_mode) ? FTW_SL : FTW_F;
	}
	if (!stat(name, status))
		return S_ISDIR(status->st_mode) ? FTW_D : FTW_F;
	if (errno == ENOENT && !lstat(name, status))
		return w->visit ? FTW_SLN : FTW_SL;
	if (errno == EACCES || errno == ELOOP) {
		memset(status, 0, sizeof(*status));
		return FTW_NS;
	}
	return -1;
}

static int walk(struct walk *w, const struct parent *up, struct FTW where)
{
	const char *name = w->flags & FTW_CHDIR && where.level ? w->path + where.base : w->path;
	struct stat status;
	int kind = kind_of(w, name, &status), answer = 0;
	struct parent here = { up, status.st_dev, status.st_ino };
	DIR *directory = NULL;

	if (kind < 0)
		return -1;
	if (!where.level)
		w->device = status.st_dev;
	if (w->flags & FTW_MOUNT && kind != FTW_NS && status.st_dev != w->device)
		return 0;
	if (kind != FTW_D)
		return visit(w, &status, kind, &where);
	/* A link that leads back up was seen already. */
	for (; up && !(w->flags & FTW_PHYS); up = up->up)
		if (up->device == here.device && up->inode == here.inode)
			return 0;
	directory = opendir(name);
	if (!directory && errno != EACCES)
		return -1;
	if (!directory)
		return visit(w, &status, FTW_DNR, &where);
	if (!(w->flags & FTW_DEPTH))
		answer = visit(w, &status, FTW_D, &where);
	if (answer) {
		closedir(directory);
		return w->flags & FTW_ACTIONRETVAL && answer == FTW_SKIP_SUBTREE ? 0 : answer;
	}
	answer = walk_directory(w, directory, &here, where);
	if (!answer && w->flags & FTW_DEPTH)
		answer = visit(w, &status, FTW_DP, &where);
	return answer;
}

static int start(struct walk *w, const char *path)
{
	size_t length = strlen(path);
	int base, answer, error;

	if (!length) {
		errno = ENOENT;
		return -1;
	}
	if (set_path(w, 0, path, length) < 0)
		return -1;
	while (w->length > 1 && w->path[w->length - 1] == '/')
		w->path[--w->length] = '\0';
	base = (int)w->length;
	while (base > 0 && w->path[base - 1] != '/')
		base--;
	if (w->length == 1)
		base = 0;
	answer = walk(w, NULL, (struct FTW){ base, 0 });
	error = errno;
	free(w->path);
	errno = error;
	return answer;
}

int nftw(const char *path, int (*visitor)(const char *, const struct stat *, int, struct FTW *), int descriptors,
	 int flags)
{
	struct walk w = { .visit = visitor, .flags = flags };

	(void)descriptors;		/* one is enough */
	return start(&w, path);
}

int ftw(const char *path, int (*visitor)(const char *, const struct stat *, int), int descriptors)
{
	struct walk w = { .visit_plain = visitor };

	(void)descriptors;
	return start(&w, path);
}
