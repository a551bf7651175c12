/*
 * Names: what may be opened, made, linked, renamed and removed, and the error for each thing that may not.
 */
#include "fixture.h"

static void test_walks(void)
{
	char name[300], *path = malloc(5000);

	IS(symlink("two", "one"), 0);
	IS(symlink("one", "two"), 0);
	ERRNO(open("one", O_RDONLY), ELOOP);
	ERRNO(open("one/x", O_RDONLY), ELOOP);
	memset(name, 'a', 299);
	name[299] = 0;
	ERRNO(open(name, O_RDONLY), ENAMETOOLONG);
	ERRNO(mkdir(name, 0755), ENAMETOOLONG);
	name[255] = 0;
	OK(mkdir(name, 0755) == 0 && rmdir(name) == 0, "a name of 255 bytes");
	memset(path, '/', 4999);
	path[4999] = 0;
	ERRNO(open(path, O_RDONLY), ENAMETOOLONG);
	free(path);
	IS(put_text("f", "hello"), 5);
	ERRNO(open("f/", O_RDONLY), ENOTDIR);
	ERRNO(open("f/x", O_RDONLY), ENOTDIR);
	ERRNO(open("", O_RDONLY), ENOENT);
	ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	ERRNO(open("one", O_RDONLY | O_NOFOLLOW), ELOOP);
	ERRNO(open("f", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
	ERRNO(open("one", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
	ERRNO(open("new/", O_CREAT | O_RDWR, 0644), EISDIR);
	ERRNO(open(".", O_RDWR), EISDIR);
	ERRNO(mkdir("f", 0755), EEXIST);
	ERRNO(mkdir("no/such", 0755), ENOENT);
}

/* 40 links are followed, not one more. */
static void test_chain(void)
{
	char from[16], to[16];
	int bad = 0;

	IS(put_text("s0", "end"), 3);
	for (int i = 1; i <= 41; i++) {
		strcpy(from, "s00");
		strcpy(to, "s00");
		from[1] = (char)('0' + i / 10);
		from[2] = (char)('0' + i % 10);
		to[1] = (char)('0' + (i - 1) / 10);
		to[2] = (char)('0' + (i - 1) % 10);
		bad += symlink(i == 1 ? "s0" : to, from) != 0;
	}
	IS(bad, 0);
	OK(has_text("s40", "end"), "through 40 links");
	ERRNO(open("s41", O_RDONLY), ELOOP);
}

static void test_removal(void)
{
	struct stat st;

	ERRNO(rmdir("f"), ENOTDIR);
	ERRNO(unlink("."), EISDIR);
	ERRNO(rmdir("."), EINVAL);
	ERRNO(rmdir("d/.."), ENOENT);
	ERRNO(unlink("nope"), ENOENT);
	IS(mkdir("d", 0755), 0);
	IS(mkdir("d/e/", 0755), 0);
	OK(stat("d", &st) == 0 && st.st_nlink == 3, "a folder counts the one in it");
	ERRNO(rmdir("d"), ENOTEMPTY);
	ERRNO(rmdir("d/e/.."), ENOTEMPTY);
	ERRNO(unlink("d"), EISDIR);
}

static void test_renames(void)
{
	struct stat st;

	ERRNO(rename("d", "d/e/x"), EINVAL);
	ERRNO(rename("d/e", "d"), ENOTEMPTY);
	ERRNO(rename("f", "d"), EISDIR);
	ERRNO(rename("d", "f"), ENOTDIR);
	ERRNO(rename("nope", "f"), ENOENT);
	IS(link("f", "g"), 0);
	OK(stat("g", &st) == 0 && st.st_nlink == 2 && st.st_size == 5, "a second name");
	IS(rename("f", "g"), 0);
	OK(access("f", F_OK) == 0 && access("g", F_OK) == 0, "a rename to another name of the file does nothing");
	IS(unlink("g"), 0);
	ERRNO(link("d", "dd"), EPERM);
	ERRNO(link("nope", "dd"), ENOENT);
	ERRNO(link("f", "d"), EEXIST);
	IS(renameat2(AT_FDCWD, "f", AT_FDCWD, "f2", 1), 0);
	ERRNO(renameat2(AT_FDCWD, "f2", AT_FDCWD, "d", 1), EEXIST);
	IS(renameat2(AT_FDCWD, "f2", AT_FDCWD, "d", 2), 0);
	OK(stat("f2", &st) == 0 && S_ISDIR(st.st_mode) && stat("d", &st) == 0 && S_ISREG(st.st_mode), "exchanged");
	IS(renameat2(AT_FDCWD, "f2", AT_FDCWD, "d", 2), 0);
	ERRNO(renameat2(AT_FDCWD, "f2", AT_FDCWD, "d", 3), EINVAL);
	ERRNO(renameat2(AT_FDCWD, "f2", AT_FDCWD, "nope", 2), ENOENT);
	IS(mkdir("p", 0755), 0);
	IS(rename("d/e", "p/e"), 0);
	OK(stat("d", &st) == 0 && st.st_nlink == 2 && stat("p", &st) == 0 && st.st_nlink == 3, "links move with a folder");
	OK(stat("p/e/..", &st) == 0 && chdir("p/e") == 0 && chdir("..") == 0 && access("e", F_OK) == 0, "its .. is the new parent");
	IS(chdir(".."), 0);
	IS(put_text("victim", "old"), 3);
	IS(rename("f2", "victim"), 0);
	OK(has_text("victim", "hello"), "a rename replaces");
}

static void test_nameless(void)
{
	char path[40] = "/proc/self/fd/";
	struct stat st;
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);

	BAIL_UNLESS(fd >= 0 && fd < 100, "O_TMPFILE");
	path[14] = (char)('0' + fd / 10);
	path[15] = (char)('0' + fd % 10);
	if (fd < 10) {
		path[14] = path[15];
		path[15] = 0;
	}
	IS(write(fd, "tmp", 3), 3);
	OK(fstat(fd, &st) == 0 && st.st_nlink == 0, "a file without a name");
	IS(linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW), 0);
	OK(stat("linked", &st) == 0 && st.st_size == 3 && st.st_nlink == 1, "gets one");
	close(fd);
	fd = open("gone", O_RDWR | O_CREAT, 0600);
	OK(fd >= 0 && unlink("gone") == 0 && write(fd, "still", 5) == 5, "an open file outlives its name");
	OK(fstat(fd, &st) == 0 && st.st_nlink == 0 && st.st_size == 5, "without a link");
	close(fd);
}

int main(int argc, char **argv)
{
	TEST_PLAN(69);
	enter_folder(argc, argv, "/var/tmp/names");
	test_walks();
	test_chain();
	test_removal();
	test_renames();
	test_nameless();
	return test_done();
}
