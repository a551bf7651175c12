/*
 * Calls that take a path, by their numbers: what they do, and how they fail of names that are not there, too long, behind a
 * file, in a circle or closed. `absent` of the table: the error of a last name that is not there.
 */
#include "by-path.h"
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>

static char name_of_256[300], path_of_4096[5000];

static void names_that_fail(void)
{
	static const struct { const char *path, *name; int error; } kinds[] = {
		{ "nowhere/x", "ENOENT", ENOENT }, { "file/x", "ENOTDIR", ENOTDIR }, { name_of_256, "ENAMETOOLONG", ENAMETOOLONG },
		{ path_of_4096, "ENAMETOOLONG", ENAMETOOLONG }, { (void *)8, "EFAULT", EFAULT }, { "loop/x", "ELOOP", ELOOP },
		{ "", "ENOENT", ENOENT },
	};
	int inotify = (int)syscall(__NR_inotify_init1, 0);

	for (unsigned i = 0; i < sizeof(by_path) / sizeof(by_path[0]); i++) {
		const struct by_path *p = &by_path[i];
		for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			fails(p->name, kinds[k].name, kinds[k].error, make(p, kinds[k].path, inotify), (int)i);
		pid_t pid = fork();
		if (pid == 0) {
			become_user();
			_exit(make(p, "closed/x", inotify) == -1 ? errno : 0);
		}
		errno = child_status(pid);
		fails(p->name, "EACCES", EACCES, errno ? -1 : 0, (int)i);
	}
	close(inotify);
}

/* The *at calls from descriptors that are none, and no folders. */
static void folders_that_fail(void)
{
	static const struct { const char *name; long number, args[6]; int dfd; } at[] = {
#define D(name, which, ...) { #name, __NR_##name, { __VA_ARGS__ }, which }
		D(openat, 0, 0, W("x"), O_RDONLY), D(mkdirat, 0, 0, W("x"), 0700), D(mknodat, 0, 0, W("x"), S_IFREG, 0),
		D(fchownat, 0, 0, W("x"), 0, 0, 0), D(futimesat, 0, 0, W("x"), 0), D(fstatat64, 0, 0, W("x"), W(out), 0),
		D(unlinkat, 0, 0, W("x"), 0), D(renameat, 0, 0, W("x"), CWD, W("y")), D(renameat, 2, CWD, W("file"), 0, W("y")),
		D(linkat, 0, 0, W("x"), CWD, W("y"), 0), D(symlinkat, 1, W("x"), 0, W("y")), D(readlinkat, 0, 0, W("x"), W(out), 9),
		D(fchmodat, 0, 0, W("x"), 0600), D(faccessat, 0, 0, W("x"), 0), D(utimensat, 0, 0, W("x"), W(ts), 0),
		D(utimensat_time64, 0, 0, W("x"), W(ts64), 0), D(renameat2, 0, 0, W("x"), CWD, W("y"), 0),
		D(execveat, 0, 0, W("x"), 0, 0, 0), D(statx, 0, 0, W("x"), 0, 0, W(out)), D(openat2, 0, 0, W("x"), W(how), 24),
		D(faccessat2, 0, 0, W("x"), 0, 0),
	};
	int file = open("file", O_RDONLY);

	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		for (int k = 0; k < 2; k++) {
			long a[6];

			for (int j = 0; j < 6; j++)
				a[j] = at[i].args[j];
			a[at[i].dfd] = k ? file : NOFD;
			fails(at[i].name, k ? "ENOTDIR" : "EBADF", k ? ENOTDIR : EBADF,
			      syscall(at[i].number, a[0], a[1], a[2], a[3], a[4], a[5]), (int)i);
		}
	}
	close(file);
}

