/*
 * Who may do what: permission bits for each class of user, sticky and set-id bits, owners and groups, masks, and files
 * that may not be changed at all.
 */
#include "posix.h"

#define OTHER_GROUP 3000

/* ---- permission bits ---- */

struct who {
	const char *name;
	uid_t uid;
	gid_t gid, extra;
	int shift;	/* of the bits that count */
};

static const struct who people[] = {
	{ "owner", USER, OTHER_GROUP, 0, 6 },
	{ "owner in the group", USER, GROUP, 0, 6 },
	{ "group", STRANGER, GROUP, 0, 3 },
	{ "supplementary group", STRANGER, OTHER_GROUP, GROUP, 3 },
	{ "others", STRANGER, OTHER_GROUP, 0, 0 },
};

static void test_bits(void)
{
	struct stat st;

	for (unsigned w = 0; w < sizeof(people) / sizeof(people[0]); w++)
		for (unsigned bits = 0; bits < 8; bits++) {
			const struct who *who = &people[w];
			/* The other classes get the opposite. */
			unsigned mode = (0777 & ~(7u << who->shift) & ~(bits * 0111)) | bits << who->shift;

			BAIL_UNLESS(put_text("p", "text") == 4 && mkdir("d", 0755) == 0 && put_text("d/f", "text") == 4, "cannot make");
			BAIL_UNLESS(chown("p", USER, GROUP) == 0 && chown("d", USER, GROUP) == 0 && chown("d/f", USER, GROUP) == 0, "no owner");
			BAIL_UNLESS(chmod("p", mode) == 0 && chmod("d", mode) == 0, "no mode");
			become(who->uid, who->gid, who->extra);
			expect(closed(open("p", O_RDONLY)), bits & 4 ? 0 : EACCES, "%s, bits %u: open to read", who->name, bits);
			expect(closed(open("p", O_WRONLY)), bits & 2 ? 0 : EACCES, "%s, bits %u: open to write", who->name, bits);
			expect(closed(open("p", O_RDWR)), (bits & 6) == 6 ? 0 : EACCES, "%s, bits %u: open for both", who->name, bits);
			expect(truncate("p", 4), bits & 2 ? 0 : EACCES, "%s, bits %u: truncate", who->name, bits);
			expect(faccessat(AT_FDCWD, "p", X_OK, AT_EACCESS), bits & 1 ? 0 : EACCES, "%s, bits %u: execute", who->name, bits);
			expect(closed(open("d", O_RDONLY)), bits & 4 ? 0 : EACCES, "%s, bits %u: list", who->name, bits);
			expect(stat("d/f", &st), bits & 1 ? 0 : EACCES, "%s, bits %u: search", who->name, bits);
			expect(mkdir("d/n", 0755), (bits & 3) == 3 ? 0 : EACCES, "%s, bits %u: make", who->name, bits);
			expect(rename("d/f", "d/g"), (bits & 3) == 3 ? 0 : EACCES, "%s, bits %u: rename", who->name, bits);
			expect(unlink((bits & 3) == 3 ? "d/g" : "d/f"), (bits & 3) == 3 ? 0 : EACCES, "%s, bits %u: unlink", who->name, bits);
			expect(chdir("d"), bits & 1 ? 0 : EACCES, "%s, bits %u: chdir", who->name, bits);
			become(0, 0, 0);
			BAIL_UNLESS(!(bits & 1) || chdir("..") == 0, "cannot come back");
			unlink("d/f");
			rmdir("d/n");
			rmdir("d");
			unlink("p");
		}
	/* Root may do anything but execute what nobody may. */
	BAIL_UNLESS(put_text("p", "text") == 4 && chmod("p", 0) == 0, "cannot make");
	expect(closed(open("p", O_RDWR)), 0, "root: open a file of mode 0");
	expect(access("p", X_OK), EACCES, "root: execute one");
	BAIL_UNLESS(chmod("p", 0010) == 0, "no mode");
	expect(access("p", X_OK), 0, "root: execute what somebody may");
	unlink("p");
}

/* ---- every call in folders that are closed to the caller ---- */

#define AS_USER() become(USER, GROUP, 0)

