/*
 * Every call that takes a path in every situation that a path can be in: components that are missing, of the wrong
 * type, loops of links, names and paths too long, slashes at the end, "." and "..", bad pointers and descriptors.
 */
#include "posix.h"

static char long_name[257], long_path[4200];

/* All calls on one path; `due` gives the error. The object, if any, is at `at`. */
static void all_ops(const char *situation, const char *path, const char *at, int (*due)(const struct op *))
{
	for (unsigned i = 0; i < NR_OPS; i++) {
		int error = due(&ops[i]);

		if (error < 0)
			continue;
		prepare(&ops[i], at);
		expect(ops[i].call(AT_FDCWD, path), error, "%s: %s", ops[i].name, situation);
	}
	if (at)
		clear_name(at);
}

static int due_enoent(const struct op *op) { (void)op; return ENOENT; }
static int due_enotdir(const struct op *op) { (void)op; return ENOTDIR; }
static int due_eloop(const struct op *op) { (void)op; return ELOOP; }
static int due_toolong(const struct op *op) { (void)op; return ENAMETOOLONG; }
/* utimensat() without a path is about the descriptor. */
static int due_efault(const struct op *op)
{
	return strncmp(op->name, "utimensat", 9) == 0 ? -1 : EFAULT;
}

static int due_success(const struct op *op) { (void)op; return 0; }

/* Without an object at the end: what needs one misses it, what makes one does. */
static int due_absent(const struct op *op)
{
	return op->is & (MAKES | PUTS) ? 0 : ENOENT;
}

static int due_slash_file(const struct op *op)
{
	if (op->is & DIR_)
		return -1;
	if (is_open(op) && (op->is & (MAKES | PUTS)))
		return EISDIR;
	if (is_call(op, op_noreplace_to))
		return EEXIST;
	return op->is & MAKES ? EEXIST : ENOTDIR;
}

static int due_slash_existing(const struct op *op)
{
	return op->is & MAKES ? -1 : due_slash_file(op);
}

static int due_slash_absent(const struct op *op)
{
	if (is_open(op) && (op->is & (MAKES | PUTS)))
		return EISDIR;
	if (is_call(op, op_mkdir) || is_call(op, op_mkdirat))
		return 0;
	if (is_call(op, op_noreplace_to) || (op->is & PUTS))
		return ENOTDIR;
	return ENOENT;
}

static int due_directory(const struct op *op)
{
	if (op->is & MAKES)
		return EEXIST;
	if (op->is & DATA || is_call(op, op_unlink) || is_call(op, op_unlinkat) || (op->is & PUTS))
		return EISDIR;
	if (is_call(op, op_link_from) || is_call(op, op_linkat_from) || is_call(op, op_linkat_follow))
		return EPERM;
	return 0;
}

static int due_slash_directory(const struct op *op)
{
	if (is_open(op) && op->is & (MAKES | PUTS))
		return EISDIR;
	/* A file that is to take a directory's place, with a slash. */
	if (!is_open(op) && op->is & PUTS)
		return ENOTDIR;
	return due_directory(op);
}

static int due_dot(const struct op *op)
{
	if (is_call(op, op_rmdir) || is_call(op, op_unlinkat_dir))
		return EINVAL;
	if (is_call(op, op_noreplace_to))
		return EEXIST;
	if (op->is & REMOVES && op->is & TWO)
		return EBUSY;
	return due_directory(op);
}

static int due_dotdot(const struct op *op)
{
	if (is_call(op, op_rmdir) || is_call(op, op_unlinkat_dir))
		return ENOTEMPTY;
	return due_dot(op);
}

static int due_root(const struct op *op)
{
	/* Attributes of the root stay as they are, and the second name may lie in another filesystem. */
	if (op->is & (OWNS | TWO))
		return -1;
	if (is_call(op, op_rmdir) || is_call(op, op_unlinkat_dir))
		return EBUSY;
	return due_dot(op);
}

static int due_loop(const struct op *op)
{
	if (is_call(op, op_rmdir) || is_call(op, op_unlinkat_dir))
		return ENOTDIR;
	return op->is & MAKES ? EEXIST : op->is & NOFOLLOW ? 0 : ELOOP;
}

