/*
 * gnu FOLDER: functions that GNU's library has beside POSIX's, in an empty folder; prints what the host's glibc prints:
 * walks of trees (fts), vectors of strings (argz, envz), stacks of objects (obstack).
 */
#define _GNU_SOURCE
#include <argz.h>
#include <envz.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <obstack.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define obstack_chunk_alloc malloc
#define obstack_chunk_free free

/* ---- fts ---- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int backwards(const FTSENT **a, const FTSENT **b)
{
	return by_name(b, a);
}

static void touch(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT, 0644));
}

static void make_tree(void)
{
	mkdir("tree", 0755);
	mkdir("tree/a", 0755);
	mkdir("tree/a/deep", 0755);
	mkdir("tree/b", 0755);
	mkdir("tree/empty", 0755);
	touch("tree/a/one");
	touch("tree/a/deep/two");
	touch("tree/b/three");
	mkfifo("tree/fifo", 0600);
	symlink("b", "tree/link");
	symlink("..", "tree/a/up");
	symlink("nowhere", "tree/dangling");
	symlink("tree", "start");
}

static const char *const kinds[] = { "?", "D", "DC", "DEFAULT", "DNR", "DOT", "DP", "ERR", "F", "INIT", "NS", "NSOK", "SL",
				     "SLNONE", "W" };

/* What each entry says of itself; whether the way to it is right shows by its status. */
static void show(const FTSENT *entry)
{
	struct stat status;
	int there = lstat(entry->fts_accpath, &status) == 0;

	printf("%s %s %s %d %u %u e%d %s", kinds[entry->fts_info], entry->fts_path, entry->fts_name, entry->fts_level,
	       (unsigned)entry->fts_pathlen, (unsigned)entry->fts_namelen, entry->fts_errno, there ? "there" : "gone");
	if (entry->fts_info == FTS_F)
		printf(" %d", there && status.st_ino == entry->fts_statp->st_ino);
	if (entry->fts_info == FTS_DC)
		printf(" to %s", entry->fts_cycle->fts_name);
	printf(" %ld\n", entry->fts_number);
}

static void walk(const char *what, char *const *paths, int options, int (*compare)(const FTSENT **, const FTSENT **))
{
	FTS *fts = fts_open(paths, options, compare);
	FTSENT *entry;

	printf("%s:\n", what);
	if (!fts) {
		printf("none: %d\n", errno);
		return;
	}
	while ((entry = fts_read(fts))) {
		show(entry);
		entry->fts_number = entry->fts_level + 1;
	}
	printf("end %d, ", errno);
	printf("%d\n", fts_close(fts));
}

/* Instructions, children, and leaving in the middle. */
static void instruct(void)
{
	char *paths[] = { "tree", NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL, by_name);
	FTSENT *entry, *child;
	int again = 0;

	puts("instructions:");
	for (child = fts_children(fts, 0); child; child = child->fts_link)
		printf("argument %s\n", child->fts_name);
	while ((entry = fts_read(fts))) {
		show(entry);
		if (entry->fts_info == FTS_D && !strcmp(entry->fts_name, "a"))
			for (child = fts_children(fts, FTS_NAMEONLY); child; child = child->fts_link)
				printf("name %s\n", child->fts_name);
		if (entry->fts_info == FTS_D && !strcmp(entry->fts_name, "tree"))
			for (child = fts_children(fts, 0); child; child = child->fts_link)
				if (!strcmp(child->fts_name, "b"))
					fts_set(fts, child, FTS_SKIP);
		if (entry->fts_info == FTS_D && !strcmp(entry->fts_name, "deep"))
			fts_set(fts, entry, FTS_SKIP);
		if (entry->fts_info == FTS_SL && !strcmp(entry->fts_name, "link"))
			fts_set(fts, entry, FTS_FOLLOW);
		if (entry->fts_info == FTS_SL && !strcmp(entry->fts_name, "dangling"))
			fts_set(fts, entry, FTS_FOLLOW);
		if (entry->fts_info == FTS_F && !again++)
			fts_set(fts, entry, FTS_AGAIN);
	}
	printf("end %d, unknown instruction %d\n", errno, fts_set(fts, NULL, 99) != 0);
	fts_close(fts);
	fts = fts_open(paths, FTS_PHYSICAL, by_name);
	for (int i = 0; i < 4; i++)
		show(fts_read(fts));
	printf("%d\n", fts_close(fts));
	printf("back %d\n", access("tree/a", F_OK));
}

