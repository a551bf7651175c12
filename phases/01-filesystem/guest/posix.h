/*
 * What the programs named posix-* share: every call that takes a path as a record that can be made in any situation,
 * objects of every type, and checks that name call, situation and error.
 */
#ifndef FILESYSTEM_POSIX_H
#define FILESYSTEM_POSIX_H

#include "fixture.h"

#include <grp.h>
#include <sys/sysmacros.h>

#define USER 1000
#define GROUP 1000
#define STRANGER 2000

/* What a call needs and does. */
#define MAKES 1		/* makes a name that must not be there */
#define FILE_ 2		/* needs a file */
#define DIR_ 4		/* needs a directory */
#define REMOVES 8	/* takes the name away */
#define NOFOLLOW 16	/* a symbolic link in the end is meant itself */
#define AT 32		/* has a directory's descriptor */
#define READS 64	/* changes nothing */
#define TWO 128		/* works on a second name, in the folder of the test */
#define OWNS 256	/* only the owner may */
#define PUTS 512	/* an existing object may be replaced, or is opened */
#define DATA 1024	/* changes contents */

struct op {
	const char *name;
	long (*call)(int dir, const char *path);
	int is;
};

static inline long closed(long fd)
{
	return fd < 0 ? fd : close((int)fd);
}

static const struct timespec some_times[2] = { { 1000000000, 1 }, { 1100000000, 2 } };

static long op_stat(int d, const char *p) { struct stat st; (void)d; return stat(p, &st); }
static long op_lstat(int d, const char *p) { struct stat st; (void)d; return lstat(p, &st); }
static long op_access(int d, const char *p) { (void)d; return faccessat(AT_FDCWD, p, F_OK, AT_EACCESS); }
static long op_open_read(int d, const char *p) { (void)d; return closed(open(p, O_RDONLY | O_NONBLOCK)); }
static long op_open_write(int d, const char *p) { (void)d; return closed(open(p, O_WRONLY)); }
static long op_open_both(int d, const char *p) { (void)d; return closed(open(p, O_RDWR)); }
static long op_open_create(int d, const char *p) { (void)d; return closed(open(p, O_WRONLY | O_CREAT, 0644)); }
static long op_open_excl(int d, const char *p) { (void)d; return closed(open(p, O_WRONLY | O_CREAT | O_EXCL, 0644)); }
static long op_open_dir(int d, const char *p) { (void)d; return closed(open(p, O_RDONLY | O_DIRECTORY)); }
static long op_openat(int d, const char *p) { return closed(openat(d, p, O_RDONLY | O_NONBLOCK)); }
static long op_openat_excl(int d, const char *p) { return closed(openat(d, p, O_WRONLY | O_CREAT | O_EXCL, 0644)); }
static long op_chmod(int d, const char *p) { (void)d; return chmod(p, 0755); }
static long op_fchmodat(int d, const char *p) { return fchmodat(d, p, 0755, 0); }
static long op_chown(int d, const char *p) { (void)d; return chown(p, (uid_t)-1, GROUP); }
static long op_lchown(int d, const char *p) { (void)d; return lchown(p, (uid_t)-1, GROUP); }
static long op_fchownat(int d, const char *p) { return fchownat(d, p, (uid_t)-1, GROUP, 0); }
static long op_fchownat_link(int d, const char *p) { return fchownat(d, p, (uid_t)-1, GROUP, AT_SYMLINK_NOFOLLOW); }
static long op_utimensat(int d, const char *p) { return utimensat(d, p, some_times, 0); }
static long op_utimensat_link(int d, const char *p) { return utimensat(d, p, some_times, AT_SYMLINK_NOFOLLOW); }
static long op_truncate(int d, const char *p) { (void)d; return truncate(p, 3); }
static long op_mkdir(int d, const char *p) { (void)d; return mkdir(p, 0755); }
static long op_mkdirat(int d, const char *p) { return mkdirat(d, p, 0755); }
static long op_mkfifo(int d, const char *p) { (void)d; return mkfifo(p, 0644); }
static long op_mknod(int d, const char *p) { (void)d; return mknod(p, S_IFREG | 0644, 0); }
static long op_mknod_socket(int d, const char *p) { (void)d; return mknod(p, S_IFSOCK | 0644, 0); }
static long op_mknodat(int d, const char *p) { return mknodat(d, p, S_IFIFO | 0644, 0); }
static long op_symlink(int d, const char *p) { (void)d; return symlink("anything", p); }
static long op_symlinkat(int d, const char *p) { return symlinkat("anything", d, p); }
static long op_link_to(int d, const char *p) { (void)d; return link("second", p); }
static long op_linkat_to(int d, const char *p) { return linkat(AT_FDCWD, "second", d, p, 0); }
static long op_link_from(int d, const char *p) { (void)d; return link(p, "other"); }
static long op_linkat_from(int d, const char *p) { return linkat(d, p, AT_FDCWD, "other", 0); }
static long op_linkat_follow(int d, const char *p) { return linkat(d, p, AT_FDCWD, "other", AT_SYMLINK_FOLLOW); }
static long op_rename_from(int d, const char *p) { (void)d; return rename(p, "other"); }
static long op_renameat_from(int d, const char *p) { return renameat(d, p, AT_FDCWD, "other"); }
static long op_rename_to(int d, const char *p) { (void)d; return rename("second", p); }
static long op_renameat_to(int d, const char *p) { return renameat(AT_FDCWD, "second", d, p); }
static long op_noreplace_to(int d, const char *p) { return syscall(SYS_renameat2, AT_FDCWD, "second", d, p, 1); }
static long op_exchange(int d, const char *p) { return syscall(SYS_renameat2, AT_FDCWD, "second", d, p, 2); }
static long op_rmdir(int d, const char *p) { (void)d; return rmdir(p); }
static long op_unlinkat_dir(int d, const char *p) { return unlinkat(d, p, AT_REMOVEDIR); }
static long op_unlink(int d, const char *p) { (void)d; return unlink(p); }
static long op_unlinkat(int d, const char *p) { return unlinkat(d, p, 0); }

