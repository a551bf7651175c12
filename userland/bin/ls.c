/* ls: what directories hold. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include "common/common.h"

struct entry {
	char *name;		/* as shown */
	char *path;
	char *target;		/* of a link, or NULL */
	struct stat status;
	int failed;
};

struct list {
	struct entry *entries;
	size_t count;
};

static int all, almost_all, long_format, one_column, recursive, directories, classify, by_time, by_size, reverse,
	inodes, blocks, human, numeric, unsorted, follow, slash_only, no_group, across;
static char time_kind = 'm';
static int colors;
static int result;
static int columns = 80;
static time_t now;

static struct timespec time_of(const struct stat *status)
{
	return time_kind == 'a' ? status->st_atim : time_kind == 'c' ? status->st_ctim : status->st_mtim;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = 0;

	if (by_time) {
		struct timespec s = time_of(&x->status), t = time_of(&y->status);

		order = s.tv_sec != t.tv_sec ? (s.tv_sec < t.tv_sec) - (s.tv_sec > t.tv_sec) :
					       (s.tv_nsec < t.tv_nsec) - (s.tv_nsec > t.tv_nsec);
	} else if (by_size) {
		order = (x->status.st_size < y->status.st_size) - (x->status.st_size > y->status.st_size);
	}
	if (!order)
		order = strcoll(x->name, y->name);
	return reverse ? -order : order;
}

static int need_status(void)
{
	return long_format || recursive || classify || slash_only || by_time || by_size || inodes || blocks || colors;
}

static void add(struct list *list, const char *name, const char *path, int follow_link)
{
	struct entry entry = { 0 };

	if ((follow_link ? stat(path, &entry.status) : lstat(path, &entry.status)) < 0 &&
	    (!follow_link || lstat(path, &entry.status) < 0)) {
		warn("%s", path);
		result = 1;
		entry.failed = 1;
	}
	entry.name = must(strdup(name));
	entry.path = must(strdup(path));
	if (long_format && S_ISLNK(entry.status.st_mode)) {
		char target[4096];
		ssize_t length = readlink(path, target, sizeof(target) - 1);

		if (length >= 0) {
			target[length] = '\0';
			entry.target = must(strdup(target));
		}
	}
	list->entries = must(reallocarray(list->entries, list->count + 1, sizeof(entry)));
	list->entries[list->count++] = entry;
}

static void release(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->entries[i].name);
		free(list->entries[i].path);
		free(list->entries[i].target);
	}
	free(list->entries);
}

static char suffix(mode_t mode)
{
	if (S_ISDIR(mode))
		return '/';
	if (!classify)
		return 0;
	if (S_ISLNK(mode))
		return '@';
	if (S_ISFIFO(mode))
		return '|';
	if (S_ISSOCK(mode))
		return '=';
	return S_ISREG(mode) && mode & 0111 ? '*' : 0;
}

static const char *color(mode_t mode)
{
	if (!colors)
		return NULL;
	if (S_ISDIR(mode))
		return "34;1";
	if (S_ISLNK(mode))
		return "36";
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "33;1";
	if (S_ISFIFO(mode) || S_ISSOCK(mode))
		return "35";
	return mode & 0111 ? "32;1" : NULL;
}

/* Bytes that a terminal would take for commands are shown as question marks. */
static int print_name(const char *name)
{
	static int is_terminal = -1;
	mbstate_t state = { 0 };
	int width = 0;

	if (is_terminal < 0)
		is_terminal = isatty(1);
	while (*name) {
		wchar_t wide;
		size_t length = mbrtowc(&wide, name, strlen(name), &state);
		int one = length && length <= 4 ? wcwidth(wide) : -1;

		if (one < 0) {
			putchar(is_terminal ? '?' : *name);
			width++;
			name++;
			memset(&state, 0, sizeof(state));
			continue;
		}
		fwrite(name, 1, length, stdout);
		width += one;
		name += length;
	}
	return width;
}

static int print_short(const struct entry *entry)
{
	const char *shade = color(entry->status.st_mode);
	int width = 0;
	char mark;

	if (inodes)
		width += printf("%7llu ", (unsigned long long)entry->status.st_ino);
	if (blocks)
		width += printf("%5lld ", (long long)(entry->status.st_blocks + 1) / 2);
	if (shade)
		printf("\033[%sm", shade);
	width += print_name(entry->name);
	if (shade)
		printf("\033[m");
	mark = classify || slash_only ? suffix(entry->status.st_mode) : 0;
	if (mark) {
		putchar(mark);
		width++;
	}
	return width;
}

