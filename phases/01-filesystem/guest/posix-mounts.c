/*
 * What mounts and limits refuse: read-only, no devices, no programs, no set-id; across mounts, onto mount points, busy
 * programs, full filesystems, too many links, files and descriptors. Bind mounts, remounts, unmounting what is busy.
 *
 *	posix-mounts FOLDER [LINKS]	LINKS: how many links the filesystem allows a file; not looked for without
 */
#include "../../guest/asleep.h"
#include "posix.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/time.h>

#ifndef MNT_DETACH
#define MNT_FORCE 1
#define MNT_DETACH 2
#define MNT_EXPIRE 4
#define UMOUNT_NOFOLLOW 8
#endif

/* Whether a line of /proc/self/mounts has all of the words. */
static int mounted_as(const char *where, const char *options)
{
	static char text[16384];
	char pattern[128];
	int fd = open("/proc/self/mounts", O_RDONLY);
	size_t n = 0;
	ssize_t got;

	while (fd >= 0 && n < sizeof(text) - 1 && (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = 0;
	close(fd);
	snprintf(pattern, sizeof(pattern), " %s ", where);
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		if (strstr(line, pattern) && strstr(line, options))
			return 1;
	}
	return 0;
}

/* ---- read-only ---- */

static int due_readonly(const struct op *op)
{
	if (op->is & READS)
		return 0;
	/* The second name is elsewhere; a new link is refused for its place before that. */
	if (op->is & TWO && strncmp(op->name, "link(, ", 7) != 0 && strncmp(op->name, "linkat(, ", 9) != 0)
		return EXDEV;
	return EROFS;
}

static void all_readonly(const char *what, const char *at)
{
	char path[128], real[128];

	for (unsigned i = 0; i < NR_OPS; i++) {
		snprintf(path, sizeof(path), "%s/x", at);
		snprintf(real, sizeof(real), "store/x");
		prepare(&ops[i], real);
		expect(ops[i].call(AT_FDCWD, path), due_readonly(&ops[i]), "%s: %s", ops[i].name, what);
	}
	clear_name("store/x");
}

static void test_readonly(const char *folder)
{
	char where[256];
	int fd;

	BAIL_UNLESS(mkdir("store", 0755) == 0 && mkdir("ro", 0755) == 0, "no folders");
	snprintf(where, sizeof(where), "%s/ro", folder);
	expect(mount("store", "ro", NULL, MS_BIND, NULL), 0, "mount(MS_BIND)");
	BAIL_UNLESS(put_text("ro/seen", "text") == 4, "cannot write");
	OK(has_text("store/seen", "text"), "a bind mount shows the same files");
	fd = open("ro/seen", O_WRONLY);
	expect(mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), EBUSY, "a mount with a writer does not become read-only");
	close(fd);
	expect(mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0, "without one it does");
	OK(mounted_as(where, " ro"), "and /proc/self/mounts says so");
	OK(access("ro/seen", W_OK) == -1 && errno == EROFS, "access() knows");
	OK(put_text("store/more", "text") == 4, "the other way in stays writable");
	all_readonly("read-only", "ro");
	expect(mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND, NULL), 0, "and back");
	OK(put_text("ro/seen", "text") == 4, "it is writable again");
	unlink("ro/seen");
	unlink("ro/more");
	expect(umount("ro"), 0, "umount");
}

/* ---- nodev, noexec, nosuid, noatime, nosymfollow ---- */

static int runs(const char *program, int expected)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, "-c", "exit 7", (char *)NULL);
		_exit(errno == expected ? 99 : 98);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int copy_file(const char *from, const char *to)
{
	char bytes[4096];
	int in = open(from, O_RDONLY), out = open(to, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	ssize_t n;

	while (in >= 0 && out >= 0 && (n = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)n) != n)
			return -1;
	close(in);
	close(out);
	return in < 0 || out < 0 ? -1 : 0;
}