static int due_closed(const struct op *op) { (void)op; return EACCES; }
static int due_unwritable(const struct op *op) { return op->is & (MAKES | REMOVES) ? EACCES : 0; }

static int due_foreign(const struct op *op)
{
	/* Another's file may be linked or not, as the system is set. */
	if (strncmp(op->name, "link(path", 9) == 0 || strncmp(op->name, "linkat(path", 11) == 0)
		return -1;
	if (op->is & OWNS)
		return EPERM;
	return op->is & DATA ? EACCES : 0;
}

static void in_folder(const char *situation, uid_t owner, gid_t group, mode_t mode, uid_t objects_owner, int (*due)(const struct op *))
{
	for (unsigned i = 0; i < NR_OPS; i++) {
		const struct op *op = &ops[i];
		int error = due(op);

		if (error < 0)
			continue;
		BAIL_UNLESS(mkdir("closed", 0755) == 0, "no folder");
		prepare(op, "closed/x");
		if (!(op->is & MAKES))
			BAIL_UNLESS(chown("closed/x", objects_owner, objects_owner) == 0, "no owner");
		BAIL_UNLESS(chown("closed", owner, group) == 0 && chmod("closed", mode) == 0, "no folder");
		AS_USER();
		expect(op->call(AT_FDCWD, "closed/x"), error, "%s: %s", op->name, situation);
		become(0, 0, 0);
		clear_name("closed/x");
		clear_name("other");
		rmdir("closed");
	}
}

static void test_folders(void)
{
	in_folder("a folder that only root may enter", 0, 0, 0700, USER, due_closed);
	in_folder("the owner's folder without bits", USER, GROUP, 0, USER, due_closed);
	in_folder("the owner's, searched by all others", USER, GROUP, 0077, USER, due_closed);
	in_folder("the group's, searched by all others", 0, GROUP, 0707, USER, due_closed);
	in_folder("a folder that may be searched alone", 0, 0, 0711, USER, due_unwritable);
	in_folder("a folder without write permission", USER, GROUP, 0555, USER, due_unwritable);
	in_folder("another's file in the caller's folder", USER, GROUP, 0755, 0, due_foreign);
}

/* ---- sticky folders ---- */

static void test_sticky(void)
{
	static const char *const calls[] = { "unlink", "rename", "replace", "rmdir" };

	for (int sticky = 0; sticky < 2; sticky++)
		for (int folder_mine = 0; folder_mine < 2; folder_mine++)
			for (int file_mine = 0; file_mine < 2; file_mine++)
				for (int call = 0; call < 4; call++) {
					int due = sticky && !folder_mine && !file_mine ? EPERM : 0;
					long result;

					BAIL_UNLESS(mkdir("s", 0755) == 0 && make_type("s/x", call == 3 ? T_DIR : T_FILE) == 0 &&
						    put_text("s/mine", "m") == 1, "cannot make");
					BAIL_UNLESS(chown("s/x", file_mine ? USER : STRANGER, GROUP) == 0 && chown("s/mine", USER, GROUP) == 0 &&
						    chown("s", folder_mine ? USER : STRANGER, GROUP) == 0 &&
						    chmod("s", sticky ? 01777 : 0777) == 0, "no owners");
					AS_USER();
					result = call == 0 ? unlink("s/x") : call == 1 ? rename("s/x", "s/y") :
						 call == 2 ? rename("s/mine", "s/x") : rmdir("s/x");
					expect(result, due, "%s: %s folder, the folder is %s, the file %s", calls[call],
					       sticky ? "sticky" : "plain", folder_mine ? "mine" : "another's", file_mine ? "mine" : "another's");
					become(0, 0, 0);
					clear_name("s/x");
					clear_name("s/y");
					clear_name("s/mine");
					BAIL_UNLESS(rmdir("s") == 0, "the folder stays");
				}
}

/* ---- set-id bits, owners, groups, masks ---- */

static mode_t mode_of(const char *name)
{
	struct stat st;

	return lstat(name, &st) ? 0xffff : st.st_mode & 07777;
}

