/*
 * Access control lists: which are taken and which refused, how they and modes follow each other, whom they let in, what
 * new files inherit, and where room ends. FOLDER, and "memory" if the filesystem keeps attributes of any size.
 */
#include "fixture.h"

#include <grp.h>
#include <stdint.h>
#include <sys/un.h>
#include <sys/socket.h>
#include <sys/xattr.h>

#define ACCESS	"system.posix_acl_access"
#define DEFAULT	"system.posix_acl_default"
#define NOBODY	0xffffffffu

enum { OWNER = 1, USER = 2, OWN_GROUP = 4, GROUP = 8, MASK = 16, OTHER = 32 };

struct entry {
	uint16_t tag, perm;
	uint32_t id;
};

#define MOST 600
struct list {
	uint32_t version;
	struct entry entry[MOST];
};

#define SIZE(n) (4 + 8 * (size_t)(n))
#define LIST(...) (const struct entry[]){ __VA_ARGS__ }, sizeof((const struct entry[]){ __VA_ARGS__ }) / sizeof(struct entry)

static int put(const char *path, const char *name, const struct entry *e, size_t n)
{
	struct list l = { .version = 2 };

	memcpy(l.entry, e, n * sizeof(*e));
	return setxattr(path, name, &l, SIZE(n), 0);
}

/* Whether a path has exactly these entries. */
static int has(const char *path, const char *name, const struct entry *e, size_t n)
{
	struct list l;
	ssize_t size = getxattr(path, name, &l, sizeof(l));

	if (size == (ssize_t)SIZE(n) && l.version == 2 && memcmp(l.entry, e, n * sizeof(*e)) == 0)
		return 1;
	DIAG("%s of %s: %d bytes, errno %d", name, path, (int)size, size < 0 ? errno : 0);
	for (int i = 0; i < (int)(size - 4) / 8 && i < 10; i++)
		DIAG("  tag %x perm %x id %d", l.entry[i].tag, l.entry[i].perm, (int)l.entry[i].id);
	return 0;
}

static int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (int)(st.st_mode & 07777);
}

static void become(uid_t uid, gid_t gid, gid_t extra)
{
	BAIL_UNLESS(seteuid(0) == 0, "root again");
	BAIL_UNLESS(setgroups(extra ? 1 : 0, &extra) == 0 && setegid(gid) == 0 && seteuid(uid) == 0, "another user");
}

/* ---- what is taken ---- */

#define U(p)	{ OWNER, p, NOBODY }
#define G(p)	{ OWN_GROUP, p, NOBODY }
#define M(p)	{ MASK, p, NOBODY }
#define O(p)	{ OTHER, p, NOBODY }
#define UN(i, p) { USER, p, i }
#define GN(i, p) { GROUP, p, i }
#define REFUSED(...) ERRNO(put("f", ACCESS, LIST(__VA_ARGS__)), EINVAL)