static void test_flags(const char *folder)
{
	static const struct { unsigned long flag; const char *text; } shown[] = {
		{ MS_NODEV, "nodev" }, { MS_NOEXEC, "noexec" }, { MS_NOSUID, "nosuid" }, { MS_NOATIME, "noatime" },
		{ MS_NODIRATIME, "nodiratime" },
	};
	struct stat before, after;
	char where[256], byte;
	int fd;

	snprintf(where, sizeof(where), "%s/ro", folder);
	BAIL_UNLESS(mount("store", "ro", NULL, MS_BIND, NULL) == 0, "no mount");
	for (unsigned i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		expect(mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | shown[i].flag, NULL), 0, "remount with %s", shown[i].text);
		OK(mounted_as(where, shown[i].text), "it is shown");
	}
	BAIL_UNLESS(mknod("store/null", S_IFCHR | 0666, makedev(1, 3)) == 0, "no device");
	mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL);
	expect(closed(open("ro/null", O_RDWR)), EACCES, "nodev: open a device");
	mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL);
	BAIL_UNLESS(copy_file("/bin/sh", "store/program") == 0, "no program");
	IS(runs("ro/program", EACCES), 99);
	OK(access("ro/program", X_OK) == -1 && errno == EACCES, "noexec: access() knows");
	mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND, NULL);
	expect(closed(open("ro/null", O_RDWR)), 0, "without, the device opens");
	IS(runs("ro/program", 0), 7);
	unlink("store/null");
	BAIL_UNLESS(put_text("store/read", "r") == 1, "no file");
	for (int noatime = 1; noatime >= 0; noatime--) {
		static const struct timespec old[2] = { { 1000000000, 0 }, { 1000000001, 0 } };

		mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | (noatime ? MS_NOATIME : 0), NULL);
		BAIL_UNLESS(utimensat(AT_FDCWD, "store/read", old, 0) == 0 && stat("store/read", &before) == 0, "no times");
		fd = open("ro/read", O_RDONLY);
		IS(read(fd, &byte, 1), 1);
		close(fd);
		BAIL_UNLESS(stat("store/read", &after) == 0, "no times");
		OK((before.st_atim.tv_sec != after.st_atim.tv_sec) == !noatime, "reading %s the access time", noatime ? "leaves" : "changes");
	}
	unlink("store/read");
	unlink("store/program");
	expect(umount("ro"), 0, "umount");
}

/* ---- the borders between mounts ---- */

static void test_borders(void)
{
	BAIL_UNLESS(mount("store", "ro", NULL, MS_BIND, NULL) == 0 && put_text("store/f", "x") == 1, "no mount");
	expect(rename("ro/f", "store/g"), EXDEV, "rename: between two mounts of one filesystem");
	expect(link("ro/f", "store/g"), EXDEV, "link: between them");
	expect(rename("ro", "elsewhere"), EBUSY, "rename: a mount point");
	expect(rename("store", "ro"), EBUSY, "rename: onto a mount point");
	expect(rmdir("ro"), EBUSY, "rmdir: a mount point");
	expect(unlink("ro"), EISDIR, "unlink: a mount point");
	expect(mount("store", "ro/f", NULL, MS_BIND, NULL), ENOTDIR, "mount: a folder onto a file");
	expect(mount("absent", "ro", NULL, MS_BIND, NULL), ENOENT, "mount: what is not there");
	expect(mount("store", "absent", NULL, MS_BIND, NULL), ENOENT, "mount: where nothing is");
	expect(mount("none", "ro", "nosuchfs", 0, NULL), ENODEV, "mount: an unknown filesystem");
	expect(mount("store", "ro", "impfs", 0, NULL), ENOTBLK, "mount: a folder as a disk");
	expect(mount("/dev/null", "ro", "impfs", 0, NULL), ENOTBLK, "mount: a character device as a disk");
	expect(mount(NULL, "store", NULL, MS_REMOUNT, NULL), EINVAL, "remount: what is no mount");
	BAIL_UNLESS(put_text("on", "hidden") == 6, "no file");
	expect(mount("store/f", "on", NULL, MS_BIND, NULL), 0, "mount: a file onto a file");
	OK(has_text("on", "x"), "shows it");
	expect(umount("on"), 0, "umount");
	OK(has_text("on", "hidden"), "and what was hidden is back");
	expect(umount("ro/f"), EINVAL, "umount: what is no mount");
	expect(umount("absent"), ENOENT, "umount: what is not there");
	expect(umount2("ro", 0x1000), EINVAL, "umount: an unknown flag");
	expect(umount2("ro", MNT_EXPIRE | MNT_FORCE), EINVAL, "umount: flags that exclude each other");
	become(USER, GROUP, 0);
	expect(mount("store", "ro", NULL, MS_BIND, NULL), EPERM, "mount: by a user");
	expect(umount("ro"), EPERM, "umount: by a user");
	become(0, 0, 0);
	expect(umount("ro"), 0, "umount");
	unlink("on");
	unlink("store/f");
}

