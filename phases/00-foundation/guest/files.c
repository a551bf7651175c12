/*
 * The root filesystem from a program: contents, sizes, names, links, modes, times and the errors for what cannot be.
 */
#include "../../guest/testing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FOLDER "/var/tmp/files-test"

static unsigned char pattern(unsigned long offset)
{
	return (unsigned char)(offset * 2654435761u >> 13);
}

static int write_pattern(int fd, unsigned long size)
{
	unsigned char block[5000];	/* across pages and blocks on purpose */
	unsigned long at = 0;

	while (at < size) {
		unsigned long n = size - at < sizeof(block) ? size - at : sizeof(block);
		for (unsigned long i = 0; i < n; i++)
			block[i] = pattern(at + i);
		if (write(fd, block, n) != (ssize_t)n)
			return 0;
		at += n;
	}
	return 1;
}

static int holds_pattern(int fd, unsigned long size)
{
	unsigned char block[3000];
	unsigned long at = 0;

	for (;;) {
		ssize_t n = read(fd, block, sizeof(block));
		if (n <= 0)
			return n == 0 && at == size;
		for (ssize_t i = 0; i < n; i++)
			if (block[i] != pattern(at + (unsigned long)i))
				return 0;
		at += (unsigned long)n;
	}
}

static void test_contents(void)
{
	const unsigned long size = 6000000;
	struct stat st;
	int fd = open("big", O_RDWR | O_CREAT | O_EXCL, 0640);

	BAIL_UNLESS(fd >= 0, "cannot create");
	OK(write_pattern(fd, size), "6 MB written");
	OK(fstat(fd, &st) == 0 && st.st_size == (off_t)size && (st.st_mode & 07777) == 0640, "its size and mode");
	OK(lseek(fd, 0, SEEK_SET) == 0 && holds_pattern(fd, size), "read back");
	IS(ftruncate(fd, 12345), 0);
	OK(lseek(fd, 0, SEEK_SET) == 0 && holds_pattern(fd, 12345), "cut");
	OK(ftruncate(fd, 20000) == 0 && lseek(fd, 15000, SEEK_SET) == 15000, "lengthened");
	unsigned char bytes[5000];
	OK(read(fd, bytes, 5000) == 5000 && bytes[0] == 0 && bytes[4999] == 0, "by zeros");
	OK(lseek(fd, 40000000, SEEK_SET) == 40000000 && write(fd, "end", 3) == 3, "a hole");
	OK(fstat(fd, &st) == 0 && st.st_size == 40000003 && st.st_blocks < 400, "takes no space");
	IS(fsync(fd), 0);
	IS(close(fd), 0);
	ERRNO(open("big", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST);
	fd = open("big", O_RDONLY);
	ERRNO(write(fd, "x", 1), EBADF);
	close(fd);
	fd = open("big", O_WRONLY | O_APPEND);
	OK(write(fd, "more", 4) == 4 && lseek(fd, 0, SEEK_CUR) == 40000007, "appended");
	close(fd);
}

static void test_names(void)
{
	struct stat a, b;
	char target[64];

	IS(link("big", "other"), 0);
	OK(stat("big", &a) == 0 && stat("other", &b) == 0 && a.st_ino == b.st_ino && a.st_nlink == 2, "a second name");
	IS(rename("other", "renamed"), 0);
	ERRNO(stat("other", &b), ENOENT);
	IS(unlink("renamed"), 0);
	OK(stat("big", &a) == 0 && a.st_nlink == 1, "one name left");
	IS(symlink("big", "link"), 0);
	OK(readlink("link", target, sizeof(target)) == 3 && memcmp(target, "big", 3) == 0, "a symbolic link");
	OK(lstat("link", &a) == 0 && S_ISLNK(a.st_mode) && stat("link", &b) == 0 && S_ISREG(b.st_mode), "and what it names");
	IS(symlink("loop", "loop"), 0);
	ERRNO(open("loop", O_RDONLY), ELOOP);
	int fd = open("gone", O_RDWR | O_CREAT, 0600);
	OK(fd >= 0 && unlink("gone") == 0 && write(fd, "still", 5) == 5, "an open file outlives its name");
	close(fd);
	char name[300];
	memset(name, 'n', sizeof(name));
	name[256] = 0;
	ERRNO(mkdir(name, 0700), ENAMETOOLONG);
	name[255] = 0;
	OK(mkdir(name, 0700) == 0 && rmdir(name) == 0, "a name of 255 bytes");
}

static void test_folders(void)
{
	char name[32];
	int count = 0, bad = 0;
	struct dirent *entry;
	struct stat st;

	IS(mkdir("d", 0755), 0);
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d/entry-%d", i);
		int fd = open(name, O_CREAT | O_WRONLY, 0600);
		bad += fd < 0;
		close(fd);
	}
	IS(bad, 0);
	DIR *d = opendir("d");
	BAIL_UNLESS(d, "cannot list");
	while ((entry = readdir(d)))
		count += strncmp(entry->d_name, "entry-", 6) == 0;
	closedir(d);
	IS(count, 500);
	ERRNO(rmdir("d"), ENOTEMPTY);
	ERRNO(rename("d", "d/inside"), EINVAL);
	ERRNO(open("big/under", O_RDONLY), ENOTDIR);
	ERRNO(unlink("d"), EISDIR);
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d/entry-%d", i);
		bad += unlink(name) != 0;
	}
	IS(bad, 0);
	OK(stat("d", &st) == 0 && st.st_nlink == 2, "an empty folder has two links");
	IS(rmdir("d"), 0);
}

int main(void)
{
	TEST_PLAN(38);
	BAIL_UNLESS(system("rm -rf " FOLDER) == 0 && mkdir(FOLDER, 0755) == 0 && chdir(FOLDER) == 0, "no folder");
	test_contents();
	test_names();
	test_folders();
	return test_done();
}