/* Deeper than a path may be long. */
static void go_deep(int levels)
{
	char name[] = "a-folder-with-a-long-name", *paths[] = { "deep", NULL };
	int here = open(".", O_RDONLY | O_DIRECTORY), seen = 0, files = 0;
	FTSENT *entry;
	FTS *fts;

	mkdir("deep", 0755);
	chdir("deep");
	for (int i = 0; i < levels; i++)
		if (mkdir(name, 0755) || chdir(name))
			printf("no level %d\n", i);
	touch("end");
	fchdir(here);
	fts = fts_open(paths, FTS_PHYSICAL, NULL);
	while ((entry = fts_read(fts))) {
		if (entry->fts_info == FTS_F)
			files += !access(entry->fts_accpath, F_OK);
		/* As rm does it. */
		if (entry->fts_info == FTS_DP)
			seen += !rmdir(entry->fts_accpath);
		else if (entry->fts_info != FTS_D)
			unlink(entry->fts_accpath);
	}
	printf("deep: %d folders, %d file, errno %d\n", seen, files, errno);
	fts_close(fts);
	close(here);
}

static void walks(void)
{
	char *tree[] = { "tree", NULL }, *several[] = { "tree/b", "none", "start", "tree/a/one", "tree/a", NULL };
	char *empty[] = { "", NULL }, *here[] = { ".", NULL };

	make_tree();
	walk("physical", tree, FTS_PHYSICAL, by_name);
	walk("physical, staying", tree, FTS_PHYSICAL | FTS_NOCHDIR, backwards);
	walk("logical", tree, FTS_LOGICAL, by_name);
	walk("several", several, FTS_PHYSICAL, by_name);
	walk("several, followed", several, FTS_PHYSICAL | FTS_COMFOLLOW, by_name);
	walk("dots", tree, FTS_PHYSICAL | FTS_SEEDOT, by_name);
	walk("without status", here, FTS_PHYSICAL | FTS_NOSTAT | FTS_XDEV, by_name);
	walk("empty", empty, FTS_PHYSICAL, NULL);
	walk("unknown", tree, 0x10000, NULL);
	instruct();
	go_deep(300);
}

/* ---- argz and envz ---- */

static void show_vector(const char *what, const char *argz, size_t length)
{
	printf("%s: %zu %zu", what, length, argz_count(argz, length));
	for (const char *entry = NULL; (entry = argz_next(argz, length, entry));)
		printf(" [%s]", entry);
	puts(argz ? "" : " none");
}

static void vectors(void)
{
	char *words[] = { "one", "", "three", NULL }, *none[] = { NULL }, *out[20], *argz, *text;
	size_t length;
	unsigned count = 5;

	printf("%d\n", argz_create(none, &argz, &length));
	show_vector("nothing", argz, length);
	argz_create(words, &argz, &length);
	show_vector("created", argz, length);
	argz_add(&argz, &length, "four");
	argz_append(&argz, &length, "a\0b", 4);
	argz_add_sep(&argz, &length, "::x::y:", ':');
	show_vector("added", argz, length);
	argz_insert(&argz, &length, argz, "first");
	argz_insert(&argz, &length, argz + 8, "inside");
	argz_insert(&argz, &length, NULL, "last");
	printf("%d\n", argz_insert(&argz, &length, argz + length + 5, "outside"));
	show_vector("inserted", argz, length);
	argz_delete(&argz, &length, argz_next(argz, length, argz));
	argz_delete(&argz, &length, NULL);
	show_vector("deleted", argz, length);
	argz_replace(&argz, &length, "st", "STR", &count);
	argz_replace(&argz, &length, "o", "", NULL);
	argz_replace(&argz, &length, "absent", "x", &count);
	show_vector("replaced", argz, length);
	argz_extract(argz, length, out);
	printf("%u %s %d\n", count, out[1], out[argz_count(argz, length)] == NULL);
	argz_stringify(argz, length, '/');
	puts(argz);
	free(argz);
	argz_create_sep("a b  c", ' ', &argz, &length);
	show_vector("separated", argz, length);
	while (argz)
		argz_delete(&argz, &length, argz);
	show_vector("all deleted", argz, length);
	argz_create_sep("  ", ' ', &argz, &length);
	printf("blanks: %zu\n", length);

	text = NULL;
	length = 0;
	envz_add(&text, &length, "A", "1");
	envz_add(&text, &length, "B", NULL);
	envz_add(&text, &length, "LONG", "");
	envz_add(&text, &length, "A", "22");
	show_vector("environment", text, length);
	printf("%s %d %s %d\n", envz_get(text, length, "A"), envz_get(text, length, "B") == NULL, envz_get(text, length, "LONG"),
	       envz_entry(text, length, "C") == NULL);
	envz_merge(&text, &length, "A=3\0C=4", 8, 0);
	show_vector("merged", text, length);
	envz_merge(&text, &length, "A=3\0C=5", 8, 1);
	envz_remove(&text, &length, "LONG");
	show_vector("overridden", text, length);
	envz_strip(&text, &length);
	show_vector("stripped", text, length);
}