static void print_time(const struct stat *status)
{
	time_t when = time_of(status).tv_sec;
	struct tm *tm = localtime(&when);
	char text[32];

	/* The year instead of the hour for what is older than half a year, or yet to come. */
	if (!tm || !strftime(text, sizeof(text), when > now || when < now - 15778476 ? "%b %e  %Y" : "%b %e %H:%M", tm))
		strcpy(text, "?");
	printf(" %s ", text);
}

struct widths {
	int links, user, group, size;
};

static int width_of_number(uint64_t number)
{
	int width = 1;

	while (number /= 10)
		width++;
	return width;
}

static const char *owner(uid_t user, char text[16])
{
	if (!numeric)
		return user_name(user);
	snprintf(text, 16, "%u", user);
	return text;
}

static const char *group_of(gid_t group, char text[16])
{
	if (!numeric)
		return group_name(group);
	snprintf(text, 16, "%u", group);
	return text;
}

static struct widths measure(const struct list *list)
{
	struct widths widths = { 0 };
	char text[16];

	for (size_t i = 0; i < list->count; i++) {
		const struct stat *status = &list->entries[i].status;
		int size = human ? (int)strlen(human_size((uint64_t)status->st_size, text)) :
				   width_of_number((uint64_t)status->st_size);

		if (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode))
			size = width_of_number(major(status->st_rdev)) + width_of_number(minor(status->st_rdev)) + 2;
		if (width_of_number(status->st_nlink) > widths.links)
			widths.links = width_of_number(status->st_nlink);
		if ((int)strlen(owner(status->st_uid, text)) > widths.user)
			widths.user = (int)strlen(owner(status->st_uid, text));
		if ((int)strlen(group_of(status->st_gid, text)) > widths.group)
			widths.group = (int)strlen(group_of(status->st_gid, text));
		if (size > widths.size)
			widths.size = size;
	}
	return widths;
}

static void print_long(const struct list *list)
{
	struct widths widths = measure(list);

	for (size_t i = 0; i < list->count; i++) {
		const struct entry *entry = &list->entries[i];
		const struct stat *status = &entry->status;
		char mode[11], text[32];
		int saved_inodes = inodes, saved_blocks = blocks;

		if (entry->failed)
			continue;
		mode_text(status->st_mode, mode);
		if (inodes)
			printf("%7llu ", (unsigned long long)status->st_ino);
		if (blocks)
			printf("%5lld ", (long long)(status->st_blocks + 1) / 2);
		printf("%s %*u %-*s ", mode, widths.links, status->st_nlink, widths.user, owner(status->st_uid, text));
		if (!no_group)
			printf("%-*s ", widths.group, group_of(status->st_gid, text));
		if (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode)) {
			snprintf(text, sizeof(text), "%u, %u", major(status->st_rdev), minor(status->st_rdev));
			printf("%*s", widths.size, text);
		} else if (human) {
			printf("%*s", widths.size, human_size((uint64_t)status->st_size, text));
		} else {
			printf("%*lld", widths.size, (long long)status->st_size);
		}
		print_time(status);
		inodes = blocks = 0;
		print_short(entry);
		inodes = saved_inodes;
		blocks = saved_blocks;
		if (entry->target) {
			printf(" -> ");
			print_name(entry->target);
		}
		putchar('\n');
	}
}

static int width_of(const struct entry *entry)
{
	wchar_t wide[256];
	size_t length = mbstowcs(wide, entry->name, 256);
	int width = length < 256 ? wcswidth(wide, length) : -1;

	if (width < 0)
		width = (int)strlen(entry->name);
	return width + (inodes ? 8 : 0) + (blocks ? 6 : 0) + ((classify || slash_only) && suffix(entry->status.st_mode));
}

static void print_columns(const struct list *list)
{
	int widest = 1, fit, rows;

	for (size_t i = 0; i < list->count; i++)
		if (width_of(&list->entries[i]) > widest)
			widest = width_of(&list->entries[i]);
	fit = one_column ? 1 : (columns + 1) / (widest + 2);
	if (fit < 1)
		fit = 1;
	rows = ((int)list->count + fit - 1) / fit;
	for (int row = 0; row < rows; row++) {
		for (int column = 0; column < fit; column++) {
			size_t i = (size_t)(across ? row * fit + column : column * rows + row);
			int is_last = column + 1 == fit || (size_t)(across ? i + 1 : i + (size_t)rows) >= list->count;
			int width;

			if (i >= list->count)
				break;
			width = print_short(&list->entries[i]);
			if (!is_last)
				printf("%*s", widest + 2 - width, "");
		}
		putchar('\n');
	}
}

static void print_list(struct list *list)
{
	if (!unsorted && list->count)
		qsort(list->entries, list->count, sizeof(*list->entries), compare);
	if (long_format)
		print_long(list);
	else
		print_columns(list);
}