/* ---- unmounting what is busy ---- */

static void test_busy(void)
{
	char text[8];
	int fd;

	BAIL_UNLESS(mount("none", "ro", "tmpfs", 0, NULL) == 0 && put_text("ro/f", "inside") == 6, "no tmpfs");
	fd = open("ro/f", O_RDONLY);
	expect(umount("ro"), EBUSY, "umount: with an open file");
	expect(umount2("ro", MNT_FORCE), EBUSY, "umount: by force");
	close(fd);
	BAIL_UNLESS(mkdir("ro/d", 0755) == 0 && chdir("ro/d") == 0, "no folder");
	expect(umount("../../ro"), EBUSY, "umount: with a working folder in it");
	BAIL_UNLESS(chdir("../..") == 0, "cannot go back");
	BAIL_UNLESS(mount("none", "ro/d", "tmpfs", 0, NULL) == 0, "no second");
	expect(umount("ro"), EBUSY, "umount: with a mount in it");
	expect(umount("ro/d"), 0, "umount: the inner one");
	expect(umount("ro"), 0, "umount: the outer one");
	BAIL_UNLESS(mount("none", "ro", "tmpfs", 0, NULL) == 0 && put_text("ro/f", "inside") == 6, "no tmpfs");
	fd = open("ro/f", O_RDWR);
	expect(umount2("ro", MNT_DETACH), 0, "umount(MNT_DETACH): with an open file");
	OK(access("ro/f", F_OK) == -1 && errno == ENOENT, "its names are gone");
	OK(pread(fd, text, 6, 0) == 6 && memcmp(text, "inside", 6) == 0, "the open file is there");
	IS(pwrite(fd, "more", 4, 6), 4);
	close(fd);
	BAIL_UNLESS(symlink("ro", "to-ro") == 0 && mount("none", "ro", "tmpfs", 0, NULL) == 0, "no tmpfs");
	expect(umount2("to-ro", UMOUNT_NOFOLLOW), EINVAL, "umount(UMOUNT_NOFOLLOW): a link");
	expect(umount("to-ro"), 0, "umount: through a link");
	unlink("to-ro");
}

static void test_expire(void)
{
	struct statfs st;
	int fd;

	BAIL_UNLESS(mount("none", "ro", "tmpfs", 0, NULL) == 0 && put_text("ro/f", "inside") == 6, "no tmpfs");
	expect(umount2("ro", MNT_EXPIRE | MNT_FORCE), EINVAL, "umount(MNT_EXPIRE|MNT_FORCE)");
	expect(umount2("ro", MNT_EXPIRE | MNT_DETACH), EINVAL, "umount(MNT_EXPIRE|MNT_DETACH)");
	expect(umount2("/", MNT_EXPIRE), EINVAL, "umount(MNT_EXPIRE): the root");
	expect(umount2("ro/f", MNT_EXPIRE), EINVAL, "umount(MNT_EXPIRE): what is no mount");
	fd = open("ro/f", O_RDONLY);
	expect(umount2("ro", MNT_EXPIRE), EBUSY, "umount(MNT_EXPIRE): with an open file");
	close(fd);
	expect(umount2("ro", MNT_EXPIRE), EAGAIN, "umount(MNT_EXPIRE): the first time, EBUSY had marked nothing");
	OK(has_text("ro/f", "inside"), "it is still there");
	expect(umount2("ro", MNT_EXPIRE), EAGAIN, "umount(MNT_EXPIRE): it was used meanwhile");
	OK(statfs("ro", &st) == 0, "statfs is a use");
	expect(umount2("ro", MNT_EXPIRE), EAGAIN, "umount(MNT_EXPIRE): used again");
	OK(access("store", F_OK) == 0 && access("f", F_OK) == -1, "others are none");
	become(USER, GROUP, 0);
	expect(umount2("ro", MNT_EXPIRE), EPERM, "umount(MNT_EXPIRE): by a user");
	become(0, 0, 0);
	expect(umount2("ro", MNT_EXPIRE | UMOUNT_NOFOLLOW), 0, "umount(MNT_EXPIRE): unused since the last");
	OK(access("ro/f", F_OK) == -1 && errno == ENOENT, "and it is gone");
	expect(umount2("ro", MNT_EXPIRE), EINVAL, "umount(MNT_EXPIRE): what is no mount any more");
	BAIL_UNLESS(mount("none", "ro", "tmpfs", 0, NULL) == 0, "no tmpfs");
	expect(umount2("ro", MNT_EXPIRE), EAGAIN, "umount(MNT_EXPIRE): a new mount is not marked");
	expect(umount("ro"), 0, "umount: at once, marked or not");
}

