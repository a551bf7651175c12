/*
 * Calls on objects of every type: what may be opened, replaced, exchanged, removed, cut and linked, and which times and
 * counts change with it.
 */
#include "posix.h"

#define O_PATH_ 010000000
#define O_TMPFILE_ (020000000 | O_DIRECTORY)

/* ---- open ---- */

struct way {
	const char *name;
	int flags;
};

static const struct way ways[] = {
	{ "O_RDONLY", O_RDONLY | O_NONBLOCK }, { "O_WRONLY", O_WRONLY | O_NONBLOCK }, { "O_RDWR", O_RDWR | O_NONBLOCK },
	{ "O_WRONLY|O_APPEND", O_WRONLY | O_APPEND | O_NONBLOCK }, { "O_RDWR|O_TRUNC", O_RDWR | O_TRUNC | O_NONBLOCK },
	{ "O_DIRECTORY", O_RDONLY | O_DIRECTORY }, { "O_NOFOLLOW", O_RDONLY | O_NOFOLLOW | O_NONBLOCK },
	{ "O_CREAT", O_WRONLY | O_CREAT | O_NONBLOCK }, { "O_CREAT|O_EXCL", O_WRONLY | O_CREAT | O_EXCL | O_NONBLOCK },
	{ "O_CREAT|O_NOFOLLOW", O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK }, { "O_PATH", O_PATH_ },
	{ "O_PATH|O_NOFOLLOW", O_PATH_ | O_NOFOLLOW }, { "O_PATH|O_DIRECTORY", O_PATH_ | O_DIRECTORY },
};

static int due_open(int flags, int type)
{
	int link = type >= T_LFILE && type <= T_LOOP, writes = (flags & O_ACCMODE) != O_RDONLY;

	if (flags & O_EXCL)
		return type == T_NONE ? 0 : EEXIST;
	if (flags & O_NOFOLLOW && link)
		return flags & O_PATH_ ? 0 : ELOOP;
	if (type == T_LOOP)
		return ELOOP;
	if (type == T_NONE || type == T_DANGLING)
		return flags & O_CREAT ? 0 : ENOENT;
	if (type == T_DIR || type == T_LDIR)
		return writes ? EISDIR : 0;
	if (flags & O_DIRECTORY)
		return ENOTDIR;
	if (flags & O_PATH_)
		return 0;
	if (type == T_SOCK || (type == T_FIFO && (flags & O_ACCMODE) == O_WRONLY))
		return ENXIO;
	return 0;
}

static void test_open(void)
{
	for (unsigned w = 0; w < sizeof(ways) / sizeof(ways[0]); w++)
		for (int type = 0; type < TYPES; type++) {
			clear_name("o");
			clear_name("missing");
			BAIL_UNLESS(make_type("o", type) == 0, "no %s", type_names[type]);
			expect(closed(open("o", ways[w].flags, 0644)), due_open(ways[w].flags, type), "open(%s): %s", ways[w].name,
			       type_names[type]);
		}
	clear_name("o");
	clear_name("missing");
	expect(closed(open("a-directory", O_TMPFILE_ | O_RDONLY, 0644)), EINVAL, "open(O_TMPFILE|O_RDONLY)");
	expect(closed(open("a-file", O_TMPFILE_ | O_RDWR, 0644)), ENOTDIR, "open(O_TMPFILE): a file");
	expect(closed(open("absent", O_TMPFILE_ | O_RDWR, 0644)), ENOENT, "open(O_TMPFILE): nothing");
	expect(closed(open("a-file", O_CREAT | O_DIRECTORY | O_RDONLY, 0644)), ENOTDIR, "open(O_CREAT|O_DIRECTORY): a file");
}