static int due_dangling(const struct op *op)
{
	if (is_call(op, op_rmdir) || is_call(op, op_unlinkat_dir))
		return ENOTDIR;
	if (is_call(op, op_open_create))
		return 0;
	return op->is & MAKES ? EEXIST : op->is & NOFOLLOW ? 0 : ENOENT;
}

static int due_taken(const struct op *op)
{
	return op->is & MAKES ? EEXIST : -1;
}

/* All calls on a link that is made anew for each. */
static void on_link(const char *situation, const char *target, int (*due)(const struct op *))
{
	for (unsigned i = 0; i < NR_OPS; i++) {
		prepare(&ops[i], NULL);
		clear_name("missing");
		clear_name("the-link");
		BAIL_UNLESS(symlink(target, "the-link") == 0, "no link");
		expect(ops[i].call(AT_FDCWD, "the-link"), due(&ops[i]), "%s: %s", ops[i].name, situation);
	}
	clear_name("the-link");
	clear_name("missing");
}

static void test_components(void)
{
	static const int wrong[] = { T_FILE, T_FIFO, T_DEV, T_SOCK, T_LFILE };
	char path[64], what[64];

	all_ops("a component is missing", "absent/x", NULL, due_enoent);
	all_ops("two are", "absent/absent/x", NULL, due_enoent);
	all_ops("the path is empty", "", NULL, due_enoent);
	all_ops("a component dangles", "dangling/x", NULL, due_enoent);
	all_ops("a component loops", "loop/x", NULL, due_eloop);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		static const char *const ends[] = { "x", ".", ".." };

		BAIL_UNLESS(make_type("wrong", wrong[i]) == 0, "no %s", type_names[wrong[i]]);
		for (unsigned e = 0; e < 3; e++) {
			snprintf(path, sizeof(path), "wrong/%s", ends[e]);
			snprintf(what, sizeof(what), "%s under a %s", ends[e], type_names[wrong[i]]);
			all_ops(what, path, NULL, due_enotdir);
		}
		clear_name("wrong");
	}
}

static void test_lengths(void)
{
	size_t n;

	memset(long_name, 'n', 256);
	all_ops("a name of 256 bytes", long_name, NULL, due_toolong);
	snprintf(long_path, sizeof(long_path), "%s/x", long_name);
	all_ops("one on the way", long_path, NULL, due_toolong);
	long_name[255] = 0;
	all_ops("a name of 255 bytes", long_name, long_name, due_success);
	for (n = 0; n < 4090; n += 2)
		memcpy(long_path + n, "./", 2);
	strcpy(long_path + n, "nnnnn");
	all_ops("a path of 4095 bytes", long_path, "nnnnn", due_success);
	strcpy(long_path + n, "nnnnnn");
	all_ops("a path of 4096 bytes", long_path, NULL, due_toolong);
}

static void test_links(void)
{
	char from[16], to[16];

	strcpy(to, "a-directory");
	for (int i = 1; i <= 41; i++) {
		snprintf(from, sizeof(from), "chain%d", i);
		BAIL_UNLESS(symlink(to, from) == 0, "no chain");
		strcpy(to, from);
	}
	all_ops("through 40 links", "chain40/x", "a-directory/x", due_success);
	all_ops("through 41 links", "chain41/x", NULL, due_eloop);
	on_link("a link to itself", "the-link", due_loop);
	on_link("a link to nothing", "missing", due_dangling);
	for (int i = 1; i <= 41; i++) {
		snprintf(from, sizeof(from), "chain%d", i);
		unlink(from);
	}
}

static void on_directory(const char *situation, const char *path, int (*due)(const struct op *))
{
	for (unsigned i = 0; i < NR_OPS; i++) {
		int error = due(&ops[i]);

		if (error < 0)
			continue;
		prepare(&ops[i], NULL);
		clear_name("dir");
		BAIL_UNLESS(mkdir("dir", 0755) == 0, "no directory");
		expect(ops[i].call(AT_FDCWD, path), error, "%s: %s", ops[i].name, situation);
	}
	clear_name("other");
	clear_name("second");
	clear_name("dir");
}

