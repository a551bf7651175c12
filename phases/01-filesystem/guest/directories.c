/*
 * Folders with many entries: each is listed once, also while others come and go, and a place in a listing stays
 * valid. Argument 2: how many entries.
 */
#include "fixture.h"

#include <dirent.h>
#include <stdio.h>

static int count;

static void name_of(char *out, int i)
{
	snprintf(out, 64, "many/file-%d-%d", i, i * 7919);
}

static int create(int i)
{
	char name[64];
	int fd;

	name_of(name, i);
	fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int destroy(int i)
{
	char name[64];

	name_of(name, i);
	return unlink(name) != 0;
}

/* Lists the folder; calls back for each entry. Returns how often each of the entries was seen, at most and least. */
static void list(unsigned char *seen, void (*each)(int number))
{
	struct dirent *entry;
	DIR *d = opendir("many");
	int number;

	memset(seen, 0, (size_t)count);
	BAIL_UNLESS(d, "cannot list");
	while ((entry = readdir(d))) {
		if (sscanf(entry->d_name, "file-%d-", &number) != 1 || number < 0 || number >= count)
			continue;
		seen[number]++;
		if (each)
			each(number);
	}
	closedir(d);
}

static int listed;

/* Removes entries that were seen and some that were not, and adds new ones, while the listing goes on. */
static void disturb(int number)
{
	char name[64];
	int fd;

	listed++;
	if (number % 4 == 1)
		destroy(number);
	snprintf(name, sizeof(name), "many/other-%d", listed);
	fd = open(name, O_CREAT | O_WRONLY, 0644);
	if (fd >= 0)
		close(fd);
}

static void test_cookies(void)
{
	long place = 0;
	char wanted[256] = "";
	struct dirent *entry;
	DIR *d = opendir("many");
	int i;

	BAIL_UNLESS(d, "cannot list");
	for (i = 0; i < count / 2 && (entry = readdir(d)); i++)
		;
	place = telldir(d);
	entry = readdir(d);
	BAIL_UNLESS(entry, "half of the folder is missing");
	strcpy(wanted, entry->d_name);
	while (readdir(d))
		;
	seekdir(d, place);
	entry = readdir(d);
	OK(entry && strcmp(entry->d_name, wanted) == 0, "a place in the listing leads to the same entry again");
	rewinddir(d);
	for (i = 0; readdir(d); i++)
		;
	OK(i >= count / 4, "and from the beginning, %d entries", i);
	closedir(d);
}

int main(int argc, char **argv)
{
	unsigned char *seen;
	int bad = 0, i;
	struct stat st;

	count = argc > 2 ? atoi(argv[2]) : 1000;
	TEST_PLAN(13);
	enter_folder(argc, argv, "/var/tmp/directories");
	seen = malloc((size_t)count);
	BAIL_UNLESS(seen && mkdir("many", 0755) == 0, "no folder");
	for (i = 0; i < count; i++)
		bad += create(i);
	IS(bad, 0);
	IS(create(count / 2), 1);
	list(seen, NULL);
	for (i = 0; i < count; i++)
		bad += seen[i] != 1;
	OK(bad == 0, "%d entries, each once", count);
	for (i = 0; i < count; i += 2)
		bad += destroy(i);
	IS(bad, 0);
	list(seen, NULL);
	for (i = 0; i < count; i++)
		bad += seen[i] != i % 2;
	OK(bad == 0, "half of them removed");
	list(seen, disturb);
	for (i = 0; i < count; i++)
		bad += seen[i] != i % 2;
	OK(bad == 0, "those that stay are listed once while others come and go");
	list(seen, NULL);
	for (i = 0; i < count; i++)
		bad += seen[i] != (i % 4 == 3);
	OK(bad == 0, "a quarter is left");
	test_cookies();
	ERRNO(rmdir("many"), ENOTEMPTY);
	for (i = 3; i < count; i += 4)
		bad += destroy(i);
	for (i = 1; i <= listed; i++) {
		char name[64];

		snprintf(name, sizeof(name), "many/other-%d", i);
		bad += unlink(name) != 0;
	}
	IS(bad, 0);
	OK(stat("many", &st) == 0 && st.st_nlink == 2, "empty");
	IS(rmdir("many"), 0);
	return test_done();
}