static void opening(void)
{
	long fd = WORKS(open, "file", O_RDWR), dir;
	struct rlimit few = { 5, 5 };

	close((int)fd);
	fd = WORKS(creat, "made", 0600);
	close((int)fd);
	FAILS(EEXIST, open, "made", O_CREAT | O_EXCL | O_WRONLY, 0600);
	FAILS(EISDIR, open, "dir", O_WRONLY);
	FAILS(EISDIR, creat, "dir", 0600);
	FAILS(EINVAL, open, "dir", O_RDONLY | 020200000, 0);	/* O_TMPFILE that is not to be written */
	FAILS(ENXIO, open, "fifo", O_WRONLY | O_NONBLOCK);
	FAILS(ELOOP, open, "link", O_RDONLY | O_NOFOLLOW);
	FAILS(ENXIO, open, "nodev", O_RDONLY);
	USER_FAILS(EPERM, open, "readable", O_RDONLY | O_NOATIME);
	USER_FAILS(EACCES, open, "file", O_WRONLY);
	dir = WORKS(openat, CWD, "dir", O_RDONLY | O_DIRECTORY);
	fd = WORKS(openat, dir, "below", O_CREAT | O_RDWR, 0600);
	close((int)fd);
	FAILS(EEXIST, openat, dir, "below", O_CREAT | O_EXCL | O_WRONLY, 0600);
	FAILS(EISDIR, openat, CWD, "dir", O_RDWR);
	fd = WORKS(openat2, dir, "below", how, 24);
	close((int)fd);
	FAILS(EINVAL, openat2, dir, "below", how, 8);
	FAILS(E2BIG, openat2, dir, "below", how, 5000);
	FAILS(EFAULT, openat2, dir, "below", BADP, 24);
	long beneath[6] = { O_RDONLY, 0, 0, 0, 8, 0 };		/* RESOLVE_BENEATH */
	FAILS(EXDEV, openat2, dir, "../file", beneath, 24);
	long strict[6] = { O_RDONLY, 0, 0, 0, 4, 0 };		/* RESOLVE_NO_SYMLINKS */
	FAILS(ELOOP, openat2, CWD, "link", strict, 24);
	pid_t pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_NOFILE, &few);
		while (open("file", O_RDONLY) >= 0)
			;
		_exit(errno == EMFILE ? 0 : errno);
	}
	fails("open", "EMFILE", EMFILE, child_status(pid) ? 0 : (errno = EMFILE, -1), __LINE__);
	FAILS(ETXTBSY, open, "/proc/self/exe", O_WRONLY);
	FAILS(ETXTBSY, truncate, "/proc/self/exe", 0);
	FAILS(ETXTBSY, truncate64, "/proc/self/exe", 0, 0);
	close((int)dir);
}

static void linking(void)
{
	WORKS(link, "file", "linked");
	FAILS(EEXIST, link, "file", "linked");
	FAILS(EPERM, link, "dir", "dirlink");
	FAILS(EXDEV, link, "file", "/dev/shm/x");
	WORKS(unlink, "linked");
	FAILS(EISDIR, unlink, "dir");
	FAILS(ENOENT, unlink, "linked");
	WORKS(linkat, CWD, "link", CWD, "linked", 0x400);
	FAILS(EEXIST, linkat, CWD, "file", CWD, "linked", 0);
	FAILS(EINVAL, linkat, CWD, "file", CWD, "other", 7);
	FAILS(EXDEV, linkat, CWD, "file", CWD, "/dev/shm/x", 0);
	FAILS(EPERM, linkat, CWD, "dir", CWD, "dirlink", 0);
	WORKS(unlinkat, CWD, "linked", 0);
	FAILS(EINVAL, unlinkat, CWD, "linked", 7);
	FAILS(EISDIR, unlinkat, CWD, "dir", 0);
	FAILS(ENOTDIR, unlinkat, CWD, "file", 0x200);
	FAILS(ENOTEMPTY, unlinkat, CWD, "dir", 0x200);
	WORKS(symlink, "file", "sym");
	FAILS(EEXIST, symlink, "file", "sym");
	FAILS(ENOENT, symlink, "", "sym2");
	FAILS(EFAULT, symlink, BADP, "sym2");
	FAILS(ENAMETOOLONG, symlink, path_of_4096, "sym2");
	GIVES(4, readlink, "sym", out, 100);
	FAILS(EINVAL, readlink, "file", out, 100);
	FAILS(EINVAL, readlink, "sym", out, 0);
	FAILS(EFAULT, readlink, "sym", BADP, 100);
	GIVES(4, readlinkat, CWD, "sym", out, 100);
	FAILS(EINVAL, readlinkat, CWD, "file", out, 100);
	WORKS(symlinkat, "file", CWD, "symat");
	FAILS(EEXIST, symlinkat, "file", CWD, "symat");
	unlink("sym");
	unlink("symat");
	WORKS(mkdir, "new", 0700);
	FAILS(EEXIST, mkdir, "new", 0700);
	FAILS(EEXIST, mkdirat, CWD, "new", 0700);
	FAILS(ENOTEMPTY, rmdir, "dir");
	FAILS(ENOTDIR, rmdir, "file");
	FAILS(EINVAL, rmdir, "new/.");
	FAILS(EBUSY, rmdir, "/proc");
	WORKS(rmdir, "new");
	WORKS(mkdirat, CWD, "new", 0700);
	rmdir("new");
	WORKS(mknod, "node", S_IFIFO | 0600, 0);
	FAILS(EEXIST, mknod, "node", S_IFIFO | 0600, 0);
	FAILS(EPERM, mknod, "node2", S_IFDIR | 0700, 0);
	FAILS(EINVAL, mknod, "node2", 0170000, 0);
	USER_FAILS(EPERM, mknod, "open/node", S_IFCHR | 0600, 0x101);
	unlink("node");
	WORKS(mknodat, CWD, "node", S_IFREG | 0600, 0);
	FAILS(EEXIST, mknodat, CWD, "node", S_IFREG | 0600, 0);
	FAILS(EINVAL, mknodat, CWD, "node2", 0170000, 0);
	FAILS(EPERM, mknodat, CWD, "node2", S_IFDIR | 0700, 0);
	unlink("node");
}