static void test_refused(void)
{
	struct list l = { .version = 3, .entry = { U(6), G(4), O(4) } };

	IS(put_text("f", "x"), 1);
	REFUSED(U(6), G(4));
	REFUSED(G(4), O(4));
	REFUSED(U(6), O(4));
	REFUSED(O(4), G(4), U(6));
	REFUSED(U(6), U(6), G(4), O(4));
	REFUSED(U(6), G(4), G(4), O(4));
	REFUSED(U(6), G(4), O(4), O(4));
	REFUSED(U(6), G(4), M(4), M(4), O(4));
	REFUSED(U(6), UN(1000, 4), G(4), O(4));
	REFUSED(U(6), G(4), GN(50, 4), O(4));
	REFUSED(U(6), G(4), UN(1000, 4), M(4), O(4));
	REFUSED(U(6), G(4), M(4), GN(50, 4), O(4));
	REFUSED(U(6), UN(1000, 4), UN(1000, 6), G(4), M(4), O(4));
	REFUSED(U(6), UN(1000, 4), UN(7, 4), UN(1000, 4), G(4), M(4), O(4));
	REFUSED(U(6), UN(NOBODY, 4), G(4), M(4), O(4));
	REFUSED(U(8), G(4), O(4));
	REFUSED(U(6), G(4), M(0x104), O(4));
	REFUSED(U(6), G(4), { 64, 4, NOBODY }, O(4));
	REFUSED(U(6), { 0, 4, NOBODY }, G(4), O(4));
	REFUSED(U(6), { OWNER | USER, 4, 1 }, G(4), M(4), O(4));
	ERRNO(setxattr("f", ACCESS, &l, SIZE(3), 0), EOPNOTSUPP);	/* another version */
	l.version = 2;
	ERRNO(setxattr("f", ACCESS, &l, SIZE(3) - 1, 0), EINVAL);
	ERRNO(setxattr("f", ACCESS, &l, 3, 0), EINVAL);
	ERRNO(setxattr("f", ACCESS, NULL, SIZE(3), 0), EFAULT);
	ERRNO(put("f", "system.posix_acl", LIST(U(6), G(4), O(4))), EOPNOTSUPP);
	ERRNO(put("f", DEFAULT, LIST(U(6), G(4), O(4))), EACCES);
	IS(removexattr("f", DEFAULT), 0);
	IS(symlink("f", "link"), 0);
	ERRNO(lsetxattr("link", ACCESS, &l, SIZE(3), 0), EOPNOTSUPP);
	ERRNO(lgetxattr("link", ACCESS, &l, sizeof(l)), EOPNOTSUPP);
	IS(chmod("f", 0604), 0);
	become(1000, 1000, 0);
	ERRNO(put("f", ACCESS, LIST(U(7), G(7), O(7))), EPERM);
	ERRNO(removexattr("f", ACCESS), EPERM);
	become(0, 0, 0);
	IS(mode_of("f"), 0604);
	ERRNO(getxattr("f", ACCESS, &l, sizeof(l)), ENODATA);
	IS(listxattr("f", NULL, 0), 0);
	ERRNO(put("/proc/self/status", ACCESS, LIST(U(6), G(4), O(4))), EOPNOTSUPP);
}

static void test_modes(void)
{
	struct stat before, after;
	char names[100];

	IS(put("f", ACCESS, LIST(U(6), UN(1000, 7), G(4), GN(50, 2), M(6), O(1))), 0);
	IS(mode_of("f"), 0661);
	OK(has("f", ACCESS, LIST(U(6), UN(1000, 7), G(4), GN(50, 2), M(6), O(1))), "it is as it was stored");
	IS(getxattr("f", ACCESS, NULL, 0), 52);
	ERRNO(getxattr("f", ACCESS, names, 51), ERANGE);
	IS(listxattr("f", names, sizeof(names)), sizeof(ACCESS));
	OK(strcmp(names, ACCESS) == 0, "it is listed");
	ERRNO(listxattr("f", names, 5), ERANGE);
	IS(setxattr("f", "user.k", "v", 1, 0), 0);
	IS(listxattr("f", NULL, 0), sizeof(ACCESS) + 7);
	ERRNO(listxattr("f", names, sizeof(ACCESS)), ERANGE);
	IS(listxattr("f", names, sizeof(ACCESS) + 7), sizeof(ACCESS) + 7);
	IS(chmod("f", 0753), 0);
	OK(has("f", ACCESS, LIST(U(7), UN(1000, 7), G(4), GN(50, 2), M(5), O(3))), "chmod() changes owner, mask and others");
	IS(stat("f", &before), 0);
	usleep(50000);
	IS(put("f", ACCESS, LIST(U(7), G(5), M(7), O(0))), 0);
	OK(stat("f", &after) == 0 && (after.st_mode & 07777) == 0770, "four entries, with a mask");
	OK(after.st_ctim.tv_sec != before.st_ctim.tv_sec || after.st_ctim.tv_nsec != before.st_ctim.tv_nsec, "the time of change");
	OK(has("f", ACCESS, LIST(U(7), G(5), M(7), O(0))), "are kept");
	IS(put("f", ACCESS, LIST({ OWNER, 6, 5 }, UN(9, 0), { OWN_GROUP, 4, 7 }, { MASK, 4, 0 }, { OTHER, 4, 1 })), 0);
	OK(has("f", ACCESS, LIST(U(6), UN(9, 0), G(4), M(4), O(4))), "numbers where none belong are dropped");
	IS(put("f", ACCESS, LIST(U(5), G(3), O(1))), 0);
	IS(mode_of("f"), 0531);
	ERRNO(getxattr("f", ACCESS, NULL, 0), ENODATA);
	IS(put("f", ACCESS, LIST(U(6), UN(1000, 7), G(0), M(6), O(0))), 0);
	IS(removexattr("f", ACCESS), 0);
	IS(mode_of("f"), 0660);		/* as the mask was */
	ERRNO(getxattr("f", ACCESS, NULL, 0), ENODATA);
	IS(put("f", ACCESS, LIST(U(6), UN(1000, 7), G(0), M(6), O(0))), 0);
	IS(setxattr("f", ACCESS, NULL, 0, 0), 0);
	ERRNO(getxattr("f", ACCESS, NULL, 0), ENODATA);
	IS(put("f", ACCESS, LIST(U(6), UN(1000, 7), G(0), M(6), O(0))), 0);
	IS(put("f", ACCESS, NULL, 0), 0);
	ERRNO(getxattr("f", ACCESS, NULL, 0), ENODATA);
	IS(removexattr("f", ACCESS), 0);
	IS(listxattr("f", NULL, 0), 7);
	IS(chmod("f", 06755), 0);
	IS(put("f", ACCESS, LIST(U(7), UN(1000, 7), G(5), M(7), O(5))), 0);
	IS(mode_of("f"), 06775);
	/* An owner who is not of the file's group may not keep setgid. */
	IS(chown("f", 1000, 50), 0);
	IS(chmod("f", 06775), 0);
	become(1000, 1000, 0);
	IS(put("f", ACCESS, LIST(U(7), UN(7, 7), G(5), M(5), O(5))), 0);
	IS(mode_of("f"), 04755);
	become(0, 0, 0);
	IS(chmod("f", 06755), 0);
	become(1000, 1000, 50);
	IS(put("f", ACCESS, LIST(U(7), UN(7, 7), G(5), M(5), O(5))), 0);
	IS(mode_of("f"), 06755);
	become(0, 0, 0);
	unlink("f");
}