static void test_chmod(void)
{
	int types[] = { T_FILE, T_DIR, T_FIFO };

	for (unsigned t = 0; t < 3; t++) {
		BAIL_UNLESS(make_type("c", types[t]) == 0 && chown("c", USER, GROUP) == 0, "cannot make");
		for (mode_t mode = 0; mode < 010000; mode += 0111) {
			expect(chmod("c", mode), 0, "chmod(%u): %s", (unsigned)mode, type_names[types[t]]);
			IS(mode_of("c"), mode);
		}
		become(USER, OTHER_GROUP, 0);
		expect(chmod("c", 02755), 0, "chmod: setgid by an owner who is not of the group");
		IS(mode_of("c"), 0755);
		become(USER, OTHER_GROUP, GROUP);
		expect(chmod("c", 02755), 0, "chmod: setgid by an owner of the group");
		IS(mode_of("c"), 02755);
		become(STRANGER, GROUP, 0);
		expect(chmod("c", 0777), EPERM, "chmod: by another");
		become(0, 0, 0);
		clear_name("c");
	}
}

static void test_chown(void)
{
	static const mode_t before[] = { 06777, 04755, 02755, 02745, 06644, 0755 };
	static const mode_t after[] = { 0777, 0755, 0755, 02745, 02644, 0755 };
	struct stat st;

	for (unsigned i = 0; i < 6; i++) {
		BAIL_UNLESS(put_text("c", "text") == 4 && chown("c", USER, GROUP) == 0 && chmod("c", before[i]) == 0, "cannot make");
		become(USER, GROUP, OTHER_GROUP);
		expect(chown("c", (uid_t)-1, OTHER_GROUP), 0, "chown: the owner gives it to his other group");
		become(0, 0, 0);
		/* Set-user-id goes, and set-group-id where the group may execute. */
		OK(stat("c", &st) == 0 && st.st_gid == OTHER_GROUP && (st.st_mode & 07777) == (i == 3 ? 0745 | 02000 : after[i]),
		   "mode %x becomes %x", (unsigned)before[i], (unsigned)(st.st_mode & 07777));
		BAIL_UNLESS(chown("c", USER, GROUP) == 0 && chmod("c", before[i]) == 0, "no mode");
		become(USER, GROUP, 0);
		int fd = open("c", O_WRONLY);
		if (fd >= 0) {
			IS(write(fd, "x", 1), 1);
			close(fd);
			IS(mode_of("c"), after[i]);
		}
		become(0, 0, 0);
		unlink("c");
	}
	BAIL_UNLESS(put_text("c", "text") == 4 && chown("c", USER, GROUP) == 0, "cannot make");
	become(USER, GROUP, 0);
	expect(chown("c", STRANGER, (gid_t)-1), EPERM, "chown: the owner gives it away");
	expect(chown("c", USER, (gid_t)-1), 0, "chown: the owner to himself");
	expect(chown("c", (uid_t)-1, OTHER_GROUP), EPERM, "chown: to a group that the owner is not of");
	expect(chown("c", (uid_t)-1, GROUP), 0, "chown: to his own group");
	expect(chown("c", (uid_t)-1, (gid_t)-1), 0, "chown: nothing");
	become(STRANGER, GROUP, 0);
	expect(chown("c", (uid_t)-1, GROUP), EPERM, "chown: by another of the group");
	expect(chown("c", (uid_t)-1, (gid_t)-1), 0, "chown: nothing, by another");
	become(0, 0, 0);
	expect(chown("c", 4000000000u, 4000000001u), 0, "chown: ids beyond 16 bits");
	OK(stat("c", &st) == 0 && st.st_uid == 4000000000u && st.st_gid == 4000000001u, "are kept");
	unlink("c");
}

static void test_setgid_folder(void)
{
	static const int types[] = { T_FILE, T_DIR, T_FIFO, T_SOCK, T_LFILE };
	struct stat st;

	for (int set = 0; set < 2; set++)
		for (unsigned t = 0; t < 5; t++) {
			BAIL_UNLESS(mkdir("g", 0755) == 0 && chown("g", USER, GROUP) == 0 && chmod("g", set ? 02777 : 0777) == 0, "no folder");
			become(STRANGER, OTHER_GROUP, 0);
			expect(make_type("g/x", types[t]), 0, "make a %s in a %s folder", type_names[types[t]], set ? "setgid" : "plain");
			become(0, 0, 0);
			OK(lstat("g/x", &st) == 0 && st.st_uid == STRANGER && st.st_gid == (set ? GROUP : OTHER_GROUP), "it has the right group");
			OK(!!(st.st_mode & S_ISGID) == (set && types[t] == T_DIR), "and folders the bit");
			clear_name("g/x");
			rmdir("g");
		}
}

