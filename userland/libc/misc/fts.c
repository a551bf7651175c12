/*
 * fts: trees of files, one entry at a time. A folder's names are read at once and it is closed again, so that
 * descriptors do not limit the depth; unless told not to, the walk makes the folder that it is in the current one, so
 * that lengths of paths do not either. The way back is "..", which must be the folder that it came from; behind a link
 * that was followed a descriptor leads back.
 *
 * Each entry is one block of memory, with its name, its path and its status. Entries of a folder are a list by fts_link;
 * whoever leaves one behind frees it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* fts_flags */
#define OTHER_WAY 1			/* fts_symfd leads back */
#define INSIDE 2			/* it has been made the current folder */

static int changes_folder(const FTS *walk)
{
	return walk->fts_rfd >= 0;
}

static FTSENT *new_entry(const FTS *walk, FTSENT *parent, const char *name, size_t length)
{
	/* Arguments are paths of their own. */
	size_t base = parent->fts_level < 0 ? 0 : parent->fts_pathlen, slash = base && parent->fts_path[base - 1] != '/';
	FTSENT *entry = malloc(sizeof(*entry) + sizeof(struct stat) + base + slash + 2 * length + 2);

	if (!entry)
		return NULL;
	memset(entry, 0, sizeof(*entry) + sizeof(struct stat));
	entry->fts_statp = (struct stat *)(entry + 1);
	entry->fts_name = (char *)(entry->fts_statp + 1);
	entry->fts_path = entry->fts_name + length + 1;
	memcpy(entry->fts_name, name, length);
	entry->fts_name[length] = '\0';
	memcpy(entry->fts_path, parent->fts_path ? parent->fts_path : "", base);
	if (slash)
		entry->fts_path[base] = '/';
	memcpy(entry->fts_path + base + slash, name, length);
	entry->fts_pathlen = (unsigned)(base + slash + length);
	entry->fts_path[entry->fts_pathlen] = '\0';
	entry->fts_namelen = (unsigned)length;
	entry->fts_parent = parent;
	entry->fts_level = parent->fts_level + 1;
	entry->fts_accpath = changes_folder(walk) && entry->fts_level > 0 ? entry->fts_name : entry->fts_path;
	entry->fts_symfd = -1;
	entry->fts_instr = FTS_NOINSTR;
	return entry;
}

static void free_entry(FTSENT *entry)
{
	if (entry->fts_symfd >= 0)
		close(entry->fts_symfd);
	free(entry);
}

static void free_list(FTSENT *entry)
{
	while (entry) {
		FTSENT *next = entry->fts_link;

		free_entry(entry);
		entry = next;
	}
}