/* ---- whom they let in ---- */

#define LISTED 8
struct caller {
	uid_t uid;
	gid_t gid, extra;
};

/* acl(5), by the words of the manual. */
static int granted(const struct entry *e, const struct caller *c, int want)
{
	int mask = e[6].perm, in_one = 0;

	if (c->uid == 500)
		return (e[0].perm & want) == want;
	for (int i = 1; i < 3; i++)
		if (c->uid == e[i].id)
			return (e[i].perm & mask & want) == want;
	for (int i = 3; i < 6; i++) {
		gid_t gid = i == 3 ? 40 : e[i].id;

		if (c->gid != gid && c->extra != gid)
			continue;
		in_one = 1;
		if ((e[i].perm & want) == want)
			return (mask & want) == want;
	}
	return !in_one && (e[7].perm & want) == want;
}

static int opens(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* What one caller can do with f and with what is in d, one want at a time; both have the list. Returns what is wrong. */
static int wrong_for(const struct entry *e, const struct caller *c)
{
	int wrong = 0, can[8];

	become(c->uid, c->gid, c->extra);
	for (int want = 1; want < 8; want++) {
		can[want] = granted(e, c, want);
		wrong += (faccessat(AT_FDCWD, "f", want, AT_EACCESS) == 0) != can[want];
	}
	wrong += opens("f", O_RDONLY) != can[4];
	wrong += opens("f", O_WRONLY) != can[2];
	wrong += opens("f", O_RDWR) != can[6];
	wrong += opens("d", O_RDONLY | O_DIRECTORY) != can[4];
	wrong += opens("d/in", O_RDONLY) != can[1];
	wrong += opens("d/./in", O_RDONLY) != can[1];	/* a name that is not only looked up in the cache */
	if (wrong)
		DIAG("uid %d gid %d extra %d: %d wrong", c->uid, c->gid, c->extra, wrong);
	become(0, 0, 0);
	return wrong;
}

static void test_access(void)
{
	static const struct caller callers[] = {
		{ 500, 1, 0 }, { 500, 40, 41 }, { 1000, 1, 0 }, { 1001, 1, 0 }, { 1001, 40, 41 },
		{ 2000, 40, 0 }, { 2000, 1, 41 }, { 2000, 40, 42 }, { 2000, 41, 42 }, { 2000, 1, 0 },
	};
	struct entry e[LISTED] = { U(0), UN(1000, 0), UN(1001, 0), G(0), GN(41, 0), GN(42, 0), M(0), O(0) };
	unsigned dice = 1, wrong = 0;

	IS(put_text("f", "x"), 1);
	IS(mkdir("d", 0755), 0);
	IS(put_text("d/in", "x"), 1);
	OK(chown("f", 500, 40) == 0 && chown("d", 500, 40) == 0, "another's");
	for (int round = 0; round < 150 && wrong < 10; round++) {
		for (int i = 0; i < LISTED; i++) {
			dice = dice * 1103515245 + 12345;
			e[i].perm = dice >> 16 & 7;
			/* Masks that let everything pass, and none: as often as others. */
			if (i == 6 && round % 4 < 2)
				e[i].perm = round % 4 ? 7 : 0;
		}
		if (put("f", ACCESS, e, LISTED) || put("d", ACCESS, e, LISTED))
			wrong++;
		for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++) {
			int here = wrong_for(e, &callers[i]);

			for (int k = 0; here && k < LISTED; k++)
				DIAG("  tag %x perm %x id %d", e[k].tag, e[k].perm, (int)e[k].id);
			wrong += here;
		}
	}
	IS(wrong, 0);
	/* Privilege goes by the mode's bits alone, and execution needs one. */
	IS(put("f", ACCESS, LIST(U(0), UN(0, 0), G(0), M(0), O(0))), 0);
	OK(opens("f", O_RDWR) && access("f", X_OK) == -1, "root is let in");
	IS(unlink("f"), 0);
	IS(unlink("d/in"), 0);
	IS(rmdir("d"), 0);
}