static void test_move(const char *folder)
{
	char where[256];

	snprintf(where, sizeof(where), "%s/there", folder);
	BAIL_UNLESS(mkdir("there", 0755) == 0 && mount("none", "ro", "tmpfs", MS_NOSUID, NULL) == 0 && mkdir("ro/sub", 0755) == 0 &&
		    mount("none", "ro/sub", "tmpfs", 0, NULL) == 0 && put_text("ro/sub/deep", "d") == 1, "no mounts");
	expect(mount("ro", "there", NULL, MS_MOVE, NULL), 0, "mount(MS_MOVE)");
	OK(has_text("there/sub/deep", "d") && access("ro/sub", F_OK) != 0, "it is there with what is mounted in it");
	OK(mounted_as(where, "nosuid"), "and keeps its options");
	expect(mount("there", "there/sub", NULL, MS_MOVE, NULL), ELOOP, "mount(MS_MOVE): into itself");
	expect(mount("there", "ro", NULL, MS_BIND, NULL), 0, "mount(MS_BIND)");
	OK(access("ro/sub/deep", F_OK) != 0, "takes one mount");
	expect(umount("ro"), 0, "umount");
	expect(mount("there", "ro", NULL, MS_BIND | MS_REC, NULL), 0, "mount(MS_BIND|MS_REC)");
	OK(has_text("ro/sub/deep", "d"), "takes all");
	expect(umount2("ro", MNT_DETACH), 0, "umount(MNT_DETACH): takes all down");
	OK(has_text("there/sub/deep", "d"), "and leaves the first");
	expect(umount2("there", MNT_DETACH), 0, "umount(MNT_DETACH)");
	rmdir("there");
}

/* ---- what is full ---- */

static void test_full(void)
{
	static char block[65536];
	int fd, i, made = 0;
	char name[32];

	BAIL_UNLESS(mount("none", "ro", "tmpfs", 0, "size=256k,nr_inodes=12") == 0, "no tmpfs");
	fd = open("ro/big", O_CREAT | O_WRONLY, 0644);
	memset(block, 'b', sizeof(block));
	for (i = 0; i < 8 && write(fd, block, sizeof(block)) == sizeof(block); i++)
		;
	IS(i, 4);
	ERRNO(write(fd, block, 1), ENOSPC);
	ERRNO(fallocate(fd, 0, 0, 1 << 20), ENOSPC);
	close(fd);
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "ro/%d", i);
		if (mknod(name, S_IFREG | 0644, 0) == 0)
			made++;
	}
	IS(made, 10);
	ERRNO(mkdir("ro/no", 0755), ENOSPC);
	ERRNO(symlink("x", "ro/no"), ENOSPC);
	ERRNO(mkfifo("ro/no", 0644), ENOSPC);
	ERRNO(mknod("ro/no", S_IFSOCK | 0644, 0), ENOSPC);
	ERRNO(open("ro/no", O_CREAT | O_WRONLY, 0644), ENOSPC);
	expect(umount("ro"), 0, "umount");
}