static void test_masks(void)
{
	static const mode_t masks[] = { 0, 022, 027, 077, 0111, 0222, 0444, 0777 };
	static const mode_t modes[] = { 0777, 0666, 0640, 01777, 04711 };

	for (unsigned m = 0; m < 8; m++)
		for (unsigned i = 0; i < 5; i++) {
			mode_t due = modes[i] & ~masks[m];

			umask(masks[m]);
			expect(mkdir("m", modes[i]), 0, "mkdir under mask %u", (unsigned)masks[m]);
			/* Of the special bits a directory takes the sticky one. */
			IS(mode_of("m"), due & 01777);
			rmdir("m");
			expect(mkfifo("m", modes[i]), 0, "mkfifo");
			IS(mode_of("m"), due);
			unlink("m");
			expect(mknod("m", S_IFSOCK | modes[i], 0), 0, "mknod");
			IS(mode_of("m"), due);
			unlink("m");
			expect(closed(open("m", O_CREAT | O_WRONLY, modes[i])), 0, "open");
			IS(mode_of("m"), due);
			unlink("m");
		}
	umask(022);
	expect(symlink("m", "m"), 0, "symlink");
	IS(mode_of("m"), 0777);
	unlink("m");
}

/* ---- times ---- */

static void test_utimensat(void)
{
	static const long nsec[] = { 0, 999999999, UTIME_NOW, UTIME_OMIT, 1000000000, -1 };
	struct stat before, st;

	for (unsigned a = 0; a < 6; a++)
		for (unsigned m = 0; m < 6; m++) {
			struct timespec t[2] = { { 1234567890, nsec[a] }, { 1300000000, nsec[m] } };
			int due = (a > 3 || m > 3) ? EINVAL : 0;

			BAIL_UNLESS(put_text("u", "text") == 4 && utimensat(AT_FDCWD, "u", some_times, 0) == 0 && stat("u", &before) == 0, "cannot make");
			expect(utimensat(AT_FDCWD, "u", t, 0), due, "utimensat: nanoseconds %ld and %ld", nsec[a], nsec[m]);
			BAIL_UNLESS(stat("u", &st) == 0, "no attributes");
			OK(due || a == 3 ? st.st_atim.tv_sec == before.st_atim.tv_sec : a == 2 ? st.st_atim.tv_sec > 1500000000 :
			   st.st_atim.tv_sec == 1234567890 && st.st_atim.tv_nsec == nsec[a], "the first is as told");
			OK(due || m == 3 ? st.st_mtim.tv_sec == before.st_mtim.tv_sec : m == 2 ? st.st_mtim.tv_sec > 1500000000 :
			   st.st_mtim.tv_sec == 1300000000 && st.st_mtim.tv_nsec == nsec[m], "and the second");
		}
	BAIL_UNLESS(put_text("u", "text") == 4 && chown("u", USER, GROUP) == 0 && chmod("u", 0666) == 0, "cannot make");
	become(STRANGER, OTHER_GROUP, 0);
	expect(utimensat(AT_FDCWD, "u", NULL, 0), 0, "utimensat: now, by one who may write");
	expect(utimensat(AT_FDCWD, "u", some_times, 0), EPERM, "utimensat: other times, by one who may write");
	become(0, 0, 0);
	chmod("u", 0644);
	become(STRANGER, OTHER_GROUP, 0);
	expect(utimensat(AT_FDCWD, "u", NULL, 0), EACCES, "utimensat: now, by one who may not");
	become(USER, GROUP, 0);
	expect(utimensat(AT_FDCWD, "u", some_times, 0), 0, "utimensat: by the owner");
	become(0, 0, 0);
	expect(utimensat(AT_FDCWD, "u", some_times, 0x8000), EINVAL, "utimensat: an unknown flag");
	unlink("u");
}