static const struct op ops[] = {
	{ "stat", op_stat, FILE_ | READS },
	{ "lstat", op_lstat, FILE_ | READS | NOFOLLOW },
	{ "access", op_access, FILE_ | READS },
	{ "open(O_RDONLY)", op_open_read, FILE_ | READS },
	{ "open(O_WRONLY)", op_open_write, FILE_ | DATA },
	{ "open(O_RDWR)", op_open_both, FILE_ | DATA },
	{ "open(O_CREAT)", op_open_create, FILE_ | DATA | PUTS },
	{ "open(O_CREAT|O_EXCL)", op_open_excl, MAKES },
	{ "open(O_DIRECTORY)", op_open_dir, DIR_ | READS },
	{ "openat", op_openat, FILE_ | READS | AT },
	{ "openat(O_CREAT|O_EXCL)", op_openat_excl, MAKES | AT },
	{ "chmod", op_chmod, FILE_ | OWNS },
	{ "fchmodat", op_fchmodat, FILE_ | OWNS | AT },
	{ "chown", op_chown, FILE_ | OWNS },
	{ "lchown", op_lchown, FILE_ | OWNS | NOFOLLOW },
	{ "fchownat", op_fchownat, FILE_ | OWNS | AT },
	{ "fchownat(NOFOLLOW)", op_fchownat_link, FILE_ | OWNS | NOFOLLOW | AT },
	{ "utimensat", op_utimensat, FILE_ | OWNS | AT },
	{ "utimensat(NOFOLLOW)", op_utimensat_link, FILE_ | OWNS | NOFOLLOW | AT },
	{ "truncate", op_truncate, FILE_ | DATA },
	{ "mkdir", op_mkdir, MAKES },
	{ "mkdirat", op_mkdirat, MAKES | AT },
	{ "mkfifo", op_mkfifo, MAKES },
	{ "mknod", op_mknod, MAKES },
	{ "mknod(S_IFSOCK)", op_mknod_socket, MAKES },
	{ "mknodat", op_mknodat, MAKES | AT },
	{ "symlink", op_symlink, MAKES },
	{ "symlinkat", op_symlinkat, MAKES | AT },
	{ "link(, path)", op_link_to, MAKES | TWO },
	{ "linkat(, path)", op_linkat_to, MAKES | TWO | AT },
	{ "link(path, )", op_link_from, FILE_ | TWO | NOFOLLOW },
	{ "linkat(path, )", op_linkat_from, FILE_ | TWO | NOFOLLOW | AT },
	{ "linkat(path, , FOLLOW)", op_linkat_follow, FILE_ | TWO | AT },
	{ "rename(path, )", op_rename_from, FILE_ | TWO | NOFOLLOW | REMOVES },
	{ "renameat(path, )", op_renameat_from, FILE_ | TWO | NOFOLLOW | REMOVES | AT },
	{ "rename(, path)", op_rename_to, FILE_ | TWO | NOFOLLOW | REMOVES | PUTS },
	{ "renameat(, path)", op_renameat_to, FILE_ | TWO | NOFOLLOW | REMOVES | PUTS | AT },
	{ "renameat2(, path, NOREPLACE)", op_noreplace_to, MAKES | TWO | AT },
	{ "renameat2(, path, EXCHANGE)", op_exchange, FILE_ | TWO | NOFOLLOW | REMOVES | AT },
	{ "rmdir", op_rmdir, DIR_ | NOFOLLOW | REMOVES },
	{ "unlinkat(REMOVEDIR)", op_unlinkat_dir, DIR_ | NOFOLLOW | REMOVES | AT },
	{ "unlink", op_unlink, FILE_ | NOFOLLOW | REMOVES },
	{ "unlinkat", op_unlinkat, FILE_ | NOFOLLOW | REMOVES | AT },
};

