/*
 * Copies of trees. Data is written to the target in place; links and devices are made anew; hard links
 * within what is copied by one call are kept when modes and owners are.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common.h"
#include "copy.h"

/* What has more than one name, and the first copy made of it. */
struct seen {
	struct seen *next;
	dev_t device;
	ino_t inode;
	char *copy;
};

static struct seen *seen;
/* Directories that we made: not to be copied into themselves. */
static struct seen *made;

static const struct seen *find(const struct seen *list, const struct stat *status)
{
	while (list && (list->device != status->st_dev || list->inode != status->st_ino))
		list = list->next;
	return list;
}

static void remember(struct seen **list, const struct stat *status, const char *copy)
{
	struct seen *entry = must(malloc(sizeof(*entry)));

	*entry = (struct seen){ *list, status->st_dev, status->st_ino, must(strdup(copy)) };
	*list = entry;
}

static int fail(const char *path)
{
	warn("%s", path);
	return 1;
}

static int preserve(const char *to, const struct stat *status)
{
	struct timespec times[2] = { status->st_atim, status->st_mtim };
	mode_t mode = status->st_mode & 07777;

	if (lchown(to, status->st_uid, status->st_gid) < 0) {
		/* Who may not give files away must not make them set-id either. */
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
		if (errno != EPERM)
			return fail(to);
	}
	if (!S_ISLNK(status->st_mode) && chmod(to, mode) < 0)
		return fail(to);
	if (utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(to);
	return 0;
}

static int copy_file(const char *from, const char *to, const struct stat *status, const struct copy_options *options)
{
	int in = open(from, O_RDONLY), out, result;

	if (in < 0)
		return fail(from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, status->st_mode & 0777);
	if (out < 0 && options->force && errno != ENOENT && errno != EISDIR && !unlink(to))
		out = open(to, O_WRONLY | O_CREAT | O_EXCL, status->st_mode & 0777);
	if (out < 0) {
		result = fail(to);
		close(in);
		return result;
	}
	result = copy_fd(in, out);
	if (result)
		warn("%s", result == 1 ? from : to);
	close(in);
	if (close(out) < 0 && !result)
		result = fail(to);
	return result != 0;
}

static int copy_link(const char *from, const char *to)
{
	char target[4096];
	ssize_t length = readlink(from, target, sizeof(target) - 1);

	if (length < 0)
		return fail(from);
	target[length] = '\0';
	if (symlink(target, to) == 0)
		return 0;
	if (errno == EEXIST && !unlink(to) && symlink(target, to) == 0)
		return 0;
	return fail(to);
}

static int copy_one(const char *from, const char *to, const struct copy_options *options, int is_named);

static int copy_directory(const char *from, const char *to, const struct stat *status,
			  const struct copy_options *options)
{
	struct dirent *entry;
	struct stat made_status;
	int result = 0, is_new;
	DIR *directory;

	if (find(made, status)) {
		warnx("%s: cannot copy a directory into itself", from);
		return 1;
	}
	is_new = mkdir(to, (status->st_mode & 0777) | 0700) == 0;
	if (!is_new && (errno != EEXIST || stat(to, &made_status) < 0 || !S_ISDIR(made_status.st_mode)))
		return fail(to);
	if (!stat(to, &made_status))
		remember(&made, &made_status, to);
	directory = opendir(from);
	if (!directory)
		return fail(from);
	while ((errno = 0, entry = readdir(directory))) {
		char *source, *target;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		source = join_path(from, entry->d_name);
		target = join_path(to, entry->d_name);
		result |= copy_one(source, target, options, 0);
		free(source);
		free(target);
	}
	if (errno)
		result = fail(from);
	closedir(directory);
	if (is_new && !options->preserve) {
		mode_t mask = umask(0);

		umask(mask);
		if (chmod(to, status->st_mode & 07777 & ~mask) < 0)
			result = fail(to);
	}
	return result;
}

/* Whether the target is to be left as it is. */
static int is_spared(const char *to, const struct stat *source, const struct stat *target,
		     const struct copy_options *options)
{
	if (options->no_clobber)
		return 1;
	if (options->update && (target->st_mtim.tv_sec > source->st_mtim.tv_sec ||
				(target->st_mtim.tv_sec == source->st_mtim.tv_sec &&
				 target->st_mtim.tv_nsec >= source->st_mtim.tv_nsec)))
		return 1;
	return options->interactive && !ask("overwrite %s? ", to);
}

static int copy_one(const char *from, const char *to, const struct copy_options *options, int is_named)
{
	int follow = options->follow == 'L' || (options->follow == 'H' && is_named), result;
	struct stat source, target;

	if ((follow ? stat(from, &source) : lstat(from, &source)) < 0)
		return fail(from);
	if (S_ISDIR(source.st_mode) && !options->recursive) {
		warnx("%s is a directory (not copied)", from);
		return 1;
	}
	if (!S_ISDIR(source.st_mode) && !lstat(to, &target)) {
		if (!stat(to, &target) && target.st_dev == source.st_dev && target.st_ino == source.st_ino) {
			warnx("%s and %s are the same file", from, to);
			return 1;
		}
		if (S_ISDIR(target.st_mode)) {
			warnx("%s: cannot overwrite a directory", to);
			return 1;
		}
		if (is_spared(to, &source, &target, options))
			return 0;
	}
	if (options->preserve && !S_ISDIR(source.st_mode) && source.st_nlink > 1) {
		const struct seen *first = find(seen, &source);

		if (first) {
			(void)unlink(to);	/* link() tells if it could not be */
			return link(first->copy, to) < 0 ? fail(to) : 0;
		}
		remember(&seen, &source, to);
	}
	if (options->verbose)
		printf("%s -> %s\n", from, to);
	if (S_ISDIR(source.st_mode))
		result = copy_directory(from, to, &source, options);
	else if (S_ISLNK(source.st_mode))
		result = copy_link(from, to);
	else if (S_ISREG(source.st_mode) || !options->recursive)
		result = copy_file(from, to, &source, options);
	else if (mknod(to, source.st_mode, source.st_rdev) < 0)
		result = fail(to);
	else
		result = 0;
	if (!result && options->preserve)
		result = preserve(to, &source);
	return result;
}

int copy_tree(const char *from, const char *to, const struct copy_options *options)
{
	return copy_one(from, to, options, 1);
}

static int remove_directory(const char *path, int force, int interactive, int verbose)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int result = 0;

	if (!directory) {
		/* An empty one can go without being read. */
		if (!rmdir(path))
			return 0;
		return fail(path);
	}
	while ((errno = 0, entry = readdir(directory))) {
		char *inner;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		inner = join_path(path, entry->d_name);
		result |= remove_tree(inner, force, interactive, verbose);
		free(inner);
	}
	if (errno)
		result = fail(path);
	closedir(directory);
	if (result || (interactive && !ask("remove directory %s? ", path)))
		return result;
	if (rmdir(path) < 0)
		return fail(path);
	if (verbose)
		printf("removed directory %s\n", path);
	return 0;
}

int remove_tree(const char *path, int force, int interactive, int verbose)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return force && (errno == ENOENT || errno == ENOTDIR) ? 0 : fail(path);
	if (S_ISDIR(status.st_mode))
		return interactive && !ask("descend into %s? ", path) ? 0 :
									remove_directory(path, force, interactive, verbose);
	if (interactive && !ask("remove %s? ", path))
		return 0;
	if (!interactive && !force && !S_ISLNK(status.st_mode) && isatty(0) && access(path, W_OK) < 0 &&
	    !ask("remove write-protected %s? ", path))
		return 0;
	if (unlink(path) < 0)
		return fail(path);
	if (verbose)
		printf("removed %s\n", path);
	return 0;
}