static void renaming(void)
{
	WORKS(rename, "made", "named");
	WORKS(renameat, CWD, "named", CWD, "made");
	WORKS(renameat2, CWD, "made", CWD, "named", 1);
	FAILS(EEXIST, renameat2, CWD, "named", CWD, "file", 1);
	FAILS(EINVAL, renameat2, CWD, "named", CWD, "file", 3);
	FAILS(EINVAL, renameat2, CWD, "named", CWD, "file", 0x80);
	FAILS(ENOENT, renameat2, CWD, "named", CWD, "nothing", 2);
	FAILS(EISDIR, rename, "named", "dir");
	FAILS(ENOTDIR, rename, "dir", "named");
	FAILS(EINVAL, rename, "dir", "dir/sub");
	FAILS(ENOTEMPTY, rename, "open", "dir");
	FAILS(EXDEV, rename, "named", "/dev/shm/x");
	FAILS(EBUSY, rename, "dir/.", "other");
	FAILS(EISDIR, renameat, CWD, "named", CWD, "dir");
	FAILS(EINVAL, renameat, CWD, "dir", CWD, "dir/sub");
	FAILS(EXDEV, renameat, CWD, "named", CWD, "/dev/shm/x");
	FAILS(ENOTEMPTY, renameat, CWD, "open", CWD, "dir");
	FAILS(EXDEV, renameat2, CWD, "named", CWD, "/dev/shm/x", 0);
	/* In a sticky folder only what is one's own. */
	USER_FAILS(EPERM, rename, "sticky/root", "sticky/mine");
	USER_FAILS(EPERM, unlink, "sticky/root");
	USER_FAILS(EPERM, unlinkat, CWD, "sticky/root", 0);
	USER_FAILS(EPERM, rmdir, "sticky/folder");
	USER_FAILS(EACCES, rename, "file", "other");
	unlink("named");
}