/* ---- obstack ---- */

static int chunks;

static void *counted(void *extra, size_t size)
{
	(void)extra;
	chunks++;
	return malloc(size);
}

static void uncounted(void *extra, void *chunk)
{
	(void)extra;
	chunks--;
	free(chunk);
}

static void stacks(void)
{
	struct obstack stack;
	char *objects[2000], *first, *empty;
	int wrong = 0;

	obstack_specify_allocation_with_arg(&stack, 500, 8, counted, uncounted, NULL);
	first = obstack_copy0(&stack, "first", 5);
	empty = obstack_finish(&stack);
	for (int i = 0; i < 2000; i++) {
		obstack_blank(&stack, i % 700);
		memset(obstack_base(&stack), i, (size_t)(i % 700));
		obstack_1grow(&stack, (char)i);
		objects[i] = obstack_finish(&stack);
		wrong += (uintptr_t)objects[i] % 8 != 0;
	}
	for (int i = 0; i < 2000; i++)
		for (int k = 0; k <= i % 700; k++)
			wrong += objects[i][k] != (char)i;
	printf("%s, %d wrong, many chunks %d, used %d\n", first, wrong, chunks > 100, obstack_memory_used(&stack) > 500000);
	obstack_free(&stack, objects[1000]);
	printf("same place %d, %d %d\n", obstack_alloc(&stack, 10) == objects[1000], _obstack_allocated_p(&stack, first),
	       _obstack_allocated_p(&stack, &stack));
	for (int i = 0; i < 1000; i++)
		for (int k = 0; k <= i % 700; k++)
			wrong += objects[i][k] != (char)i;
	obstack_free(&stack, empty);
	printf("%d wrong, one chunk %d\n", wrong, chunks == 1);
	obstack_grow(&stack, "abc", 3);
	obstack_printf(&stack, "%d-%s", 42, "a text that is long enough to need another chunk, or would be if it were longer");
	for (int i = 0; i < 100; i++)
		obstack_int_grow(&stack, i);
	obstack_grow0(&stack, "z", 1);
	printf("size %d\n", (int)obstack_object_size(&stack));
	first = obstack_finish(&stack);
	printf("%.20s\n", first);
	obstack_free(&stack, NULL);
	printf("%d chunks\n", chunks);
	obstack_init(&stack);
	printf("empty %d, mask %d\n", obstack_empty_p(&stack), (int)obstack_alignment_mask(&stack) >= 3);
	obstack_ptr_grow(&stack, &stack);
	obstack_make_room(&stack, 100000);
	obstack_blank_fast(&stack, 50000);
	obstack_1grow_fast(&stack, 'x');
	obstack_blank_fast(&stack, -50001);
	printf("%d %d\n", *(void **)obstack_base(&stack) == &stack, (int)obstack_object_size(&stack) == (int)sizeof(void *));
	obstack_free(&stack, NULL);
}

int main(int argc, char **argv)
{
	if (argc < 2 || chdir(argv[1]) < 0)
		return 2;
	walks();
	vectors();
	stacks();
	return 0;
}