static int is_dot(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int kind_of_folder(FTSENT *entry)
{
	entry->fts_cycle = NULL;
	for (FTSENT *up = entry->fts_parent; up->fts_level >= 0; up = up->fts_parent)
		if (up->fts_ino == entry->fts_ino && up->fts_dev == entry->fts_dev) {
			entry->fts_cycle = up;
			return FTS_DC;
		}
	return FTS_D;
}

/* Finds out what an entry is. */
static void look(const FTS *walk, FTSENT *entry, int follow)
{
	struct stat *status = entry->fts_statp;
	int kind = FTS_DEFAULT;

	entry->fts_errno = 0;
	if (follow || walk->fts_options & FTS_LOGICAL) {
		if (stat(entry->fts_accpath, status) < 0) {
			entry->fts_errno = errno;
			if (!lstat(entry->fts_accpath, status)) {
				entry->fts_errno = 0;
				entry->fts_info = FTS_SLNONE;
			} else {
				entry->fts_info = FTS_NS;
			}
			return;
		}
	} else if (lstat(entry->fts_accpath, status) < 0) {
		entry->fts_errno = errno;
		entry->fts_info = FTS_NS;
		return;
	}
	entry->fts_dev = status->st_dev;
	entry->fts_ino = status->st_ino;
	entry->fts_nlink = status->st_nlink;
	if (S_ISDIR(status->st_mode))
		kind = entry->fts_level > 0 && is_dot(entry->fts_name) ? FTS_DOT : kind_of_folder(entry);
	else if (S_ISREG(status->st_mode))
		kind = FTS_F;
	else if (S_ISLNK(status->st_mode))
		kind = FTS_SL;
	entry->fts_info = (unsigned short)kind;
}

static FTSENT *sorted(const FTS *walk, FTSENT *list, size_t count)
{
	FTSENT **array, *next = list;

	if (!walk->fts_compar || count < 2)
		return list;
	array = malloc(count * sizeof(*array));
	if (!array)
		return list;		/* in any order is better than not at all */
	for (size_t i = 0; i < count; i++, next = next->fts_link)
		array[i] = next;
	qsort(array, count, sizeof(*array), (int (*)(const void *, const void *))walk->fts_compar);
	for (size_t i = 0; i < count; i++)
		array[i]->fts_link = i + 1 < count ? array[i + 1] : NULL;
	list = array[0];
	free(array);
	return list;
}

FTS *fts_open(char *const *paths, int options, int (*compare)(const FTSENT **, const FTSENT **))
{
	FTS *walk;
	FTSENT *root = NULL, **end;
	size_t count = 0;

	if (options & ~FTS_OPTIONMASK) {
		errno = EINVAL;
		return NULL;
	}
	walk = calloc(1, sizeof(*walk));
	root = calloc(1, sizeof(*root));
	if (!walk || !root)
		goto out_free;
	root->fts_level = FTS_ROOTPARENTLEVEL;
	root->fts_symfd = -1;
	walk->fts_options = options & FTS_LOGICAL ? options | FTS_NOCHDIR : options;
	walk->fts_compar = compare;
	walk->fts_rfd = walk->fts_options & FTS_NOCHDIR ? -1 : open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->fts_rfd < 0)
		walk->fts_options |= FTS_NOCHDIR;
	end = &walk->fts_child;
	for (; *paths; paths++, count++) {
		size_t length = strlen(*paths);

		if (!length) {
			errno = ENOENT;
			goto out_list;
		}
		while (length > 1 && (*paths)[length - 1] == '/' && (*paths)[length - 2] == '/')
			length--;
		*end = new_entry(walk, root, *paths, length);
		if (!*end)
			goto out_list;
		look(walk, *end, options & FTS_COMFOLLOW);
		end = &(*end)->fts_link;
	}
	walk->fts_child = sorted(walk, walk->fts_child, count);
	root->fts_info = FTS_INIT;
	walk->fts_cur = root;
	return walk;

out_list:
	free_list(walk->fts_child);
	if (walk->fts_rfd >= 0)
		close(walk->fts_rfd);
out_free:
	free(root);
	free(walk);
	return NULL;
}

/* Makes an opened folder the current one, if it is the one that is meant. */
static int enter(const FTS *walk, FTSENT *entry, int fd)
{
	struct stat status;

	if (!changes_folder(walk))
		return 0;
	if (fstat(fd, &status) < 0)
		return -1;
	if (status.st_dev != entry->fts_dev || status.st_ino != entry->fts_ino) {
		errno = ENOENT;		/* somebody put another in its place */
		return -1;
	}
	if (fchdir(fd) < 0)
		return -1;
	entry->fts_flags |= INSIDE;
	return 0;
}

static FTSENT *child_of(const FTS *walk, FTSENT *parent, const struct dirent *found, int names_only)
{
	FTSENT *entry = new_entry(walk, parent, found->d_name, strlen(found->d_name));

	if (!entry)
		return NULL;
	entry->fts_ino = found->d_ino;
	/* What is no folder needs no look, if that is all that is asked. */
	if (names_only || (walk->fts_options & FTS_NOSTAT && found->d_type != DT_DIR && found->d_type != DT_UNKNOWN &&
			   (walk->fts_options & FTS_PHYSICAL || found->d_type != DT_LNK)))
		entry->fts_info = FTS_NSOK;
	else
		look(walk, entry, 0);
	return entry;
}