static void test_tmpfile(void)
{
	char name[64];
	struct stat st;
	int fd = open("a-directory", O_TMPFILE_ | O_RDWR, 0640);

	if (!test_ok(fd >= 0, "open(O_TMPFILE)"))
		return;
	OK(fstat(fd, &st) == 0 && st.st_nlink == 0 && (st.st_mode & 07777) == 0640, "it has no name and its mode");
	OK(write(fd, "nameless", 8) == 8, "it is written to");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	expect(linkat(AT_FDCWD, name, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0, "linkat() gives it a name");
	OK(fstat(fd, &st) == 0 && st.st_nlink == 1 && has_text("named", "nameless"), "under which it is found");
	close(fd);
	unlink("named");
	fd = open("a-directory", O_TMPFILE_ | O_RDWR | O_EXCL, 0640);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	expect(linkat(AT_FDCWD, name, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), ENOENT, "one of O_EXCL stays without");
	close(fd);
}

/* ---- rename ---- */

enum { R_FILE, R_EMPTY, R_FULL, R_FIFO, R_DEV, R_SOCK, R_LINK, R_NONE, R_COUNT };
static const char *const kinds[] = { "file", "empty directory", "full directory", "fifo", "device", "socket", "link", "nothing" };

static void make_kind(const char *name, int kind)
{
	static const int type[] = { T_FILE, T_DIR, T_DIR, T_FIFO, T_DEV, T_SOCK, T_LDIR, T_NONE };
	char inside[64];

	snprintf(inside, sizeof(inside), "%s/inside", name);
	unlink(inside);
	clear_name(name);
	BAIL_UNLESS(make_type(name, type[kind]) == 0 && (kind != R_FULL || mkfifo(inside, 0600) == 0), "no %s", kinds[kind]);
}

static int due_rename(int from, int to, unsigned flags)
{
	int dir = from == R_EMPTY || from == R_FULL, onto = to == R_EMPTY || to == R_FULL;

	if (from == R_NONE)
		return ENOENT;
	if (flags == 2)
		return to == R_NONE ? ENOENT : 0;
	if (to == R_NONE)
		return 0;
	if (flags == 1)
		return EEXIST;
	if (dir)
		return !onto ? ENOTDIR : to == R_FULL ? ENOTEMPTY : 0;
	return onto ? EISDIR : 0;
}

static void test_rename(void)
{
	static const char *const how[] = { "", "NOREPLACE", "EXCHANGE" };
	struct stat a, b, now;

	for (unsigned flags = 0; flags < 3; flags++)
		for (int from = 0; from < R_COUNT; from++)
			for (int to = 0; to < R_COUNT; to++) {
				int due = due_rename(from, to, flags), has_a, has_b;

				make_kind("from", from);
				make_kind("to", to);
				has_a = lstat("from", &a) == 0;
				has_b = lstat("to", &b) == 0;
				if (!expect(syscall(SYS_renameat2, AT_FDCWD, "from", AT_FDCWD, "to", flags), due, "rename(%s): %s to %s",
					    how[flags], kinds[from], kinds[to]))
					continue;
				if (due)
					OK((lstat("from", &now) == 0) == has_a && (!has_a || now.st_ino == a.st_ino) &&
					   (lstat("to", &now) == 0) == has_b && (!has_b || now.st_ino == b.st_ino), "both are as before");
				else
					OK(lstat("to", &now) == 0 && now.st_ino == a.st_ino && now.st_mode == a.st_mode &&
					   (flags == 2 ? lstat("from", &now) == 0 && now.st_ino == b.st_ino : lstat("from", &now) != 0),
					   "it is there under its new name");
			}
	make_kind("from", R_NONE);
	make_kind("to", R_NONE);
}

static void test_rename_trees(void)
{
	struct stat before, after;

	BAIL_UNLESS(mkdir("tree", 0755) == 0 && mkdir("tree/a", 0755) == 0 && mkdir("tree/a/b", 0755) == 0, "no tree");
	expect(rename("tree", "tree/a/c"), EINVAL, "rename: into itself");
	expect(rename("tree", "tree/c"), EINVAL, "rename: right under itself");
	expect(rename("tree/a/b", "tree"), ENOTEMPTY, "rename: onto its ancestor");
	expect(syscall(SYS_renameat2, AT_FDCWD, "tree", AT_FDCWD, "tree/a", 2), EINVAL, "rename(EXCHANGE): with its descendant");
	expect(syscall(SYS_renameat2, AT_FDCWD, "tree/a", AT_FDCWD, "tree", 2), EINVAL, "rename(EXCHANGE): with its ancestor");
	expect(syscall(SYS_renameat2, AT_FDCWD, "tree", AT_FDCWD, "x", 3), EINVAL, "rename(NOREPLACE|EXCHANGE)");
	expect(syscall(SYS_renameat2, AT_FDCWD, "tree", AT_FDCWD, "x", 64), EINVAL, "rename(64)");
	expect(rename("tree", "tree"), 0, "rename: to the same name");
	OK(stat("tree", &before) == 0 && before.st_nlink == 3, "a directory has a link for each subdirectory");
	expect(rename("tree/a/b", "tree/b"), 0, "rename: a directory moves up");
	OK(stat("tree", &after) == 0 && after.st_nlink == 4, "its parents' links follow");
	OK(stat("tree/a", &after) == 0 && after.st_nlink == 2, "on both sides");
	OK(stat("tree/b/..", &after) == 0 && after.st_ino == before.st_ino, "and so does its ..");
	expect(syscall(SYS_renameat2, AT_FDCWD, "tree/b", AT_FDCWD, "a-file", 2), 0, "rename(EXCHANGE): a directory for a file");
	OK(stat("tree", &after) == 0 && after.st_nlink == 3, "takes a link away");
	OK(stat("a-file/..", &after) == 0 && after.st_ino != before.st_ino, "and moves the ..");
	expect(rename("tree/b", "a-file"), EISDIR, "rename: the file back");
	expect(rmdir("a-file"), 0, "rmdir: the directory");
	expect(rename("tree/b", "a-file"), 0, "rename: the file back, its place free");
	BAIL_UNLESS(put_text("one", "x") == 1 && link("one", "two") == 0, "no links");
	expect(rename("one", "two"), 0, "rename: onto another name of the same file");
	OK(access("one", F_OK) == 0 && access("two", F_OK) == 0, "leaves both");
	unlink("one");
	unlink("two");
	rmdir("tree/a");
	rmdir("tree");
}

/* ---- other calls on every type ---- */

static int due_unlink(int type) { return type == T_NONE ? ENOENT : type == T_DIR ? EISDIR : 0; }
static int due_rmdir(int type) { return type == T_NONE ? ENOENT : type == T_DIR ? 0 : ENOTDIR; }
static int due_link(int type) { return type == T_NONE ? ENOENT : type == T_DIR ? EPERM : 0; }
static int due_readlink(int type) { return type == T_NONE ? ENOENT : type >= T_LFILE ? 0 : EINVAL; }

static int due_follow(int type)
{
	return type == T_NONE || type == T_DANGLING ? ENOENT : type == T_LOOP ? ELOOP : 0;
}

static int due_truncate(int type)
{
	int error = due_follow(type);

	return error ? error : type == T_DIR || type == T_LDIR ? EISDIR : type == T_FILE || type == T_LFILE ? 0 : EINVAL;
}

static int due_chdir(int type)
{
	int error = due_follow(type);

	return error ? error : type == T_DIR || type == T_LDIR ? 0 : ENOTDIR;
}

static void test_types(void)
{
	char text[64];
	int home = open(".", O_RDONLY);
	struct stat st;

	for (int type = 0; type < TYPES; type++) {
		const char *name = type_names[type];

		clear_name("t");
		clear_name("u");
		BAIL_UNLESS(make_type("t", type) == 0, "no %s", name);
		expect(readlink("t", text, sizeof(text)) < 0 ? -1 : 0, due_readlink(type), "readlink: %s", name);
		expect(stat("t", &st), due_follow(type), "stat: %s", name);
		expect(lstat("t", &st), type == T_NONE ? ENOENT : 0, "lstat: %s", name);
		expect(chmod("t", 0755), due_follow(type), "chmod: %s", name);
		expect(chown("t", 0, 0), due_follow(type), "chown: %s", name);
		expect(lchown("t", 0, 0), type == T_NONE ? ENOENT : 0, "lchown: %s", name);
		expect(utimensat(AT_FDCWD, "t", some_times, 0), due_follow(type), "utimensat: %s", name);
		expect(utimensat(AT_FDCWD, "t", some_times, AT_SYMLINK_NOFOLLOW), type == T_NONE ? ENOENT : 0, "utimensat(NOFOLLOW): %s", name);
		expect(truncate("t", 10), due_truncate(type), "truncate: %s", name);
		expect(chdir("t"), due_chdir(type), "chdir: %s", name);
		BAIL_UNLESS(fchdir(home) == 0, "cannot come back");
		expect(link("t", "u"), due_link(type), "link: %s", name);
		if (!due_link(type)) {
			OK(lstat("u", &st) == 0 && st.st_nlink == 2, "it has two links then");
			expect(unlink("u"), 0, "unlink: the second");
			OK(lstat("t", &st) == 0 && st.st_nlink == 1, "and one again");
		}
		expect(rmdir("t"), due_rmdir(type), "rmdir: %s", name);
		if (type == T_DIR)
			make_type("t", type);
		expect(unlink("t"), due_unlink(type), "unlink: %s", name);
	}
	clear_name("t");
	close(home);
}

/* ---- which times change ---- */

static const struct timespec old_times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

#define MTIME 1
#define CTIME 2

static int newer(const struct stat *now, const struct stat *before)
{
	return (now->st_mtim.tv_sec != before->st_mtim.tv_sec || now->st_mtim.tv_nsec != before->st_mtim.tv_nsec ? MTIME : 0) |
	       (now->st_ctim.tv_sec != before->st_ctim.tv_sec || now->st_ctim.tv_nsec != before->st_ctim.tv_nsec ? CTIME : 0);
}

/* Change of times of the folder and of the object that a successful call has to make. */
static int folder_changes(const struct op *op)
{
	return op->is & (MAKES | REMOVES) ? MTIME | CTIME : 0;
}

static int object_changes(const struct op *op)
{
	if (op->call == op_truncate)
		return MTIME | CTIME;
	if (strncmp(op->name, "utimensat", 9) == 0)
		return MTIME | CTIME;
	if (op->is & OWNS || strncmp(op->name, "link(path", 9) == 0 || strncmp(op->name, "linkat(path", 11) == 0)
		return CTIME;
	return 0;
}

static void test_times(void)
{
	struct stat folder, object, now;

	BAIL_UNLESS(mkdir("times", 0755) == 0, "no folder");
	for (unsigned i = 0; i < NR_OPS; i++) {
		const struct op *op = &ops[i];
		int holder;

		prepare(op, "times/t");
		holder = op->is & MAKES ? -1 : open("times/t", O_RDONLY);
		utimensat(AT_FDCWD, "times", old_times, 0);
		if (holder >= 0)
			utimensat(AT_FDCWD, "times/t", old_times, 0);
		usleep(12000);
		BAIL_UNLESS(stat("times", &folder) == 0 && (holder < 0 || fstat(holder, &object) == 0), "no attributes");
		expect(op->call(AT_FDCWD, "times/t"), 0, "%s", op->name);
		BAIL_UNLESS(stat("times", &now) == 0, "no attributes");
		IS(newer(&now, &folder), folder_changes(op));
		/* A name that goes or is replaced changes the file's ctime; of a rename that is left to the filesystem. */
		if (holder >= 0 && fstat(holder, &now) == 0 && !(op->is & REMOVES))
			IS(newer(&now, &object), object_changes(op));
		if (holder >= 0)
			close(holder);
		utimensat(AT_FDCWD, "times", old_times, 0);
		BAIL_UNLESS(stat("times", &folder) == 0, "no attributes");
		OK(op->call(AT_FDCWD, "times/absent/x") == -1 && stat("times", &now) == 0 && newer(&now, &folder) == 0,
		   "%s: failing changes nothing", op->name);
	}
	clear_name("times/t");
	rmdir("times");
}

int main(int argc, char **argv)
{
	enter_folder(argc, argv, "/var/tmp/posix-types");
	make_link_targets();
	test_open();
	test_tmpfile();
	test_rename();
	test_rename_trees();
	test_types();
	test_times();
	return test_done();
}
