/*
 * Attributes: permissions and who may change them, times, extended attributes, statx().
 */
#include "fixture.h"

#include <sys/xattr.h>
#include <time.h>

#define AT(sec, nsec) { .tv_sec = (sec), .tv_nsec = (nsec) }

static int denied(long result, int expected)
{
	return result == -1 && errno == expected;
}

/* As an ordinary user, in a folder of root's with a file that has no permissions. */
static int as_a_user(void)
{
	if (setgid(1000) || setuid(1000))
		return 1;
	return !(denied(open("closed", O_RDONLY), EACCES) && denied(open("new", O_CREAT | O_WRONLY, 0644), EACCES) &&
		 denied(chmod("closed", 0777), EPERM) && denied(unlink("closed"), EACCES) &&
		 denied(chown("closed", 1000, 1000), EPERM) && denied(mkdir("folder", 0700), EACCES) &&
		 denied(rename("closed", "moved"), EACCES) && denied(access("closed", R_OK), EACCES) &&
		 denied(truncate("closed", 0), EACCES));
}

/* In a sticky folder that everybody may write to. */
static int in_a_sticky_folder(void)
{
	if (setgid(1000) || setuid(1000) || put_text("sticky/mine", "x") != 1)
		return 1;
	return !(denied(unlink("sticky/roots"), EPERM) && denied(rename("sticky/roots", "sticky/x"), EPERM) &&
		 denied(rename("sticky/mine", "sticky/roots"), EPERM) && unlink("sticky/mine") == 0);
}

static void test_permissions(void)
{
	struct stat st;

	IS(put_text("closed", "secret"), 6);
	IS(chmod("closed", 0), 0);
	OK(holds_in_child(as_a_user), "an ordinary user is kept out");
	IS(mkdir("sticky", 0777), 0);
	IS(chmod("sticky", 01777), 0);
	IS(put_text("sticky/roots", "x"), 1);
	OK(holds_in_child(in_a_sticky_folder), "in a sticky folder only the owner removes");
	IS(mkdir("group", 0755), 0);
	IS(chown("group", 0, 50), 0);
	IS(chmod("group", 02775), 0);
	OK(put_text("group/f", "x") == 1 && stat("group/f", &st) == 0 && st.st_gid == 50, "a setgid folder gives its group");
	OK(mkdir("group/d", 0755) == 0 && stat("group/d", &st) == 0 && st.st_gid == 50 && (st.st_mode & S_ISGID),
	   "and its bit to folders");
	IS(put_text("program", "x"), 1);
	IS(chmod("program", 06755), 0);
	IS(chown("program", 1000, 1000), 0);
	OK(stat("program", &st) == 0 && (st.st_mode & 07777) == 0755, "a new owner ends setuid and setgid, mode %x",
	   st.st_mode);
	umask(027);
	OK(put_text("masked", "x") == 1 && stat("masked", &st) == 0 && (st.st_mode & 07777) == 0640, "the mask");
	umask(022);
}

static void test_times(void)
{
	struct timespec set[2] = { AT(100, 5), AT(200, 6) }, omit[2] = { AT(0, UTIME_OMIT), AT(300, 7) };
	struct timespec late[2] = { AT(5000000000LL, 1), AT(5000000000LL, 2) }, wrong[2] = { AT(1, 1000000000), AT(1, 0) };
	struct stat st;

	IS(utimensat(AT_FDCWD, "closed", set, 0), 0);
	OK(stat("closed", &st) == 0 && st.st_atim.tv_sec == 100 && st.st_atim.tv_nsec == 5 && st.st_mtim.tv_sec == 200 &&
	   st.st_mtim.tv_nsec == 6, "times to the nanosecond");
	IS(utimensat(AT_FDCWD, "closed", omit, 0), 0);
	OK(stat("closed", &st) == 0 && st.st_atim.tv_sec == 100 && st.st_mtim.tv_sec == 300, "one of them alone");
	IS(utimensat(AT_FDCWD, "closed", late, 0), 0);
	OK(stat("closed", &st) == 0 && st.st_mtim.tv_sec == 5000000000LL, "a time after 2038");
	ERRNO(utimensat(AT_FDCWD, "closed", wrong, 0), EINVAL);
	IS(utimensat(AT_FDCWD, "closed", NULL, 0), 0);
	OK(stat("closed", &st) == 0 && st.st_mtim.tv_sec - time(NULL) < 5 && time(NULL) - st.st_mtim.tv_sec < 60, "now");
}

static void test_xattrs(void)
{
	char value[100];

	IS(put_text("labelled", "x"), 1);
	IS(setxattr("labelled", "user.k", "val", 3, 0), 0);
	OK(getxattr("labelled", "user.k", value, 100) == 3 && memcmp(value, "val", 3) == 0, "its value");
	IS(getxattr("labelled", "user.k", value, 0), 3);
	ERRNO(getxattr("labelled", "user.k", value, 2), ERANGE);
	ERRNO(setxattr("labelled", "user.k", "v", 1, 1 /* create */), EEXIST);
	ERRNO(setxattr("labelled", "user.none", "v", 1, 2 /* replace */), ENODATA);
	IS(listxattr("labelled", value, 100), 7);
	ERRNO(listxattr("labelled", value, 3), ERANGE);
	ERRNO(setxattr("labelled", "nothing.k", "v", 1, 0), EOPNOTSUPP);
	IS(removexattr("labelled", "user.k"), 0);
	ERRNO(getxattr("labelled", "user.k", value, 100), ENODATA);
	ERRNO(removexattr("labelled", "user.k"), ENODATA);
	IS(listxattr("labelled", value, 100), 0);
}

int main(int argc, char **argv)
{
	TEST_PLAN(40);
	enter_folder(argc, argv, "/var/tmp/attributes");
	test_permissions();
	test_times();
	test_xattrs();
	return test_done();
}