/* ---- what is inherited ---- */

static void make_socket(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(a.sun_path, path);
	IS(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	close(s);
}

static void test_inheritance(void)
{
	int fd;

	umask(077);
	IS(mkdir("d", 0755), 0);
	IS(put("d", DEFAULT, LIST(U(7), UN(1000, 7), G(5), M(7), O(5))), 0);
	IS(mode_of("d"), 0700);
	IS(listxattr("d", NULL, 0), sizeof(DEFAULT));
	close(open("d/f", O_CREAT | O_WRONLY, 0664));
	IS(mode_of("d/f"), 0664);
	OK(has("d/f", ACCESS, LIST(U(6), UN(1000, 7), G(5), M(6), O(4))), "a new file's: no umask, and no more than was asked for");
	ERRNO(getxattr("d/f", DEFAULT, NULL, 0), ENODATA);
	IS(mkdir("d/d", 0770), 0);
	OK(has("d/d", ACCESS, LIST(U(7), UN(1000, 7), G(5), M(7), O(0))), "a new folder's");
	OK(has("d/d", DEFAULT, LIST(U(7), UN(1000, 7), G(5), M(7), O(5))), "and what it hands on");
	IS(mode_of("d/d"), 0770);
	IS(mkdir("d/d/e", 0777), 0);
	OK(has("d/d/e", DEFAULT, LIST(U(7), UN(1000, 7), G(5), M(7), O(5))), "and the one below");
	IS(mkfifo("d/p", 0606), 0);
	OK(has("d/p", ACCESS, LIST(U(6), UN(1000, 7), G(5), M(0), O(4))), "a named pipe's");
	make_socket("d/s");
	OK(has("d/s", ACCESS, LIST(U(7), UN(1000, 7), G(5), M(7), O(5))), "a socket's");
	IS(symlink("f", "d/l"), 0);
	ERRNO(lgetxattr("d/l", ACCESS, NULL, 0), EOPNOTSUPP);
	fd = open("d", O_TMPFILE | O_RDWR, 0640);
	OK(fd >= 0 && fgetxattr(fd, ACCESS, NULL, 0) == 44, "a nameless file's");
	close(fd);
	IS(rename("d/f", "f"), 0);
	OK(has("f", ACCESS, LIST(U(6), UN(1000, 7), G(5), M(6), O(4))), "it stays with what is moved");
	/* Three entries: a mode in place of the umask. */
	IS(put("d/d/e", DEFAULT, LIST(U(7), G(7), O(4))), 0);
	close(open("d/d/e/f", O_CREAT | O_WRONLY, 0666));
	IS(mode_of("d/d/e/f"), 0664);
	IS(listxattr("d/d/e/f", NULL, 0), 0);
	IS(mkdir("d/d/e/d", 0777), 0);
	OK(has("d/d/e/d", DEFAULT, LIST(U(7), G(7), O(4))) && mode_of("d/d/e/d") == 0774, "three entries are handed on");
	IS(removexattr("d", DEFAULT), 0);
	IS(removexattr("d", DEFAULT), 0);
	close(open("d/f", O_CREAT | O_WRONLY, 0664));
	IS(mode_of("d/f"), 0600);	/* the umask again */
	IS(listxattr("d/f", NULL, 0), 0);
	umask(022);
	IS(system("rm -rf d f"), 0);
}

/* ---- where room ends ---- */

static size_t long_list(struct entry *e, size_t named)
{
	size_t n = 0;

	e[n++] = (struct entry)U(7);
	for (size_t i = 0; i < named; i++)
		e[n++] = (struct entry)UN((uint32_t)(5000 - i), 5);
	e[n++] = (struct entry)G(7);
	e[n++] = (struct entry)M(7);
	e[n++] = (struct entry)O(0);
	return n;
}

static void test_room(int in_memory)
{
	static struct entry e[MOST];
	static char block[4096];
	size_t most = in_memory ? 511 : 505, n;

	IS(mkdir("d", 0700), 0);
	IS(put_text("d/f", "x"), 1);
	IS(chmod("d/f", 0600), 0);
	n = long_list(e, most + 1 - 4);
	ERRNO(put("d/f", ACCESS, e, n), ENOSPC);
	IS(mode_of("d/f"), 0600);
	ERRNO(getxattr("d/f", ACCESS, NULL, 0), ENODATA);
	n = long_list(e, most - 4);
	IS(put("d/f", ACCESS, e, n), 0);
	OK(has("d/f", ACCESS, e, n), "a list of %d entries", (int)n);
	become(5000 - (uid_t)(most - 5), 1, 0);
	ERRNO(open("d/f", O_RDONLY), EACCES);	/* the folder */
	become(0, 0, 0);
	IS(chmod("d", 0711), 0);
	become(5000 - (uid_t)(most - 5), 1, 0);
	OK(opens("d/f", O_RDONLY), "the last one of it");
	become(0, 0, 0);
	IS(chmod("d/f", 0640), 0);
	e[0].perm = 6, e[n - 2].perm = 4;
	OK(has("d/f", ACCESS, e, n), "chmod() of a full one");
	/* A folder's two lists share the room on disk: what does not fit is not made. */
	n = long_list(e, 300);
	IS(put("d", DEFAULT, e, n), 0);
	close(open("d/g", O_CREAT | O_WRONLY, 0640));
	IS(getxattr("d/g", ACCESS, NULL, 0), SIZE(n));
	if (in_memory) {
		IS(mkdir("d/d", 0700), 0);
	} else {
		ERRNO(mkdir("d/d", 0700), ENOSPC);
		ERRNO(access("d/d", F_OK), ENOENT);
		ERRNO(setxattr("d/f", "user.k", block, 1, 0), ENOSPC);
		IS(removexattr("d/f", ACCESS), 0);
		IS(setxattr("d/f", "user.k", block, 4000, 0), 0);
		ERRNO(put("d/f", ACCESS, LIST(U(6), UN(1, 4), G(4), M(7), O(4))), ENOSPC);
		IS(mode_of("d/f"), 0640);
	}
	IS(system("rm -r d"), 0);
}

int main(int argc, char **argv)
{
	enter_folder(argc, argv, "/var/tmp/acl");
	test_refused();
	test_modes();
	test_access();
	test_inheritance();
	test_room(argc > 2 && strcmp(argv[2], "memory") == 0);
	return test_done();
}