static void attributes(void)
{
	long fd = open("file", O_RDWR), path = open("file", 010000000);

	WORKS(chmod, "file", 0644);
	USER_FAILS(EPERM, chmod, "file", 0600);
	WORKS(fchmod, fd, 0600);
	FAILS(EBADF, fchmod, NOFD, 0600);
	FAILS(EBADF, fchmod, path, 0600);
	USER_FAILS(EPERM, fchmod, fd, 0600);
	WORKS(fchmodat, CWD, "file", 0600);
	USER_FAILS(EPERM, fchmodat, CWD, "file", 0600);
	WORKS(chown, "file", 0, 0);
	WORKS(lchown, "link", 0, 0);
	WORKS(fchown, fd, 0, 0);
	WORKS(chown32, "file", 0, 0);
	WORKS(lchown32, "link", 0, 0);
	WORKS(fchown32, fd, 0, 0);
	WORKS(fchownat, CWD, "link", 0, 0, 0x100);
	FAILS(EINVAL, fchownat, CWD, "link", 0, 0, 0x7);
	FAILS(EBADF, fchown, NOFD, 0, 0);
	FAILS(EBADF, fchown32, NOFD, 0, 0);
	USER_FAILS(EPERM, chown, "file", 1, 1);
	USER_FAILS(EPERM, lchown, "file", 1, 1);
	USER_FAILS(EPERM, fchown, fd, 1, 1);
	USER_FAILS(EPERM, chown32, "file", 1, 1);
	USER_FAILS(EPERM, lchown32, "file", 1, 1);
	USER_FAILS(EPERM, fchown32, fd, 1, 1);
	USER_FAILS(EPERM, fchownat, CWD, "file", 1, 1, 0);
	WORKS(utime, "file", NULL);
	WORKS(utimes, "file", NULL);
	WORKS(futimesat, CWD, "file", NULL);
	WORKS(utimensat, CWD, "file", ts, 0);
	WORKS(utimensat_time64, CWD, "file", ts64, 0);
	FAILS(EFAULT, utime, "file", BADP);
	FAILS(EFAULT, utimes, "file", BADP);
	FAILS(EFAULT, utimensat, CWD, "file", BADP, 0);
	FAILS(EINVAL, utimensat, CWD, "file", ts, 7);
	FAILS(EINVAL, utimensat_time64, CWD, "file", ts64, 7);
	const long wrong[4] = { 0, 1000000000, 0, 0 };
	FAILS(EINVAL, utimensat, CWD, "file", wrong, 0);
	FAILS(EINVAL, utimes, "file", wrong);
	FAILS(EINVAL, futimesat, CWD, "file", wrong);
	USER_FAILS(EPERM, utime, "file", ts);
	USER_FAILS(EPERM, utimes, "file", ts);
	USER_FAILS(EPERM, utimensat, CWD, "file", ts, 0);
	USER_FAILS(EPERM, utimensat_time64, CWD, "file", ts64, 0);
	USER_FAILS(EACCES, utime, "file", NULL);
	WORKS(truncate, "file", 100);
	WORKS(truncate64, "file", 10, 0);
	FAILS(EINVAL, truncate, "file", -1);
	FAILS(EINVAL, truncate64, "file", 0, 0x80000000);
	FAILS(EISDIR, truncate, "dir", 0);
	FAILS(EISDIR, truncate64, "dir", 0, 0);
	FAILS(EFBIG, truncate64, "file", 0, 0x7fffffff);
	USER_FAILS(EACCES, truncate, "file", 0);
	WORKS(access, "file", 4);
	FAILS(EINVAL, access, "file", 8);
	USER_FAILS(EACCES, access, "file", 4);
	WORKS(faccessat, CWD, "file", 4);
	FAILS(EINVAL, faccessat, CWD, "file", 8);
	WORKS(faccessat2, CWD, "link", 0, 0x100);
	FAILS(EINVAL, faccessat2, CWD, "file", 8, 0);
	FAILS(EINVAL, faccessat2, CWD, "file", 0, 7);
	close((int)fd);
	close((int)path);
}