static void test_ends(void)
{
	all_ops("a file with a slash", "target/", "target", due_slash_existing);
	for (unsigned i = 0; i < NR_OPS; i++) {
		if (!(ops[i].is & MAKES))
			continue;
		prepare(&ops[i], NULL);
		put_text("target", "text");
		expect(ops[i].call(AT_FDCWD, "target/"), due_slash_file(&ops[i]), "%s: a file there, and a slash", ops[i].name);
		clear_name("target");
	}
	for (unsigned i = 0; i < NR_OPS; i++) {
		prepare(&ops[i], NULL);
		expect(ops[i].call(AT_FDCWD, "new/"), due_slash_absent(&ops[i]), "%s: nothing with a slash", ops[i].name);
		clear_name("new");
	}
	for (unsigned i = 0; i < NR_OPS; i++) {
		prepare(&ops[i], NULL);
		expect(ops[i].call(AT_FDCWD, "new"), due_absent(&ops[i]), "%s: nothing", ops[i].name);
		clear_name("new");
	}
	on_directory("a directory", "dir", due_directory);
	on_directory("a directory with a slash", "dir/", due_slash_directory);
	on_directory(".", "dir/.", due_dot);
	on_directory("..", "dir/..", due_dotdot);
	on_directory("/", "/", due_root);
	for (int type = 0; type < T_NONE; type++) {
		BAIL_UNLESS(make_type("taken", type) == 0, "no object");
		for (unsigned i = 0; i < NR_OPS; i++) {
			if (due_taken(&ops[i]) < 0)
				continue;
			prepare(&ops[i], NULL);
			expect(ops[i].call(AT_FDCWD, "taken"), EEXIST, "%s: a %s is there", ops[i].name, type_names[type]);
		}
		clear_name("taken");
	}
}

static void test_pointers(void)
{
	all_ops("no pointer", NULL, NULL, due_efault);
	all_ops("the last page", (const char *)0xfffff000ul, NULL, due_efault);
	all_ops("the last byte", (const char *)0xfffffffful, NULL, due_efault);
}

/* The folder of an *at call: none, a file, one that is not looked at. */
static void test_descriptors(const char *folder)
{
	char absolute[256];
	int dir = open("a-directory", O_RDONLY), file = open("a-file", O_RDONLY), path = open("a-directory", O_RDONLY | 010000000);

	BAIL_UNLESS(dir >= 0 && file >= 0 && path >= 0, "no descriptors");
	snprintf(absolute, sizeof(absolute), "%s/target", folder);
	for (unsigned i = 0; i < NR_OPS; i++) {
		const struct op *op = &ops[i];

		if (!(op->is & AT))
			continue;
		prepare(op, NULL);
		expect(op->call(-1, "x"), EBADF, "%s: descriptor -1", op->name);
		expect(op->call(999, "x"), EBADF, "%s: a closed descriptor", op->name);
		expect(op->call(file, "x"), ENOTDIR, "%s: a file's descriptor", op->name);
		prepare(op, "a-directory/x");
		expect(op->call(dir, "x"), 0, "%s: a directory's descriptor", op->name);
		prepare(op, "a-directory/x");
		expect(op->call(path, "x"), 0, "%s: one of O_PATH", op->name);
		prepare(op, "target");
		expect(op->call(dir, absolute), 0, "%s: an absolute path", op->name);
		prepare(op, "target");
		expect(op->call(-1, absolute), 0, "%s: an absolute path and no descriptor", op->name);
		prepare(op, "target");
		expect(op->call(AT_FDCWD, "target"), 0, "%s: AT_FDCWD", op->name);
		clear_name("a-directory/x");
		clear_name("target");
	}
	close(dir);
	close(file);
	close(path);
}

int main(int argc, char **argv)
{
	const char *folder = enter_folder(argc, argv, "/var/tmp/posix-paths");

	make_link_targets();
	BAIL_UNLESS(symlink("missing", "dangling") == 0 && symlink("loop", "loop") == 0, "no links");
	test_components();
	test_lengths();
	test_links();
	test_ends();
	test_pointers();
	test_descriptors(folder);
	return test_done();
}