static void test_limits(unsigned long links)
{
	struct rlimit before;
	int fd = -1, last, status, pipes[2];
	static char target[4200];
	pid_t pid;

	memset(target, 't', 4096);
	ERRNO(symlink(target, "long"), ENAMETOOLONG);
	target[4095] = 0;
	expect(symlink(target, "long"), 0, "symlink: 4095 bytes");
	IS(readlink("long", target, sizeof(target)), 4095);
	ERRNO(open("long", O_RDONLY), ENAMETOOLONG);
	unlink("long");
	ERRNO(mknod("odd", 0170000, 0), EINVAL);
	ERRNO(mknod("odd", S_IFDIR | 0755, 0), EPERM);
	become(USER, GROUP, 0);
	ERRNO(mknod("odd", S_IFCHR | 0644, makedev(1, 3)), EPERM);
	ERRNO(mknod("odd", S_IFBLK | 0644, makedev(8, 0)), EPERM);
	become(0, 0, 0);
	BAIL_UNLESS(mknod("odd", S_IFCHR | 0644, makedev(240, 77)) == 0, "no node");
	ERRNO(open("odd", O_RDONLY), ENXIO);
	unlink("odd");
	BAIL_UNLESS(getrlimit(RLIMIT_NOFILE, &before) == 0 && setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 32, before.rlim_max }) == 0, "no limit");
	while ((last = open("/dev/null", O_RDONLY)) >= 0)
		fd = last;
	OK(errno == EMFILE && fd == 31, "32 descriptors and no more: %d", fd);
	ERRNO(pipe(pipes), EMFILE);
	ERRNO(dup(0), EMFILE);
	while (fd > 2)
		close(fd--);
	setrlimit(RLIMIT_NOFILE, &before);
	/* A program that runs is not written to, and one that is written to does not run. */
	BAIL_UNLESS(copy_file("/bin/sh", "program") == 0 && pipe(pipes) == 0, "no program");
	pid = fork();
	if (pid == 0) {
		dup2(pipes[0], 0);
		close(pipes[1]);
		execl("program", "program", "-c", "read x; exit 3", (char *)NULL);
		_exit(1);
	}
	BAIL_UNLESS(until_asleep(pid), "it reads its input");
	ERRNO(open("program", O_WRONLY), ETXTBSY);
	ERRNO(open("program", O_RDWR | O_TRUNC), ETXTBSY);
	ERRNO(truncate("program", 0), ETXTBSY);
	expect(chmod("program", 0700), 0, "chmod: a program that runs");
	close(pipes[0]);
	close(pipes[1]);
	OK(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "it ends");
	fd = open("program", O_WRONLY);
	OK(fd >= 0, "then it may be written to");
	IS(runs("program", ETXTBSY), 99);
	close(fd);
	IS(runs("program", 0), 7);
	unlink("program");
	/* 2 GiB and more need a program that knows of large files. */
	BAIL_UNLESS(put_text("large", "x") == 1 && truncate("large", 0x80000000LL) == 0, "no large file");
	ERRNO(syscall(SYS_open, "large", O_RDONLY), EOVERFLOW);
	expect(closed(syscall(SYS_open, "large", O_RDONLY | 0100000)), 0, "open(O_LARGEFILE)");
	unlink("large");
	if (!links)
		return;
	BAIL_UNLESS(put_text("linked", "x") == 1 && mkdir("links", 0755) == 0, "no file");
	unsigned long n;
	char name[32];
	for (n = 1; n < links; n++) {
		snprintf(name, sizeof(name), "links/%lu", n);
		if (link("linked", name))
			break;
	}
	IS(n, links);
	ERRNO(link("linked", "links/more"), EMLINK);
	expect(unlink("links/1"), 0, "unlink: one of them");
	expect(link("linked", "links/more"), 0, "link: in its place");
}

int main(int argc, char **argv)
{
	const char *folder = enter_folder(argc, argv, "/var/tmp/posix-mounts");

	umask(022);
	BAIL_UNLESS(chmod(".", 0777) == 0, "no mode");
	test_readonly(folder);
	test_flags(folder);
	test_borders();
	test_busy();
	test_expire();
	test_move(folder);
	test_full();
	test_limits(argc > 2 ? strtoul(argv[2], NULL, 10) : 0);
	return test_done();
}