/* ---- files that are immutable or only appended to ---- */

#define IOC_SETFLAGS 0x40046602u
#define IOC_GETFLAGS 0x80046601u
#define IMMUTABLE 0x10
#define APPEND 0x20
#include <sys/ioctl.h>

static int set_flags(const char *name, int flags)
{
	int fd = open(name, O_RDONLY), result = fd < 0 ? -1 : ioctl(fd, IOC_SETFLAGS, &flags);

	if (fd >= 0)
		close(fd);
	return result;
}

static int due_immutable(const struct op *op)
{
	if (op->is & READS || is_call(op, op_linkat_follow))
		return op->is & READS ? 0 : EPERM;
	return op->is & (MAKES | DIR_) ? -1 : EPERM;
}

static int due_append(const struct op *op)
{
	if (is_call(op, op_open_write) || is_call(op, op_open_both) || is_call(op, op_open_create))
		return EPERM;
	return due_immutable(op);
}

static int due_in_immutable(const struct op *op)
{
	return op->is & (MAKES | REMOVES) ? EPERM : -1;
}

static int due_in_append(const struct op *op)
{
	return op->is & REMOVES ? EPERM : op->is & MAKES ? 0 : -1;
}

static void with_flags(const char *situation, int flags, int on_folder, int (*due)(const struct op *))
{
	for (unsigned i = 0; i < NR_OPS; i++) {
		const struct op *op = &ops[i];

		if (due(op) < 0)
			continue;
		BAIL_UNLESS(mkdir("flagged", 0755) == 0, "no folder");
		prepare(op, "flagged/x");
		BAIL_UNLESS(set_flags(on_folder ? "flagged" : "flagged/x", flags) == 0, "no flags");
		expect(op->call(AT_FDCWD, "flagged/x"), due(op), "%s: %s", op->name, situation);
		set_flags(on_folder ? "flagged" : "flagged/x", 0);
		clear_name("flagged/x");
		if (access("other", F_OK) == 0)
			set_flags("other", 0);
		clear_name("other");
		rmdir("flagged");
	}
}

static void test_flags(void)
{
	int flags = 0, fd;

	BAIL_UNLESS(put_text("f", "text") == 4, "cannot make");
	if (set_flags("f", 0)) {
		DIAG("flags are not known here: %d", errno);
		unlink("f");
		return;
	}
	expect(set_flags("f", APPEND), 0, "append-only is set");
	fd = open("f", O_WRONLY | O_APPEND);
	OK(fd >= 0 && ioctl(fd, IOC_GETFLAGS, &flags) == 0 && flags & APPEND, "and read");
	IS(write(fd, "more", 4), 4);
	ERRNO(ftruncate(fd, 0), EPERM);
	ERRNO(fcntl(fd, F_SETFL, 0), EPERM);
	close(fd);
	become(USER, GROUP, 0);
	expect(set_flags("f", 0), EPERM, "flags: by another");
	become(0, 0, 0);
	expect(set_flags("f", 0), 0, "append-only is cleared");
	BAIL_UNLESS(chown("f", USER, GROUP) == 0, "no owner");
	become(USER, GROUP, 0);
	expect(set_flags("f", IMMUTABLE), EPERM, "flags: the owner may not make it immutable");
	expect(set_flags("f", 0x40), 0, "flags: but free of dumps");
	become(0, 0, 0);
	unlink("f");
	with_flags("an immutable file", IMMUTABLE, 0, due_immutable);
	with_flags("an append-only file", APPEND, 0, due_append);
	with_flags("in an immutable folder", IMMUTABLE, 1, due_in_immutable);
	with_flags("in an append-only folder", APPEND, 1, due_in_append);
}

int main(int argc, char **argv)
{
	enter_folder(argc, argv, "/var/tmp/posix-access");
	umask(022);
	BAIL_UNLESS(chmod(".", 0777) == 0, "no mode");
	test_bits();
	test_folders();
	test_sticky();
	test_chmod();
	test_chown();
	test_setgid_folder();
	test_masks();
	test_utimensat();
	test_flags();
	return test_done();
}