static void list_directory(const char *path, int with_name)
{
	static int printed;
	struct list list = { 0 };
	struct dirent *entry;
	long long total = 0;
	DIR *directory = opendir(path);

	if (!directory) {
		warn("%s", path);
		result = 1;
		return;
	}
	while ((errno = 0, entry = readdir(directory))) {
		char *full;

		if (*entry->d_name == '.' && !all &&
		    (!almost_all || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")))
			continue;
		full = join_path(path, entry->d_name);
		if (need_status()) {
			add(&list, entry->d_name, full, follow);
		} else {
			list.entries = must(reallocarray(list.entries, list.count + 1, sizeof(*list.entries)));
			list.entries[list.count++] = (struct entry){ .name = must(strdup(entry->d_name)),
								     .path = must(strdup(full)) };
		}
		free(full);
	}
	if (errno) {
		warn("%s", path);
		result = 1;
	}
	closedir(directory);
	if (with_name)
		printf("%s%s:\n", printed ? "\n" : "", path);
	printed = 1;
	for (size_t i = 0; i < list.count; i++)
		total += list.entries[i].status.st_blocks;
	if (long_format || blocks)
		printf("total %lld\n", (total + 1) / 2);
	print_list(&list);
	if (recursive)
		for (size_t i = 0; i < list.count; i++)
			if (S_ISDIR(list.entries[i].status.st_mode) && strcmp(list.entries[i].name, ".") &&
			    strcmp(list.entries[i].name, ".."))
				list_directory(list.entries[i].path, 1);
	release(&list);
}

static void read_options(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "all", no_argument, NULL, 'a' }, { "color", optional_argument, NULL, 256 },
		{ "full-time", no_argument, NULL, 'l' }, { "human-readable", no_argument, NULL, 'h' },
		{ "recursive", no_argument, NULL, 'R' }, { "reverse", no_argument, NULL, 'r' }, { 0 },
	};
	int option;

	one_column = !isatty(1);
	while ((option = getopt_long(argc, argv, "1aAcCdfFghHiklLnopqRrsStuUx", long_options, NULL)) != -1) {
		switch (option) {
		case '1': one_column = 1; break;
		case 'a': all = 1; break;
		case 'A': almost_all = 1; break;
		case 'c': time_kind = 'c'; break;
		case 'C': one_column = 0; break;
		case 'd': directories = 1; break;
		case 'f': all = unsorted = 1; break;
		case 'F': classify = 1; break;
		case 'g':
		case 'l': long_format = 1; break;
		case 'h': human = 1; break;
		case 'i': inodes = 1; break;
		case 'L': follow = 1; break;
		case 'n': long_format = numeric = 1; break;
		case 'o': long_format = no_group = 1; break;
		case 'p': slash_only = 1; break;
		case 'R': recursive = 1; break;
		case 'r': reverse = 1; break;
		case 's': blocks = 1; break;
		case 'S': by_size = 1; break;
		case 't': by_time = 1; break;
		case 'u': time_kind = 'a'; break;
		case 'U': unsorted = 1; break;
		case 'x': across = 1; one_column = 0; break;
		case 'H':
		case 'k':
		case 'q': break;
		case 256:
			colors = !optarg || !strcmp(optarg, "always") || (!strcmp(optarg, "auto") && isatty(1));
			break;
		default:
			fprintf(stderr, "usage: ls [-1aAcCdfFghHiklLnopqRrsStuUx] [--color[=when]] [file...]\n");
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct list files = { 0 }, folders = { 0 };
	struct winsize size;
	const char *width = getenv("COLUMNS");
	static char *here[] = { ".", NULL };
	char **names;

	read_options(argc, argv);
	if (!ioctl(1, TIOCGWINSZ, &size) && size.ws_col)
		columns = size.ws_col;
	else if (width && atoi(width) > 0)
		columns = atoi(width);
	time(&now);
	names = optind < argc ? argv + optind : here;
	for (char **name = names; *name; name++) {
		struct stat status;

		if (stat(*name, &status) < 0 && lstat(*name, &status) < 0) {
			warn("%s", *name);
			result = 2;
		} else if (S_ISDIR(status.st_mode) && !directories &&
			   !(long_format && !follow && !lstat(*name, &status) && S_ISLNK(status.st_mode))) {
			add(&folders, *name, *name, 1);
		} else {
			add(&files, *name, *name, follow);
		}
	}
	if (files.count)
		print_list(&files);
	if (!unsorted && folders.count)
		qsort(folders.entries, folders.count, sizeof(*folders.entries), compare);
	for (size_t i = 0; i < folders.count; i++) {
		if (i == 0 && files.count)
			putchar('\n');
		list_directory(folders.entries[i].path, names[1] != NULL || recursive);
	}
	return finish(result);
}