static void looking(void)
{
	long fd = open("file", O_RDWR), dir = open("dir", O_RDONLY);

	WORKS(oldstat, "file", out);
	WORKS(oldlstat, "link", out);
	WORKS(oldfstat, fd, out);
	WORKS(stat, "file", out);
	WORKS(lstat, "link", out);
	WORKS(fstat, fd, out);
	WORKS(stat64, "file", out);
	WORKS(lstat64, "link", out);
	WORKS(fstat64, fd, out);
	WORKS(fstatat64, CWD, "link", out, 0x100);
	WORKS(statx, CWD, "link", 0x100, 0x7ff, out);
	WORKS(statfs, "/", out);
	WORKS(fstatfs, fd, out);
	WORKS(statfs64, "/", 84, out);
	WORKS(fstatfs64, fd, 84, out);
	FAILS(EFAULT, oldstat, "file", BADP);
	FAILS(EFAULT, oldlstat, "file", BADP);
	FAILS(EFAULT, stat, "file", BADP);
	FAILS(EFAULT, lstat, "file", BADP);
	FAILS(EFAULT, stat64, "file", BADP);
	FAILS(EFAULT, lstat64, "file", BADP);
	FAILS(EFAULT, fstatat64, CWD, "file", BADP, 0);
	FAILS(EFAULT, statx, CWD, "file", 0, 0x7ff, BADP);
	FAILS(EFAULT, statfs, "/", BADP);
	FAILS(EFAULT, statfs64, "/", 84, BADP);
	FAILS(EFAULT, oldfstat, fd, BADP);
	FAILS(EFAULT, fstat, fd, BADP);
	FAILS(EFAULT, fstat64, fd, BADP);
	FAILS(EFAULT, fstatfs, fd, BADP);
	FAILS(EFAULT, fstatfs64, fd, 84, BADP);
	FAILS(EBADF, oldfstat, NOFD, out);
	FAILS(EBADF, fstat, NOFD, out);
	FAILS(EBADF, fstat64, NOFD, out);
	FAILS(EBADF, fstatfs, NOFD, out);
	FAILS(EBADF, fstatfs64, NOFD, 84, out);
	FAILS(EINVAL, fstatfs64, fd, 83, out);
	FAILS(EINVAL, statfs64, "/", 83, out);
	FAILS(EINVAL, fstatat64, CWD, "file", out, 7);
	FAILS(EINVAL, statx, CWD, "file", 7, 0x7ff, out);
	WORKS(name_to_handle_at, CWD, "file", &handle, out, 0);
	FAILS(EBADF, name_to_handle_at, NOFD, "file", &handle, out, 0);
	FAILS(EOPNOTSUPP, name_to_handle_at, CWD, "/proc/version", &handle, out, 0);
	close((int)WORKS(open_by_handle_at, fd, &handle, O_RDONLY));
	FAILS(EBADF, open_by_handle_at, NOFD, &handle, O_RDONLY);
	FAILS(EFAULT, open_by_handle_at, fd, BADP, O_RDONLY);
	USER_FAILS(EPERM, open_by_handle_at, fd, &handle, O_RDONLY);
	handle.type = 77;
	FAILS(ESTALE, open_by_handle_at, fd, &handle, O_RDONLY);
	FAILS(EINVAL, statx, CWD, "file", 0, 0x80000000, out);
	WORKS(readdir, dir, out, 1);
	WORKS(getdents, dir, out, 1000);
	syscall(__NR_lseek, dir, 0, 0);
	WORKS(getdents64, dir, out, 1000);
	FAILS(EBADF, readdir, NOFD, out, 1);
	FAILS(EBADF, getdents, NOFD, out, 1000);
	FAILS(EBADF, getdents64, NOFD, out, 1000);
	FAILS(ENOTDIR, readdir, fd, out, 1);
	FAILS(ENOTDIR, getdents, fd, out, 1000);
	FAILS(ENOTDIR, getdents64, fd, out, 1000);
	syscall(__NR_lseek, dir, 0, 0);
	FAILS(EINVAL, getdents, dir, out, 1);
	FAILS(EINVAL, getdents64, dir, out, 1);
	FAILS(EFAULT, getdents, dir, BADP, 1000);
	FAILS(EFAULT, getdents64, dir, BADP, 1000);
	WORKS(chdir, "dir");
	WORKS(getcwd, out, 1000);
	FAILS(ERANGE, getcwd, out, 2);
	FAILS(EFAULT, getcwd, BADP, 1000);
	WORKS(fchdir, dir);
	FAILS(EBADF, fchdir, NOFD);
	FAILS(ENOTDIR, fchdir, fd);
	int closed = open("../closed", O_RDONLY);
	USER_FAILS(EACCES, fchdir, closed);
	close(closed);
	CHILD_WORKS(chroot, "/");
	USER_FAILS(EPERM, chroot, "/");
	FAILS(ENOENT, chroot, "nowhere");
	FAILS(ENOTDIR, chroot, "../file");
	FAILS(EFAULT, chroot, BADP);
	FAILS(ENAMETOOLONG, chroot, path_of_4096);
	FAILS(ELOOP, chroot, "../loop");
	mkdir("gone", 0700);
	chdir("gone");
	rmdir("../gone");
	FAILS(ENOENT, getcwd, out, 1000);
	chdir(FOLDER);
	GIVES(022, umask, 022);
	close((int)fd);
	close((int)dir);
}