/* What is in the folder `parent`, which becomes the current one. NULL with errno 0 if that is nothing. */
static FTSENT *read_folder(FTS *walk, FTSENT *parent, int names_only)
{
	int fd = open(parent->fts_accpath, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	FTSENT *list = NULL, **end = &list;
	DIR *folder = NULL;
	struct dirent *found;
	size_t count = 0;
	int error;

	if (fd < 0)
		return NULL;
	if (enter(walk, parent, fd) < 0 || !(folder = fdopendir(fd))) {
		error = errno;
		close(fd);
		errno = error;
		return NULL;
	}
	while (errno = 0, (found = readdir(folder))) {
		if (is_dot(found->d_name) && !(walk->fts_options & FTS_SEEDOT))
			continue;
		*end = child_of(walk, parent, found, names_only);
		if (!*end) {
			errno = ENOMEM;
			break;
		}
		end = &(*end)->fts_link;
		count++;
	}
	error = errno;
	closedir(folder);
	errno = error;
	if (error) {
		free_list(list);
		return NULL;
	}
	return sorted(walk, list, count);
}

/* From inside a folder to the one that it lies in. */
static int leave(const FTS *walk, FTSENT *folder)
{
	FTSENT *parent = folder->fts_parent;
	int fd, error, answer;

	if (!(folder->fts_flags & INSIDE))
		return 0;
	folder->fts_flags &= ~INSIDE;
	if (parent->fts_level < 0)
		return fchdir(walk->fts_rfd);
	if (folder->fts_flags & OTHER_WAY)
		return fchdir(folder->fts_symfd);
	fd = open("..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	answer = enter(walk, parent, fd);
	error = errno;
	close(fd);
	errno = error;
	return answer;
}

static FTSENT *stop(FTS *walk)
{
	walk->fts_options |= FTS_STOP;
	return NULL;
}

static void follow(FTS *walk, FTSENT *entry)
{
	look(walk, entry, 1);
	if (entry->fts_level == 0)
		walk->fts_dev = entry->fts_dev;
	if (entry->fts_info != FTS_D || !changes_folder(walk) || entry->fts_level == 0)
		return;
	entry->fts_symfd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (entry->fts_symfd >= 0) {
		entry->fts_flags |= OTHER_WAY;
	} else {
		entry->fts_errno = errno;
		entry->fts_info = FTS_ERR;
	}
}

/* Makes an entry the current one, as its instruction says. NULL: it is to be left out. */
static FTSENT *arrive(FTS *walk, FTSENT *entry)
{
	const int instruction = entry->fts_instr;
	char *slash = strrchr(entry->fts_name, '/');

	if (instruction == FTS_SKIP)
		return NULL;
	if (entry->fts_level == 0)
		walk->fts_dev = entry->fts_dev;
	/* Only of arguments, which keep theirs while they are compared. */
	if (slash && slash[1]) {
		entry->fts_name = slash + 1;
		entry->fts_namelen = (unsigned)strlen(slash + 1);
	}
	entry->fts_instr = FTS_NOINSTR;
	if (instruction == FTS_FOLLOW)
		follow(walk, entry);
	walk->fts_cur = entry;
	return entry;
}

/* The folder again, behind all that is in it; or the end. */
static FTSENT *go_up(FTS *walk, FTSENT *folder)
{
	walk->fts_cur = folder;
	if (folder->fts_level < 0) {
		errno = 0;
		return NULL;
	}
	if (leave(walk, folder) < 0)
		return stop(walk);
	if (folder->fts_symfd >= 0)
		close(folder->fts_symfd);
	folder->fts_symfd = -1;
	folder->fts_flags = 0;
	folder->fts_info = folder->fts_errno ? FTS_ERR : FTS_DP;
	return folder;
}

/* The first of a list that is not to be left out; behind the last its folder. */
static FTSENT *go_on(FTS *walk, FTSENT *entry, FTSENT *folder)
{
	while (entry) {
		FTSENT *next = entry->fts_link, *found = arrive(walk, entry);

		if (found)
			return found;
		free_entry(entry);
		entry = next;
	}
	return go_up(walk, folder);
}

/* A list that fts_children() has read, in which the program may have set instructions, if it can be used. */
static FTSENT *take_children(FTS *walk, FTSENT *folder, int *error)
{
	FTSENT *list = walk->fts_child;
	int fd;

	*error = 0;
	walk->fts_child = NULL;
	if (list && walk->fts_options & FTS_NAMEONLY) {
		free_list(list);
		return NULL;
	}
	if (!list || !changes_folder(walk))
		return list;
	fd = open(folder->fts_accpath, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || enter(walk, folder, fd) < 0)
		*error = errno;
	if (fd >= 0)
		close(fd);
	if (!*error)
		return list;
	free_list(list);
	return NULL;
}

static FTSENT *go_into(FTS *walk, FTSENT *folder, int instruction)
{
	FTSENT *list;
	int error;

	if (instruction == FTS_SKIP || (walk->fts_options & FTS_XDEV && folder->fts_dev != walk->fts_dev)) {
		free_list(walk->fts_child);
		walk->fts_child = NULL;
		return go_up(walk, folder);
	}
	list = take_children(walk, folder, &error);
	if (!list && !error) {
		errno = 0;
		list = read_folder(walk, folder, 0);
		error = list ? 0 : errno;
	}
	if (error) {
		if (leave(walk, folder) < 0 || error == ENOMEM) {
			errno = error;
			return stop(walk);
		}
		folder->fts_errno = error;
		folder->fts_info = FTS_DNR;
		walk->fts_cur = folder;
		return folder;
	}
	return go_on(walk, list, folder);
}

FTSENT *fts_read(FTS *walk)
{
	FTSENT *entry = walk->fts_cur, *next, *folder;
	int instruction = entry->fts_instr;

	if (walk->fts_options & FTS_STOP)
		return NULL;
	if (entry->fts_level < 0) {
		next = walk->fts_child;
		walk->fts_child = NULL;
		return go_on(walk, next, entry);
	}
	entry->fts_instr = FTS_NOINSTR;
	if (instruction == FTS_AGAIN) {
		look(walk, entry, 0);
		return entry;
	}
	if (instruction == FTS_FOLLOW && (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE)) {
		follow(walk, entry);
		return entry;
	}
	if (entry->fts_info == FTS_D)
		return go_into(walk, entry, instruction);
	next = entry->fts_link;
	folder = entry->fts_parent;
	free_entry(entry);
	return go_on(walk, next, folder);
}

FTSENT *fts_children(FTS *walk, int options)
{
	FTSENT *entry = walk->fts_cur;
	int here = -1, error;

	if (options & ~FTS_NAMEONLY) {
		errno = EINVAL;
		return NULL;
	}
	errno = 0;
	if (walk->fts_options & FTS_STOP)
		return NULL;
	if (entry->fts_info == FTS_INIT)
		return walk->fts_child;
	if (entry->fts_info != FTS_D)
		return NULL;
	free_list(walk->fts_child);
	walk->fts_child = NULL;
	walk->fts_options = (walk->fts_options & ~FTS_NAMEONLY) | options;
	if (changes_folder(walk)) {
		here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (here < 0)
			return NULL;
	}
	walk->fts_child = read_folder(walk, entry, options);
	error = errno;
	if (here >= 0 && fchdir(here) < 0) {
		error = errno;
		walk->fts_options |= FTS_STOP;
	}
	entry->fts_flags &= ~INSIDE;
	if (here >= 0)
		close(here);
	errno = error;
	return walk->fts_child;
}

int fts_set(FTS *walk, FTSENT *entry, int instruction)
{
	(void)walk;
	if (instruction && (instruction < FTS_AGAIN || instruction > FTS_SKIP)) {
		errno = EINVAL;
		return 1;
	}
	entry->fts_instr = (unsigned short)instruction;
	return 0;
}

int fts_close(FTS *walk)
{
	int answer = 0, error = errno;

	for (FTSENT *entry = walk->fts_cur, *up; entry; entry = up) {
		up = entry->fts_parent;
		free_list(entry);
	}
	free_list(walk->fts_child);
	if (walk->fts_rfd >= 0) {
		if (fchdir(walk->fts_rfd) < 0) {
			answer = -1;
			error = errno;
		}
		close(walk->fts_rfd);
	}
	free(walk);
	errno = error;
	return answer;
}