#define NR_OPS (sizeof(ops) / sizeof(ops[0]))

static inline int is_call(const struct op *op, long (*call)(int, const char *))
{
	return op->call == call;
}

static inline int is_open(const struct op *op)
{
	return strncmp(op->name, "open", 4) == 0;
}

/* One check: the result of a call against the error that is due, 0 for success. */
__attribute__((format(printf, 3, 4), unused))
static int expect(long result, int due, const char *format, ...)
{
	int found = result == -1 ? errno : result < 0 ? -1 : 0;
	char what[300];
	va_list args;

	va_start(args, format);
	what[test_format(what, sizeof(what), format, args)] = 0;
	va_end(args);
	if (test_ok(found == due, "%s: %d", what, due))
		return 1;
	test_diag("%s: found %d", what, found);
	return 0;
}

/* Takes away whatever has the name. */
__attribute__((unused))
static void clear_name(const char *name)
{
	if (unlink(name) && (errno == EISDIR || errno == EPERM))
		rmdir(name);
}

/* Runs as another user with one group and perhaps a second; 0 is root again. */
__attribute__((unused))
static void become(uid_t uid, gid_t gid, gid_t extra)
{
	BAIL_UNLESS(seteuid(0) == 0 && setegid(0) == 0, "cannot become root");
	BAIL_UNLESS(setgroups(extra ? 1 : 0, &extra) == 0, "no groups");
	if (uid || gid)
		BAIL_UNLESS(setegid(gid) == 0 && seteuid(uid) == 0, "cannot become %d", (int)uid);
}

#define TYPES 10
static const char *const type_names[TYPES] = {
	"file", "directory", "fifo", "device", "socket", "link to file", "link to directory", "dangling link", "looping link", "nothing",
};
enum { T_FILE, T_DIR, T_FIFO, T_DEV, T_SOCK, T_LFILE, T_LDIR, T_DANGLING, T_LOOP, T_NONE };

/* Makes an object of a type. Links lead to "a-file", "a-directory" and "missing" of the folder of the test. */
__attribute__((unused))
static int make_type(const char *name, int type)
{
	switch (type) {
	case T_FILE: return put_text(name, "text") == 4 ? 0 : -1;
	case T_DIR: return mkdir(name, 0755);
	case T_FIFO: return mkfifo(name, 0644);
	case T_DEV: return mknod(name, S_IFCHR | 0666, makedev(1, 3));
	case T_SOCK: return mknod(name, S_IFSOCK | 0644, 0);
	case T_LFILE: return symlink("a-file", name);
	case T_LDIR: return symlink("a-directory", name);
	case T_DANGLING: return symlink("missing", name);
	case T_LOOP: return symlink(name, name);
	default: return 0;
	}
}

__attribute__((unused))
static void make_link_targets(void)
{
	BAIL_UNLESS(put_text("a-file", "text") == 4 && mkdir("a-directory", 0755) == 0, "no targets");
}

/* Before a call: the object that it needs at `at` (or nothing), "second" to move or link, "other" free. */
__attribute__((unused))
static void prepare(const struct op *op, const char *at)
{
	clear_name("other");
	clear_name("second");
	if (op->is & TWO)
		BAIL_UNLESS(put_text("second", "text") == 4 && chown("second", USER, GROUP) == 0, "no second");
	if (!at)
		return;
	clear_name(at);
	if (op->is & (FILE_ | DIR_))
		BAIL_UNLESS(make_type(at, op->is & DIR_ ? T_DIR : T_FILE) == 0, "no object %s", at);
}

#endif