static void extended(void)
{
	long fd = open("file", O_RDWR);

	WORKS(setxattr, "file", "user.a", "value", 5, 0);
	WORKS(lsetxattr, "file", "user.b", "value", 5, 0);
	WORKS(fsetxattr, fd, "user.c", "value", 5, 0);
	GIVES(5, getxattr, "file", "user.a", out, 100);
	GIVES(5, lgetxattr, "file", "user.b", NULL, 0);
	GIVES(5, fgetxattr, fd, "user.c", out, 100);
	GIVES(21, listxattr, "file", out, 100);
	GIVES(21, llistxattr, "file", NULL, 0);
	GIVES(21, flistxattr, fd, out, 100);
	FAILS(EEXIST, setxattr, "file", "user.a", "v", 1, 1);
	FAILS(EEXIST, lsetxattr, "file", "user.a", "v", 1, 1);
	FAILS(EEXIST, fsetxattr, fd, "user.a", "v", 1, 1);
	FAILS(ENODATA, setxattr, "file", "user.z", "v", 1, 2);
	FAILS(ENODATA, lsetxattr, "file", "user.z", "v", 1, 2);
	FAILS(ENODATA, fsetxattr, fd, "user.z", "v", 1, 2);
	FAILS(EINVAL, setxattr, "file", "user.z", "v", 1, 8);
	FAILS(ERANGE, setxattr, "file", "", "v", 1, 0);
	FAILS(ERANGE, lsetxattr, "file", "", "v", 1, 0);
	FAILS(ERANGE, fsetxattr, fd, "", "v", 1, 0);
	FAILS(E2BIG, setxattr, "file", "user.z", "v", 65537, 0);
	FAILS(EOPNOTSUPP, setxattr, "file", "nonsense.z", "v", 1, 0);
	FAILS(EOPNOTSUPP, lsetxattr, "file", "nonsense.z", "v", 1, 0);
	FAILS(EOPNOTSUPP, fsetxattr, fd, "nonsense.z", "v", 1, 0);
	FAILS(EPERM, lsetxattr, "link", "user.a", "v", 1, 0);
	USER_FAILS(EACCES, setxattr, "file", "user.z", "v", 1, 0);
	USER_FAILS(EPERM, setxattr, "file", "trusted.z", "v", 1, 0);
	FAILS(EBADF, fsetxattr, NOFD, "user.a", "v", 1, 0);
	FAILS(ENODATA, getxattr, "file", "user.z", out, 100);
	FAILS(ENODATA, lgetxattr, "file", "user.z", out, 100);
	FAILS(ENODATA, fgetxattr, fd, "user.z", out, 100);
	FAILS(ERANGE, getxattr, "file", "user.a", out, 1);
	FAILS(ERANGE, lgetxattr, "file", "user.a", out, 1);
	FAILS(ERANGE, fgetxattr, fd, "user.a", out, 1);
	FAILS(EOPNOTSUPP, getxattr, "file", "nonsense.z", out, 100);
	FAILS(EBADF, fgetxattr, NOFD, "user.a", out, 1);
	FAILS(ERANGE, listxattr, "file", out, 1);
	FAILS(ERANGE, llistxattr, "file", out, 1);
	FAILS(ERANGE, flistxattr, fd, out, 1);
	FAILS(EBADF, flistxattr, NOFD, out, 1);
	FAILS(EFAULT, getxattr, "file", "user.a", BADP, 100);
	FAILS(EFAULT, listxattr, "file", BADP, 100);
	WORKS(removexattr, "file", "user.a");
	WORKS(lremovexattr, "file", "user.b");
	WORKS(fremovexattr, fd, "user.c");
	FAILS(ENODATA, removexattr, "file", "user.a");
	FAILS(ENODATA, lremovexattr, "file", "user.a");
	FAILS(ENODATA, fremovexattr, fd, "user.a");
	FAILS(EOPNOTSUPP, removexattr, "file", "nonsense.z");
	FAILS(EOPNOTSUPP, lremovexattr, "file", "nonsense.z");
	FAILS(EOPNOTSUPP, fremovexattr, fd, "nonsense.z");
	FAILS(EBADF, fremovexattr, NOFD, "user.a");
	close((int)fd);
}

static void mounting(void)
{
	WORKS(mount, "tmpfs", "dir", "tmpfs", 0, NULL);
	FAILS(EBUSY, rename, "dir", "other");
	FAILS(EINVAL, mount, "none", "dir", NULL, 0, NULL);
	FAILS(ENODEV, mount, "none", "dir", "nonsense", 0, NULL);
	FAILS(ENOENT, mount, "none", "nowhere", "tmpfs", 0, NULL);
	FAILS(ENOTDIR, mount, "none", "file", "tmpfs", 0, NULL);
	FAILS(EFAULT, mount, "none", BADP, "tmpfs", 0, NULL);
	FAILS(EFAULT, mount, "none", "dir", BADP, 0, NULL);
	FAILS(ELOOP, mount, "none", "loop", "tmpfs", 0, NULL);
	FAILS(ENAMETOOLONG, mount, "none", path_of_4096, "tmpfs", 0, NULL);
	USER_FAILS(EPERM, mount, "tmpfs", "dir", "tmpfs", 0, NULL);
	int fd = open("dir", O_RDONLY);
	FAILS(EBUSY, umount, "dir");
	FAILS(EBUSY, umount2, "dir", 0);
	close(fd);
	FAILS(EAGAIN, umount2, "dir", 4);
	WORKS(umount2, "dir", 0);
	FAILS(EINVAL, umount2, "dir", 0);
	FAILS(EINVAL, umount2, "dir", 0x100);
	FAILS(EINVAL, umount, "dir");
	FAILS(ENOENT, umount, "nowhere");
	FAILS(ENOENT, umount2, "nowhere", 0);
	FAILS(EFAULT, umount, BADP);
	FAILS(EFAULT, umount2, BADP, 0);
	FAILS(ENAMETOOLONG, umount, path_of_4096);
	FAILS(ENAMETOOLONG, umount2, path_of_4096, 0);
	USER_FAILS(EPERM, umount, "dir");
	USER_FAILS(EPERM, umount2, "dir", 0);
	mount("tmpfs", "dir", "tmpfs", MS_RDONLY, NULL);
	FAILS(EROFS, mkdir, "dir/x", 0700);
	FAILS(EROFS, creat, "dir/x", 0600);
	FAILS(EROFS, open, "dir/x", O_CREAT | O_WRONLY, 0600);
	FAILS(EROFS, mknod, "dir/x", S_IFREG, 0);
	FAILS(EROFS, symlink, "x", "dir/x");
	FAILS(EROFS, chmod, "dir", 0700);
	FAILS(EROFS, chown32, "dir", 0, 0);
	FAILS(EROFS, utimes, "dir", NULL);
	FAILS(EROFS, access, "dir", 2);
	FAILS(EROFS, faccessat, CWD, "dir", 2);
	FAILS(EROFS, setxattr, "dir", "trusted.x", "v", 1, 0);
	WORKS(umount, "dir");
	FAILS(ENOTBLK, mount, "/dev/null", "dir", "impfs", 0, NULL);
	FAILS(ENOENT, swapon, "nowhere", 0);
	FAILS(EINVAL, swapon, "file", 0);
	FAILS(EFAULT, swapon, BADP, 0);
	USER_FAILS(EPERM, swapon, "file", 0);
	FAILS(ENOENT, swapoff, "nowhere");
	FAILS(EINVAL, swapoff, "file");
	USER_FAILS(EPERM, swapoff, "file");
	FAILS(EBUSY, pivot_root, "/", "/");
	FAILS(ENOTDIR, pivot_root, "file", "/");
	USER_FAILS(EPERM, pivot_root, "/", "/");
}

int main(void)
{
	memset(name_of_256, 'n', 256);
	memset(path_of_4096, '/', 4998);
	memcpy(path_of_4096, ".", 1);
	if (system("rm -rf " FOLDER " && mkdir -p " FOLDER) != 0 || chdir(FOLDER) != 0)
		return 1;
	umask(022);
	if (system("mkdir dir closed open sticky sticky/folder && echo text > file && ln -s file link && ln -s loop loop && touch readable sticky/root "
		   "&& chmod 600 file && chmod 700 closed && chmod 777 open && chmod 1777 sticky && mkfifo fifo && mknod nodev c 99 99 && echo x > dir/inside") != 0)
		return 1;
	names_that_fail();
	folders_that_fail();
	opening();
	linking();
	renaming();
	attributes();
	looking();
	extended();
	mounting();
	chdir("/");
	if (system("rm -rf " FOLDER) != 0)
		DIAG("%s stays", FOLDER);
	return test_done();
}
